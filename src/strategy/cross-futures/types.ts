import type { FuturesContract } from '../../domain/instrument.js';
import type { PositionSide } from '../../domain/margin.js';
import type { VenueId } from '../../domain/venue.js';

/** What is traded at one venue. Decimals are texts; amounts are in the quote asset. */
export interface OpportunityLeg {
  readonly venue: VenueId;
  readonly contract: FuturesContract;
  readonly side: PositionSide;
  readonly contracts: string;
  readonly base: string;
  /** Value of the trade by the book, before costs. */
  readonly quote: string;
  /** Funding rates expected until the horizon, summed. */
  readonly fundingSum: number;
}

/** One contract bought where it is cheap and sold where it is dear, on two venues or more. */
export interface CrossExchangeOpportunity {
  readonly base: string;
  readonly quote: string;
  readonly legs: readonly OpportunityLeg[];
  readonly sizeBase: string;
  /** The finest change of the size that all venues take when every leg keeps its part of it. */
  readonly stepBase: string;
  /** Of the average prices, before costs. */
  readonly spreadBps: number;
  /** Received until the horizon, negative when paid. */
  readonly fundingDifference: number;
  /** After all costs of getting in and out, with the funding. */
  readonly expectedProfit: number;
  readonly holdingHours: number;
  /** Margin that all legs bind. */
  readonly marginUsed: number;
  /** Expected profit over the margin, a year: net / margin / holding time. */
  readonly marginAdjustedReturn: number;
}

/** Margin requirements of one leg. */
export interface LegMargin {
  readonly venue: VenueId;
  readonly side: PositionSide;
  readonly leverage: number;
  readonly initialMargin: string;
  readonly maintenanceMargin: string;
  readonly liquidationPrice: string | null;
}

/** Margin requirements of an opportunity. Amounts are in the quote asset. */
export interface MarginRequirement {
  readonly initialMargin: string;
  readonly maintenanceMargin: string;
  /** What its venues have. */
  readonly availableMargin: string;
  /** Initial margin over what is available, at the venue where that is most; above 1 it cannot be opened whole. */
  readonly marginUtilization: number;
  /** Distance of the nearest liquidation, as a fraction of the entry price. */
  readonly liquidationBuffer: number;
  /** Base assets for which the margin of every venue suffices. */
  readonly maxPositionSize: string;
  readonly legs: readonly LegMargin[];
}

/** Capital of each venue in the quote asset, as decimal texts; a venue that is not named has none. */
export type VenueCapital = Readonly<Partial<Record<VenueId, string>>>;

/** What one opportunity is given. */
export interface Allocation {
  readonly opportunity: CrossExchangeOpportunity;
  readonly sizeBase: string;
  readonly expectedProfit: number;
  /** In the order of its legs. */
  readonly legs: readonly { readonly venue: VenueId; readonly leverage: number; readonly margin: string }[];
}

/** How capital is spread over opportunities. */
export interface LeverageAllocation {
  /** In the order of the opportunities; those that are given nothing are left out. */
  readonly allocations: readonly Allocation[];
  readonly expectedProfit: number;
  readonly marginUsed: VenueCapital;
}
