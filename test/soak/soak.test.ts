// Goal: an hour of trading, with troubles, leaves nothing behind: no handle, timer, connection, slot or entry of a collection that
// nobody bounds; ledger and exchanges agree at its end. And what does leak is noticed. Slopes of memory need a longer day and a
// collector of garbage: `npm run soak -- --hours 24 --accelerate`.
import { describe, expect, it } from 'vitest';
import { soakAccelerated } from './accelerated.js';
import { census } from './census.js';
import { judge } from './judge.js';
import { linearFit } from './linear-fit.js';
import type { Sample } from './sample.js';

const ANY = Number.POSITIVE_INFINITY;
const BOUNDS = { heap: ANY, external: ANY, rss: ANY };
const MARKET = { venues: ['binance', 'mexc', 'gateio'], updatesPerSecond: 2 } as const;
const SHORT = { seed: 1, isOldLedger: false, bounds: BOUNDS, market: MARKET };

describe('an hour of trading', () => {
  it('leaves everything as it was', async () => {
    const result = await soakAccelerated({ ...SHORT, hours: 1, warmUpMinutes: 18, sampleMinutes: 6 });
    expect(result.findings).toEqual([]);
    expect(result.samples).toHaveLength(8);
    expect(result.figures['succeeded']).toBeGreaterThan(100);
    expect(result.figures['troubles']).toBeGreaterThanOrEqual(8);
    expect(Object.values(result.left)).toEqual(Object.values(result.left).map(() => 0));
  }, 240_000);

  it('that leaks timers, connections and memory is found out', async () => {
    const hoard: object[] = [];
    const { findings } = await soakAccelerated({
      ...{ ...SHORT, hours: 0.25, warmUpMinutes: 3, sampleMinutes: 3 },
      sabotage: ({ time, exchanges }) => {
        time.every(5_000, () => {
          hoard.push({ atUs: time.monotonicUs() });
          time.after(1e9, () => undefined);
        });
        return { hoard, host: exchanges.host };
      },
    });
    expect(findings.join('\n')).toMatch(/count of timers grew/);
    expect(findings.join('\n')).toMatch(/collection hoard grew from \d+ to \d+/);
    expect(findings.join('\n')).toMatch(/\d+ timers left after the stop/);
  }, 240_000);
});

function sampleAt(hour: number, heapMb: number, entries = 10): Sample {
  return { hour, heapMb, externalMb: 1, rssMb: 100, counts: { timers: 5 }, collections: new Map([['orders', entries]]) };
}

describe('the judge', () => {
  const bounds = { heap: 0.25, external: 0.25, rss: 2 };
  const full = 400;
  /** The same every time, and about nothing on average. */
  const noise = (at: number): number => Math.sin(at * 12.9898) * 0.3;

  it('takes noise for flat and a steady rise for what it is', () => {
    const day = (rise: number) => Array.from({ length: 90 }, (_, at) => sampleAt(at / 4, 50 + noise(at) + (rise * at) / 4));
    const heapOf = (rise: number) => judge(day(rise), [], bounds).trends[0];
    expect(heapOf(0)).toMatchObject({ name: 'heap', isFlat: true });
    expect(heapOf(0.2)?.isFlat).toBe(true);
    expect(heapOf(0.5)?.isFlat).toBe(false);
    expect(heapOf(0.5)?.slope).toBeCloseTo(0.5, 1);
  });

  it('waits until bounded memories are full, and accuses a collection without a bound', () => {
    const samples = Array.from({ length: 48 }, (_, at) =>
      sampleAt(at / 4, 50 + Math.min(full, at * 25) / 20, Math.min(full, at * 25)),
    );
    const judged = judge(samples, [{ path: /^orders$/, what: 'orders' }], bounds);
    expect(judged.settledHour).toBe(4);
    expect(judged.filling).toEqual([{ name: 'orders', before: 275, after: full, what: 'orders' }]);
    expect(judged.trends[0]).toMatchObject({ slope: 0, isFlat: true });
    expect(judge(samples, [], bounds).grownCollections).toEqual([{ name: 'orders', before: 275, after: full }]);
  });

  it('waits for a memory as well that is full before a quarter of the day is over', () => {
    const samples = Array.from({ length: 48 }, (_, at) =>
      sampleAt(at / 4, 50 + Math.min(full, at * 100) / 20, Math.min(full, at * 100)),
    );
    const judged = judge(samples, [{ path: /^orders$/, what: 'orders' }], bounds);
    expect(judged.settledHour).toBe(1);
    expect(judged.filling).toEqual([]);
    expect(judged.trends[0]).toMatchObject({ slope: 0, isFlat: true });
  });
});

describe('the fit', () => {
  it('finds line and error', () => {
    const { slope, standardError, mean } = linearFit([
      [0, 1],
      [1, 4],
      [2, 4],
      [3, 7],
    ]);
    expect([slope, mean]).toEqual([1.8, 4]);
    // Rests of -0.3, 0.9, -0.9, 0.3: a sum of squares of 1.8, over two degrees of freedom and a spread of 5.
    expect(standardError).toBeCloseTo(Math.sqrt(1.8 / 2 / 5), 12);
    expect(() => linearFit([[1, 1]])).toThrow(RangeError);
  });
});

describe('the census', () => {
  it('counts what can be reached, once, under one path', () => {
    const shared = [1, 2, 3];
    const orders = new Map([
      ['a', { fills: [1, 2] }],
      ['b', { fills: [3] }],
    ]);
    const root = { orders, shared, again: { shared }, self: null as object | null };
    root.self = root;
    expect(Object.fromEntries(census({ root }))).toEqual({ 'root.orders': 2, 'root.shared': 3, 'root.orders{}.fills': 3 });
  });
});
