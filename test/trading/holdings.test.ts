// Goal: the check and the strategies hold what the ledger says they hold: after a restart, after fills that execution knows nothing of,
// after fees in the bought asset, and after the venue changed contracts.
// Method: a whole desk before fake accounts, and what it counts and has told, in whole units.
import { describe, expect, it } from 'vitest';
import { Exact } from '../../src/domain/decimal.js';
import { DeskRig } from './desk-rig.js';

describe('a restart', () => {
  it('gives every strategy what the ledger says it holds, and nobody the rest', async () => {
    const first = await new DeskRig().start();
    await first.trade(first.pair(100), 0);
    await first.trade(first.pair(-40), 1);
    const binance = first.account('binance');
    binance.tellFill(binance.trade(first.buyAt.instrument.symbol, 'buy', '0.3', '100'));
    await first.run(5_000);
    first.die();

    const rig = await new DeskRig({ before: first }).start();
    const [buyAt, sellAt] = [rig.buyAt.book, rig.sellAt.book];
    expect([0, 1, 2].map((owner) => [rig.position(owner, buyAt), rig.position(owner, sellAt)])).toEqual([
      [100, -100],
      [-40, 40],
      [30, 0],
    ]);
    expect([0, 1, 2].map((owner) => [rig.toldPosition(owner, buyAt), rig.toldPosition(owner, sellAt)])).toEqual([
      [100, -100],
      [-40, 40],
      [0, 0],
    ]);
    expect(rig.desk.state.all.position[buyAt]).toBe(first.desk.state.all.position[buyAt]);
  });

  it('knows what contracts were entered at', async () => {
    const first = await new DeskRig().start();
    await first.trade(first.short(20));
    first.die();
    // It would be closed at once.
    for (const account of first.accounts) account.treatment = { ...account.treatment, isRefused: true };
    const rig = await new DeskRig({ before: first }).start();
    const { book, priceScale } = rig.perpetual;
    expect(rig.desk.state.entryPriceUnits(book)).toBeCloseTo(99.89 * 10 ** priceScale, 3);
  });

  it('values what is held before any book tells a price', async () => {
    const first = await new DeskRig().start();
    await first.trade();
    first.die();
    const rig = await new DeskRig({ before: first, isSilent: true }).start();
    const { state } = rig.desk;
    const { book } = rig.sellAt;
    expect(state.all.position[book]).toBe(-100);
    expect(state.all.worstUnits(book) * (state.valuation.ofBook[book] ?? 0)).toBeCloseTo(99.89, 9);
    expect(rig.desk.report().state).toBe('trading');
  });

  it("counts what is held of a strategy that does not run any more as nobody's", async () => {
    const first = await new DeskRig().start();
    await first.trade(first.short(20), 1);
    first.die();
    const rig = await new DeskRig({ before: first, strategyNames: ['pairs'] }).start();
    expect(rig.desk.state.all.position[rig.perpetual.book]).toBe(-20);
    expect(rig.position(0, rig.perpetual.book)).toBe(0);
    expect(rig.told).toEqual([]);
  });
});

describe('fees in the bought asset', () => {
  it('make positions less in whole units, as soon as these are full, and over a restart too', async () => {
    let rig = await new DeskRig().start();
    for (const account of rig.accounts) account.treatment = { ...account.treatment, feeInBase: true };
    // A thousandth of 3.33 is a third of a unit.
    const seen: number[] = [];
    for (let times = 0; times < 7; times++) {
      if (times === 4) {
        rig.die();
        rig = await new DeskRig({ before: rig }).start();
      }
      await rig.trade([
        [rig.buyAt, 333],
        [rig.sellAt, -333],
      ]);
      const { symbol } = rig.buyAt.instrument;
      const held = rig.desk.ledger.memory.heldIn('pairs', { venue: 'binance', market: 'spot' }, symbol);
      seen.push(rig.position(0, rig.buyAt.book));
      expect(rig.position(0, rig.buyAt.book)).toBe(held.mul(100).ceil().toNumber());
      expect(rig.toldPosition(0, rig.buyAt.book)).toBe(rig.position(0, rig.buyAt.book));
    }
    expect(seen).toEqual([333, 666, 999, 1331, 1664, 1997, 2329]);
  });
});

describe('contracts that the venue took', () => {
  it("are taken from strategies that held them until nothing is left of it, and the rest is nobody's", async () => {
    const rig = await new DeskRig().start();
    await rig.trade(rig.short(20), 0);
    await rig.trade(rig.short(10), 1);
    const { symbol } = rig.perpetual.instrument;
    rig.account('gateio', 'futures').contracts.set(symbol, new Exact(4));
    await rig.run(60_000);
    expect(rig.entries('fill').slice(4, 7)).toMatchObject([
      { strategy: 'pairs', side: 'buy', quantity: '20', fee: '0' },
      { strategy: 'other', side: 'buy', quantity: '10', fee: '0' },
      { strategy: 'unattributed', side: 'buy', quantity: '4', fee: '0' },
    ]);
    expect([0, 1, 2].map((owner) => rig.position(owner, rig.perpetual.book))).toEqual([0, 0, 4]);
    expect(rig.desk.ledger.memory.books.contracts('gateio', symbol)).toEqual(new Exact(4));
  });
});
