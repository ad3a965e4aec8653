import { CalculationError } from '../../domain/calculation-error.js';
import type { MarketRegime } from '../../history/quality/market-condition.js';
import { type EquityFigures, equityFigures, type TradeFigures, tradeFigures } from '../../ledger/performance.js';
import { type BacktestRun, decimalText, type EquityPoints } from './backtest-run.js';
import { drawdowns } from './drawdown.js';

/** How a strategy did. Fractions; null where there is no such figure (no trades, no risk, no time). */
export interface PerformanceMetrics {
  readonly totalReturn: number;
  readonly annualizedReturn: number | null;
  /** A year, as are sortinoRatio and calmarRatio; against a risk-free rate of 0 unless told. */
  readonly sharpeRatio: number | null;
  readonly sortinoRatio: number | null;
  /** Positive. */
  readonly maxDrawdown: number;
  readonly calmarRatio: number | null;
  readonly winRate: number | null;
  /** Infinity when there is profit and no loss. */
  readonly profitFactor: number | null;
  /** Mean profit of a trade by what it bound. */
  readonly avgTradeReturn: number | null;
  /** Profit of all trades by what they bound on average over the period. */
  readonly capitalEfficiency: number | null;
  /** Annualised return by annualised volatility. */
  readonly riskAdjustedReturn: number | null;
}

/** Results of a backtest with its headline figures, as the source documents name them. */
export interface BacktestResult extends BacktestRun {
  readonly totalReturn: number;
  readonly sharpeRatio: number | null;
  readonly maxDrawdown: number;
  readonly totalTrades: number;
  readonly winRate: number | null;
  readonly avgTradeDurationMs: number | null;
  readonly capitalEfficiency: number | null;
  /** Empty until `MarketRegimeAnalyzer.withRegimes` has told the regimes. */
  readonly performanceByRegime: Readonly<Partial<Record<MarketRegime, PerformanceMetrics>>>;
}

/** Ratios are reckoned on at most so many equally spaced values of the curve: at 40 digits each, more would only take time. */
const CURVE_VALUES_MAX = 10_000;

/**
 * Metrics of trades and equity, with the definitions of `equityFigures` and `tradeFigures`. Curves of more than 10,000 values are thinned
 * to every k-th for the ratios; the drawdown is that of all values.
 * @param riskFreeRate a year, as a fraction
 * @throws CalculationError as `equityFigures` and `tradeFigures`
 */
export function performanceMetrics(run: BacktestRun, riskFreeRate = 0): PerformanceMetrics {
  const { executionResults: trades, startMs, endMs } = run;
  const figures = figuresOf(run.equity, riskFreeRate);
  return {
    ...equityMetrics(figures, run.equity),
    ...tradeMetrics(tradeFigures({ trades, startMs, endMs })),
  };
}

/** Metrics of trades alone: what has no equity curve of its own. */
function tradeMetrics(
  figures: TradeFigures,
): Pick<PerformanceMetrics, 'winRate' | 'profitFactor' | 'avgTradeReturn' | 'capitalEfficiency'> {
  const { winRate, profitFactor, averageTradePct, capitalEfficiency } = figures;
  const percent = numberOf(averageTradePct);
  return {
    winRate: numberOf(winRate),
    profitFactor: numberOf(profitFactor),
    avgTradeReturn: percent === null ? null : percent / 100,
    capitalEfficiency: numberOf(capitalEfficiency),
  };
}

/**
 * Gives a run its headline figures.
 * @throws CalculationError as `performanceMetrics`
 */
export function backtestResult(run: BacktestRun, riskFreeRate = 0): BacktestResult {
  const { totalReturn, sharpeRatio, maxDrawdown, winRate, capitalEfficiency } = performanceMetrics(run, riskFreeRate);
  const durations = run.executionResults.map(({ entryMs, exitMs }) => exitMs - entryMs);
  return {
    ...run,
    ...{ totalReturn, sharpeRatio, maxDrawdown, winRate, capitalEfficiency },
    totalTrades: durations.length,
    avgTradeDurationMs: durations.length === 0 ? null : durations.reduce((sum, ms) => sum + ms, 0) / durations.length,
    performanceByRegime: {},
  };
}

function figuresOf({ equity, intervalMs }: EquityPoints, riskFreeRate: number): EquityFigures {
  const lost = equity.find((value) => !(value > 0));
  // Thinning must not hide what the whole curve would be refused for.
  if (lost !== undefined) throw new CalculationError(Number.isNaN(lost) ? 'NOT_FINITE' : 'NON_POSITIVE_EQUITY', { value: lost });
  const step = Math.max(1, Math.ceil(equity.length / CURVE_VALUES_MAX));
  // Counted from the end, so that the last value is among them; the first may lie up to a step behind the start.
  const kept = Array.from(
    { length: Math.ceil(equity.length / step) },
    (_, at) => equity[equity.length - 1 - at * step] as number,
  );
  return equityFigures({ equity: kept.reverse().map(decimalText), intervalMs: intervalMs * step, riskFreeRate });
}

function equityMetrics(
  { annualisedReturn, volatility, sharpe, sortino }: EquityFigures,
  { equity }: EquityPoints,
): Pick<
  PerformanceMetrics,
  'totalReturn' | 'annualizedReturn' | 'sharpeRatio' | 'sortinoRatio' | 'maxDrawdown' | 'calmarRatio' | 'riskAdjustedReturn'
> {
  const grown = numberOf(annualisedReturn);
  // Minutes of profit kept up for a year are more than a number holds, and mean nothing.
  const annualizedReturn = grown !== null && Number.isFinite(grown) ? grown : null;
  const maxDrawdown = drawdowns(equity).reduce((deepest, depth) => Math.max(deepest, depth), 0);
  const risk = numberOf(volatility);
  return {
    totalReturn: (equity.at(-1) ?? 1) / (equity[0] ?? 1) - 1,
    annualizedReturn,
    sharpeRatio: numberOf(sharpe),
    sortinoRatio: numberOf(sortino),
    maxDrawdown,
    calmarRatio: annualizedReturn === null || maxDrawdown === 0 ? null : annualizedReturn / maxDrawdown,
    riskAdjustedReturn: annualizedReturn === null || risk === null || risk === 0 ? null : annualizedReturn / risk,
  };
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}
