// Goal: hedge ratios equal slow twins written from their definitions, and neither level nor scale of the series costs digits.
import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/domain/random.js';
import { KalmanHedge, kalmanHedge } from '../../../src/research/statistics/kalman-hedge.js';
import { olsHedge, olsHedgeThroughOrigin } from '../../../src/research/statistics/ols-hedge.js';
import { rollingOls } from '../../../src/research/statistics/rolling-ols.js';

const whole = fc.integer({ min: -50, max: 50 });
const pairs = (minLength: number): fc.Arbitrary<[number, number][]> =>
  fc.array(fc.tuple(whole, whole), { minLength, maxLength: 60 });
const columns = (values: readonly (readonly [number, number])[]): [y: number[], x: number[]] => [
  values.map(([y]) => y),
  values.map(([, x]) => x),
];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const isFlat = (values: readonly number[]): boolean => values.every((value) => value === values[0]);

/** Whole numbers make every sum exact: n * sum xy - sum x * sum y, and so on. */
function exactFit(y: readonly number[], x: readonly number[]): { slope: number; intercept: number; r2: number; ssr: number } {
  const n = y.length;
  const products = n * sum(x.map((value, i) => value * (y[i] ?? 0))) - sum(x) * sum(y);
  const squaresX = n * sum(x.map((value) => value ** 2)) - sum(x) ** 2;
  const squaresY = n * sum(y.map((value) => value ** 2)) - sum(y) ** 2;
  const slope = products / squaresX;
  return {
    slope,
    intercept: (sum(y) - slope * sum(x)) / n,
    r2: products ** 2 / (squaresX * squaresY),
    ssr: (squaresY - products ** 2 / squaresX) / n,
  };
}

describe('olsHedge', () => {
  test('equals the exact normal equations, on any level and scale', () => {
    fc.assert(
      fc.property(pairs(3), fc.constantFrom(0, 2 ** 30), fc.integer({ min: -40, max: 40 }), (values, level, exponent) => {
        const [y, x] = columns(values);
        fc.pre(!isFlat(x) && !isFlat(y));
        const expected = exactFit(y, x);
        const unit = 2 ** exponent;
        const got = olsHedge(
          y.map((value) => (value + level) * unit),
          x.map((value) => value + level),
        );
        expect(got.slope).toBeCloseTo(expected.slope * unit, 9 - Math.log10(unit));
        expect(got.r2).toBeCloseTo(expected.r2, 9);
        expect(got.residualStd / unit).toBeCloseTo(Math.sqrt(Math.max(0, expected.ssr) / (y.length - 2)), 5);
        if (level === 0) expect(got.intercept / unit).toBeCloseTo(expected.intercept, 8);
      }),
    );
  });

  test('standard errors are those of the diagonal of s^2 (XᵀX)^-1', () => {
    const [y, x] = [
      [3, 1, 4, 1, 5, 9, 2, 6],
      [2, 7, 1, 8, 2, 8, 1, 8],
    ];
    const design = new Matrix(x.map((value) => [1, value]));
    const inverse = new Matrix([
      [x.length, sum(x)],
      [sum(x), sum(x.map((value) => value ** 2))],
    ]);
    const determinant = inverse.get(0, 0) * inverse.get(1, 1) - inverse.get(0, 1) ** 2;
    const { slope, intercept, seSlope, seIntercept, residualStd } = olsHedge(y, x);
    const fitted = design.mmul(Matrix.columnVector([intercept, slope])).to1DArray();
    const variance = sum(y.map((value, i) => (value - (fitted[i] ?? 0)) ** 2)) / (y.length - 2);
    expect(residualStd).toBeCloseTo(Math.sqrt(variance), 12);
    expect(seSlope).toBeCloseTo(Math.sqrt((variance * inverse.get(0, 0)) / determinant), 12);
    expect(seIntercept).toBeCloseTo(Math.sqrt((variance * inverse.get(1, 1)) / determinant), 12);
  });

  test('through the origin, slope is sum xy / sum x^2', () => {
    fc.assert(
      fc.property(pairs(2), (values) => {
        const [y, x] = columns(values);
        fc.pre(x.some((value) => value !== 0) && y.some((value) => value !== 0));
        const got = olsHedgeThroughOrigin(y, x);
        const squaresX = sum(x.map((value) => value ** 2));
        const slope = sum(x.map((value, i) => value * (y[i] ?? 0))) / squaresX;
        const ssr = sum(y.map((value, i) => (value - slope * (x[i] ?? 0)) ** 2));
        expect(got.slope).toBeCloseTo(slope, 10);
        expect(got.residualStd).toBeCloseTo(Math.sqrt(ssr / (y.length - 1)), 6);
        expect(got.r2).toBeCloseTo(1 - ssr / sum(y.map((value) => value ** 2)), 10);
        expect(got.seSlope).toBeCloseTo(Math.sqrt(ssr / (y.length - 1) / squaresX), 6);
      }),
    );
  });
});

test('rolling regressions equal one of every window', () => {
  fc.assert(
    fc.property(pairs(3), fc.integer({ min: 3, max: 20 }), fc.constantFrom(0, 1e12), (values, asked, spike) => {
      const [y, x] = columns(values);
      // A spike that has left the window must leave no trace.
      x[0] = (x[0] ?? 0) + spike;
      const window = Math.min(asked, y.length);
      const got = rollingOls(y, x, window);
      expect(got.slope.length).toBe(y.length - window + 1);
      got.slope.forEach((slope, i) => {
        if (spike > 0 && i === 0) return;
        const [partY, partX] = [y.slice(i, i + window), x.slice(i, i + window)];
        if (isFlat(partX)) {
          expect([slope, got.intercept[i], got.r2[i]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
          return;
        }
        const expected = exactFit(partY, partX);
        expect(slope).toBeCloseTo(expected.slope, 8);
        expect(got.intercept[i]).toBeCloseTo(expected.intercept, 6);
        if (isFlat(partY)) expect(got.r2[i]).toBeNaN();
        else expect(got.r2[i]).toBeCloseTo(expected.r2, 8);
      });
    }),
    { numRuns: 300 },
  );
});

describe('kalmanHedge', () => {
  const variance = fc.double({ min: 1e-6, max: 1, noNaN: true });
  const small = fc.double({ min: -10, max: 10, noNaN: true });

  test('equals the filter written with matrices', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(small, small), { minLength: 1, maxLength: 30 }),
        fc.record({ qSlope: variance, qIntercept: variance, r: variance }),
        fc.tuple(small, small),
        fc.tuple(variance, variance),
        (values, variances, mean0, p0) => {
          const [y, x] = columns(values);
          const got = kalmanHedge(y, x, { ...variances, mean0, p0 });
          let state = Matrix.columnVector(mean0);
          let spread = Matrix.diag([...p0]);
          let logLikelihood = 0;
          values.forEach(([valueY, valueX], t) => {
            if (t > 0) spread = Matrix.add(spread, Matrix.diag([variances.qSlope, variances.qIntercept]));
            const row = Matrix.rowVector([valueX, 1]);
            const error = valueY - row.mmul(state).get(0, 0);
            const total = row.mmul(spread).mmul(row.transpose()).get(0, 0) + variances.r;
            const gain = Matrix.mul(spread.mmul(row.transpose()), 1 / total);
            state = Matrix.add(state, Matrix.mul(gain, error));
            spread = Matrix.sub(spread, gain.mmul(row).mmul(spread));
            logLikelihood -= (Math.log(2 * Math.PI * total) + error ** 2 / total) / 2;
            expect(got.slope[t]).toBeCloseTo(state.get(0, 0), 7);
            expect(got.intercept[t]).toBeCloseTo(state.get(1, 0), 7);
            expect(got.slopeVariance[t]).toBeCloseTo(spread.get(0, 0), 7);
            expect(got.innovation[t]).toBeCloseTo(error, 7);
            expect(got.innovationVariance[t]).toBeCloseTo(total, 7);
          });
          expect(Math.abs(got.logLikelihood - logLikelihood)).toBeLessThan(1e-6 * (1 + Math.abs(logLikelihood)));
        },
      ),
    );
  });

  test('without wandering and from an open mind it is least squares', () => {
    const random = new SeededRandom(3);
    const x = Array.from({ length: 300 }, () => random.normal());
    const y = x.map((value) => 2 * value - 1 + 0.1 * random.normal());
    const filter = new KalmanHedge({ qSlope: 0, qIntercept: 0, r: 0.01, p0: [1e6, 1e6] });
    x.forEach((value, t) => {
      filter.update(y[t] ?? 0, value);
    });
    const fit = olsHedge(y, x);
    expect(filter.slope).toBeCloseTo(fit.slope, 6);
    expect(filter.intercept).toBeCloseTo(fit.intercept, 6);
  });
});
