import { createHash } from 'node:crypto';
import { inWords, type JournalDatabase } from './journal-file.js';

/** What the entries of a ledger had come to at one of them. */
export interface Checkpoint {
  /** Of the last entry that is in it. */
  readonly sequence: number;
  readonly state: Uint8Array;
}

/** Where is kept what entries come to, so that not all of them have to be read again. */
export interface CheckpointStore {
  /**
   * Those that belong to this ledger and are whole, the newest first.
   * @param basis what the state depends on beside the entries
   */
  newest(basis: string): Iterable<Checkpoint>;
  /** Keeps what all entries so far come to; only the newest few stay. @returns false when it cannot be kept: nothing depends on it */
  keep(basis: string, state: Uint8Array): boolean;
}

/** A checkpoint as it is stored. */
export interface CheckpointRow extends Checkpoint {
  readonly basis: string;
  /** Hash of the entry, which depends on all before it. */
  readonly hash: Uint8Array;
  /** Hash of all of that. */
  readonly digest: Uint8Array;
}

/** Older ones are for the case that the newest is damaged. */
const KEPT = 3;

/** The checkpoints in the file of a journal. Each is written by one statement, so that it is there or not, like an entry. */
export class JournalCheckpoints implements CheckpointStore {
  private readonly insert;
  private readonly forget;

  /** @param head sequence and hash of the last entry */
  constructor(
    private readonly path: string,
    private readonly database: JournalDatabase,
    private readonly head: () => { readonly sequence: number; readonly hash: Uint8Array },
  ) {
    this.insert = database.prepare('insert or replace into checkpoint values (?, ?, ?, ?, ?)');
    this.forget = database.prepare(
      `delete from checkpoint where sequence not in (select sequence from checkpoint order by sequence desc limit ${KEPT})`,
    );
  }

  *newest(basis: string): Generator<Checkpoint, void, undefined> {
    for (const row of checkpointRows(this.database, this.path).reverse()) {
      const entry = entryHash(this.database, this.path, row.sequence);
      if (row.basis === basis && entry !== null && isWhole(row) && Buffer.compare(entry, row.hash) === 0) yield row;
    }
  }

  keep(basis: string, state: Uint8Array): boolean {
    const { sequence, hash } = this.head();
    try {
      this.insert.run(sequence, basis, hash, state, digestOf({ sequence, basis, hash, state }));
      this.forget.run();
      return true;
    } catch {
      return false;
    }
  }
}

/** Checkpoints of a file as they are stored, the oldest first: nothing is checked. @throws LedgerError when the file cannot be read */
export function checkpointRows(database: JournalDatabase, path: string): CheckpointRow[] {
  return inWords(path, () => {
    // Ledgers of earlier versions have none.
    if (database.prepare("select 1 from sqlite_schema where name = 'checkpoint'").get() === undefined) return [];
    return database.prepare('select sequence, basis, hash, state, digest from checkpoint order by sequence').all().map(rowOf);
  });
}

/** Whether a checkpoint is as it was written. */
export function isWhole(row: CheckpointRow): boolean {
  return Buffer.compare(row.digest, digestOf(row)) === 0;
}

function digestOf({ sequence, basis, hash, state }: Omit<CheckpointRow, 'digest'>): Uint8Array {
  return createHash('sha256')
    .update(JSON.stringify([sequence, basis]))
    .update(hash)
    .update(state)
    .digest();
}

function entryHash(database: JournalDatabase, path: string, sequence: number): Uint8Array | null {
  const row = inWords(path, () => database.prepare('select hash from entry where sequence = ?').get(sequence));
  return row === undefined ? null : new Uint8Array((row as { readonly hash: ArrayBuffer }).hash);
}

function rowOf(row: unknown): CheckpointRow {
  const { sequence, basis, hash, state, digest } = row as {
    readonly sequence: number;
    readonly basis: string;
    readonly hash: ArrayBuffer;
    readonly state: ArrayBuffer;
    readonly digest: ArrayBuffer;
  };
  return { sequence, basis, hash: new Uint8Array(hash), state: new Uint8Array(state), digest: new Uint8Array(digest) };
}
