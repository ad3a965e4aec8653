// Goal: an exchange that lives long does not remember every order and trade for ever, and what it still has to know it knows.
import { describe, expect, it } from 'vitest';
import { Rig } from './rig.js';

const LOT = 10_000;

describe('an exchange that remembers a hundred orders', () => {
  it('forgets the oldest that have ended with their fills, and no open one', () => {
    const rig = new Rig('binance', { ordersKept: 100, keepLog: false });
    const book = rig.still({ bids: [[6_390_000, LOT]], asks: [[6_400_000, 1_000 * LOT]] });
    const account = rig.rich();
    rig.submit(account, book, 'buy', LOT, 6_380_000, { clientOrderId: 'resting' });
    for (let at = 0; at < 1_000; at++)
      rig.submit(account, book, 'buy', LOT, 6_400_000, { timeInForce: 'ioc', clientOrderId: `order${at}` });
    const orders = account.orders();
    expect(orders.length).toBeGreaterThanOrEqual(100);
    expect(orders.length).toBeLessThanOrEqual(126);
    expect(orders[0]?.clientOrderId).toBe('resting');
    expect(account.openOrders()).toHaveLength(1);
    expect(account.orderByClientId('order0')).toBeUndefined();
    expect(account.orderByClientId('order999')?.state).toBe('filled');
    expect(account.fills().map(({ order }) => order.clientOrderId)).toEqual(orders.slice(1).map((order) => order.clientOrderId));
  });
});

describe('a tape that is short', () => {
  it('keeps the newest trades and minutes', () => {
    const rig = new Rig('kraken', { tapeKept: { trades: 20, minutes: 2 } });
    const book = rig.book('BTC/USDT');
    rig.market.advance(300e6);
    const told = rig.batches.flatMap(({ book: of, batch }) => (of === book && batch.trade !== null ? [batch.trade] : []));
    expect(rig.engine.trades(book)).toEqual(told.slice(-20));
    const klines = rig.engine.klines(book, 60_000, rig.market.nowUs() - 300e6, rig.market.nowUs());
    expect(klines.length).toBeGreaterThanOrEqual(2);
    expect(klines.length).toBeLessThanOrEqual(4);
    expect(klines.at(-1)?.openUs).toBe(rig.market.nowUs());
    expect(klines.slice(0, -1).every(({ trades }) => trades > 0)).toBe(true);
  });
});
