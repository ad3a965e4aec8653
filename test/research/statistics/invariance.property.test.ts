// Goal: a level of 1e9 or a scale of 1e-9 costs no statistic its digits, and every series that cannot be used is refused by name.
// Method: the series are whole numbers, so that levels and powers of two are exact; each statistic has to follow them exactly as its
// formula says, to a few last digits.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adf } from '../../../src/research/statistics/adf.js';
import { archLm } from '../../../src/research/statistics/arch-lm.js';
import { autocorrelation, partialAutocorrelation } from '../../../src/research/statistics/autocorrelation.js';
import { ConstantSeriesError, InsufficientDataError, NotFiniteError } from '../../../src/research/statistics/errors.js';
import { ewma } from '../../../src/research/statistics/ewma.js';
import { halfLife } from '../../../src/research/statistics/half-life.js';
import { hurst } from '../../../src/research/statistics/hurst.js';
import { kpss } from '../../../src/research/statistics/kpss.js';
import { ljungBox } from '../../../src/research/statistics/ljung-box.js';
import { moments } from '../../../src/research/statistics/moments.js';
import { ouFit } from '../../../src/research/statistics/ou-fit.js';
import { quantiles } from '../../../src/research/statistics/quantiles.js';
import { rolling } from '../../../src/research/statistics/rolling.js';
import { varianceRatio } from '../../../src/research/statistics/variance-ratio.js';

type Statistic = (x: readonly number[]) => readonly (number | null | undefined)[];

/** What neither a level nor a scale changes. */
const PURE: Readonly<Record<string, Statistic>> = {
  adf: (x) => {
    const { statistic, pValue, usedLag } = adf(x);
    return [statistic, pValue, usedLag];
  },
  'adf with a trend': (x) => [adf(x, { regression: 'ct', autolag: 'BIC' }).statistic],
  'arch_lm of deviations': (x) => Object.values(archLm(x, { nlags: 2, demean: true })),
  acf: (x) => [...autocorrelation(x, 10)],
  pacf: (x) => [...partialAutocorrelation(x, 5)],
  half_life: (x) => {
    const { slope, seSlope } = halfLife(x);
    return [slope, seSlope];
  },
  hurst: (x) => [...hurst(x).rs],
  kpss: (x) => Object.values(kpss(x)),
  'kpss with a trend': (x) => Object.values(kpss(x, { regression: 'ct' })),
  ljung_box: (x) => [...ljungBox(x, { lags: [5], squared: true }).ljungBox],
  moments: (x) => [moments(x).skew, moments(x).kurtosis],
  rolling: (x) => [...rolling(x, 20).z].map((z) => (Number.isNaN(z) ? null : z)),
  variance_ratio: (x) => Object.values(varianceRatio(x, [2, 5])).flatMap((column: Float64Array) => [...column]),
};

/** What a scale multiplies, and a level does not change. */
const SCALED: Readonly<Record<string, Statistic>> = {
  moments: (x) => [moments(x).std, moments(x).mad, moments(x).meanAbsoluteDeviation],
  rolling: (x) => [...rolling(x, 20).std],
  ou_fit: (x) => [ouFit(x).stationaryStd],
};

/** What a scale multiplies and a level is added to. */
const LEVELLED: Readonly<Record<string, Statistic>> = {
  moments: (x) => [moments(x).mean],
  quantiles: (x) => [...quantiles(x)],
  rolling: (x) => {
    const { mean, min, max, median } = rolling(x, 20);
    return [mean, min, max, median].flatMap((column) => [...column]);
  },
  ewma: (x) => [...ewma(x, { span: 20 }).mean],
};

/** Whole numbers that wander and return. */
const series = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 80, maxLength: 120 }).map((steps) => {
  let level = 0;
  return steps.map((step) => {
    level = Math.round(level * 0.8) + step;
    return level;
  });
});

const SHIFTS = [1e9, -4e12];
const SCALES = [2 ** -40, 2 ** 33];

function expectNear(got: ReturnType<Statistic>, expected: ReturnType<Statistic>, tolerance: number): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, index) => {
    const wanted = expected[index];
    if (typeof wanted !== 'number' || typeof value !== 'number') expect(value).toBe(wanted);
    else expect(Math.abs(value - wanted)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(wanted)));
  });
}

const changed = (x: readonly number[], scale: number, shift: number): number[] => x.map((value) => (value + shift) * scale);
const times = (answers: ReturnType<Statistic>, scale: number, shift = 0): ReturnType<Statistic> =>
  answers.map((answer) => (typeof answer === 'number' ? (answer + shift) * scale : answer));

describe.each([...SHIFTS.map((shift) => [1, shift] as const), ...SCALES.map((scale) => [scale, 0] as const)])(
  'scaled by %d after adding %d',
  (scale, shift) => {
    test.each(Object.entries(PURE))('%s stays', (_, statistic) => {
      fc.assert(
        fc.property(series, (x) => {
          expectNear(statistic(changed(x, scale, shift)), statistic(x), 1e-8);
        }),
        { numRuns: 20 },
      );
    });

    test.each(Object.entries(SCALED))('%s is scaled', (_, statistic) => {
      fc.assert(
        fc.property(series, (x) => {
          expectNear(times(statistic(changed(x, scale, shift)), 1 / scale), statistic(x), 1e-9);
        }),
        { numRuns: 20 },
      );
    });

    test.each(Object.entries(LEVELLED))('%s follows', (_, statistic) => {
      fc.assert(
        fc.property(series, (x) => {
          // The answer itself is rounded at the level.
          const digits = 1e-9 + Math.abs(shift) * 4e-16;
          expectNear(times(times(statistic(changed(x, scale, shift)), 1 / scale), 1, -shift), statistic(x), digits);
        }),
        { numRuns: 20 },
      );
    });
  },
);

describe('series that cannot be used', () => {
  const all: Readonly<Record<string, (x: ArrayLike<number>) => unknown>> = {
    adf: (x) => adf(x),
    arch_lm: (x) => archLm(x, { nlags: 5 }),
    acf: (x) => autocorrelation(x, 20),
    pacf: (x) => partialAutocorrelation(x, 5),
    half_life: halfLife,
    hurst: (x) => hurst(x),
    kpss: (x) => kpss(x),
    ljung_box: (x) => ljungBox(x, { lags: [10] }),
    moments,
    ou_fit: (x) => ouFit(x),
    variance_ratio: (x) => varianceRatio(x, [2, 4]),
  };
  const flatAllowed = {
    quantiles: (x: ArrayLike<number>) => quantiles(x),
    rolling: (x: ArrayLike<number>) => rolling(x, 10),
    ewma: (x: ArrayLike<number>) => ewma(x, { alpha: 0.1 }),
  };

  test.each(Object.entries({ ...all, ...flatAllowed }))('%s: too short comes first, then what is not finite', (_, statistic) => {
    expect(() => statistic([])).toThrow(InsufficientDataError);
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const x = new Float64Array(200);
      x[150] = odd;
      expect(() => statistic(x)).toThrow(NotFiniteError);
    }
  });

  test.each(Object.entries(all))('%s: a constant is one also where its mean is rounded', (_, statistic) => {
    expect(() => statistic(new Float64Array(200).fill(0.1))).toThrow(ConstantSeriesError);
  });

  test('a constant has quantiles, windows and weights', () => {
    const flat = new Float64Array(30).fill(0.1);
    expect([...quantiles(flat, [0, 33, 100])]).toEqual([0.1, 0.1, 0.1]);
    expect([rolling(flat, 10).mean[7], rolling(flat, 10).std[7], rolling(flat, 10).z[7]]).toEqual([0.1, 0, Number.NaN]);
    expect([ewma(flat, { span: 5 }).mean[29], ewma(flat, { span: 5 }).var[29]]).toEqual([0.1, 0]);
  });
});
