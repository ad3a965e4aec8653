import { describe, expect, it } from 'vitest';
import { STATE_STALE } from '../../assembly/memory/layout.js';
import { HaltLatch } from '../../src/risk/halt.js';
import { MinimalOrderRiskManager } from '../../src/risk/manager.js';
import { Desk, WIDE } from './desk.js';

const buyOf = (desk: Desk) => desk.rig.book('binance');
const open = (desk: Desk) => desk.ask([buyOf(desk), 6, 100]).code;
const close = (desk: Desk) => desk.ask([buyOf(desk), -1, 100]).code;
const watch = (desk: Desk, afterUs = 0) =>
  desk.manager.watch(desk.rig.nowUs + afterUs, desk.rig.nowUs + afterUs + desk.rig.epochOffsetUs);

describe('kill-switch drill', () => {
  it('stops opening and closing at once, cancels, stays stopped over a restart, and goes on when a person clears it', async () => {
    const desk = new Desk(WIDE, (parts) => new MinimalOrderRiskManager({ ...parts, cancelOpenOrders: async () => 1 }));
    desk.trade([buyOf(desk), 10, 100]);
    expect(open(desk)).toBe('pass');
    const stopping = desk.manager.executeEmergencyStop('operator');
    expect([open(desk), close(desk), desk.manager.mayPass(false), desk.manager.mayPass(true)]).toEqual([
      'halted',
      'halted',
      false,
      false,
    ]);
    const result = await stopping;
    expect(result).toMatchObject({ reason: 'operator', isNew: true, isPersisted: true, openOrders: 1, cancelledOrders: 1 });
    expect(Math.round(result.exposureQuote * 1e6) / 1e6).toBe(16);
    expect(new HaltLatch(desk.store, 0).allows(true)).toBe(false);
    expect((await desk.manager.executeEmergencyStop('again')).isNew).toBe(false);
    watch(desk, 86_400_000_000);
    expect(open(desk)).toBe('halted');
    desk.manager.clearStop('anna');
    expect([open(desk), close(desk)]).toEqual(['pass', 'pass']);
  });

  it('holds when cancelling fails', async () => {
    const failing = { cancelOpenOrders: () => Promise.reject(new Error('venue down')) };
    const desk = new Desk(WIDE, (parts) => new MinimalOrderRiskManager({ ...parts, ...failing }));
    expect((await desk.manager.executeEmergencyStop('operator')).cancelledOrders).toBeNull();
    expect(open(desk)).toBe('halted');
  });

  it('stops opening when a venue fails again and again', () => {
    const desk = new Desk({ ...WIDE, venueErrors: { count: 3, windowMs: 1000 } });
    desk.trade([buyOf(desk), 10, 100]);
    for (const at of [0, 600_000, 1_000_000]) desk.manager.noteVenueError('kraken', at);
    expect(open(desk)).toBe('pass');
    desk.manager.noteVenueError('kraken', 1_500_000);
    expect([open(desk), close(desk)]).toEqual(['halted', 'pass']);
  });
});

describe('daily-loss drill', () => {
  it('stops opening at the limit, not below, leaves closing, and forgets nothing at midnight', () => {
    const desk = new Desk({ ...WIDE, dailyLossQuoteMax: 10 });
    desk.trade([buyOf(desk), 10, 100], [desk.rig.book('kraken'), -10, 100]);
    desk.state.profit.addRealised(-9.99);
    watch(desk);
    expect(open(desk)).toBe('pass');
    desk.state.profit.addRealised(-0.01);
    watch(desk);
    expect([open(desk), close(desk), desk.halt.state?.reasons[0]?.trigger]).toEqual(['halted', 'pass', 'daily-loss']);
    expect(desk.manager.monitorDailyPnl()).toMatchObject({ dailyPnl: -10, lossLimitUsed: 1, isHalted: true });
    watch(desk, 86_400_000_000);
    expect([desk.state.profit.realisedQuote, open(desk)]).toEqual([0, 'halted']);
    desk.manager.clearStop('anna');
    watch(desk, 86_400_000_000);
    expect(open(desk)).toBe('pass');
  });

  it('sees open losses in the equity, and lets neither kind hide the other; money paid in or out is neither', () => {
    const desk = new Desk({ ...WIDE, dailyLossQuoteMax: 10 });
    const { profit } = desk.state;
    profit.setEquity(1000);
    profit.addRealised(3);
    profit.moveCapital(-500);
    profit.setEquity(491);
    expect(profit.profitQuote).toBe(-9);
    watch(desk);
    expect(open(desk)).toBe('pass');
    profit.setEquity(490);
    watch(desk);
    expect(open(desk)).toBe('halted');
    desk.manager.clearStop('anna');
    watch(desk);
    expect(open(desk)).toBe('pass');
  });

  it('goes on from where a dead process was', () => {
    const [first, second] = [new Desk({ ...WIDE, dailyLossQuoteMax: 10 }), new Desk({ ...WIDE, dailyLossQuoteMax: 10 })];
    first.state.profit.setEquity(1000);
    first.state.profit.addRealised(-6);
    second.state.profit.restore(first.state.profit.record());
    second.state.profit.addRealised(-4);
    watch(second);
    expect(open(second)).toBe('halted');
  });

  it('stops when the equity falls too far below its peak', () => {
    const desk = new Desk({ ...WIDE, drawdownFractionMax: 0.05 });
    for (const equity of [1000, 2000, 1900]) desk.state.profit.setEquity(equity);
    watch(desk);
    expect(open(desk)).toBe('pass');
    desk.state.profit.setEquity(1899.9);
    watch(desk);
    expect([open(desk), desk.halt.state?.reasons[0]?.trigger]).toEqual(['halted', 'drawdown']);
  });
});

describe('price-band drill', () => {
  it('refuses a limit price too far from the other venues, either way, for closing too', () => {
    const desk = new Desk({ ...WIDE, priceBandBps: 200 });
    desk.trade([buyOf(desk), 10, 100]);
    const at = (price: number) => desk.ask([buyOf(desk), 1, price]);
    expect([at(102).code, at(98).code]).toEqual(['pass', 'pass']);
    for (const price of [102.01, 97.99]) {
      const { code, limit, excess, book } = at(price);
      expect([code, limit, Math.round(excess * 1e6) / 1e6, book]).toEqual(['price-band', 200, 1, buyOf(desk).book]);
    }
    expect(desk.ask([buyOf(desk), -1, 97.99]).code).toBe('price-band');
  });

  it('P16: does not trade the same ticker of another coin, and one venue that is wild does not decide', () => {
    const desk = new Desk(WIDE);
    desk.quote(desk.rig.book('kraken'), 9);
    desk.rig.turn();
    expect(desk.ask([desk.rig.book('kraken'), 6, 9]).code).toBe('price-band');
    const two = new Desk(WIDE, undefined, [[{ venue: 'binance' }, { venue: 'kraken' }, { venue: 'mexc' }, { venue: 'gateio' }]]);
    two.quote(two.rig.book('kraken'), 9);
    two.rig.turn();
    expect(two.ask([buyOf(two), 6, 100]).code).toBe('pass');
  });

  it('opens nothing that cannot be compared, but closes it', () => {
    const desk = new Desk(WIDE, undefined, [[{ venue: 'binance' }, { venue: 'kraken' }]]);
    desk.trade([buyOf(desk), 10, 100]);
    desk.rig.setState(desk.rig.book('kraken').book, STATE_STALE);
    desk.rig.turn();
    expect([open(desk), close(desk)]).toEqual(['no-reference', 'pass']);
  });

  it('compares with no price that is too old itself', () => {
    const desk = new Desk({ ...WIDE, bookAgeMsMax: 1000 });
    desk.rig.turn(998_000);
    desk.quote(buyOf(desk), 100);
    desk.rig.turn();
    expect(open(desk)).toBe('pass');
    desk.rig.turn();
    expect(open(desk)).toBe('no-reference');
  });

  it('compares with the other market of the pair where a row has no other fresh venue', () => {
    const desk = new Desk({ ...WIDE, priceBandBps: 200 }, undefined, [
      [{ venue: 'binance' }],
      [{ venue: 'gateio', market: 'futures' }],
    ]);
    expect([open(desk), desk.ask([buyOf(desk), 6, 103]).code]).toEqual(['pass', 'price-band']);
  });
});

describe('stale-data drill', () => {
  it('refuses a book that is too old, to the microsecond', () => {
    const desk = new Desk({ ...WIDE, bookAgeMsMax: 1000 });
    const quotedUs = desk.rig.nowUs - 1000;
    desk.rig.turn(quotedUs + 1_000_000 - desk.rig.nowUs);
    expect(open(desk)).toBe('pass');
    desk.rig.turn(1);
    const { code, value, limit, leg } = desk.ask([buyOf(desk), 6, 100]);
    expect([code, value, limit, leg]).toEqual(['book-too-old', 1_000_001, 1_000_000, 0]);
  });

  it('refuses a book that is not synchronised, and the leg that is on it', () => {
    const desk = new Desk();
    desk.rig.setState(desk.rig.book('kraken').book, STATE_STALE);
    desk.rig.turn();
    const { code, leg } = desk.ask([buyOf(desk), 6, 100], [desk.rig.book('kraken'), -6, 100]);
    expect([code, leg, desk.state.openOrders]).toEqual(['book-not-synced', 1, 0]);
  });

  it('refuses a decision on a book that changed since', () => {
    const desk = new Desk();
    const intent = desk.intent([[buyOf(desk), 6, 100]]);
    desk.quote(buyOf(desk), 100.01);
    desk.rig.turn();
    expect(desk.check(intent).code).toBe('book-changed');
    const lenient = new Desk({ ...WIDE, sameVersion: false });
    const old = lenient.intent([[buyOf(lenient), 6, 100]]);
    lenient.quote(buyOf(lenient), 100.01);
    lenient.rig.turn();
    expect(lenient.manager.check(Object.assign(old, { expiresUs: lenient.rig.nowUs }), lenient.rig.market).code).toBe('pass');
  });
});

describe('P14: what is unhedged', () => {
  it('opens nothing more in the symbol, then stops all opening, by value, time and both', () => {
    const desk = new Desk({ ...WIDE, unhedged: { dustQuote: 5, quoteMax: 20, quoteSecondsMax: 100, secondsMax: 30 } });
    desk.trade([buyOf(desk), 10, 100]);
    expect(desk.ask([buyOf(desk), 11, 100]).code).toBe('unhedged-value');
    watch(desk, 9_000_000);
    expect(desk.halt.isHalted).toBe(false);
    watch(desk, 10_010_000);
    expect([open(desk), close(desk), desk.halt.state?.reasons[0]?.trigger]).toEqual(['halted', 'pass', 'unhedged']);
  });

  it('carries dust, however long, and begins anew once hedged', () => {
    const desk = new Desk({ ...WIDE, unhedged: { dustQuote: 5, quoteMax: 20, quoteSecondsMax: 1e6, secondsMax: 6 } });
    desk.trade([buyOf(desk), 5, 100]);
    watch(desk, 3_600_000_000);
    expect(desk.halt.isHalted).toBe(false);
    desk.trade([buyOf(desk), 5, 100]);
    desk.trade([desk.rig.book('kraken'), -10, 100]);
    watch(desk, 3_600_000_000);
    expect(desk.halt.isHalted).toBe(false);
    desk.trade([buyOf(desk), 10, 100]);
    const beganUs = desk.rig.nowUs;
    watch(desk, 6_000_000);
    expect([desk.halt.isHalted, desk.state.unhedged.forUs(0, beganUs + 6_000_001)]).toEqual([false, 6_000_001]);
    watch(desk, 6_000_001);
    expect(desk.halt.isHalted).toBe(true);
  });

  it('counts a hedge that execution sends on its own, and fills told twice or late only once', () => {
    const desk = new Desk();
    desk.trade([buyOf(desk), 10, 100]);
    const { book } = desk.rig.book('mexc');
    expect(desk.state.open(-1, 0, book, -10, 1_000_000)).toBe(true);
    for (const filled of [-4, -4, -2]) desk.state.orderUpdate(-1, filled, 1_000_000 * -filled, false, desk.rig.nowUs);
    expect([desk.state.all.position[book], desk.state.all.sells[book]]).toEqual([-4, 6]);
    expect(desk.state.orderUpdate(-1, -10, 10_000_000, true, desk.rig.nowUs)).toBe(true);
    expect(desk.state.orderUpdate(-1, -10, 10_000_000, true, desk.rig.nowUs)).toBe(false);
    expect([desk.state.all.net[0], desk.state.openOrders, desk.state.unhedged.count]).toEqual([0, 0, 0]);
  });
});

describe('P17: closing', () => {
  it('is judged by what was filled, not by what the intent says of itself', () => {
    const desk = new Desk({ ...WIDE, orderQuoteMax: 5, exposureQuoteMax: { ...WIDE.exposureQuoteMax, total: 1 } });
    const { book } = buyOf(desk);
    desk.state.setPosition(0, book, 50, 1_000_000, desk.rig.nowUs);
    expect(desk.ask([buyOf(desk), -51, 100]).code).toBe('order-value');
    const claimed = desk.intent([[buyOf(desk), 6, 100]]);
    Object.assign(claimed, { purpose: 'close' });
    Object.assign(claimed.legs[0] ?? {}, { reduceOnly: true });
    expect(desk.check(claimed).code).toBe('order-value');
    expect(desk.ask([buyOf(desk), -30, 100]).code).toBe('pass');
    // The rest of the position is 20: the order that is open counts.
    expect(desk.ask([buyOf(desk), -21, 100]).code).toBe('order-value');
    expect(desk.ask([buyOf(desk), -10, 100], [buyOf(desk), -11, 100]).code).toBe('order-value');
    expect(desk.ask([buyOf(desk), -20, 100]).code).toBe('pass');
  });

  it('is no matter of size, number, rate, loss or balance', () => {
    const desk = new Desk({
      ...WIDE,
      orderQuoteMax: 1,
      openOrdersMax: 1,
      orderRate: { orders: 1, windowMs: 1000 },
      openQuoteMax: { venue: 1, total: 1 },
      balanceFloors: { ABC: 1e9 },
    });
    desk.state.setPosition(0, buyOf(desk).book, 50, 1_000_000, desk.rig.nowUs);
    desk.halt.stop('daily-loss', 'test', 1);
    for (let count = 0; count < 5; count++) expect(desk.ask([buyOf(desk), -10, 100]).code).toBe('pass');
    expect(close(desk)).toBe('halted');
  });
});

describe('checkBalanceThresholds', () => {
  it('names the accounts below their floors', () => {
    const desk = new Desk({ ...WIDE, balanceFloors: { USDT: 10 } });
    expect(desk.manager.checkBalanceThresholds().isSufficient).toBe(true);
    desk.state.setBalance(buyOf(desk).quoteAccount, 999_999_999);
    const { isSufficient, accounts } = desk.manager.checkBalanceThresholds();
    expect([isSufficient, accounts.filter(({ isBelow }) => isBelow)]).toEqual([
      false,
      [{ venue: 'binance', market: 'spot', asset: 'USDT', balance: 9.99999999, floor: 10, isBelow: true }],
    ]);
  });
});
