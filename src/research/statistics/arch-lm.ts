import { statisticsKernel } from '../../kernel/statistics.js';
import type { Series } from '../../kernel/statistics-arena.js';
import { ConstantSeriesError } from './errors.js';
import { constantColumn, laggedColumns, regress } from './regression.js';
import { checkedSeries, removeMean, sampleOf, unitOf } from './sample.js';
import { chiSquareTail, fTail } from './tails.js';
import { wholeNumber } from './whole-number.js';

export interface ArchLmOptions {
  /** Lags of the squares. */
  readonly nlags: number;
  /** Takes the mean off first; squares the series as it is by default. */
  readonly demean?: boolean;
}

/** Engle's test in both forms. Small p-values speak for clusters of volatility. */
export interface ArchLmResult {
  readonly lm: number;
  readonly lmP: number;
  readonly f: number;
  readonly fP: number;
}

/**
 * Engle's Lagrange-multiplier test for autoregressive conditional heteroskedasticity.
 * @throws InsufficientDataError for fewer than 2 * nlags + 2 values
 * @throws NotFiniteError
 * @throws ConstantSeriesError when the squares do not vary
 * @throws InvalidInputError when nlags is no whole number
 */
export function archLm(values: ArrayLike<number>, { nlags, demean = false }: ArchLmOptions): ArchLmResult {
  const lengthMin = 2 * wholeNumber('nlags', nlags, 1) + 2;
  return statisticsKernel().scope(() => {
    const squares = demean ? squaredDeviations(values, lengthMin) : squaredValues(values, lengthMin);
    const rows = squares.length - nlags;
    const response = squares.subarray(nlags);
    const constant = constantColumn(rows);
    const all = regress(response, [constant]).squaredResiduals;
    if (all === 0) throw new ConstantSeriesError('the squares do not vary');
    const r2 = 1 - regress(response, [constant, ...laggedColumns(squares, nlags)]).squaredResiduals / all;
    const lm = rows * r2;
    const degrees = rows - nlags - 1;
    const f = r2 / nlags / ((1 - r2) / degrees);
    return { lm, lmP: chiSquareTail(lm, nlags), f, fP: fTail(f, nlags, degrees) };
  });
}

function squaredDeviations(values: ArrayLike<number>, lengthMin: number): Float64Array {
  const { scaled } = sampleOf(values, lengthMin);
  removeMean(scaled);
  return centredSquares(scaled);
}

function squaredValues(values: ArrayLike<number>, lengthMin: number): Float64Array {
  const series = checkedSeries(values, lengthMin);
  statisticsKernel().shift(series, 1 / unitOf(0, Math.max(-series.min, series.max)), 0);
  return centredSquares(series);
}

function centredSquares(series: Series): Float64Array {
  const kernel = statisticsKernel();
  kernel.square(series);
  const { min, max } = kernel.extent(series);
  if (min === max) throw new ConstantSeriesError('the squares do not vary');
  removeMean(series);
  return series.values;
}
