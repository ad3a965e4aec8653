import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import Database from 'libsql';
import { type WriterLock, writerLock } from '../transport/writer-lock.js';
import { LedgerError, type LedgerFault } from './errors.js';

/** A connection to a ledger file. */
export type JournalDatabase = InstanceType<typeof Database>;

/** A row as it is stored. */
export interface JournalRow {
  readonly sequence: number;
  readonly payload: Uint8Array;
  readonly hash: Uint8Array;
}

/** "TIER", in the header of the file. */
const APPLICATION_ID = 0x54494552;
/** Version of the tables and of the entries. */
const VERSION = 1;
/** What the first entry is chained to. */
export const FIRST_HASH: Uint8Array = new Uint8Array(32);
/** Rows that are fetched at once. */
const ROWS_AT_ONCE = 500;

const TABLES = `
  create table entry (sequence integer primary key, payload blob not null, hash blob not null) strict;
  create trigger entry_stays before update on entry begin select raise(abort, 'entries are never changed'); end;
  create trigger entry_is_kept before delete on entry begin select raise(abort, 'entries are never removed'); end;
  pragma application_id = ${APPLICATION_ID};
  pragma user_version = ${VERSION};
`;

/** What entries have come to at some of them. It follows from them: ledgers without it are read from their beginning. */
const CHECKPOINT_TABLE = `create table if not exists checkpoint (
  sequence integer primary key, basis text not null, hash blob not null, state blob not null, digest blob not null
) strict`;

/** Hash of an entry: SHA-256 of the hash before it and of its bytes. */
export function chainHash(previous: Uint8Array, payload: Uint8Array): Uint8Array {
  return createHash('sha256').update(previous).update(payload).digest();
}

/** Opens a ledger to read it, whether or not somebody writes it at the time. @throws LedgerError */
export function openToRead(path: string): JournalDatabase {
  return inWords(path, () => {
    const database = new Database(`${pathToFileURL(path).href}?mode=ro`, {});
    if (isEmpty(database)) throw new LedgerError('foreign', `${path} is no ledger of Tiercel`, { path });
    checkFormat(database, path);
    return database;
  });
}

/**
 * Opens a ledger to append to it, and makes it when there is none. WAL with `synchronous` NORMAL: what is committed is with the
 * operating system, so that a killed process loses nothing; a power cut may lose the entries since the last checkpoint, never a
 * part of one. With FULL every append waits for the disk, and a power cut loses nothing either.
 * @throws LedgerError
 */
export function openToWrite(path: string, powerSafe: boolean): JournalDatabase {
  return inWords(path, () => {
    const database = new Database(path, {});
    if (isEmpty(database)) database.exec(`begin immediate; ${TABLES} commit;`);
    checkFormat(database, path);
    database.exec(CHECKPOINT_TABLE);
    database.pragma('journal_mode = WAL');
    database.pragma(`synchronous = ${powerSafe ? 'FULL' : 'NORMAL'}`);
    return database;
  });
}

/**
 * Takes the right to write a ledger: a lock of the operating system on a file beside it, which ends with the process however that
 * ends. Readers are not kept out.
 * @throws LedgerError in-use when another has it
 */
export function lockForWriting(path: string): WriterLock {
  return inWords(path, () => {
    const lock = writerLock(`${path}-writer`);
    if (lock !== null) return lock;
    throw new LedgerError('in-use', `${path} is being written by another process; a ledger has one writer`, { path });
  });
}

/** Rows from a sequence on, in order. @throws LedgerError when the file cannot be read */
export function* rowsFrom(database: JournalDatabase, path: string, sequence: number): Generator<JournalRow, void, undefined> {
  const select = inWords(path, () =>
    database.prepare(`select sequence, payload, hash from entry where sequence >= ? order by sequence limit ${ROWS_AT_ONCE}`),
  );
  for (let next = sequence; ; ) {
    const rows = inWords(path, () => select.all(next).map(rowOf));
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_AT_ONCE) return;
    next = last.sequence + 1;
  }
}

/** The last rows, the newest first. @throws LedgerError when the file cannot be read */
export function lastRows(database: JournalDatabase, path: string, limit: number): JournalRow[] {
  return inWords(path, () =>
    database.prepare('select sequence, payload, hash from entry order by sequence desc limit ?').all(limit).map(rowOf),
  );
}

/** Does something with a ledger file, and says in one sentence what its database has against it. @throws LedgerError */
export function inWords<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof LedgerError) throw cause;
    const code = codeOf(cause);
    const [fault, words] = FAULTS.find(([start]) => code.startsWith(start))?.slice(1) ?? UNKNOWN_FAULT;
    throw new LedgerError(fault as LedgerFault, `${path} ${words}`, { path, code }, { cause });
  }
}

const UNKNOWN_FAULT = ['unwritable', 'cannot be opened or written as a ledger'] as const;
const FAULTS: readonly (readonly [codeStart: string, fault: LedgerFault, words: string])[] = [
  ['SQLITE_FULL', 'full', 'cannot grow: the disk is full'],
  ['SQLITE_NOTADB', 'foreign', 'is no ledger of Tiercel'],
  ['SQLITE_CORRUPT', 'corrupt', 'is damaged: its database cannot be read'],
  ['SQLITE_BUSY', 'in-use', 'is locked by another process'],
  ['SQLITE_LOCKED', 'in-use', 'is locked by another process'],
  ['SQLITE_READONLY', 'unwritable', 'may not be written'],
  ['SQLITE_IOERR', 'unwritable', 'cannot be read or written: the disk reports an error'],
];

function codeOf(cause: unknown): string {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}

function isEmpty(database: JournalDatabase): boolean {
  return numberOf(database, 'select count(*) as value from sqlite_schema') === 0;
}

function checkFormat(database: JournalDatabase, path: string): void {
  const version = numberOf(database, 'select user_version as value from pragma_user_version');
  if (numberOf(database, 'select application_id as value from pragma_application_id') !== APPLICATION_ID) {
    throw new LedgerError('foreign', `${path} is no ledger of Tiercel`, { path });
  }
  if (version > VERSION) {
    const newer = `${path} was written by a later version of Tiercel: its format is ${version}, this one knows ${VERSION}`;
    throw new LedgerError('newer', newer, { path, version });
  }
}

function numberOf(database: JournalDatabase, sql: string): number {
  const row = database.prepare(sql).get();
  const value: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, 'value') : undefined;
  return typeof value === 'number' ? value : 0;
}

function rowOf(row: unknown): JournalRow {
  const { sequence, payload, hash } = row as { sequence: number; payload: ArrayBuffer; hash: ArrayBuffer };
  return { sequence, payload: new Uint8Array(payload), hash: new Uint8Array(hash) };
}
