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
      batchMax: 30,
      klinesBack: given.klinesBack ?? Number.POSITIVE_INFINITY,
      symbolOf: (symbol) => (symbol === 'BTC/USDT' ? 'BTC_USDT' : undefined),
      klines: async function* (symbol, _interval, fromMs, toMs) {
        asked.push(`${exchange} ${symbol} ${(fromMs - START) / MINUTE} ${(toMs - START) / MINUTE}`);
        if (answers++ === given.failsAfter) throw new Error('the venue is gone');
        const klines: Kline[] = [];
        for (let openMs = fromMs; openMs < toMs; openMs += MINUTE) {
          if (openMs >= START + 60 * MINUTE && openMs < START + 120 * MINUTE) continue;
          const each = price(openMs);
          klines.push({ openMs, open: each, high: each, low: each, close: each, baseVolume: '1', quoteVolume: null });
        }
        yield klines;
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
        klines: 140,
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
    expect(again[0]).toMatchObject({ klines: 10, alreadyMs: 200 * MINUTE });
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
    expect(outcome).toMatchObject({ failure: 'broken off', klines: 60 });
    expect(await times('mexc')).toEqual(minutes(0, 60));
  });

  it('leaves out klines that are not over, and tells what the venue has forgotten', async () => {
    const [outcome] = await fetchKlines(
      catalogue,
      [source('kraken', { klinesBack: 100 })],
      { ...request, toMs: NOW },
      { nowMs: NOW },
    );
    expect(outcome).toMatchObject({ klines: 100, unreachable: [START, START + 260 * MINUTE] });
    expect(await times('kraken')).toEqual(minutes(260, 360));
    // What could not be asked for is not claimed to be there.
    const [later] = await fetchKlines(catalogue, [source('kraken')], { ...request, toMs: NOW }, { nowMs: NOW });
    expect(later).toMatchObject({ klines: 200, alreadyMs: 100 * MINUTE });
  });
});
