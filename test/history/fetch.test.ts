// Goal: klines of all venues reach the catalogue whole, once, however often the work is broken off, and nothing is claimed that was not
// asked for.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Kline } from '../../src/domain/market-data.js';
import { Catalogue } from '../../src/history/catalogue.js';
import { type TimeRange, unionOf, without } from '../../src/history/fetch/coverage.js';
import { type FundingSource, fetchFunding } from '../../src/history/fetch/fetch-funding.js';
import { fetchKlines } from '../../src/history/fetch/fetch-klines.js';
import type { KlineSource } from '../../src/history/fetch/kline-source.js';
import { readKlines } from '../../src/history/kline-columns.js';

const MINUTE = 60_000;
const START = Date.parse('2023-03-01T22:00:00Z');
const NOW = Date.parse('2023-03-02T04:00:30Z');

const ranges = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 6 });
const points = (all: readonly TimeRange[]): number[] =>
  [...new Set(all.flatMap(([from, to]) => Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at)))].sort(
    (a, b) => a - b,
  );

describe('ranges', () => {
  it('add up and take away as sets of moments do', () => {
    fc.assert(
      fc.property(ranges, fc.nat(30), fc.nat(30), (others, from, length) => {
        const union = unionOf(others);
        expect(points(union)).toEqual(points(others));
        expect(union.every(([, to], at) => at === union.length - 1 || to < (union[at + 1]?.[0] ?? 0))).toBe(true);
        const taken = new Set(points(others));
        expect(points(without([from, from + length], others))).toEqual(
          points([[from, from + length]]).filter((point) => !taken.has(point)),
        );
      }),
    );
  });
});

describe('fetching klines', () => {
  let root: string;
  let catalogue: Catalogue;
  let asked: string[];

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'tiercel-fetch-'));
    catalogue = await Catalogue.open(root, { memoryLimitMb: 128, threads: 1 });
    asked = [];
  });

  afterEach(() => {
    catalogue.close();
    rmSync(root, { recursive: true, force: true });
  });

  const price = (ms: number): string => String(100 + ((ms / MINUTE) % 7));

  /** A venue with a kline a minute, none in the second hour, that fails when it is told to. */
  function source(exchange: string, given: { klinesBack?: number; failsAfter?: number } = {}): KlineSource {
    let answers = 0;
    return {
      exchange,
      klinesBack: given.klinesBack ?? Number.POSITIVE_INFINITY,
      symbolOf: (symbol) => (symbol === 'BTC/USDT' ? 'BTC_USDT' : undefined),
      klines: async function* (symbol, _interval, fromMs, toMs) {
        for (let startMs = fromMs; startMs < toMs; startMs += 30 * MINUTE) {
          const endMs = Math.min(toMs, startMs + 30 * MINUTE);
          asked.push(`${exchange} ${symbol} ${(startMs - START) / MINUTE} ${(endMs - START) / MINUTE}`);
          if (answers++ === given.failsAfter) throw new Error('the venue is gone');
          const klines: Kline[] = [];
          for (let openMs = startMs; openMs < endMs; openMs += MINUTE) {
            if (openMs >= START + 60 * MINUTE && openMs < START + 120 * MINUTE) continue;
            const each = price(openMs);
            klines.push({ openMs, open: each, high: each, low: each, close: each, baseVolume: '1', quoteVolume: null });
          }
          yield { klines, toMs: endMs };
        }
      },
    };
  }

  const request = { symbols: ['BTC/USDT', 'X/Y'], interval: '1m' as const, fromMs: START, toMs: START + 200 * MINUTE };
  const times = async (venue: string): Promise<number[]> => {
    const { openMs, close } = await readKlines(catalogue, { kind: 'klines', interval: '1m', venue, symbol: 'BTC_USDT' });
    openMs.forEach((ms, at) => {
      expect(close[at]).toBe(Number(price(ms)));
    });
    return [...openMs].map((ms) => (ms - START) / MINUTE);
  };
  const minutes = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

  it('takes all venues, over hours in which nothing was traded, and does not ask twice', async () => {
    const sources = [source('mexc'), source('gateio')];
    const progress: number[] = [];
    const outcomes = await fetchKlines(catalogue, sources, request, {
      nowMs: NOW,
      onProgress: (done, total) => progress.push(done / total),
    });
    expect(outcomes).toEqual(
      ['mexc', 'gateio'].map((exchange) => ({
        exchange,
        symbol: 'BTC_USDT',
        rows: 140,
        alreadyMs: 0,
        unreachable: null,
        failure: null,
      })),
    );
    expect(progress.at(-1)).toBe(1);
    for (const venue of ['mexc', 'gateio']) expect(await times(venue)).toEqual([...minutes(0, 60), ...minutes(120, 200)]);
    const before = asked.length;
    const again = await fetchKlines(catalogue, sources, { ...request, toMs: START + 210 * MINUTE }, { nowMs: NOW });
    expect(asked.slice(before)).toEqual(['mexc BTC_USDT 200 210', 'gateio BTC_USDT 200 210']);
    expect(again[0]).toMatchObject({ rows: 10, alreadyMs: 200 * MINUTE });
  });

  it('goes on where a failure stopped it, and leaves the other venue alone', async () => {
    const outcomes = await fetchKlines(catalogue, [source('mexc', { failsAfter: 2 }), source('gateio')], request, { nowMs: NOW });
    expect(outcomes.map(({ failure }) => failure)).toEqual(['the venue is gone', null]);
    const before = asked.length;
    await fetchKlines(catalogue, [source('mexc'), source('gateio')], request, { nowMs: NOW });
    expect(asked.slice(before)[0]).toBe('mexc BTC_USDT 60 90');
    expect(asked.slice(before).every((text) => text.startsWith('mexc'))).toBe(true);
    expect(await times('mexc')).toEqual([...minutes(0, 60), ...minutes(120, 200)]);
  });

  it('can be broken off, and says so', async () => {
    let answers = 0;
    const surroundings = { nowMs: NOW, onProgress: () => answers++, isStopped: () => answers >= 2 };
    const [outcome] = await fetchKlines(catalogue, [source('mexc')], request, surroundings);
    expect(outcome).toMatchObject({ failure: 'broken off', rows: 60 });
    expect(await times('mexc')).toEqual(minutes(0, 60));
  });

  it('leaves out klines that are not over, and tells what the venue has forgotten', async () => {
    const [outcome] = await fetchKlines(
      catalogue,
      [source('kraken', { klinesBack: 100 })],
      { ...request, toMs: NOW },
      { nowMs: NOW },
    );
    expect(outcome).toMatchObject({ rows: 100, unreachable: [START, START + 260 * MINUTE] });
    expect(await times('kraken')).toEqual(minutes(260, 360));
    // What could not be asked for is not claimed to be there.
    const [later] = await fetchKlines(catalogue, [source('kraken')], { ...request, toMs: NOW }, { nowMs: NOW });
    expect(later).toMatchObject({ rows: 200, alreadyMs: 100 * MINUTE });
  });

  describe('of funding', () => {
    const HOUR = 60 * MINUTE;
    const contract = (paidHours: number[], fails = false): FundingSource => ({
      exchange: 'gateio-futures',
      symbolOf: (symbol) => (symbol === 'BTC/USDT' ? 'BTC_USDT' : undefined),
      funding: (_symbol, fromMs, toMs) => {
        asked.push(`${(fromMs - DAY) / HOUR} ${(toMs - DAY) / HOUR}`);
        if (fails && asked.length > 1) return Promise.reject(new Error('the venue is gone'));
        const paid = paidHours.map((hour) => ({ timeMs: DAY + hour * HOUR, rate: `0.000${hour % 10}` }));
        return Promise.resolve(paid.filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs));
      },
    });
    const DAY = Date.parse('2023-01-01T00:00:00Z');
    const rows = async () => {
      await catalogue.makeViews();
      const all = await catalogue.database.rows('SELECT ts_us, funding_us, funding_rate, mark_price FROM funding ORDER BY ts_us');
      return all.map(({ ts_us: us, funding_us: paid, funding_rate: rate, mark_price: mark }) => {
        expect([paid, mark]).toEqual([us, null]);
        return [(Number(us) / 1000 - DAY) / HOUR, rate];
      });
    };

    it('goes on where it stopped, within a day as well, and has each payment once', async () => {
      const wanted = { symbols: ['BTC/USDT', 'X/Y'], fromMs: DAY, toMs: DAY + 100 * 24 * HOUR };
      const source = contract([0, 8, 16, 24, 32, 40, 1000]);
      const first = await fetchFunding(catalogue, [source], wanted, { nowMs: DAY + 30 * HOUR });
      expect(first).toMatchObject([{ symbol: 'BTC_USDT', rows: 4, failure: null }]);
      expect(await rows()).toEqual([0, 8, 16, 24].map((hour) => [hour, Number(`0.000${hour % 10}`)]));
      // The day that was under way is asked for again as a whole; days before it are not. Then the venue fails, and what came is kept.
      asked = [];
      const failing = await fetchFunding(catalogue, [contract([0, 8, 16, 24, 32, 40], true)], wanted, {
        nowMs: DAY + 2000 * HOUR,
      });
      expect(failing).toMatchObject([{ rows: 3, failure: 'the venue is gone' }]);
      asked = [];
      await fetchFunding(catalogue, [source], wanted, { nowMs: DAY + 2000 * HOUR });
      expect(asked[0]).toBe('744 1464');
      expect((await rows()).map(([hour]) => hour)).toEqual([0, 8, 16, 24, 32, 40, 1000]);
    });
  });
});
