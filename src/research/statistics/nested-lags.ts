import { statisticsKernel } from '../../kernel/statistics.js';
import { part, type Series } from '../../kernel/statistics-arena.js';

/** A column of which less than this part is left after the columns before it counts as their combination. */
const DEPENDENT = 2 ** -46;

/**
 * Sums of squared residuals of x[t] on fixed columns and x[t-1], ..., x[t-p], for p from 0 to `lags`, all over the rows t >= lags.
 * By the Cholesky factor of the cross products, which holds the answers for all p; of the products of lagged columns only the first
 * of each distance is summed, the others differ from it at the ends. Columns should be centred and scaled.
 * @param fixed columns of x.length - lags rows; one that is a combination of those before it changes nothing
 */
export function nestedSquaredResiduals(fixed: readonly Series[], x: Series, lags: number): Float64Array {
  const kernel = statisticsKernel();
  const { values } = x;
  const n = values.length;
  const lagged = (lag: number): Series => part(x, lags - lag, n - lag);
  const products = laggedCrossProducts(x, lags);
  const count = fixed.length;
  const order = count + lags;
  // Row of the response last; column i < count is fixed, the others are lags from 1 on.
  const cross = (i: number, j: number): number => {
    const column = fixed[i];
    const other = fixed[j];
    if (column !== undefined && other !== undefined) return kernel.dot(column, other);
    if (other !== undefined) return kernel.dot(lagged(lagOf(i)), other);
    return products(lagOf(j), lagOf(i));
  };
  const lagOf = (index: number): number => (index === order ? 0 : index - count + 1);
  const factor = choleskyRows(order + 1, cross);
  const response = factor[order] ?? new Float64Array(0);
  const answers = new Float64Array(lags + 1);
  let left = cross(order, order);
  for (let i = 0; i < order; i++) {
    if (i >= count) answers[i - count] = left;
    left = Math.max(0, left - (response[i] ?? 0) ** 2);
  }
  answers[lags] = left;
  return answers;
}

/** products(a, b): sum over t >= lags of x[t - a] * x[t - b]. */
function laggedCrossProducts(x: Series, lags: number): (a: number, b: number) => number {
  const kernel = statisticsKernel();
  const { values } = x;
  const n = values.length;
  const size = lags + 1;
  const table = new Float64Array(size * size);
  const at = (index: number): number => values[index] ?? 0;
  for (let distance = 0; distance <= lags; distance++) {
    let product = kernel.dot(part(x, lags), part(x, lags - distance, n - distance));
    for (let a = 0; a + distance <= lags; a++) {
      const b = a + distance;
      table[a * size + b] = product;
      // One step further back the window gains a row in front and loses its last.
      product += at(lags - 1 - a) * at(lags - 1 - b) - at(n - 1 - a) * at(n - 1 - b);
    }
  }
  return (a, b) => table[Math.min(a, b) * size + Math.max(a, b)] ?? Number.NaN;
}

/** Rows of the lower Cholesky factor; the column of a dependent row is 0. */
function choleskyRows(order: number, cross: (i: number, j: number) => number): Float64Array[] {
  const rows: Float64Array[] = [];
  for (let i = 0; i < order; i++) {
    const row = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) {
      const pivotRow = rows[j] ?? row;
      const product = cross(i, j);
      let value = product;
      for (let k = 0; k < j; k++) value -= (row[k] ?? 0) * (pivotRow[k] ?? 0);
      if (i === j) row[j] = value > product * DEPENDENT ? Math.sqrt(value) : 0;
      else row[j] = pivotRow[j] === 0 ? 0 : value / (pivotRow[j] ?? 1);
    }
    rows.push(row);
  }
  return rows;
}
