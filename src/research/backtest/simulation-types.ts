import type { VenueId } from '../../domain/venue.js';

/** Books of one moment, as plain numbers. */
export interface MarketSnapshot {
  readonly timestampMs: number;
  readonly books: readonly SnapshotBook[];
}

/** One book; levels as [price, base units], the best first. */
export interface SnapshotBook {
  readonly venue: VenueId;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly takerFeeBps: number;
  readonly bids: readonly (readonly [price: number, quantity: number])[];
  readonly asks: readonly (readonly [price: number, quantity: number])[];
}

/** Buying at one venue and selling at another, as far as it pays after both taker fees. */
export interface SpreadOpportunity {
  readonly base: string;
  readonly quote: string;
  readonly buyVenue: VenueId;
  readonly sellVenue: VenueId;
  /** Average prices of the quantity. */
  readonly buyPrice: number;
  readonly sellPrice: number;
  /** Base units. */
  readonly quantity: number;
  /** After fees, in the quote asset, and as a fraction of what is paid. */
  readonly netProfit: number;
  readonly netSpread: number;
  readonly feesQuote: number;
}

/** A SimulatedOpportunity of the source documents. */
export interface SimulatedOpportunity {
  readonly opportunity: SpreadOpportunity;
  readonly marketSnapshot: MarketSnapshot;
  /** In [0, 1]: the net spread over itself and the expected slippage. */
  readonly executionFeasibility: number;
  /** A fraction of the price: how much worse than the touches the quantity is bought and sold. */
  readonly expectedSlippage: number;
  readonly simulatedTimestamp: number;
}

/** What a market does while orders are on their way. */
export interface MarketConditions {
  /** Standard deviation of the spread's change in one second, as a fraction of the price. */
  readonly volatilityPerSecond: number;
  /** In [0, 1]: the share of what is shown that others have taken by then. */
  readonly competition: number;
}

/** An ExecutionSimulationResult of the source documents. */
export interface ExecutionSimulationResult {
  readonly success: boolean;
  readonly executedQuantity: number;
  /** In the quote asset, after fees. */
  readonly expectedProfit: number;
  readonly realizedProfit: number;
  /** What was lost between the two, as a fraction of what was paid. */
  readonly slippage: number;
  readonly executionTimeMs: number;
}

/** A BacktestResult of the source documents: fractions and plain numbers. What has no value is 0. */
export interface StrategyBacktestResult {
  readonly strategyName: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly totalReturn: number;
  /** A year's, from the returns between the equity's samples. */
  readonly sharpeRatio: number;
  readonly maxDrawdown: number;
  readonly totalTrades: number;
  readonly winRate: number;
  readonly avgTradeDurationMs: number;
  /** Net profit over the turnover. */
  readonly capitalEfficiency: number;
  /** Intents that became trades, over all intents. */
  readonly opportunityCaptureRate: number;
  readonly executionResults: readonly ExecutionSimulationResult[];
}
