// Goal: the audit finds every kind of fault there is, and nothing in a ledger without one; the commands tell it with exit codes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyLedger } from '../../src/cli/ledger.js';
import { InvalidInputError } from '../../src/domain/errors.js';
import { encodeEntry, type LedgerEntry } from '../../src/ledger/entries.js';
import { Journal, JournalReader } from '../../src/ledger/journal.js';
import { chainHash, FIRST_HASH } from '../../src/ledger/journal-file.js';
import { type Finding, verify } from '../../src/ledger/verify.js';
import { fee, fill, funding, intent, note, order, transfer } from './samples.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  path = join(folder, 'ledger.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const GOOD: readonly LedgerEntry[] = [
  transfer(),
  intent(),
  order(),
  order({ step: 'acknowledged', state: 'open' }),
  fill({ fee: '0.001', feeAsset: 'BTC' }),
  fee(),
  funding(),
  order({ step: 'changed', state: 'filled' }),
];

function keep(entries: readonly LedgerEntry[]): void {
  const journal = Journal.open(path);
  journal.appendAll(entries);
  journal.close();
}

function edit(sql: string, ...values: unknown[]): void {
  const database = new Database(path, {});
  database.exec('drop trigger if exists entry_stays; drop trigger if exists entry_is_kept;');
  database.prepare(sql).run(values);
  database.close();
}

function findings(): Pick<Finding, 'kind' | 'sequence'>[] {
  const reader = JournalReader.open(path);
  const audit = verify(reader);
  reader.close();
  return audit.findings.map(({ kind, sequence }) => ({ kind, sequence }));
}

describe('the audit', () => {
  test('finds nothing in a good ledger, and tells its head', () => {
    keep(GOOD);
    const reader = JournalReader.open(path);
    const rows = [...reader.rows()];
    const { entries, head, findings: found } = verify(reader);
    reader.close();
    expect(found).toEqual([]);
    expect(entries).toBe(GOOD.length);
    const chained = GOOD.reduce((hash, entry) => chainHash(hash, encodeEntry(entry)), FIRST_HASH);
    expect(head).toBe(Buffer.from(chained).toString('hex'));
    expect(rows.at(-1)?.hash).toEqual(new Uint8Array(chained));
  });

  test('finds an entry that was changed', () => {
    keep(GOOD);
    edit('update entry set payload = ? where sequence = 1', encodeEntry(transfer({ amount: '2000' })));
    expect(findings()).toEqual([{ kind: 'hash', sequence: 1 }]);
  });

  test('finds one that was changed with its hash, by the next', () => {
    keep(GOOD);
    const payload = encodeEntry(transfer({ amount: '2000' }));
    edit('update entry set payload = ?, hash = ? where sequence = 1', payload, chainHash(FIRST_HASH, payload));
    expect(findings()).toEqual([{ kind: 'hash', sequence: 2 }]);
  });

  test('finds entries that are missing, also from the beginning', () => {
    keep(GOOD);
    edit('delete from entry where sequence in (1, 6, 7)');
    expect(findings()).toEqual([
      { kind: 'gap', sequence: 2 },
      { kind: 'gap', sequence: 8 },
    ]);
  });

  test('finds bytes that are no entry, and goes on behind them', () => {
    keep([note('a'), note('b'), fill()]);
    edit("update entry set payload = x'c1' where sequence = 1");
    expect(findings()).toEqual([
      { kind: 'hash', sequence: 1 },
      { kind: 'unreadable', sequence: 1 },
      { kind: 'unknown-order', sequence: 3 },
    ]);
  });

  test('finds fills and steps of orders that nothing sent', () => {
    keep([fill(), order({ clientOrderId: 'c2', step: 'acknowledged' }), order(), fill({ tradeId: 't2' })]);
    expect(findings()).toEqual([
      { kind: 'unknown-order', sequence: 1 },
      { kind: 'unknown-order', sequence: 2 },
    ]);
  });

  test('finds a fill that is told twice, and not one of another symbol', () => {
    keep([order(), fill(), fill({ symbol: 'ETHUSDT' }), note('a'), fill()]);
    expect(findings()).toEqual([{ kind: 'repeated-fill', sequence: 5 }]);
  });
});

describe('tiercel ledger verify', () => {
  const run = (json: boolean): { code: number; text: string } => {
    let text = '';
    const code = verifyLedger(path, json, {
      write: (part) => {
        text += part;
      },
    });
    return { code, text };
  };

  test('exit code 0 and the head when nothing is wrong', () => {
    keep(GOOD);
    const { code, text } = run(false);
    expect(code).toBe(0);
    expect(text).toMatch(/ledger\.db: 8 entries, 0 checkpoints, 0 findings, head [0-9a-f]{64}\n$/);
  });

  test('exit code 1 and a line for each finding', () => {
    keep([fill()]);
    expect(run(false)).toMatchObject({
      code: 1,
      text: expect.stringContaining('unknown-order at 1: entry 1 is about order c1, which no entry before it sent\n'),
    });
    expect(JSON.parse(run(true).text)).toMatchObject({
      file: path,
      entries: 1,
      findings: [{ kind: 'unknown-order', sequence: 1 }],
    });
  });

  test('a file that is no ledger is bad input', () => {
    expect(() => run(false)).toThrow(InvalidInputError);
  });
});
