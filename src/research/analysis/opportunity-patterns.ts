import { groupBy } from '../../domain/group-by.js';
import type { SimulatedOpportunity } from '../backtest/simulation-types.js';
import { correlation } from './correlation.js';
import { periodAt } from './period-at.js';

/** Opportunities of one kind. */
export interface OpportunityGroup {
  readonly count: number;
  /** Mean over them: net spread in per cent of what is paid, net profit in the quote asset, feasibility. */
  readonly avgSpreadPct: number;
  readonly avgNetProfit: number;
  readonly avgFeasibility: number;
}

/** When and where opportunities are. Times are UTC. */
export interface OpportunityAnalysis {
  readonly total: OpportunityGroup;
  /** 24 entries, midnight first; null where there was none. */
  readonly byHour: readonly (OpportunityGroup | null)[];
  /** Seven entries, Sunday first. */
  readonly byWeekday: readonly (OpportunityGroup | null)[];
  readonly byPair: Readonly<Record<string, OpportunityGroup>>;
  /** "binance > kraken": bought here, sold there. */
  readonly byVenuePair: Readonly<Record<string, OpportunityGroup>>;
  /** Pearson's correlation over the periods of the volatility series; null where it has no value. */
  readonly volatilityCorrelation: {
    /** Of the number of opportunities in a period with its volatility. */
    readonly count: number | null;
    /** Of their mean net spread, over the periods with opportunities. */
    readonly spread: number | null;
  };
}

/** How much the market moved in periods one behind the other. */
export interface VolatilitySeries {
  readonly periodMs: number;
  /** Start of each period, milliseconds since the epoch; rising, at least a period apart. */
  readonly tsMs: ArrayLike<number>;
  /** In any unit. */
  readonly volatility: ArrayLike<number>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** The epoch was a Thursday. */
const EPOCH_WEEKDAY = 4;

/** Looks for patterns in opportunities. @param volatility periods to correlate with; the correlations are null without */
export function opportunityPatterns(
  opportunities: readonly SimulatedOpportunity[],
  volatility?: VolatilitySeries,
): OpportunityAnalysis {
  const hourOf = ({ simulatedTimestamp }: SimulatedOpportunity): number => Math.floor((simulatedTimestamp % DAY_MS) / HOUR_MS);
  const weekdayOf = ({ simulatedTimestamp }: SimulatedOpportunity): number =>
    (Math.floor(simulatedTimestamp / DAY_MS) + EPOCH_WEEKDAY) % 7;
  const places = (count: number, placeOf: (item: SimulatedOpportunity) => number): (OpportunityGroup | null)[] => {
    const groups = groupBy(opportunities, (item) => String(placeOf(item)));
    return Array.from({ length: count }, (_, place) => {
      const group = groups.get(String(place));
      return group === undefined ? null : groupOf(group);
    });
  };
  const named = (nameOf: (item: SimulatedOpportunity) => string): Record<string, OpportunityGroup> =>
    Object.fromEntries([...groupBy(opportunities, nameOf)].sort().map(([name, group]) => [name, groupOf(group)]));
  return {
    total: groupOf(opportunities),
    byHour: places(24, hourOf),
    byWeekday: places(7, weekdayOf),
    byPair: named(({ opportunity: { base, quote } }) => `${base}/${quote}`),
    byVenuePair: named(({ opportunity: { buyVenue, sellVenue } }) => `${buyVenue} > ${sellVenue}`),
    volatilityCorrelation: volatility === undefined ? { count: null, spread: null } : correlations(opportunities, volatility),
  };
}

function groupOf(group: readonly SimulatedOpportunity[]): OpportunityGroup {
  const mean = (figure: (item: SimulatedOpportunity) => number): number =>
    group.length === 0 ? 0 : group.reduce((sum, item) => sum + figure(item), 0) / group.length;
  return {
    count: group.length,
    avgSpreadPct: mean(({ opportunity }) => opportunity.netSpread * 100),
    avgNetProfit: mean(({ opportunity }) => opportunity.netProfit),
    avgFeasibility: mean(({ executionFeasibility }) => executionFeasibility),
  };
}

function correlations(
  opportunities: readonly SimulatedOpportunity[],
  { periodMs, tsMs, volatility }: VolatilitySeries,
): OpportunityAnalysis['volatilityCorrelation'] {
  const counts = new Float64Array(tsMs.length);
  const spreads = new Float64Array(tsMs.length);
  for (const { simulatedTimestamp, opportunity } of opportunities) {
    const period = periodAt(tsMs, simulatedTimestamp, (startMs) => startMs);
    if (period < 0 || simulatedTimestamp >= (tsMs[period] as number) + periodMs) continue;
    counts[period] = (counts[period] as number) + 1;
    spreads[period] = (spreads[period] as number) + opportunity.netSpread * 100;
  }
  const means = spreads.map((sum, period) => sum / (counts[period] as number)); // NaN without opportunities: left out
  return { count: correlation(counts, volatility), spread: correlation(means, volatility) };
}
