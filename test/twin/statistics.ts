// The statistics of the kernel as their definitions read, one plain loop a sentence: slow, and easy to see right.

export const sum = (x: ArrayLike<number>): number => Array.from(x).reduce((total, value) => total + value, 0);

const mean = (x: ArrayLike<number>): number => sum(x) / x.length;

const slice = (x: ArrayLike<number>, from: number, to: number): number[] => Array.from(x).slice(from, to);

/** Mean of (x - mean)^power. */
export function centralMoment(x: ArrayLike<number>, power: number): number {
  const centre = mean(x);
  return mean(Array.from(x, (value) => (value - centre) ** power));
}

/** Type 7 of Hyndman and Fan, of the sorted values. */
export function quantile(x: ArrayLike<number>, share: number): number {
  const sorted = Array.from(x).sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const [below = 0, above = 0] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return below + (above - below) * (position - Math.floor(position));
}

/** Sum of x[t] * x[t - lag]. */
export function laggedProduct(x: ArrayLike<number>, lag: number): number {
  let total = 0;
  for (let t = lag; t < x.length; t++) total += (x[t] ?? 0) * (x[t - lag] ?? 0);
  return total;
}

export interface Window {
  readonly mean: number;
  readonly std: number;
  readonly z: number;
  readonly min: number;
  readonly max: number;
  readonly median: number;
}

/** Every window by itself, in two passes. */
export function windows(x: ArrayLike<number>, length: number): Window[] {
  return Array.from({ length: x.length - length + 1 }, (_, start) => {
    const values = slice(x, start, start + length);
    const [min, max] = [Math.min(...values), Math.max(...values)];
    const first = values[0] ?? 0;
    const centre = first + mean(values.map((value) => value - first));
    const squares = values.reduce((total, value) => total + (value - centre) ** 2, 0);
    const std = min === max ? 0 : Math.sqrt(squares / (length - 1));
    const z = std === 0 ? Number.NaN : ((values[length - 1] ?? 0) - centre) / std;
    return { mean: centre, std, z, min, max, median: quantile(values, 0.5) };
  });
}

/** Weighted moments of everything up to `last`, from the weights themselves. */
export function weighted(
  x: ArrayLike<number>,
  last: number,
  alpha: number,
  adjusted: boolean,
): { mean: number; varBiased: number; var: number } {
  const values = slice(x, 0, last + 1);
  const weights = values.map((_, index) => {
    const decay = (1 - alpha) ** (last - index);
    return adjusted || index === 0 ? decay : alpha * decay;
  });
  const total = sum(weights);
  const centre = sum(values.map((value, index) => value * (weights[index] ?? 0))) / total;
  const varBiased = sum(values.map((value, index) => (value - centre) ** 2 * (weights[index] ?? 0))) / total;
  const squares = sum(weights.map((weight) => weight * weight));
  return { mean: centre, varBiased, var: last === 0 ? Number.NaN : (varBiased * total * total) / (total * total - squares) };
}

/** Mean rescaled range of the blocks of `size` that vary. */
export function rescaledRange(x: ArrayLike<number>, size: number): number {
  const ratios: number[] = [];
  for (let start = 0; start + size <= x.length; start += size) {
    const block = slice(x, start, start + size);
    if (Math.min(...block) === Math.max(...block)) continue;
    const deviations = block.map((value) => value - mean(block));
    const path = deviations.map((_, index) => sum(deviations.slice(0, index + 1)));
    ratios.push((Math.max(...path) - Math.min(...path)) / Math.sqrt(centralMoment(block, 2)));
  }
  return mean(ratios);
}

/** Solves a square system by elimination with pivots; the right side may have several columns. */
export function eliminate(matrix: readonly (readonly number[])[], right: readonly (readonly number[])[]): number[][] {
  const rows = matrix.map((row, index) => [...row, ...(right[index] ?? [])]);
  const order = rows.length;
  for (let column = 0; column < order; column++) {
    let best = column;
    for (let row = column; row < order; row++) {
      if (Math.abs(rows[row]?.[column] ?? 0) > Math.abs(rows[best]?.[column] ?? 0)) best = row;
    }
    const pivot = rows[best] ?? [];
    rows[best] = rows[column] ?? [];
    rows[column] = pivot.map((value) => value / (pivot[column] ?? 1));
    rows.forEach((row, index) => {
      const factor = row[column] ?? 0;
      if (index !== column && factor !== 0) rows[index] = row.map((value, k) => value - factor * (rows[column]?.[k] ?? 0));
    });
  }
  return rows.map((row) => row.slice(order));
}

/** Least squares by the normal equations: coefficients, the diagonal of (X'X)^-1 and the sum of squared residuals. */
export function leastSquares(
  columns: readonly ArrayLike<number>[],
  response: ArrayLike<number>,
): { coefficients: number[]; factors: number[]; squaredResiduals: number } {
  const products = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
    sum(Array.from(a, (value, row) => value * (b[row] ?? 0)));
  const gram = columns.map((a) => columns.map((b) => products(a, b)));
  const identity = columns.map((_, i) => columns.map((__, j) => (i === j ? 1 : 0)));
  const solved = eliminate(
    gram,
    columns.map((column, index) => [products(column, response), ...(identity[index] ?? [])]),
  );
  const coefficients = solved.map((row) => row[0] ?? 0);
  const residuals = Array.from(response, (value, row) =>
    columns.reduce((left, column, index) => left - (coefficients[index] ?? 0) * (column[row] ?? 0), value),
  );
  return {
    coefficients,
    factors: solved.map((row, index) => row[index + 1] ?? 0),
    squaredResiduals: products(residuals, residuals),
  };
}
