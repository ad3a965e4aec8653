import { statisticsKernel } from '../../kernel/statistics.js';
import { ConstantSeriesError } from './errors.js';
import { mustVary, samplePair } from './pair.js';
import { regress } from './regression.js';
import { removeMean } from './sample.js';

/** y = slope * x + noise: a hedge ratio through the origin. */
export interface OriginHedge {
  readonly slope: number;
  /** Standard error of the slope; the residual variance divides by n - 1. */
  readonly seSlope: number;
  /** Share of the sum of y^2 that is explained; NaN when all of y is 0. */
  readonly r2: number;
  readonly residualStd: number;
}

/** y = intercept + slope * x + noise. */
export interface OlsHedge extends OriginHedge {
  readonly intercept: number;
  /** Standard errors and `residualStd` divide by n - 2; `r2` is of the sum of squares about the mean, NaN when y is constant. */
  readonly seIntercept: number;
}

/**
 * Hedge ratio by ordinary least squares: how much of x offsets one y.
 * @throws InsufficientDataError for fewer than 3 pairs
 * @throws NotFiniteError
 * @throws ConstantSeriesError when x does not vary
 * @throws InvalidInputError when the series differ in length
 */
export function olsHedge(y: ArrayLike<number>, x: ArrayLike<number>): OlsHedge {
  return statisticsKernel().scope(() => {
    const kernel = statisticsKernel();
    const { y: ys, x: xs } = samplePair(y, x, 3);
    mustVary(xs);
    const meanY = ys.origin + removeMean(ys.scaled) * ys.unit;
    const meanX = xs.origin + removeMean(xs.scaled) * xs.unit;
    const squaresX = kernel.dot(xs.scaled, xs.scaled);
    const squaresY = kernel.dot(ys.scaled, ys.scaled);
    const { coefficients, squaredResiduals } = regress(ys.scaled.values, [xs.scaled.values]);
    const residualStd = Math.sqrt(squaredResiduals / (y.length - 2)) * ys.unit;
    const slope = ((coefficients[0] as number) * ys.unit) / xs.unit;
    const seSlope = residualStd / xs.unit / Math.sqrt(squaresX);
    return {
      intercept: meanY - slope * meanX,
      slope,
      seIntercept: Math.hypot(residualStd / Math.sqrt(y.length), seSlope * meanX),
      seSlope,
      r2: 1 - squaredResiduals / squaresY,
      residualStd,
    };
  });
}

/**
 * Hedge ratio without an intercept.
 * @throws InsufficientDataError for fewer than 2 pairs
 * @throws NotFiniteError
 * @throws ConstantSeriesError when all of x is 0
 * @throws InvalidInputError when the series differ in length
 */
export function olsHedgeThroughOrigin(y: ArrayLike<number>, x: ArrayLike<number>): OriginHedge {
  return statisticsKernel().scope(() => {
    const kernel = statisticsKernel();
    const { y: ys, x: xs } = samplePair(y, x, 2);
    const unitX = unitAbout0(xs);
    const unitY = unitAbout0(ys);
    if (unitX === 0) throw new ConstantSeriesError('every x is 0');
    const scaledX = kernel.series(x);
    const scaledY = kernel.series(y);
    kernel.shift(scaledX, 1 / unitX, 0);
    if (unitY !== 0) kernel.shift(scaledY, 1 / unitY, 0);
    const { coefficients, squaredResiduals } = regress(scaledY.values, [scaledX.values]);
    const residualStd = Math.sqrt(squaredResiduals / (y.length - 1)) * unitY;
    return {
      slope: ((coefficients[0] as number) * unitY) / unitX,
      seSlope: residualStd / unitX / Math.sqrt(kernel.dot(scaledX, scaledX)),
      r2: 1 - squaredResiduals / kernel.dot(scaledY, scaledY),
      residualStd,
    };
  });
}

/** The power of two below the largest distance from 0; 0 when there is none. */
function unitAbout0({ min, max }: { readonly min: number; readonly max: number }): number {
  const size = Math.max(Math.abs(min), Math.abs(max));
  return size === 0 ? 0 : 2 ** Math.max(-1000, Math.floor(Math.log2(size)));
}
