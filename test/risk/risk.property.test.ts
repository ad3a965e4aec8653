// Goal: whatever is asked and whatever fills, no limit is passed; a stop is a stop; closing stays possible.
// Method: random intents, partial fills and stops against one desk at a constant price, and a second account of the same events that
// is counted from the list of orders.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { legKey } from '../../src/risk/state.js';
import type { Intent } from '../../src/strategy/intent.js';
import { Desk, type LegSpec } from './desk.js';

const LIMITS = { symbol: 40, venue: 50, strategy: 45, total: 60 };
const CONFIG = {
  orderQuoteMax: 15,
  exposureQuoteMax: LIMITS,
  openQuoteMax: { venue: 30, total: 45 },
  openOrdersMax: 6,
  orderRate: { orders: 4096, windowMs: 1 },
  balanceFloors: {},
  unhedged: { dustQuote: 5, quoteMax: 1e9, quoteSecondsMax: 1e9, secondsMax: 60 },
};

const leg = fc.record({ book: fc.nat(6), units: fc.integer({ min: -16, max: 16 }).filter((units) => units !== 0) });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      strategy: fc.nat(1),
      legs: fc.array(leg, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('fill' as const), order: fc.nat(20), units: fc.nat(16), isFinal: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), strategy: fc.nat(1), book: fc.nat(6) }) },
);

interface Order {
  readonly key: number;
  readonly strategy: number;
  readonly book: number;
  readonly units: number;
  filled: number;
  isOpen: boolean;
}

const ROWS = [
  [{ venue: 'binance' }, { venue: 'kraken' }, { venue: 'mexc' }],
  [
    { venue: 'binance', base: 'XYZ' },
    { venue: 'kraken', base: 'XYZ' },
  ],
  [
    { venue: 'binance', market: 'futures' },
    { venue: 'gateio', market: 'futures' },
  ],
] as const;

/** The same amounts as the state's, from the orders and nothing else: a unit is worth 1. */
function counted(desk: Desk, orders: readonly Order[], strategy?: number) {
  const { books } = desk.parts.market;
  const own = orders.filter((order) => strategy === undefined || order.strategy === strategy);
  const worst = (of: (book: number) => boolean): number => {
    const sum = (pick: (order: Order) => number) =>
      own.filter(({ book }) => of(book)).reduce((total, each) => total + pick(each), 0);
    const position = sum(({ filled }) => filled);
    const left = (order: Order) => (order.isOpen ? order.units - order.filled : 0);
    const buys = sum((order) => Math.max(0, left(order)));
    const sells = sum((order) => Math.max(0, -left(order)));
    return Math.max(Math.abs(position + buys), Math.abs(position - sells));
  };
  const bookWorst = books.map(({ info }) => worst((book) => book === info.book));
  const futures = (of: (book: number) => boolean) =>
    books
      .filter(({ isFutures, info }) => isFutures && of(info.book))
      .reduce((sum, { info }) => sum + (bookWorst[info.book] ?? 0), 0);
  const symbols = desk.parts.market.symbols.map(
    ({ symbol }) =>
      worst((book) => books[book]?.symbol === symbol && books[book]?.isFutures === false) +
      futures((book) => books[book]?.symbol === symbol),
  );
  const venues = desk.parts.market.venues.map((_, venue) =>
    books.filter((book) => book.venue === venue).reduce((sum, { info }) => sum + (bookWorst[info.book] ?? 0), 0),
  );
  return { symbols, venues, total: symbols.reduce((sum, each) => sum + each, 0) };
}

const rounded = (values: Iterable<number>): number[] => [...values].map((value) => Math.round(value * 1e6) / 1e6 + 0);

describe('the risk check', () => {
  it('never lets exposure or open orders grow past a limit, whatever is asked and filled', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const desk = new Desk(CONFIG, undefined, ROWS);
        const orders: Order[] = [];
        const ask = (legs: readonly LegSpec[], strategy: number): Intent => {
          const before = rounded(desk.state.all.ofVenue);
          const intent = desk.intent(legs, strategy);
          const verdict = desk.check(intent);
          if (verdict.passes)
            orders.push(
              ...legs.map(
                ([{ book }, units], index): Order => ({
                  key: legKey(intent.id, index),
                  strategy,
                  book,
                  units,
                  filled: 0,
                  isOpen: true,
                }),
              ),
            );
          else expect(rounded(desk.state.all.ofVenue)).toEqual(before);
          if (verdict.passes && !verdict.isReducing) {
            const all = counted(desk, orders);
            for (const [, units] of legs) expect(Math.abs(units)).toBeLessThanOrEqual(15);
            expect(desk.state.openOrders).toBeLessThanOrEqual(6);
            for (const [{ book }] of legs) {
              const { symbol = -1, venue = -1 } = desk.parts.market.books[book] ?? {};
              isWithin(all.symbols[symbol], LIMITS.symbol, before0.symbols[symbol]);
              isWithin(all.venues[venue], LIMITS.venue, before0.venues[venue]);
            }
            isWithin(all.total, LIMITS.total, before0.total);
            isWithin(counted(desk, orders, strategy).total, LIMITS.strategy, own0.total);
          }
          return intent;
        };
        let before0 = counted(desk, orders);
        let own0 = before0;
        const isWithin = (now = 0, limit = 0, before = 0): void => expect(now).toBeLessThanOrEqual(Math.max(limit, before));
        for (const step of steps) {
          before0 = counted(desk, orders);
          if (step.kind === 'ask') {
            own0 = counted(desk, orders, step.strategy);
            const legs = step.legs.map(({ book, units }): LegSpec => [infoOf(desk, book), units, 100]);
            ask(legs, step.strategy);
          } else if (step.kind === 'fill') {
            const open = orders.filter(({ isOpen }) => isOpen);
            const order = open[step.order % Math.max(1, open.length)];
            if (order === undefined) continue;
            const filled = Math.sign(order.units) * Math.min(Math.abs(order.units), Math.max(Math.abs(order.filled), step.units));
            desk.state.orderUpdate(order.key, filled, Math.abs(filled) * 1_000_000, step.isFinal, desk.rig.nowUs);
            order.filled = filled;
            order.isOpen = !step.isFinal;
          } else {
            const own = desk.state.strategies[step.strategy];
            const position = own?.position[step.book] ?? 0;
            const left = position > 0 ? position - (own?.sells[step.book] ?? 0) : position + (own?.buys[step.book] ?? 0);
            if (left * position <= 0) continue;
            const closing = ask([[infoOf(desk, step.book), -left, 100]], step.strategy);
            expect(desk.state.isOpen(legKey(closing.id, 0))).toBe(true);
          }
          const all = counted(desk, orders);
          expect(rounded(desk.state.all.ofSymbol)).toEqual(all.symbols);
          expect(rounded(desk.state.all.ofVenue)).toEqual(all.venues);
          expect(rounded([desk.state.all.total])).toEqual([all.total]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('lets nothing pass after a stop until a person clears it, but closing after a stop of opening', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('ask' as const), book: fc.nat(6), units: fc.constantFrom(-6, 6) }),
      fc.record({ kind: fc.constant('stop' as const), trigger: fc.constantFrom('manual' as const, 'drawdown' as const) }),
      fc.record({ kind: fc.constant('watch' as const), afterUs: fc.nat(200_000_000_000) }),
      fc.record({ kind: fc.constant('clear' as const) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const desk = new Desk({ ...CONFIG, unhedged: { ...CONFIG.unhedged, dustQuote: 1e9 } }, undefined, ROWS);
        let level: 'none' | 'opening' | 'everything' = 'none';
        for (const event of events) {
          if (event.kind === 'stop') {
            desk.halt.stop(event.trigger, 'test', 1);
            if (event.trigger === 'manual' || level === 'everything') level = 'everything';
            else level = 'opening';
          } else if (event.kind === 'clear') {
            desk.manager.clearStop('anna');
            level = 'none';
          } else if (event.kind === 'watch') {
            desk.manager.watch(desk.rig.nowUs + event.afterUs, desk.rig.nowUs + desk.rig.epochOffsetUs + event.afterUs);
          } else {
            const intent = desk.intent([[infoOf(desk, event.book), event.units, 100]]);
            const reducing = desk.manager.isReducing(intent);
            const verdict = desk.check(intent);
            if (level === 'everything' || (level === 'opening' && !reducing)) expect(verdict.code).toBe('halted');
            else if (reducing) expect(verdict.code).toBe('pass');
            else expect(verdict.code).not.toBe('halted');
            if (verdict.passes) desk.fill(intent);
          }
          expect([desk.manager.mayPass(false), desk.manager.mayPass(true)]).toEqual([level === 'none', level !== 'everything']);
        }
      }),
      { numRuns: 150 },
    );
  });
});

function infoOf(desk: Desk, book: number) {
  const info = desk.rig.universe.books[book];
  if (info === undefined) throw new Error(`no book ${book}`);
  return info;
}
