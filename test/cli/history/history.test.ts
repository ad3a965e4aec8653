// Goal: the commands of `tiercel history` do what they say on files, on simulated venues over real sockets, and on a local Tardis; bad
// input is one sentence.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/cli/config.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from '../../../src/cli/exit.js';
import { openHttp, publicGateway } from '../../../src/cli/gateways.js';
import { alignHistory } from '../../../src/cli/history/align.js';
import { fetchHistory } from '../../../src/cli/history/fetch.js';
import { type GatewaySource, gatewaySource } from '../../../src/cli/history/fetch-venues.js';
import { reportGaps } from '../../../src/cli/history/gaps.js';
import { importHistory } from '../../../src/cli/history/import.js';
import { queryHistory } from '../../../src/cli/history/query.js';
import { InvalidInputError } from '../../../src/domain/errors.js';
import { SystemClock, systemTimers } from '../../../src/domain/system-clock.js';
import { Catalogue } from '../../../src/history/catalogue.js';
import { type FundingSource, fetchFunding } from '../../../src/history/fetch/fetch-funding.js';
import { fetchKlines } from '../../../src/history/fetch/fetch-klines.js';
import { HistoricalDataManager } from '../../../src/history/manager.js';
import { marketEndpoints } from '../../../src/sim/fronts/front.js';
import { parseSimulationOptions } from '../../../src/sim/options.js';
import { startSimulation } from '../../../src/sim/server.js';
import { TRADING } from '../../../src/venues/trading-registry.js';
import { LocalTardis } from '../../history/tardis-server.js';

const HEADER = 'open_time_ms,open,high,low,close,volume,trades,quote_volume';
const START = Date.parse('2023-03-01T00:00:00Z');

let root: string;
let shown: string;
const output = {
  write: (text: string) => {
    shown += text;
  },
};
const flags = (more: object = {}) => ({ catalogue: join(root, 'catalogue'), memoryMb: 128, ...more });

function klines(name: string, minutes: readonly number[]): string {
  const path = join(root, name);
  const rows = minutes.map((minute) => `${START + minute * 60_000},1,2,1,${1 + minute / 100},5,,`);
  writeFileSync(path, `${[HEADER, ...rows].join('\n')}\n`);
  return path;
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tiercel-history-cli-'));
  shown = '';
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('tiercel history', () => {
  it('imports, tells gaps, aligns and answers', async () => {
    const files = [klines('kraken_btcusd.csv', [0, 1, 4]), klines('coinbase_btcusd.csv', [0, 1, 2, 3, 4])];
    expect(await importHistory(files, flags({ interval: '1m' }), output)).toBe(EXIT_GOOD);
    expect(shown).toContain('klines 1m kraken BTCUSD: 3 rows, 3 new');
    shown = '';
    expect(await reportGaps({ ...flags(), silenceS: 60, strict: true, venue: 'kraken' }, output)).toBe(EXIT_FOUND_FAULT);
    expect(shown).toContain('2023-03-01T00:02Z to 2023-03-01T00:04Z, 2 missing');
    expect(await reportGaps({ ...flags(), silenceS: 60, strict: true, venue: 'coinbase' }, output)).toBe(EXIT_GOOD);
    shown = '';
    const out = join(root, 'aligned.csv');
    const align = { ...flags({ json: true }), interval: '1m', carry: 1, out };
    expect(await alignHistory(['kraken:BTCUSD', 'coinbase:BTCUSD'], align, output)).toBe(EXIT_GOOD);
    expect(JSON.parse(shown)).toMatchObject({ moments: 5, exchangeQuality: { coinbase: 1, kraken: 0.7 }, alignmentQuality: 0.7 });
    expect(readFileSync(out, 'utf8').split('\n').slice(0, 5)).toEqual([
      'open_time_ms,kraken:BTCUSD close,kraken:BTCUSD age,coinbase:BTCUSD close,coinbase:BTCUSD age',
      `${START},1,0,1,0`,
      `${START + 60_000},1.01,0,1.01,0`,
      `${START + 120_000},1.01,1,1.02,0`,
      `${START + 180_000},,,1.03,0`,
    ]);
    shown = '';
    await queryHistory(
      'SELECT venue, count(*)::INTEGER AS rows FROM klines GROUP BY ALL ORDER BY ALL',
      { ...flags({ json: true }), rows: 9 },
      output,
    );
    expect(JSON.parse(shown).rows).toEqual([
      { venue: 'coinbase', rows: 5 },
      { venue: 'kraken', rows: 3 },
    ]);
  });

  it('imports a folder and tells what in it is of no use', async () => {
    klines('kraken_btcusd.csv', [0, 1]);
    writeFileSync(join(root, 'notes.csv'), 'a,b\n');
    expect(await importHistory([root], flags({ interval: '1m' }), output)).toBe(EXIT_FOUND_FAULT);
    expect(shown).toContain('notes.csv is of no known format');
    expect(shown).toContain('2 rows, 2 new');
  });

  it('refuses bad input with one sentence, and makes no catalogue for it', async () => {
    const bad: (() => Promise<unknown>)[] = [
      () => reportGaps({ ...flags(), silenceS: 60 }, output),
      () => queryHistory('SELECT 1', { ...flags(), rows: 1 }, output),
      () => importHistory([join(root, 'nothing.csv')], flags(), output),
      () => importHistory([root], { ...flags(), interval: '7m' }, output),
      () => alignHistory(['kraken'], { ...flags(), interval: '1m', carry: 5 }, output),
    ];
    for (const run of bad) await expect(run()).rejects.toThrow(InvalidInputError);
    expect(existsSync(join(root, 'catalogue'))).toBe(false);
  });
});

const RAW =
  '2026-01-01T00:07:00.1234567Z {"stream":"btcusdt@trade","data":{"e":"trade","E":1767225599000,"s":"BTCUSDT","t":7,"p":"10.5","q":"2","T":1767225599000,"m":true}}\n' +
  '2026-01-01T00:07:01.0000000Z {"stream":"btcusdt@ticker","data":{"e":"24hrTicker","s":"BTCUSDT"}}\n';

describe('tiercel history fetch', () => {
  it('takes data of Tardis into the catalogue', async () => {
    const server = await LocalTardis.start({
      apiKey: 'none',
      feed: (_exchange, _date, minute) => (minute === 7 ? RAW : ''),
      dataset: (exchange, type, date, symbol) => {
        const us = Date.parse(`${date}T00:00:00Z`) * 1000;
        return type === 'trades'
          ? `exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n${exchange},${symbol},${us},${us},1,buy,10,2\n`
          : undefined;
      },
    });
    try {
      const fetch = {
        ...flags({ json: true }),
        tardis: 'binance',
        types: ['trades'],
        symbols: ['BTCUSDT'],
        from: '2026-01-01',
        interval: '1m',
        tardisUrl: server.url,
      };
      const surroundings = { clock: new SystemClock(), timers: systemTimers };
      expect(await fetchHistory(loadConfig(undefined), fetch, output, surroundings)).toBe(EXIT_GOOD);
      expect(JSON.parse(shown)).toMatchObject({ failures: [], imported: [{ format: 'Tardis trades', rows: 1 }] });
      shown = '';
      const raw = { ...fetch, channels: ['trade', 'ticker'], symbols: ['btcusdt'] };
      expect(await fetchHistory(loadConfig(undefined), raw, output, surroundings)).toBe(EXIT_GOOD);
      const [day] = JSON.parse(shown).imported;
      expect(day).toMatchObject({ format: 'Tardis raw feed', rows: 2, unread: { ticker: 1 } });
      expect(day.series[0]).toMatchObject({ name: { kind: 'trades', venue: 'binance', symbol: 'BTCUSDT' }, rows: 1 });
      shown = '';
      // The same slices again, by way of their folder.
      const downloads = join(root, 'catalogue', 'downloads');
      expect(await importHistory([downloads], flags({ json: true }), output)).toBe(EXIT_GOOD);
      expect(JSON.parse(shown).files).toMatchObject([{ rows: 2, series: [{ added: 0 }] }, { format: 'Tardis trades' }]);
      const noSuch = fetchHistory(loadConfig(undefined), { ...fetch, types: ['nothing'] }, output, surroundings);
      await expect(noSuch).rejects.toThrow(InvalidInputError);
    } finally {
      await server.stop();
    }
  });

  it('takes klines of all five venues, spot and futures, over their own protocols', async () => {
    const surroundings = { clock: new SystemClock(), timers: systemTimers };
    const options = parseSimulationOptions({ symbols: 4, futuresSymbols: 4, updatesPerSecond: 10, seed: 3, basePort: 0 });
    const simulation = await startSimulation(options, surroundings);
    const http = openHttp(systemTimers);
    const catalogue = await Catalogue.open(join(root, 'catalogue'), { memoryLimitMb: 128, threads: 1 });
    const gateways: ReturnType<typeof publicGateway>[] = [];
    try {
      const sources = await Promise.all(
        TRADING.map(async (entry) => {
          const reached = simulation.endpoints[entry.venue] ?? expect.fail(`${entry.venue} is not simulated`);
          const { rest, wsPrivate, wsTrade } = marketEndpoints(reached, entry.market);
          const endpoints = { rest, wsPrivate, wsTrade };
          const gateway = publicGateway(entry, endpoints, http, surroundings);
          gateways.push(gateway);
          return gatewaySource(entry, gateway, await gateway.loadInstruments(), true, surroundings.clock.epochUs() / 1000);
        }),
      );
      const nowMs = surroundings.clock.epochUs() / 1000;
      const fromMs = nowMs - 600 * 60_000;
      const outcomes = await fetchKlines(
        catalogue,
        sources,
        { symbols: ['BTC/USDT'], interval: '1m', fromMs, toMs: nowMs },
        { nowMs },
      );
      expect(outcomes.map(({ exchange }) => exchange)).toEqual([
        'sim-binance',
        'sim-binance-futures',
        'sim-coinbase',
        'sim-kraken',
        'sim-mexc',
        'sim-mexc-futures',
        'sim-gateio',
        'sim-gateio-futures',
      ]);
      for (const { exchange, rows: count, failure, unreachable } of outcomes) {
        expect([exchange, failure, unreachable]).toEqual([exchange, null, null]);
        expect(count, exchange).toBeGreaterThanOrEqual(599);
      }
      const contracts = sources.filter((source): source is GatewaySource & FundingSource => source.funding !== null);
      const paid = await fetchFunding(
        catalogue,
        contracts,
        { symbols: ['BTC/USDT'], fromMs: nowMs - 40 * 86_400_000, toMs: nowMs },
        { nowMs },
      );
      expect(paid.map(({ exchange, failure }) => [exchange, failure])).toEqual(
        ['sim-binance-futures', 'sim-mexc-futures', 'sim-gateio-futures'].map((exchange) => [exchange, null]),
      );
      const manager = new HistoricalDataManager(sources);
      const hour = Math.floor(nowMs / 3_600_000) * 3_600_000;
      for (const interval of ['5m', '15m', '1h', '4h', '1d'] as const) {
        const data = await manager.fetchHistoricalData(
          ['BTC/USDT'],
          outcomes.map(({ exchange }) => exchange),
          hour - 4 * 86_400_000,
          hour,
          interval,
        );
        for (const [exchange, symbols] of Object.entries(data)) {
          const report = manager.validateDataIntegrity(symbols, { interval }).symbols['BTC/USDT'];
          expect(report, `${exchange} ${interval}`).toMatchObject({
            duplicates: 0,
            outOfOrder: 0,
            offGrid: 0,
            inconsistent: 0,
            missing: 0,
          });
          expect(report?.rows, `${exchange} ${interval}`).toBeGreaterThanOrEqual(3);
        }
      }
    } finally {
      catalogue.close();
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await http.close();
      await simulation.stop();
    }
  }, 60_000);
});
