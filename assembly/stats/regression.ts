// Least squares by Householder reflections (Golub and Van Loan, Matrix Computations, 5.3.2): no squares of the condition number,
// which normal equations would bring.
import { addScaled, dot } from './sums';

/** A column of which less than this part is left after the columns before it counts as their combination. */
const DEPENDENT: f64 = 1.0 / 70368744177664.0; // 2^-46

// @ts-ignore: decorator
@inline
function at(base: usize, index: i32): usize {
  return base + (<usize>index << 3);
}

/**
 * Solves matrix * b = y for the smallest sum of squared residuals. The matrix is overwritten.
 * @param matrix `columns` regressors and then y, a column of `rows` float64 each, one behind the other
 * @param out 4 * columns + 1 float64: the coefficients b, then per coefficient the diagonal of (X'X)^-1, then the sum of squared
 *   residuals; the rest is room to work in
 * @returns whether the regressors are independent; without an answer otherwise
 */
export function leastSquares(matrix: usize, rows: i32, columns: i32, out: usize): bool {
  const factors = at(out, columns);
  const squares = at(factors, columns);
  const diagonal = at(squares, 1);
  const room = at(diagonal, columns);
  const stride = <usize>rows << 3;
  for (let j = 0; j < columns; j++) {
    const column = matrix + <usize>j * stride;
    store<f64>(at(room, j), dot(column, column, rows));
  }
  for (let j = 0; j < columns; j++) {
    const left = rows - j;
    const reflector = at(matrix + <usize>j * stride, j);
    const square = dot(reflector, reflector, left);
    const norm = sqrt(square);
    if (!(norm > sqrt(load<f64>(at(room, j))) * DEPENDENT)) return false;
    const first = load<f64>(reflector);
    const alpha = first > 0 ? -norm : norm;
    store<f64>(reflector, first - alpha);
    store<f64>(at(diagonal, j), alpha);
    const scale = 1 / (square - first * alpha);
    for (let k = j + 1; k <= columns; k++) {
      const target = at(matrix + <usize>k * stride, j);
      addScaled(reflector, -dot(reflector, target, left) * scale, target, left);
    }
  }
  const response = matrix + <usize>columns * stride;
  const rest = at(response, columns);
  store<f64>(squares, dot(rest, rest, rows - columns));
  solve(matrix, stride, columns, diagonal, response, out);
  invert(matrix, stride, columns, diagonal, room, factors);
  return true;
}

/** Solves R * to = right by substitution from the last row; R lies above the reflectors, its diagonal apart. */
function solve(matrix: usize, stride: usize, columns: i32, diagonal: usize, right: usize, to: usize): void {
  for (let i = columns - 1; i >= 0; i--) {
    let value = load<f64>(at(right, i));
    for (let k = i + 1; k < columns; k++) value -= load<f64>(at(matrix + <usize>k * stride, i)) * load<f64>(at(to, k));
    store<f64>(at(to, i), value / load<f64>(at(diagonal, i)));
  }
}

/** Row sums of the squares of R^-1, column by column. */
function invert(matrix: usize, stride: usize, columns: i32, diagonal: usize, room: usize, factors: usize): void {
  memory.fill(factors, 0, <usize>columns << 3);
  for (let j = 0; j < columns; j++) {
    for (let i = j; i >= 0; i--) {
      let value: f64 = i == j ? 1 : 0;
      for (let k = i + 1; k <= j; k++) value -= load<f64>(at(matrix + <usize>k * stride, i)) * load<f64>(at(room, k));
      value /= load<f64>(at(diagonal, i));
      store<f64>(at(room, i), value);
      store<f64>(at(factors, i), load<f64>(at(factors, i)) + value * value);
    }
  }
}
