import type { MarketCondition } from '../../history/quality/market-condition.js';
import { MarketRegime } from '../../history/quality/market-condition.js';
import type { RegimeForecast } from '../regimes/regime-forecast.js';
import type { MarketRegimeName } from '../regimes/regime-names.js';
import type { PerformanceComparisonReport } from './live-comparison.js';
import type { PerformanceMetrics } from './performance-metrics.js';
import { GATES } from './scenarios.js';

/** What the market is like now. */
export interface CurrentMarketAssessment {
  readonly condition: MarketCondition;
  readonly regime: MarketRegimeName;
  /** How long that regime has been known. */
  readonly heldForMs: number;
  readonly forecast: RegimeForecast;
  /** Completeness of the data that this rests on, 0 to 1. */
  readonly dataQuality: number;
}

/** One piece of advice. */
export interface StrategyAdjustment {
  /** What to do: begin nothing new, trade smaller, ask for more, train again, or look for the cause. */
  readonly kind: 'pause' | 'reduce-size' | 'raise-thresholds' | 'retrain' | 'investigate';
  /** For 'reduce-size', what to multiply sizes by, below 1; for 'raise-thresholds', what to multiply the net profit asked for by. */
  readonly factor: number | null;
  readonly reason: string;
}

/** Advice, the most urgent first. It is for people and for the optimiser: nothing is changed by it. */
export interface StrategyAdjustmentRecommendations {
  readonly adjustments: readonly StrategyAdjustment[];
  /** The least of the factors of 'reduce-size', 0 while to be paused, else 1. */
  readonly sizeFactor: number;
}

/** Data that is less complete than this is no ground to trade on. */
const QUALITY_MIN = 0.9;
const ORDER: readonly StrategyAdjustment['kind'][] = ['pause', 'reduce-size', 'raise-thresholds', 'retrain', 'investigate'];

/**
 * Recommends adjustments by fixed rules: a crisis, or data with holes, pauses; high volatility halves sizes and asks for half as much again; a
 * drawdown beyond the gate halves sizes, and pauses at twice the gate; a Sharpe ratio or win rate below its gate asks for a training;
 * live figures that are not as predicted ask for one too when they are worse, and in any case for somebody to look.
 * @param comparison live against predictions, where there is one
 */
export function recommendAdjustments(
  { condition, dataQuality, forecast }: CurrentMarketAssessment,
  performance: PerformanceMetrics,
  comparison?: PerformanceComparisonReport,
): StrategyAdjustmentRecommendations {
  const adjustments: StrategyAdjustment[] = [];
  const advise = (kind: StrategyAdjustment['kind'], reason: string, factor: number | null = null): void => {
    adjustments.push({ kind, factor, reason });
  };
  const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
  const { CRISIS, HIGH_VOLATILITY } = MarketRegime;
  if (condition.regime === CRISIS) advise('pause', 'the market is in a crisis');
  if (dataQuality < QUALITY_MIN) advise('pause', `only ${percent(dataQuality)} of the market data is there`);
  if (condition.regime === HIGH_VOLATILITY) {
    advise('reduce-size', 'volatility is high', 0.5);
    advise('raise-thresholds', 'prices move further while orders are on their way', 1.5);
  } else if (condition.regime !== CRISIS && [CRISIS, HIGH_VOLATILITY].some((regime) => regime === forecast.mostLikely)) {
    advise('reduce-size', 'a storm is the most likely next', 0.75);
  }
  const { maxDrawdown, sharpeRatio, winRate } = performance;
  if (maxDrawdown >= 2 * GATES.maxDrawdown) advise('pause', `the drawdown is ${percent(maxDrawdown)}, twice what is allowed`);
  else if (maxDrawdown >= GATES.maxDrawdown) {
    advise('reduce-size', `the drawdown of ${percent(maxDrawdown)} is beyond ${percent(GATES.maxDrawdown)}`, 0.5);
  }
  if (sharpeRatio !== null && sharpeRatio <= GATES.sharpeRatio)
    advise('retrain', `the Sharpe ratio of ${sharpeRatio.toFixed(2)} is not above ${GATES.sharpeRatio}`);
  if (winRate !== null && winRate <= GATES.winRate)
    advise('retrain', `the win rate of ${percent(winRate)} is not above ${percent(GATES.winRate)}`);
  for (const { name, live, predicted, isAsPredicted } of comparison?.figures ?? []) {
    if (isAsPredicted) continue;
    const text = `${name} is ${live.toPrecision(3)}, and ${predicted.toPrecision(3)} was predicted`;
    if (live < predicted) advise('retrain', text);
    advise('investigate', text);
  }
  adjustments.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  const isPaused = adjustments.some(({ kind }) => kind === 'pause');
  const factors = adjustments.flatMap(({ kind, factor }) => (kind === 'reduce-size' && factor !== null ? [factor] : []));
  return { adjustments, sizeFactor: isPaused ? 0 : Math.min(1, ...factors) };
}
