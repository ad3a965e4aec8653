// Goal: a raw feed of Tardis becomes the same series as a capture of the same messages, whatever the venue; and where the recorder lost its
// connection, no book goes on.
// Method: recorded sessions of the development set are written as Tardis would have, and imported both ways; small made up feeds for the rest.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importCapture } from '../../../src/feeds/capture/capture-import.js';
import { isSnapshotUrl, symbolOfUrl } from '../../../src/feeds/capture/origin.js';
import { readCapture } from '../../../src/feeds/capture/reader.js';
import { importRawDay } from '../../../src/feeds/capture/tardis-source.js';
import { Catalogue } from '../../../src/history/catalogue.js';
import { importFile } from '../../../src/history/import/importer.js';

let root: string;
let catalogue: Catalogue;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tiercel-raw-'));
  catalogue = await Catalogue.open(join(root, 'catalogue'), { memoryLimitMb: 256, threads: 1 });
});

afterEach(() => {
  catalogue.close();
  rmSync(root, { recursive: true, force: true });
});

/** Writes lines into the slices of one minute that they are of. @returns the folder of their day */
function writeDay(exchange: string, lines: readonly (readonly [us: number, message: string])[]): string {
  const [first] = lines;
  const day = join(root, `${exchange}-0123456789ab`, stampOf(first?.[0] ?? 0).slice(0, 10));
  mkdirSync(day, { recursive: true });
  const minutes = new Map<string, string[]>();
  for (const [us, message] of lines) {
    const stamp = stampOf(us);
    const name = `${stamp.slice(11, 13)}${stamp.slice(14, 16)}-1.ndjson.gz`;
    minutes.set(name, [...(minutes.get(name) ?? []), message === '' ? '\n' : `${stamp} ${message}\n`]);
  }
  for (const [name, texts] of minutes) writeFileSync(join(day, name), gzipSync(texts.join('')));
  return day;
}

const stampOf = (us: number): string => {
  const whole = new Date(Math.floor(us / 1e6) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(us % 1e6).padStart(6, '0')}0Z`;
};

const rowsOf = async (from: Catalogue, kind: string) => {
  await from.makeViews();
  return from.database.rows(`SELECT * EXCLUDE (date) FROM ${kind} ORDER BY symbol, ts_us`);
};

const MS = Date.parse('2026-01-01T00:00:00Z');
const SNAPSHOT = {
  stream: 'btcusdt@depthSnapshot',
  generated: true,
  data: { lastUpdateId: 100, bids: [['10.00', '1']], asks: [['11.00', '2']] },
};
const change = (first: number, last: number, bid: string): unknown => ({
  stream: 'btcusdt@depth@100ms',
  data: { e: 'depthUpdate', E: MS, s: 'BTCUSDT', U: first, u: last, b: [[bid, '3']], a: [] },
});

describe('a raw feed', () => {
  it('joins generated books with the stream, names what is not decoded, and replaces itself', async () => {
    const at = (ms: number, message: unknown): [number, string] => [
      (MS + ms) * 1000,
      typeof message === 'string' ? message : JSON.stringify(message),
    ];
    const lines = [
      at(0, change(95, 101, '10.10')),
      at(10, SNAPSHOT),
      at(20, { stream: 'btcusdt@borrowInterest', generated: true, data: { rate: '0.1' } }),
      at(30, change(102, 103, '10.20')),
      // The connection is lost: what comes then is no book until the next snapshot, which is of later.
      at(40, ''),
      at(50, change(110, 111, '10.30')),
      at(60, { ...SNAPSHOT, data: { ...SNAPSHOT.data, lastUpdateId: 111, bids: [['9.00', '1']] } }),
      at(70, change(112, 112, '10.40')),
    ];
    const day = writeDay('binance', lines);
    const report = await importRawDay(catalogue, day);
    expect(report).toMatchObject({ format: 'Tardis raw feed', rows: 7, malformedCount: 0, unread: { borrowInterest: 1 } });
    const quotes = (await rowsOf(catalogue, 'quotes')).map(({ ts_us: us, bid_price: bid }) => [Number(us) / 1000 - MS, bid]);
    // The frame that was kept until the book was there comes right behind it.
    expect(quotes).toEqual([
      [10, '10'],
      [10, '10.1'],
      [30, '10.2'],
      [60, '9'],
      [70, '10.4'],
    ]);
    // More of the day is there later, with a minute missing in between.
    writeDay('binance', [...lines, [(MS + 120_000) * 1000, JSON.stringify(change(113, 113, '10.50'))]]);
    const again = await importRawDay(catalogue, day);
    expect(again.series.map(({ overlaps }) => overlaps)).toEqual(again.series.map(() => []));
    expect(await rowsOf(catalogue, 'quotes')).toHaveLength(5);
  });

  it('of an exchange that is not decoded is refused', async () => {
    const day = writeDay('deribit', [[MS * 1000, '{}']]);
    await expect(importRawDay(catalogue, day)).rejects.toThrow('raw feeds of deribit are not decoded');
    await expect(importRawDay(catalogue, join(root, 'somewhere', '2026-01-01'))).rejects.toThrow('is in no folder of a raw feed');
  });
});

/** The first of each session are enough. */
const LINES = 3_000;
const DATA = join(process.env.TIERCEL_DATA ?? '', 'captures');
describe.skipIf(process.env.TIERCEL_DATA === undefined || !existsSync(DATA))('a recorded session (needs TIERCEL_DATA)', () => {
  it.each([
    ['binance-futures', 'binance-usdm.cryptofeed-20210722'],
    ['coinbase', 'coinbase-exchange.cryptofeed-20210417'],
    ['kraken', 'kraken-spot.cryptofeed-20210405'],
  ])(
    'of %s becomes the same series as a capture and as a raw feed',
    async (exchange, name) => {
      const capture = join(DATA, `${name}.ndjson.gz`);
      const part = join(root, `${name}.ndjson`);
      const lines: [number, string][] = [];
      const records: string[] = [];
      for await (const { record } of readCapture(capture)) {
        if (records.length === LINES) break;
        records.push(JSON.stringify(record));
        if (record.dir === 'out' || record.t === null) continue;
        const us = Math.round(record.t * 1000);
        const symbol = isSnapshotUrl(record.url) ? symbolOfUrl(record.url) : undefined;
        if (record.kind === 'ws') lines.push([us, record.raw ?? '']);
        else if (symbol !== undefined) {
          const stream = `${symbol.toLowerCase()}@depthSnapshot`;
          lines.push([us, JSON.stringify({ stream, generated: true, data: JSON.parse(record.raw ?? '') })]);
        }
      }
      writeFileSync(part, records.join('\n'));
      const report = await importRawDay(catalogue, writeDay(exchange, lines));
      expect(report.rows).toBe(lines.length);
      const other = await Catalogue.open(join(root, 'other'), { memoryLimitMb: 256, threads: 1 });
      try {
        const expected = await importFile({ catalogue: other, captures: importCapture }, part);
        expect(report.malformedCount).toBe(expected.malformedCount);
        const kinds = await other.makeViews();
        expect(kinds).toEqual(expect.arrayContaining(['quotes', 'book_snapshots']));
        expect(await catalogue.makeViews()).toEqual(kinds);
        for (const kind of kinds) {
          const [found, wanted] = [await rowsOf(catalogue, kind), await rowsOf(other, kind)];
          expect(wanted.length).toBeGreaterThan(0);
          expect(found).toEqual(wanted);
        }
      } finally {
        other.close();
      }
    },
    120_000,
  );
});
