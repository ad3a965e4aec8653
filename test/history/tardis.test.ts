// Goal: what Tardis has is downloaded whole or not at all, in spite of trouble on the way, and once; and no key is ever seen.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import { SeededRandom } from '../../src/domain/random.js';
import { systemTimers } from '../../src/domain/system-clock.js';
import { Catalogue } from '../../src/history/catalogue.js';
import { TardisClient } from '../../src/history/fetch/tardis-client.js';
import { readSlices, sliceFiles, type TardisLine } from '../../src/history/fetch/tardis-slices.js';
import { importFile } from '../../src/history/import/importer.js';
import { downloadFile } from '../../src/transport/download.js';
import { HttpClient } from '../../src/transport/http.js';
import { LocalTardis } from './tardis-server.js';

const KEY = 'TD.secret-key';
const HEADER = 'exchange,symbol,timestamp,local_timestamp,id,side,price,amount';

/** Waits pass at once. */
const quickTimers = { ...systemTimers, after: (_: number, action: () => void) => systemTimers.after(0, action) };

let folder: string;
let server: LocalTardis;
let http: HttpClient;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tiercel-tardis-'));
  http = new HttpClient({ timeoutMs: 5_000, bodyBytesMax: 1e8, connectionsMax: 8 }, systemTimers);
  server = await LocalTardis.start({
    apiKey: KEY,
    sliceMax: 4,
    feed: (exchange, date, minute, filters) => {
      const at = new Date(Date.parse(`${date}T00:00:00Z`) + minute * 60_000).toISOString().slice(0, 19);
      if (minute % 3 === 1) return '';
      const gap = minute % 3 === 2 ? '\n\n' : '';
      return `${gap}${at}.1234567Z {"exchange":"${exchange}","minute":${minute},"filters":${JSON.stringify(filters)}}\n`;
    },
    dataset: (exchange, type, date, symbol) => {
      if (type !== 'trades' || symbol === 'NONE') return undefined;
      if (date.endsWith('-03')) return '';
      const us = Date.parse(`${date}T00:00:00Z`) * 1000;
      return `${HEADER}\n${exchange},${symbol},${us},${us + 5},1,buy,10.50,2\n`;
    },
  });
});

afterEach(async () => {
  await http.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function client(apiKey: string | null): TardisClient {
  return new TardisClient({
    http,
    download: (url, headers, path) => downloadFile(url, headers, path, { silenceMs: 5_000, redirectsMax: 2 }, systemTimers),
    timers: quickTimers,
    random: new SeededRandom(1),
    apiKey,
    endpoints: { api: server.url, datasets: server.url },
  });
}

const TRADES = {
  exchange: 'kraken',
  types: ['trades'],
  symbols: ['eth/usd'],
  fromDate: '2026-01-01',
  toDate: '2026-01-04',
} as const;

describe('datasets', () => {
  it('come whole in spite of trouble, once, and become series', async () => {
    server.trouble.push(500, 0, 429, 503);
    const done: number[] = [];
    const outcome = await client(KEY).downloadDatasets(folder, TRADES, { onProgress: (count) => done.push(count) });
    expect(outcome).toMatchObject({ alreadyThere: 0, failures: [] });
    expect(done).toEqual([1, 2, 3]);
    expect(readdirSync(folder).sort()).toEqual(['01', '02', '03'].map((day) => `kraken_trades_2026-01-${day}_ETH-USD.csv.gz`));
    const before = server.requests.length;
    expect(before).toBe(3 + 4);
    expect(await client(KEY).downloadDatasets(folder, TRADES)).toMatchObject({ alreadyThere: 3, failures: [] });
    expect(server.requests.length).toBe(before);
    const catalogue = await Catalogue.open(join(folder, 'catalogue'), { memoryLimitMb: 128, threads: 1 });
    try {
      const reports = [];
      for (const path of outcome.files) reports.push(await importFile({ catalogue }, path));
      expect(reports.map(({ format, rows }) => [format, rows])).toEqual([
        ['Tardis trades', 1],
        ['Tardis trades', 1],
        ['empty', 0],
      ]);
      expect(await catalogue.list()).toEqual([{ kind: 'trades', interval: null, venue: 'kraken', symbol: 'ETH-USD' }]);
    } finally {
      catalogue.close();
    }
  });

  it('are refused by what Tardis says, without a second try, and the others come', async () => {
    const outcome = await client(null).downloadDatasets(folder, {
      ...TRADES,
      symbols: ['ETH-USD', 'NONE'],
      toDate: '2026-01-03',
    });
    expect(outcome.files).toHaveLength(1);
    expect(outcome.failures.map(({ what, reason }) => `${what}: ${reason}`)).toEqual([
      'kraken trades 2026-01-01 NONE: Tardis does not give /v1/kraken/trades/2026/01/01/NONE.csv.gz: 404 no such dataset',
      'kraken trades 2026-01-02 ETH-USD: Tardis does not give /v1/kraken/trades/2026/01/02/ETH-USD.csv.gz: 401 a key is needed',
      'kraken trades 2026-01-02 NONE: Tardis does not give /v1/kraken/trades/2026/01/02/NONE.csv.gz: 401 a key is needed',
    ]);
    expect(server.requests).toHaveLength(4);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('never tell the key', async () => {
    server.trouble.push(...Array.from({ length: 12 }, () => 500));
    const outcome = await client(KEY).downloadDatasets(folder, { ...TRADES, toDate: '2026-01-02' });
    expect(outcome.failures).toHaveLength(1);
    expect(JSON.stringify(outcome)).not.toContain(KEY);
    expect(server.requests.every(({ authorization, url }) => authorization === `Bearer ${KEY}` && !url.includes(KEY))).toBe(true);
  });

  it('are left where they are when the work is broken off', async () => {
    let files = 0;
    const outcome = await client(KEY).downloadDatasets(
      folder,
      { ...TRADES, fromDate: '2026-02-01', toDate: '2026-03-01' },
      { isStopped: () => files > 3, onProgress: (done) => (files = done) },
    );
    expect(outcome.files.length + outcome.failures.length).toBe(28);
    expect(outcome.failures.length).toBeGreaterThan(10);
    const rest = await client(KEY).downloadDatasets(folder, { ...TRADES, fromDate: '2026-02-01', toDate: '2026-03-01' });
    expect(rest).toMatchObject({ alreadyThere: outcome.files.length, failures: [] });
    expect(rest.files).toHaveLength(28);
  });
});

describe('raw feeds', () => {
  it('come minute by minute, smaller slices than asked for among them, and are read as one', async () => {
    const filters = [{ channel: 'depth', symbols: ['ethusdt'] }];
    const request = { exchange: 'binance', filters, fromDate: '2026-01-01', toDate: '2026-01-02', sliceMinutes: 10 };
    server.trouble.push(503, 0);
    const outcome = await client(null).downloadFeeds(folder, request);
    expect(outcome.failures).toEqual([]);
    expect(outcome.files).toHaveLength(144);
    expect(await sliceFiles(folder)).toEqual(outcome.files);
    const lines: TardisLine[] = [];
    for await (const line of readSlices(outcome.files)) lines.push(line);
    const messages = lines.filter((line) => line.kind === 'message');
    expect(messages.map(({ raw }) => JSON.parse(raw).minute)).toEqual(
      Array.from({ length: 1440 }, (_, minute) => minute).filter((minute) => minute % 3 !== 1),
    );
    expect(JSON.parse(messages[0]?.raw ?? '{}').filters).toEqual(filters);
    expect(messages[1]?.localUs).toBe(Date.parse('2026-01-01T00:02:00Z') * 1000 + 123_456);
    // Several empty lines are one disconnect.
    expect(lines.filter(({ kind }) => kind === 'disconnect')).toHaveLength(480);
    const before = server.requests.length;
    expect(await client(null).downloadFeeds(folder, request)).toMatchObject({ alreadyThere: 144 });
    expect(server.requests.length).toBe(before);
  });

  it('of another form are refused', async () => {
    mkdirSync(join(folder, '2026-01-01'));
    const path = join(folder, '2026-01-01', '0000-1.ndjson.gz');
    writeFileSync(path, gzipSync('{"no":"stamp"}\n'));
    const read = async (): Promise<void> => {
      for await (const line of readSlices([path])) expect(line).toBeUndefined();
    };
    await expect(read()).rejects.toThrow(InvalidInputError);
    expect(gunzipSync(readFileSync(path)).length).toBeGreaterThan(0);
    const empty = join(folder, '2026-01-01', '0001-1.ndjson.gz');
    writeFileSync(empty, gzipSync(''));
    for await (const line of readSlices([empty])) expect(line).toBeUndefined();
  });

  it('are asked for in slices of 1 to 10 minutes', async () => {
    const request = { exchange: 'binance', filters: [], fromDate: '2026-01-01', toDate: '2026-01-02' };
    await expect(client(null).downloadFeeds(folder, { ...request, sliceMinutes: 11 })).rejects.toThrow(InvalidInputError);
  });
});
