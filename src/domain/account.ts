import type { FuturesContract } from './instrument.js';
import type { Side } from './order.js';
import type { VenueId } from './venue.js';

/** What an account holds of an asset. Decimals are plain texts. */
export interface Balance {
  readonly venue: VenueId;
  /** Canonical asset. */
  readonly asset: string;
  readonly total: string;
  /** Not bound by orders or margin; null where this message of the venue does not tell. */
  readonly available: string | null;
}

/** A futures position. Decimals are plain texts; a flat position has size "0". */
export interface PositionInfo {
  readonly contract: FuturesContract;
  readonly side: Side;
  /** Contracts, never negative. */
  readonly size: string;
  readonly entryPrice: string;
  readonly markPrice: string;
  /** In the settlement asset, as are the profit and the margin. */
  readonly unrealizedPnl: string;
  readonly marginUsed: string;
  /** "0" where the venue sees no danger of liquidation. */
  readonly liquidationPrice: string;
  readonly leverage: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** What a private stream says of a position. */
export interface PositionReport {
  readonly venue: VenueId;
  readonly symbol: string;
  /** Contracts, negative for a short position. */
  readonly signedSize: string;
  /** Null when flat or not told. */
  readonly entryPrice: string | null;
}

export type MarginMode = 'isolated' | 'cross';

/** How positions of a contract are margined. */
export interface MarginSetting {
  readonly mode: MarginMode;
  /** Value over margin, whole. */
  readonly leverage: number;
}

/** What a perpetual pays between longs and shorts. A positive rate is paid by the longs. */
export interface FundingRate {
  readonly contract: FuturesContract;
  /** Percent a year, of the rate that is due next. */
  readonly currentRate: number;
  /** Milliseconds since the epoch. */
  readonly nextFundingTime: number;
  /** Percent a year, of the rate after that; null where the venue publishes none. */
  readonly predictedRate: number | null;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** The rate due next as the venue states it: an exact fraction of the notional. */
  readonly intervalRate: string;
}

/** A funding payment of the past. */
export interface PastFunding {
  readonly timeMs: number;
  /** Fraction of the notional that the longs paid. */
  readonly rate: string;
}

/** What the account pays for trading, in basis points. */
export interface FeeTier {
  readonly makerFeeBps: number;
  readonly takerFeeBps: number;
}
