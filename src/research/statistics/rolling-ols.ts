import { rollingRegression, type WindowRegressions } from '../../kernel/rolling-regression.js';
import { statisticsKernel } from '../../kernel/statistics.js';
import { samplePair } from './pair.js';
import { wholeNumber } from './whole-number.js';

/**
 * Hedge ratio with intercept in every window; element i tells of the pairs i to i + window - 1. Slope, intercept and R^2 are NaN where x
 * does not vary within the window, R^2 also where y does not.
 * @param window 3 or more
 * @throws InsufficientDataError for fewer pairs than one window
 * @throws NotFiniteError
 * @throws InvalidInputError when the series differ in length, or the window is not whole or below 3
 */
export function rollingOls(y: ArrayLike<number>, x: ArrayLike<number>, window: number): WindowRegressions {
  wholeNumber('window', window, 3);
  return statisticsKernel().scope(() => {
    const { y: ys, x: xs } = samplePair(y, x, window);
    const { slope, intercept, r2 } = rollingRegression(statisticsKernel(), ys.scaled, xs.scaled, window);
    for (let i = 0; i < slope.length; i++) {
      slope[i] = ((slope[i] as number) * ys.unit) / xs.unit;
      intercept[i] = ys.origin + (intercept[i] as number) * ys.unit - (slope[i] as number) * xs.origin;
    }
    return { slope, intercept, r2 };
  });
}
