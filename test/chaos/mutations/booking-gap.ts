import type { LedgerEntry } from '../../../src/ledger/entries.js';
import type { LedgerWriter } from '../../../src/trading/ledger-writer.js';

const BATCH = 4;

/** A ledger that says that it has kept an entry when it only means to. */
export class BookingGap implements LedgerWriter {
  private readonly waiting: LedgerEntry[] = [];

  constructor(private readonly inner: LedgerWriter) {}

  get lastSequence(): number {
    return this.inner.lastSequence + this.waiting.length;
  }
  append(entry: LedgerEntry): number {
    return this.appendAll([entry]);
  }
  appendAll(entries: readonly LedgerEntry[]): number {
    this.waiting.push(...entries);
    if (this.waiting.length >= BATCH) this.inner.appendAll(this.waiting.splice(0));
    return this.lastSequence;
  }
  read(from?: number): ReturnType<LedgerWriter['read']> {
    return this.inner.read(from);
  }
  close(): void {
    this.inner.close();
  }
}
