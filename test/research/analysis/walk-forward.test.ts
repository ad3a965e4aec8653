// Goal: no training sees what it is tested on, drift and sums are those one reckons by hand, and thresholds learnt on an
// Ornstein-Uhlenbeck basis earn out of sample, while a random walk is left alone or earns nothing that was promised.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CalculationError } from '../../../src/domain/calculation-error.js';
import { SeededRandom } from '../../../src/domain/random.js';
import { SystemClock } from '../../../src/domain/system-clock.js';
import { DeltaWalk } from '../../../src/research/analysis/delta-walk.js';
import { type Stretch, walkForward, walkForwardSplits } from '../../../src/research/analysis/walk-forward.js';
import { DeltaArbitrageOptimizer } from '../../../src/research/optimizer/delta-arbitrage-optimizer.js';
import type { MarketFrame } from '../../../src/research/thresholds/market-frame.js';
import { START_MS } from './runs.js';

describe('splits', () => {
  it('train on 60 % and test month by month, with everything before', () => {
    expect(walkForwardSplits({ from: 0, to: 100, retrainEvery: 15, purge: 2 })).toEqual([
      { train: { from: 0, to: 58 }, test: { from: 60, to: 75 } },
      { train: { from: 0, to: 73 }, test: { from: 75, to: 90 } },
      { train: { from: 0, to: 88 }, test: { from: 90, to: 100 } },
    ]);
    expect(walkForwardSplits({ from: 0, to: 100, retrainEvery: 25, isAnchored: false }).map(({ train }) => train)).toEqual([
      { from: 0, to: 60 },
      { from: 25, to: 85 },
    ]);
  });

  it('never let a training see its test, and test every moment after the first training once', () => {
    const terms = fc.record({
      to: fc.integer({ min: 10, max: 1000 }),
      trainShare: fc.double({ min: 0.2, max: 0.9, noNaN: true }),
      retrainEvery: fc.integer({ min: 1, max: 400 }),
      purge: fc.constantFrom(0, 1),
      isAnchored: fc.boolean(),
    });
    fc.assert(
      fc.property(terms, ({ to, ...more }) => {
        const splits = walkForwardSplits({ from: 0, to, ...more });
        splits.forEach(({ train, test }, at) => {
          expect(train.to).toBeLessThanOrEqual(test.from - more.purge + 1e-9);
          expect(train.from).toBeGreaterThanOrEqual(0);
          expect(test.from).toBeCloseTo(splits[at - 1]?.test.to ?? to * more.trainShare, 9);
          expect(test.to).toBeGreaterThan(test.from);
        });
        expect(splits.at(-1)?.test.to).toBe(to);
      }),
    );
  });

  it('are refused when they are none', () => {
    for (const bad of [{ trainShare: 1 }, { trainShare: 0 }, { retrainEvery: 0 }, { purge: 6 }, { to: 0 }]) {
      expect(() => walkForwardSplits({ from: 0, to: 10, ...bad })).toThrow(CalculationError);
    }
  });
});

describe('a walk', () => {
  it('reports drift, what training again brought, and tests that were sat out', async () => {
    const trained = [{ level: 10 }, null, { level: 14 }, { level: 12 }];
    const asked: Stretch[] = [];
    let fold = 0;
    const report = await walkForward(
      {
        train: (stretch) => {
          asked.push(stretch);
          return trained[fold++] ?? null;
        },
        // In a test a level earns its distance to 13, doubled; in sample 1 for a unit of time.
        evaluate: ({ level = 0 }, { from, to }) => (from === 0 ? to - from : 13 - level),
      },
      { from: 0, to: 100, retrainEvery: 10 },
    );
    expect(asked.map(({ to }) => to)).toEqual([60, 70, 80, 90]);
    expect(report.folds.map(({ outOfSample }) => outOfSample)).toEqual([3, null, -1, 1]);
    expect(report.folds.map(({ unretrained }) => unretrained)).toEqual([3, 3, 3, 3]);
    expect(report).toMatchObject({ outOfSample: 3, unretrained: 12, declined: 1, profitableShare: 2 / 3 });
    // Three tests of 10 earned 3; in sample a unit of time earned 1.
    expect(report.efficiency).toBeCloseTo(0.1, 12);
    expect(report.drift).toEqual([
      { name: 'level', values: [10, null, 14, 12], changes: [null, null, 4, -2], relative: expect.closeTo(3 / 12, 12) },
    ]);
  });

  it('leaves out what there is nothing to test in', async () => {
    const walked = { has: ({ from }: Stretch) => from !== 70, train: () => ({ level: 1 }), evaluate: () => 2 };
    const report = await walkForward(walked, { from: 0, to: 100, retrainEvery: 10 });
    expect(report.folds.map(({ test }) => test.from)).toEqual([60, 80, 90]);
    expect(report).toMatchObject({ outOfSample: 6, empty: 1, declined: 0, profitableShare: 1 });
  });

  it('that never trades has nothing to tell', async () => {
    const report = await walkForward({ train: () => null, evaluate: () => 1 }, { from: 0, to: 10, retrainEvery: 2 });
    expect(report).toMatchObject({ outOfSample: 0, declined: 2, drift: [], efficiency: null, profitableShare: null });
  });
});

describe('thresholds of the delta strategy', () => {
  const MINUTE_US = 60e6;
  /** A basis in fractions of the price, from noise of deviation 1; the touch lies half a basis point from the middle. */
  function frame(rows: number, seed: number, next: (basis: number, noise: number) => number): MarketFrame {
    const random = new SeededRandom(seed);
    const columns = { tsUs: 0, spotBidPrice: 0, spotAskPrice: 0, futBidPrice: 0, futAskPrice: 0 };
    const made = Object.fromEntries(Object.keys(columns).map((name) => [name, new Float64Array(rows)])) as Record<
      keyof typeof columns,
      Float64Array
    >;
    let basis = 0;
    for (let row = 0; row < rows; row++) {
      basis = next(basis, random.normal());
      made.tsUs[row] = START_MS * 1000 + row * MINUTE_US;
      made.spotBidPrice[row] = 100 * (1 - 5e-5);
      made.spotAskPrice[row] = 100 * (1 + 5e-5);
      made.futBidPrice[row] = 100 * (1 + basis) * (1 - 5e-5);
      made.futAskPrice[row] = 100 * (1 + basis) * (1 + 5e-5);
    }
    return made;
  }
  const reverting = (rows: number): MarketFrame => frame(rows, 11, (basis, noise) => basis * 0.97 + noise * 0.0007);
  const optimizer = new DeltaArbitrageOptimizer(new SystemClock());

  it('are learnt, and earn out of sample most of what they did in sample', async () => {
    const data = reverting(9_000);
    const walk = new DeltaWalk(data, optimizer);
    const stretch = { from: data.tsUs[0] as number, to: (data.tsUs.at(-1) as number) + 1 };
    const report = await walkForward(walk, { ...stretch, retrainEvery: 1_200 * MINUTE_US, purge: 60 * MINUTE_US });
    expect(report.folds).toHaveLength(3);
    expect(report.declined).toBe(0);
    expect(report.outOfSample).toBeGreaterThan(0);
    expect(report.efficiency).toBeGreaterThan(0.5);
    expect(report.drift.map(({ name }) => name)).toEqual(['entryThresholdPct', 'exitThresholdPct']);
    for (const { train, test, parameters } of report.folds) {
      if (parameters === null) continue;
      for (const part of [train, test]) {
        for (const { entryTsUs, exitTsUs, entryRow, exitRow } of walk.trades(parameters, part)) {
          expect(entryTsUs).toBeGreaterThanOrEqual(part.from);
          expect(exitTsUs).toBeLessThan(part.to);
          expect([data.tsUs[entryRow], data.tsUs[exitRow]]).toEqual([entryTsUs, exitTsUs]);
        }
      }
    }
  });

  it('are the same whatever the data holds after the training', async () => {
    const data = reverting(3_000);
    const cut = 1_800;
    const changed = { ...data, futBidPrice: data.futBidPrice.slice(), futAskPrice: data.futAskPrice.slice() };
    for (let row = cut; row < 3_000; row++) changed.futBidPrice[row] = changed.futAskPrice[row] = 1;
    const stretch = { from: data.tsUs[0] as number, to: data.tsUs[cut] as number };
    const trained = await new DeltaWalk(data, optimizer).train(stretch);
    expect(trained).not.toBeNull();
    expect(await new DeltaWalk(changed, optimizer).train(stretch)).toEqual(trained);
  });

  it('are declined where no pair pays, and a stretch without data has none', async () => {
    const calm = frame(500, 1, (_, noise) => noise * 1e-5);
    const whole = { from: 0, to: Number.MAX_SAFE_INTEGER };
    const walk = new DeltaWalk(calm, optimizer);
    expect(walk.bestOfSweep(whole)).toBeNull();
    expect(await walk.train(whole)).toBeNull();
    expect(await walk.train({ from: 0, to: 1 })).toBeNull();
    expect(walk.evaluate({ entryThresholdPct: 1, exitThresholdPct: 0 }, { from: 0, to: 1 })).toBe(0);
  });
});
