import type { Decimal } from '../../src/domain/decimal.js';
import { type Booking, Books, DAY_US, type ProfitChange } from '../../src/ledger/books.js';
import type { JournalEntry } from '../../src/ledger/entries.js';

/** Profit of a strategy with a symbol at a venue on a day (UTC, days since 1970), in its quote asset. */
export interface ProfitLine extends Omit<ProfitChange, 'sequence' | 'tsUs' | 'isFill'> {
  readonly day: number;
  readonly fills: number;
}

/** Books that sum up the profit of what they book. */
export class BooksWithLines extends Books {
  private readonly lines = new Map<string, ProfitLine>();

  override book(entry: JournalEntry): Booking | null {
    const booking = super.book(entry);
    if (booking !== null && booking.profit !== null) this.addToLine(booking.profit);
    return booking;
  }

  profitLines(): IterableIterator<ProfitLine> {
    return this.lines.values();
  }

  private addToLine({ sequence: _, tsUs, isFill, ...change }: ProfitChange): void {
    const day = Math.floor(tsUs / DAY_US);
    const key = JSON.stringify([change.strategy, change.symbol, change.venue, change.market, change.asset, day]);
    const line = this.lines.get(key);
    const sum = (name: 'realised' | 'fees' | 'funding' | 'turnover'): Decimal => change[name].plus(line?.[name] ?? 0);
    this.lines.set(key, {
      ...change,
      day,
      fills: (line?.fills ?? 0) + (isFill ? 1 : 0),
      realised: sum('realised'),
      fees: sum('fees'),
      funding: sum('funding'),
      turnover: sum('turnover'),
    });
  }
}
