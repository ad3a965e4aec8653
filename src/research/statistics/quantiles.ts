import { InvalidInputError } from '../../domain/errors.js';
import { statisticsKernel } from '../../kernel/statistics.js';
import { checkedSeries } from './sample.js';

/** The percentiles that describe a distribution: 1, 5, 10, 25, 50, 75, 90, 95, 99. */
export const PERCENTILES: readonly number[] = [1, 5, 10, 25, 50, 75, 90, 95, 99];

/**
 * Percentiles of a series, linear between neighbours (type 7 of Hyndman and Fan), in the order asked for. Found by selection,
 * without sorting.
 * @param percentiles 0 to 100
 * @throws InsufficientDataError for an empty series
 * @throws NotFiniteError
 * @throws InvalidInputError for a percentile outside 0 to 100
 */
export function quantiles(values: ArrayLike<number>, percentiles: readonly number[] = PERCENTILES): Float64Array {
  for (const percentile of percentiles) {
    if (!(percentile >= 0 && percentile <= 100)) throw new InvalidInputError(`${percentile} is no percentile from 0 to 100`);
  }
  return statisticsKernel().scope(() => {
    const series = checkedSeries(values, 1);
    const order = percentiles.map((_, index) => index).sort((a, b) => (percentiles[a] ?? 0) - (percentiles[b] ?? 0));
    const found = statisticsKernel().quantiles(
      series,
      order.map((index) => (percentiles[index] ?? 0) / 100),
    );
    const answers = new Float64Array(percentiles.length);
    order.forEach((index, rank) => {
      answers[index] = found[rank] ?? Number.NaN;
    });
    return answers;
  });
}
