// Goal: each kind of strangeness is found where it is and nowhere else, and the manager does what the source documents ask of it.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import type { Kline } from '../../src/domain/market-data.js';
import { SeededRandom } from '../../src/domain/random.js';
import { Catalogue } from '../../src/history/catalogue.js';
import type { KlineSource } from '../../src/history/fetch/kline-source.js';
import { importFile } from '../../src/history/import/importer.js';
import { sqlColumns } from '../../src/history/kinds.js';
import { readKlines } from '../../src/history/kline-columns.js';
import { HistoricalDataManager } from '../../src/history/manager.js';
import { reportEvents } from '../../src/history/quality/event-report.js';
import { MarketRegime } from '../../src/history/quality/market-condition.js';
import type { SeriesName } from '../../src/history/series.js';

const MINUTE = 60_000;
const START = Date.parse('2023-03-01T00:00:00Z');
const manager = new HistoricalDataManager();

/** A walk of small steps, a kline a minute. */
function walk(count: number, seed = 1): Kline[] {
  const random = new SeededRandom(seed);
  let price = 100;
  return Array.from({ length: count }, (_, minute) => {
    const open = price;
    price *= 1 + (random.next() - 0.5) * 0.002;
    const [high, low] = [Math.max(open, price), Math.min(open, price)];
    return {
      openMs: START + minute * MINUTE,
      open: `${open}`,
      high: `${high}`,
      low: `${low}`,
      close: `${price}`,
      baseVolume: '1',
      quoteVolume: null,
    };
  });
}

const flat = (minute: number, price: string, volume: string): Kline => {
  return {
    openMs: START + minute * MINUTE,
    open: price,
    high: price,
    low: price,
    close: price,
    baseVolume: volume,
    quoteVolume: null,
  };
};

describe('validateDataIntegrity', () => {
  it('finds nothing in a whole series', () => {
    const report = manager.validateDataIntegrity({ BTC: walk(500) });
    expect(report).toMatchObject({ isValid: true, completeness: 1 });
    expect(report.symbols.BTC).toMatchObject({ gaps: [], jumps: [], frozen: [], badPrices: 0, inconsistent: 0 });
  });

  it('names a gap, a jump, impossible prices and a disordered row', () => {
    const klines = walk(500);
    const jump = klines.slice(300).map((kline) => ({
      ...kline,
      open: `${Number(kline.open) * 1.1}`,
      high: `${Number(kline.high) * 1.1}`,
      low: `${Number(kline.low) * 1.1}`,
      close: `${Number(kline.close) * 1.1}`,
    }));
    const given = [...klines.slice(0, 100), ...klines.slice(110, 300), ...jump].map((kline, at) =>
      at === 50 ? { ...kline, low: '0' } : at === 60 ? { ...kline, high: '1' } : kline,
    );
    const [last] = given.splice(-1);
    if (last !== undefined) given.splice(200, 0, last);
    const report = manager.validateDataIntegrity({ BTC: given, ETH: walk(10) });
    expect(report.isValid).toBe(false);
    expect(report.completeness).toBeCloseTo(500 / 510, 12);
    expect(report.symbols.BTC).toMatchObject({
      gaps: [{ fromMs: START + 100 * MINUTE, toMs: START + 110 * MINUTE, count: 10 }],
      badPriceTimes: [START + 50 * MINUTE],
      inconsistentTimes: [START + 60 * MINUTE],
      duplicates: 0,
    });
    expect(report.symbols.BTC?.outOfOrder).toBe(given.length - 201);
    expect(report.symbols.BTC?.jumps.map(({ openMs }) => openMs)).toEqual([START + 300 * MINUTE]);
    expect(report.symbols.BTC?.jumps[0]?.logReturn).toBeCloseTo(Math.log(1.1), 2);
  });

  it('tells a price that stands although it trades from one that stands because nothing trades', () => {
    const quiet = Array.from({ length: 60 }, (_, at) => flat(at, '5', '0'));
    const frozen = Array.from({ length: 60 }, (_, at) => flat(at, '5', at % 2 === 0 ? '1' : '0'));
    const report = manager.validateDataIntegrity({ quiet, frozen });
    expect(report.symbols.quiet).toMatchObject({ frozen: [], zeroVolume: 60, missing: 0 });
    expect(report.symbols.frozen).toMatchObject({
      frozen: [{ fromMs: START, toMs: START + 58 * MINUTE, count: 30 }],
      zeroVolume: 30,
    });
  });
});

describe('alignMultiExchangeData and preprocessForBacktesting', () => {
  it('put exchanges on common moments and make books and conditions of them', () => {
    const aligned = manager.alignMultiExchangeData({
      binance: { 'BTC/USDT': walk(240) },
      kraken: { 'BTC/USDT': walk(240).filter((_, at) => at % 4 !== 0) },
    });
    expect(aligned.timestamps).toHaveLength(240);
    expect(aligned.exchangeQuality.binance).toBe(1);
    expect(aligned.alignmentQuality).toBeCloseTo(0.75 + (59 / 240) * (5 / 6), 12); // the first kline has nothing to be carried from
    const dataset = manager.preprocessForBacktesting(aligned, { halfSpreadBps: 10, levels: 2, depthShare: 0.5 });
    const at = START + 7 * MINUTE;
    const close = aligned.exchangeData.binance?.['BTC/USDT']?.close[7] ?? 0;
    const book = dataset.syntheticOrderbooks.at(at, 'binance', 'BTC/USDT');
    expect(book?.bids).toHaveLength(2);
    expect(Number(book?.bids[0]?.[0]) / close).toBeCloseTo(0.999, 6);
    expect(Number(book?.asks[1]?.[0]) / close).toBeCloseTo(1.002, 6);
    expect(book?.asks[0]?.[1]).toBe('0.5');
    expect(dataset.syntheticOrderbooks.at(START, 'kraken', 'BTC/USDT')).toBeNull();
    expect(dataset.syntheticOrderbooks.at(at, 'mexc', 'BTC/USDT')).toBeNull();
    expect(dataset.marketConditions.map(({ timestamp }) => timestamp)).toEqual(
      [0, 60, 120, 180].map((minute) => START + minute * MINUTE),
    );
    expect(dataset.dataQualityScore).toBeCloseTo(aligned.alignmentQuality, 12);
    const kraken = aligned.exchangeData.kraken?.['BTC/USDT'] ?? expect.fail('no series');
    expect([kraken.openMs[4], kraken.volume[4], Number.isNaN(kraken.close[4])]).toEqual([START + 4 * MINUTE, 0, false]);
  });

  it('know a rise, a fall and a storm', () => {
    const path = (steps: readonly number[]): Kline[] => {
      let price = 100;
      return steps.map((step, minute) => {
        price *= 1 + step;
        return flat(minute, `${price}`, '1');
      });
    };
    const wave = (size: number, drift: number): number[] =>
      Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? size : -size) + drift);
    const steps = [...wave(0.001, 0), ...wave(0.001, 0.002), ...wave(0.001, -0.002), ...wave(0.01, 0), ...wave(0.0001, 0)];
    const aligned = manager.alignMultiExchangeData({ binance: { BTC: path(steps) } });
    const { marketConditions } = manager.preprocessForBacktesting(aligned);
    expect(marketConditions.map(({ regime }) => regime)).toEqual([
      MarketRegime.RANGING,
      MarketRegime.TRENDING_UP,
      MarketRegime.TRENDING_DOWN,
      MarketRegime.CRISIS,
      MarketRegime.LOW_VOLATILITY,
    ]);
    expect(marketConditions.every(({ arbitrageFavorability }) => arbitrageFavorability === 0)).toBe(true);
    // A window knows nothing of later ones: what was, stays when more is known.
    for (let windows = 1; windows < marketConditions.length; windows++) {
      const part = manager.alignMultiExchangeData({ binance: { BTC: path(steps).slice(0, windows * 60) } });
      const known = manager.preprocessForBacktesting(part).marketConditions;
      expect(known).toEqual(marketConditions.slice(0, windows));
    }
  });

  it('refuse klines between the moments, and no klines', () => {
    const odd = walk(10).map((kline) => ({ ...kline, openMs: kline.openMs + 30_000 }));
    expect(() => manager.alignMultiExchangeData({ a: { BTC: walk(10) }, b: { BTC: odd } })).toThrow(InvalidInputError);
    expect(() => manager.alignMultiExchangeData({ a: { BTC: [] } })).toThrow(InvalidInputError);
  });
});

describe('fetchHistoricalData', () => {
  it('asks every exchange for what it lists', async () => {
    const source = (exchange: string): KlineSource => ({
      exchange,
      klinesBack: Number.POSITIVE_INFINITY,
      symbolOf: (symbol) => (symbol === 'BTC/USDT' ? 'BTCUSDT' : undefined),
      klines: async function* (symbol, interval, fromMs, toMs) {
        expect([symbol, interval]).toEqual(['BTCUSDT', '1m']);
        const all = walk(25).filter(({ openMs }) => openMs >= fromMs && openMs < toMs);
        for (let at = 0; at < all.length; at += 10) yield { klines: all.slice(at, at + 10), toMs: fromMs + (at + 10) * MINUTE };
      },
    });
    const several = new HistoricalDataManager([source('mexc'), source('gateio')]);
    const data = await several.fetchHistoricalData(['BTC/USDT', 'X/Y'], ['mexc', 'gateio'], START, START + 20 * MINUTE, '1m');
    expect(data).toEqual({ mexc: { 'BTC/USDT': walk(20) }, gateio: { 'BTC/USDT': walk(20) } });
    await expect(several.fetchHistoricalData([], ['nowhere'], START, START, '1m')).rejects.toThrow(InvalidInputError);
  });
});

describe('on a catalogue', () => {
  let root: string;
  let catalogue: Catalogue;

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'tiercel-quality-'));
    catalogue = await Catalogue.open(root, { memoryLimitMb: 128, threads: 1 });
  });

  afterEach(() => {
    catalogue.close();
    rmSync(root, { recursive: true, force: true });
  });

  it('events are looked over for silences, crossed quotes and times that go back', async () => {
    const name: SeriesName = { kind: 'quotes', interval: null, venue: 'binance', symbol: 'BTCUSDT' };
    const us = START * 1000;
    const rows = [
      [us, us - 5, '10', '11'],
      [us + 1e6, us - 9, '12', '12'],
      [us + 300e6, null, '-1', '2'],
      [us + 3 * 86_400e6, us, '1', '2'],
    ].map(([ts, venue, bid, ask], at) => `(${ts}, ${venue === null ? 'NULL' : venue}, '${bid}', '1', '${ask}', '1', ${at + 1})`);
    await catalogue.database.run(
      `CREATE TEMP TABLE given (${sqlColumns('quotes')}, line BIGINT); INSERT INTO given VALUES ${rows.join(', ')}`,
    );
    await catalogue.store(name, 'given', { hash: 'aa' });
    expect(await reportEvents(catalogue, name)).toMatchObject({
      rows: 4,
      silenceCount: 2,
      silences: [
        { fromUs: us + 1e6, toUs: us + 300e6 },
        { fromUs: us + 300e6, toUs: us + 3 * 86_400e6 },
      ],
      missingDates: ['2023-03-02', '2023-03-03'],
      badPrices: 1,
      crossed: 1,
      withoutVenueTime: 1,
      venueTimeBackwards: 1,
    });
  });

  const klines = join(process.env.TIERCEL_DATA ?? '', 'history', 'klines-1m-202303');
  it.skipIf(process.env.TIERCEL_DATA === undefined || !existsSync(klines))(
    'March 2023 has the days that the development set has, and quiet minutes where a venue leaves them out (needs TIERCEL_DATA)',
    async () => {
      const data: Record<string, Record<string, Awaited<ReturnType<typeof readKlines>>>> = {};
      for (const [venue, file] of [
        ['binance-us', 'binance-us_btcusdt'],
        ['coinbase', 'coinbase_btcusdt'],
        ['kraken', 'kraken_btcusdt'],
      ] as const) {
        await importFile({ catalogue }, join(klines, `${file}.csv.gz`));
        data[venue] = { 'BTC/USDT': await readKlines(catalogue, { kind: 'klines', interval: '1m', venue, symbol: 'BTCUSDT' }) };
      }
      const reports = Object.entries(data).map(
        ([venue, symbols]) => [venue, manager.validateDataIntegrity(symbols).symbols['BTC/USDT']] as const,
      );
      const of = (venue: string) => reports.find(([name]) => name === venue)?.[1];
      // 14 days of 1440 minutes, with 3 and 4 days left out on purpose.
      expect(of('binance-us')).toMatchObject({ rows: 20_160, missing: 7 * 1440, duplicates: 0, badPrices: 0, inconsistent: 0 });
      expect(of('binance-us')?.gaps.map(({ count }) => count)).toEqual([3 * 1440, 4 * 1440]);
      expect(of('binance-us')?.zeroVolume).toBeGreaterThan(0);
      expect(of('kraken')).toMatchObject({ rows: 12_873, zeroVolume: 0, duplicates: 0 });
      const aligned = manager.alignMultiExchangeData(data);
      expect(aligned.timestamps).toHaveLength(21 * 1440);
      expect(aligned.exchangeQuality['binance-us']).toBeGreaterThan(aligned.exchangeQuality.kraken ?? 1);
      expect(aligned.alignmentQuality).toBeLessThan(aligned.exchangeQuality.kraken ?? 0);
      expect(aligned.alignmentQuality).toBeGreaterThan(0.4);
    },
    60_000,
  );
});
