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

/** Moving windows: element i tells of the values i to i + window - 1. */
export interface RollingWindows {
  readonly mean: Float64Array;
  /** Divisor window - 1; exactly 0 where the window is flat. */
  readonly std: Float64Array;
  /** (last value - mean) / std; NaN where the window is flat. */
  readonly z: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly median: Float64Array;
}

/** Exponentially weighted moments at every value of a series. */
export interface ExponentialMoments {
  readonly mean: Float64Array;
  /** Corrected for the share of the weights that one value has; NaN at the first value. */
  readonly var: Float64Array;
  readonly varBiased: Float64Array;
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

  /** Replaces every x by its square. */
  square(x: Series): void {
    this.exports.square(x.address, x.values.length);
  }

  /** Sum of the squares of the running totals of x. */
  totalSquares(x: Series): number {
    return this.exports.totalSquares(x.address, x.values.length);
  }

  /** Sum of (x[t] - x[t - lag] - drift)^2 over t >= lag. @throws KernelError unless 0 <= lag <= length */
  stepSquares(x: Series, lag: number, drift: number): number {
    if (!(lag >= 0 && lag <= x.values.length)) throw new KernelError(`steps over ${lag} of ${x.values.length} values`, { lag });
    return this.exports.stepSquares(x.address, x.values.length, lag, drift);
  }

  /** Mean rescaled range of the whole blocks of `size` values that vary; NaN without any. @throws KernelError unless size > 0 */
  rescaledRange(x: Series, size: number): number {
    if (!(size > 0)) throw new KernelError(`blocks of ${size} values`, { size });
    return this.exports.rescaledRange(x.address, x.values.length, size);
  }

  /**
   * Every window of x, told at its last value.
   * @param scale power of two that brings the distances of the values to about 1
   * @throws KernelError unless 2 <= window <= length
   */
  rolling(x: Series, window: number, scale: number): RollingWindows {
    const n = x.values.length;
    if (!(window >= 2 && window <= n)) throw new KernelError(`windows of ${window} of ${n} values`, { window });
    const windows = n - window + 1;
    return this.arena.scope(() => {
      const out = this.arena.take(windows * 6);
      const room = this.arena.take(window * 5);
      const column = (index: number): Float64Array => out.values.slice(windows * index, windows * (index + 1));
      this.exports.rolling(x.address, n, window, scale, out.address, room.address);
      this.exports.rollingMedian(x.address, n, window, out.address + windows * 5 * 8, room.address);
      return { mean: column(0), std: column(1), z: column(2), min: column(3), max: column(4), median: column(5) };
    });
  }

  /**
   * Exponentially weighted moments at every value.
   * @param alpha weight of the latest value, above 0 and at most 1
   * @param adjusted whether weights are divided by their sum; else the first value keeps what the later ones leave
   * @param scale power of two that brings the distances of the values to about 1
   */
  exponential(x: Series, alpha: number, adjusted: boolean, scale: number): ExponentialMoments {
    const n = x.values.length;
    return this.arena.scope(() => {
      const out = this.arena.take(n * 3);
      this.exports.exponential(x.address, n, alpha, adjusted ? 1 : 0, scale, out.address);
      return { mean: out.values.slice(0, n), var: out.values.slice(n, n * 2), varBiased: out.values.slice(n * 2) };
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
