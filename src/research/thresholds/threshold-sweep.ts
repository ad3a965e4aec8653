import { statisticsKernel } from '../../kernel/statistics.js';
import { FIGURE, FIGURES, sweepThresholds as sweepInKernel } from '../../kernel/threshold-sweep.js';
import type { SpreadSeries } from './spread-series.js';
import { checkTerms, type SweepTerms } from './threshold-walk.js';

/** How one pair of thresholds fared. Profits in the unit of the spread, holding in the unit of the series' places. */
export interface ThresholdFigures {
  readonly entry: number;
  readonly exit: number;
  readonly trades: number;
  /** Trades with a profit above 0. */
  readonly wins: number;
  readonly totalProfit: number;
  /** Sample standard deviation of the trades' profits; null below two trades. */
  readonly profitStd: number | null;
  /** wins / trades; null without trades. */
  readonly winRate: number | null;
  /** Largest fall of the cumulative profit from its maximum so far, both 0 at first; positive. */
  readonly maxDrawdown: number;
  /** Trades closed because they were held too long, and because the data ended. */
  readonly timeouts: number;
  readonly ends: number;
  /** null without trades. */
  readonly meanHold: number | null;
}

/** Totals closer than this are the same profit, in the unit of the spread. */
const SAME_PROFIT = 1e-9;

/** Results of a sweep: a pair's index is its entry's index times the number of exits, plus its exit's. */
export class ThresholdGrid {
  constructor(
    readonly entries: Float64Array,
    readonly exits: Float64Array,
    /** As the kernel's door returns them; a grid that crosses to another thread is made anew from its three columns. */
    readonly figures: Float64Array,
  ) {}

  /** Number of pairs, invalid ones among them. */
  get length(): number {
    return this.entries.length * this.exits.length;
  }

  /** Trades of a pair; NaN when its exit is not below its entry. */
  trades(index: number): number {
    return this.figure(index, FIGURE.trades);
  }

  /** Sum of a pair's profits; NaN when its exit is not below its entry. */
  totalProfit(index: number): number {
    return this.figure(index, FIGURE.profit);
  }

  /** Largest fall of a pair's cumulative profit; NaN when its exit is not below its entry. */
  maxDrawdown(index: number): number {
    return this.figure(index, FIGURE.drawdown);
  }

  /** All of a pair's figures; null when its exit is not below its entry. */
  at(index: number): ThresholdFigures | null {
    const trades = this.trades(index);
    if (Number.isNaN(trades)) return null;
    const wins = this.figure(index, FIGURE.wins);
    const totalProfit = this.totalProfit(index);
    const squares = this.figure(index, FIGURE.profitSquares);
    return {
      entry: this.entries[Math.floor(index / this.exits.length)] as number,
      exit: this.exits[index % this.exits.length] as number,
      trades,
      wins,
      totalProfit,
      profitStd: trades < 2 ? null : Math.sqrt(Math.max(0, squares - totalProfit ** 2 / trades) / (trades - 1)),
      winRate: trades === 0 ? null : wins / trades,
      maxDrawdown: this.maxDrawdown(index),
      timeouts: this.figure(index, FIGURE.timeouts),
      ends: this.figure(index, FIGURE.ends),
      meanHold: trades === 0 ? null : this.figure(index, FIGURE.held) / trades,
    };
  }

  /** First pair, of those with a trade, whose total profit is as good as the largest, to 1e-9; null when no pair has traded. */
  best(): number | null {
    let largest = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < this.length; index++) {
      if (this.trades(index) > 0) largest = Math.max(largest, this.totalProfit(index));
    }
    for (let index = 0; index < this.length; index++) {
      if (this.trades(index) > 0 && this.totalProfit(index) >= largest - SAME_PROFIT) return index;
    }
    return null;
  }

  private figure(index: number, figure: number): number {
    return this.figures[index * FIGURES + figure] as number;
  }
}

/**
 * Backtests every pair of the given thresholds on a spread, in the kernel. Each has the figures, to the last digit, of the trades
 * that `walkThresholds` makes.
 * @throws CalculationError INVALID_MAX_HOLD
 * @throws KernelError when the kernel's memory does not suffice for the series
 */
export function sweepThresholds(
  series: SpreadSeries,
  entries: ArrayLike<number>,
  exits: ArrayLike<number>,
  terms: SweepTerms,
): ThresholdGrid {
  checkTerms(terms);
  const rows = { ...series, deadlines: deadlinesOf(series, terms.maxHold) };
  const figures = sweepInKernel(statisticsKernel(), rows, entries, exits, terms.fee);
  return new ThresholdGrid(Float64Array.from(entries), Float64Array.from(exits), figures);
}

/** For each row, the first later one, not missing, that lies `maxHold` or more behind it; the number of rows for none. */
function deadlinesOf({ exit, places }: SpreadSeries, maxHold: number): Float64Array {
  const rows = places.length;
  const deadlines = new Float64Array(rows);
  let deadline = 0;
  for (let row = 0; row < rows; row++) {
    const from = places[row] as number;
    // Places rise, so a later row's deadline is never an earlier one.
    while (deadline < rows && (Number.isNaN(exit[deadline]) || !((places[deadline] as number) - from >= maxHold))) deadline++;
    deadlines[row] = deadline;
  }
  return deadlines;
}
