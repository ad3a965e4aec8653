import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/domain/random.js';
import { coint } from '../../../src/research/statistics/coint.js';
import { johansen } from '../../../src/research/statistics/johansen.js';

/** A random walk, and a series that returns to `slope` times it plus `level`, or walks on its own. */
function walks(seed: number, length: number, slope: number | null, level = 0): { y: Float64Array; x: Float64Array } {
  const random = new SeededRandom(seed);
  const x = new Float64Array(length);
  const y = new Float64Array(length);
  let [walk, other, away] = [0, 0, 0];
  for (let t = 0; t < length; t++) {
    walk += random.normal();
    other += random.normal();
    away = 0.5 * away + 0.3 * random.normal();
    x[t] = level + walk;
    y[t] = slope === null ? level + other : level + slope * walk + away;
  }
  return { y, x };
}

describe('cointegration', () => {
  test('is found where it is, with the hedge ratio, on a level of 1e9 as on one of 0', () => {
    for (const level of [0, 1e9]) {
      const { y, x } = walks(1, 800, 1.5, level);
      const engle = coint(y, x);
      expect(engle.pValue).toBeLessThan(0.01);
      expect(engle.statistic).toBeLessThan(engle.criticalValues['1%']);
      const { trace, traceCritical, eigenvalues, hedgeRatio } = johansen(y, x);
      expect(trace[0]).toBeGreaterThan(traceCritical[0][2]);
      expect(eigenvalues[0]).toBeGreaterThan(eigenvalues[1]);
      expect(hedgeRatio).toBeCloseTo(1.5, 1);
    }
  });

  test('is seldom found between walks of their own', () => {
    let [engle, johansens] = [0, 0];
    for (let seed = 1; seed <= 60; seed++) {
      const { y, x } = walks(seed, 300, null);
      if (coint(y, x, { autolag: null, maxLag: 1 }).pValue < 0.05) engle++;
      const { trace, traceCritical } = johansen(y, x);
      if (trace[0] > traceCritical[0][1]) johansens++;
    }
    // 5 % of 60 are 3; more than 10 has a chance of 1 in 3000.
    expect(engle).toBeLessThanOrEqual(10);
    expect(johansens).toBeLessThanOrEqual(10);
  });

  test.each([0, 1, 3])('johansen does not mind which series comes first, nor scales (%i lags)', (lags) => {
    const { y, x } = walks(7, 400, 0.7);
    const one = johansen(y, x, lags);
    const other = johansen(x, y, lags);
    const scaled = johansen(
      y.map((value) => value * 1e-9),
      x.map((value) => value * 1e9),
      lags,
    );
    for (const rank of [0, 1] as const) {
      expect(other.eigenvalues[rank]).toBeCloseTo(one.eigenvalues[rank], 10);
      expect(other.trace[rank]).toBeCloseTo(one.trace[rank], 7);
      expect(scaled.eigenvalues[rank]).toBeCloseTo(one.eigenvalues[rank], 10);
      expect(one.trace[rank]).toBeGreaterThanOrEqual(one.maxEigen[rank]);
    }
    expect(other.hedgeRatio).toBeCloseTo(1 / one.hedgeRatio, 8);
    expect(scaled.hedgeRatio * 1e18).toBeCloseTo(one.hedgeRatio, 8);
  });

  test('collinear series leave nothing to test', () => {
    const { x } = walks(2, 100, null);
    const result = coint(
      x.map((value) => 3 * value - 7),
      x,
    );
    expect(result).toMatchObject({ statistic: Number.NEGATIVE_INFINITY, pValue: 0, usedLag: null });
  });
});
