// Goal: the lags that one set of cross products chooses are those of fitting every number of lags by itself.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../../src/domain/errors.js';
import { SeededRandom } from '../../../src/domain/random.js';
import { statisticsKernel } from '../../../src/kernel/statistics.js';
import { part } from '../../../src/kernel/statistics-arena.js';
import { adf, adfRegression } from '../../../src/research/statistics/adf.js';
import { InsufficientDataError } from '../../../src/research/statistics/errors.js';
import { nestedSquaredResiduals } from '../../../src/research/statistics/nested-lags.js';
import { constantColumn, laggedColumns, regress } from '../../../src/research/statistics/regression.js';

/** x[t] = memory * x[t - 1] + noise. */
function wander(seed: number, length: number, memory: number): Float64Array {
  const random = new SeededRandom(seed);
  const x = new Float64Array(length);
  for (let i = 1; i < length; i++) x[i] = memory * (x[i - 1] ?? 0) + random.normal();
  return x;
}

const cases = fc.record({
  seed: fc.nat(),
  length: fc.integer({ min: 20, max: 150 }),
  memory: fc.constantFrom(-0.8, 0, 0.5, 0.95, 1),
});

describe('nested lags', () => {
  test('leave what each regression by itself leaves', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 0, max: 6 }), ({ seed, length, memory }, lags) => {
        const x = wander(seed, length, memory);
        const rows = length - lags;
        const other = wander(seed + 1, length, 1);
        const nested = statisticsKernel().scope(() => {
          const kernel = statisticsKernel();
          const fixed = [kernel.series(constantColumn(rows)), part(kernel.series(other), lags)];
          return nestedSquaredResiduals(fixed, kernel.series(x), lags);
        });
        expect(nested).toHaveLength(lags + 1);
        nested.forEach((squares, lag) => {
          const columns = [constantColumn(rows), other.subarray(lags), ...laggedColumns(x, lags).slice(0, lag)];
          expect(squares / regress(x.subarray(lags), columns).squaredResiduals).toBeCloseTo(1, 9);
        });
      }),
    );
  });

  test('a fixed column that is there twice changes nothing', () => {
    const x = wander(1, 60, 0.5);
    const answers = statisticsKernel().scope(() => {
      const kernel = statisticsKernel();
      const column = kernel.series(constantColumn(57));
      const series = kernel.series(x);
      return [nestedSquaredResiduals([column], series, 3), nestedSquaredResiduals([column, column], series, 3)];
    });
    expect(answers[1]).toEqual(answers[0]);
  });
});

describe('the test', () => {
  test('chooses the lag with the smallest criterion, and fits it on its own rows', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom('AIC' as const, 'BIC' as const), ({ seed, length, memory }, autolag) => {
        const x = wander(seed, length, memory);
        const steps = x.subarray(1).map((value, index) => value - (x[index] ?? 0));
        const maxLag = 4;
        const rows = steps.length - maxLag;
        const columnsOf = (lag: number, most: number) => [
          constantColumn(steps.length - most),
          x.subarray(most, -1),
          ...laggedColumns(steps, most).slice(0, lag),
        ];
        const criteria = [0, 1, 2, 3, 4].map((lag) => {
          const { squaredResiduals } = regress(steps.subarray(maxLag), columnsOf(lag, maxLag));
          const penalty = autolag === 'AIC' ? 2 : Math.log(rows);
          return rows * (Math.log(2 * Math.PI) + Math.log(squaredResiduals / rows) + 1) + penalty * (2 + lag);
        });
        const { statistic, usedLag, nobs, icBest } = adfRegression(x, { autolag, maxLag });
        expect(icBest).toBeCloseTo(Math.min(...criteria), 6);
        expect(criteria[usedLag]).toBeCloseTo(Math.min(...criteria), 6);
        const { coefficients, standardErrors } = regress(steps.subarray(usedLag), columnsOf(usedLag, usedLag));
        expect(statistic).toBeCloseTo((coefficients[1] ?? 0) / (standardErrors[1] ?? 0), 6);
        expect(nobs).toBe(steps.length - usedLag);
      }),
    );
  });

  test('tells a walk from a series that returns, over a day of seconds', () => {
    expect(adf(wander(3, 86_400, 1)).pValue).toBeGreaterThan(0.05);
    expect(adf(wander(3, 86_400, 0.99)).pValue).toBeLessThan(0.001);
  });

  test('refuses lags that are none, or more than the series allows', () => {
    const x = wander(1, 30, 0.5);
    for (const maxLag of [-1, 1.5]) expect(() => adf(x, { maxLag })).toThrow(InvalidInputError);
    expect(() => adf(x, { maxLag: 14 })).toThrow(InsufficientDataError);
    expect(adf(x, { maxLag: 13, autolag: null }).usedLag).toBe(13);
  });
});
