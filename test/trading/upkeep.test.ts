// Goal: open positions count in the equity at the prices of now, losses of them stop opening, and a position near its liquidation is
// reduced once in a while and not in every turn.
// Method: a whole desk whose books' prices move, in virtual time.
import { describe, expect, it } from 'vitest';
import { WIDE } from '../risk/desk.js';
import { DeskRig } from './desk-rig.js';

describe('the equity', () => {
  it('is capital, what was booked, and what open positions would bring at the middle of their books', async () => {
    const rig = await new DeskRig().start();
    await rig.trade(rig.short(20));
    for (const book of [rig.perpetual, rig.lab.book('mexc', 'futures', 'ABC')]) rig.prices.set(book, 110);
    rig.prices.set(rig.perpetual, 103);
    await rig.run(1_000);
    const { profit } = rig.desk.ledger.memory;
    expect(profit.capital).toBe(40_000);
    // Sold two at 99.89, bought two at 100.11 (100.1101 in ticks): now 103 and 110.
    const open = 2 * (99.89 - 103) + 2 * (110 - 100.1101);
    expect(rig.desk.state.profit.equityQuote).toBeCloseTo(40_000 + profit.booked + open, 2);
  });

  it('stops opening when it has fallen by the loss that a day may bring', async () => {
    const rig = await new DeskRig({ risk: { ...WIDE, dailyLossQuoteMax: 20 } }).start();
    await rig.trade(rig.short(20));
    expect(rig.desk.report().state).toBe('trading');
    rig.prices.set(rig.perpetual, 111);
    await rig.run(1_000);
    expect(rig.desk.report()).toMatchObject({
      state: 'halted',
      halt: { level: 'opening', reasons: [{ trigger: 'daily-loss' }] },
    });
  });
});

describe('a loss that is booked', () => {
  it('stops opening at once, before the next turn makes an intent', async () => {
    const rig = await new DeskRig({ risk: { ...WIDE, dailyLossQuoteMax: 20 } }).start();
    await rig.trade();
    const binance = rig.account('binance');
    const more = binance.trade(rig.buyAt.instrument.symbol, 'buy', '0.1', '100', binance.sent[0]?.clientOrderId);
    binance.tellFill({ ...more, fee: '21', feeAsset: 'USDT' });
    const { sent } = rig;
    rig.desk.take(rig.intent());
    expect(rig.sent).toBe(sent);
    expect(rig.desk.report()).toMatchObject({ state: 'halted', halt: { reasons: [{ trigger: 'daily-loss' }] } });
  });
});

describe('a fee that is told later than its fill', () => {
  /** A fill of 1800 USDT at a listed fee of a thousandth, after a trade that cost 0.42. */
  const withoutFee = async (dailyLossQuoteMax: number) => {
    const rig = await new DeskRig({ risk: { ...WIDE, dailyLossQuoteMax } }).start();
    await rig.trade();
    const binance = rig.account('binance');
    const fill = binance.trade(rig.buyAt.instrument.symbol, 'buy', '18', '100', binance.sent[0]?.clientOrderId);
    binance.tellFill({ ...fill, fee: null, feeAsset: null });
    return { rig, binance, fill };
  };

  it('counts as lost at its listed rate until then, and stops opening at once', async () => {
    const { rig } = await withoutFee(2);
    const { sent } = rig;
    rig.desk.take(rig.intent());
    expect(rig.sent).toBe(sent);
    expect(rig.desk.report()).toMatchObject({ state: 'halted', halt: { reasons: [{ trigger: 'daily-loss' }] } });
  });

  it('counts once when it is told', async () => {
    const { rig, binance, fill } = await withoutFee(3);
    const { profit } = rig.desk.state;
    expect(profit.untoldFeesQuote).toBeCloseTo(1.8, 9);
    const before = profit.realisedQuote;
    binance.tellFill({ ...fill, fee: '2', feeAsset: 'USDT' });
    expect([profit.untoldFeesQuote, rig.desk.report().state]).toEqual([0, 'trading']);
    expect(profit.realisedQuote).toBeCloseTo(before - 2, 9);
  });
});

describe('a position near its liquidation', () => {
  it('is reduced, with what hedges it, once in each interval', async () => {
    const risk = { ...WIDE, futures: { leverage: 10, liquidationBufferMin: 0.95, deleverageTo: 0.5 } };
    const rig = new DeskRig({ risk, settings: { deleverageMs: 10_000 } });
    for (const account of rig.accounts) account.move('USDT', account.market === 'futures' ? '-9700' : '0');
    await rig.start();
    for (const [venue, side] of [
      ['gateio', 'sell'],
      ['mexc', 'buy'],
    ] as const) {
      const account = rig.account(venue, 'futures');
      account.tellFill(account.trade('ABCUSDT-PERP', side, '80', '100', null));
    }
    await rig.run(5_000);
    const sizes = (): (string | undefined)[] =>
      ['gateio', 'mexc'].map((venue) => rig.account(venue, 'futures').contracts.get('ABCUSDT-PERP')?.toFixed());
    expect(sizes()).toEqual(['-40', '40']);
    await rig.run(5_000);
    expect(sizes()).toEqual(['-40', '40']);
    await rig.run(5_000);
    expect(sizes()).toEqual(['-20', '20']);
    expect(rig.desk.report().halt?.reasons.map(({ trigger }) => trigger)).toContain('margin');
  });
});

describe('positions that take too much of an account, or are to pay too much', () => {
  const sizes = (rig: DeskRig): (string | undefined)[] =>
    ['gateio', 'mexc'].map((venue) => rig.account(venue, 'futures').contracts.get('ABCUSDT-PERP')?.toFixed());

  it('are reduced when losses have used up the balance that their margin was a small part of', async () => {
    const risk = {
      ...WIDE,
      futures: { liquidationBufferMin: 0, marginUseMax: 0.5, deleverageMarginUse: 0.75, deleverageTo: 0.5 },
    };
    const rig = new DeskRig({ risk });
    for (const account of rig.accounts) account.move('USDT', account.market === 'futures' ? '-9932' : '0');
    await rig.start();
    await rig.trade(rig.short(10));
    expect(sizes(rig)).toEqual(['-10', '10']);
    // 100 in value bind 33.3 of 68: a loss of 20 leaves 0.69 of the rest in use, one of 25 leaves 0.78. A third more would liquidate.
    for (const [price, left] of [
      [120, '10'],
      [125, '5'],
    ] as const) {
      for (const book of rig.prices.keys()) rig.prices.set(book, price);
      await rig.run(2_000);
      expect(sizes(rig)).toEqual([`-${left}`, left]);
    }
    expect(rig.desk.report().halt?.reasons).toMatchObject([{ trigger: 'margin', text: 'positions are reduced: margin' }]);
  });

  it('are reduced when the next funding is about to cost more than it may', async () => {
    const rig = await new DeskRig({ risk: { ...WIDE, futures: { fundingQuoteMax: 1, deleverageFundingQuote: 2 } } }).start();
    await rig.trade(rig.short(20));
    const nextFundingUs = rig.time.epochUs() + 3600e6;
    // Shorts pay a negative rate: 200 in value pay 1.98, then 2.02.
    rig.lab.setMark(rig.perpetual, { price: 100, fundingRate: -0.0099, nextFundingUs });
    await rig.run(2_000);
    expect(sizes(rig)).toEqual(['-20', '20']);
    rig.lab.setMark(rig.perpetual, { price: 100, fundingRate: -0.0101, nextFundingUs });
    await rig.run(2_000);
    expect(sizes(rig)).toEqual(['-10', '10']);
    expect(rig.desk.report().halt?.reasons).toMatchObject([{ trigger: 'margin', text: 'positions are reduced: funding' }]);
  });
});
