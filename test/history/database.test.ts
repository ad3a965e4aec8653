import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HistoryDatabase } from '../../src/history/database.js';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-database-'));
let database: HistoryDatabase;

beforeAll(async () => {
  database = await HistoryDatabase.open({ memoryLimitMb: 128, threads: 2, temporaryFolder: folder });
});

afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

it('serves callers that do not wait for one another: venues are fetched at once over one connection', async () => {
  const caller = async (number: number): Promise<readonly unknown[]> => {
    const table = `caller_${number}`;
    await database.run(`CREATE TEMP TABLE ${table} (value BIGINT)`);
    const rows = Array.from({ length: 3000 }, (_, at) => [BigInt(at + number)]);
    await database.append(table, ['time'], rows);
    const sum = await database.row(`SELECT sum(value)::BIGINT AS total FROM ${table}`);
    const first = await database.select(`SELECT value FROM ${table} ORDER BY value LIMIT 2`, 10);
    await database.run(`DROP TABLE ${table}`);
    return [sum.total, first.rows];
  };
  const callers = Array.from({ length: 60 }, (_, number) => number);
  const expected = callers.map((number) => {
    const total = (3000 * 2999) / 2 + 3000 * number;
    return [String(total), [{ value: String(number) }, { value: String(number + 1) }]];
  });
  expect(await Promise.all(callers.map(caller))).toEqual(expected);
});

it('goes on after a statement that fails', async () => {
  const failed = database.run('SELECT no_such_column');
  const next = database.row('SELECT 1 AS one');
  await expect(failed).rejects.toThrow('no_such_column');
  expect(await next).toEqual({ one: 1 });
});
