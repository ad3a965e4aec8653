import { drawdowns } from './drawdown.js';
import type { BacktestResult, PerformanceMetrics } from './performance-metrics.js';

/** A figure for people: what it is called, what it says, and what it means. */
export interface ReportedFigure {
  readonly name: string;
  readonly text: string;
  readonly meaning: string;
}

/** Points of the charts of a report: columns of one length. */
export interface EquityChart {
  /** Milliseconds since the epoch. */
  readonly tsMs: readonly number[];
  /** In the quote asset. */
  readonly equity: readonly number[];
  /** Per cent below the greatest value so far: 0 or negative. */
  readonly drawdownPct: readonly number[];
}

/** Performance, told. */
export interface PerformanceReport {
  readonly title: string;
  readonly metrics: PerformanceMetrics;
  readonly figures: readonly ReportedFigure[];
  /** Null where only metrics were given. */
  readonly chart: EquityChart | null;
  /** What to be careful about. */
  readonly warnings: readonly string[];
}

/** More points than a screen is wide show nothing more. */
const CHART_POINTS_MAX = 4_000;
/** Ratios of fewer trades, or of a shorter time, say little. */
const TRADES_MIN = 30;
const DAYS_MIN = 30;
const DAY_MS = 86_400_000;

/** Tells metrics in words, with the charts of the run they are of. */
export function performanceReport(metrics: PerformanceMetrics, result?: BacktestResult): PerformanceReport {
  return {
    title: result?.strategyName ?? 'Performance',
    metrics,
    figures: figuresOf(metrics, result),
    chart: result === undefined ? null : equityChart(result),
    warnings: result === undefined ? [] : warningsOf(result),
  };
}

/** The curve of a run, thinned to the last, the lowest and the highest value of each of at most 4,000 / 2 stretches. */
export function equityChart({ equity: { tsMs, equity } }: Pick<BacktestResult, 'equity'>): EquityChart {
  const depths = drawdowns(equity);
  const kept = extremePlaces(equity, CHART_POINTS_MAX);
  return {
    tsMs: kept.map((at) => tsMs[at] as number),
    equity: kept.map((at) => equity[at] as number),
    drawdownPct: kept.map((at) => (depths[at] === 0 ? 0 : -100 * (depths[at] as number))),
  };
}

/**
 * Places of a series that show its shape: all of them when there are at most `countMax`, else the lowest and the highest of equal
 * stretches, and the last of all. Missing values are never chosen.
 */
export function extremePlaces(values: ArrayLike<number>, countMax: number): number[] {
  const { length } = values;
  if (length <= countMax) return Array.from({ length }, (_, at) => at);
  const stretches = Math.max(1, Math.floor((countMax - 1) / 2));
  const kept = new Set<number>();
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * length) / stretches);
    const to = Math.floor(((stretch + 1) * length) / stretches);
    let [lowest, highest] = [-1, -1];
    for (let at = from; at < to; at++) {
      const value = values[at] as number;
      if (Number.isNaN(value)) continue;
      if (lowest < 0 || value < (values[lowest] as number)) lowest = at;
      if (highest < 0 || value > (values[highest] as number)) highest = at;
    }
    if (lowest >= 0) kept.add(lowest).add(highest);
  }
  if (!Number.isNaN(values[length - 1])) kept.add(length - 1);
  return [...kept].sort((a, b) => a - b);
}

function figuresOf(metrics: PerformanceMetrics, result: BacktestResult | undefined): ReportedFigure[] {
  const percent = (value: number | null): string => (value === null ? 'none' : `${(value * 100).toFixed(2)} %`);
  const ratio = (value: number | null): string =>
    value === null ? 'none' : Number.isFinite(value) ? value.toFixed(2) : 'no loss';
  const figure = (name: string, text: string, meaning: string): ReportedFigure => ({ name, text, meaning });
  return [
    figure('Total return', percent(metrics.totalReturn), 'last worth of the account against the first'),
    figure('Annualised return', percent(metrics.annualizedReturn), 'the same growth kept up for 365 days'),
    figure('Sharpe ratio', ratio(metrics.sharpeRatio), 'mean return above the risk-free rate by its deviation, a year'),
    figure('Sortino ratio', ratio(metrics.sortinoRatio), 'the same by the deviation of the losses alone'),
    figure('Largest drawdown', percent(metrics.maxDrawdown), 'deepest fall below an earlier peak'),
    figure('Calmar ratio', ratio(metrics.calmarRatio), 'annualised return by the largest drawdown'),
    figure('Win rate', percent(metrics.winRate), 'share of trades with a profit after costs'),
    figure('Profit factor', ratio(metrics.profitFactor), 'profit of winners by loss of losers'),
    figure('Mean trade', percent(metrics.avgTradeReturn), 'profit of a trade by what it bound'),
    figure('Capital efficiency', percent(metrics.capitalEfficiency), 'profit by the capital bound on average'),
    ...(result === undefined ? [] : [figure('Trades', String(result.totalTrades), 'in the period')]),
  ];
}

function spanText(days: number): string {
  return days < 1 ? `${(days * 1440).toFixed(1)} minutes` : `${days.toFixed(1)} days`;
}

function warningsOf({ totalTrades, startMs, endMs }: BacktestResult): string[] {
  const days = (endMs - startMs) / DAY_MS;
  return [
    ...(totalTrades < TRADES_MIN ? [`Only ${totalTrades} trades: ratios of fewer than ${TRADES_MIN} say little.`] : []),
    ...(days < DAYS_MIN ? [`Only ${spanText(days)}: annual figures are an extrapolation.`] : []),
  ];
}
