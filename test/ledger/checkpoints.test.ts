// Goal: a checkpoint is used when it belongs to the entries of its ledger and is as it was written, and never otherwise; a start that has
// one reads only what came after; an audit notices one that is not what the entries come to.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyLedger } from '../../src/cli/ledger.js';
import { Journal } from '../../src/ledger/journal.js';
import { LedgerMemory } from '../../src/trading/ledger-memory.js';
import { fill, note, order, transfer } from './samples.js';

const RATES = { USDT: 1 };
const OPENED = { ...note('{}'), venue: 'binance', market: 'spot', topic: 'opening' } as const;
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiercel-checkpoints-'));
  file = join(folder, 'live.ledger');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Appends fills, each with its order, numbered from `first` on, and has a memory see everything of the ledger. */
function trade(journal: Journal, first: number, count: number): LedgerMemory {
  for (let number = first; number < first + count; number++) {
    const ids = { clientOrderId: `c${number}`, tradeId: `t${number}` };
    journal.append(order({ clientOrderId: ids.clientOrderId }));
    journal.append(fill(ids));
  }
  const memory = new LedgerMemory(RATES);
  for (const entry of journal.read()) memory.see(entry);
  return memory;
}

/** A ledger with two checkpoints and something after them. */
function made(): { readonly journal: Journal; readonly last: LedgerMemory } {
  const journal = Journal.open(file);
  journal.append(transfer());
  journal.append(OPENED);
  for (const first of [0, 10]) {
    const memory = trade(journal, first, 10);
    expect(journal.checkpoints.keep(memory.basis, memory.state())).toBe(true);
  }
  return { journal, last: trade(journal, 20, 3) };
}

/** How many entries a start reads, and what it comes to. */
function start(
  journal: Journal,
  rates: Readonly<Record<string, number>> = RATES,
): { readonly read: number; readonly state: Uint8Array } {
  const memory = new LedgerMemory(rates);
  let read = 0;
  memory.readAll({
    checkpoints: journal.checkpoints,
    *read(from = 1) {
      for (const entry of journal.read(from)) {
        read++;
        yield entry;
      }
    },
  });
  return { read, state: memory.state() };
}

function change(sql: string): void {
  const database = new Database(file, {});
  database.exec(sql);
  database.close();
}

function audit(): { readonly code: number; readonly text: string } {
  let text = '';
  const code = verifyLedger(file, false, { write: (part) => (text += part) });
  return { code, text };
}

describe('a start', () => {
  it('goes on from the newest checkpoint, and comes to the same as one that reads everything', () => {
    const { journal, last } = made();
    const { read, state } = start(journal);
    expect(read).toBe(6);
    expect(Buffer.compare(state, last.state())).toBe(0);
    journal.close();
  });

  it.each([
    ['its bytes were changed', 'update checkpoint set state = zeroblob(length(state)) where sequence = 42', 26],
    ['it was made for other entries', 'update checkpoint set hash = zeroblob(32) where sequence = 42', 26],
    ['it was moved to another entry', 'update checkpoint set sequence = 43 where sequence = 42', 26],
    ['all of them were changed', "update checkpoint set basis = basis || ' '", 48],
  ])('does without a checkpoint when %s', (_, sql, expected) => {
    const { journal, last } = made();
    journal.close();
    change(sql);
    const again = Journal.open(file);
    const { read, state } = start(again);
    expect(read).toBe(expected);
    expect(Buffer.compare(state, last.state())).toBe(0);
    again.close();
    const { code, text } = audit();
    expect(code).toBe(1);
    expect(text).toMatch(/checkpoint at 4[23]|checkpoint at 22/);
  });

  it('reads everything when assets are worth something else now', () => {
    const { journal } = made();
    expect(start(journal, { USDT: 1, USDC: 1 }).read).toBe(48);
    journal.close();
  });

  it('reads everything of a ledger that was written before there were checkpoints', () => {
    const { journal } = made();
    journal.close();
    change('drop table checkpoint');
    expect(audit().code).toBe(0);
    const again = Journal.open(file);
    expect(start(again).read).toBe(48);
    again.close();
  });

  it('notices an entry after the checkpoint that was changed', () => {
    const { journal } = made();
    journal.close();
    change(
      'drop trigger entry_stays; update entry set payload = (select payload from entry where sequence = 43) where sequence = 45',
    );
    const again = Journal.open(file);
    expect(() => start(again)).toThrow(/entry 45 was changed/);
    again.close();
  });
});

describe('keeping', () => {
  it('keeps the newest three', () => {
    const { journal } = made();
    for (let round = 0; round < 4; round++) {
      const memory = trade(journal, 30 + round, 1);
      journal.checkpoints.keep(memory.basis, memory.state());
    }
    expect(journal.checkpointRows().map(({ sequence }) => sequence)).toEqual([52, 54, 56]);
    journal.close();
  });

  it('that fails leaves the journal as good as it was', () => {
    const { journal, last } = made();
    change('drop table checkpoint');
    expect(journal.checkpoints.keep(last.basis, last.state())).toBe(false);
    expect(journal.append(note('after'))).toBe(49);
    journal.close();
  });
});

describe('an audit', () => {
  it('compares every checkpoint with what its entries come to', () => {
    made().journal.close();
    expect(audit()).toMatchObject({ code: 0, text: expect.stringContaining('2 checkpoints, 0 findings') });
  });

  it('finds one that says something else, however well it is made', () => {
    const { journal, last } = made();
    journal.append(note('one more entry'));
    const other = new LedgerMemory(RATES);
    journal.checkpoints.keep(other.basis, other.state());
    journal.close();
    expect(last.basis).toBe(other.basis);
    expect(audit()).toMatchObject({
      code: 1,
      text: expect.stringContaining('the checkpoint at entry 49 is not what its entries come to'),
    });
  });
});
