import { Decimal } from '../../domain/decimal.js';
import { groupBy } from '../../domain/group-by.js';
import { quantiles } from '../statistics/quantiles.js';
import { CRITERIA_WEIGHTS, rankExchanges } from './exchange-ranking.js';
import type {
  ApiPerformanceMetrics,
  Criterion,
  ExchangeAnalysis,
  ExchangeApiPerformance,
  ExchangeLiquidity,
  ExchangeRankingReport,
  ExecutionLog,
  FeeComparisonReport,
  FeeSchedule,
  LiquidityAnalysis,
  MarketSummary,
  ResponseTimes,
} from './exchange-types.js';

const HOUR_MS = 3_600_000;
const MEDIAN = [50];

/** Holds exchanges against each other: what their books offer, what they charge, how they answer. It keeps nothing. */
export class ExchangePerformanceAnalyzer {
  constructor(private readonly weights: Readonly<Record<Criterion, number>> = CRITERIA_WEIGHTS) {}

  /** Liquidity by exchange from summaries of their books. */
  analyzeLiquidityMetrics(exchangeData: readonly MarketSummary[]): LiquidityAnalysis {
    const byExchange = [...groupBy(exchangeData, ({ exchange }) => exchange)].sort();
    return { exchanges: byExchange.map(([exchange, summaries]) => liquidityOf(exchange, summaries)) };
  }

  /** What fees take from a trade at each exchange and between each two. */
  compareFeeStructures(exchanges: readonly FeeSchedule[]): FeeComparisonReport {
    const sorted = exchanges.toSorted((a, b) => a.takerFeeBps - b.takerFeeBps);
    const cheapest = sorted[0]?.takerFeeBps ?? 0;
    const pairs = sorted.flatMap((buy, at) =>
      sorted.slice(at + 1).map((sell) => ({
        buyExchange: buy.exchange,
        sellExchange: sell.exchange,
        breakEvenBps: buy.takerFeeBps + sell.takerFeeBps,
        makerTakerBps: Math.min(buy.takerFeeBps + sell.makerFeeBps, buy.makerFeeBps + sell.takerFeeBps),
      })),
    );
    return {
      exchanges: sorted.map((schedule) => ({ ...schedule, aboveCheapestBps: schedule.takerFeeBps - cheapest })),
      pairs: pairs.sort((a, b) => a.breakEvenBps - b.breakEvenBps),
      roundTripBps: Object.fromEntries(sorted.map(({ exchange, takerFeeBps }) => [exchange, 4 * takerFeeBps])),
    };
  }

  /** How exchanges answered orders; `executionLogsOf` reads the logs off a ledger. */
  monitorApiPerformance(executionLogs: readonly ExecutionLog[]): ApiPerformanceMetrics {
    const byExchange = [...groupBy(executionLogs, ({ exchange }) => exchange)].sort();
    return { exchanges: byExchange.map(([exchange, logs]) => apiPerformanceOf(exchange, logs)) };
  }

  /** See `rankExchanges`. */
  rankExchangesForArbitrage(analysisResults: readonly ExchangeAnalysis[]): ExchangeRankingReport {
    return rankExchanges(analysisResults, this.weights);
  }

  /** Joins what is known by exchange, for the ranking. */
  analysesOf({
    liquidity,
    fees,
    api,
  }: {
    readonly liquidity?: LiquidityAnalysis;
    readonly fees?: readonly FeeSchedule[];
    readonly api?: ApiPerformanceMetrics;
  }): ExchangeAnalysis[] {
    const all = [...(liquidity?.exchanges ?? []), ...(fees ?? []), ...(api?.exchanges ?? [])].map(({ exchange }) => exchange);
    return [...new Set(all)].sort().map((exchange) => {
      const own = <T extends { readonly exchange: string }>(list: readonly T[] | undefined): T | undefined =>
        list?.find((item) => item.exchange === exchange);
      const [ownLiquidity, ownFees, ownApi] = [own(liquidity?.exchanges), own(fees), own(api?.exchanges)];
      return {
        exchange,
        ...(ownLiquidity !== undefined && { liquidity: ownLiquidity }),
        ...(ownFees !== undefined && { fees: ownFees }),
        ...(ownApi !== undefined && { api: ownApi }),
      };
    });
  }
}

function liquidityOf(exchange: string, summaries: readonly MarketSummary[]): ExchangeLiquidity {
  const sum = (pick: (summary: MarketSummary) => number): number =>
    summaries.reduce((total, summary) => total + pick(summary), 0);
  const median = (pick: (summary: MarketSummary) => number): number => quantiles(summaries.map(pick), MEDIAN)[0] as number;
  return {
    exchange,
    instruments: summaries.length,
    spreadBps: median(({ spreadBps }) => spreadBps),
    depthQuote: median(({ depthQuote }) => depthQuote),
    updatesPerSecond: sum(({ updates, durationMs }) => updates / (durationMs / 1000)) / summaries.length,
    gapsPerHour: sum(({ gaps, durationMs }) => gaps / (durationMs / HOUR_MS)) / summaries.length,
    uptime: 1 - sum(({ downMs }) => downMs) / sum(({ durationMs }) => durationMs),
  };
}

function apiPerformanceOf(exchange: string, logs: readonly ExecutionLog[]): ExchangeApiPerformance {
  const rejected = logs.filter(({ isRejected }) => isRejected);
  const lost = logs.filter(
    ({ acknowledgedUs, firstFillUs, filledQuantity, isRejected }) =>
      acknowledgedUs === null && firstFillUs === null && !isRejected && Number(filledQuantity) === 0,
  );
  const ratios = logs.flatMap(({ quantity, filledQuantity }) =>
    quantity === null || Number(quantity) === 0 ? [] : [new Decimal(filledQuantity).div(quantity).toNumber()],
  );
  const reasons = groupBy(rejected, ({ reason }) => reason ?? 'no reason told');
  return {
    exchange,
    orders: logs.length,
    acknowledgement: timesOf(logs, ({ acknowledgedUs }) => acknowledgedUs),
    firstFill: timesOf(logs, ({ firstFillUs }) => firstFillUs),
    fillRatio: ratios.length === 0 ? null : ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length,
    lostRate: lost.length / logs.length,
    rejectRate: rejected.length / logs.length,
    rejectReasons: Object.fromEntries([...reasons].map(([reason, group]) => [reason, group.length])),
  };
}

function timesOf(logs: readonly ExecutionLog[], endOf: (log: ExecutionLog) => number | null): ResponseTimes | null {
  const times = logs.flatMap((log) => {
    const endUs = endOf(log);
    return endUs === null ? [] : [(endUs - log.sentUs) / 1000];
  });
  if (times.length === 0) return null;
  const [p50Ms, p90Ms, p99Ms, maxMs] = quantiles(times, [50, 90, 99, 100]) as unknown as [number, number, number, number];
  return { count: times.length, p50Ms, p90Ms, p99Ms, maxMs };
}
