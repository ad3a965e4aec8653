import type { CheckpointStore } from '../ledger/checkpoints.js';
import type { JournalEntry, LedgerEntry } from '../ledger/entries.js';

/** The ledger as trading writes it: what `append` returned from is kept. Life writes a `Journal`, a simulation keeps it in memory. */
export interface LedgerWriter {
  readonly lastSequence: number;
  /** Keeps what entries have come to; without it all of them are read at every start. */
  readonly checkpoints?: CheckpointStore;
  /** @returns its sequence @throws LedgerError when it cannot be kept */
  append(entry: LedgerEntry): number;
  /** All or none. @returns the sequence of the last @throws LedgerError when they cannot be kept */
  appendAll(entries: readonly LedgerEntry[]): number;
  /** Entries from a sequence on, in order. @throws LedgerError corrupt */
  read(from?: number): Iterable<JournalEntry>;
  close(): void;
}
