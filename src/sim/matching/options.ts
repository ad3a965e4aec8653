import type { VenueId } from '../../domain/venue.js';
import type { SimulatedMarket } from '../market/market.js';
import type { AccountKeeper } from './kept-rows.js';
import type { TapeLength } from './tape.js';

/** How one venue's engine is set up. */
export interface MatchingOptions {
  /** The market whose books of the venue are traded on. An engine takes them for itself: one engine a venue and market. */
  readonly market: SimulatedMarket;
  readonly venue: VenueId;
  readonly seed: number;
  /** Microseconds since the epoch. */
  readonly now: () => number;
  /** What spot fees are charged in; by default as the venue does it: in quote at Coinbase and Kraken, else in what is received. */
  readonly spotFeeIn?: 'received' | 'quote';
  /** Among which orders of an account a client id must be unique; `open` by default. */
  readonly clientIdsUniqueAmong?: 'open' | 'all';
  /** How far a limit price may be from the last trade's, as a fraction; no bound by default. */
  readonly priceBand?: number | null;
  /** Open orders that an account may have in one book; 200 by default. */
  readonly openOrdersMax?: number;
  /** Whether `log` and with it every event is kept; true by default. Long runs that nobody audits go without. */
  readonly keepLog?: boolean;
  /** About how many orders that have ended an account remembers, with their fills; all by default. */
  readonly ordersKept?: number | undefined;
  /** How much of the public trades is kept; two days by default. */
  readonly tapeKept?: TapeLength | undefined;
  /** Where accounts outlive the engine; without one they end with it. */
  readonly keeper?: AccountKeeper;
}
