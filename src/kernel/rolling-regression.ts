import { KernelError } from '../domain/errors.js';
import type { StatisticsKernel } from './statistics.js';
import type { Series } from './statistics-arena.js';

/** A regression with a constant in every window; element i tells of the pairs i to i + window - 1. */
export interface WindowRegressions {
  readonly slope: Float64Array;
  readonly intercept: Float64Array;
  readonly r2: Float64Array;
}

/**
 * Regresses y on x in every window, in constant time a step; NaN where x does not vary.
 * @throws KernelError when the series differ in length or are shorter than the window
 */
export function rollingRegression(kernel: StatisticsKernel, y: Series, x: Series, window: number): WindowRegressions {
  const n = x.values.length;
  const windows = n - window + 1;
  if (y.values.length !== n || !(window >= 1 && windows >= 1)) {
    throw new KernelError(`windows of ${window} in series of ${n} and ${y.values.length} values`, { window });
  }
  return kernel.scope(() => {
    const out = kernel.take(windows * 3);
    kernel.exports.rollingRegression(x.address, y.address, n, window, out.address, kernel.take(window * 5).address);
    const column = (index: number): Float64Array => out.values.slice(index * windows, (index + 1) * windows);
    return { slope: column(0), intercept: column(1), r2: column(2) };
  });
}
