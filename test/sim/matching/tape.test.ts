import { describe, expect, it } from 'vitest';
import type { EngineTrade } from '../../../src/sim/matching/types.js';
import { EPOCH_US, Rig } from './rig.js';

const MINUTE_US = 60e6;

describe('public trades and klines', () => {
  it('keeps every trade of the background, in order and by id', () => {
    const rig = new Rig('kraken');
    const book = rig.book('BTC/USDT');
    const first = book.lastTrade.id;
    rig.market.advance(20e6);
    const told = rig.batches.flatMap(({ book: of, batch }) => (of === book && batch.trade !== null ? [batch.trade] : []));
    const trades = rig.engine.trades(book);
    expect(told.length).toBeGreaterThan(50);
    expect(trades.filter(({ id }) => id > first)).toEqual(told);
    expect(trades.map(({ id }) => id)).toEqual(trades.map((_, at) => (trades[0] as EngineTrade).id + at));
    expect(trades.length).toBeGreaterThan(told.length + 50);
    for (let at = 1; at < trades.length; at++) expect(trades[at]?.timeUs).toBeGreaterThanOrEqual(trades[at - 1]?.timeUs ?? 0);
  });

  it('makes klines of them, after made-up ones without a hole or a jump', () => {
    const rig = new Rig('kraken');
    const book = rig.book('BTC/USDT');
    rig.market.advance(150e6);
    const klines = rig.engine.klines(book, 60_000, EPOCH_US - 5 * MINUTE_US, EPOCH_US + 10 * MINUTE_US);
    expect(klines.map(({ openUs }) => (openUs - EPOCH_US) / MINUTE_US)).toEqual([-5, -4, -3, -2, -1, 0, 1, 2]);
    klines.forEach((kline, at) => {
      if (at > 0) expect(kline.openUnits).toBe(klines[at - 1]?.closeUnits);
      expect(kline.highUnits).toBeGreaterThanOrEqual(Math.max(kline.openUnits, kline.closeUnits));
      expect(kline.lowUnits).toBeLessThanOrEqual(Math.min(kline.openUnits, kline.closeUnits));
      expect(kline.trades).toBeGreaterThan(0);
    });
    const all = rig.batches.flatMap(({ book: of, batch }) => (of === book && batch.trade !== null ? [batch.trade] : []));
    const second = all.filter(({ timeUs }) => timeUs >= EPOCH_US + MINUTE_US && timeUs < EPOCH_US + 2 * MINUTE_US);
    expect(klines[6]).toMatchObject({
      trades: second.length,
      qtyUnits: second.reduce((sum, { qtyUnits }) => sum + qtyUnits, 0),
      closeUnits: second.at(-1)?.priceUnits,
      highUnits: Math.max(klines[6]?.openUnits ?? 0, ...second.map(({ priceUnits }) => priceUnits)),
    });
    const both = rig.engine.klines(book, 120_000, EPOCH_US, EPOCH_US)[0];
    expect(both).toMatchObject({
      openUnits: klines[5]?.openUnits,
      closeUnits: klines[6]?.closeUnits,
      trades: (klines[5]?.trades ?? 0) + (klines[6]?.trades ?? 0),
      quote: (klines[5]?.quote ?? 0n) + (klines[6]?.quote ?? 0n),
    });
    // An hour that has begun before the market is part made up and part real.
    const hour = rig.engine.klines(book, 7_200_000, EPOCH_US - 7_200e6, EPOCH_US);
    expect(hour.at(-1)?.closeUnits).toBe(klines.at(-1)?.closeUnits);
  });

  it('makes up the same past whenever it is asked for, and another one for another seed', () => {
    const past = (seed: number) => {
      const rig = new Rig('gateio', {}, seed);
      return rig.engine.klines(rig.book('BTC_USDT'), 3_600_000, EPOCH_US - 100 * 3_600e6, EPOCH_US - 1);
    };
    const one = past(5);
    expect(one).toHaveLength(100);
    expect(past(5)).toEqual(one);
    expect(past(6)).not.toEqual(one);
    const closes = one.map(({ closeUnits }) => closeUnits);
    expect(Math.max(...closes) / Math.min(...closes)).toBeLessThan(1.5);
    expect(new Set(closes).size).toBeGreaterThan(50);
  });
});
