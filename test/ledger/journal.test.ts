// Goal: what the journal says it keeps is there when the file is opened anew, whole and in order, and every file that cannot be used
// is refused with one sentence. A full disk is a limit on the pages of the database.
import { appendFileSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../src/ledger/entries.js';
import { LedgerError, type LedgerFault } from '../../src/ledger/errors.js';
import { Journal, JournalReader } from '../../src/ledger/journal.js';
import { chainHash, FIRST_HASH } from '../../src/ledger/journal-file.js';
import { fill, intent, note, order } from './samples.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  path = join(folder, 'my ledger?#%.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function fault(action: () => unknown): { fault: LedgerFault; message: string } {
  try {
    action();
  } catch (error) {
    if (error instanceof LedgerError) return { fault: error.fault, message: error.message };
    throw error;
  }
  throw new Error('nothing was wrong');
}

function keep(entries: readonly LedgerEntry[]): void {
  const journal = Journal.open(path);
  for (const entry of entries) journal.append(entry);
  journal.close();
}

function edit(sql: string): void {
  const database = new Database(path, {});
  database.exec('drop trigger if exists entry_stays; drop trigger if exists entry_is_kept;');
  database.exec(sql);
  database.close();
}

describe('what is kept', () => {
  test('is there in order when the file is opened anew, and goes on from there', () => {
    const first = Journal.open(path);
    expect(first.lastSequence).toBe(0);
    expect([intent(), order(), fill()].map((entry) => first.append(entry))).toEqual([1, 2, 3]);
    first.close();
    const second = Journal.open(path);
    expect(second.lastSequence).toBe(3);
    expect(second.appendAll([note('a'), note('b')])).toBe(5);
    expect([...second.read()]).toMatchObject([
      { sequence: 1, ...intent() },
      { sequence: 2, ...order() },
      { sequence: 3, ...fill() },
      { sequence: 4, ...note('a') },
      { sequence: 5, ...note('b'), strategy: null },
    ]);
    expect([...second.read(4)].map(({ sequence }) => sequence)).toEqual([4, 5]);
    second.close();
  });

  test('can be read while it is written, beyond what is fetched at once', () => {
    const journal = Journal.open(path);
    journal.appendAll(Array.from({ length: 1200 }, (_, index) => note(`n${index}`)));
    const reader = JournalReader.open(path);
    const seen: number[] = [];
    for (const { sequence } of reader.read()) {
      if (sequence === 1) journal.append(note('more'));
      seen.push(sequence);
    }
    expect(seen).toEqual(Array.from({ length: 1201 }, (_, index) => index + 1));
    reader.close();
    journal.close();
  });

  test('does not depend on waiting for the disk', () => {
    const journal = Journal.open(path, { powerSafe: true });
    expect(journal.append(note('a'))).toBe(1);
    journal.close();
  });

  test('is never changed or removed by ordinary means', () => {
    keep([note('a')]);
    const database = new Database(path, {});
    expect(() => database.exec('delete from entry')).toThrow('entries are never removed');
    expect(() => database.exec("update entry set payload = x'00'")).toThrow('entries are never changed');
    database.close();
  });
});

describe('what is refused', () => {
  test('an entry without the form of its kind: nothing of its group is kept, and the journal goes on', () => {
    const journal = Journal.open(path);
    const bad = fill({ price: '1e5' });
    expect(fault(() => journal.append(bad))).toEqual({
      fault: 'invalid-entry',
      message: 'an entry of kind fill cannot be kept: price no plain decimal',
    });
    expect(fault(() => journal.appendAll([note('a'), bad])).fault).toBe('invalid-entry');
    expect(journal.append(note('b'))).toBe(1);
    journal.close();
  });

  test('a second writer, until the first is done; readers are welcome', () => {
    const journal = Journal.open(path);
    expect(fault(() => Journal.open(path))).toEqual({
      fault: 'in-use',
      message: `${path} is being written by another process; a ledger has one writer`,
    });
    JournalReader.open(path).close();
    journal.close();
    Journal.open(path).close();
  });

  test.each([
    ['a folder that is not there', () => join(folder, 'no', 'ledger.db')],
    ['a folder', () => folder],
    ['a place where nothing can be made', () => '/proc/ledger.db'],
  ])('%s cannot be written', (_, place) => {
    const { fault: found, message } = fault(() => Journal.open(place()));
    expect(found).toBe('unwritable');
    expect(message).toBe(`${place()} cannot be opened or written as a ledger`);
  });

  test('a file that is no ledger', () => {
    writeFileSync(path, 'A'.repeat(5000));
    expect(fault(() => Journal.open(path)).fault).toBe('foreign');
    expect(fault(() => JournalReader.open(path)).message).toBe(`${path} is no ledger of Tiercel`);
    const other = join(folder, 'other.db');
    const database = new Database(other, {});
    database.exec('create table t (a)');
    database.close();
    expect(fault(() => Journal.open(other)).fault).toBe('foreign');
  });

  test('a reader finds no ledger where there is none, and makes none', () => {
    expect(fault(() => JournalReader.open(path)).fault).toBe('unwritable');
    expect(() => statSync(path)).toThrow();
  });

  test('a file of a later version', () => {
    keep([note('a')]);
    edit('pragma user_version = 2');
    expect(fault(() => Journal.open(path))).toEqual({
      fault: 'newer',
      message: `${path} was written by a later version of Tiercel: its format is 2, this one knows 1`,
    });
    expect(fault(() => JournalReader.open(path)).fault).toBe('newer');
  });

  test('a file whose last entry was changed, when it is opened; one before it, when it is read', () => {
    keep([note('a'), note('b'), note('c')]);
    edit("update entry set payload = x'00' where sequence = 3");
    expect(fault(() => Journal.open(path))).toEqual({ fault: 'corrupt', message: `${path}: entry 3 was changed` });
    const reader = JournalReader.open(path);
    expect(fault(() => [...reader.read()]).message).toBe(`${path}: entry 3 was changed`);
    reader.close();
  });

  test('a file with an entry missing, when it is read', () => {
    keep([note('a'), note('b'), note('c')]);
    edit('delete from entry where sequence = 2');
    const reader = JournalReader.open(path);
    expect(fault(() => [...reader.read()]).message).toBe(`${path}: entry 2 is missing`);
    reader.close();
  });

  test('an entry whose bytes make no sense although their hash is right', () => {
    keep([note('a')]);
    const hash = Buffer.from(chainHash(FIRST_HASH, Uint8Array.of(0xc1))).toString('hex');
    edit(`update entry set payload = x'c1', hash = x'${hash}' where sequence = 1`);
    const reader = JournalReader.open(path);
    expect(fault(() => [...reader.read()])).toEqual({ fault: 'corrupt', message: 'entry 1 of the ledger cannot be read' });
    reader.close();
  });

  test.each([0, 1])('a file with garbage written over page %i', (page) => {
    keep(Array.from({ length: 200 }, (_, index) => note(`n${index}`)));
    writeSync(openSync(path, 'r+'), Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
    expect(['corrupt', 'foreign']).toContain(
      fault(() => {
        const reader = JournalReader.open(path);
        try {
          return [...reader.read()];
        } finally {
          reader.close();
        }
      }).fault,
    );
  });

  test('nothing because of what stands after the end of the last page', () => {
    keep([note('a')]);
    appendFileSync(path, 'garbage');
    const reader = JournalReader.open(path);
    expect([...reader.read()]).toHaveLength(1);
    reader.close();
  });
});

test('a full disk: what was acknowledged is there, no more is taken, and with space again it goes on', () => {
  const journal = Journal.open(path);
  journal.append(note('first'));
  const database: InstanceType<typeof Database> = Reflect.get(journal, 'database');
  database.exec('pragma max_page_count = 12');
  let acknowledged = 1;
  const full = fault(() => {
    for (let index = 0; index < 10_000; index++) acknowledged = journal.append(note('x'.repeat(400)));
  });
  expect(full).toEqual({ fault: 'full', message: `${path} cannot grow: the disk is full` });
  expect(acknowledged).toBeGreaterThan(10);
  database.exec('pragma max_page_count = 100000');
  expect(fault(() => journal.append(note('after'))).fault).toBe('full');
  journal.close();
  const again = Journal.open(path);
  expect(again.lastSequence).toBe(acknowledged);
  expect([...again.read()]).toHaveLength(acknowledged);
  const tooMany = Array.from({ length: 100 }, () => note('x'.repeat(400)));
  const inner: InstanceType<typeof Database> = Reflect.get(again, 'database');
  inner.exec('pragma max_page_count = 14');
  expect(fault(() => again.appendAll(tooMany)).fault).toBe('full');
  expect(again.lastSequence).toBe(acknowledged);
  again.close();
  expect([...JournalReader.open(path).read()]).toHaveLength(acknowledged);
  expect(readFileSync(path).length).toBeLessThanOrEqual(14 * 4096);
});
