import { expect } from 'vitest';
import { Books } from '../../../src/ledger/books.js';
import type { JournalEntry } from '../../../src/ledger/entries.js';

/** The entries, booked from the first on, leave every asset in balance. */
export function verifyEntries(entries: readonly JournalEntry[]): void {
  const books = new Books();
  for (const entry of entries) books.book(entry);
  expect([...books.unbalanced()]).toEqual([]);
  expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, place) => place + 1));
}
