import { type RollingWindows, statisticsKernel } from '../../kernel/statistics.js';
import { checkedSeries, unitOf } from './sample.js';
import { wholeNumber } from './whole-number.js';

/**
 * Mean, standard deviation, z-score, extremes and median of every window of a series. Element i tells of the values i to
 * i + window - 1, and its z-score of the last of them. Constant time a step but for the median, which moves at most a window of
 * memory; no error builds up along the series.
 * @param window 2 or more
 * @throws InsufficientDataError for fewer values than one window
 * @throws NotFiniteError
 * @throws InvalidInputError when the window is not whole or below 2
 */
export function rolling(values: ArrayLike<number>, window: number): RollingWindows {
  wholeNumber('window', window, 2);
  return statisticsKernel().scope(() => {
    const series = checkedSeries(values, window);
    return statisticsKernel().rolling(series, window, 1 / unitOf(series.min, series.max));
  });
}
