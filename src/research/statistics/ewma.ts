import { InvalidInputError } from '../../domain/errors.js';
import { type ExponentialMoments, statisticsKernel } from '../../kernel/statistics.js';
import { checkedSeries, unitOf } from './sample.js';

/** How quickly weights fall, one of three ways, and how they begin. */
export type EwmaOptions = (
  | { /** Weight of the latest value, above 0 and at most 1. */ readonly alpha: number }
  | { /** alpha = 2 / (span + 1); 1 or more. */ readonly span: number }
  | { /** Samples after which a weight has halved; above 0. */ readonly halflife: number }
) & {
  /** Divides weights by their sum (the default); else the first value keeps all that the later ones leave. */
  readonly adjust?: boolean;
};

/**
 * Exponentially weighted mean and variance at every value of a series.
 * @throws InsufficientDataError for an empty series
 * @throws NotFiniteError
 * @throws InvalidInputError for a span, half-life or alpha out of its range
 */
export function ewma(values: ArrayLike<number>, options: EwmaOptions): ExponentialMoments {
  const alpha = alphaOf(options);
  if (!(alpha > 0 && alpha <= 1)) throw new InvalidInputError(`the weight of the latest value would be ${alpha}`, { ...options });
  return statisticsKernel().scope(() => {
    const series = checkedSeries(values, 1);
    return statisticsKernel().exponential(series, alpha, options.adjust ?? true, 1 / unitOf(series.min, series.max));
  });
}

function alphaOf(options: EwmaOptions): number {
  if ('alpha' in options) return options.alpha;
  if ('span' in options) return options.span >= 1 ? 2 / (options.span + 1) : Number.NaN;
  return options.halflife > 0 ? -Math.expm1(-Math.LN2 / options.halflife) : Number.NaN;
}
