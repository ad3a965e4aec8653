import { statisticsKernel } from '../../kernel/statistics.js';
import type { Series } from '../../kernel/statistics-arena.js';
import { constantColumn, laggedColumns, regress } from './regression.js';
import { removeMean, varyingSample } from './sample.js';
import { wholeNumber } from './whole-number.js';

/**
 * Autocorrelations of a series at lags 0 to `nlags`, with the divisor n at every lag; the first is 1.
 * @throws InsufficientDataError unless there are more values than lags
 * @throws NotFiniteError
 * @throws ConstantSeriesError
 * @throws InvalidInputError when nlags is no whole number
 */
export function autocorrelation(values: ArrayLike<number>, nlags: number): Float64Array {
  wholeNumber('nlags', nlags, 0);
  return statisticsKernel().scope(() => {
    const { scaled } = varyingSample(values, nlags + 1);
    removeMean(scaled);
    return correlationsOf(scaled, nlags);
  });
}

/** `autocorrelation` of a series whose mean is 0. */
export function correlationsOf(centred: Series, nlags: number): Float64Array {
  const products = statisticsKernel().laggedProducts(centred, nlags);
  const whole = products[0] ?? Number.NaN;
  return products.map((product) => product / whole);
}

/**
 * Partial autocorrelations at lags 0 to `nlags`: the last coefficient of the regression on that many lags and a constant, each order
 * over all the rows it has. The first is 1.
 * @throws InsufficientDataError unless nlags is below half the number of values
 * @throws NotFiniteError
 * @throws ConstantSeriesError when the values do not vary, or some lags are a combination of others
 * @throws InvalidInputError when nlags is no whole number
 */
export function partialAutocorrelation(values: ArrayLike<number>, nlags: number): Float64Array {
  wholeNumber('nlags', nlags, 0);
  return statisticsKernel().scope(() => {
    // floor(n / 2) has to be above nlags.
    const { scaled } = varyingSample(values, 2 * nlags + 2);
    removeMean(scaled);
    const x = scaled.values;
    return Float64Array.from({ length: nlags + 1 }, (_, order) => (order === 0 ? 1 : lastCoefficient(x, order)));
  });
}

function lastCoefficient(x: Float64Array, order: number): number {
  return (
    regress(x.subarray(order), [constantColumn(x.length - order), ...laggedColumns(x, order)]).coefficients[order] ?? Number.NaN
  );
}
