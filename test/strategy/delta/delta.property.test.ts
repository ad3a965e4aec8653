// Goal: no sequence of updates and prices moves the thresholds out of their limits or makes an entry outside them; and on spread
// paths the strategy enters and leaves in the rows in which the threshold rules of backtests do.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STATE_SYNCED } from '../../../assembly/memory/layout.js';
import { entrySpreadPct } from '../../../src/strategy/delta/pair.js';
import { deltaMarket, tradeReasons, update } from './delta-market.js';
import { thresholdTrades } from './threshold-model.js';

const ROW_US = 60_000_000;
const anyNumber = fc.oneof(
  fc.double(),
  fc.double({ min: -0.1, max: 1.2, noNaN: true }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -1, 1, 0.05, 1e300),
);
const anyUpdate = fc.record({
  entryThresholdPct: anyNumber,
  exitThresholdPct: anyNumber,
  confidenceScore: fc.oneof(fc.constant(0.5), anyNumber),
  positionMultiplier: fc.oneof(fc.constant(1), anyNumber),
  dataPointsAnalyzed: fc.constantFrom(0, 99, 100, 5000),
  optimizationTimestamp: fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 1, max: 1000 })),
});
const spread = fc.integer({ min: -50, max: 150 }).map((hundredths) => hundredths / 100);

test('whatever is asked for: thresholds within the limits, entries at or above them, sizes within the cap', () => {
  const step = fc.record({ updates: fc.array(anyUpdate, { maxLength: 3 }), price: fc.integer({ min: 50, max: 150 }), spread });
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 25 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (steps, smoothingWeight) => {
        const { rig, strategy, turnAt } = deltaMarket({ smoothingWeight, basePositionSize: 1000 }, { assumeFills: true });
        for (const { updates, price, spread: spreadPct } of steps) {
          for (const given of updates) strategy.updateParameters(update(given));
          const futuresBid = Number((price * (1 + spreadPct / 100)).toFixed(4));
          const intents = turnAt(price, futuresBid);
          const { entryThresholdPct: entry, exitThresholdPct: exit, positionMultiplier } = strategy.getCurrentParameters();
          expect(entry <= 1 && exit >= 0.05 && exit < entry && positionMultiplier > 0 && positionMultiplier <= 2).toBe(true);
          for (const { purpose, legs } of intents) {
            if (purpose !== 'open') continue;
            expect(entrySpreadPct(price, futuresBid)).toBeGreaterThanOrEqual(entry);
            expect((legs[0]?.targetUnits ?? 0) * 0.01 * price).toBeLessThanOrEqual(2000 + 1e-6);
          }
        }
        const { updatesApplied } = strategy.getOptimizationStatus();
        expect(rig.events.filter(({ kind }) => kind === 'parameter-update')).toHaveLength(updatesApplied);
      },
    ),
    { numRuns: 150 },
  );
});

test('enters and leaves in the same rows as the threshold rules, missing rows included', () => {
  // A path ends with a row that is there: trailing missing rows count for nothing.
  const path = fc
    .tuple(fc.array(fc.option(spread, { freq: 8 }), { minLength: 5, maxLength: 80 }), spread)
    .map(([rows, last]) => [...rows, last]);
  const thresholds = fc
    .tuple(fc.integer({ min: 5, max: 98 }), fc.integer({ min: 5, max: 98 }))
    .filter(([one, other]) => one !== other)
    // Between two spreads of the path, so that the width of the books cannot move a comparison.
    .map(([one, other]) => [Math.max(one, other) / 100 + 0.005, Math.min(one, other) / 100 + 0.005] as const);
  let compared = 0;
  fc.assert(
    fc.property(path, thresholds, fc.integer({ min: 1, max: 12 }), (series, [entry, exit], maxHoldRows) => {
      const { rig, quote } = deltaMarket(
        { entryThresholdPct: entry, exitThresholdPct: exit, maxPositionHoldMinutes: maxHoldRows },
        { assumeFills: true },
      );
      const rows: number[] = [];
      series.forEach((spreadPct, row) => {
        quote(100, 100 + (spreadPct ?? 0));
        if (spreadPct === null) rig.setState(rig.book('gateio', 'futures').book, STATE_SYNCED + 1);
        for (const _ of rig.turn(ROW_US)) rows.push(row);
      });
      rig.turn();
      const live = tradeReasons(rig);
      const model = thresholdTrades(series, entry, exit, maxHoldRows);
      // A backtest ends with its data: what it closes there, or does not open there, the strategy holds on to.
      const closed = model.filter(({ reason }) => reason !== 'end');
      const expected = model.flatMap(({ entry: from, close, reason }) => (reason === 'end' ? [from] : [from, close]));
      const last = series.length - 1;
      const isFlat = rows.length % 2 === 0;
      if (!isFlat && rows.at(-1) === last) rows.pop();
      expect(rows).toEqual(expected);
      expect(live).toEqual(closed.map(({ reason }) => (reason === 'exit' ? 'convergence' : 'max-hold')));
      compared += closed.length;
    }),
    { numRuns: 200 },
  );
  expect(compared).toBeGreaterThan(200);
});
