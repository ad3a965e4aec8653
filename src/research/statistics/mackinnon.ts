import normalCdf from '@stdlib/stats-base-dists-normal-cdf';

/** Deterministic terms of a unit-root regression: none, a constant, a constant and a trend. */
export type Deterministic = 'n' | 'c' | 'ct';

/** Levels of a test and the values that its statistic has to stay below. */
export interface CriticalValues {
  readonly '1%': number;
  readonly '5%': number;
  readonly '10%': number;
}

/** One number of series: 1 for a unit-root test, 2 for the residuals of a cointegrating regression of two series. */
export type SeriesCount = 1 | 2;

/** Response surfaces; the first index is the number of series less one. */
interface Surface {
  /** Statistics above `max` have p-value 1, those below `min` 0. */
  readonly max: readonly number[];
  readonly min: readonly number[];
  /** Up to here the polynomial of small statistics holds, above it that of large ones; coefficients from order 0 up. */
  readonly star: readonly number[];
  readonly small: readonly (readonly number[])[];
  readonly large: readonly (readonly number[])[];
  /** 1 %, 5 %, 10 %: polynomials in 1 / observations. */
  readonly critical: readonly (readonly (readonly number[])[])[];
}

/** MacKinnon, J. G.: Approximate asymptotic distribution functions (1994); Critical values for cointegration tests (2010). */
const SURFACES: Readonly<Record<Deterministic, Surface>> = {
  n: {
    max: [Number.POSITIVE_INFINITY, 1.51],
    min: [-19.04, -19.62],
    star: [-1.04, -1.53],
    small: [
      [0.6344, 1.2378, 0.032496000000000004],
      [1.9129, 1.3857, 0.035322],
    ],
    large: [
      [0.4797, 0.9355700000000001, -0.06999, 0.033066],
      [1.5578, 0.8558, -0.20830000000000004, -0.033549],
    ],
    critical: [
      [
        [-2.56574, -2.2358, -3.627, 0],
        [-1.941, -0.2686, -3.365, 31.223],
        [-1.61682, 0.2656, -2.714, 25.364],
      ],
    ],
  },
  c: {
    max: [2.74, 0.92],
    min: [-18.83, -18.86],
    star: [-1.61, -2.62],
    small: [
      [2.1659, 1.4412, 0.038269000000000004],
      [2.92, 1.5012, 0.039796],
    ],
    large: [
      [1.7339, 0.9320200000000001, -0.12745, -0.010368],
      [2.1945, 0.64695, -0.29198, -0.042377000000000005],
    ],
    critical: [
      [
        [-3.43035, -6.5393, -16.786, -79.433],
        [-2.86154, -2.8903, -4.234, -40.04],
        [-2.56677, -1.5384, -2.809, 0],
      ],
      [
        [-3.89644, -10.9519, -33.527, 0],
        [-3.33613, -6.1101, -6.823, 0],
        [-3.04445, -4.2412, -2.72, 0],
      ],
    ],
  },
  ct: {
    max: [0.7, 0.63],
    min: [-16.18, -21.15],
    star: [-2.89, -3.19],
    small: [
      [3.2512, 1.6047, 0.049588],
      [3.6646, 1.5419, 0.036448],
    ],
    large: [
      [2.5261, 0.6165400000000001, -0.37956, -0.060285000000000005],
      [2.85, 0.5272, -0.36622, -0.051695000000000005],
    ],
    critical: [
      [
        [-3.95877, -9.0531, -28.428, -134.155],
        [-3.41049, -4.3904, -9.036, -45.374],
        [-3.12705, -2.5856, -3.925, -22.38],
      ],
      [
        [-4.32762, -15.4387, -35.679, 0],
        [-3.78057, -9.5106, -12.074, 0],
        [-3.49631, -7.0815, -7.538, 21.892],
      ],
    ],
  },
};

/**
 * P-value of a Dickey-Fuller statistic.
 * @param regression terms of the regression ('n' with two series: of its second stage, the first having none either)
 */
export function mackinnonPValue(statistic: number, regression: Deterministic, series: SeriesCount = 1): number {
  const { max, min, star, small, large } = SURFACES[regression];
  const row = series - 1;
  if (statistic > (max[row] ?? 0)) return 1;
  if (statistic < (min[row] ?? 0)) return 0;
  const coefficients = (statistic <= (star[row] ?? 0) ? small : large)[row] ?? [];
  return normalCdf(polynomial(coefficients, statistic), 0, 1);
}

/** Critical values of a Dickey-Fuller statistic at a number of observations; there are none for two series without a constant. */
export function mackinnonCriticalValues(
  observations: number,
  regression: Deterministic,
  series: SeriesCount = 1,
): CriticalValues {
  const levels = SURFACES[regression].critical[series - 1] ?? [];
  const [one = Number.NaN, five = Number.NaN, ten = Number.NaN] = levels.map((level) => polynomial(level, 1 / observations));
  return { '1%': one, '5%': five, '10%': ten };
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((value, coefficient) => value * x + coefficient, 0);
}
