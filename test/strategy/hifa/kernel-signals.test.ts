// Goal: the pipeline on the signals that the kernel computes, from messages to an intent and back to nothing.
import { expect, test } from 'vitest';
import { DEFAULT_SIGNAL_RULES } from '../../../src/kernel/signal-plan.js';
import { type Level, Rig } from '../../../src/sim/lab/rig.js';
import { hifaDefinition } from '../../../src/strategy/hifa/definition.js';
import { HifaStrategy } from '../../../src/strategy/hifa/hifa-strategy.js';
import type { BookInfo } from '../../../src/strategy/universe.js';

/** A market of `rows` instruments at two venues that stands still but for a small wave, as the kernel sees it. */
class Market {
  readonly rig: Rig;
  readonly strategy: HifaStrategy;
  private readonly shown = new Map<number, number>();

  constructor(rows: number) {
    const venues = ['mexc', 'gateio'] as const;
    this.rig = new Rig({
      rows: Array.from({ length: rows }, (_, row) => venues.map((venue) => ({ venue, base: `T${row}`, takerFeeBps: 1 }))),
      memory: { signals: DEFAULT_SIGNAL_RULES },
      assumeFills: true,
    });
    const hosted = this.rig.make(hifaDefinition, { plan: { alpha: 3 } });
    if (!(hosted.strategy instanceof HifaStrategy)) throw new Error('another strategy');
    this.strategy = hosted.strategy;
    this.rig.run(hosted);
  }

  quote(info: BookInfo, mid: number, bidQty: number, askQty: number): void {
    const side = (centre: number, sign: number, qty: number): Level[] =>
      [1, 2, 3, 4, 5, 6].map((level) => [((centre + sign * level) / 1e4).toFixed(4), String(qty)] as const);
    const last = this.shown.get(info.book);
    this.shown.set(info.book, mid);
    const [bids, asks] = [side(mid, -1, bidQty), side(mid, 1, askQty)];
    if (last === undefined) {
      this.rig.setBook(info, bids, asks);
      return;
    }
    const gone = (before: readonly Level[], now: readonly Level[]): Level[] =>
      before.filter(([price]) => now.every(([other]) => other !== price));
    this.rig.update(info, [...gone(side(last, -1, 0), bids), ...bids], [...gone(side(last, 1, 0), asks), ...asks]);
  }
  /** One turn a quarter of a second later. */
  step(step: number): void {
    for (const info of this.rig.universe.books) this.quote(info, 10_000 + Math.round(4 * Math.sin(step * step)), 200, 200);
    this.rig.turn(250_000);
  }
}

test('takers and orders that lean up at one venue become a position, which is given back', () => {
  const market = new Market(3);
  const { rig, strategy } = market;
  for (let step = 0; step < 68; step++) market.step(step);
  expect(strategy.meters.map(({ entered }) => entered)).toEqual([0, 0, 0, 0, 0]);
  const book = rig.book('gateio', 'spot', 'T1');
  for (let step = 0; step < 3; step++) {
    market.quote(book, 10_002 + 3 * step, 500, 60);
    for (let trade = 0; trade < 3; trade++) rig.trade(book, 'buy', '1.0005', '20');
    rig.turn(250_000);
  }
  expect(rig.intents.map(({ purpose, row }) => [purpose, row])).toEqual([['open', 1]]);
  expect(strategy.signal.reading).toMatchObject({ direction: 1, book: book.book });
  expect(strategy.context.windows.volumeOf(book.place, 0)).toBe(1);
  expect(strategy.context.windows.flowOf(book.place, 0)).toBeGreaterThan(0);
  // The price stays where it went, and five seconds later the position is closed.
  for (let step = 0; step < 24; step++) {
    for (const info of rig.universe.books) market.quote(info, info.row === 1 ? 10_008 : 10_000, 200, 200);
    rig.turn(250_000);
  }
  const [opened, closed, ...more] = rig.intents;
  expect(more).toEqual([]);
  expect(closed?.purpose).toBe('close');
  expect((closed?.tsUs ?? 0) - (opened?.tsUs ?? 0)).toBe(5_000_000);
  expect(closed?.legs.every(({ targetUnits, reduceOnly }) => targetUnits === 0 && reduceOnly)).toBe(true);
  expect(rig.context.budget.committedQuote).toBe(0);
});

test('a thousand instruments that signal nothing are not evaluated', () => {
  const market = new Market(1000);
  for (let step = 0; step < 4; step++) market.step(0);
  expect(market.rig.market.rowCount).toBe(1000);
  expect(market.rig.market.bookCount).toBe(2000);
  expect(market.strategy.meters[0]?.entered).toBe(0);
});
