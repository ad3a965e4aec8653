// Goal: each search finds what is there, within its evaluations, and the same for the same seed.
// Method: functions whose best points are known; the Gaussian process against a function it was not told.
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../src/domain/random.js';
import {
  bayesianSearch,
  expectedImprovement,
  latinHypercube,
} from '../../../../src/research/optimizer/strategy/bayesian-search.js';
import { GaussianProcess } from '../../../../src/research/optimizer/strategy/gaussian-process.js';
import { geneticSearch } from '../../../../src/research/optimizer/strategy/genetic-search.js';
import { gridSearch, levelCounts } from '../../../../src/research/optimizer/strategy/grid-search.js';
import { ParameterSpace } from '../../../../src/research/optimizer/strategy/parameter-space.js';
import type { Candidate, Search } from '../../../../src/research/optimizer/strategy/search.js';
import { ParameterValidationError } from '../../../../src/strategy/delta/errors.js';

function run(
  search: Search,
  evaluationsMax: number,
  objectives: (point: Float64Array) => number[],
  seed = 1,
): Promise<Candidate[]> {
  return search({
    dimensions: 2,
    levels: () => Number.POSITIVE_INFINITY,
    evaluationsMax,
    random: new SeededRandom(seed),
    evaluate: async (points) => points.map((point) => ({ point, objectives: objectives(point) })),
  });
}

/** Two hills; the higher one, of height 1, is at (0.8, 0.3). */
function hills([x = 0, y = 0]: Float64Array): number {
  const hill = (cx: number, cy: number, width: number): number => Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / width ** 2);
  return hill(0.8, 0.3, 0.2) + 0.7 * hill(0.2, 0.7, 0.3);
}
const largest = (all: readonly Candidate[]): number => Math.max(...all.map(({ objectives }) => objectives[0] ?? 0));

describe('searches', () => {
  it.each([
    ['grid', gridSearch, 400, 0.97],
    ['genetic', geneticSearch, 400, 0.995],
    ['bayesian', bayesianSearch, 40, 0.995],
  ] as const)('%s finds the higher of two hills', async (_, search, evaluationsMax, atLeast) => {
    for (let seed = 1; seed <= 5; seed++) {
      const all = await run(search, evaluationsMax, (point) => [hills(point)], seed);
      expect(all.length).toBeLessThanOrEqual(evaluationsMax);
      expect(largest(all)).toBeGreaterThan(atLeast);
      for (const { point } of all) for (const x of point) expect(x >= 0 && x <= 1).toBe(true);
    }
  });

  it.each([
    ['grid', gridSearch],
    ['genetic', geneticSearch],
    ['bayesian', bayesianSearch],
  ] as const)('%s does the same for the same seed', async (_, search) => {
    const [a, b] = [await run(search, 30, (point) => [hills(point)], 7), await run(search, 30, (point) => [hills(point)], 7)];
    expect(a).toEqual(b);
  });

  it('genetic search spreads over a Pareto front', async () => {
    // Schaffer's problem on the unit interval: the front is x from 0.4 to 0.6, whatever y is set to at 0.
    const all = await run(geneticSearch, 1200, ([x = 0, y = 0]) => [-((x - 0.4) ** 2) - y, -((x - 0.6) ** 2) - y]);
    const last = all.slice(-60);
    const inFront = last.filter(({ point: [x = 0, y = 0] }) => x > 0.38 && x < 0.62 && y < 0.02);
    expect(inFront.length).toBeGreaterThan(40);
    const xs = inFront.map(({ point }) => point[0] ?? 0);
    expect(Math.min(...xs)).toBeLessThan(0.44);
    expect(Math.max(...xs)).toBeGreaterThan(0.56);
  });

  it('go on where there is no answer', async () => {
    for (const search of [gridSearch, geneticSearch, bayesianSearch]) {
      const all = await run(search, 30, ([x = 0]) => [x > 0.5 ? Number.NEGATIVE_INFINITY : x]);
      expect(largest(all)).toBeGreaterThanOrEqual(0.4);
      expect(await run(search, 20, () => [Number.NEGATIVE_INFINITY])).not.toHaveLength(0);
    }
  });

  it('a grid uses all levels of a dimension that has few', () => {
    expect(levelCounts([2, Number.POSITIVE_INFINITY, 3], 60)).toEqual([2, 10, 3]);
    expect(levelCounts([1, 1], 100)).toEqual([1, 1]);
  });
});

describe('Bayesian search', () => {
  it('predicts a smooth function from a few points, and knows where it does not', () => {
    const points = latinHypercube(40, 2, new SeededRandom(2));
    const process = GaussianProcess.fit(points, points.map(hills));
    const random = new SeededRandom(3);
    for (let i = 0; i < 50; i++) {
      const point = Float64Array.of(0.1 + 0.8 * random.next(), 0.1 + 0.8 * random.next());
      expect(Math.abs(process.predict(point).mean - hills(point))).toBeLessThan(0.15);
    }
    const [known] = points as [Float64Array];
    expect(process.predict(known).mean).toBeCloseTo(hills(known), 2);
    expect(process.predict(known).std).toBeLessThan(process.predict(Float64Array.of(0, 0)).std);
  });

  it('fits values that are all the same, and one value', () => {
    const points = latinHypercube(5, 2, new SeededRandom(1));
    expect(GaussianProcess.fit(points, [3, 3, 3, 3, 3]).predict(Float64Array.of(0.5, 0.5)).mean).toBeCloseTo(3, 9);
    expect(GaussianProcess.fit(points.slice(0, 1), [2]).predict(Float64Array.of(0.5, 0.5)).mean).toBeCloseTo(2, 9);
  });

  it('expects the improvement that a simulation shows', () => {
    const random = new SeededRandom(5);
    const draws = Array.from({ length: 100_000 }, () => Math.max(0, 0.2 + 0.5 * random.normal() - 0.4));
    const simulated = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    expect(expectedImprovement({ mean: 0.2, std: 0.5 }, 0.4)).toBeCloseTo(simulated, 2);
    expect(expectedImprovement({ mean: 0.5, std: 0 }, 0.4)).toBeCloseTo(0.1, 12);
  });

  it('begins with one point in every slice of every dimension', () => {
    const points = latinHypercube(10, 3, new SeededRandom(1));
    for (let dimension = 0; dimension < 3; dimension++) {
      const slices = points.map((point) => Math.floor((point[dimension] ?? 0) * 10)).sort((a, b) => a - b);
      expect(slices).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });
});

describe('ParameterSpace', () => {
  const space = new ParameterSpace({
    threshold: { min: 0.1, max: 0.5, step: 0.1 },
    size: { min: 1, max: 10_000, scale: 'log' },
    fixed: { min: 3, max: 3 },
  });

  it('goes from the unit cube to parameters and back', () => {
    expect(space.at([0, 0, 0])).toEqual({ threshold: 0.1, size: 1, fixed: 3 });
    expect(space.at([0.52, 0.5, 1])).toEqual({ threshold: 0.3, size: expect.closeTo(100, 9), fixed: 3 });
    expect(space.at([7, -7, 0])).toEqual({ threshold: 0.5, size: 1, fixed: 3 });
    expect([...space.pointOf({ threshold: 0.3, size: 100, fixed: 3 })]).toEqual([
      expect.closeTo(0.5, 9),
      expect.closeTo(0.5, 9),
      0,
    ]);
    expect([0, 1, 2].map((dimension) => space.levels(dimension))).toEqual([5, Number.POSITIVE_INFINITY, 1]);
  });

  it('refuses ranges that cannot be searched, and parameters out of them', () => {
    for (const range of [
      { min: 1, max: 0 },
      { min: 0, max: 1, step: 0 },
      { min: 0, max: 1, scale: 'log' as const },
      { min: 0, max: Number.NaN },
    ]) {
      expect(() => new ParameterSpace({ range })).toThrow(ParameterValidationError);
    }
    expect(() => new ParameterSpace({})).toThrow(ParameterValidationError);
    expect(() => space.pointOf({ threshold: 0.6, size: 1, fixed: 3 })).toThrow(ParameterValidationError);
    expect(() => space.pointOf({ threshold: 0.3 })).toThrow(ParameterValidationError);
  });
});
