import type { SimulatedOpportunity } from '../backtest/simulation-types.js';
import type { BacktestRun } from './backtest-run.js';
import { type OpportunityAnalysis, opportunityPatterns, type VolatilitySeries } from './opportunity-patterns.js';
import { type BacktestResult, backtestResult, type PerformanceMetrics, performanceMetrics } from './performance-metrics.js';
import { type PerformanceReport, performanceReport } from './performance-report.js';
import { compareRuns, type StrategyComparisonReport } from './strategy-comparison.js';

/** Judges backtests: how well, when and where they did. It keeps nothing. */
export class BacktestAnalyzer {
  /** @param riskFreeRate a year, as a fraction: what Sharpe and Sortino ratios are reckoned against */
  constructor(private readonly riskFreeRate = 0) {}

  /** Gives trades and equity their headline figures. @throws CalculationError as `performanceMetrics` */
  resultOf(run: BacktestRun): BacktestResult {
    return backtestResult(run, this.riskFreeRate);
  }

  /** See `performanceMetrics`. */
  calculatePerformanceMetrics(backtestResult: BacktestRun): PerformanceMetrics {
    return performanceMetrics(backtestResult, this.riskFreeRate);
  }

  /** See `opportunityPatterns`. */
  analyzeOpportunityPatterns(opportunities: readonly SimulatedOpportunity[], volatility?: VolatilitySeries): OpportunityAnalysis {
    return opportunityPatterns(opportunities, volatility);
  }

  /** See `compareRuns`. */
  compareStrategies(strategyResults: readonly BacktestResult[]): StrategyComparisonReport {
    return compareRuns(strategyResults, this.riskFreeRate);
  }

  /** See `performanceReport`. */
  generatePerformanceReport(analysis: PerformanceMetrics, backtestResult?: BacktestResult): PerformanceReport {
    return performanceReport(analysis, backtestResult);
  }
}
