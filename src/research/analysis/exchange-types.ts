import type { Market, VenueId } from '../../domain/venue.js';

/** What a capture or a history says about one instrument at one exchange. */
export interface MarketSummary {
  /** Name in the report: "binance", "binance futures". */
  readonly exchange: string;
  readonly symbol: string;
  /** Time that was looked at. */
  readonly durationMs: number;
  /** Mean over time of best ask less best bid, by their middle. */
  readonly spreadBps: number;
  /** Mean over time of what lies within 10 basis points of the middle on the thinner side, in the quote asset. */
  readonly depthQuote: number;
  /** Changes of the book in the time. */
  readonly updates: number;
  /** Times that updates were missed or the connection was cut, and how long the book was not to be relied upon in all. */
  readonly gaps: number;
  readonly downMs: number;
}

/** Liquidity of an exchange over all its instruments that were looked at. */
export interface ExchangeLiquidity {
  readonly exchange: string;
  readonly instruments: number;
  /** Median over the instruments. */
  readonly spreadBps: number;
  readonly depthQuote: number;
  /** Mean over the instruments. */
  readonly updatesPerSecond: number;
  readonly gapsPerHour: number;
  /** Share of the time in which books could be relied upon, 0 to 1. */
  readonly uptime: number;
}

/** Liquidity by exchange, in the order of their names. */
export interface LiquidityAnalysis {
  readonly exchanges: readonly ExchangeLiquidity[];
}

/** What an exchange charges, as fractions of 10,000. */
export interface FeeSchedule {
  readonly exchange: string;
  readonly takerFeeBps: number;
  readonly makerFeeBps: number;
}

/** A pair of exchanges and what it costs to buy at one and sell at the other. */
export interface FeePair {
  readonly buyExchange: string;
  readonly sellExchange: string;
  /** Both legs as taker: the least distance of prices that leaves anything. */
  readonly breakEvenBps: number;
  /** One leg rests and pays as maker, whichever makes the pair cheaper. */
  readonly makerTakerBps: number;
}

/** Fees by exchange, and what they take from arbitrage. */
export interface FeeComparisonReport {
  /** Cheapest taker first. */
  readonly exchanges: readonly (FeeSchedule & {
    /** Its taker fee less the cheapest one. */
    readonly aboveCheapestBps: number;
  })[];
  /** Each pair once, cheapest first; an exchange pays the same whether it buys or sells. */
  readonly pairs: readonly FeePair[];
  /** Taker fees of a trade that is held open (both legs twice), by exchange of both legs. */
  readonly roundTripBps: Readonly<Record<string, number>>;
}

/** An order as an execution log tells it. */
export interface ExecutionLog {
  readonly exchange: string;
  readonly venue: VenueId;
  readonly market: Market;
  readonly symbol: string;
  readonly clientOrderId: string;
  /** Microseconds on the clock of the run. */
  readonly sentUs: number;
  /** Null when the exchange never said that it took the order. */
  readonly acknowledgedUs: number | null;
  readonly firstFillUs: number | null;
  /** Plain decimals; null quantity for an order that was sized by value. */
  readonly quantity: string | null;
  readonly filledQuantity: string;
  readonly isRejected: boolean;
  readonly reason: string | null;
}

/** Times in milliseconds; null where nothing was timed. */
export interface ResponseTimes {
  readonly count: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** How well an exchange carried out orders. */
export interface ExchangeApiPerformance {
  readonly exchange: string;
  readonly orders: number;
  readonly acknowledgement: ResponseTimes | null;
  readonly firstFill: ResponseTimes | null;
  /** Mean over the orders of what was filled, 0 to 1; of those that tell a quantity. */
  readonly fillRatio: number | null;
  /** Share of orders that got neither an acknowledgement, a fill nor a refusal. */
  readonly lostRate: number;
  readonly rejectRate: number;
  readonly rejectReasons: Readonly<Record<string, number>>;
}

/** By exchange, in the order of their names. */
export interface ApiPerformanceMetrics {
  readonly exchanges: readonly ExchangeApiPerformance[];
}

/** Everything that is known about one exchange. What is missing scores in the middle. */
export interface ExchangeAnalysis {
  readonly exchange: string;
  readonly liquidity?: ExchangeLiquidity;
  readonly fees?: FeeSchedule;
  readonly api?: ExchangeApiPerformance;
}

/** An exchange among others. Scores from 0 to 1, more is better. */
export interface ExchangeRanking {
  readonly exchange: string;
  /** Weighted mean of the four scores that follow. */
  readonly overallScore: number;
  readonly liquidityScore: number;
  readonly feeCompetitiveness: number;
  readonly apiReliability: number;
  readonly executionQuality: number;
  readonly supportedInstruments: number;
  /** The overall score held down by the worst of the four: an exchange trades no better than its weakest side. */
  readonly arbitrageSuitability: number;
}

/** Names of the criteria that are weighted. */
export const CRITERIA = ['liquidity', 'fees', 'reliability', 'execution'] as const;
export type Criterion = (typeof CRITERIA)[number];

/** Exchanges from the best to the worst for arbitrage. */
export interface ExchangeRankingReport {
  readonly rankings: readonly ExchangeRanking[];
  /** Sum 1. */
  readonly criteriaWeights: Readonly<Record<Criterion, number>>;
  readonly overallScores: Readonly<Record<string, number>>;
  readonly recommendations: readonly string[];
}
