// Goal: every statistic of the kernel is what its definition says, for any length, any order of values and any window.
// Method: plain twins of a loop a sentence; sums may differ by what another order of addition rounds away.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KernelError } from '../../src/domain/errors.js';
import { StatisticsKernel } from '../../src/kernel/statistics.js';
import { part, type Series } from '../../src/kernel/statistics-arena.js';
import * as twin from '../twin/statistics.js';

const kernel = StatisticsKernel.create(2 ** 26);

/** Runs `work` on copies of series in the kernel. */
function on<T>(series: readonly ArrayLike<number>[], work: (...placed: Series[]) => T): T {
  return kernel.scope(() => work(...series.map((values) => kernel.series(values))));
}

const number = fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 1e8);
/** Few different values, so that there are ties and flat stretches. */
const tick = fc.integer({ min: -3, max: 3 });
const values = (minLength: number, maxLength = 70) =>
  fc.oneof(fc.array(number, { minLength, maxLength }), fc.array(tick, { minLength, maxLength }));

/** Within what rounding may do to sums whose terms come to `size` together. */
function close(got: number, expected: number, size: number): void {
  expect(Math.abs(got - expected)).toBeLessThanOrEqual(1e-13 * size + 1e-300);
}

describe('sums', () => {
  test('of values, of products, of multiples', () => {
    fc.assert(
      fc.property(values(0), fc.infiniteStream(number), number, (x, stream, factor) => {
        const y = x.map(() => stream.next().value as number);
        close(
          on([x], (a) => kernel.sum(a)),
          twin.sum(x),
          twin.sum(x.map(Math.abs)),
        );
        const products = x.map((value, index) => value * (y[index] ?? 0));
        close(
          on([x, y], (a, b) => kernel.dot(a, b)),
          twin.sum(products),
          twin.sum(products.map(Math.abs)),
        );
        const added = on([x, y], (a, b) => {
          kernel.addScaled(a, factor, b);
          return Array.from(b.values);
        });
        expect(added).toEqual(y.map((value, index) => value + factor * (x[index] ?? 0)));
      }),
    );
  });

  test('in place: shifted, squared, as distances', () => {
    fc.assert(
      fc.property(values(1), number, number, (x, scale, origin) => {
        const [shifted, squares, distances] = on([x, x, x], (a, b, c) => {
          kernel.shift(a, scale, origin);
          kernel.square(b);
          kernel.distances(c, origin);
          return [a, b, c].map((series) => Array.from(series.values));
        });
        expect(shifted).toEqual(x.map((value) => value * scale - origin));
        expect(squares).toEqual(x.map((value) => value * value));
        expect(distances).toEqual(x.map((value) => Math.abs(value - origin)));
      }),
    );
  });

  test('the extent is that of the values, and one that is not finite is noticed wherever it stands', () => {
    const odd = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    fc.assert(
      fc.property(values(1), fc.option(fc.tuple(fc.nat(), odd)), (x, fault) => {
        const given = Float64Array.from(x);
        if (fault !== null) given[fault[0] % x.length] = fault[1];
        const { finite, min, max } = on([given], (a) => kernel.extent(a));
        expect(finite).toBe(fault === null);
        if (finite) expect([min + 0, max + 0]).toEqual([Math.min(...x) + 0, Math.max(...x) + 0]);
      }),
    );
  });

  test('moments', () => {
    fc.assert(
      fc.property(values(1), (x) => {
        const { mean, second, third, fourth, absolute } = on([x], (a) => kernel.moments(a));
        const centre = twin.sum(x) / x.length;
        close(mean, centre, 10);
        close(second, twin.centralMoment(x, 2), 100);
        close(third, twin.centralMoment(x, 3), 1e3);
        close(fourth, twin.centralMoment(x, 4), 1e4);
        close(absolute, twin.sum(x.map((value) => Math.abs(value - centre))) / x.length, 10);
      }),
    );
  });

  test('products with lags', () => {
    fc.assert(
      fc.property(values(1), fc.nat(), (x, seed) => {
        const lags = seed % x.length;
        const products = on([x], (a) => kernel.laggedProducts(a, lags));
        expect(products).toHaveLength(lags + 1);
        products.forEach((product, lag) => {
          close(product, twin.laggedProduct(x, lag), 100 * x.length);
        });
      }),
    );
  });

  test('along a path', () => {
    fc.assert(
      fc.property(values(2), fc.nat(), number, (x, seed, drift) => {
        const lag = seed % x.length;
        const steps = x.slice(lag).map((value, index) => value - (x[index] ?? 0) - drift);
        close(
          on([x], (a) => kernel.stepSquares(a, lag, drift)),
          twin.sum(steps.map((step) => step * step)),
          1e3 * x.length,
        );
        const totals = x.map((_, index) => twin.sum(x.slice(0, index + 1)));
        close(
          on([x], (a) => kernel.totalSquares(a)),
          twin.sum(totals.map((total) => total * total)),
          1e2 * x.length ** 3,
        );
        const size = 2 + (seed % x.length);
        const range = twin.rescaledRange(x, size);
        const got = on([x], (a) => kernel.rescaledRange(a, size));
        if (Number.isNaN(range)) expect(got).toBeNaN();
        else expect(got / range).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe('quantiles', () => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 });

  test('are those of the sorted values', () => {
    fc.assert(
      fc.property(values(1, 200), shares, (x, unordered) => {
        const fractions = unordered.toSorted((a, b) => a - b);
        const found = on([x], (a) => kernel.quantiles(a, fractions));
        found.forEach((value, index) => {
          close(value, twin.quantile(x, fractions[index] ?? 0), 10);
        });
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, (index: number, n: number) => number]>([
    ['rising', (index) => index],
    ['falling', (index, n) => n - index],
    ['a roof', (index, n) => Math.min(index, n - index)],
    ['one value', () => 1],
    ['two values in turn', (index) => index % 2],
    // Musser's sequence that makes the median of three the second smallest again and again.
    [
      'against the pivot',
      (index, n) => (index < n / 2 ? (index % 2 === 0 ? index + 1 : n / 2 + index) : (index - n / 2 + 1) * 2),
    ],
  ])('of 4096 values: %s', (_, at) => {
    const x = Array.from({ length: 4096 }, (__, index) => at(index, 4096));
    const fractions = [0, 0.01, 0.25, 0.5, 0.5, 0.75, 0.999, 1];
    const found = on([x], (a) => Array.from(kernel.quantiles(a, fractions)));
    expect(found).toEqual(fractions.map((fraction) => expect.closeTo(twin.quantile(x, fraction), 9)));
  });
});

describe('least squares', () => {
  const problem = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 8, max: 40 }), fc.infiniteStream(number))
    .map(([count, rows, stream]) => {
      const column = () => Array.from({ length: rows }, () => stream.next().value as number);
      return { rows, columns: Array.from({ length: count }, column), response: column() };
    });

  const solve = (columns: readonly (readonly number[])[], response: readonly number[]) =>
    on([[...columns, response].flat()], (matrix) => kernel.leastSquares(matrix, response.length));

  test('is the solution of the normal equations', () => {
    fc.assert(
      fc.property(problem, ({ columns, response }) => {
        const expected = twin.leastSquares(columns, response);
        // The twin squares the condition; where that is too much for it, it is no judge.
        const sizes = columns.map((column, index) => twin.laggedProduct(column, 0) * (expected.factors[index] ?? 0));
        fc.pre(sizes.every((size) => size > 0 && size < 1e4));
        const got = solve(columns, response);
        expect(got).toBeDefined();
        got?.coefficients.forEach((value, index) => {
          expect(value).toBeCloseTo(expected.coefficients[index] ?? 0, 6);
        });
        got?.factors.forEach((value, index) => {
          expect(value / (expected.factors[index] ?? 0)).toBeCloseTo(1, 6);
        });
        expect(got?.squaredResiduals).toBeCloseTo(expected.squaredResiduals, 6);
      }),
    );
  });

  test('a column that is a combination of others has no solution', () => {
    fc.assert(
      fc.property(problem, fc.integer({ min: 1, max: 9 }), fc.nat(9), ({ columns, response }, a, b) => {
        const [first = [], second = first] = columns;
        const mixed = first.map((value, row) => a * value + b * (second[row] ?? 0));
        expect(solve([...columns, mixed], response)).toBeUndefined();
      }),
    );
  });
});

describe('windows', () => {
  const spiked = fc.tuple(values(3, 60), fc.nat(59), fc.constantFrom(0, 1e9, -1e12)).map(([x, place, spike]) => {
    if (spike !== 0 && place < x.length) x[place] = spike;
    return x;
  });

  test('moving: each is what it would be by itself, even right behind a spike', () => {
    fc.assert(
      fc.property(spiked, fc.nat(), (x, seed) => {
        const window = 2 + (seed % (x.length - 1));
        const got = on([x], (a) => kernel.rolling(a, window, 1));
        const expected = twin.windows(x, window);
        expect(got.mean).toHaveLength(expected.length);
        expected.forEach(({ mean, std, z, min, max, median }, index) => {
          expect([got.min[index], got.max[index], got.median[index]].map((value) => (value ?? 0) + 0)).toEqual([
            min + 0,
            max + 0,
            expect.closeTo(median, 9),
          ]);
          const size = Math.max(Math.abs(min), Math.abs(max));
          close(got.mean[index] ?? Number.NaN, mean, size);
          if (std === 0) {
            expect([got.std[index], got.z[index]]).toEqual([0, Number.NaN]);
            return;
          }
          // A difference of some last digits of the values is all that rounding explains.
          expect(Math.abs((got.std[index] ?? Number.NaN) - std)).toBeLessThanOrEqual(1e-12 * std + 1e-14 * size);
          if (std > 1e-6 * size) expect(got.z[index]).toBeCloseTo(z, 6);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('exponential: each is the weighted sum that it stands for', () => {
    fc.assert(
      fc.property(values(1, 40), fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.boolean(), (x, alpha, adjusted) => {
        const got = on([x], (a) => kernel.exponential(a, alpha, adjusted, 1));
        x.forEach((_, last) => {
          const expected = twin.weighted(x, last, alpha, adjusted);
          expect(got.mean[last]).toBeCloseTo(expected.mean, 10);
          expect(got.varBiased[last]).toBeCloseTo(expected.varBiased, 9);
          if (last === 0) expect(got.var[last]).toBeNaN();
          else expect(Math.abs((got.var[last] ?? 0) - expected.var)).toBeLessThanOrEqual(1e-9 * (expected.var + 1));
        });
      }),
    );
  });
});

describe('the memory of series', () => {
  test('a scope gives back what it took, and what lived before keeps its values while the memory grows', () => {
    const small = StatisticsKernel.create(2 ** 24);
    small.scope(() => {
      const first = small.series([1, 2, 3]);
      const inner = small.scope(() => small.take(5).address);
      expect(small.take(5).address).toBe(inner);
      const large = small.take(1_000_000);
      large.values.fill(2);
      expect(small.sum(large)).toBe(2_000_000);
      expect(Array.from(first.values)).toEqual([1, 2, 3]);
      expect(small.sum(part(first, 1))).toBe(5);
      expect(() => small.take(2 ** 21)).toThrow(KernelError);
    });
  });

  test('what does not fit together is refused', () => {
    on(
      [
        [1, 2, 3],
        [1, 2],
      ],
      (x, y) => {
        expect(() => kernel.dot(x, y)).toThrow(KernelError);
        expect(() => kernel.laggedProducts(x, 3)).toThrow(KernelError);
        expect(() => kernel.rolling(x, 4, 1)).toThrow(KernelError);
        expect(() => kernel.leastSquares(x, 2)).toThrow(KernelError);
        expect(() => kernel.rescaledRange(x, 0)).toThrow(KernelError);
      },
    );
  });
});
