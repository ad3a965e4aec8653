import type { ExecutionResult } from '../../execution/execution-types.js';
import type { BacktestResult } from './performance-metrics.js';

/** A figure of live trading against what the backtest had. */
export interface ComparedFigure {
  readonly name: 'tradesPerHour' | 'winRate' | 'profitPerTrade' | 'profitPerHour';
  readonly live: number;
  readonly predicted: number;
  /** live / predicted - 1; null where nothing was predicted. */
  readonly difference: number | null;
  /** Distance in standard errors, were both of the same kind; null where it cannot be told. */
  readonly standardErrors: number | null;
  /** Whether the difference is within the tolerance, or chance explains it. */
  readonly isAsPredicted: boolean;
}

/** Profits of the trades of a time, in the quote asset, and its length, above 0. */
export interface TradedSpan {
  readonly profits: readonly number[];
  readonly lengthMs: number;
}

/** Live trading against a backtest's predictions. Amounts in the quote asset. */
export interface PerformanceComparisonReport {
  readonly liveTrades: number;
  readonly predictedTrades: number;
  readonly figures: readonly ComparedFigure[];
  readonly executionLatencyMs: number | null;
  readonly failureReasons: Readonly<Record<string, number>>;
  readonly isAsPredicted: boolean;
}

/** Live results agree within so much, as the source documents ask. */
const TOLERANCE = 0.05;
/** Chance explains what lies within so many standard errors. */
const STANDARD_ERRORS_MAX = 2;
const HOUR_MS = 3_600_000;

/**
 * Holds live executions against a backtest, as `compareFigures` does. A result counts as a trade when an order of it was filled; its profit
 * is `realizedProfit`.
 * @param liveMs how long live trading went on; above 0
 */
export function compareLive(
  liveResults: readonly ExecutionResult[],
  backtest: BacktestResult,
  liveMs: number,
): PerformanceComparisonReport {
  const traded = liveResults.filter(({ orders }) => orders.some(({ filled }) => Number(filled) > 0));
  const live = traded.map(({ realizedProfit }) => Number(realizedProfit));
  const predicted = backtest.executionResults.map(({ pnl }) => Number(pnl));
  const figures = compareFigures(
    { profits: live, lengthMs: liveMs },
    { profits: predicted, lengthMs: backtest.endMs - backtest.startMs },
  );
  const reasons: Record<string, number> = {};
  for (const { failureReason } of liveResults) {
    if (failureReason !== null) reasons[failureReason] = (reasons[failureReason] ?? 0) + 1;
  }
  const latencies = liveResults.map(({ executionLatencyMs }) => executionLatencyMs);
  return {
    liveTrades: live.length,
    predictedTrades: predicted.length,
    figures,
    executionLatencyMs: latencies.length === 0 ? null : latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length,
    failureReasons: reasons,
    isAsPredicted: figures.every(({ isAsPredicted }) => isAsPredicted),
  };
}

/**
 * Holds the trades of one time against those of another. Frequencies are compared as counts of events that come independently (Poisson), win
 * rates as shares, profits by Welch's statistic.
 */
export function compareFigures(live: TradedSpan, predicted: TradedSpan): ComparedFigure[] {
  const [liveTrades, predictedTrades] = [live.profits.length, predicted.profits.length];
  const [liveHours, predictedHours] = [live.lengthMs / HOUR_MS, predicted.lengthMs / HOUR_MS];
  const [wins, predictedWins] = [winsOf(live), winsOf(predicted)];
  const [own, other] = [spreadOf(live.profits), spreadOf(predicted.profits)];
  const pooled = (wins + predictedWins) / (liveTrades + predictedTrades);
  return [
    compared(
      'tradesPerHour',
      [liveTrades / liveHours, predictedTrades / predictedHours],
      Math.sqrt(((liveTrades + predictedTrades) / (liveHours + predictedHours)) * (1 / liveHours + 1 / predictedHours)),
    ),
    compared(
      'winRate',
      [wins / liveTrades, predictedWins / predictedTrades],
      Math.sqrt(pooled * (1 - pooled) * (1 / liveTrades + 1 / predictedTrades)),
    ),
    compared('profitPerTrade', [own.mean, other.mean], Math.sqrt(own.squaredError + other.squaredError)),
    compared(
      'profitPerHour',
      [(own.mean * liveTrades) / liveHours, (other.mean * predictedTrades) / predictedHours],
      // The variance of a sum of a Poisson number of profits is that number times the mean square of a profit.
      Math.sqrt(squares(live.profits) / liveHours ** 2 + squares(predicted.profits) / predictedHours ** 2),
    ),
  ];
}

function winsOf({ profits }: TradedSpan): number {
  return profits.filter((profit) => profit > 0).length;
}

function compared(name: ComparedFigure['name'], values: readonly [number, number], error: number): ComparedFigure {
  const [live, predicted] = values.map((value) => (Number.isNaN(value) ? 0 : value)) as [number, number];
  const difference = predicted === 0 ? null : live / predicted - 1;
  const standardErrors = error > 0 ? (live - predicted) / error : null;
  const isClose = live === predicted || (difference !== null && Math.abs(difference) <= TOLERANCE);
  const isChance = standardErrors !== null && Math.abs(standardErrors) <= STANDARD_ERRORS_MAX;
  return { name, live, predicted, difference, standardErrors, isAsPredicted: isClose || isChance };
}

function spreadOf(values: readonly number[]): { readonly mean: number; readonly squaredError: number } {
  const n = values.length;
  if (n === 0) return { mean: 0, squaredError: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = n < 2 ? 0 : values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, squaredError: variance / n };
}

function squares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
