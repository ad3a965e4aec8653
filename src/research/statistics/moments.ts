import { statisticsKernel } from '../../kernel/statistics.js';
import { varyingSample } from './sample.js';

/** Distribution of a series by its moments and by the median of its distances. Units are those of the series, or none. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  /** Divisor n - 1. */
  readonly variance: number;
  readonly std: number;
  /** Divisor n. */
  readonly variancePopulation: number;
  readonly skewBiased: number;
  /** Corrected for small samples, as `skewBiased` is not. */
  readonly skew: number;
  /** Excess: 0 for a normal distribution. */
  readonly kurtosisBiased: number;
  readonly kurtosis: number;
  /** Median of the distances from the median. */
  readonly mad: number;
  /** `mad` made comparable with `std` of a normal distribution. */
  readonly madNormal: number;
  /** Mean of the distances from the mean. */
  readonly meanAbsoluteDeviation: number;
}

const LENGTH_MIN = 4;
/** 1 / quantile 3/4 of the normal distribution. */
const NORMAL_PER_MAD = 1.482602218505602;
const MEDIAN = [0.5];

/**
 * Moments of a series.
 * @throws InsufficientDataError for fewer than 4 values
 * @throws NotFiniteError
 * @throws ConstantSeriesError
 */
export function moments(values: ArrayLike<number>): Moments {
  const kernel = statisticsKernel();
  return kernel.scope(() => {
    const { scaled, origin, unit } = varyingSample(values, LENGTH_MIN);
    const n = values.length;
    const { mean, second, third, fourth, absolute } = kernel.moments(scaled);
    kernel.distances(scaled, kernel.quantiles(scaled, MEDIAN)[0] ?? Number.NaN);
    const mad = (kernel.quantiles(scaled, MEDIAN)[0] ?? Number.NaN) * unit;
    const variancePopulation = second * unit * unit;
    const variance = (variancePopulation * n) / (n - 1);
    const skewBiased = third / second ** 1.5;
    const kurtosisBiased = fourth / (second * second) - 3;
    return {
      n,
      mean: origin + mean * unit,
      variance,
      std: Math.sqrt((second * n) / (n - 1)) * unit,
      variancePopulation,
      skewBiased,
      skew: (skewBiased * Math.sqrt(n * (n - 1))) / (n - 2),
      kurtosisBiased,
      kurtosis: ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * kurtosisBiased + 6),
      mad,
      madNormal: mad * NORMAL_PER_MAD,
      meanAbsoluteDeviation: absolute * unit,
    };
  });
}
