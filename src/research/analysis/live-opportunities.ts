import { groupBy } from '../../domain/group-by.js';
import type { MarketRegime } from '../../history/quality/market-condition.js';
import type { ArbitrageOpportunity } from '../../strategy/three-tier/types.js';
import { type RegimeSpan, regimeAt } from '../regimes/classify-market.js';
import { quantiles } from '../statistics/quantiles.js';

/** An opportunity from when it was first seen until it was last seen. */
export interface LiveOpportunity {
  readonly symbol: string;
  readonly buyExchange: string;
  readonly sellExchange: string;
  /** Milliseconds since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The best net spread in the time, in per cent. */
  readonly spreadPct: number;
  /** Whether it was traded at a profit; null where it was not traded. */
  readonly isSuccess: boolean | null;
}

/** How often opportunities come. */
export interface OpportunityFrequencyMetrics {
  readonly totalOpportunities: number;
  readonly opportunitiesPerHour: number;
  /** Per cent; 0 without opportunities. */
  readonly avgSpread: number;
  readonly medianSpread: number;
  readonly maxSpread: number;
  /** Of those that were traded; null where none was. */
  readonly successRate: number | null;
  readonly avgDurationMs: number;
  readonly frequencyByMarketCondition: Readonly<Partial<Record<MarketRegime, number>>>;
}

const HOUR_MS = 3_600_000;
const MEDIAN = [50];
/** Sightings further apart are two opportunities. */
const APART_MS = 1_000;

/** Joins sightings of one pair of exchanges that follow each other within `apartMs` to opportunities that last, by their first sighting. */
export function opportunitiesOf(sightings: Iterable<ArbitrageOpportunity>, apartMs = APART_MS): LiveOpportunity[] {
  const groups = groupBy(sightings, ({ symbol, bestOpportunity: { buyExchange, sellExchange } }) =>
    JSON.stringify([symbol, buyExchange, sellExchange]),
  );
  const found: { -readonly [K in keyof LiveOpportunity]: LiveOpportunity[K] }[] = [];
  for (const group of groups.values()) {
    let open: (typeof found)[number] | null = null;
    for (const { symbol, timestamp, bestOpportunity } of group.toSorted((a, b) => a.timestamp - b.timestamp)) {
      const { buyExchange, sellExchange, spreadPct } = bestOpportunity;
      const ms = timestamp / 1000;
      if (open !== null && ms - open.lastMs <= apartMs) {
        open.lastMs = ms;
        open.spreadPct = Math.max(open.spreadPct, spreadPct);
        continue;
      }
      open = { symbol, buyExchange, sellExchange, firstMs: ms, lastMs: ms, spreadPct, isSuccess: null };
      found.push(open);
    }
  }
  return found.sort((a, b) => a.firstMs - b.firstMs);
}

/**
 * How often opportunities came in a stretch of time.
 * @param period those that were first seen in it count; milliseconds since the epoch
 * @param spans regimes to count by
 */
export function opportunityFrequency(
  opportunities: readonly LiveOpportunity[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  spans: readonly RegimeSpan[] = [],
): OpportunityFrequencyMetrics {
  const own = opportunities.filter(({ firstMs }) => firstMs >= fromMs && firstMs < toMs);
  const spreads = own.map(({ spreadPct }) => spreadPct);
  const mean = (values: readonly number[]): number =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  const traded = own.filter(({ isSuccess }) => isSuccess !== null);
  const byRegime: Partial<Record<MarketRegime, number>> = {};
  for (const { firstMs } of own) {
    const regime = regimeAt(spans, firstMs);
    if (regime !== null) byRegime[regime] = (byRegime[regime] ?? 0) + 1;
  }
  return {
    totalOpportunities: own.length,
    opportunitiesPerHour: toMs > fromMs ? own.length / ((toMs - fromMs) / HOUR_MS) : 0,
    avgSpread: mean(spreads),
    medianSpread: spreads.length === 0 ? 0 : (quantiles(spreads, MEDIAN)[0] as number),
    maxSpread: spreads.reduce((most, value) => Math.max(most, value), 0),
    successRate: traded.length === 0 ? null : traded.filter(({ isSuccess }) => isSuccess).length / traded.length,
    avgDurationMs: mean(own.map(({ firstMs, lastMs }) => lastMs - firstMs)),
    frequencyByMarketCondition: byRegime,
  };
}
