import type { Market, VenueId } from '../../domain/venue.js';

/** Multiples of the larger of both least order values at which everything is priced. */
export const SIZE_MULTIPLES = [1, 2, 5, 10] as const;

/** Why a size cannot be traded, in the order in which it is looked at. */
export type SizeStatus = 'feasible' | 'off-grid' | 'below-minimum' | 'above-maximum' | 'too-thin';

/** What one size comes to when it is walked through both books; exact decimal texts. */
export interface SizeTruth {
  readonly multiple: number;
  readonly status: SizeStatus;
  /** In base assets. */
  readonly base: string;
  /** Paid with the buyer's fee, and what is left of the proceeds after the seller's; "0" where the size is not feasible. */
  readonly cost: string;
  readonly net: string;
}

/** The books that can be compared: one asset against one quote asset in one market. */
export interface RowName {
  readonly market: Market;
  readonly base: string;
  readonly quote: string;
}

/** Where an asset is bought and where it is sold. */
export interface VenuePair {
  readonly buy: VenueId;
  readonly sell: VenueId;
}

export const TRAPS = [
  'stale-book',
  'crossed-book',
  'fake-wall',
  'too-thin',
  'below-minimum',
  'other-asset',
  'fee-eats-profit',
  'multiplier',
] as const;
export type TrapKind = (typeof TRAPS)[number];

/** A spread that pays after both taker fees, for as long as it lasts. */
export interface ProfitPlant {
  readonly kind: 'profit';
  readonly row: RowName;
  readonly pair: VenuePair;
  /** Virtual monotonic time at the venues. */
  readonly startUs: number;
  readonly endUs: number;
  /** Whether both books stand still for all of its life. */
  readonly still: boolean;
  readonly sizes: readonly SizeTruth[];
}

/** What looks like a profit, and is none. */
export interface TrapPlant {
  readonly kind: TrapKind;
  readonly row: RowName;
  /** The venue whose book lies; every pair with it is the trap when `pair` is null. */
  readonly venue: VenueId;
  readonly pair: VenuePair | null;
  readonly startUs: number;
  readonly endUs: number;
  readonly sizes: readonly SizeTruth[];
}

export const SIGNALS = ['imbalance', 'wall', 'micro-move', 'volume'] as const;
export type SignalKind = (typeof SIGNALS)[number];

/** Something that a book tells before prices move. `up`: more is bid or bought than offered or sold. */
export interface SignalPlant {
  readonly kind: SignalKind;
  readonly row: RowName;
  readonly venue: VenueId;
  readonly up: boolean;
  readonly startUs: number;
  readonly endUs: number;
  /** False for a decoy: nearly as strong as a signal, and none. */
  readonly counts: boolean;
}

/** Everything that was put into the market of one seed. */
export interface PlantedTruth {
  readonly profits: readonly ProfitPlant[];
  readonly traps: readonly TrapPlant[];
  readonly signals: readonly SignalPlant[];
}
