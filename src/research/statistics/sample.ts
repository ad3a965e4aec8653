import { statisticsKernel } from '../../kernel/statistics.js';
import { part, type Series } from '../../kernel/statistics-arena.js';
import { ConstantSeriesError, InsufficientDataError, NotFiniteError } from './errors.js';

/**
 * A series made ready for sums of squares: value = origin + scaled * unit. Levels and scales are gone from `scaled`, and neither
 * step loses a digit that matters: near the origin the subtraction is exact, and the unit is a power of two.
 */
export interface Sample {
  readonly scaled: Series;
  /** The first value. */
  readonly origin: number;
  /** A power of two; the largest distance of two scaled values is at least 1/2 and at most 1. */
  readonly unit: number;
  readonly min: number;
  readonly max: number;
}

/** Smallest unit is the inverse of the largest factor that is itself finite for any series. */
const EXPONENT_MAX = 1000;

/**
 * Copies a series into this thread's kernel, to live until the scope around it ends, and checks it.
 * @throws InsufficientDataError for fewer than `lengthMin` values
 * @throws NotFiniteError
 */
export function checkedSeries(
  values: ArrayLike<number>,
  lengthMin: number,
): Series & { readonly min: number; readonly max: number } {
  if (values.length < lengthMin) {
    throw new InsufficientDataError(`${values.length} values, needed are ${lengthMin}`, { length: values.length, lengthMin });
  }
  const series = statisticsKernel().series(values);
  const { finite, min, max } = statisticsKernel().extent(series);
  if (!finite) throw new NotFiniteError('a value is not a finite number');
  return { ...series, min, max };
}

/**
 * A checked series, centred on its first value and scaled by a power of two. A constant series has a unit of 1.
 * @throws InsufficientDataError for fewer than `lengthMin` values (at least 1)
 * @throws NotFiniteError
 */
export function sampleOf(values: ArrayLike<number>, lengthMin: number): Sample {
  const { min, max, ...scaled } = checkedSeries(values, Math.max(1, lengthMin));
  const origin = values[0] ?? 0;
  const unit = unitOf(min, max);
  statisticsKernel().shift(scaled, 1 / unit, origin / unit);
  return { scaled, origin, unit, min, max };
}

/**
 * `sampleOf` of a series that varies.
 * @throws InsufficientDataError for fewer than `lengthMin` values
 * @throws NotFiniteError
 * @throws ConstantSeriesError
 */
export function varyingSample(values: ArrayLike<number>, lengthMin: number): Sample {
  const sample = sampleOf(values, lengthMin);
  if (sample.min === sample.max) throw new ConstantSeriesError(`every value is ${sample.min}`);
  return sample;
}

/**
 * A series that varies, as deviations from its mean in units of its standard deviation: value = mean + scaled * std. To live until the
 * scope around it ends.
 * @throws InsufficientDataError for fewer than `lengthMin` values
 * @throws NotFiniteError
 * @throws ConstantSeriesError
 */
export function standardSample(
  values: ArrayLike<number>,
  lengthMin: number,
): { readonly scaled: Float64Array; readonly mean: number; readonly std: number } {
  const { scaled, origin, unit } = varyingSample(values, lengthMin);
  const kernel = statisticsKernel();
  const { mean, second } = kernel.moments(scaled);
  const std = Math.sqrt(second);
  kernel.shift(scaled, 1 / std, mean / std);
  return { scaled: scaled.values, mean: origin + mean * unit, std: std * unit };
}

/** The power of two that is at least `max - min` and less than twice as much; 1 where they are equal. */
export function unitOf(min: number, max: number): number {
  if (min === max) return 1;
  const exponent = Math.ceil(Math.log2(max / 4 - min / 4)) + 2; // the distance itself may be too large for a number
  return 2 ** Math.max(-EXPONENT_MAX, Math.min(EXPONENT_MAX, exponent));
}

/** Takes the mean from a series, in place. @returns the mean */
export function removeMean(series: Series): number {
  const kernel = statisticsKernel();
  const { mean } = kernel.moments(series);
  kernel.shift(series, 1, mean);
  return mean;
}

/** Step from each value to the next, as a new series that is one shorter. Exact where both values are near each other. */
export function stepsOf(series: Series): Series {
  const kernel = statisticsKernel();
  const steps = kernel.take(series.values.length - 1);
  steps.values.set(series.values.subarray(1));
  kernel.addScaled(part(series, 0, -1), -1, steps);
  return steps;
}
