import type { Scanner } from '../kernel/scan.js';
import type { Signals } from '../kernel/signals.js';
import type { Views } from '../kernel/views.js';

/** What the scan says of its rows; strategies read it and change nothing. */
export type ScannedPairs = Omit<Scanner, 'setRow' | 'setSizing' | 'setExtraCost' | 'setListed' | 'scanAll' | 'scanDirty'>;

/**
 * The market as one turn sees it. Everything in it was copied before the turn began, each book under its lock with its sequence, and
 * does not change while the strategies look at it.
 */
export interface MarketView {
  readonly turn: number;
  /** The turn's time: monotonic microseconds, and microseconds since the epoch. The only clock there is. */
  readonly nowUs: number;
  readonly epochUs: number;
  /** A book received before this moment is too old to trade on. */
  readonly oldestUs: number;
  readonly views: Views;
  readonly pairs: ScannedPairs;
  /** What the books signal; undefined where the memory was planned without signals. */
  readonly signals?: Pick<Signals, keyof Signals> | undefined;
  /** Whether all rows were scanned, so that what grew old without a message is noticed; else only those whose books changed. */
  readonly isFull: boolean;
  /** Rows scanned in this turn. */
  readonly rowCount: number;
  /** Row at place `index` of those. */
  row(index: number): number;
  /** Books that changed since the last turn. */
  readonly bookCount: number;
  book(index: number): number;
}
