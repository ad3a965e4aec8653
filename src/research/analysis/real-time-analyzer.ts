import { CalculationError } from '../../domain/calculation-error.js';
import type { ExecutionResult } from '../../execution/execution-types.js';
import type { AlignedMarketData } from '../../history/quality/align.js';
import type { RegimeSpan } from '../regimes/classify-market.js';
import { MarketRegimeAnalyzer } from '../regimes/market-regime-analyzer.js';
import { regimeName } from '../regimes/regime-names.js';
import { compareLive, type PerformanceComparisonReport } from './live-comparison.js';
import { type LiveOpportunity, type OpportunityFrequencyMetrics, opportunityFrequency } from './live-opportunities.js';
import type { BacktestResult, PerformanceMetrics } from './performance-metrics.js';
import {
  type CurrentMarketAssessment,
  recommendAdjustments,
  type StrategyAdjustmentRecommendations,
} from './strategy-adjustments.js';

/** Watches trading while it goes on. It has no clock: it is told what there is, and keeps nothing. */
export class RealTimeAnalyzer {
  /** @param regimes how kinds of markets are told apart */
  constructor(private readonly regimes = new MarketRegimeAnalyzer()) {}

  /** See `opportunityFrequency`; `opportunitiesOf` makes opportunities of what a strategy reports turn by turn. */
  monitorOpportunityFrequency(
    liveOpportunities: readonly LiveOpportunity[],
    period: { readonly fromMs: number; readonly toMs: number },
    spans?: readonly RegimeSpan[],
  ): OpportunityFrequencyMetrics {
    return opportunityFrequency(liveOpportunities, period, spans);
  }

  /**
   * The last condition that the data tells, and what is likely to follow.
   * @throws CalculationError INSUFFICIENT_DATA when the data does not fill one window
   */
  assessCurrentMarketConditions(liveMarketData: AlignedMarketData): CurrentMarketAssessment {
    const conditions = this.regimes.classifyMarketConditions(liveMarketData);
    const condition = conditions.at(-1);
    const span = this.regimes.spansOf(conditions, liveMarketData).at(-1);
    if (condition === undefined || span === undefined)
      throw new CalculationError('INSUFFICIENT_DATA', { moments: liveMarketData.timestamps.length });
    return {
      condition,
      regime: regimeName(condition.regime),
      heldForMs: span.toMs - span.fromMs,
      forecast: this.regimes.forecastNextRegime(conditions),
      dataQuality: liveMarketData.alignmentQuality,
    };
  }

  /** See `compareLive`. */
  compareLiveVsBacktestPerformance(
    liveResults: readonly ExecutionResult[],
    backtestPredictions: BacktestResult,
    liveMs: number,
  ): PerformanceComparisonReport {
    return compareLive(liveResults, backtestPredictions, liveMs);
  }

  /** See `recommendAdjustments`. */
  recommendStrategyAdjustments(
    currentConditions: CurrentMarketAssessment,
    strategyPerformance: PerformanceMetrics,
    comparison?: PerformanceComparisonReport,
  ): StrategyAdjustmentRecommendations {
    return recommendAdjustments(currentConditions, strategyPerformance, comparison);
  }
}
