// Goal: what a venue has and the ledger has not is taken over, told, and stops opening when it is worth much; both agree afterwards.
// Method: accounts change behind the back of a whole desk, before and after its start, and tell nothing of it.
import { describe, expect, it } from 'vitest';
import { Exact } from '../../src/domain/decimal.js';
import { BrokenLedger } from './broken-ledger.js';
import { DeskRig } from './desk-rig.js';

const ASK_MS = 60_000;

/** The ledger and the accounts hold the same of everything. */
function expectAgreement({ accounts, desk }: DeskRig): void {
  const { books } = desk.ledger.memory;
  for (const { venue, market, wallet, contracts } of accounts) {
    for (const [asset, amount] of wallet) expect(books.holding(venue, market, asset).toFixed()).toBe(amount.toFixed());
    for (const [symbol, size] of contracts) expect(books.contracts(venue, symbol).toFixed()).toBe(size.toFixed());
  }
}

describe('money that differs', () => {
  it('is taken over as an adjustment, and trading goes on when it is little', async () => {
    const rig = await new DeskRig().start();
    rig.account('kraken').move('USDT', '-4.5');
    await rig.run(ASK_MS);
    expectAgreement(rig);
    expect(rig.entries('reconciliation')).toMatchObject([
      {
        venue: 'kraken',
        market: 'spot',
        asset: 'USDT',
        expected: '10000',
        actual: '9995.5',
        adjustment: '-4.5',
        action: 'adopted',
      },
    ]);
    expect(rig.desk.report()).toMatchObject({ state: 'trading', reconciliation: { drifts: [] } });
    expect(rig.kinds()).toContain('drift');
  });

  it('stops opening when it is worth more than is let pass', async () => {
    const rig = await new DeskRig().start();
    rig.account('kraken').move('ABC', '0.06');
    await rig.run(ASK_MS);
    expectAgreement(rig);
    expect(rig.desk.report()).toMatchObject({ state: 'halted', halt: { level: 'opening', reasons: [{ trigger: 'drift' }] } });
    await rig.trade();
    expect(rig.sent).toBe(0);
  });

  it('stops opening when nobody knows what it is worth', async () => {
    const rig = await new DeskRig().start();
    rig.account('kraken').move('XYZ', '1');
    await rig.run(ASK_MS);
    expect(rig.desk.report()).toMatchObject({ state: 'halted', halt: { reasons: [{ trigger: 'drift' }] } });
  });

  it('does not bring the engine down when it cannot be put on record', async () => {
    const ledger = new BrokenLedger();
    const rig = await new DeskRig({ ledger }).start();
    ledger.isBroken = true;
    rig.account('kraken').move('USDT', '-1');
    await rig.run(ASK_MS);
    expect(rig.desk.report()).toMatchObject({ state: 'halted', halt: { reasons: [{ trigger: 'ledger' }] } });
  });
});

describe('contracts that differ', () => {
  it('are taken from the strategy that held them, as when the venue closed its position', async () => {
    const rig = await new DeskRig().start();
    await rig.trade(rig.short(20), 1);
    const gateio = rig.account('gateio', 'futures');
    const { symbol } = rig.perpetual.instrument;
    gateio.contracts.set(symbol, new Exact(-15));
    // Sold at 99.89, closed by the venue at 100.
    gateio.move('USDT', '-0.055');
    await rig.run(ASK_MS);
    expectAgreement(rig);
    expect(rig.entries('fill').slice(2, 3)).toMatchObject([
      { strategy: 'other', side: 'buy', quantity: '5', price: '100', fee: '0' },
    ]);
    expect(rig.desk.report().halt?.reasons[0]).toMatchObject({ trigger: 'drift' });
    expect(rig.position(1, rig.perpetual.book)).toBe(-15);
    expect(rig.toldPosition(1, rig.perpetual.book)).toBe(-15);
    // What hedged it is sold, as that only brings a position nearer to zero.
    expect(rig.position(1, rig.lab.book('mexc', 'futures').book)).toBe(15);
    // The money that closing them moved has been seen with them: it is not booked twice.
    const adjusted = rig.entries('reconciliation').reduce((sum, { adjustment }) => sum.plus(adjustment), new Exact(0));
    expect(adjusted.toFixed()).toBe('0');
  });

  it("are nobody's when no strategy held any", async () => {
    const rig = await new DeskRig().start();
    rig.account('gateio', 'futures').contracts.set(rig.perpetual.instrument.symbol, new Exact(7));
    await rig.run(ASK_MS);
    expectAgreement(rig);
    expect(rig.entries('fill')).toMatchObject([{ strategy: 'unattributed', side: 'buy', quantity: '7' }]);
    expect(rig.desk.state.all.position[rig.perpetual.book]).toBe(7);
    expect(rig.told).toEqual([]);
  });

  it("that are nobody's go back before those of a strategy on the same side do, and what is more than all is nobody's", async () => {
    const rig = await new DeskRig().start();
    await rig.trade(rig.short(-20), 1);
    const { contracts } = rig.account('gateio', 'futures');
    const { symbol } = rig.perpetual.instrument;
    for (const [size, strategy] of [
      [27, 20],
      [20, 20],
      [15, 15],
      [-4, 0],
    ] as const) {
      contracts.set(symbol, new Exact(size));
      await rig.run(ASK_MS);
      expectAgreement(rig);
      expect([rig.position(1, rig.perpetual.book), rig.position(2, rig.perpetual.book)]).toEqual([strategy, size - strategy]);
    }
  });
});

describe('a difference that orders under way may explain', () => {
  it('is no drift as long as fills of theirs are to come', async () => {
    const rig = await new DeskRig({ settings: { watch: { checkMs: 100, refreshMsMax: 500, refreshMsMin: 100 } } }).start();
    const gateio = rig.account('gateio', 'futures');
    gateio.treatment = { ...gateio.treatment, share: 0, rests: true };
    rig.desk.take(rig.intent([[rig.perpetual, 20]]));
    await rig.run(50);
    const [order] = gateio.orders.values();
    if (order === undefined) throw new RangeError('no order');
    // Filled at once, as order and wallet show; the list of fills does not say so for a while.
    const { symbol } = rig.perpetual.instrument;
    const fill = gateio.trade(symbol, 'buy', '20', '100', order.clientOrderId);
    gateio.history.length = 0;
    gateio.orders.set(order.clientOrderId ?? '', { ...order, state: 'filled', filledQty: '20' });
    await rig.run(5_000);
    expect(rig.entries('fill').filter(({ strategy }) => strategy === 'unattributed')).toEqual([]);
    gateio.history.push(fill);
    gateio.tellFill(fill);
    await rig.run(ASK_MS);
    expectAgreement(rig);
    expect(rig.entries('fill')).toContainEqual(expect.objectContaining({ strategy: 'pairs', tradeId: fill.tradeId }));
    expect([rig.kinds().includes('drift'), rig.desk.report().state]).toEqual([false, 'trading']);
  });

  it('stops opening before it is adopted: adopted first, it would be none any more for a start after a kill', async () => {
    const rig = await new DeskRig().start();
    rig.account('kraken').move('ABC', '0.06');
    await rig.run(ASK_MS);
    const kinds = rig.ledger.entries.map(({ kind }) => kind);
    expect(kinds.indexOf('risk')).toBeGreaterThan(0);
    expect(kinds.indexOf('risk')).toBeLessThan(kinds.indexOf('reconciliation'));
  });
});

describe('fills that nothing told', () => {
  it('are found by asking, and booked as whose they are', async () => {
    const rig = await new DeskRig().start();
    rig.account('kraken').trade(rig.sellAt.instrument.symbol, 'buy', '1', '100');
    await rig.run(ASK_MS);
    expectAgreement(rig);
    expect(rig.entries('fill')).toMatchObject([{ strategy: 'unattributed', quantity: '1' }]);
    expect(rig.desk.state.all.position[rig.sellAt.book]).toBe(100);
    expect(rig.desk.report().state).toBe('trading');
  });

  it('are found before the stream tells them: of an order that is still followed they are its own, once', async () => {
    const rig = await new DeskRig({ settings: { watch: { checkMs: 100, refreshMsMax: 100 } } }).start();
    const kraken = rig.account('kraken');
    kraken.treatment = { ...kraken.treatment, share: 0, rests: true };
    rig.desk.take(rig.intent());
    await rig.run(50);
    const [order] = kraken.orders.values();
    if (order === undefined) throw new RangeError('no order');
    const fill = kraken.trade(rig.sellAt.instrument.symbol, 'sell', '1', '99.89', order.clientOrderId);
    await rig.run(300);
    expect(rig.entries('fill')).toMatchObject([{ strategy: 'pairs' }, { strategy: 'pairs', clientOrderId: order.clientOrderId }]);
    kraken.orders.set(order.clientOrderId ?? '', { ...order, state: 'filled', filledQty: '1' });
    kraken.tellFill(fill);
    await rig.run(15_000);
    expect(rig.entries('fill')).toHaveLength(2);
    expect(rig.kinds()).not.toContain('strange-fill');
    expect(rig.position(0, rig.sellAt.book)).toBe(-100);
    expect(rig.toldPosition(0, rig.sellAt.book)).toBe(-100);
    expect([rig.sent, rig.desk.report().unhedged]).toEqual([2, []]);
    expectAgreement(rig);
  });

  it('happened while nobody ran are booked at the next start as those of the strategy whose order it was', async () => {
    const first = await new DeskRig().start();
    const kraken = first.account('kraken');
    kraken.treatment = { ...kraken.treatment, share: 0, rests: true };
    first.desk.take(first.intent([[first.sellAt, 100]], 1));
    await first.run(100);
    first.die();
    const [order] = kraken.orders.values();
    if (order === undefined) throw new RangeError('no order');
    kraken.trade(first.sellAt.instrument.symbol, 'buy', '0.4', '100', order.clientOrderId);
    kraken.orders.set(order.clientOrderId ?? '', { ...order, filledQty: '0.4' });

    const rig = await new DeskRig({ before: first }).start();
    await rig.run(ASK_MS);
    expect(rig.desk.report().state).toBe('trading');
    expectAgreement(rig);
    // No strategy remembers what it was for: it is sold again.
    expect(rig.entries('fill')).toMatchObject([
      { strategy: 'other', side: 'buy', quantity: '0.4' },
      { strategy: 'other', side: 'sell', quantity: '0.4' },
    ]);
    expect(rig.entries('order').find(({ state }) => state === 'canceled')).toMatchObject({ filledQuantity: '0.4' });
    expect(rig.kinds()).toEqual(expect.arrayContaining(['missed-fill', 'order-from-before', 'ready']));
  });

  it('were worked out from their order are not booked again when the venue tells them at last', async () => {
    const first = await new DeskRig().start();
    const kraken = first.account('kraken');
    kraken.treatment = { ...kraken.treatment, share: 0, rests: true };
    first.desk.take(first.intent([[first.sellAt, 100]], 1));
    await first.run(100);
    first.die();
    const [order] = kraken.orders.values();
    if (order === undefined) throw new RangeError('no order');
    const fill = kraken.trade(first.sellAt.instrument.symbol, 'buy', '0.4', '100', order.clientOrderId);
    kraken.orders.set(order.clientOrderId ?? '', { ...order, filledQty: '0.4', filledQuote: '40' });
    const unlisted = kraken.history.splice(0);
    kraken.treatment = { ...kraken.treatment, share: 1, rests: false };

    let rig = await new DeskRig({ before: first }).start();
    await rig.run(500);
    expect(rig.entries('fill')).toMatchObject([{ tradeId: expect.stringMatching(/^synthetic:/), quantity: '0.4' }]);
    kraken.history.unshift(...unlisted);
    kraken.tellFill(fill);
    await rig.run(ASK_MS);
    const isOne = (): void => {
      expect(rig.entries('fill')).toMatchObject([
        { strategy: 'other', side: 'buy', quantity: '0.4' },
        { strategy: 'other', side: 'sell', quantity: '0.4' },
      ]);
      expect(rig.position(1, rig.buyAt.book) + rig.position(1, rig.sellAt.book)).toBe(0);
      expect(rig.kinds()).not.toContain('strange-fill');
      expectAgreement(rig);
    };
    isOne();
    rig.die();
    rig = await new DeskRig({ before: rig }).start();
    kraken.tellFill(fill);
    await rig.run(ASK_MS);
    isOne();
  });

  it('that come while the start is under way are booked once', async () => {
    const first = await new DeskRig().start();
    await first.trade();
    first.die();
    const rig = new DeskRig({ before: first });
    for (const account of rig.accounts) account.latencyMs = 200;
    void rig.desk.start();
    await rig.run(300);
    const kraken = rig.account('kraken');
    kraken.tellFill(kraken.trade(rig.sellAt.instrument.symbol, 'buy', '1', '100'));
    await rig.run(5_000);
    expect(rig.desk.report().state).toBe('trading');
    expectAgreement(rig);
    expect(rig.entries('fill')).toHaveLength(3);
    expect(rig.desk.state.all.position[rig.sellAt.book]).toBe(0);
    await rig.run(ASK_MS);
    expectAgreement(rig);
    expect(rig.entries('fill')).toHaveLength(3);
  });
});

describe('an order that nobody here sent', () => {
  it('is cancelled and put on record, at the start and later', async () => {
    const rig = new DeskRig();
    const kraken = rig.account('kraken');
    const leave = async (id: string): Promise<void> => {
      kraken.treatment = { ...kraken.treatment, share: 0, rests: true };
      const limit = {
        type: 'limit',
        timeInForce: 'gtc',
        price: '90',
        quantity: '1',
        quoteAmount: null,
        reduceOnly: false,
      } as const;
      void kraken.place({ symbol: rig.sellAt.instrument.symbol, side: 'buy', clientOrderId: id, ...limit });
    };
    await leave('before');
    await rig.start();
    expect(kraken.orders.get('before')?.state).toBe('canceled');
    await leave('later');
    await rig.run(ASK_MS);
    expect(kraken.orders.get('later')?.state).toBe('canceled');
    expect(rig.entries('note').filter(({ topic }) => topic === 'orphan')).toHaveLength(2);
    expect(rig.kinds().filter((kind) => kind === 'orphan')).toHaveLength(2);
    expect(rig.desk.report().state).toBe('trading');
  });
});
