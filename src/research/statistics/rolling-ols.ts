import { rollingRegression, type WindowRegressions } from '../../kernel/rolling-regression.js';
import { statisticsKernel } from '../../kernel/statistics.js';
import { mustMatch } from './pair.js';
import { checkedSeries, unitOf } from './sample.js';
import { wholeNumber } from './whole-number.js';

/**
 * Hedge ratio with intercept in every window, in constant time a step, whatever a spike before the window has been; element i tells of the pairs i to i + window - 1. Slope, intercept and R^2 are NaN where x
 * does not vary within the window, R^2 also where y does not.
 * @param window 3 or more
 * @throws InsufficientDataError for fewer pairs than one window
 * @throws NotFiniteError
 * @throws InvalidInputError when the series differ in length, or the window is not whole or below 3
 */
export function rollingOls(y: ArrayLike<number>, x: ArrayLike<number>, window: number): WindowRegressions {
  wholeNumber('window', window, 3);
  mustMatch(y, x);
  return statisticsKernel().scope(() => {
    const kernel = statisticsKernel();
    const ys = checkedSeries(y, window);
    const xs = checkedSeries(x, window);
    const unitY = unitOf(ys.min, ys.max);
    const unitX = unitOf(xs.min, xs.max);
    kernel.shift(ys, 1 / unitY, 0);
    kernel.shift(xs, 1 / unitX, 0);
    const { slope, intercept, r2 } = rollingRegression(kernel, ys, xs, window);
    return { slope: slope.map((value) => (value * unitY) / unitX), intercept: intercept.map((value) => value * unitY), r2 };
  });
}
