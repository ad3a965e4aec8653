import { type FirstOrder, firstOrder } from './first-order.js';

/** How quickly a series returns to its mean, in samples. */
export interface HalfLife extends Pick<FirstOrder, 'intercept' | 'slope' | 'seIntercept' | 'seSlope'> {
  /** -ln 2 / ln(1 + slope); infinite when the series does not return, null when it overshoots by more than it was away. */
  readonly halfLife: number | null;
  /** Its usual approximation -ln 2 / slope; infinite when the series does not return. */
  readonly halfLifeLinear: number;
}

/**
 * Half-life of the deviations of a series from its mean, from the regression of its steps on its levels.
 * @throws InsufficientDataError for fewer than 4 values
 * @throws NotFiniteError
 * @throws ConstantSeriesError
 */
export function halfLife(values: ArrayLike<number>): HalfLife {
  const { intercept, slope, seIntercept, seSlope } = firstOrder(values);
  const reverting = slope < 0;
  const exact = slope > -1 ? -Math.LN2 / Math.log1p(slope) : null;
  return {
    intercept,
    slope,
    seIntercept,
    seSlope,
    halfLife: reverting ? exact : Number.POSITIVE_INFINITY,
    halfLifeLinear: reverting ? -Math.LN2 / slope : Number.POSITIVE_INFINITY,
  };
}
