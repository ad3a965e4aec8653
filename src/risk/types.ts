import type { Market, VenueId } from '../domain/venue.js';

/** Whether a position in a symbol may grow by a proposed size, and how far. Sizes are base assets, exposure reference currency. */
export interface RiskCheckResult {
  readonly approved: boolean;
  /** The limit that refused; null when approved. */
  readonly reason: string | null;
  /** Most that may be traded in the proposed direction. */
  readonly maxAllowedSize: number;
  readonly currentExposure: number;
}

/** The UTC day so far, in the reference currency. */
export interface PnlStatus {
  /** The worse of the booked profit and the change of the equity. */
  readonly dailyPnl: number;
  readonly realisedPnl: number;
  /** Null until told. */
  readonly equity: number | null;
  readonly drawdownFraction: number;
  /** Share of the daily loss limit that is used up; 1 stops. */
  readonly lossLimitUsed: number;
  readonly profitTargetReached: boolean;
  readonly isHalted: boolean;
}

/** One account against its floor, in its asset. */
export interface AccountBalance {
  readonly venue: VenueId | string;
  readonly market: Market;
  readonly asset: string;
  readonly balance: number;
  readonly floor: number;
  readonly isBelow: boolean;
}

export interface BalanceStatus {
  readonly isSufficient: boolean;
  readonly accounts: readonly AccountBalance[];
}

/** What an emergency stop found and did. */
export interface StopResult {
  readonly reason: string;
  readonly epochUs: number;
  /** False when a person had stopped before. */
  readonly isNew: boolean;
  /** False when the stop could not be written and would not outlive the process. */
  readonly isPersisted: boolean;
  readonly openOrders: number;
  /** Orders that were cancelled; null when that failed or nothing can cancel. */
  readonly cancelledOrders: number | null;
  readonly exposureQuote: number;
}
