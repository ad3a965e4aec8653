import { createHash } from 'node:crypto';
import { encodeEntry, type JournalEntry, type LedgerEntry } from '../ledger/entries.js';
import type { LedgerWriter } from './ledger-writer.js';

/** A ledger for as long as a simulation lasts: as strict about entries as the file, and with a hash over all of them. */
export class MemoryLedger implements LedgerWriter {
  readonly entries: JournalEntry[] = [];
  private readonly hash = createHash('sha256');

  get lastSequence(): number {
    return this.entries.length;
  }

  append(entry: LedgerEntry): number {
    this.hash.update(encodeEntry(entry));
    const sequence = this.entries.length + 1;
    // Those who write entries write them complete, so that they read as they were written.
    this.entries.push({ ...entry, sequence } as JournalEntry);
    return sequence;
  }

  appendAll(entries: readonly LedgerEntry[]): number {
    for (const entry of entries) this.append(entry);
    return this.lastSequence;
  }

  read(from = 1): Iterable<JournalEntry> {
    return this.entries.slice(from - 1);
  }

  /** SHA-256 of all entries so far, in hexadecimal: equal for two runs that wrote the same. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }

  close(): void {}
}
