import { describe, expect, it } from 'vitest';
import { DayProfit } from '../../src/risk/day-profit.js';
import { EventWindow } from '../../src/risk/event-window.js';
import { legKey } from '../../src/risk/state.js';
import { Desk } from './desk.js';

const DAY_US = 86_400_000_000;

describe('RiskState', () => {
  const deskWith = (...fills: readonly (readonly [units: number, price: number])[]) => {
    const desk = new Desk();
    const { book } = desk.rig.book('binance', 'futures');
    for (const [units, price] of fills) {
      desk.state.open(-1, 0, book, units, price);
      desk.state.orderUpdate(-1, units, Math.abs(units) * price, true, desk.rig.nowUs);
    }
    return { desk, book };
  };

  it.each([
    [
      'grows',
      [
        [10, 100],
        [30, 200],
      ],
      40,
      175,
    ],
    [
      'shrinks',
      [
        [10, 100],
        [-4, 150],
      ],
      6,
      100,
    ],
    [
      'closes',
      [
        [10, 100],
        [-10, 150],
      ],
      0,
      0,
    ],
    [
      'turns',
      [
        [10, 100],
        [-15, 150],
      ],
      -5,
      150,
    ],
    [
      'is short',
      [
        [-10, 100],
        [-10, 120],
        [5, 90],
      ],
      -15,
      110,
    ],
  ] as const)('knows the entry price of a position that %s', (_, fills, position, entry) => {
    const { desk, book } = deskWith(...fills);
    expect([desk.state.all.position[book], desk.state.entryPriceUnits(book)]).toEqual([position, entry]);
  });

  it('takes positions from outside, for one strategy, and counts them for all', () => {
    const { desk, book } = deskWith([10, 100]);
    desk.state.setPosition(1, book, -4, 120, desk.rig.nowUs);
    desk.state.setPosition(0, book, 3, 100, desk.rig.nowUs);
    expect([desk.state.strategies[0], desk.state.strategies[1], desk.state.all].map((each) => each?.position[book])).toEqual([
      3, -4, -1,
    ]);
  });

  it('values positions at the price told last', () => {
    const desk = new Desk();
    const { book } = desk.rig.book('binance');
    desk.trade([desk.rig.book('binance'), 10, 100]);
    desk.state.mark(book, 1_500_000, desk.rig.nowUs);
    expect(
      [desk.state.all.total, desk.state.strategies[0]?.total, desk.state.all.unhedged(0)].map((each) => each?.toFixed(9)),
    ).toEqual(['15.000000000', '15.000000000', '15.000000000']);
  });

  it("values what is held in a book without a price at its symbol's", () => {
    const desk = new Desk();
    const [kraken, binance] = [desk.rig.book('kraken'), desk.rig.book('binance')];
    const venue = desk.parts.market.venues.indexOf('kraken');
    desk.state.setPosition(0, kraken.book, 200, 0, desk.rig.nowUs);
    expect(desk.state.all.ofVenue[venue]).toBe(0);
    desk.state.mark(binance.book, 50 * 10 ** binance.priceScale, desk.rig.nowUs);
    const worth = 200 * kraken.basePerUnit * 50;
    expect(desk.state.all.ofVenue[venue]).toBeCloseTo(worth, 9);
    expect(desk.state.strategies[0]?.ofVenue[venue]).toBeCloseTo(worth, 9);
    expect(desk.state.all.total).toBeCloseTo(worth, 9);
    // Its own price counts as soon as there is one, and no other any more.
    desk.state.mark(kraken.book, 60 * 10 ** kraken.priceScale, desk.rig.nowUs);
    desk.state.mark(binance.book, 70 * 10 ** binance.priceScale, desk.rig.nowUs);
    expect(desk.state.all.ofVenue[venue]).toBeCloseTo((worth * 60) / 50, 9);
  });

  it('counts spot and contracts of any size in one unit', () => {
    const desk = new Desk(undefined, undefined, [
      [
        { venue: 'binance', qtyDecimals: 3 },
        { venue: 'kraken', qtyDecimals: 3 },
      ],
      [{ venue: 'gateio', market: 'futures', contractSize: '0.1', qtyDecimals: 0 }],
    ]);
    const [spot, contract] = [desk.rig.book('binance').book, desk.rig.book('gateio', 'futures').book];
    desk.state.setPosition(0, spot, 300, 1_000_000, 0);
    expect(desk.state.all.unhedged(0)).toBeCloseTo(30, 9);
    desk.state.setPosition(0, contract, -3, 1_000_000, 0);
    expect(desk.state.all.net[0]).toBe(0);
    expect(desk.state.all.total).toBeCloseTo(60, 9);
  });

  it('moves the balances of spot by fills until the venue tells', () => {
    const desk = new Desk();
    const buy = desk.rig.book('binance');
    desk.state.setBalance(buy.quoteAccount, 100e8);
    desk.state.setBalance(buy.baseAccount, 0);
    const intent = desk.intent([[buy, 10, 100]]);
    desk.check(intent);
    const update = { intent: intent.id, leg: 0, book: buy.book, feeQuote: 0 };
    desk.state.legUpdate({ ...update, filledUnits: 4, filledQuoteUnits: 4e6, isFinal: false }, desk.rig.nowUs);
    expect([desk.state.balance(buy.quoteAccount) / 1e8, desk.state.balance(buy.baseAccount)].map(Math.round)).toEqual([96, 4]);
    expect(desk.state.undrawn(buy.quoteAccount) / 1e8).toBeCloseTo(96 - 6.006, 9);
    expect(desk.state.isOpen(legKey(intent.id, 0))).toBe(true);
    desk.state.legUpdate({ ...update, filledUnits: 4, filledQuoteUnits: 4e6, isFinal: true }, desk.rig.nowUs);
    expect([desk.state.undrawn(buy.quoteAccount) / 1e8, desk.state.openQuote, desk.state.openOrders]).toEqual([
      desk.state.balance(buy.quoteAccount) / 1e8,
      0,
      0,
    ]);
  });

  it('counts afresh from time to time, so that sums stay what they are sums of', () => {
    const desk = new Desk();
    const { book } = desk.rig.book('binance');
    desk.state.mark(book, 1_234_567, desk.rig.nowUs);
    for (let round = 0; round < 40_000; round++) {
      desk.state.open(-1, 0, book, 1 + (round % 7), 1_234_567);
      desk.state.withdraw(-1);
    }
    expect(Math.abs(desk.state.all.total)).toBeLessThan(1e-9);
    expect([desk.state.all.buys[book], desk.state.openQuote]).toEqual([0, 0]);
  });
});

describe('DayProfit', () => {
  it('begins a day with what there is, and gives no day twice', () => {
    const profit = new DayProfit(5 * DAY_US);
    profit.setEquity(1000);
    profit.addRealised(-7);
    profit.setEquity(990);
    expect(profit.profitQuote).toBe(-10);
    expect([profit.advance(6 * DAY_US - 1), profit.advance(6 * DAY_US), profit.profitQuote]).toEqual([false, true, 0]);
    profit.addRealised(-1);
    expect([profit.advance(5 * DAY_US), profit.profitQuote, profit.peakEquityQuote]).toEqual([false, -1, 1000]);
  });

  it('counts fees that are expected as lost until they are told, the day ends, or a person takes note', () => {
    const profit = new DayProfit(5 * DAY_US);
    profit.addRealised(-1);
    for (const [fill, quote] of [
      ['a', 2],
      ['b', 4],
      ['b', 8],
    ] as const)
      profit.expectFee(fill, quote);
    expect([profit.profitQuote, profit.realisedQuote]).toEqual([-15, -1]);
    profit.feeTold('b');
    profit.feeTold('c');
    expect(profit.profitQuote).toBe(-3);
    profit.acknowledge();
    expect(profit.profitQuote).toBe(0);
    profit.expectFee('a', 2);
    profit.advance(6 * DAY_US);
    expect(profit.profitQuote).toBe(0);
  });

  it('goes on from a record of the same day, and keeps the peak of another', () => {
    const profit = new DayProfit(5 * DAY_US);
    profit.setEquity(1000);
    profit.addRealised(-7);
    const [same, next] = [new DayProfit(5 * DAY_US + 1), new DayProfit(6 * DAY_US)];
    for (const each of [same, next]) {
      each.restore(profit.record());
      expect(each.drawdownFraction).toBe(0);
      each.setEquity(900);
    }
    expect([same.profitQuote, next.profitQuote, next.drawdownFraction]).toEqual([-100, 0, 0.1]);
  });
});

describe('EventWindow', () => {
  it('counts what is younger than the window, and no more than it remembers', () => {
    const window = new EventWindow(100, 3);
    for (const at of [0, 50, 100]) window.add(at);
    expect([window.count(99), window.count(100), window.count(150), window.count(199), window.count(200)]).toEqual([
      3, 2, 1, 1, 0,
    ]);
    for (const at of [300, 301, 302, 303]) window.add(at);
    expect([window.count(303), window.count(401)]).toEqual([3, 2]);
    window.clear();
    expect(window.count(401)).toBe(0);
  });
});
