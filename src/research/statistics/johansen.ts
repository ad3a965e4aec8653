import { CholeskyDecomposition, EigenvalueDecomposition, Matrix, solve } from 'ml-matrix';
import { statisticsKernel } from '../../kernel/statistics.js';
import { part, type Series } from '../../kernel/statistics-arena.js';
import { ConstantSeriesError, InsufficientDataError } from './errors.js';
import { mustVary, samplePair } from './pair.js';
import { regress, residualsOf } from './regression.js';
import { removeMean, stepsOf } from './sample.js';
import { wholeNumber } from './whole-number.js';

type Pair = readonly [number, number];
type Levels = readonly [at90: number, at95: number, at99: number];

/** Of the hypotheses of no cointegrating relation and of at most one, in this order. */
export interface JohansenResult {
  /** Descending. */
  readonly eigenvalues: Pair;
  readonly trace: Pair;
  readonly maxEigen: Pair;
  readonly traceCritical: readonly [Levels, Levels];
  readonly maxEigenCritical: readonly [Levels, Levels];
  /** y - hedgeRatio * x is the combination most nearly stationary. */
  readonly hedgeRatio: number;
}

/** MacKinnon, Haug and Michelis (1999), constant term. */
const TRACE_CRITICAL = [
  [13.4294, 15.4943, 19.9349],
  [2.7055, 3.8415, 6.6349],
] as const;
const MAX_EIGEN_CRITICAL = [
  [12.2971, 14.2639, 18.52],
  [2.7055, 3.8415, 6.6349],
] as const;

/**
 * Cointegration of two series by Johansen (1988), with a constant term: symmetric in the series.
 * @param lags lagged steps in the model, 0 or more; 1 by default
 * @throws InsufficientDataError for fewer than 10 pairs, or too few for the lags
 * @throws NotFiniteError
 * @throws ConstantSeriesError when a series does not vary, or one is a combination of the other and of lagged steps
 * @throws InvalidInputError when the series differ in length, or `lags` is not a whole number
 */
export function johansen(y: ArrayLike<number>, x: ArrayLike<number>, lags = 1): JohansenResult {
  wholeNumber('lags', lags, 0);
  return statisticsKernel().scope(() => {
    const { y: ys, x: xs } = samplePair(y, x, 10);
    mustVary(ys, xs);
    const rows = y.length - 1 - lags;
    if (rows < 2 * lags + 3) throw new InsufficientDataError(`${y.length} pairs for ${lags} lags`, { length: y.length, lags });
    removeMean(ys.scaled);
    removeMean(xs.scaled);
    const levels = [ys.scaled, xs.scaled];
    const steps = levels.map(stepsOf);
    const lagged: Float64Array[] = [];
    for (let lag = 1; lag <= lags; lag++) {
      for (const step of steps) lagged.push(demeaned(part(step, lags - lag, lags - lag + rows)));
    }
    const r0 = steps.map((step) => unexplained(demeaned(part(step, lags)), lagged));
    const r1 = levels.map((level) => unexplained(demeaned(part(level, lags, lags + rows)), lagged));
    const { values, vector } = reducedRank(products(r0, r0), products(r0, r1), products(r1, r1));
    const [first, second] = values;
    const scores: Pair = [-rows * Math.log1p(-first), -rows * Math.log1p(-second)];
    return {
      eigenvalues: values,
      trace: [scores[0] + scores[1], scores[1]],
      maxEigen: scores,
      traceCritical: TRACE_CRITICAL,
      maxEigenCritical: MAX_EIGEN_CRITICAL,
      hedgeRatio: (-(vector[1] / vector[0]) * ys.unit) / xs.unit,
    };
  });
}

function demeaned(series: Series): Float64Array {
  const kernel = statisticsKernel();
  return kernel.scope(() => {
    const copy = kernel.series(series.values);
    kernel.shift(copy, 1, kernel.sum(copy) / copy.values.length);
    return Float64Array.from(copy.values);
  });
}

function unexplained(response: Float64Array, columns: readonly Float64Array[]): Float64Array {
  return residualsOf(response, columns, regress(response, columns).coefficients);
}

function products(left: readonly Float64Array[], right: readonly Float64Array[]): Matrix {
  const kernel = statisticsKernel();
  return kernel.scope(() => {
    const rights = right.map((column) => kernel.series(column));
    return new Matrix(
      left.map((column) => {
        const series = kernel.series(column);
        return rights.map((other) => kernel.dot(series, other));
      }),
    );
  });
}

/**
 * Eigenvalues, descending, of S11^-1 S10 S00^-1 S01 and the eigenvector of the first, by way of the symmetric matrix that it is alike
 * to: L^-1 S10 S00^-1 S01 L^-T with S11 = L L'.
 */
function reducedRank(s00: Matrix, s01: Matrix, s11: Matrix): { readonly values: Pair; readonly vector: Pair } {
  const cholesky = new CholeskyDecomposition(s11);
  if (!cholesky.isPositiveDefinite() || !new CholeskyDecomposition(s00).isPositiveDefinite()) {
    throw new ConstantSeriesError('the series are combinations of each other');
  }
  const lower = cholesky.lowerTriangularMatrix;
  const inner = s01.transpose().mmul(solve(s00, s01));
  const half = solve(lower, inner);
  const symmetric = solve(lower, half.transpose());
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const [first, second] = (realEigenvalues[0] as number) >= (realEigenvalues[1] as number) ? [0, 1] : [1, 0];
  const vector = solve(lower.transpose(), eigenvectorMatrix.getColumnVector(first)).to1DArray();
  return {
    values: [realEigenvalues[first] as number, realEigenvalues[second] as number],
    vector: [vector[0] as number, vector[1] as number],
  };
}
