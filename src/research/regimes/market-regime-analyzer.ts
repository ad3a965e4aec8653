import type { AlignedMarketData } from '../../history/quality/align.js';
import type { MarketCondition } from '../../history/quality/market-condition.js';
import type { BacktestResult } from '../analysis/performance-metrics.js';
import { classifyMarket, type RegimeSpan, regimeSpans } from './classify-market.js';
import { type ForecastComparison, type RegimeForecast, RegimeForecaster, scoreForecasts } from './regime-forecast.js';
import {
  type OptimalTradingConditions,
  optimalConditions,
  type RegimePerformanceAnalysis,
  regimePerformance,
} from './regime-performance.js';
import { REGIME_RULES, type RegimeRules } from './regime-rules.js';

/** Tells kinds of markets apart, and how strategies did in each. Every condition is told from the past alone. It keeps nothing. */
export class MarketRegimeAnalyzer {
  private readonly rules: RegimeRules;

  /** @param rules that depart from `REGIME_RULES` */
  constructor(rules: Partial<RegimeRules> = {}) {
    this.rules = { ...REGIME_RULES, ...rules };
  }

  /** See `classifyMarket`. */
  classifyMarketConditions(marketData: AlignedMarketData): MarketCondition[] {
    return classifyMarket(marketData, this.rules);
  }

  /** Stretches of one regime, each from the moment it was known; see `regimeSpans`. */
  spansOf(conditions: readonly MarketCondition[], { intervalMs }: AlignedMarketData): RegimeSpan[] {
    return regimeSpans(conditions, { knownAfterMs: intervalMs, holdsMs: this.rules.stepRows * intervalMs });
  }

  /** See `regimePerformance`. */
  analyzeRegimePerformance(
    backtestResult: BacktestResult,
    spans: readonly RegimeSpan[],
    conditions: readonly MarketCondition[] = [],
  ): RegimePerformanceAnalysis {
    return regimePerformance(backtestResult, spans, conditions);
  }

  /** A result with its metrics by regime. */
  withRegimes(backtestResult: BacktestResult, spans: readonly RegimeSpan[]): BacktestResult {
    const { regimes } = regimePerformance(backtestResult, spans);
    return {
      ...backtestResult,
      performanceByRegime: Object.fromEntries(regimes.map(({ regime, metrics }) => [regime, metrics])),
    };
  }

  /** See `optimalConditions`. */
  identifyOptimalConditions(analysis: RegimePerformanceAnalysis): OptimalTradingConditions {
    return optimalConditions(analysis);
  }

  /** What follows the last condition, by all of them. @throws CalculationError INSUFFICIENT_DATA for none */
  forecastNextRegime(conditions: readonly MarketCondition[]): RegimeForecast {
    const forecaster = new RegimeForecaster();
    for (const { regime } of conditions) forecaster.observe(regime);
    return forecaster.forecast();
  }

  /** Whether such forecasts would have been better than naive ones; see `scoreForecasts`. */
  scoreForecast(conditions: readonly MarketCondition[], warmUp?: number): ForecastComparison {
    return scoreForecasts(
      conditions.map(({ regime }) => regime),
      warmUp,
    );
  }
}
