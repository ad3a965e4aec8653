import { replayOf } from '../../src/cli/ledger.js';
import { type Decimal, Exact } from '../../src/domain/decimal.js';
import type { Market, VenueId } from '../../src/domain/venue.js';
import { Books } from '../../src/ledger/books.js';
import { type EntryOf, type JournalEntry, SYNTHETIC } from '../../src/ledger/entries.js';
import { JournalReader } from '../../src/ledger/journal.js';
import { type Finding, verify } from '../../src/ledger/verify.js';
import { OPENING } from '../../src/trading/follow-record.js';

/** What a strategy may have left of an asset, in the quote asset, and over how many legs at least. */
const DUST_QUOTE = 6;
const DUST_PARTS_MIN = 2;

/** What a ledger says, gathered without the engine's help beyond the booking of entries. */
export interface LedgerSide {
  readonly entries: readonly JournalEntry[];
  readonly books: Books;
  readonly fills: readonly EntryOf<'fill'>[];
  /** The first step of every order, with repetitions. */
  readonly sent: readonly EntryOf<'order'>[];
  readonly adjustments: readonly EntryOf<'reconciliation'>[];
  /** What each account began with, by asset: `venue market asset`. */
  readonly opening: ReadonlyMap<string, Decimal>;
}

/** Reads a ledger, also one that is being written. */
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
    };
  } finally {
    journal.close();
  }
}

/** What is wrong with a ledger that nobody writes, by itself. */
export function findingsOf(file: string): readonly Finding[] {
  const journal = JournalReader.open(file);
  try {
    return verify(journal, replayOf).findings;
  } finally {
    journal.close();
  }
}

/** By asset, what was bought and not sold since the beginning over all accounts is worth, in the quote asset. */
export function unhedgedQuote({ books, fills, opening }: LedgerSide): ReadonlyMap<string, number> {
  const net = new Map<string, Decimal>();
  const change = (asset: string, by: Decimal): unknown => net.set(asset, by.plus(net.get(asset) ?? 0));
  const contracts = new Map(
    fills.filter(({ market }) => market === 'futures').map((fill) => [`${fill.venue} ${fill.symbol}`, fill]),
  );
  for (const { account, asset, amount } of books.balances()) {
    if (account.kind === 'holding' && account.market === 'spot')
      change(asset, amount.minus(opening.get(`${account.venue} ${account.market} ${asset}`) ?? 0));
    const contract = account.kind === 'contracts' ? contracts.get(`${account.venue} ${account.symbol}`) : undefined;
    if (contract !== undefined) change(contract.base, amount.mul(contract.contractSize));
  }
  const prices = new Map(fills.map(({ base, price }) => [base, price]));
  return new Map([...prices].map(([base, price]) => [base, (net.get(base) ?? new Exact(0)).mul(price).abs().toNumber()]));
}

/** More than may be left unhedged, in words: dust of each strategy, less than any venue takes an order for. */
export function exposed(unhedged: ReadonlyMap<string, number>, strategies: number): string[] {
  const dust = DUST_QUOTE * Math.max(DUST_PARTS_MIN, strategies);
  return [...unhedged].filter(([, quote]) => quote > dust).map(([asset, quote]) => `${asset} worth ${quote.toFixed(2)}`);
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
