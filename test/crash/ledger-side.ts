import { replayOf } from '../../src/cli/ledger.js';
import { type Decimal, Exact } from '../../src/domain/decimal.js';
import type { Market, VenueId } from '../../src/domain/venue.js';
import { Books } from '../../src/ledger/books.js';
import { type EntryOf, type JournalEntry, SYNTHETIC } from '../../src/ledger/entries.js';
import { JournalReader } from '../../src/ledger/journal.js';
import { type Finding, verify } from '../../src/ledger/verify.js';
import { OPENING } from '../../src/trading/follow-record.js';

/** What a ledger says, gathered without the engine's help beyond the booking of entries. */
export interface LedgerSide {
  readonly entries: readonly JournalEntry[];
  readonly books: Books;
  readonly fills: readonly EntryOf<'fill'>[];
  /** The first step of every order, with repetitions. */
  readonly sent: readonly EntryOf<'order'>[];
  readonly adjustments: readonly EntryOf<'reconciliation'>[];
  readonly findings: readonly Finding[];
  /** What each account began with, by asset: `venue market asset`. */
  readonly opening: ReadonlyMap<string, Decimal>;
}

/** Reads a ledger that nobody writes. */
export function readLedger(file: string): LedgerSide {
  const journal = JournalReader.open(file);
  try {
    const entries = [...journal.read()];
    const books = new Books();
    const opening = new Map<string, Decimal>();
    for (const entry of entries) {
      books.book(entry);
      if (entry.kind !== 'transfer' || entry.reason !== OPENING) continue;
      const key = `${entry.venue} ${entry.market} ${entry.asset}`;
      opening.set(key, new Exact(entry.amount).plus(opening.get(key) ?? 0));
    }
    return {
      ...{ entries, books, opening },
      fills: entries.filter((entry) => entry.kind === 'fill'),
      sent: entries.filter((entry) => entry.kind === 'order').filter(({ step }) => step === 'sending'),
      adjustments: entries
        .filter((entry) => entry.kind === 'reconciliation')
        .filter(({ adjustment, subject }) => !new Exact(adjustment).isZero() || subject === 'position'),
      findings: verify(journal, replayOf).findings,
    };
  } finally {
    journal.close();
  }
}

/** Whether a fill was worked out and not told. */
export function isWorkedOut({ tradeId }: { readonly tradeId: string }): boolean {
  return tradeId.startsWith(SYNTHETIC);
}

/** Instruments of an account that the ledger sent orders for after an entry. */
export function symbolsSent({ sent }: LedgerSide, venue: VenueId, market: Market, after: number): string[] {
  const here = sent.filter((entry) => entry.venue === venue && entry.market === market && entry.sequence > after);
  return [...new Set(here.map(({ symbol }) => symbol))];
}
