import type { BrokenRule } from '../../venues/order-filters.js';

/** One size of an opportunity. Prices are averages of the walk, amounts of money are in the quote asset. */
export interface SizedOpportunity {
  readonly symbol: string;
  readonly buyExchange: string;
  readonly sellExchange: string;
  readonly buyPrice: number;
  readonly sellPrice: number;
  /** Base assets, exactly. */
  readonly orderAmount: string;
  /** What buying it comes to, before costs. */
  readonly quoteAmount: number;
  readonly grossProfit: number;
  readonly netProfit: number;
  /** Net profit in percent of what is paid. */
  readonly spreadPct: number;
  readonly confidence: number;
  /** Levels walked at both venues. */
  readonly levelsUsed: number;
  /** What has to be there: quote assets with all costs at the buying venue; the selling venue gives `orderAmount`. */
  readonly requiredQuote: number;
}

/** A pair of venues of one instrument with all sizes that can be traded at a profit. */
export interface ArbitrageOpportunity {
  readonly id: number;
  readonly row: number;
  readonly symbol: string;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  /** Microseconds since the epoch. */
  readonly timestamp: number;
  readonly sizedOpportunities: readonly SizedOpportunity[];
  /** The one with the greatest net profit. */
  readonly bestOpportunity: SizedOpportunity;
  /** Expected share of plans for this pair that succeed. */
  readonly successRate: number;
}

/** An opportunity with its place among others. */
export interface RankedOpportunity {
  /** From 1 on. */
  readonly rank: number;
  readonly score: number;
  readonly opportunity: ArbitrageOpportunity;
}

/** Available amounts by venue and asset. */
export type AvailableBalances = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Funds of one account that a plan takes for itself. */
export interface PlannedReservation {
  readonly exchange: string;
  readonly asset: string;
  readonly amount: string;
}

/** Which opportunities to carry out, with which funds. */
export interface ExecutionPlan {
  readonly steps: readonly {
    readonly opportunity: ArbitrageOpportunity;
    readonly sized: SizedOpportunity;
    readonly reservations: readonly [PlannedReservation, PlannedReservation];
  }[];
  readonly skipped: readonly {
    readonly opportunity: ArbitrageOpportunity;
    readonly reason: 'row taken' | 'no funds' | 'over cap';
  }[];
  readonly expectedProfit: number;
  readonly committedQuote: number;
}

/** What taking an amount from one side of a book comes to. */
export interface ExecutionAnalysis {
  /** Quote assets for one base asset; 0 where nothing is filled. */
  readonly averagePrice: number;
  readonly worstPrice: number;
  /** Base assets. */
  readonly filled: number;
  readonly levelsUsed: number;
  /** Of the average against the touch. */
  readonly slippageBps: number;
  readonly isFull: boolean;
  /** In [0, 1]: how surely the amount is filled near this price, by what rests beyond it. */
  readonly confidence: number;
}

/** What a book holds near its touch; base and quote assets. */
export interface OrderbookDepth {
  readonly bidBase: number;
  readonly bidQuote: number;
  readonly askBase: number;
  readonly askQuote: number;
}

/** A rule that an amount breaks, and at which venue. */
export interface BrokenVenueRule extends BrokenRule {
  readonly venue: string;
}

/** One size of orders as exact decimal texts. */
export interface OrderSize {
  readonly multiplier: number;
  /** Base assets: a whole number of lots at all venues. */
  readonly amount: string;
  /** Its value in the quote asset. */
  readonly value: string;
  /** Every rule that it breaks; none when all venues take it. */
  readonly broken: readonly BrokenVenueRule[];
}
