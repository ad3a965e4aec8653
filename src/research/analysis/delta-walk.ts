import { HOUR_US } from '../../strategy/hedged/funding.js';
import type { DeltaArbitrageOptimizer } from '../optimizer/delta-arbitrage-optimizer.js';
import { InsufficientDataError } from '../optimizer/errors.js';
import { StatisticsError } from '../statistics/errors.js';
import { quantiles } from '../statistics/quantiles.js';
import {
  deltaNeutralBacktest,
  roundTripFeePct,
  type ThresholdBacktestTerms,
  thresholdBacktest,
} from '../thresholds/delta-neutral-backtest.js';
import type { DeltaTrade } from '../thresholds/delta-trade.js';
import { frameSpreads, type MarketFrame, rowAt, sliceFrame } from '../thresholds/market-frame.js';
import { sweepThresholds, type ThresholdGrid } from '../thresholds/threshold-sweep.js';
import type { Stretch, TrainedParameters, Walked } from './walk-forward.js';

/** Steps of each threshold of a sweep, between the extremes of the spread. */
const STEPS = 40;
/** The grid leaves the wildest half per cent of the spread on either side alone. */
const EDGES = [0.5, 99.5];

/**
 * Walks thresholds over a frame: times are its microseconds, scores the sum of the trades' net profits in per cent. Trains as the live
 * strategy is tuned; costs and longest hold are the optimiser's.
 */
export class DeltaWalk implements Walked {
  private readonly terms: ThresholdBacktestTerms;

  constructor(
    private readonly frame: MarketFrame,
    private readonly optimizer: Pick<DeltaArbitrageOptimizer, 'optimizeParameters' | 'options'>,
  ) {
    const { spotFee, futFee, maxHoldMinutes } = optimizer.options;
    this.terms = { spotFee, futFee, maxHours: maxHoldMinutes / 60 };
  }

  has(stretch: Stretch): boolean {
    return this.part(stretch) !== null;
  }

  /**
   * What the optimiser finds in a stretch; null when it declines, or the stretch is too short or too uniform to be analysed.
   * @throws OptimizationTimeoutError
   */
  async train(stretch: Stretch): Promise<TrainedParameters | null> {
    const part = this.part(stretch);
    if (part === null) return null;
    try {
      const hours = Math.max(1, Math.ceil((stretch.to - stretch.from) / HOUR_US));
      const { declined, entryThresholdPct, exitThresholdPct } = await this.optimizer.optimizeParameters(part, hours);
      return declined === null ? { entryThresholdPct, exitThresholdPct } : null;
    } catch (error) {
      if (error instanceof InsufficientDataError || error instanceof StatisticsError) return null;
      throw error;
    }
  }

  /** The pair with the best profit of a sweep, whatever speaks against it: what an optimiser without guards would take. Null without a profit. */
  bestOfSweep(stretch: Stretch): TrainedParameters | null {
    const grid = this.sweep(stretch);
    const best = grid?.best() ?? null;
    const figures = best === null ? null : (grid?.at(best) ?? null);
    if (figures === null || figures.totalProfit <= 0) return null;
    return { entryThresholdPct: figures.entry, exitThresholdPct: figures.exit };
  }

  evaluate(parameters: TrainedParameters, stretch: Stretch): number {
    return this.trades(parameters, stretch).reduce((sum, { netProfitPct }) => sum + netProfitPct, 0);
  }

  /** The trades of thresholds in a stretch, by the frame's rows; what is open at its end ends there. */
  trades({ entryThresholdPct = Number.NaN, exitThresholdPct = Number.NaN }: TrainedParameters, stretch: Stretch): DeltaTrade[] {
    return this.tradesIn(stretch, (part) => thresholdBacktest(part, entryThresholdPct, exitThresholdPct, this.terms));
  }

  /** The trades of the static backtest in a stretch: a baseline that learns nothing. */
  staticTrades(stretch: Stretch): DeltaTrade[] {
    return this.tradesIn(stretch, (part) => deltaNeutralBacktest(part, this.terms));
  }

  /** Every pair of thresholds over a stretch; null where the stretch has no spread. */
  sweep(stretch: Stretch): ThresholdGrid | null {
    const part = this.part(stretch);
    if (part === null) return null;
    const spreads = frameSpreads(part);
    const known = (column: Float64Array): Float64Array => column.filter((value) => !Number.isNaN(value));
    const low = quantiles(known(spreads.exit), EDGES)[0] as number;
    const high = quantiles(known(spreads.entry), EDGES)[1] as number;
    const values = Float64Array.from({ length: STEPS }, (_, step) => low + ((high - low) * step) / (STEPS - 1));
    return sweepThresholds(spreads, values, values, {
      fee: roundTripFeePct(this.terms),
      maxHold: this.terms.maxHours * HOUR_US,
    });
  }

  private tradesIn(stretch: Stretch, backtest: (part: MarketFrame) => DeltaTrade[]): DeltaTrade[] {
    const part = this.part(stretch);
    if (part === null) return [];
    const firstRow = rowAt(this.frame, stretch.from);
    return backtest(part).map((trade) => {
      return { ...trade, entryRow: firstRow + trade.entryRow, exitRow: firstRow + trade.exitRow };
    });
  }

  /** Rows of a stretch; null where none has all four prices. */
  private part({ from, to }: Stretch): MarketFrame | null {
    const part = sliceFrame(this.frame, rowAt(this.frame, from), rowAt(this.frame, to));
    const { spotBidPrice, spotAskPrice, futBidPrice, futAskPrice } = part;
    const isWhole = (spotBid: number, row: number): boolean =>
      !Number.isNaN(spotBid + (spotAskPrice[row] as number) + (futBidPrice[row] as number) + (futAskPrice[row] as number));
    return spotBidPrice.some(isWhole) ? part : null;
  }
}
