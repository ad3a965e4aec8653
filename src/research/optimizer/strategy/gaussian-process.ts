import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/** Beliefs about a function at a point. */
export interface Prediction {
  readonly mean: number;
  readonly std: number;
}

/** Length scales that are tried, in sides of the unit cube, and shares of the variance that are noise. */
const LENGTH_SCALES = [0.08, 0.15, 0.3, 0.6, 1.2];
const NOISE_SHARES = [1e-6, 1e-3, 3e-2, 0.2];

/**
 * A Gaussian process with a Matern 5/2 kernel over points of the unit cube (Rasmussen and Williams, 2006, chapters 2 and 5). Values
 * are standardised; the length scale and the share of noise are those of a small grid with the largest marginal likelihood.
 */
export class GaussianProcess {
  private constructor(
    private readonly points: readonly Float64Array[],
    private readonly lengthScale: number,
    private readonly cholesky: Matrix,
    /** K^-1 y */
    private readonly weights: readonly number[],
    private readonly mean: number,
    private readonly scale: number,
  ) {}

  /** @param values finite, one a point; at least one */
  static fit(points: readonly Float64Array[], values: readonly number[]): GaussianProcess {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const scale = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
    const standard = values.map((value) => (value - mean) / scale);
    let best: GaussianProcess | null = null;
    let bestLikelihood = Number.NEGATIVE_INFINITY;
    for (const lengthScale of LENGTH_SCALES) {
      const correlations = points.map((a) => points.map((b) => matern(distance(a, b) / lengthScale)));
      for (const noise of NOISE_SHARES) {
        const covariance = new Matrix(correlations.map((row, i) => row.map((value, j) => (i === j ? 1 + noise : value))));
        const decomposition = new CholeskyDecomposition(covariance);
        if (!decomposition.isPositiveDefinite()) continue;
        const lower = decomposition.lowerTriangularMatrix;
        const weights = decomposition.solve(Matrix.columnVector(standard)).to1DArray();
        const fitted = weights.reduce((sum, weight, i) => sum + weight * (standard[i] as number), 0);
        const logDeterminant = points.reduce((sum, _, i) => sum + Math.log(lower.get(i, i)), 0);
        const likelihood = -fitted / 2 - logDeterminant;
        if (likelihood <= bestLikelihood) continue;
        bestLikelihood = likelihood;
        best = new GaussianProcess(points, lengthScale, lower, weights, mean, scale);
      }
    }
    // A noise of a fifth is always positive definite.
    return best as GaussianProcess;
  }

  /** Mean and deviation of the function at a point, without noise. */
  predict(point: Float64Array): Prediction {
    const n = this.points.length;
    const covariances = this.points.map((other) => matern(distance(point, other) / this.lengthScale));
    const solved = new Float64Array(n);
    let explained = 0;
    let mean = 0;
    for (let i = 0; i < n; i++) {
      let value = covariances[i] as number;
      mean += value * (this.weights[i] as number);
      for (let j = 0; j < i; j++) value -= this.cholesky.get(i, j) * (solved[j] as number);
      const share = value / this.cholesky.get(i, i);
      solved[i] = share;
      explained += share * share;
    }
    return { mean: this.mean + this.scale * mean, std: this.scale * Math.sqrt(Math.max(0, 1 - explained)) };
  }
}

function matern(distance: number): number {
  const scaled = Math.sqrt(5) * distance;
  return (1 + scaled + (scaled * scaled) / 3) * Math.exp(-scaled);
}

function distance(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0));
}
