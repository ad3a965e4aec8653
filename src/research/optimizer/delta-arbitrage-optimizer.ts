import type { Clock } from '../../domain/clock.js';
import { InvalidInputError } from '../../domain/errors.js';
import { SAFETY } from '../../strategy/delta/config.js';
import { thresholdFault } from '../../strategy/delta/parameters.js';
import type { ParameterUpdate } from '../../strategy/delta/types.js';
import { HOUR_US } from '../../strategy/hedged/funding.js';
import { moments } from '../statistics/moments.js';
import { type MarketFrame, rowAt, sliceFrame } from '../thresholds/market-frame.js';
import { sweepThresholds } from '../thresholds/threshold-sweep.js';
import { confidenceScore } from './confidence.js';
import { InsufficientDataError, OptimizationTimeoutError } from './errors.js';
import type { MeanReversionMetrics } from './mean-reversion.js';
import { SPREAD_TERMS, type SpreadAnalysis, SpreadAnalyzer, type SpreadTerms } from './spread-analyzer.js';
import { type SearchResult, type Sweep, searchThresholds } from './threshold-search.js';
import type { ThresholdConstraints } from './threshold-surface.js';

/** What an optimiser is asked for, and within what. */
export interface DeltaOptimizerOptions extends SpreadTerms, ThresholdConstraints {
  /** Rows with all prices that an optimisation needs. */
  readonly minSpreadDataPoints: number;
  /** Below this confidence it declines. */
  readonly minConfidence: number;
  readonly timeLimitMs: number;
  /** What backtests the pairs: the kernel. */
  readonly sweeper: Sweep;
}

/** Why an optimiser advises against trading. */
export type DeclineReason = 'no-profitable-pair' | 'low-confidence';

/** A result with what it rests on. It can be handed to a running strategy unless it was declined. */
export interface DeltaOptimization extends ParameterUpdate {
  /**
   * Null when the thresholds are a find. Otherwise they are the outermost that the limits allow, at which next to nothing is traded,
   * and whatever is in use should stay.
   */
  readonly declined: DeclineReason | null;
  /** The best pair that was found, also where it was not trusted; null when none has a profit within the constraints. */
  readonly found: SearchResult | null;
  readonly meanReversion: MeanReversionMetrics;
}

const DEFAULTS: DeltaOptimizerOptions = {
  ...SPREAD_TERMS,
  targetHitRate: 0.7,
  minTradesPerDay: 5,
  maxDrawdownTolerance: 0.02,
  minSpreadDataPoints: 100,
  minConfidence: 0.3,
  timeLimitMs: 30_000,
  sweeper: sweepThresholds,
};

/**
 * Finds entry and exit thresholds for the delta strategy: the pair with the best net profit over the last hours among those that keep
 * to hit rate, trades a day, drawdown and safety limits. How the search guards against luck is said in `searchThresholds`, what the
 * confidence means in `confidenceScore`. Works in the calling thread; a day of seconds takes some tens of milliseconds.
 */
export class DeltaArbitrageOptimizer {
  readonly options: DeltaOptimizerOptions;

  /** @throws InvalidInputError when an option makes no sense */
  constructor(
    private readonly clock: Clock,
    options: Partial<DeltaOptimizerOptions> = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
    checkOptions(this.options);
  }

  /**
   * Optimises over the last hours of a frame, or all of it where that is less.
   * @throws InsufficientDataError when fewer rows than `minSpreadDataPoints` have all prices
   * @throws OptimizationTimeoutError when it takes longer than `timeLimitMs`, found between its phases
   * @throws CalculationError, NotFiniteError or ConstantSeriesError for a series that cannot be analysed
   */
  async optimizeParameters(frame: MarketFrame, lookbackHours = 24): Promise<DeltaOptimization> {
    const startUs = this.clock.monotonicUs();
    const elapsedMs = (): number => (this.clock.monotonicUs() - startUs) / 1000;
    const phase = (name: string): void => {
      const { timeLimitMs } = this.options;
      const tookMs = elapsedMs();
      if (tookMs <= timeLimitMs) return;
      throw new OptimizationTimeoutError(`${tookMs} ms have passed before ${name}, allowed are ${timeLimitMs}`, {
        phase: name,
        tookMs,
      });
    };
    const analyzer = new SpreadAnalyzer(lastHours(frame, lookbackHours), this.options);
    const { tsUs, spreadPct } = analyzer.points;
    const { minSpreadDataPoints, minConfidence } = this.options;
    if (tsUs.length < minSpreadDataPoints) {
      throw new InsufficientDataError(`${tsUs.length} rows have all prices, ${minSpreadDataPoints} are needed`, {
        rows: tsUs.length,
      });
    }
    phase('mean reversion');
    const meanReversion = analyzer.meanReversion();
    const found = searchThresholds(analyzer.series, analyzer.searchTerms(this.options, { sweeper: this.options.sweeper, phase }));
    const confidence =
      found === null ? 0 : confidenceScore({ ...found, trades: found.figures.trades, adfPValue: meanReversion.pValue });
    phase('the result');
    const declined = found === null ? 'no-profitable-pair' : confidence < minConfidence ? 'low-confidence' : null;
    const isTrusted = found !== null && declined === null;
    return {
      entryThresholdPct: isTrusted ? found.figures.entry : this.options.maxEntryThreshold,
      exitThresholdPct: isTrusted ? found.figures.exit : this.options.minExitThreshold,
      confidenceScore: confidence,
      analysisPeriodHours: ((tsUs[tsUs.length - 1] as number) - (tsUs[0] as number)) / HOUR_US,
      meanReversionSpeed: meanReversion.halfLife,
      spreadVolatility: moments(spreadPct).std,
      optimizationTimestamp: this.clock.epochUs() / 1000,
      dataPointsAnalyzed: tsUs.length,
      optimizationDurationMs: elapsedMs(),
      declined,
      found,
      meanReversion,
    };
  }

  /** Distribution of the spread of a frame. Throws what `SpreadAnalyzer` throws. */
  analyzeSpreadDistribution(frame: MarketFrame): SpreadAnalysis {
    return new SpreadAnalyzer(frame, this.options).analyze();
  }

  /** How the spread of a frame returns. Throws what `SpreadAnalyzer` throws. */
  calculateMeanReversionMetrics(frame: MarketFrame): MeanReversionMetrics {
    return new SpreadAnalyzer(frame, this.options).meanReversion();
  }

  /** Whether thresholds, in per cent, keep to the safety limits and the exit is below the entry. */
  validateParameters(entryThresholdPct: number, exitThresholdPct: number): boolean {
    return thresholdFault(entryThresholdPct, exitThresholdPct, this.options) === null;
  }
}

/** The rows of the last hours before the last row. */
function lastHours(frame: MarketFrame, hours: number): MarketFrame {
  if (!(hours > 0)) throw new InvalidInputError(`lookbackHours is ${hours}, and must be positive`, { hours });
  const { tsUs } = frame;
  const fromUs = (tsUs[tsUs.length - 1] ?? 0) - hours * HOUR_US;
  return sliceFrame(frame, rowAt(frame, fromUs), tsUs.length);
}

function checkOptions(options: DeltaOptimizerOptions): void {
  const { targetHitRate, minTradesPerDay, maxDrawdownTolerance, minSpreadDataPoints, minConfidence, timeLimitMs } = options;
  const { spotFee, futFee, maxHoldMinutes, maxEntryThreshold, minExitThreshold } = options;
  const rules: [string, boolean][] = [
    ['targetHitRate has to be between 0 and 1', targetHitRate >= 0 && targetHitRate <= 1],
    ['minTradesPerDay must not be negative', minTradesPerDay >= 0],
    ['maxDrawdownTolerance has to be positive', maxDrawdownTolerance > 0],
    ['minSpreadDataPoints has to be at least 60', minSpreadDataPoints >= 60],
    ['minConfidence has to be between 0 and 1', minConfidence >= 0 && minConfidence <= 1],
    ['timeLimitMs has to be positive', timeLimitMs > 0],
    ['fees have to be finite', Number.isFinite(spotFee + futFee)],
    ['maxHoldMinutes has to be positive', maxHoldMinutes > 0],
    ['minExitThreshold has to be below maxEntryThreshold', minExitThreshold < maxEntryThreshold],
    ['limits may be narrowed, never widened', maxEntryThreshold <= SAFETY.maxEntryThresholdPct],
    ['limits may be narrowed, never widened', minExitThreshold >= SAFETY.minExitThresholdPct],
    ['limits may be narrowed, never widened', maxHoldMinutes <= SAFETY.maxHoldMinutes],
  ];
  const broken = rules.find(([, holds]) => !holds);
  if (broken !== undefined) throw new InvalidInputError(broken[0], { ...options });
}
