import type { ThresholdGrid } from '../thresholds/threshold-sweep.js';
import { modelProfit, type SpreadLevel } from './spread-model.js';

/** What a pair of thresholds has to keep to. */
export interface ThresholdConstraints {
  /** Least share of trades that won. */
  readonly targetHitRate: number;
  readonly minTradesPerDay: number;
  /** Largest fall of the cumulative profit, as a fraction of the position. */
  readonly maxDrawdownTolerance: number;
}

/** Weight of a neighbour at a distance of 0, 1 and 2 cells: a normal curve with a deviation of one cell. */
const SMOOTHING = [1, Math.exp(-0.5), Math.exp(-2)] as const;
const REACH = SMOOTHING.length - 1;
/** The model counts as much as so many trades. */
const MODEL_TRADES = 60;

/** Outcomes of a grid of thresholds, over one stretch of time or several. A pair's index is its entry's times the exits', plus its exit's. */
export class ThresholdSurface {
  readonly trades: Float64Array;
  readonly wins: Float64Array;
  /** NaN where the exit is not below the entry; per cent of a position. */
  readonly profitPct: Float64Array;
  /** The largest of the stretches', in per cent of a position. */
  readonly drawdownPct: Float64Array;

  private constructor(
    readonly entries: Float64Array,
    readonly exits: Float64Array,
    readonly days: number,
    readonly level: SpreadLevel,
    /** Of a round trip, in per cent. */
    private readonly fee: number,
  ) {
    const pairs = entries.length * exits.length;
    this.trades = new Float64Array(pairs);
    this.wins = new Float64Array(pairs);
    this.profitPct = new Float64Array(pairs);
    this.drawdownPct = new Float64Array(pairs);
  }

  /** The outcomes of a sweep over so many days of a spread of this level. */
  static of(grid: ThresholdGrid, days: number, level: SpreadLevel, fee: number): ThresholdSurface {
    const surface = new ThresholdSurface(grid.entries, grid.exits, days, level, fee);
    for (let pair = 0; pair < grid.length; pair++) {
      surface.trades[pair] = grid.trades(pair);
      surface.wins[pair] = grid.at(pair)?.wins ?? Number.NaN;
      surface.profitPct[pair] = grid.totalProfit(pair);
      surface.drawdownPct[pair] = grid.maxDrawdown(pair);
    }
    return surface;
  }

  /** Surfaces of the same thresholds over several stretches, as one; null of none. */
  static sum(surfaces: readonly ThresholdSurface[]): ThresholdSurface | null {
    const [first, ...others] = surfaces;
    if (first === undefined) return null;
    const days = surfaces.reduce((total, surface) => total + surface.days, 0);
    const level = others.reduce((sum, surface) => sum.plus(surface.level), first.level);
    const total = new ThresholdSurface(first.entries, first.exits, days, level, first.fee);
    for (const surface of surfaces) {
      for (let pair = 0; pair < total.trades.length; pair++) {
        total.trades[pair] = (total.trades[pair] as number) + (surface.trades[pair] as number);
        total.wins[pair] = (total.wins[pair] as number) + (surface.wins[pair] as number);
        total.profitPct[pair] = (total.profitPct[pair] as number) + (surface.profitPct[pair] as number);
        total.drawdownPct[pair] = Math.max(total.drawdownPct[pair] as number, surface.drawdownPct[pair] as number);
      }
    }
    return total;
  }

  /** Whether a pair keeps to all constraints. */
  isFeasible(pair: number, constraints: ThresholdConstraints): boolean {
    const trades = this.trades[pair] as number;
    return (
      trades > 0 &&
      trades >= constraints.minTradesPerDay * this.days &&
      (this.wins[pair] as number) >= constraints.targetHitRate * trades &&
      (this.drawdownPct[pair] as number) <= constraints.maxDrawdownTolerance * 100
    );
  }

  /**
   * The feasible pair, with a profit, of the best score; null when no feasible pair has a profit. The first of equals.
   * The score is the profit, averaged over its surroundings so that no lonely peak wins, and the profit that an Ornstein-Uhlenbeck
   * spread of this level would make (`modelProfit`), each as a share of its largest. Few trades say little about which thresholds are
   * best, much less than all rows say about the level and width of the spread: the model weighs as much as 60 trades.
   */
  best(constraints: ThresholdConstraints): number | null {
    const pairs = this.trades.reduce<number[]>((feasible, _, pair) => {
      if ((this.profitPct[pair] as number) > 0 && this.isFeasible(pair, constraints)) feasible.push(pair);
      return feasible;
    }, []);
    const seen = pairs.map((pair) => this.smoothedPct(pair));
    const expected = pairs.map((pair) => Math.max(0, this.modelProfit(pair)));
    const top = indexOfLargest(seen);
    if (top === null) return null;
    const trades = this.trades[pairs[top] as number] as number;
    const modelWeight = MODEL_TRADES / (MODEL_TRADES + trades);
    const seenShare = (1 - modelWeight) / (seen[top] as number);
    const expectedShare = modelWeight / Math.max(Number.MIN_VALUE, ...expected);
    const scores = pairs.map((_, i) => seenShare * (seen[i] as number) + expectedShare * (expected[i] as number));
    return pairs[indexOfLargest(scores) as number] as number;
  }

  /** Profit of a pair averaged with those within two cells, weighted by their nearness. */
  smoothedPct(pair: number): number {
    let sum = 0;
    let weights = 0;
    this.around(pair, REACH, (neighbour, rows, columns) => {
      const weight = (SMOOTHING[rows] as number) * (SMOOTHING[columns] as number);
      sum += weight * (this.profitPct[neighbour] as number);
      weights += weight;
    });
    return sum / weights;
  }

  /** How much of a pair's profit its direct neighbours make on average, in [0, 1]: 1 on a plateau, near 0 on a needle. */
  flatness(pair: number): number {
    const profit = this.profitPct[pair] as number;
    if (!(profit > 0)) return 0;
    let sum = 0;
    let count = 0;
    this.around(pair, 1, (neighbour) => {
      if (neighbour === pair) return;
      sum += Math.min(1, Math.max(0, (this.profitPct[neighbour] as number) / profit));
      count++;
    });
    return count === 0 ? 0 : sum / count;
  }

  private modelProfit(pair: number): number {
    const entry = this.entries[Math.floor(pair / this.exits.length)] as number;
    return modelProfit(entry, this.exits[pair % this.exits.length] as number, this.fee, this.level);
  }

  /** Visits the pairs within `reach` cells whose exit is below their entry, the pair itself included. */
  private around(pair: number, reach: number, visit: (neighbour: number, rows: number, columns: number) => void): void {
    const { length } = this.exits;
    const row = Math.floor(pair / length);
    const column = pair % length;
    for (let r = Math.max(0, row - reach); r <= Math.min(this.entries.length - 1, row + reach); r++) {
      for (let c = Math.max(0, column - reach); c <= Math.min(length - 1, column + reach); c++) {
        const neighbour = r * length + c;
        if (!Number.isNaN(this.profitPct[neighbour])) visit(neighbour, Math.abs(r - row), Math.abs(c - column));
      }
    }
  }
}

/** Index of the first of the largest; null of nothing. */
function indexOfLargest(values: readonly number[]): number | null {
  let largest: number | null = null;
  values.forEach((value, index) => {
    if (largest === null || value > (values[largest] as number)) largest = index;
  });
  return largest;
}
