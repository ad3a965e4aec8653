import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STATE_GAP } from '../../assembly/memory/layout.js';
import { DEFAULT_SIGNAL_RULES, type SignalRules } from '../../src/kernel/signal-plan.js';
import { SIGNAL_DOWN, SIGNAL_UP, Signals } from '../../src/kernel/signals.js';
import { Rig } from '../../src/sim/lab/rig.js';
import { KINDS, TwinSignals } from '../twin/signals.js';

// Goal: whatever comes, the kernel's signals are those of the plainest model, and none that began is lost when the engine looks
// seldom. Method: few prices and sizes near the thresholds, pauses from microseconds to half a minute.

const RULES: SignalRules = {
  ...DEFAULT_SIGNAL_RULES,
  levels: 5,
  volumeTrades: 3,
  imbalance: { on: 0.5, off: 0.3, holdUs: 0 },
  wall: { on: 4, off: 2, holdUs: 40_000 },
  microMove: { on: 20, off: 5, holdUs: 0 },
};

const level = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 1, 2, 5, 30));
const side = fc.array(level, { maxLength: 5 });
const step = fc.record({
  pauseUs: fc.constantFrom(1, 500, 30_000, 110_000, 260_000, 2_000_000, 31_000_000),
  what: fc.oneof(
    fc.record({ kind: fc.constant('delta' as const), bids: side, asks: side }),
    fc.record({ kind: fc.constant('snapshot' as const), bids: side, asks: side }),
    fc.record({ kind: fc.constant('trade' as const), qty: fc.integer({ min: 1, max: 9 }), isBuy: fc.boolean() }),
    fc.constant({ kind: 'lost' as const }),
  ),
  looks: fc.boolean(),
});

/** Bids lie below 1000 and asks above, so that no book is ever crossed. */
const bidPrice = (distance: number): number => 999 - distance;
const askPrice = (distance: number): number => 1001 + distance;

function change(
  into: Map<number, number>,
  levels: readonly (readonly [number, number])[],
  price: (distance: number) => number,
): void {
  for (const [distance, qty] of levels) {
    if (qty === 0) into.delete(price(distance));
    else into.set(price(distance), qty);
  }
}

/** Of several levels with one price only the last is sent, as venues do. */
const distinct = (levels: readonly (readonly [number, number])[]) => [
  ...new Map(levels.map(([distance, qty]) => [distance, qty])),
];

test('signals are those of the plain model', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const rig = new Rig({
        rows: [
          [
            { venue: 'mexc', priceDecimals: 0, qtyDecimals: 0 },
            { venue: 'gateio', priceDecimals: 0, qtyDecimals: 0 },
          ],
        ],
        memory: { signals: RULES },
      });
      const signals = new Signals(rig.kernel, rig.views);
      const info = rig.book('mexc');
      const twin = new TwinSignals(RULES);
      const [bids, asks] = [new Map<number, number>(), new Map<number, number>()];
      let hasBook = false;
      for (const { pauseUs, what, looks } of [
        { pauseUs: 1, what: { kind: 'snapshot' as const, bids: [], asks: [] }, looks: false },
        ...steps,
      ]) {
        rig.nowUs += pauseUs;
        if (what.kind === 'trade') {
          rig.trade(info, what.isBuy ? 'buy' : 'sell', '1000', String(what.qty));
          twin.traded(what.qty, what.isBuy ? 1 : -1, rig.nowUs);
        } else if (what.kind === 'lost') {
          rig.kernel.exports.resetBook(rig.kernel.plan.books[info.book] ?? 0);
          twin.lost();
          hasBook = false;
        } else {
          const isSnapshot = what.kind === 'snapshot' || !hasBook;
          if (isSnapshot) {
            bids.clear();
            asks.clear();
          }
          const [newBids, newAsks] = [distinct(what.bids), distinct(what.asks)];
          change(bids, newBids, bidPrice);
          change(asks, newAsks, askPrice);
          const text = (levels: readonly (readonly [number, number])[], price: (distance: number) => number) =>
            levels.map(([distance, qty]): [string, string] => [String(price(distance)), String(qty)]);
          const kept = (levels: readonly (readonly [number, number])[]) =>
            isSnapshot ? levels.filter(([, qty]) => qty > 0) : levels;
          rig[isSnapshot ? 'setBook' : 'update'](
            info,
            text(
              kept(newBids).toSorted(([a], [b]) => a - b),
              bidPrice,
            ),
            text(
              kept(newAsks).toSorted(([a], [b]) => a - b),
              askPrice,
            ),
          );
          hasBook = true;
          twin.changed(bids, asks, isSnapshot, rig.nowUs);
        }
        if (!looks) continue;
        rig.turn(0);
        expectSame(signals, info.book, twin);
      }
      rig.setState(info.book, STATE_GAP);
      rig.turn(0);
      expectSame(signals, info.book, twin);
    }),
    { numRuns: 400 },
  );
});

function expectSame(signals: Signals, book: number, twin: TwinSignals): void {
  KINDS.forEach((kind, index) => {
    for (const [direction, name] of [
      [SIGNAL_UP, 'up'],
      [SIGNAL_DOWN, 'down'],
    ] as const) {
      const { count, active, strength, peak, beganUs } = twin.onset(`${kind} ${name}`);
      const got = {
        count: signals.onsets(book, index, direction),
        active: signals.isActive(book, index, direction),
        beganUs: signals.sinceUs(book, index, direction),
      };
      expect({ kind, name, ...got }).toEqual({ kind, name, count, active, beganUs });
      expect(signals.value(book, index, direction)).toBeCloseTo(strength, 9);
      expect(signals.peak(book, index, direction)).toBeCloseTo(peak, 9);
      expect(signals.strength(book, index, direction)).toBeGreaterThanOrEqual(0);
      expect(signals.strength(book, index, direction)).toBeLessThanOrEqual(1);
    }
  });
  expect([signals.wallPriceUnits(book, SIGNAL_UP), signals.wallQtyUnits(book, SIGNAL_DOWN)]).toEqual([
    twin.bidWall.price,
    twin.askWall.qty,
  ]);
  expect(signals.newestBucket(book)).toBe(twin.openBucket);
  for (let age = 0; age < Math.min(signals.bucketCount(book), 20); age++) {
    const [end, start] = [age === 0 ? twin : twin.before(age), twin.before(age + 1)];
    expect(signals.midUnits(book, age)).toBe(end?.mid ?? 0);
    expect(signals.flowUnits(book, age)).toBeCloseTo((end?.flow ?? 0) - (start?.flow ?? 0), 6);
    expect(signals.boughtUnits(book, age)).toBe((end?.bought ?? 0) - (start?.bought ?? 0));
    expect(signals.tradeCount(book, age)).toBe((end?.trades ?? 0) - (start?.trades ?? 0));
  }
}
