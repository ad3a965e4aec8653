import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/domain/random.js';
import {
  deltaNeutralBacktest,
  roundTripFeePct,
  thresholdBacktest,
} from '../../../src/research/thresholds/delta-neutral-backtest.js';
import { frameSpreads, type MarketFrame, rowAt, sliceFrame } from '../../../src/research/thresholds/market-frame.js';
import { sweepThresholds } from '../../../src/research/thresholds/threshold-sweep.js';
import { HOUR_US } from '../../../src/strategy/hedged/funding.js';
import { faultOf } from './fault-of.js';

/** Futures so far from a spot of 100; both bids 0.01 below their asks. An hour a row unless said otherwise. */
function frameOf(basis: readonly number[], stepUs = HOUR_US): MarketFrame {
  const column = (value: (basis: number, row: number) => number): Float64Array => Float64Array.from(basis, value);
  return {
    tsUs: column((_, row) => row * stepUs),
    spotBidPrice: column(() => 99.99),
    spotAskPrice: column(() => 100),
    futBidPrice: column((distance) => 100 + distance),
    futAskPrice: column((distance) => 100.01 + distance),
  };
}

describe('deltaNeutralBacktest', () => {
  const free = { spotFee: 0, futFee: 0 };

  test('enters when it costs little, leaves when it pays', () => {
    const [trade, ...others] = deltaNeutralBacktest(frameOf([-0.6, -0.5, -0.55, -0.7, -0.7]), free);
    expect(others).toEqual([]);
    expect(trade).toMatchObject({ entryRow: 1, exitRow: 3, hours: 2, reason: 'profit-target', entryFutBidPrice: 99.5 });
    expect(trade?.spotProfit).toBeCloseTo(-0.01, 12);
    expect(trade?.futProfit).toBeCloseTo(99.5 - 99.31, 12);
    expect(trade?.netProfitPct).toBeCloseTo(0.18, 12);
    expect(trade?.entrySpreadPct).toBeCloseTo(-0.5, 12);
    expect(trade?.exitSpreadPct).toBeCloseTo(-0.68, 12);
  });

  test('pays both fees of both legs', () => {
    const [trade] = deltaNeutralBacktest(frameOf([0, -0.5]), { spotFee: 0.001, futFee: 0.002, minProfitPct: 5 });
    const fees = 0.001 * (100 + 99.99) + 0.002 * (100 + 99.51);
    expect(trade?.totalProfit).toBeCloseTo(100 - 99.51 - 0.01 - fees, 12);
    expect(trade?.netProfitPct).toBeCloseTo(((trade?.totalProfit ?? 0) / 100.1) * 100, 12);
    expect(trade?.reason).toBe('end');
  });

  test('waits no longer than it may, and ends with the data', () => {
    expect(deltaNeutralBacktest(frameOf(new Array(10).fill(0)), free)).toMatchObject([
      { entryRow: 0, exitRow: 6, reason: 'timeout', hours: 6 },
      { entryRow: 7, exitRow: 9, reason: 'end' },
    ]);
  });

  test('a row without a price does nothing', () => {
    const frame = frameOf([0, 0, -1, -1, 0]);
    frame.futAskPrice[2] = Number.NaN;
    frame.spotBidPrice[4] = 0;
    expect(deltaNeutralBacktest(frame, free)).toMatchObject([{ entryRow: 0, exitRow: 3, reason: 'profit-target' }]);
  });

  test('what cannot be traded on has a name', () => {
    const frame = frameOf([0, 0]);
    expect(faultOf(() => deltaNeutralBacktest(frame, { maxHours: 0 }))).toBe('INVALID_MAX_HOLD');
    expect(faultOf(() => deltaNeutralBacktest(frame, { futFee: Number.NaN }))).toBe('INVALID_RATE');
    expect(faultOf(() => deltaNeutralBacktest(frameOf([])))).toBe('INSUFFICIENT_DATA');
    expect(faultOf(() => deltaNeutralBacktest(frameOf([0, 0], 0)))).toBe('INVALID_INTERVAL');
    expect(faultOf(() => deltaNeutralBacktest({ ...frame, futBidPrice: Float64Array.of(1) }))).toBe('INVALID_INTERVAL');
  });
});

test('thresholds on a frame trade what a sweep of its spreads says, at the prices that were there', () => {
  const random = new SeededRandom(5);
  let distance = 0;
  const frame = frameOf(
    Array.from({ length: 3000 }, () => {
      distance += 0.2 * (0.1 - distance) + 0.2 * (random.next() - 0.5);
      return distance;
    }),
    1e6,
  );
  const terms = { spotFee: 0.0001, futFee: 0.0001, maxHours: 60 / 3600 };
  const trades = thresholdBacktest(frame, 0.15, 0.05, terms);
  const sweep = { fee: roundTripFeePct(terms), maxHold: 60e6 };
  const figures = sweepThresholds(frameSpreads(frame), [0.15], [0.05], sweep).at(0);
  expect(trades.length).toBeGreaterThan(50);
  expect(figures?.trades).toBe(trades.length);
  expect(figures?.timeouts).toBe(trades.filter(({ reason }) => reason === 'timeout').length);
  expect(figures?.meanHold).toBeCloseTo(trades.reduce((sum, { hours }) => sum + hours * HOUR_US, 0) / trades.length, 3);
  const total = trades.reduce((sum, trade) => sum + trade.netProfitPct, 0);
  expect(Math.abs((figures?.totalProfit ?? 0) - total)).toBeLessThan(0.001 * trades.length);
});

test('a frame is cut by time without copies', () => {
  const frame = frameOf([0, 1, 2, 3]);
  expect([-1, 0, 1, HOUR_US, 4 * HOUR_US].map((timeUs) => rowAt(frame, timeUs))).toEqual([0, 0, 1, 1, 4]);
  const cut = sliceFrame(frame, rowAt(frame, HOUR_US), 3);
  expect(Array.from(cut.futBidPrice)).toEqual([101, 102]);
  expect(cut.futBidPrice.buffer).toBe(frame.futBidPrice.buffer);
  expect('spotBidQty' in cut).toBe(false);
});
