import { statisticsKernel } from '../../kernel/statistics.js';
import { InsufficientDataError } from './errors.js';
import { constantColumn, regress } from './regression.js';
import { varyingSample } from './sample.js';
import { logGamma } from './tails.js';
import { wholeNumber } from './whole-number.js';

/** Long memory by the rescaled range. */
export interface Hurst {
  /** Lengths of the blocks. */
  readonly sizes: readonly number[];
  /** Mean rescaled range at each size. */
  readonly rs: Float64Array;
  /** Slope of ln rs on ln size: 1/2 without memory, above it for persistence, below it for mean reversion. */
  readonly hurst: number;
  readonly intercept: number;
  readonly r2: number;
  /** What independent normal increments would give at each size (Anis and Lloyd 1976). */
  readonly expectedRs: Float64Array;
  /** 1/2 + the slope of ln rs - ln expectedRs: without the bias that small blocks bring. */
  readonly hurstCorrected: number;
}

const FIRST_SIZE = 8;
const SIZES_MIN = 3;

/**
 * Hurst exponent of a series of increments (returns), which is not differenced.
 * @param sizes lengths of blocks; 8, 16, 32, ... up to half the series by default. Sizes beyond the series are left out, and so are
 *   those at which no block varies
 * @throws InsufficientDataError when fewer than 3 sizes remain
 * @throws NotFiniteError
 * @throws ConstantSeriesError
 * @throws InvalidInputError when a size is not whole or below 2
 */
export function hurst(increments: ArrayLike<number>, sizes?: readonly number[]): Hurst {
  const n = increments.length;
  for (const size of sizes ?? []) wholeNumber('sizes', size, 2);
  const fitting = sizes?.filter((size) => size <= n) ?? doubledSizes(n);
  needSizes(fitting.length, n);
  return statisticsKernel().scope(() => {
    const { scaled } = varyingSample(increments, 1);
    const found = fitting
      .map((size) => ({ size, rs: statisticsKernel().rescaledRange(scaled, size) }))
      .filter(({ rs }) => !Number.isNaN(rs));
    needSizes(found.length, n);
    const rs = Float64Array.from(found, (entry) => entry.rs);
    const expectedRs = Float64Array.from(found, ({ size }) => expectedRange(size));
    const logs = [constantColumn(rs.length), Float64Array.from(found, ({ size }) => Math.log(size))] as const;
    const response = rs.map(Math.log);
    const { coefficients, squaredResiduals } = regress(response, logs);
    const all = regress(response, [logs[0]]).squaredResiduals;
    const excess = regress(
      response.map((log, index) => log - Math.log(expectedRs[index] ?? 1)),
      logs,
    );
    return {
      sizes: found.map(({ size }) => size),
      rs,
      hurst: coefficients[1] ?? Number.NaN,
      intercept: coefficients[0] ?? Number.NaN,
      r2: 1 - squaredResiduals / all,
      expectedRs,
      hurstCorrected: 0.5 + (excess.coefficients[1] ?? Number.NaN),
    };
  });
}

function needSizes(count: number, length: number): void {
  if (count < SIZES_MIN) throw new InsufficientDataError(`${length} values give ${count} block sizes, needed are ${SIZES_MIN}`);
}

function doubledSizes(n: number): number[] {
  const sizes: number[] = [];
  for (let size = FIRST_SIZE; size <= Math.floor(n / 2); size *= 2) sizes.push(size);
  return sizes;
}

/** Expected rescaled range of `size` independent normal values. */
function expectedRange(size: number): number {
  let sum = 0;
  for (let i = 1; i < size; i++) sum += Math.sqrt((size - i) / i);
  return (Math.exp(logGamma((size - 1) / 2) - logGamma(size / 2)) / Math.sqrt(Math.PI)) * sum;
}
