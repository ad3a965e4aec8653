import { HOUR_US } from '../../strategy/hedged/funding.js';
import { quantiles } from '../statistics/quantiles.js';
import { deltaNeutralBacktest, roundTripFeePct, thresholdBacktest } from '../thresholds/delta-neutral-backtest.js';
import type { DeltaTrade } from '../thresholds/delta-trade.js';
import { frameSpreads, type MarketFrame, rowAt, sliceFrame } from '../thresholds/market-frame.js';
import { sweepThresholds, type ThresholdGrid } from '../thresholds/threshold-sweep.js';
import type { Stretch, TrainedParameters, Walked } from './walk-forward.js';

/** Terms of a walk over the thresholds of the delta strategy. */
export interface DeltaWalkTerms {
  /** Taker fees as fractions. */
  readonly spotFee: number;
  readonly futFee: number;
  readonly maxHours: number;
  /** Steps of each threshold between the extremes of the training's spread. */
  readonly steps: number;
  /** A training that finds fewer trades than this at its best pair declines. */
  readonly tradesMin: number;
}

/** Terms unless told. */
export const DELTA_WALK_TERMS: DeltaWalkTerms = { spotFee: 0.0005, futFee: 0.0005, maxHours: 6, steps: 40, tradesMin: 5 };

/** The grid leaves the wildest half per cent of the spread on either side alone. */
const EDGES = [0.5, 99.5];

/** Walks thresholds over a frame: times are its microseconds, scores the sum of the trades' net profits in per cent. */
export class DeltaWalk implements Walked {
  constructor(
    private readonly frame: MarketFrame,
    private readonly terms: DeltaWalkTerms = DELTA_WALK_TERMS,
  ) {}

  /** The pair with the best profit of the sweep; null when it does not profit, or trades too little. */
  train(stretch: Stretch): TrainedParameters | null {
    const grid = this.sweep(stretch);
    const best = grid?.best() ?? null;
    const figures = best === null ? null : (grid?.at(best) ?? null);
    if (figures === null || figures.totalProfit <= 0 || figures.trades < this.terms.tradesMin) return null;
    return { entryThresholdPct: figures.entry, exitThresholdPct: figures.exit };
  }

  evaluate(parameters: TrainedParameters, stretch: Stretch): number {
    return this.trades(parameters, stretch).reduce((sum, { netProfitPct }) => sum + netProfitPct, 0);
  }

  /** The trades of thresholds in a stretch; what is open at its end ends there. */
  trades({ entryThresholdPct = Number.NaN, exitThresholdPct = Number.NaN }: TrainedParameters, stretch: Stretch): DeltaTrade[] {
    const part = this.part(stretch);
    return part === null ? [] : thresholdBacktest(part, entryThresholdPct, exitThresholdPct, this.terms);
  }

  /** The trades of the static backtest in a stretch: a baseline that learns nothing. */
  staticTrades(stretch: Stretch): DeltaTrade[] {
    const part = this.part(stretch);
    const { maxHours, spotFee, futFee } = this.terms;
    return part === null ? [] : deltaNeutralBacktest(part, { maxHours, spotFee, futFee });
  }

  /** Every pair of thresholds over a stretch; null where the stretch has no spread. */
  sweep(stretch: Stretch): ThresholdGrid | null {
    const part = this.part(stretch);
    if (part === null) return null;
    const spreads = frameSpreads(part);
    const known = (column: Float64Array): Float64Array => column.filter((value) => !Number.isNaN(value));
    const low = quantiles(known(spreads.exit), EDGES)[0] as number;
    const high = quantiles(known(spreads.entry), EDGES)[1] as number;
    const values = Float64Array.from(
      { length: this.terms.steps },
      (_, step) => low + ((high - low) * step) / (this.terms.steps - 1),
    );
    return sweepThresholds(spreads, values, values, {
      fee: roundTripFeePct(this.terms),
      maxHold: this.terms.maxHours * HOUR_US,
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
