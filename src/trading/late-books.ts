import type { Market, VenueId } from '../domain/venue.js';
import type { JournalEntry } from '../ledger/entries.js';
import type { MemoryState } from './memory-state.js';

/** A book by the venue's name of its instrument. */
export interface BookName {
  readonly venue: VenueId;
  readonly market: Market;
  readonly symbol: string;
}

/** How long before a run's last entry something has to have happened in a book for news of it to be still on its way. */
const LATE_US = 5_000_000;

/**
 * Books in which something happened shortly before a run ended: what the venue told then may have been heard by nobody. Measured by the
 * monotonic clock of the run, which no change of the time of day moves. They stay until a start has come to its end, however many runs
 * that takes.
 */
export class LateBooks {
  private readonly before = new Map<string, BookName>();
  /** Of the run of now, the newest touch last. */
  private readonly touched = new Map<string, BookName & { readonly monotonicUs: number }>();
  private newestUs = 0;

  /** A run begins, and the one before is over. */
  begin(): void {
    for (const { venue, market, symbol } of this.lateOnes())
      this.before.set(keyOf({ venue, market, symbol }), { venue, market, symbol });
    this.touched.clear();
    this.newestUs = 0;
  }

  /** The start of the run is over: every book of before was asked for. */
  ready(): void {
    this.before.clear();
  }

  /** Takes any entry in. */
  see({ monotonicUs }: JournalEntry): void {
    this.newestUs = Math.max(this.newestUs, monotonicUs);
  }

  /** Something happened in a book. */
  touch({ venue, market, symbol, monotonicUs }: BookName & { readonly monotonicUs: number }): void {
    const key = keyOf({ venue, market, symbol });
    this.touched.delete(key);
    this.touched.set(key, { venue, market, symbol, monotonicUs });
    // Each entry takes out what has become old since the one before.
    for (const [old, { monotonicUs: atUs }] of this.touched) {
      if (atUs >= this.newestUs - LATE_US) break;
      this.touched.delete(old);
    }
  }

  /** All of them: those of runs before, and those of now. */
  *all(): Generator<BookName, void, undefined> {
    yield* this.before.values();
    yield* this.lateOnes();
  }

  /** All of it, to go on from. */
  state(): MemoryState['late'] {
    return {
      before: [...this.before.values()].map(({ venue, market, symbol }) => [venue, market, symbol]),
      touched: [...this.lateOnes()].map(({ venue, market, symbol, monotonicUs }) => [venue, market, symbol, monotonicUs]),
      newestUs: this.newestUs,
    };
  }

  /** Goes on from what `state` told. */
  restore({ before, touched, newestUs }: MemoryState['late']): void {
    for (const [venue, market, symbol] of before) this.before.set(keyOf({ venue, market, symbol }), { venue, market, symbol });
    for (const [venue, market, symbol, monotonicUs] of touched) this.touch({ venue, market, symbol, monotonicUs });
    this.newestUs = newestUs;
  }

  private *lateOnes(): Generator<BookName & { readonly monotonicUs: number }, void, undefined> {
    for (const book of this.touched.values()) if (book.monotonicUs >= this.newestUs - LATE_US) yield book;
  }
}

function keyOf({ venue, market, symbol }: BookName): string {
  return `${venue} ${market} ${symbol}`;
}
