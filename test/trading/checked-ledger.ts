import { isDeepStrictEqual } from 'node:util';
import { decodeEntry, encodeEntry, type LedgerEntry } from '../../src/ledger/entries.js';
import { MemoryLedger } from '../../src/trading/memory-ledger.js';

/** A ledger in memory that takes only entries which a file would give back as they were written. */
export class CheckedLedger extends MemoryLedger {
  override append(entry: LedgerEntry): number {
    const sequence = super.append(entry);
    const [kept, read] = [this.entries.at(-1), decodeEntry(sequence, encodeEntry(entry))];
    if (!isDeepStrictEqual(kept, read)) throw new Error(`${JSON.stringify(kept)} reads as ${JSON.stringify(read)}`);
    return sequence;
  }
}
