import { CalculationError } from '../../domain/calculation-error.js';
import { SAFETY } from '../../strategy/delta/config.js';
import { HOUR_US } from '../../strategy/hedged/funding.js';
import { autocorrelation } from '../statistics/autocorrelation.js';
import { moments } from '../statistics/moments.js';
import { PERCENTILES, quantiles } from '../statistics/quantiles.js';
import { roundTripFeePct } from '../thresholds/delta-neutral-backtest.js';
import type { DeltaFees } from '../thresholds/delta-trade.js';
import { checkFrame, frameSpreads, type MarketFrame } from '../thresholds/market-frame.js';
import type { SpreadSeries } from '../thresholds/spread-series.js';
import { sweepThresholds } from '../thresholds/threshold-sweep.js';
import { InsufficientDataError } from './errors.js';
import { type MeanReversionMetrics, meanReversion } from './mean-reversion.js';
import { type SpreadRegime, spreadRegimes } from './spread-regimes.js';
import { longestStretch, regularSamples, type SpreadPoints, spreadPoints, stretches } from './spread-samples.js';
import { type SearchTerms, searchThresholds, type ThresholdLimits } from './threshold-search.js';

/** Distribution of a spread. Percentages are of the spot ask. */
export interface SpreadAnalysis {
  readonly meanSpread: number;
  readonly stdSpread: number;
  /** Spread by percentile: 1, 5, 10, 25, 50, 75, 90, 95, 99. */
  readonly percentiles: Readonly<Record<number, number>>;
  /** In the longest stretch without a gap, at lags of 0 to 50 samples, of `autocorrelationStepHours` each. */
  readonly autocorrelation: readonly number[];
  readonly autocorrelationStepHours: number;
  /** Infinite when the spread does not return. */
  readonly halfLifeHours: number;
  /** Shifts of its level that were found. */
  readonly regimeChanges: number;
}

/** A pair of thresholds in per cent, and how it would have fared. */
export interface OptimalThresholds {
  readonly entryThresholdPct: number;
  readonly exitThresholdPct: number;
  readonly hitRate: number;
  readonly trades: number;
  /** In per cent of a position. */
  readonly totalProfitPct: number;
}

/** What trading a spread costs and allows. */
export interface SpreadTerms extends DeltaFees, ThresholdLimits {
  readonly maxHoldMinutes: number;
}

/** Taker fees of 5 basis points, and the strategy's limits. */
export const SPREAD_TERMS: SpreadTerms = {
  spotFee: 0.0005,
  futFee: 0.0005,
  maxEntryThreshold: SAFETY.maxEntryThresholdPct,
  minExitThreshold: SAFETY.minExitThresholdPct,
  maxHoldMinutes: SAFETY.maxHoldMinutes,
};

const LAGS = 50;
/** Points that a stretch needs for its regimes. */
const REGIME_POINTS_MIN = 60;
const AUTOCORRELATION_SAMPLES_MAX = 86_400;
const PRICES = ['spotBidPrice', 'spotAskPrice', 'futBidPrice', 'futAskPrice'] as const;

/**
 * The spread between a spot book and a perpetual: its distribution, how it returns, its regimes, and thresholds for it. Where more than
 * an hour is missing nothing is carried over: how it returns is told from the longest stretch, regimes stretch by stretch.
 */
export class SpreadAnalyzer {
  /** The spreads that a position is entered and left at. */
  readonly series: SpreadSeries;
  /** The middle of both, in rows that have them. */
  readonly points: SpreadPoints;
  private readonly terms: SpreadTerms;
  private readonly longest: SpreadPoints;

  /**
   * @throws CalculationError INVALID_INTERVAL when columns differ in length or time does not rise; INVALID_PRICE when a price that is
   *         there is not positive and finite
   * @throws InsufficientDataError when no row has all four prices
   */
  constructor(frame: MarketFrame, terms: Partial<SpreadTerms> = {}) {
    checkFrame(frame);
    checkPrices(frame);
    this.terms = { ...SPREAD_TERMS, ...terms };
    try {
      this.series = frameSpreads(frame);
    } catch (cause) {
      if (!(cause instanceof CalculationError && cause.fault === 'INSUFFICIENT_DATA')) throw cause;
      throw new InsufficientDataError('no row has all four prices', { rows: frame.tsUs.length }, { cause });
    }
    this.points = spreadPoints(this.series);
    this.longest = longestStretch(this.points);
  }

  /**
   * Distribution, autocorrelation, half-life and shifts.
   * @throws InsufficientDataError of the statistics for fewer than 60 points
   * @throws NotFiniteError
   * @throws ConstantSeriesError
   */
  analyze(): SpreadAnalysis {
    const { spreadPct } = this.points;
    const { mean, std } = moments(spreadPct);
    const samples = regularSamples(this.longest, AUTOCORRELATION_SAMPLES_MAX);
    return {
      meanSpread: mean,
      stdSpread: std,
      percentiles: this.percentiles(),
      autocorrelation: [...autocorrelation(samples.values, LAGS)],
      autocorrelationStepHours: samples.stepUs / HOUR_US,
      halfLifeHours: this.meanReversion().halfLife,
      regimeChanges: this.stretchesWithRegimes().reduce((sum, part) => sum + spreadRegimes(part).length - 1, 0),
    };
  }

  /** Percentiles of the spread, by number. @throws as `quantiles` */
  percentiles(percentiles: readonly number[] = PERCENTILES): Record<number, number> {
    const found = quantiles(this.points.spreadPct, percentiles);
    return Object.fromEntries(percentiles.map((percentile, index) => [percentile, found[index] as number]));
  }

  /** How quickly the spread returns, and whether it does. Throws what the statistics throw. */
  meanReversion(): MeanReversionMetrics {
    return meanReversion(this.longest);
  }

  /** Stretches between shifts of the level, in order of time; none goes on over a gap. Throws what the statistics throw. */
  detectSpreadRegimes(): SpreadRegime[] {
    return this.stretchesWithRegimes().flatMap(spreadRegimes);
  }

  /**
   * The pair of thresholds with the best profit among those of which at least this share of the trades won; null when none has one.
   * @param targetHitRate in [0, 1]
   */
  calculateOptimalThresholds(targetHitRate: number): OptimalThresholds | null {
    const constraints = { targetHitRate, minTradesPerDay: 0, maxDrawdownTolerance: Number.POSITIVE_INFINITY };
    const found = searchThresholds(this.series, this.searchTerms(constraints));
    if (found === null) return null;
    const { entry, exit, winRate, trades, totalProfit } = found.figures;
    return {
      entryThresholdPct: entry,
      exitThresholdPct: exit,
      hitRate: winRate ?? 0,
      trades,
      totalProfitPct: totalProfit,
    };
  }

  /** What a search over `series` needs, in the kernel and without a bound on time unless said otherwise. */
  searchTerms(
    constraints: SearchTerms['constraints'],
    { sweeper = sweepThresholds, phase = () => undefined }: Partial<Pick<SearchTerms, 'sweeper' | 'phase'>> = {},
  ): SearchTerms {
    const { terms } = this;
    const sweep = { fee: roundTripFeePct(terms), maxHold: (terms.maxHoldMinutes / 60) * HOUR_US };
    return { constraints, limits: terms, sweep, sweeper, phase };
  }

  /** Those that are long enough; where none is the longest one, of which the statistics say what it lacks. */
  private stretchesWithRegimes(): SpreadPoints[] {
    const long = stretches(this.points).filter(({ tsUs }) => tsUs.length >= REGIME_POINTS_MIN);
    return long.length === 0 ? [this.longest] : long;
  }
}

function checkPrices(frame: MarketFrame): void {
  for (const name of PRICES) {
    const column = frame[name];
    for (let row = 0; row < column.length; row++) {
      const price = column[row] as number;
      // NaN is a price that is missing.
      if (price <= 0 || price === Number.POSITIVE_INFINITY) throw new CalculationError('INVALID_PRICE', { [name]: price, row });
    }
  }
}
