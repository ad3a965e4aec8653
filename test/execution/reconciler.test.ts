// Goal: what fills, fees, transfers and funding make of each account is compared with the venue's word, exactly; a difference that
// stays is found, one that is only late is not, and what is proposed brings the exposure back.
import { describe, expect, it } from 'vitest';
import { Exact } from '../../src/domain/decimal.js';
import { fillOf, OTHER, PERPS, reconcilerRig, SETTLE_MS, SPOT } from './reconciliation-rig.js';

describe('expected holdings', () => {
  it('follow fills and fees, each once', () => {
    const { reconciler } = reconcilerRig();
    const fill = fillOf(SPOT, 'buy', '0.1', '100.3', { fee: '0.0001', feeAsset: 'ABC' });
    expect(reconciler.trackExecutionPositions(fill)).toEqual({
      isNew: true,
      changes: [
        { ...SPOT, asset: 'ABC', symbol: null, change: '0.1', expected: '10.1' },
        { ...SPOT, asset: 'USDT', symbol: null, change: '-10.03', expected: '989.97' },
        { ...SPOT, asset: 'ABC', symbol: null, change: '-0.0001', expected: '10.0999' },
      ],
    });
    expect(reconciler.trackExecutionPositions(fill)).toEqual({ isNew: false, changes: [] });
  });

  it('take a fee that is told later, and one in a third asset', () => {
    const { reconciler } = reconcilerRig();
    const fill = fillOf(SPOT, 'buy', '1', '100', { fee: null });
    reconciler.trackExecutionPositions(fill);
    const late = reconciler.trackExecutionPositions({ ...fill, fee: '0.01', feeAsset: 'BNB' });
    expect(late).toMatchObject({ isNew: false, changes: [{ asset: 'BNB', change: '-0.01' }] });
    expect(reconciler.trackExecutionPositions({ ...fill, fee: '0.01', feeAsset: 'BNB' }).changes).toEqual([]);
  });

  it('of contracts count contracts, and the wallet what was realised', () => {
    const { reconciler } = reconcilerRig();
    reconciler.trackExecutionPositions(fillOf(PERPS, 'sell', '10', '100'));
    const closed = reconciler.trackExecutionPositions(fillOf(PERPS, 'buy', '4', '90', { fee: '0.2' }));
    expect(closed.changes.map(({ asset, change, expected }) => [asset, change, expected])).toEqual([
      ['ABC', '4', '-6'],
      ['USDT', '4', '1004'],
      ['USDT', '-0.2', '1003.8'],
    ]);
    // Through zero: six are closed, four are opened.
    const turned = reconciler.trackExecutionPositions(fillOf(PERPS, 'buy', '10', '110'));
    expect(turned.changes.map(({ change, expected }) => [change, expected])).toEqual([
      ['10', '4'],
      ['-6', '997.8'],
    ]);
  });

  it('go on after a restart where they were', () => {
    const { reconciler } = reconcilerRig();
    const fill = fillOf(PERPS, 'sell', '3', '100.01');
    reconciler.trackExecutionPositions(fill);
    reconciler.trackExecutionPositions(fillOf(PERPS, 'sell', '4', '99'));
    const kept = reconciler.snapshot();
    const next = reconcilerRig().reconciler;
    for (const account of kept) next.begin(account, account.venue === 'gateio' ? [fill] : []);
    expect(next.snapshot()).toEqual(kept);
    expect(next.trackExecutionPositions(fill).isNew).toBe(false);
    const close = fillOf(PERPS, 'buy', '7', '101');
    expect(next.trackExecutionPositions(close)).toEqual(reconciler.trackExecutionPositions(close));
  });
});

describe('imbalances', () => {
  it('are not called so while the balance may be on its way', async () => {
    const { reconciler, balance, pass } = reconcilerRig();
    reconciler.trackExecutionPositions(fillOf(SPOT, 'buy', '1', '100'));
    expect(reconciler.detectImbalances().map(({ correctionRequired }) => correctionRequired)).toEqual([false, false]);
    await pass(SETTLE_MS - 1);
    expect(reconciler.detectImbalances().some(({ correctionRequired }) => correctionRequired)).toBe(false);
    balance(SPOT, 'ABC', '11');
    balance(SPOT, 'USDT', '900');
    expect(reconciler.detectImbalances()).toEqual([]);
  });

  it('are called so when the balance stays behind, exactly', async () => {
    const { reconciler, balance, pass } = reconcilerRig();
    balance(SPOT, 'ABC', '10.000000000000000001');
    reconciler.detectImbalances();
    await pass(SETTLE_MS);
    expect(reconciler.detectImbalances()).toEqual([
      {
        ...SPOT,
        asset: 'ABC',
        symbol: null,
        expectedBalance: '10',
        actualBalance: '10.000000000000000001',
        imbalanceAmount: '0.000000000000000001',
        withinTolerance: false,
        correctionRequired: true,
        ageMs: SETTLE_MS,
      },
    ]);
  });

  it('are found although something moves all the time', async () => {
    const { reconciler, balance, pass } = reconcilerRig();
    balance(SPOT, 'ABC', '9');
    for (let step = 0; step < 25; step++) {
      reconciler.trackExecutionPositions(fillOf(SPOT, step % 2 === 0 ? 'buy' : 'sell', '0.1', '100'));
      balance(SPOT, 'ABC', step % 2 === 0 ? '9.1' : '9');
      await pass(SETTLE_MS / 2);
      const found = reconciler.detectImbalances().find(({ asset }) => asset === 'ABC');
      expect(found?.correctionRequired).toBe(step >= 19);
    }
  });

  it('within the tolerance are told and not corrected', async () => {
    const { reconciler, balance, pass } = reconcilerRig({ tolerance: { ABC: '0.01' } });
    balance(SPOT, 'ABC', '10.01');
    await pass(60_000);
    expect(reconciler.detectImbalances()).toMatchObject([{ withinTolerance: true, correctionRequired: false }]);
    balance(SPOT, 'ABC', '10.0100001');
    await pass(60_000);
    expect(reconciler.detectImbalances()).toMatchObject([{ imbalanceAmount: '0.0100001', correctionRequired: true }]);
  });

  it('are not looked for where nothing is seen', () => {
    const { reconciler, balance } = reconcilerRig();
    balance(SPOT, 'ABC', '1');
    reconciler.onAccount('binance', 'spot', { kind: 'disconnected', reason: 'test' });
    expect(reconciler.check()).toMatchObject({ imbalances: [], blind: [SPOT] });
  });

  it('are not made by a list that is older than the stream', () => {
    const { reconciler, balance } = reconcilerRig();
    const askedAt = reconciler.wordsOf(SPOT);
    reconciler.trackExecutionPositions(fillOf(SPOT, 'buy', '1', '100'));
    balance(SPOT, 'ABC', '11');
    balance(SPOT, 'USDT', '900');
    const old = [
      { venue: 'binance', asset: 'ABC', total: '10', available: null },
      { venue: 'binance', asset: 'USDT', total: '1000', available: null },
    ] as const;
    reconciler.takeLists(SPOT, { balances: old, positions: null }, askedAt);
    expect(reconciler.detectImbalances()).toEqual([]);
    reconciler.takeLists(SPOT, { balances: [], positions: null }, reconciler.wordsOf(SPOT));
    expect(reconciler.detectImbalances().map(({ actualBalance }) => actualBalance)).toEqual(['0', '0']);
  });

  it('are not a funding payment that was due, whatever it came to exactly', () => {
    const { reconciler, balance, funding } = reconcilerRig();
    funding.due = '0.1';
    balance(PERPS, 'USDT', '1000.1003');
    expect(reconciler.detectImbalances()).toEqual([]);
    balance(PERPS, 'USDT', '1000.2006');
    expect(reconciler.detectImbalances()).toMatchObject([{ imbalanceAmount: '0.1003' }]);
  });

  it('are no funding payment that is another than the one that was due', () => {
    for (const due of ['-0.1', '0.11']) {
      const { reconciler, balance, funding } = reconcilerRig();
      funding.due = due;
      balance(PERPS, 'USDT', '1000.1003');
      expect(reconciler.detectImbalances()).toMatchObject([{ imbalanceAmount: '0.1003' }]);
    }
  });

  it('are no funding payment while the venue tells of a trade in parts, and its fee is about what is due', async () => {
    const { reconciler, balance, funding, pass } = reconcilerRig();
    funding.due = '0.1';
    reconciler.trackExecutionPositions(fillOf(PERPS, 'buy', '10', '100', { fee: '0.1' }));
    // The wallet without the fee yet, and with it.
    balance(PERPS, 'USDT', '1000');
    balance(PERPS, 'USDT', '999.9');
    expect(reconciler.detectImbalances().filter(({ symbol }) => symbol === null)).toEqual([]);
    balance(PERPS, 'USDT', '1000');
    await pass(SETTLE_MS);
    expect(reconciler.detectImbalances().filter(({ symbol }) => symbol === null)).toEqual([]);
    expect(funding.due).toBe('0');
  });

  it('are not a transfer that was told', () => {
    const { reconciler, balance } = reconcilerRig();
    balance(SPOT, 'USDT', '1500');
    const transfer = { ...SPOT, kind: 'transfer', id: 'x', asset: 'USDT', amount: '500' } as const;
    expect(reconciler.trackMovement(transfer)).toMatchObject({ expected: '1500' });
    expect(reconciler.trackMovement(transfer)).toBeNull();
    expect(reconciler.detectImbalances()).toEqual([]);
  });
});

describe('corrections', () => {
  const required = async (rig: ReturnType<typeof reconcilerRig>) => {
    rig.reconciler.detectImbalances();
    await rig.pass(SETTLE_MS);
    const [imbalance] = rig.reconciler.detectImbalances();
    if (imbalance === undefined) throw new Error('nothing was found');
    return imbalance;
  };

  it('sell what is too much, on the grid, and carry the rest', async () => {
    const rig = reconcilerRig();
    rig.balance(SPOT, 'ABC', '10.5004');
    expect(rig.reconciler.correctImbalance(await required(rig))).toMatchObject({
      kind: 'order',
      order: { ...SPOT, symbol: 'ABCUSDT', side: 'sell', quantity: '0.5', limitPrice: '99.5', reduceOnly: false },
      rest: { ...SPOT, asset: 'ABC', amount: '0.0004' },
    });
  });

  it('close a position that should not be, and cannot turn it round', async () => {
    const rig = reconcilerRig();
    rig.position(PERPS, '-7');
    const imbalance = await required(rig);
    expect(imbalance).toMatchObject({ asset: 'ABC', symbol: 'ABC_USDT', imbalanceAmount: '-7', correctionRequired: true });
    expect(rig.reconciler.correctImbalance(imbalance)).toMatchObject({
      kind: 'order',
      order: { side: 'buy', quantity: '7', limitPrice: '101.51', reduceOnly: true },
      rest: null,
    });
  });

  it('open again what has gone', async () => {
    const rig = reconcilerRig();
    rig.reconciler.trackExecutionPositions(fillOf(PERPS, 'buy', '7', '100'));
    rig.position(PERPS, '2');
    expect(rig.reconciler.correctImbalance(await required(rig))).toMatchObject({
      kind: 'order',
      order: { side: 'buy', quantity: '5', reduceOnly: false },
    });
  });

  it('are dust below the minimum, and nothing for money', async () => {
    const rig = reconcilerRig();
    rig.balance(OTHER, 'ABC', '10.04');
    expect(rig.reconciler.correctImbalance(await required(rig))).toMatchObject({
      kind: 'dust',
      dust: { ...OTHER, amount: '0.04' },
    });
    rig.balance(OTHER, 'ABC', '10');
    rig.balance(OTHER, 'USDT', '999');
    expect(rig.reconciler.correctImbalance(await required(rig))).toMatchObject({ kind: 'not-correctable' });
  });

  it('that are accepted are sent once, and their rests are carried until they are enough together', async () => {
    const rig = reconcilerRig();
    const { reconciler } = rig;
    let exposure = new Exact(0);
    let sent = new Exact(0);
    let held = new Exact(10);
    // Sold at 99.5 or more, 0.0503 is the least that is worth an order.
    for (const surplus of ['0.0104', '0.0207', '0.0303', '0.7777', '0.0011', '-0.0001']) {
      held = held.plus(surplus);
      exposure = exposure.plus(surplus);
      rig.balance(SPOT, 'ABC', held.toFixed());
      const order = reconciler.accept(reconciler.correctImbalance(await required(rig)));
      if (order !== null) sent = sent.plus(order.quantity);
      expect(reconciler.detectImbalances()).toEqual([]);
      const carried = reconciler.dust.amounts.reduce((sum, { amount }) => sum.plus(amount), new Exact(0));
      expect(carried.plus(sent).toFixed()).toBe(exposure.toFixed());
    }
    const { sweeps, carried } = reconciler.handleDustAmounts();
    expect(sweeps).toMatchObject([{ order: { side: 'sell', quantity: '0.063' }, baseAmount: '0.063' }]);
    expect(carried).toMatchObject([{ asset: 'ABC', amount: '0.0001' }]);
    for (const { order, baseAmount } of sweeps) reconciler.dust.swept(order, baseAmount);
    expect(reconciler.dust.amounts).toMatchObject([{ ...SPOT, asset: 'ABC', amount: '0.0001' }]);
  });

  it('are not proposed twice once they were taken over', async () => {
    const rig = reconcilerRig();
    rig.position(PERPS, '3');
    const imbalance = await required(rig);
    rig.reconciler.adopt(imbalance);
    expect(rig.reconciler.detectImbalances()).toEqual([]);
    rig.reconciler.trackExecutionPositions(fillOf(PERPS, 'sell', '3', '100'));
    rig.position(PERPS, '0');
    expect(rig.reconciler.detectImbalances()).toEqual([]);
  });
});
