// Goal: the sweep from events has, to the last digit, the figures of the trades that the plain walk makes.
// Method: few distinct values, so that thresholds are met exactly; gaps; rows that lie unevenly; lengths around whole words of bits.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spreadSeries } from '../../../src/research/thresholds/spread-series.js';
import { sweepThresholds, type ThresholdFigures } from '../../../src/research/thresholds/threshold-sweep.js';
import { type ThresholdTrade, walkThresholds } from '../../../src/research/thresholds/threshold-walk.js';

const tenths = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max }).map((whole) => whole / 10);
const spread = fc.oneof(
  { weight: 6, arbitrary: tenths(-4, 4) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
  { weight: 1, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
);
const rows = fc
  .array(fc.tuple(spread, spread, fc.integer({ min: 1, max: 5 })), { maxLength: 200 })
  .map((values): typeof values => [...values, [0.1, 0.1, 1]]);
const thresholds = fc.array(fc.oneof(tenths(-5, 5), fc.constantFrom(Infinity, -Infinity)), { maxLength: 4 });
const terms = fc.record({ fee: fc.constantFrom(0, 0.0400005, -0.01), maxHold: fc.constantFrom(1, 2, 7, 64, 65, 1e9) });

test.each([false, true])('a sweep equals a walk of every pair (bid and ask told apart: %s)', (isTwoSided) => {
  fc.assert(
    fc.property(rows, thresholds, thresholds, terms, (values, entries, exits, theTerms) => {
      const entry = Float64Array.from(values, ([value]) => value);
      const exit = isTwoSided ? Float64Array.from(values, ([, value]) => value) : entry;
      let place = 0;
      const places = Float64Array.from(values, ([, , step]) => {
        place += step;
        return place;
      });
      const series = spreadSeries(entry, exit, isTwoSided ? places : undefined);
      const grid = sweepThresholds(series, entries, exits, theTerms);
      expect(grid.length).toBe(entries.length * exits.length);
      entries.forEach((entryAt, e) => {
        exits.forEach((exitAt, x) => {
          const expected =
            exitAt < entryAt
              ? { entry: entryAt, exit: exitAt, ...figuresOf(walkThresholds(series, entryAt, exitAt, theTerms), series.places) }
              : null;
          expect(grid.at(e * exits.length + x)).toEqual(expected);
        });
      });
    }),
    { numRuns: 500 },
  );
});

function figuresOf(trades: readonly ThresholdTrade[], places: Float64Array): Omit<ThresholdFigures, 'entry' | 'exit'> {
  let [total, squares, top, fall, held] = [0, 0, 0, 0, 0];
  for (const { entryRow, exitRow, profit } of trades) {
    total += profit;
    squares += profit * profit;
    top = Math.max(top, total);
    fall = Math.max(fall, top - total);
    held += (places[exitRow] ?? 0) - (places[entryRow] ?? 0);
  }
  const n = trades.length;
  const wins = trades.filter(({ profit }) => profit > 0).length;
  return {
    trades: n,
    wins,
    totalProfit: total,
    profitStd: n < 2 ? null : Math.sqrt(Math.max(0, squares - total ** 2 / n) / (n - 1)),
    winRate: n === 0 ? null : wins / n,
    maxDrawdown: fall,
    timeouts: trades.filter(({ reason }) => reason === 'timeout').length,
    ends: trades.filter(({ reason }) => reason === 'end').length,
    meanHold: n === 0 ? null : held / n,
  };
}
