import { type CheckpointRow, type CheckpointStore, checkpointRows, JournalCheckpoints } from './checkpoints.js';
import { decodeEntry, encodeEntry, type JournalEntry, type LedgerEntry } from './entries.js';
import { LedgerError } from './errors.js';
import {
  chainHash,
  FIRST_HASH,
  inWords,
  type JournalDatabase,
  type JournalRow,
  lastRows,
  lockForWriting,
  openToRead,
  openToWrite,
  rowsFrom,
} from './journal-file.js';

type Statement = ReturnType<JournalDatabase['prepare']>;

/** Rows that one statement writes. */
const ROWS_AT_ONCE = 8;

/** A ledger that can be read. */
export class JournalReader {
  protected constructor(
    readonly path: string,
    protected readonly database: JournalDatabase,
  ) {}

  /** Opens a ledger to read it; somebody else may be writing it. @throws LedgerError */
  static open(path: string): JournalReader {
    return new JournalReader(path, openToRead(path));
  }

  /** Rows as they are stored, from a sequence on: nothing is checked. @throws LedgerError when the file cannot be read */
  rows(from = 1): Generator<JournalRow, void, undefined> {
    return rowsFrom(this.database, this.path, from);
  }

  /**
   * Entries from a sequence on, in order; the hash of each is checked against the one before.
   * @throws LedgerError corrupt at the first that does not fit
   */
  *read(from = 1): Generator<JournalEntry, void, undefined> {
    let previous = from === 1 ? FIRST_HASH : null;
    let expected = Math.max(1, from - 1);
    for (const { sequence, payload, hash } of this.rows(expected)) {
      if (sequence !== expected) throw this.damaged(expected, 'is missing');
      if (previous !== null && !sameBytes(hash, chainHash(previous, payload))) throw this.damaged(sequence, 'was changed');
      if (sequence >= from) yield decodeEntry(sequence, payload);
      previous = hash;
      expected = sequence + 1;
    }
  }

  /** Checkpoints as they are stored, the oldest first: nothing is checked. @throws LedgerError when the file cannot be read */
  checkpointRows(): readonly CheckpointRow[] {
    return checkpointRows(this.database, this.path);
  }

  close(): void {
    this.database.close();
  }

  protected damaged(sequence: number, what: string): LedgerError {
    return new LedgerError('corrupt', `${this.path}: entry ${sequence} ${what}`, { path: this.path, sequence });
  }
}

/**
 * The journal of one engine, its only writer. What `append` returned is kept, whenever and however the process ends; see
 * `openToWrite` for what a power cut may cost. After a failed write nothing more is taken: whoever opens the file anew finds every
 * entry that was acknowledged and no part of another.
 */
export class Journal extends JournalReader {
  /** Statements that write so many rows at once, by their number. */
  private readonly inserts: (Statement | undefined)[] = [];
  /** What its entries have come to. */
  readonly checkpoints: CheckpointStore;
  private broken: LedgerError | null = null;

  private constructor(
    path: string,
    database: JournalDatabase,
    private readonly lock: { release(): void },
    private sequence: number,
    private head: Uint8Array,
  ) {
    super(path, database);
    this.checkpoints = new JournalCheckpoints(path, database, () => ({ sequence: this.sequence, hash: this.head }));
  }

  /**
   * Opens a ledger to append to it, or makes it.
   * @param powerSafe whether every append waits for the disk, so that not even a power cut loses it
   * @throws LedgerError
   */
  static override open(path: string, { powerSafe = false }: { readonly powerSafe?: boolean } = {}): Journal {
    const lock = lockForWriting(path);
    let database: JournalDatabase | undefined;
    try {
      database = openToWrite(path, powerSafe);
      const [last, before] = lastRows(database, path, 2);
      const journal = new Journal(path, database, lock, last?.sequence ?? 0, last?.hash ?? FIRST_HASH);
      if (last !== undefined && !sameBytes(last.hash, chainHash(before?.hash ?? FIRST_HASH, last.payload))) {
        throw journal.damaged(last.sequence, 'was changed');
      }
      return journal;
    } catch (error) {
      database?.close();
      lock.release();
      throw error;
    }
  }

  /** Sequence of the last entry, 0 when there is none. */
  get lastSequence(): number {
    return this.sequence;
  }

  /** Keeps an entry. @returns its sequence @throws LedgerError, and then it is not kept */
  append(entry: LedgerEntry): number {
    return this.appendAll([entry]);
  }

  /** Keeps entries, all or none of them. @returns the sequence of the last @throws LedgerError, and then none is kept */
  appendAll(entries: readonly LedgerEntry[]): number {
    const payloads = entries.map(encodeEntry);
    this.write(() => {
      if (payloads.length <= ROWS_AT_ONCE) {
        this.put(payloads);
        return;
      }
      this.database.exec('begin immediate');
      for (let first = 0; first < payloads.length; first += ROWS_AT_ONCE) this.put(payloads.slice(first, first + ROWS_AT_ONCE));
      this.database.exec('commit');
    });
    return this.sequence;
  }

  /** Ends the file tidily, all of it in its main part, and lets others write it. */
  override close(): void {
    if (this.broken === null) inWords(this.path, () => this.database.pragma('wal_checkpoint(truncate)'));
    super.close();
    this.lock.release();
  }

  /** Rows of one statement, which is a transaction by itself where none is open: a third of the time of a statement for each. */
  private put(payloads: readonly Uint8Array[]): void {
    if (payloads.length === 0) return;
    const values: (number | Uint8Array)[] = [];
    for (const payload of payloads) {
      this.head = chainHash(this.head, payload);
      values.push(++this.sequence, payload, this.head);
    }
    this.insertOf(payloads.length).run(values);
  }

  private insertOf(rows: number): Statement {
    this.inserts[rows] ??= this.database.prepare(`insert into entry values ${Array(rows).fill('(?, ?, ?)').join(', ')}`);
    return this.inserts[rows];
  }

  /** A disk that refuses to undo as well changes nothing: what was not committed is undone when the file is opened anew. */
  private undo(): void {
    try {
      if (this.database.inTransaction) this.database.exec('rollback');
    } catch {}
  }

  private write(action: () => void): void {
    if (this.broken !== null) throw this.broken;
    const { sequence, head } = this;
    try {
      inWords(this.path, action);
    } catch (error) {
      this.undo();
      this.sequence = sequence;
      this.head = head;
      if (error instanceof LedgerError) this.broken = error;
      throw error;
    }
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
