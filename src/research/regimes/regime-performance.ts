import type { MarketCondition, MarketRegime } from '../../history/quality/market-condition.js';
import { tradeFigures } from '../../ledger/performance.js';
import type { AnalysedTrade, BacktestRun, EquityPoints } from '../analysis/backtest-run.js';
import { type PerformanceMetrics, performanceMetrics } from '../analysis/performance-metrics.js';
import { type RegimeSpan, regimeAt } from './classify-market.js';
import { type MarketRegimeName, REGIMES, regimeName } from './regime-names.js';

/** How a strategy did in one regime. */
export interface RegimeResult {
  readonly regime: MarketRegime;
  readonly name: MarketRegimeName;
  /** Share of the run's time, 0 to 1. */
  readonly timeShare: number;
  readonly trades: number;
  /** Of all its trades, in the quote asset. */
  readonly profit: number;
  /** Of the trades that were entered in the regime, and of the equity's changes in it, strung together as if nothing lay between. */
  readonly metrics: PerformanceMetrics;
  /** Mean profit of a trade by its standard error; null below two trades, infinite when all made the same. */
  readonly tStatistic: number | null;
  readonly meanConditions: MeanConditions | null;
}

/** Means of the figures of several conditions. */
export type MeanConditions = Pick<MarketCondition, 'volatility' | 'trendStrength' | 'liquidityScore' | 'arbitrageFavorability'>;

/** A run by regime; regimes that never held are left out. */
export interface RegimePerformanceAnalysis {
  readonly strategyName: string;
  readonly regimes: readonly RegimeResult[];
  /** Trades entered before any regime was known. */
  readonly unclassified: number;
}

/**
 * Splits a run by the regime that was known when a trade was entered and when an equity value began.
 * @param spans as `regimeSpans` tells them
 * @param conditions for the means of each regime
 * @throws CalculationError as `performanceMetrics`
 */
export function regimePerformance(
  run: BacktestRun,
  spans: readonly RegimeSpan[],
  conditions: readonly MarketCondition[] = [],
): RegimePerformanceAnalysis {
  const trades = new Map<MarketRegime | null, AnalysedTrade[]>();
  for (const trade of run.executionResults) {
    const regime = regimeAt(spans, trade.entryMs);
    trades.set(regime, [...(trades.get(regime) ?? []), trade]);
  }
  const duration = run.endMs - run.startMs;
  const regimes = REGIMES.flatMap((regime): RegimeResult[] => {
    const heldMs = spans
      .filter((span) => span.regime === regime)
      .reduce((sum, { fromMs, toMs }) => sum + Math.max(0, Math.min(toMs, run.endMs) - Math.max(fromMs, run.startMs)), 0);
    const own = trades.get(regime) ?? [];
    if (heldMs === 0 && own.length === 0) return [];
    const part: BacktestRun = {
      ...run,
      executionResults: own,
      equity: equityIn(run.equity, (ms) => regimeAt(spans, ms) === regime),
    };
    return [
      {
        regime,
        name: regimeName(regime),
        timeShare: duration > 0 ? heldMs / duration : 0,
        trades: own.length,
        profit: Number(tradeFigures({ trades: own, startMs: run.startMs, endMs: run.endMs }).totalProfit),
        metrics: performanceMetrics(part),
        tStatistic: tStatistic(own.map(({ pnl }) => Number(pnl))),
        meanConditions: meanOf(conditions.filter((condition) => condition.regime === regime)),
      },
    ];
  });
  return { strategyName: run.strategyName, regimes, unclassified: trades.get(null)?.length ?? 0 };
}

/** The changes of equity whose start is chosen, strung together. */
function equityIn({ intervalMs, tsMs, equity }: EquityPoints, isChosen: (ms: number) => boolean): EquityPoints {
  const times: number[] = [tsMs[0] ?? 0];
  const worths: number[] = [equity[0] ?? 1];
  for (let at = 1; at < equity.length; at++) {
    if (!isChosen(tsMs[at - 1] as number)) continue;
    times.push((times.at(-1) as number) + intervalMs);
    worths.push(((worths.at(-1) as number) * (equity[at] as number)) / (equity[at - 1] as number));
  }
  return { intervalMs, tsMs: Float64Array.from(times), equity: Float64Array.from(worths) };
}

function meanOf(conditions: readonly MeanConditions[]): MeanConditions | null {
  if (conditions.length === 0) return null;
  const mean = (pick: (condition: MeanConditions) => number): number =>
    conditions.reduce((sum, condition) => sum + pick(condition), 0) / conditions.length;
  return {
    volatility: mean(({ volatility }) => volatility),
    trendStrength: mean(({ trendStrength }) => trendStrength),
    liquidityScore: mean(({ liquidityScore }) => liquidityScore),
    arbitrageFavorability: mean(({ arbitrageFavorability }) => arbitrageFavorability),
  };
}

/** When a strategy should trade, by what it did so far. */
export interface OptimalTradingConditions {
  /** Regimes with a mean profit that is above 0 beyond doubt, the best first. */
  readonly trade: readonly RegimeVerdict[];
  /** Regimes with too few trades, or a mean that chance explains. */
  readonly undecided: readonly RegimeVerdict[];
  /** Regimes with a loss beyond doubt. */
  readonly avoid: readonly RegimeVerdict[];
  /** Means of the conditions in the regimes to trade in; null where none is, or they were not told. */
  readonly conditions: MeanConditions | null;
}

/** A regime and the evidence for it. */
export type RegimeVerdict = Pick<RegimeResult, 'regime' | 'name' | 'trades' | 'profit' | 'tStatistic'>;

/** Trades that a verdict needs, and the distance from 0 in standard errors (about 2.5 % of chance on either side). */
const TRADES_MIN = 20;
const T_MIN = 2;

/** Tells in which regimes to trade, from the mean profit of the trades in each. */
export function optimalConditions({ regimes }: RegimePerformanceAnalysis): OptimalTradingConditions {
  const sure = (sign: 1 | -1): RegimeResult[] =>
    regimes.filter(({ trades, tStatistic: t }) => trades >= TRADES_MIN && t !== null && sign * t > T_MIN);
  const trade = sure(1).sort((a, b) => b.profit / b.trades - a.profit / a.trades);
  const avoid = sure(-1);
  const told = ({ regime, name, trades, profit, tStatistic: t }: RegimeResult): RegimeVerdict => {
    return { regime, name, trades, profit, tStatistic: t };
  };
  return {
    trade: trade.map(told),
    undecided: regimes.filter((result) => !trade.includes(result) && !avoid.includes(result)).map(told),
    avoid: avoid.map(told),
    conditions: meanOf(trade.flatMap(({ meanConditions }) => meanConditions ?? [])),
  };
}

function tStatistic(values: readonly number[]): number | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  if (variance === 0) return mean === 0 ? null : Math.sign(mean) * Number.POSITIVE_INFINITY;
  return mean / Math.sqrt(variance / n);
}
