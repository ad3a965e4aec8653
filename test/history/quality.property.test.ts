// Goal: gaps and alignment equal the slowest way to find them, for any klines: lost, twice, out of order, without volume.
// Method: a Map by opening time, walked moment by moment.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kline } from '../../src/domain/market-data.js';
import { columnsOf } from '../../src/history/kline-columns.js';
import { alignKlines } from '../../src/history/quality/align.js';
import { reportKlines } from '../../src/history/quality/kline-report.js';

const MINUTE = 60_000;
const START = Date.parse('2023-03-01T00:00:00Z');

const kline = (minute: number, price: number, volume: number | null): Kline => ({
  openMs: START + minute * MINUTE,
  open: String(price),
  high: String(price),
  low: String(price),
  close: String(price),
  baseVolume: volume === null ? null : String(volume),
  quoteVolume: null,
});

const klines = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 5 }), fc.option(fc.integer({ min: 0, max: 2 }))), {
    minLength: 1,
    maxLength: 40,
  })
  .map((rows) => rows.map(([minute, price, volume]) => kline(minute, price, volume)));

describe('the report of klines', () => {
  it('finds the gaps, doubles and disorder that a walk over all moments finds', () => {
    fc.assert(
      fc.property(klines, (given) => {
        const report = reportKlines(columnsOf(given), MINUTE);
        const times = given.map(({ openMs }) => openMs);
        const there = new Set(times);
        const [firstMs, lastMs] = [Math.min(...times), Math.max(...times)];
        const missing: number[] = [];
        for (let ms = firstMs; ms <= lastMs; ms += MINUTE) if (!there.has(ms)) missing.push(ms);
        const found: number[] = [];
        for (const gap of report.gaps) for (let ms = gap.fromMs; ms < gap.toMs; ms += MINUTE) found.push(ms);
        expect(found).toEqual(missing);
        expect(report.missing).toBe(missing.length);
        expect(report.gaps.reduce((sum, { count }) => sum + count, 0)).toBe(missing.length);
        expect(report.duplicates).toBe(times.length - there.size);
        expect(report.outOfOrder).toBe(times.filter((ms, at) => times.slice(0, at).some((before) => before > ms)).length);
        expect(report.zeroVolume).toBe(given.filter(({ baseVolume }) => baseVolume === '0').length);
        expect(report.completeness).toBeCloseTo(there.size / ((lastMs - firstMs) / MINUTE + 1), 12);
      }),
    );
  });
});

describe('alignment', () => {
  it('gives at each moment the kline, or the close before it while that is young enough', () => {
    fc.assert(
      fc.property(fc.array(klines, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 6 }), (all, carryMax) => {
        const data = Object.fromEntries(all.map((given, at) => [`venue${at}`, { BTC: columnsOf(given) }]));
        const aligned = alignKlines(data, { intervalMs: MINUTE, carryMax });
        const times = all.flat().map(({ openMs }) => openMs);
        const moments: number[] = [];
        for (let ms = Math.min(...times); ms <= Math.max(...times); ms += MINUTE) moments.push(ms);
        expect([...aligned.timestamps]).toEqual(moments);
        const worst = moments.map(() => 1);
        all.forEach((given, venue) => {
          const series = aligned.exchangeData[`venue${venue}`]?.BTC;
          const weights = moments.map((ms, at) => {
            let age = 0;
            let own: Kline | undefined;
            for (; age <= carryMax && own === undefined; age++)
              own = given.findLast(({ openMs }) => openMs === ms - age * MINUTE);
            age--;
            expect(series?.age[at]).toBe(own === undefined ? -1 : age);
            expect(series?.close[at]).toBe(own === undefined ? Number.NaN : Number(own.close));
            const ownVolume = own?.baseVolume === null ? Number.NaN : Number(own?.baseVolume);
            expect(series?.volume[at]).toBe(own === undefined ? Number.NaN : age === 0 ? ownVolume : 0);
            const weight = own === undefined ? 0 : (carryMax + 1 - age) / (carryMax + 1);
            worst[at] = Math.min(worst[at] ?? 0, weight);
            return weight;
          });
          const quality = weights.reduce((sum, weight) => sum + weight, 0) / moments.length;
          expect(series?.quality).toBeCloseTo(quality, 12);
          expect(aligned.exchangeQuality[`venue${venue}`]).toBeCloseTo(quality, 12);
        });
        expect(aligned.alignmentQuality).toBeCloseTo(worst.reduce((sum, weight) => sum + weight, 0) / moments.length, 12);
      }),
    );
  });
});
