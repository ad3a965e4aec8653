import { describe, expect, it } from 'vitest';
import type { EngineBalance, EngineEvent } from '../../../src/sim/matching/types.js';
import { Rig, rows, toMoney } from './rig.js';

const LEVELS: { bids: [number, number][]; asks: [number, number][] } = {
  bids: [
    [6_399_000, 50_000],
    [6_398_000, 70_000],
  ],
  asks: [
    [6_400_000, 30_000],
    [6_401_000, 40_000],
    [6_405_000, 90_000],
  ],
};

function stage(venue: 'binance' | 'kraken' = 'binance', options = {}) {
  const rig = new Rig(venue, options);
  const book = rig.still(LEVELS, venue === 'kraken' ? 'BTC/USDT' : 'BTCUSDT');
  const { priceDecimals, qtyDecimals } = book.instrument;
  const money = 10n ** BigInt(18 - priceDecimals - qtyDecimals);
  const quote = (priceUnits: number, qtyUnits: number) => BigInt(priceUnits * qtyUnits) * money;
  const base = (qtyUnits: number) => BigInt(qtyUnits) * 10n ** BigInt(18 - qtyDecimals);
  return { rig, book, account: rig.rich(), quote, base };
}

const kinds = (events: readonly EngineEvent[]) => events.map((event) => (event.kind === 'balance' ? event.cause : event.kind));

describe('the matching engine on spot', () => {
  it('rests a limit order behind the background, binds its value, and publishes the sum', () => {
    const { rig, book, account, quote } = stage();
    const order = rig.order(account, book, 'buy', 10_000, 6_399_000);
    expect(rows(book, 'bids')[0]).toEqual([6_399_000, 60_000]);
    expect(account.balance('spot', 'USDT').locked).toBe(quote(6_399_000, 10_000));
    book.applyTrade(6_399_000, 55_000, false, rig.market.nowUs());
    expect(order.filledUnits).toBe(5_000);
    expect(account.balance('spot', 'USDT').locked).toBe(quote(6_399_000, 5_000));
    expect(rig.engine.cancel(order)).toBe(true);
    expect(rig.engine.cancel(order)).toBe(false);
    expect(account.balance('spot', 'USDT').locked).toBe(0n);
    expect(rows(book, 'bids')).toEqual([[6_398_000, 70_000]]);
    expect(kinds(rig.events.slice(4))).toEqual([
      'order-opened',
      'order',
      'fill',
      'trade',
      'trade',
      'fee',
      'order-ended',
      'order',
    ]);
    expect(rig.engine.log).toEqual(rig.events);
    expect(order).toMatchObject({ state: 'ended', endReason: 'user' });
  });

  it('lets more background queue behind an order, and takes less of it away from the newest part', () => {
    const { rig, book, account } = stage();
    const order = rig.order(account, book, 'buy', 10_000, 6_399_000);
    const level = (qtyUnits: number) =>
      book.applyBackground({ bids: [{ priceUnits: 6_399_000, qtyUnits }], asks: [], snapshot: false }, rig.market.nowUs());
    level(80_000);
    level(40_000);
    expect(rows(book, 'bids')[0]).toEqual([6_399_000, 50_000]);
    book.applyTrade(6_399_000, 45_000, false, rig.market.nowUs());
    expect(order.filledUnits).toBe(5_000);
  });

  it('takes level by level, one trade and batch each, and charges the fee in what is received', () => {
    const { rig, book, account, quote, base } = stage();
    rig.batches.length = 0;
    const order = rig.order(account, book, 'buy', 80_000, 6_402_000);
    expect(order.fills.map(({ priceUnits, qtyUnits, maker }) => [priceUnits, qtyUnits, maker])).toEqual([
      [6_400_000, 30_000, false],
      [6_401_000, 40_000, false],
    ]);
    expect(rig.batches.map(({ batch }) => batch.trade?.qtyUnits ?? null)).toEqual([30_000, 40_000, null]);
    expect(rows(book, 'bids')[0]).toEqual([6_402_000, 10_000]);
    const paid = quote(6_400_000, 30_000) + quote(6_401_000, 40_000);
    expect(account.balance('spot', 'USDT').total).toBe(toMoney('1000000000') - paid);
    expect(account.balance('spot', 'BTC').total).toBe(toMoney('10000') + (base(70_000) * 9_990n) / 10_000n);
    expect(
      rig.engine
        .trades(book)
        .slice(-2)
        .map(({ id }) => id),
    ).toEqual(order.fills.map(({ tradeId }) => tradeId));
  });

  it('charges in quote at Kraken, and binds the fee with the value', () => {
    const { rig, book, account, quote } = stage('kraken');
    rig.order(account, book, 'buy', 1_000_000, 6_390_000);
    const value = quote(6_390_000, 1_000_000);
    expect(account.balance('spot', 'USDT').locked).toBe(value + (value * 40n) / 10_000n);
  });

  it('ends IOC, FOK and post-only orders as they ask', () => {
    const { rig, book, account } = stage();
    const ioc = rig.order(account, book, 'buy', 100_000, 6_401_000, { timeInForce: 'ioc' });
    expect(ioc).toMatchObject({ state: 'ended', endReason: 'ioc', filledUnits: 70_000 });
    const fok = rig.order(account, book, 'sell', 130_000, 6_398_000, { timeInForce: 'fok' });
    expect(fok).toMatchObject({ state: 'ended', endReason: 'fok', filledUnits: 0 });
    const whole = rig.order(account, book, 'sell', 120_000, 6_398_000, { timeInForce: 'fok' });
    expect(whole).toMatchObject({ state: 'filled', filledUnits: 120_000 });
    const maker = rig.order(account, book, 'buy', 10_000, 6_405_000, { timeInForce: 'post-only' });
    expect(maker).toMatchObject({ state: 'ended', endReason: 'post-only', filledUnits: 0 });
    expect(rig.order(account, book, 'buy', 10_000, 6_404_000, { timeInForce: 'post-only' }).state).toBe('open');
    expect(account.openOrders()).toHaveLength(1);
  });

  it('spends and receives by value', () => {
    const { rig, book, account, quote } = stage();
    const amount = quote(6_400_000, 30_000) + quote(6_401_000, 10) + 5n;
    const buy = rig.order(account, book, 'buy', 0, null, { qtyUnits: null, quoteAmount: amount });
    expect(buy).toMatchObject({ state: 'filled', filledUnits: 30_010, filledQuote: amount - 5n });
    const sell = rig.order(account, book, 'sell', 0, null, { qtyUnits: null, quoteAmount: quote(6_399_000, 7_000) });
    expect(sell).toMatchObject({ state: 'filled', filledUnits: 7_000 });
    const all = rig.order(account, book, 'sell', 0, null, { qtyUnits: null, quoteAmount: quote(6_399_000, 900_000) });
    expect(all).toMatchObject({ state: 'ended', endReason: 'ioc', filledUnits: 113_000 });
    // The last thing that is told of each order is its end.
    const last = (id: number): unknown =>
      rig.events
        .flatMap((event) => ('order' in event && event.order.id === id ? [`${event.kind} ${event.order.state}`] : []))
        .at(-1);
    expect([buy, sell, all].map(({ id }) => last(id))).toEqual(['fill filled', 'fill filled', 'order-ended ended']);
  });

  it.each([
    ['cancel-taker', 30_000, ['ended', 'open']],
    ['cancel-maker', 60_000, ['filled', 'ended']],
    ['cancel-both', 30_000, ['ended', 'ended']],
  ] as const)('never trades an account with itself: %s', (selfTrade, filled, states) => {
    const { rig, book, account } = stage();
    const maker = rig.order(account, book, 'sell', 20_000, 6_400_000);
    const taker = rig.order(account, book, 'buy', 60_000, 6_401_000, { selfTrade });
    expect([taker.state, maker.state]).toEqual(states);
    expect(taker.filledUnits).toBe(filled);
    expect(maker.filledUnits).toBe(0);
    expect(account.balance('spot', 'BTC').locked === 0n).toBe(maker.state === 'ended');
  });

  it('trades the background with orders that it moves across, at their price', () => {
    const { rig, book, account, quote } = stage();
    const near = rig.order(account, book, 'sell', 20_000, 6_402_000);
    const far = rig.order(account, book, 'sell', 20_000, 6_403_000);
    rig.batches.length = 0;
    const bids = [{ priceUnits: 6_404_000, qtyUnits: 30_000 }];
    book.applyBackground({ bids, asks: [{ priceUnits: 6_406_000, qtyUnits: 1_000 }], snapshot: true }, rig.market.nowUs());
    expect([near.state, far.state, far.filledUnits]).toEqual(['filled', 'open', 10_000]);
    expect(far.filledQuote).toBe(quote(6_403_000, 10_000));
    expect(rows(book, 'bids')).toEqual([]);
    expect(rows(book, 'asks')).toEqual([
      [6_403_000, 10_000],
      [6_406_000, 1_000],
    ]);
    expect(
      rig.batches.map(({ batch, crossed }) => [batch.trade?.priceUnits ?? null, batch.trade?.buyerIsTaker ?? null, crossed]),
    ).toEqual([
      [null, null, false],
      [6_402_000, true, false],
      [6_403_000, true, false],
      [null, null, false],
    ]);
  });

  it('refuses what breaks a rule and changes nothing by it', () => {
    const { rig, book, account } = stage('binance', { priceBand: 0.2, openOrdersMax: 3 });
    const poor = rig.engine.openAccount({ spot: { USDT: '50' }, futures: {} });
    const refusal = (...order: Parameters<Rig['submit']>) => {
      const result = rig.submit(...order);
      return result.kind === 'refused' ? result.refusal : result.kind;
    };
    rig.order(account, book, 'buy', 10_000, 6_390_000, { clientOrderId: 'one' });
    const before = rig.events.length;
    expect(refusal(account, book, 'buy', 10_000, 6_390_000.5)).toBe('price-off-grid');
    expect(refusal(account, book, 'buy', 10_000, 3_000_000)).toBe('price-out-of-band');
    expect(refusal(account, book, 'buy', 10_000.5, 6_390_000)).toBe('quantity-off-grid');
    expect(refusal(account, book, 'buy', 0, 6_390_000)).toBe('quantity-too-small');
    expect(refusal(account, book, 'buy', 1e15, 6_390_000)).toBe('quantity-too-large');
    expect(refusal(account, book, 'buy', 1, 6_390_000)).toBe('value-too-small');
    expect(refusal(account, book, 'buy', 10_000, 6_390_000, { clientOrderId: 'one' })).toBe('duplicate-client-id');
    expect(refusal(account, book, 'sell', 10_000, 6_390_000, { reduceOnly: true })).toBe('reduce-only');
    expect(refusal(poor, book, 'buy', 10_000, 6_390_000)).toBe('insufficient-balance');
    expect(refusal(poor, book, 'buy', 10_000, null)).toBe('insufficient-balance');
    expect(refusal(poor, book, 'sell', 10_000, null)).toBe('insufficient-balance');
    rig.engine.setClosed(true);
    expect(refusal(account, book, 'buy', 10_000, 6_390_000)).toBe('market-closed');
    rig.engine.setClosed(false);
    expect(rig.events.length).toBe(before);
    for (let count = 0; count < 2; count++) rig.order(account, book, 'buy', 10_000, 6_390_000);
    expect(refusal(account, book, 'buy', 10_000, 6_390_000)).toBe('too-many-orders');
    expect(rig.engine.cancelAll(account)).toHaveLength(3);
    expect(refusal(account, book, 'buy', 10_000, 6_390_000, { clientOrderId: 'one' })).toBe('accepted');
  });

  it('remembers the client ids of closed orders where the venue does', () => {
    const { rig, book, account } = stage('binance', { clientIdsUniqueAmong: 'all' });
    rig.engine.cancel(rig.order(account, book, 'buy', 10_000, 6_390_000, { clientOrderId: 'one' }));
    expect(rig.submit(account, book, 'buy', 10_000, 6_390_000, { clientOrderId: 'one' })).toEqual({
      kind: 'refused',
      refusal: 'duplicate-client-id',
    });
    expect(account.orderByClientId('one')?.state).toBe('ended');
  });

  it('says in each balance event what the balance was after it', () => {
    const { rig, book, account } = stage();
    const held = new Map<string, EngineBalance>();
    rig.order(account, book, 'buy', 100_000, 6_402_000);
    rig.order(account, book, 'sell', 20_000, 6_398_500);
    rig.engine.cancelAll(account);
    for (const event of rig.events) {
      if (event.kind !== 'balance') continue;
      const before = held.get(`${event.wallet}${event.balance.asset}`) ?? { total: 0n, locked: 0n };
      expect(event.balance.total).toBe(before.total + event.totalChange);
      expect(event.balance.locked).toBe(before.locked + event.lockedChange);
      held.set(`${event.wallet}${event.balance.asset}`, event.balance);
    }
    for (const balance of account.balances('spot')) expect(held.get(`spot${balance.asset}`)).toEqual(balance);
  });
});
