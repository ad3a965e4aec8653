// Goal: what is stored comes back exactly, in order, however it was cut into sources; storing again changes nothing; files are whole.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError, PrecisionError } from '../../src/domain/errors.js';
import { Catalogue } from '../../src/history/catalogue.js';
import { sqlColumns } from '../../src/history/kinds.js';
import type { SeriesName } from '../../src/history/series.js';
import type { StreamOptions } from '../../src/history/series-stream.js';

const DAY_US = 86_400e6;
const START_US = Date.parse('2023-03-01T00:00:00Z') * 1000;
const KLINES: SeriesName = { kind: 'klines', interval: '1m', venue: 'kraken', symbol: 'BTC/USD' };
const TRADES: SeriesName = { kind: 'trades', interval: null, venue: 'binance', symbol: 'BTCUSDT' };

let root: string;
let catalogue: Catalogue;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tiercel-catalogue-'));
  catalogue = await Catalogue.open(root, { memoryLimitMb: 128, threads: 1 });
});

afterEach(() => {
  catalogue.close();
  rmSync(root, { recursive: true, force: true });
});

async function table(name: SeriesName, rows: readonly string[]): Promise<string> {
  await catalogue.database.run(`CREATE OR REPLACE TEMP TABLE given (${sqlColumns(name.kind)}, line BIGINT)`);
  if (rows.length > 0)
    await catalogue.database.run(`INSERT INTO given VALUES ${rows.map((row, at) => `(${row}, ${at + 1})`).join(', ')}`);
  return 'given';
}

async function read(name: SeriesName, columns: readonly string[], options: StreamOptions = {}): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const chunk of catalogue.stream(name, { ...options, columns })) {
    for (let at = 0; at < chunk.count; at++) rows.push(columns.map((column) => chunk.column(column)[at] as number));
  }
  return rows;
}

const kline = (minute: number, close: number): string => `${START_US + minute * 60e6}, 1, 2, 0.5, ${close}, 10, NULL, 3`;
const trade = (us: number, price: string, amount: string): string =>
  `${START_US + us}, NULL, NULL, 'buy', '${price}', '${amount}'`;

describe('klines in the catalogue', () => {
  it('come back in the order of time, each day in a file of its own', async () => {
    const rows = [kline(1441, 4), kline(0, 1), kline(2, 2), kline(1439, 3)];
    const outcome = await catalogue.store(KLINES, await table(KLINES, rows), { hash: 'aa' });
    expect(outcome).toMatchObject({
      rows: 4,
      added: 4,
      replaced: 0,
      duplicates: 0,
      outOfOrder: 1,
      dates: ['2023-03-01', '2023-03-02'],
    });
    expect(await read(KLINES, ['tsUs', 'close', 'quoteVolume'])).toEqual([
      [START_US, 1, Number.NaN],
      [START_US + 2 * 60e6, 2, Number.NaN],
      [START_US + 1439 * 60e6, 3, Number.NaN],
      [START_US + 1441 * 60e6, 4, Number.NaN],
    ]);
    expect(await catalogue.list()).toEqual([KLINES]);
    expect(await catalogue.extent(KLINES)).toMatchObject({ rows: 4, firstUs: START_US, lastUs: START_US + 1441 * 60e6 });
  });

  it('are the same after the same source has come twice, and newer values replace older ones', async () => {
    const rows = [kline(0, 1), kline(1, 2)];
    await catalogue.store(KLINES, await table(KLINES, rows), { hash: 'aa' });
    expect(await catalogue.store(KLINES, await table(KLINES, rows), { hash: 'aa' })).toMatchObject({ added: 0, replaced: 0 });
    const other = await catalogue.store(KLINES, await table(KLINES, [kline(1, 7), kline(2, 3), kline(2, 4)]), { hash: 'bb' });
    expect(other).toMatchObject({ rows: 3, added: 1, replaced: 1, duplicates: 1 });
    expect((await read(KLINES, ['close'])).flat()).toEqual([1, 7, 4]);
  });

  it('are cut to the time that is asked for', async () => {
    const minutes = Array.from({ length: 3000 }, (_, minute) => kline(minute, minute));
    await catalogue.store(KLINES, await table(KLINES, minutes), { hash: 'aa' });
    const closes = (await read(KLINES, ['close'], { fromUs: START_US + 1000.5 * 60e6, toUs: START_US + 2001 * 60e6 })).flat();
    expect(closes).toEqual(Array.from({ length: 1000 }, (_, at) => 1001 + at));
    expect(await read(KLINES, ['close'], { fromUs: START_US + 10 * DAY_US })).toEqual([]);
  });
});

describe('events in the catalogue', () => {
  it('keep the order of their source within a moment, and sources of one time are sorted into each other', async () => {
    await catalogue.store(TRADES, await table(TRADES, [trade(5, '1', '1'), trade(5, '2', '1'), trade(9, '3', '1')]), {
      hash: 'aa',
    });
    const second = await catalogue.store(TRADES, await table(TRADES, [trade(20, '6', '1'), trade(30, '7', '1')]), { hash: 'bb' });
    expect(second.overlaps).toEqual([]);
    const third = await catalogue.store(TRADES, await table(TRADES, [trade(7, '2.5', '1'), trade(10, '4', '1')]), { hash: 'cc' });
    expect(third.overlaps).toHaveLength(1);
    expect((await read(TRADES, ['price'])).flat()).toEqual([1, 2, 2.5, 3, 4, 6, 7]);
  });

  it('are the same after the same source has come twice', async () => {
    const rows = [trade(1, '1', '1'), trade(DAY_US, '2', '1')];
    await catalogue.store(TRADES, await table(TRADES, rows), { hash: 'aa' });
    expect(await catalogue.store(TRADES, await table(TRADES, rows), { hash: 'aa' })).toMatchObject({
      rows: 2,
      added: 0,
      overlaps: [],
    });
    expect((await read(TRADES, ['price'])).flat()).toEqual([1, 2]);
  });

  it('give prices and amounts as exact whole units, or say that they do not fit', async () => {
    await catalogue.store(
      TRADES,
      await table(TRADES, [trade(1, '63012.57', '0.00000001'), trade(2, '0.29', '1234567.12345678')]),
      { hash: 'aa' },
    );
    const units = await read(TRADES, ['price', 'amount', 'side'], { exact: { priceDecimals: 2, amountDecimals: 8 } });
    expect(units).toEqual([
      [6301257, 1, 1],
      [29, 123456712345678, 1],
    ]);
    await expect(read(TRADES, ['price'], { exact: { priceDecimals: 1, amountDecimals: 8 } })).rejects.toThrow(PrecisionError);
    await expect(read(TRADES, ['amount'], { exact: { priceDecimals: 2, amountDecimals: 12 } })).rejects.toThrow(PrecisionError);
  });

  it('come in chunks of the size asked for', async () => {
    const rows = Array.from({ length: 5000 }, (_, at) => trade(at, String(at + 1), '1'));
    await catalogue.store(TRADES, await table(TRADES, rows), { hash: 'aa' });
    const counts: number[] = [];
    for await (const chunk of catalogue.stream(TRADES, { chunkRows: 2048 })) counts.push(chunk.count);
    expect(counts).toEqual([2048, 2048, 904]);
  });
});

describe('the catalogue', () => {
  it('answers SQL over views, and runs nothing but a SELECT', async () => {
    await catalogue.store(KLINES, await table(KLINES, [kline(0, 1), kline(1, 2)]), { hash: 'aa' });
    expect(await catalogue.makeViews()).toEqual(['klines']);
    const { columns, rows } = await catalogue.database.select(
      'SELECT venue, symbol, bar, max(close) AS top FROM klines GROUP BY ALL',
      10,
    );
    expect(columns).toEqual(['venue', 'symbol', 'bar', 'top']);
    expect(rows).toEqual([{ venue: 'kraken', symbol: 'BTC/USD', bar: '1m', top: 2 }]);
    for (const sql of [
      'DROP VIEW klines',
      'SELECT 1; SELECT 2',
      `COPY klines TO '${root}/x.csv'`,
      'SELECT nothing FROM klines',
    ]) {
      await expect(catalogue.database.select(sql, 10)).rejects.toThrow(InvalidInputError);
    }
  });

  it('leaves nothing behind of a write that failed', async () => {
    await catalogue.store(KLINES, await table(KLINES, [kline(0, 1)]), { hash: 'aa' });
    await catalogue.database.run(
      "CREATE OR REPLACE TEMP VIEW broken AS SELECT * REPLACE (error('no disk')::DOUBLE AS close) FROM given",
    );
    await expect(catalogue.store(KLINES, 'broken', { hash: 'bb' })).rejects.toThrow('no disk');
    expect(readdirSync(join(root, '.tmp'))).toEqual([]);
    expect((await read(KLINES, ['close'])).flat()).toEqual([1]);
  });

  it('refuses names that no series can have', async () => {
    const given = await table(KLINES, [kline(0, 1)]);
    for (const name of [
      { ...KLINES, interval: null },
      { ...TRADES, interval: '1m' as const },
      { ...KLINES, venue: '../x' },
      { ...KLINES, symbol: '' },
    ]) {
      await expect(catalogue.store(name, given, { hash: 'aa' })).rejects.toThrow(InvalidInputError);
    }
    await expect(read(KLINES, ['nothing'])).rejects.toThrow(InvalidInputError);
  });
});
