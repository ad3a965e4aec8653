import { expect, test } from 'vitest';
import { spreadSeries } from '../../../src/research/thresholds/spread-series.js';
import { sweepThresholds } from '../../../src/research/thresholds/threshold-sweep.js';
import { walkThresholds } from '../../../src/research/thresholds/threshold-walk.js';
import { faultOf } from './fault-of.js';

const { NaN: gap } = Number;

test('a trade runs from a spread at the entry to one at the exit, and a row does one thing', () => {
  const series = spreadSeries(Float64Array.of(5, 9, 1, 6, 6, 2, 5));
  expect(walkThresholds(series, 5, 2, { fee: 1, maxHold: 100 })).toEqual([
    { entryRow: 0, exitRow: 2, profit: 3, reason: 'exit' },
    { entryRow: 3, exitRow: 5, profit: 3, reason: 'exit' },
  ]);
});

test('what is held too long is closed at the next row that is there; the exit is looked at before', () => {
  const series = spreadSeries(Float64Array.of(5, 4, gap, 3, 5, 4, 1, 9, 9));
  expect(walkThresholds(series, 5, 1, { fee: 0, maxHold: 2 })).toEqual([
    { entryRow: 0, exitRow: 3, profit: 2, reason: 'timeout' },
    { entryRow: 4, exitRow: 6, profit: 4, reason: 'exit' },
    { entryRow: 7, exitRow: 8, profit: 0, reason: 'end' },
  ]);
});

test('holding is limited in the unit of the places', () => {
  const seconds = Float64Array.of(0, 10, 11, 12, 40);
  const series = spreadSeries(Float64Array.of(5, 4, 4, 4, 4), undefined, seconds);
  expect(walkThresholds(series, 5, 1, { fee: 0, maxHold: 11 })).toEqual([
    { entryRow: 0, exitRow: 2, profit: 1, reason: 'timeout' },
  ]);
  expect(sweepThresholds(series, [5], [1], { fee: 0, maxHold: 11 }).at(0)).toMatchObject({
    trades: 1,
    timeouts: 1,
    meanHold: 11,
  });
});

test('the best pair is the first of those that earn as much, and one that has traded', () => {
  const series = spreadSeries(Float64Array.of(5, 1, 5, 1, 0));
  const best = (entries: number[], exits: number[], fee = 0): number | null =>
    sweepThresholds(series, entries, exits, { fee, maxHold: 100 }).best();
  expect(best([6, 5, 4], [1, 0])).toBe(2);
  expect(best([6], [1])).toBeNull();
  expect(best([6, 5], [1], 100)).toBe(1);
  expect(best([1], [5])).toBeNull();
  expect(best([], [])).toBeNull();
});

test('what cannot be swept has a name', () => {
  const series = spreadSeries(Float64Array.of(1, 2));
  for (const maxHold of [0, 0.5, -1, gap]) {
    expect(faultOf(() => sweepThresholds(series, [2], [1], { fee: 0, maxHold }))).toBe('INVALID_MAX_HOLD');
    expect(faultOf(() => walkThresholds(series, 2, 1, { fee: 0, maxHold }))).toBe('INVALID_MAX_HOLD');
  }
  expect(faultOf(() => spreadSeries(new Float64Array(0)))).toBe('INSUFFICIENT_DATA');
  expect(faultOf(() => spreadSeries(Float64Array.of(gap, gap)))).toBe('INSUFFICIENT_DATA');
});
