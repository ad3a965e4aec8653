import { KernelError } from '../domain/errors.js';
import { kernelImports } from './memory.js';
import { type KernelExports, kernelModule } from './module.js';
import { type Series, StatisticsArena } from './statistics-arena.js';

/** Smallest and largest of a series, and whether all of it is finite; else the other two mean nothing. */
export interface Extent {
  readonly finite: boolean;
  readonly min: number;
  readonly max: number;
}

/** Mean, the means of the 2nd to 4th powers of what lies beyond it, and of its absolute value. */
export interface CentralMoments {
  readonly mean: number;
  readonly second: number;
  readonly third: number;
  readonly fourth: number;
  readonly absolute: number;
}

/** Solution of a least-squares problem, in the order of its columns. */
export interface LeastSquares {
  readonly coefficients: Float64Array;
  /** Diagonal of (X'X)^-1: times the residual variance, the squares of the standard errors. */
  readonly factors: Float64Array;
  readonly squaredResiduals: number;
}

/** What one computation may answer with, in float64. */
const ANSWERS = 16;

/**
 * The kernel's statistics over series in a memory of their own, apart from the engine's books. Series are taken from the arena
 * within `scope`, filled, and handed to the methods; what those return is copied out and stays. For one thread.
 */
export class StatisticsKernel {
  readonly exports: KernelExports;
  private readonly answers: Series;

  private constructor(private readonly arena: StatisticsArena) {
    this.exports = new WebAssembly.Instance(kernelModule(), kernelImports(arena.memory)).exports as unknown as KernelExports;
    this.answers = arena.take(ANSWERS);
  }

  /** @param bytesMax what its memory may grow to */
  static create(bytesMax: number): StatisticsKernel {
    return new StatisticsKernel(StatisticsArena.create(bytesMax));
  }

  /** Runs `work` and gives back the series that it took. */
  scope<T>(work: () => T): T {
    return this.arena.scope(work);
  }

  /** Room for `length` values that are not defined yet. @throws KernelError when the memory is used up */
  take(length: number): Series {
    return this.arena.take(length);
  }

  /** A copy of `values` in the kernel's memory. @throws KernelError when the memory is used up */
  series(values: ArrayLike<number>): Series {
    const series = this.arena.take(values.length);
    series.values.set(values);
    return series;
  }

  sum(x: Series): number {
    return this.exports.sumOf(x.address, x.values.length);
  }

  /** Sum of the products of two series of one length. */
  dot(x: Series, y: Series): number {
    return this.exports.dot(x.address, sameLength(x, y).address, x.values.length);
  }

  /** Adds `factor` * x to y, value by value. */
  addScaled(x: Series, factor: number, y: Series): void {
    this.exports.addScaled(x.address, factor, sameLength(x, y).address, x.values.length);
  }

  /** Replaces every x by x * scale - origin. */
  shift(x: Series, scale: number, origin: number): void {
    this.exports.shift(x.address, x.values.length, scale, origin, x.address);
  }

  extent(x: Series): Extent {
    const finite = this.exports.extent(x.address, x.values.length, this.answers.address) !== 0;
    return { finite, min: this.answer(0), max: this.answer(1) };
  }

  /** Two passes. The series should begin near 0, and its fourth powers must not overflow. */
  moments(x: Series): CentralMoments {
    this.exports.moments(x.address, x.values.length, this.answers.address);
    return {
      mean: this.answer(0),
      second: this.answer(1),
      third: this.answer(2),
      fourth: this.answer(3),
      absolute: this.answer(4),
    };
  }

  /** Sums of x[t] * x[t - k] over t >= k, for k from 0 to `lags`. @throws KernelError unless 0 <= lags < length */
  laggedProducts(x: Series, lags: number): Float64Array {
    if (!(lags >= 0 && lags < x.values.length)) {
      throw new KernelError(`${lags} lags of ${x.values.length} values`, { lags });
    }
    return this.arena.scope(() => {
      const out = this.arena.take(lags + 1);
      this.exports.laggedProducts(x.address, x.values.length, lags, out.address);
      return Float64Array.from(out.values);
    });
  }

  /**
   * The smallest sum of squared residuals of a column on the others, by Householder reflections. Overwrites the matrix.
   * @param matrix `rows` values a column: the regressors, then the response
   * @returns undefined when a regressor is a combination of those before it, to 14 digits
   * @throws KernelError when there are fewer rows than regressors
   */
  leastSquares(matrix: Series, rows: number): LeastSquares | undefined {
    const columns = matrix.values.length / rows - 1;
    if (!(Number.isInteger(columns) && columns >= 0 && rows >= columns)) {
      throw new KernelError(`${matrix.values.length} values are no columns of ${rows} rows`, { rows });
    }
    return this.arena.scope(() => {
      const out = this.arena.take(4 * columns + 1);
      if (this.exports.leastSquares(matrix.address, rows, columns, out.address) === 0) return undefined;
      return {
        coefficients: out.values.slice(0, columns),
        factors: out.values.slice(columns, columns * 2),
        squaredResiduals: out.values[columns * 2] ?? 0,
      };
    });
  }

  /**
   * Quantiles by selection, linear between neighbours (type 7 of Hyndman and Fan). Reorders x, which holds at least one value.
   * @param fractions shares from 0 to 1 in ascending order
   */
  quantiles(x: Series, fractions: ArrayLike<number>): Float64Array {
    return this.arena.scope(() => {
      const places = this.series(fractions);
      this.exports.quantiles(x.address, x.values.length, places.address, places.values.length);
      return Float64Array.from(places.values);
    });
  }

  /** Replaces every x by its distance from `centre`. */
  distances(x: Series, centre: number): void {
    this.exports.distances(x.address, x.values.length, centre);
  }

  private answer(index: number): number {
    return this.answers.values[index] ?? Number.NaN;
  }
}

let own: StatisticsKernel | undefined;
const OWN_BYTES_MAX = 2 ** 30;

/** The statistics kernel of this thread, made when it is first needed; it grows to 1 GiB at most. */
export function statisticsKernel(): StatisticsKernel {
  own ??= StatisticsKernel.create(OWN_BYTES_MAX);
  return own;
}

function sameLength(x: Series, y: Series): Series {
  if (x.values.length !== y.values.length) {
    throw new KernelError(`series of ${x.values.length} and ${y.values.length} values do not go together`);
  }
  return y;
}
