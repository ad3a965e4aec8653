import type { Market, VenueId } from '../domain/venue.js';
import { readBook } from '../kernel/book-view.js';
import type { Kernel } from '../kernel/kernel.js';
import type { BookReader, BookSymbol, BookView } from './books.js';

/** A book that operators may look at. */
export interface DirectoryEntry {
  readonly venue: VenueId;
  readonly market: Market;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** Address of its header. */
  readonly book: number;
}

const keyOf = (venue: VenueId, market: Market, symbol: string): string => `${venue}/${market}/${symbol}`;

/** Reads books out of shared memory for operators, with a kernel of its own thread. */
export class SharedBookReader implements BookReader {
  private readonly entries = new Map<string, DirectoryEntry>();
  private readonly lists = new Map<string, BookSymbol[]>();

  /** @param epochOffsetUs epoch minus monotonic clock, to turn receive times into times of day */
  constructor(
    private readonly kernel: Kernel,
    directory: readonly DirectoryEntry[],
    private readonly epochOffsetUs: number,
  ) {
    for (const entry of directory) {
      this.entries.set(keyOf(entry.venue, entry.market, entry.symbol), entry);
      const feed = `${entry.venue}/${entry.market}`;
      const list = this.lists.get(feed) ?? [];
      list.push({ symbol: entry.symbol, base: entry.base, quote: entry.quote });
      this.lists.set(feed, list);
    }
  }

  read(venue: VenueId, market: Market, symbol: string, depth: number): BookView | null {
    const entry = this.entries.get(keyOf(venue, market, symbol));
    if (entry === undefined) return null;
    const view = readBook(this.kernel, entry.book, depth);
    if (view === undefined) return null;
    return {
      venue,
      market,
      symbol,
      state: view.state,
      sequence: view.sequence,
      exchangeUs: view.exchangeUs,
      receiveUs: view.receiveUs === 0 ? 0 : view.receiveUs + this.epochOffsetUs,
      bids: view.bids,
      asks: view.asks,
      truncated: view.truncated,
    };
  }

  symbols(venue: VenueId, market: Market): readonly BookSymbol[] {
    return this.lists.get(`${venue}/${market}`) ?? [];
  }
}
