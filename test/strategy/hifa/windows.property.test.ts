// Goal: windows, correlations and lags say what their definitions say.
// Method: random histories, held against a plain computation over whole arrays.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HISTORY_BUCKET_US } from '../../../src/kernel/signals.js';
import { BucketHistory } from '../../../src/strategy/hifa/bucket-history.js';
import { WINDOW_BUCKETS, Windows } from '../../../src/strategy/hifa/windows.js';
import { FakeSignals } from './fake-signals.js';

const NEWEST = 4000;
const bucket = fc.record({
  mid: fc.integer({ min: 900, max: 1100 }),
  flow: fc.integer({ min: -50, max: 50 }),
  bought: fc.integer({ min: 0, max: 20 }),
  sold: fc.integer({ min: 0, max: 20 }),
});
const history = fc.array(bucket, { minLength: 0, maxLength: 70 });
type History = readonly { readonly mid: number; readonly flow: number; readonly bought: number; readonly sold: number }[];

function read(histories: readonly History[], still: readonly number[]): Windows {
  const windows = new Windows(new BucketHistory(histories.length));
  const signals = new FakeSignals();
  histories.forEach((buckets, place) => {
    signals.history(place, {
      mids: buckets.map(({ mid }) => mid),
      flows: buckets.map(({ flow }) => flow),
      bought: buckets.map((one) => one.bought),
      sold: buckets.map((one) => one.sold),
      newest: NEWEST - (still[place] ?? 0),
    });
    windows.read(signals, place, place, (NEWEST + 0.4) * HISTORY_BUCKET_US);
  });
  return windows;
}

/** Buckets from the oldest on, those without messages filled in; the first is only where prices come from. */
function filled(buckets: History, still: number): History {
  const last = buckets.at(-1);
  if (last === undefined || buckets.length < 2) return [];
  const flat = Array.from({ length: still }, () => ({ mid: last.mid, flow: 0, bought: 0, sold: 0 }));
  return [...buckets.slice(-61), ...flat].slice(-61);
}
const returnsOf = (buckets: History): number[] =>
  buckets.slice(1).map(({ mid }, index) => mid / (buckets[index]?.mid ?? mid) - 1);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

describe('windows', () => {
  it('have the returns, flows, volumes and deviations of the last 1, 5 and 15 seconds', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 70 }), (buckets, still) => {
        const windows = read([buckets], [still]);
        const all = filled(buckets, still);
        const known = Math.max(0, all.length - 1);
        expect(windows.known[0]).toBe(known);
        const returns = returnsOf(all);
        const perSecond = known === 0 ? 0 : Math.sqrt((sum(returns.map((one) => one * one)) / known) * 4);
        expect(windows.volatility(0)).toBeCloseTo(perSecond, 12);
        WINDOW_BUCKETS.forEach((length, window) => {
          const inside = all.slice(1).slice(-length);
          const first = all.at(-1 - Math.min(length, known));
          const flowSize = sum(inside.map(({ flow }) => Math.abs(flow)));
          const volume = sum(inside.map(({ bought, sold }) => bought + sold));
          const move = known === 0 ? 0 : (all.at(-1)?.mid ?? 0) / (first?.mid ?? 1) - 1;
          expect(windows.returnOf(0, window)).toBeCloseTo(move, 12);
          expect(windows.flowOf(0, window)).toBeCloseTo(flowSize === 0 ? 0 : sum(inside.map(({ flow }) => flow)) / flowSize, 12);
          expect(windows.volumeOf(0, window)).toBeCloseTo(
            volume === 0 ? 0 : sum(inside.map(({ bought, sold }) => bought - sold)) / volume,
            12,
          );
          const usual = perSecond * Math.sqrt(Math.min(length, known) / 4);
          expect(windows.deviations(0, window)).toBeCloseTo(usual === 0 ? 0 : move / usual, 9);
        });
      }),
    );
  });

  it('find the lag at which two books move together most, and how closely they do', () => {
    fc.assert(
      fc.property(
        history,
        history,
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 3 }),
        (one, other, lagMax, still) => {
          const windows = read([one, other], [0, still]);
          const leader = returnsOf(filled(one, 0)).reverse();
          const follower = returnsOf(filled(other, still)).reverse();
          const shared = Math.min(leader.length, follower.length);
          const norm = Math.sqrt(sum(leader.map((step) => step * step)) * sum(follower.map((step) => step * step)));
          let best = { lag: 0, correlation: 0 };
          for (const lag of [0, 1, -1, 2, -2, 3, -3, 4, -4].filter((size) => Math.abs(size) <= lagMax)) {
            let product = 0;
            for (let age = 0; age < shared; age++) {
              // What the leader did `lag` buckets before.
              const before = age + lag;
              if (before >= 0 && before < shared) product += (leader[before] ?? 0) * (follower[age] ?? 0);
            }
            const correlation = norm === 0 ? 0 : product / norm;
            if (correlation > best.correlation + 1e-12) best = { lag, correlation };
          }
          windows.findLag(0, 1, lagMax);
          expect(windows.lag).toBe(best.lag);
          expect(windows.lagCorrelation).toBeCloseTo(best.correlation, 9);
          expect(windows.lagCorrelation).toBeLessThanOrEqual(1 + 1e-12);
        },
      ),
    );
  });

  it('find the lag of a price that repeats another', () => {
    const steps = Array.from({ length: 64 }, (_, at) => Math.round(1000 + 40 * Math.sin(at * at)));
    const late = steps.map((_, at) => steps[Math.max(0, at - 3)] ?? 0);
    const whole = (mids: readonly number[]): History => mids.map((mid) => ({ mid, flow: 0, bought: 0, sold: 0 }));
    const windows = read([whole(steps), whole(late)], [0, 0]);
    windows.findLag(0, 1, 4);
    expect(windows.lag).toBe(3);
    expect(windows.lagCorrelation).toBeGreaterThan(0.9);
    windows.findLag(1, 0, 4);
    expect(windows.lag).toBe(-3);
  });
});
