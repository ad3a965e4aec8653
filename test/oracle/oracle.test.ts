import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import { differences } from './compare.js';
import type { Tolerance } from './reference.js';
import { runOracle } from './runner.js';

const data = process.env.TIERCEL_DATA;
if (data === undefined) console.log('TIERCEL_DATA is not set: the reference files are not run');

test.runIf(data !== undefined)('every reference case of the families that are built passes', () => {
  const { lines, failed, passed } = runOracle(join(data ?? '', 'oracle'));
  expect(lines.filter((line) => line.startsWith('  '))).toEqual([]);
  expect(failed).toBe(0);
  expect(passed).toBeGreaterThan(0);
});

describe('a small reference folder', () => {
  let folder = '';
  const book = { priceDecimals: 1, qtyDecimals: 0, bids: [['9.5', '2']], asks: [['10.0', '3']] };
  const input = { book: 'b', side: 'buy', mode: 'base', amount: '3' };
  const expected = { filledBase: '3.0', filledQuote: '30', avgPrice: '10', worstPrice: '10', levelsUsed: 1, full: true };
  const tolerance = { rel: 1e-12, abs: 0 };
  const family = (name: string, cases: unknown[]): string =>
    JSON.stringify({ family: name, definition: '', books: { b: book }, cases });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'oracle-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('passes, failures and skips are counted and named, plain and zipped', () => {
    writeFileSync(
      join(folder, 'vwap.json.gz'),
      gzipSync(
        family('vwap', [
          { name: 'good', input, expected, tolerance },
          { name: 'wrong', input, expected: { ...expected, levelsUsed: 2, full: false }, tolerance },
          { name: 'no book', input: { ...input, book: 'c' }, expected, tolerance },
          { name: 'refused', input: { ...input, amount: '-1' }, expected: { error: 'INVALID_AMOUNT' }, tolerance: 'exact' },
        ]),
      ),
    );
    writeFileSync(join(folder, 'other.json'), family('not_built', [{ name: 'x', input: {}, expected: {}, tolerance: 'exact' }]));
    writeFileSync(join(folder, 'series.json'), JSON.stringify({ series: {} }));
    const { lines } = runOracle(folder);
    expect(lines).toEqual([
      'vwap: 2 passed, 2 failed',
      '  vwap: wrong: levelsUsed expected 2, got 1; full expected false, got true',
      expect.stringContaining('  vwap: no book: '),
      'skipped, not built yet: not_built (1)',
      '2 passed, 2 failed, 1 skipped',
    ]);
  });

  test('a folder of no use is one clear sentence', () => {
    expect(() => runOracle(join(folder, 'absent'))).toThrow(InvalidInputError);
    writeFileSync(join(folder, 'broken.json'), '{');
    expect(() => runOracle(folder)).toThrow(/broken\.json is not readable as JSON/);
    rmSync(join(folder, 'broken.json'));
  });
});

// Goal: the rules of the reference files, each with a value just inside and just outside.
test.each<[unknown, unknown, Tolerance, boolean]>([
  ['1.50', '1.5', 'exact', true],
  ['1.50', 1.5000001, 'exact', false],
  ['100', 101, { rel: 0.01, abs: 0 }, true],
  ['100', 101.1, { rel: 0.01, abs: 0 }, false],
  ['0', 0.5, { rel: 0, abs: 0.5 }, true],
  ['0', null, { rel: 1, abs: 1 }, false],
  [null, 0, { rel: 1, abs: 1 }, false],
  [1, 1.1, { rel: 1, abs: 1 }, false],
  ['binance', 'mexc', { rel: 1, abs: 1 }, false],
  [{ text: '100' }, { text: '100.0' }, { rel: 1, abs: 1 }, false],
  [{ a: '1', b: '1' }, { a: 1, b: 2 }, { rel: 0, abs: 0, fields: { b: { rel: 1, abs: 0 } } }, true],
  [{ a: '1', b: '1' }, { a: 2, b: 2 }, { rel: 0, abs: 0, fields: { b: { rel: 1, abs: 0 } } }, false],
  [{ b: [['1', '2']] }, { b: [['1', '3']] }, { rel: 1, abs: 1, fields: { b: 'exact' } }, false],
  [{ b: ['1'] }, { b: ['1', '2'] }, { rel: 1, abs: 1 }, false],
  [{ a: '1' }, { a: '1', b: '1' }, 'exact', false],
])('%j against %j within %j: %s', (want, got, tolerance, same) => {
  expect(differences(want, got, tolerance).length === 0).toBe(same);
});

test('the command needs a folder and says so', () => {
  const run = join(import.meta.dirname, '../../build/test/oracle/run.js');
  for (const args of [[run], [run, '/absent']]) {
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  }
});
