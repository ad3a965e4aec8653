import type { Microseconds } from '../domain/clock.js';
import type { Market, VenueId } from '../domain/venue.js';
import type { BookStateName } from './messages.js';

/** One level: price and quantity as exact decimal texts. */
export type BookLevel = readonly [price: string, qty: string];

/** A whole copy of the top of one book, best levels first. */
export interface BookView {
  readonly venue: VenueId;
  readonly market: Market;
  /** The venue's own symbol. */
  readonly symbol: string;
  readonly state: BookStateName;
  readonly sequence: number;
  /** Microseconds since the epoch by the venue's clock; 0 where it sends none. */
  readonly exchangeUs: Microseconds;
  /** Microseconds since the epoch at which the last frame came in. */
  readonly receiveUs: Microseconds;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  /** Levels beyond the book's capacity have fallen off. */
  readonly truncated: boolean;
}

/** A book's names: the venue's own symbol, and the canonical assets behind it. */
export interface BookSymbol {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
}

/** Reads books for operators; implemented over shared memory. Both methods answer at once and never block a writer. */
export interface BookReader {
  /** @returns null when there is no such book */
  read(venue: VenueId, market: Market, symbol: string, depth: number): BookView | null;
  symbols(venue: VenueId, market: Market): readonly BookSymbol[];
}

/** Finds a book by the venue's symbol or by BASE-QUOTE (also BASE/QUOTE). @returns null when there is none */
export function findBook(books: BookReader, venue: VenueId, market: Market, name: string, depth: number): BookView | null {
  const exact = books.read(venue, market, name, depth);
  if (exact !== null) return exact;
  const wanted = name.toUpperCase().replace('/', '-');
  const match = books.symbols(venue, market).find(({ base, quote }) => `${base}-${quote}` === wanted);
  return match === undefined ? null : books.read(venue, market, match.symbol, depth);
}
