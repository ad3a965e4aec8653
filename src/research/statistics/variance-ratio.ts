import { statisticsKernel } from '../../kernel/statistics.js';
import { ConstantSeriesError } from './errors.js';
import { sampleOf, stepsOf } from './sample.js';
import { normalTwoSided } from './tails.js';
import { wholeNumber } from './whole-number.js';

/** Variance of steps over q by q times that of single steps, and whether it is 1; one element for each q. */
export interface VarianceRatio {
  /** Below 1 for mean reversion, above 1 for trends. */
  readonly vr: Float64Array;
  /** Normal under equal variances. */
  readonly z: Float64Array;
  /** Normal also when the variance of the steps changes. */
  readonly zRobust: Float64Array;
  /** Two-sided p-values of a random walk. */
  readonly p: Float64Array;
  readonly pRobust: Float64Array;
}

/**
 * Variance-ratio test of Lo and MacKinlay (1988), overlapping steps, corrected for bias.
 * @param levels a level, such as the logarithm of a price
 * @param q spans to compare, 2 or more
 * @throws InsufficientDataError unless there are twice as many steps as the longest span
 * @throws NotFiniteError
 * @throws ConstantSeriesError when every step is the same
 * @throws InvalidInputError when a span is not whole or below 2
 */
export function varianceRatio(levels: ArrayLike<number>, q: readonly number[]): VarianceRatio {
  for (const span of q) wholeNumber('q', span, 2);
  const longest = Math.max(2, ...q);
  return statisticsKernel().scope(() => {
    const kernel = statisticsKernel();
    const { scaled } = sampleOf(levels, 2 * longest + 1);
    const steps = stepsOf(scaled);
    const { min, max } = kernel.extent(steps);
    if (min === max) throw new ConstantSeriesError('every step of the series is the same');
    const count = steps.values.length;
    const drift = (scaled.values[count] ?? 0) / count; // the scaled series begins at 0
    kernel.shift(steps, 1, drift);
    kernel.square(steps);
    const squares = kernel.sum(steps);
    const products = kernel.laggedProducts(steps, longest - 1);
    const vr = Float64Array.from(q, (span) => {
      const divisor = span * (count - span + 1) * (1 - span / count);
      return kernel.stepSquares(scaled, span, span * drift) / divisor / (squares / (count - 1));
    });
    const z = Float64Array.from(q, (span, index) => {
      const variance = (2 * (2 * span - 1) * (span - 1)) / (3 * span * count);
      return ((vr[index] ?? 0) - 1) / Math.sqrt(variance);
    });
    const zRobust = Float64Array.from(q, (span, index) => {
      let variance = 0;
      for (let j = 1; j < span; j++) variance += ((2 * (span - j)) / span) ** 2 * ((products[j] ?? 0) / (squares * squares));
      return ((vr[index] ?? 0) - 1) / Math.sqrt(variance);
    });
    return { vr, z, zRobust, p: z.map(normalTwoSided), pRobust: zRobust.map(normalTwoSided) };
  });
}
