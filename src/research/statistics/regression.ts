import { type LeastSquares, statisticsKernel } from '../../kernel/statistics.js';
import { ConstantSeriesError, InsufficientDataError } from './errors.js';

/** An ordinary least-squares fit; coefficients and errors stand in the order of the columns. */
export interface Regression {
  readonly coefficients: Float64Array;
  /** Standard errors: the residual variance divides by rows - columns. NaN where there are as many columns as rows. */
  readonly standardErrors: Float64Array;
  /** Sum of squared residuals. */
  readonly squaredResiduals: number;
  readonly rows: number;
}

/**
 * Regresses `response` on `columns`, all of one length. A constant is a column like any other (`constantColumn`). Householder
 * reflections in the kernel; columns should be centred and scaled before, as those of a `Sample` are.
 * @throws InsufficientDataError when there are fewer rows than columns
 * @throws ConstantSeriesError when a column is a combination of those before it
 */
export function regress(response: ArrayLike<number>, columns: readonly ArrayLike<number>[]): Regression {
  const rows = response.length;
  if (rows < columns.length) {
    throw new InsufficientDataError(`${rows} rows for ${columns.length} regressors`, { rows, columns: columns.length });
  }
  const fit = statisticsKernel().scope(() => solve(response, columns));
  if (fit === undefined) throw new ConstantSeriesError('a regressor is a combination of the others');
  const { coefficients, factors, squaredResiduals } = fit;
  const variance = squaredResiduals / (rows - columns.length);
  return { coefficients, standardErrors: factors.map((factor) => Math.sqrt(factor * variance)), squaredResiduals, rows };
}

function solve(response: ArrayLike<number>, columns: readonly ArrayLike<number>[]): LeastSquares | undefined {
  const rows = response.length;
  const kernel = statisticsKernel();
  const matrix = kernel.take(rows * (columns.length + 1));
  [...columns, response].forEach((column, index) => {
    matrix.values.set(column, index * rows);
  });
  return kernel.leastSquares(matrix, rows);
}

/** The regressor of a constant term. */
export function constantColumn(rows: number): Float64Array {
  return new Float64Array(rows).fill(1);
}

/** The regressor of a trend beside a constant: it rises evenly from about -1/2 to 1/2, and spans with the constant what 1, 2, ... does. */
export function trendColumn(rows: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => (row - (rows - 1) / 2) / rows);
}

/** The regressors x[t - 1], ..., x[t - lags] for the rows t >= lags, as views. */
export function laggedColumns(x: Float64Array, lags: number): Float64Array[] {
  return Array.from({ length: lags }, (_, index) => x.subarray(lags - 1 - index, x.length - 1 - index));
}

/** response - sum of coefficient * column, as a new array. */
export function residualsOf(
  response: ArrayLike<number>,
  columns: readonly ArrayLike<number>[],
  coefficients: ArrayLike<number>,
): Float64Array {
  const kernel = statisticsKernel();
  return kernel.scope(() => {
    const residuals = kernel.series(response);
    columns.forEach((column, index) => {
      kernel.scope(() => {
        kernel.addScaled(kernel.series(column), -(coefficients[index] ?? 0), residuals);
      });
    });
    return Float64Array.from(residuals.values);
  });
}
