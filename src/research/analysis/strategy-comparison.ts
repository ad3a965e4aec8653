import { correlation } from './correlation.js';
import { type BacktestResult, type PerformanceMetrics, performanceMetrics } from './performance-metrics.js';

/** What strategies are ranked by; of all but the drawdown more is better. */
const RANKED_METRICS = [
  'totalReturn',
  'sharpeRatio',
  'sortinoRatio',
  'maxDrawdown',
  'calmarRatio',
  'winRate',
  'profitFactor',
  'capitalEfficiency',
] as const satisfies readonly (keyof PerformanceMetrics)[];
export type RankedMetric = (typeof RANKED_METRICS)[number];

/** A strategy among others. */
export interface ComparedStrategy {
  readonly strategyName: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly totalTrades: number;
  readonly metrics: PerformanceMetrics;
  /** Place by each metric, from 1 on; equals share a place, and what has no such figure is last. */
  readonly ranks: Readonly<Record<RankedMetric, number>>;
  /** Mean of the ranks; the least is the best. */
  readonly meanRank: number;
}

/** Strategies held against each other. */
export interface StrategyComparisonReport {
  /** Best mean rank first, equals in the order given. */
  readonly strategies: readonly ComparedStrategy[];
  /** Strategy that is first by each metric; null where none has the figure. */
  readonly bestBy: Readonly<Record<RankedMetric, string | null>>;
  /** Correlation of the returns of two strategies, in the order of `strategies`; null where their curves share no moments. */
  readonly returnCorrelations: readonly (readonly (number | null)[])[];
}

/**
 * Ranks strategies by each metric and over all.
 * @throws CalculationError as `performanceMetrics`
 */
export function compareRuns(results: readonly BacktestResult[], riskFreeRate = 0): StrategyComparisonReport {
  const metrics = results.map((result) => performanceMetrics(result, riskFreeRate));
  const compared = results.map((result, own): ComparedStrategy & { readonly result: BacktestResult } => {
    const ranks = Object.fromEntries(
      RANKED_METRICS.map((metric) => {
        const value = goodness(metrics[own] as PerformanceMetrics, metric);
        return [metric, 1 + metrics.filter((other) => goodness(other, metric) > value).length];
      }),
    ) as Record<RankedMetric, number>;
    const sum = RANKED_METRICS.reduce((total, metric) => total + ranks[metric], 0);
    return {
      strategyName: result.strategyName,
      parameters: result.parameters,
      totalTrades: result.executionResults.length,
      metrics: metrics[own] as PerformanceMetrics,
      ranks,
      meanRank: sum / RANKED_METRICS.length,
      result,
    };
  });
  const sorted = compared.toSorted((a, b) => a.meanRank - b.meanRank);
  return {
    strategies: sorted.map(({ result: _, ...strategy }) => strategy),
    bestBy: Object.fromEntries(
      RANKED_METRICS.map((metric) => [
        metric,
        sorted.find(({ ranks, metrics: own }) => ranks[metric] === 1 && own[metric] !== null)?.strategyName ?? null,
      ]),
    ) as Record<RankedMetric, string | null>,
    returnCorrelations: sorted.map(({ result: a }) => sorted.map(({ result: b }) => correlationOf(a, b))),
  };
}

function goodness(metrics: PerformanceMetrics, metric: RankedMetric): number {
  const value = metrics[metric];
  if (value === null) return Number.NEGATIVE_INFINITY;
  return metric === 'maxDrawdown' ? -value : value;
}

/** Correlation of the returns between moments that both curves have. */
function correlationOf({ equity: a }: BacktestResult, { equity: b }: BacktestResult): number | null {
  const placeInB = new Map(Array.from(b.tsMs, (ms, at) => [ms, at]));
  const shared: [number, number][] = [];
  a.tsMs.forEach((ms, at) => {
    const other = placeInB.get(ms);
    if (other !== undefined) shared.push([a.equity[at] as number, b.equity[other] as number]);
  });
  const returnsOf = (side: 0 | 1): number[] =>
    shared.slice(1).map((values, before) => values[side] / (shared[before] as [number, number])[side] - 1);
  return correlation(returnsOf(0), returnsOf(1));
}
