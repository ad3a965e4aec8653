import {
  SWEEP_DRAWDOWN,
  SWEEP_ENDS,
  SWEEP_HELD,
  SWEEP_PROFIT,
  SWEEP_PROFIT_SQUARES,
  SWEEP_STRIDE,
  SWEEP_TIMEOUTS,
  SWEEP_TRADES,
  SWEEP_WINS,
} from '../../assembly/memory/sweep-layout.js';
import type { StatisticsKernel } from './statistics.js';
import { part, type Series } from './statistics-arena.js';

/** What a sweep runs over; columns of one length, a row each, of which the last is not missing. Missing rows are NaN in both spreads. */
export interface SweepRows {
  readonly entry: Float64Array;
  readonly exit: Float64Array;
  /** What holding times are differences of. */
  readonly places: Float64Array;
  /** First row that is not missing at which a position entered here is over its limit; the number of rows for none. */
  readonly deadlines: Float64Array;
}

/** Index of each figure of a pair in a sweep's answer. */
export const FIGURE = {
  trades: SWEEP_TRADES / 8,
  wins: SWEEP_WINS / 8,
  profit: SWEEP_PROFIT / 8,
  profitSquares: SWEEP_PROFIT_SQUARES / 8,
  drawdown: SWEEP_DRAWDOWN / 8,
  timeouts: SWEEP_TIMEOUTS / 8,
  ends: SWEEP_ENDS / 8,
  held: SWEEP_HELD / 8,
} as const;

/** Figures of a pair. */
export const FIGURES = SWEEP_STRIDE / 8;

const WORD_ROWS = 64;

/**
 * Backtests every pair of an entry and an exit threshold below it; see assembly/stats/threshold-sweep.ts for what a trade is.
 * @returns FIGURES numbers a pair, in order of entries, then exits; NaN throughout where exit < entry does not hold
 * @throws KernelError when the memory is used up: some 40 bytes a row, and an eighth of a byte a row and exit
 */
export function sweepThresholds(
  kernel: StatisticsKernel,
  rows: SweepRows,
  entries: ArrayLike<number>,
  exits: ArrayLike<number>,
  fee: number,
): Float64Array {
  return kernel.scope(() => {
    const { exports } = kernel;
    const last = rows.places.length - 1;
    const words = Math.ceil(rows.places.length / WORD_ROWS);
    const entryValues = filledUp(kernel, rows.entry, words);
    const exitValues = rows.exit === rows.entry ? entryValues : filledUp(kernel, rows.exit, words);
    const places = kernel.series(rows.places);
    const deadlines = kernel.series(rows.deadlines);
    const entryBits = kernel.take(words);
    const allExitBits = kernel.take(words * exits.length);
    const exitBits = Array.from(exits, (threshold, index) => {
      const bits = part(allExitBits, index * words, (index + 1) * words);
      exports.packReached(exitValues.address, words, threshold, -1, bits.address);
      return bits.address;
    });
    const figures = kernel.take(entries.length * exits.length * FIGURES);
    figures.values.fill(Number.NaN);
    let pair = figures.address;
    for (let e = 0; e < entries.length; e++) {
      const threshold = entries[e] as number;
      exports.packReached(entryValues.address, words, threshold, 1, entryBits.address);
      for (let x = 0; x < exits.length; x++, pair += SWEEP_STRIDE) {
        if (!((exits[x] as number) < threshold)) continue;
        exports.sweepPair(
          entryBits.address,
          exitBits[x] as number,
          entryValues.address,
          exitValues.address,
          places.address,
          deadlines.address,
          last,
          fee,
          pair,
        );
      }
    }
    return figures.values.slice();
  });
}

/** A copy in the kernel's memory, filled up to whole words with missing rows. */
function filledUp(kernel: StatisticsKernel, values: Float64Array, words: number): Series {
  const series = kernel.take(words * WORD_ROWS);
  series.values.fill(Number.NaN, values.length);
  series.values.set(values);
  return series;
}
