import {
  STATE_SYNCED,
  STATUS_BUFFER,
  STATUS_CHECKSUM,
  STATUS_GAP,
  STATUS_MALFORMED,
  STATUS_OVERSIZED,
  STATUS_PRECISION,
} from '../../assembly/memory/layout.js';
import type { TwinBook, UnitLevel } from './book.js';

/** A book at rest, in whole units, as the referee or the kernel holds it. */
export interface BookView {
  /** STATE_... */
  readonly state: number;
  readonly sequence: number;
  /** Best level first. */
  readonly bids: readonly UnitLevel[];
  readonly asks: readonly UnitLevel[];
}

/**
 * - `equal`: the same book.
 * - `stricter`: the kernel flagged what the referee takes. Allowed; both have to be synchronised again before going on.
 * - `missed`: the kernel changed nothing and flagged nothing, though the referee's book moved on.
 * - `wrong`: the kernel holds a book for sound that the referee does not.
 */
export type Agreement = 'equal' | 'stricter' | 'missed' | 'wrong';

const FLAGS: ReadonlySet<number> = new Set([
  STATUS_MALFORMED,
  STATUS_PRECISION,
  STATUS_GAP,
  STATUS_CHECKSUM,
  STATUS_OVERSIZED,
  STATUS_BUFFER,
]);

/** The referee's book as it is now. */
export function viewOf(book: TwinBook): BookView {
  return { state: book.state, sequence: book.sequence, bids: book.levels('bid'), asks: book.levels('ask') };
}

/** True when both hold the same levels. */
export function sameLevels(a: BookView, b: BookView): boolean {
  return sameSide(a.bids, b.bids) && sameSide(a.asks, b.asks);
}

/**
 * Judges the kernel's book after a frame against the referee's after the same frame.
 * @param before the kernel's book before the frame, when it was equal to the referee's
 * @param status what the kernel answered for the book, or for the frame when it named no book
 */
export function judge(before: BookView, kernel: BookView, referee: BookView, status: number): Agreement {
  const agrees = sameLevels(kernel, referee) && kernel.sequence === referee.sequence;
  if (agrees && kernel.state === referee.state) return 'equal';
  if (kernel.state !== STATE_SYNCED) {
    // Flagged: not traded on. Its levels are of no matter, since only a snapshot brings it back.
    return referee.state === STATE_SYNCED ? 'stricter' : 'equal';
  }
  const isUnchanged = sameLevels(kernel, before) && kernel.sequence === before.sequence;
  if (!isUnchanged) return 'wrong';
  if (FLAGS.has(status)) return 'stricter';
  // The kernel took the frame for none of its business. A referee that only broke its book lost nothing by that either.
  return sameLevels(referee, before) && referee.sequence === before.sequence ? 'equal' : 'missed';
}

function sameSide(a: readonly UnitLevel[], b: readonly UnitLevel[]): boolean {
  return a.length === b.length && a.every(([price, qty], index) => price === b[index]?.[0] && qty === b[index]?.[1]);
}
