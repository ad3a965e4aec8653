// Goal: what guards against luck is worth what it says. Method: figures of the papers, and known distributions drawn many times.
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/domain/errors.js';
import { SeededRandom } from '../../../../src/domain/random.js';
import { meanOf } from '../../../../src/research/optimizer/mean-reversion.js';
import { bootstrapInterval } from '../../../../src/research/optimizer/strategy/block-bootstrap.js';
import {
  deflatedSharpe,
  expectedBestSharpe,
  probabilisticSharpe,
} from '../../../../src/research/optimizer/strategy/deflated-sharpe.js';
import { createStrategyEnsemble } from '../../../../src/research/optimizer/strategy/ensemble.js';
import { figuresOf, joinedOutcome, OBJECTIVES } from '../../../../src/research/optimizer/strategy/outcome.js';
import { purgedSplits, walkForwardSplits } from '../../../../src/research/optimizer/strategy/splits.js';

describe('deflated Sharpe ratio', () => {
  // Bailey and Lopez de Prado (2014), "A numerical example": 2.5 a year over 1250 days, skewness -3, kurtosis 10, variance of the
  // trials 1/2 a year.
  const shape = { sharpe: 2.5 / Math.sqrt(250), periods: 1250, skewness: -3, kurtosis: 10 };
  const variance = 0.5 / 250;

  it('has the figures of its paper', () => {
    expect(expectedBestSharpe(100, variance)).toBeCloseTo(0.1132, 4);
    expect(probabilisticSharpe(shape, expectedBestSharpe(100, variance))).toBeCloseTo(0.9004, 4);
    expect(probabilisticSharpe(shape, expectedBestSharpe(46, variance))).toBeCloseTo(0.9505, 3);
    const normal = { ...shape, skewness: 0, kurtosis: 3 };
    expect(probabilisticSharpe(normal, expectedBestSharpe(88, variance))).toBeCloseTo(0.9505, 3);
  });

  it('does not believe the best of many without skill, and believes skill', () => {
    const random = new SeededRandom(3);
    const drawn = (mean: number): Float64Array => Float64Array.from({ length: 250 }, () => mean + random.normal());
    const sharpe = (returns: Float64Array): number => OBJECTIVES.sharpe({ returns, trades: 0 });
    let believed = 0;
    for (let run = 0; run < 40; run++) {
      const trials = Array.from({ length: 100 }, () => drawn(0));
      const best = trials.reduce((top, one) => (sharpe(one) > sharpe(top) ? one : top));
      // On its own each of them looks good.
      expect(probabilisticSharpe({ sharpe: sharpe(best), periods: 250, skewness: 0, kurtosis: 3 }, 0)).toBeGreaterThan(0.95);
      if (deflatedSharpe(best, trials.map(sharpe)).probability > 0.95) believed++;
    }
    expect(believed).toBeLessThanOrEqual(4);
    const noise = Array.from({ length: 99 }, () => sharpe(drawn(0)));
    const skilled = drawn(0.5);
    expect(deflatedSharpe(skilled, [...noise, sharpe(skilled)]).probability).toBeGreaterThan(0.95);
  });

  it('knows a single trial', () => {
    expect(expectedBestSharpe(1, 1)).toBe(0);
    expect(deflatedSharpe(Float64Array.of(1, 1, 1), [0])).toMatchObject({ sharpe: 0, expectedBest: 0 });
  });
});

describe('bootstrapInterval', () => {
  /** Share of series whose interval holds the true mean, 0. */
  function coverage(kept: number, blockLength: number, kind: 'stationary' | 'circular'): number {
    const random = new SeededRandom(11);
    let held = 0;
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      let value = random.normal() / Math.sqrt(1 - kept * kept);
      const series = Float64Array.from({ length: 200 }, () => {
        value = kept * value + random.normal();
        return value;
      });
      const [low, high] = bootstrapInterval(series, meanOf, { random, resamples: 200, blockLength, kind, level: 0.9 });
      if (low <= 0 && high >= 0) held++;
    }
    return held / runs;
  }

  it.each(['stationary', 'circular'] as const)('holds the true mean as often as it says: %s', (kind) => {
    expect(Math.abs(coverage(0, 1, kind) - 0.9)).toBeLessThan(0.05);
  });

  it.each(['stationary', 'circular'] as const)('needs blocks where neighbours depend on each other: %s', (kind) => {
    expect(coverage(0.6, 1, kind)).toBeLessThan(0.75);
    expect(coverage(0.6, 14, kind)).toBeGreaterThan(0.8);
  });

  it('is the same for the same seed', () => {
    const interval = (seed: number) =>
      bootstrapInterval(Float64Array.of(1, 2, 3, 4, 5), meanOf, { random: new SeededRandom(seed) });
    expect(interval(1)).toEqual(interval(1));
  });
});

describe('splits', () => {
  const span = { fromUs: 0, toUs: 1000 };

  it('walk forward, learning only from what lies before, less the embargo', () => {
    expect(walkForwardSplits(span, { folds: 2, embargoUs: 10 })).toEqual([
      { train: [{ fromUs: 0, toUs: 590 }], test: { fromUs: 600, toUs: 800 } },
      { train: [{ fromUs: 0, toUs: 790 }], test: { fromUs: 800, toUs: 1000 } },
    ]);
  });

  it('hold each fold out once, purged on both sides', () => {
    expect(purgedSplits(span, { folds: 4, embargoUs: 20 })).toEqual([
      { train: [{ fromUs: 270, toUs: 1000 }], test: { fromUs: 0, toUs: 250 } },
      {
        train: [
          { fromUs: 0, toUs: 230 },
          { fromUs: 520, toUs: 1000 },
        ],
        test: { fromUs: 250, toUs: 500 },
      },
      {
        train: [
          { fromUs: 0, toUs: 480 },
          { fromUs: 770, toUs: 1000 },
        ],
        test: { fromUs: 500, toUs: 750 },
      },
      { train: [{ fromUs: 0, toUs: 730 }], test: { fromUs: 750, toUs: 1000 } },
    ]);
  });

  it('refuse what leaves nothing to learn from', () => {
    expect(() => walkForwardSplits(span, { folds: 0, embargoUs: 0 })).toThrow(InvalidInputError);
    expect(() => purgedSplits(span, { folds: 1, embargoUs: 0 })).toThrow(InvalidInputError);
    expect(() => walkForwardSplits(span, { folds: 2, embargoUs: 700 })).toThrow(InvalidInputError);
  });
});

describe('outcomes', () => {
  const outcome = { returns: Float64Array.of(0.1, -0.2, 0.3, 0), trades: 3 };

  it('have their figures', () => {
    expect(figuresOf(outcome)).toEqual({
      totalReturn: expect.closeTo(0.2, 12),
      maxDrawdown: expect.closeTo(0.2, 12),
      sharpe: expect.closeTo(0.05 / Math.sqrt(0.13 / 3), 12),
      periods: 4,
      trades: 3,
    });
    expect(OBJECTIVES.calmar(outcome)).toBeCloseTo(1, 12);
    expect(joinedOutcome([outcome, outcome]).returns).toHaveLength(8);
  });

  it('are mixed by an ensemble in proportion to weights', async () => {
    const fixed = (returns: Float64Array) => ({ evaluate: async () => ({ returns, trades: 1 }) });
    const [up, down] = [fixed(Float64Array.of(0.1, -0.1)), fixed(Float64Array.of(-0.1, 0.1))];
    const span = { fromUs: 0, toUs: 2 };
    const even = createStrategyEnsemble([up, down]);
    expect(await even.evaluate(span)).toEqual({ returns: Float64Array.of(0, 0), trades: 2 });
    const uneven = createStrategyEnsemble([up, down], [3, 1]);
    expect(uneven.weights).toEqual([0.75, 0.25]);
    expect((await uneven.evaluate(span)).returns[0]).toBeCloseTo(0.05, 12);
    expect((await createStrategyEnsemble([even, up]).evaluate(span)).returns[0]).toBeCloseTo(0.05, 12);
    for (const weights of [[1], [1, -1], [0, 0], [1, Number.NaN]]) {
      expect(() => createStrategyEnsemble([up, down], weights)).toThrow(InvalidInputError);
    }
    await expect(createStrategyEnsemble([up, fixed(Float64Array.of(1))]).evaluate(span)).rejects.toThrow(InvalidInputError);
  });
});
