import { decodeEntry, encodeEntry, type JournalEntry, type LedgerEntry } from '../../src/ledger/entries.js';

/** Entries as a journal tells them. */
export function numbered(entries: readonly LedgerEntry[]): JournalEntry[] {
  return entries.map((entry, index) => decodeEntry(index + 1, encodeEntry(entry)));
}
