import { describe, expect, it } from 'vitest';
import { RiskConfigSchema } from '../../src/risk/config.js';
import { MinimalOrderRiskManager } from '../../src/risk/manager.js';
import type { VerdictCode } from '../../src/risk/verdict.js';
import { Desk, WIDE } from './desk.js';

/** A unit of a book is 0.01 base assets: at a price of 100 it is worth 1 USDT. */
const spot = (desk: Desk, venue: string) => desk.rig.book(venue);

describe('limits at, just below and just above', () => {
  const cases: readonly (readonly [VerdictCode, object, number])[] = [
    ['order-value', { orderQuoteMax: 20 }, 20],
    ['open-value-venue', { openQuoteMax: { venue: 20, total: 1e9 } }, 20],
    ['open-value-total', { openQuoteMax: { venue: 1e9, total: 40 } }, 20],
    ['exposure-symbol', { exposureQuoteMax: { ...WIDE.exposureQuoteMax, symbol: 20 } }, 20],
    ['exposure-venue', { exposureQuoteMax: { ...WIDE.exposureQuoteMax, venue: 20 } }, 20],
    ['exposure-strategy', { exposureQuoteMax: { ...WIDE.exposureQuoteMax, strategy: 20 } }, 20],
    ['exposure-total', { exposureQuoteMax: { ...WIDE.exposureQuoteMax, total: 20 } }, 20],
    ['unhedged-value', { unhedged: { ...WIDE.unhedged, quoteMax: 20 } }, 20],
  ];
  it.each(cases)('%s', (code, limits, units) => {
    for (const [size, expected] of [
      [units - 1, 'pass'],
      [units, 'pass'],
      [units + 1, code],
    ] as const) {
      const desk = new Desk({ ...WIDE, ...limits });
      const verdict = desk.ask([spot(desk, 'binance'), size, 100], [spot(desk, 'kraken'), -size, 100]);
      expect([size, verdict.code]).toEqual([size, expected]);
      if (expected === 'pass') expect(desk.state.openOrders).toBe(2);
      else {
        expect(verdict.excess).toBeCloseTo(code === 'open-value-total' ? 2 : 1, 9);
        expect([desk.state.openOrders, desk.state.openQuote, desk.state.all.total]).toEqual([0, 0, 0]);
      }
    }
  });

  it('open-orders', () => {
    const desk = new Desk({ ...WIDE, openOrdersMax: 3 });
    const pair = () => desk.ask([spot(desk, 'binance'), 6, 100], [spot(desk, 'kraken'), -6, 100]);
    expect(pair().code).toBe('pass');
    const { code, value, limit } = pair();
    expect([code, value, limit]).toEqual(['open-orders', 4, 3]);
    expect(desk.ask([spot(desk, 'binance'), 6, 100]).code).toBe('pass');
    expect(desk.ask([spot(desk, 'binance'), 6, 100]).code).toBe('open-orders');
  });

  it('order-rate', () => {
    const desk = new Desk({ ...WIDE, orderRate: { orders: 2, windowMs: 1000 } });
    const one = () => desk.ask([spot(desk, 'binance'), 6, 100]).code;
    expect([one(), one(), one()]).toEqual(['pass', 'pass', 'order-rate']);
    desk.rig.turn(999_999);
    expect(one()).toBe('order-rate');
    desk.rig.turn(1);
    expect([one(), one(), one()]).toEqual(['pass', 'pass', 'order-rate']);
  });

  it('balance-floor, of what open orders leave', () => {
    const desk = new Desk({ ...WIDE, balanceFloors: { USDT: 10, ABC: 1 } });
    const [buy, sell] = [spot(desk, 'binance'), spot(desk, 'kraken')];
    const usdt = (amount: number) => desk.state.setBalance(buy.quoteAccount, Math.round(amount * 1e8));
    // 20 USDT and the fee of 0.1 %.
    usdt(30.02);
    const intent = desk.intent([[buy, 20, 100]]);
    expect(desk.check(intent).code).toBe('pass');
    expect(desk.ask([buy, 1, 100]).code).toBe('balance-floor');
    desk.fill(intent, 0);
    usdt(30.019);
    const { code, value, limit } = desk.ask([buy, 20, 100]);
    expect([code, value.toFixed(3), limit]).toEqual(['balance-floor', '9.999', 10]);
    desk.state.setBalance(sell.baseAccount, 120);
    expect(desk.ask([sell, -21, 100]).code).toBe('balance-floor');
    expect(desk.ask([sell, -20, 100]).code).toBe('pass');
  });

  it('counts what passed in the same turn, and frees the rest of what did not fill', () => {
    const desk = new Desk({ ...WIDE, exposureQuoteMax: { ...WIDE.exposureQuoteMax, symbol: 20 } });
    const first = desk.intent([[spot(desk, 'binance'), 12, 100]]);
    expect(desk.check(first).code).toBe('pass');
    expect(desk.check(first).code).toBe('already-open');
    expect(desk.ask([spot(desk, 'kraken'), 9, 100]).code).toBe('exposure-symbol');
    desk.fill(first, 0.5);
    expect(desk.state.all.position[spot(desk, 'binance').book]).toBe(6);
    expect(desk.ask([spot(desk, 'kraken'), 15, 100]).code).toBe('exposure-symbol');
    expect(desk.ask([spot(desk, 'kraken'), 14, 100]).code).toBe('pass');
  });

  it('nets spot over the venues, but not futures, and not within a venue sum', () => {
    const desk = new Desk();
    desk.trade([spot(desk, 'binance'), 20, 100], [spot(desk, 'kraken'), -20, 100]);
    const sums = () => [desk.state.all.total, ...desk.state.all.ofVenue].map((sum) => Math.round(sum * 1e9) / 1e9);
    expect(sums()).toEqual([0, 20, 20, 0, 0]);
    const [long, short] = [desk.rig.book('binance', 'futures'), desk.rig.book('gateio', 'futures')];
    desk.trade([long, 10, 100], [short, -10, 100]);
    expect(sums()).toEqual([20, 30, 20, 0, 10]);
  });

  it('refuses what has no shape, no price, no time or no deadline', () => {
    const desk = new Desk({ ...WIDE, rates: { EUR: 1 } });
    expect(desk.ask().code).toBe('malformed');
    expect(desk.ask([spot(desk, 'binance'), 0, 100]).code).toBe('malformed');
    expect(desk.ask([{ ...spot(desk, 'binance'), book: 99 }, 1, 100]).code).toBe('malformed');
    expect(desk.ask([spot(desk, 'binance'), 1, 0]).code).toBe('malformed');
    expect(desk.ask([spot(desk, 'binance'), 1, 100]).code).toBe('unpriced');
    const late = desk.intent([[spot(desk, 'binance'), 1, 100]]);
    late.expiresUs = desk.rig.nowUs - 1;
    expect(desk.check(late).code).toBe('expired');
  });

  it('never lets a hedge take longer than 60 s, whatever is configured', () => {
    expect(() => RiskConfigSchema.parse({ unhedged: { secondsMax: 61 } })).toThrow();
    const desk = new Desk(WIDE);
    const unhedged = { ...desk.config.unhedged, secondsMax: 600 };
    const manager = new MinimalOrderRiskManager({ ...desk.parts, config: { ...desk.config, unhedged } });
    const intent = desk.intent([[spot(desk, 'binance'), 6, 100]]);
    intent.hedgeByUs = desk.rig.nowUs + 60_000_001;
    expect(manager.check(intent, desk.rig.market).code).toBe('hedge-deadline');
    intent.hedgeByUs = desk.rig.nowUs + 60_000_000;
    expect(manager.check(intent, desk.rig.market).code).toBe('pass');
  });

  it('stops opening after the profit target until the next day', () => {
    const desk = new Desk({ ...WIDE, dailyProfitTargetQuote: 5 });
    desk.state.profit.addRealised(5);
    expect(desk.ask([spot(desk, 'binance'), 6, 100]).code).toBe('profit-target');
    expect(desk.manager.monitorDailyPnl()).toMatchObject({ dailyPnl: 5, profitTargetReached: true, isHalted: false });
    desk.manager.watch(desk.rig.nowUs, desk.rig.nowUs + desk.rig.epochOffsetUs + 86_400_000_000);
    expect(desk.ask([spot(desk, 'binance'), 6, 100]).code).toBe('pass');
  });
});

describe('checkPositionLimits', () => {
  it('tells the room of a symbol', () => {
    const desk = new Desk({ ...WIDE, exposureQuoteMax: { ...WIDE.exposureQuoteMax, symbol: 20 } });
    expect(desk.manager.checkPositionLimits('XYZ/USDT', 1).reason).toBe('unknown-symbol');
    desk.trade([spot(desk, 'binance'), 12, 100]);
    const most = desk.manager.checkPositionLimits('ABC/USDT', 0.08);
    expect(most).toMatchObject({ approved: true, reason: null });
    expect([most.maxAllowedSize, most.currentExposure].map((each) => each.toFixed(6))).toEqual(['0.080000', '12.000000']);
    expect(desk.manager.checkPositionLimits('ABC', 0.081)).toMatchObject({ approved: false, reason: 'exposure-symbol' });
    expect(desk.manager.checkPositionLimits('ABC', -0.2).approved).toBe(true);
  });
});
