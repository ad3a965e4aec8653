import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EngineAccount, EngineFill, EngineOrder } from '../../../src/sim/matching/types.js';
import { NaiveBook } from './naive-book.js';
import { Rig, rows, toMoney } from './rig.js';

const MIDDLE = 6_400_000;
const LOT = 10_000;
const account = fc.nat({ max: 2 });
const level = fc.record({ away: fc.integer({ min: 1, max: 5 }), qty: fc.integer({ min: 0, max: 6 }) });
const action = fc.oneof(
  fc.record({
    kind: fc.constantFrom('gtc' as const, 'gtc' as const, 'ioc' as const, 'market' as const),
    account,
    buy: fc.boolean(),
    price: fc.integer({ min: -4, max: 4 }),
    qty: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ kind: fc.constant('cancel' as const), nth: fc.nat({ max: 30 }) }),
  fc.record({
    kind: fc.constant('trade' as const),
    buy: fc.boolean(),
    price: fc.integer({ min: -4, max: 4 }),
    qty: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({
    kind: fc.constant('background' as const),
    middle: fc.integer({ min: -4, max: 4 }),
    bids: fc.array(level, { maxLength: 4 }),
    asks: fc.array(level, { maxLength: 4 }),
  }),
);

// Goal: whatever is done, the engine trades exactly what the plainest book trades, in the same order, and the money adds up.
it('matches as the naive book does, publishes the sum, and keeps the money together', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), fc.constantFrom('binance' as const, 'kraken' as const), (actions, venue) => {
      const rig = new Rig(venue);
      const book = rig.still({ bids: [], asks: [] }, venue === 'kraken' ? 'BTC/USDT' : 'BTCUSDT');
      const lot = venue === 'kraken' ? LOT * 100 : LOT;
      const naive = new NaiveBook();
      const accounts = [rig.rich(), rig.rich(), rig.rich()];
      const orders: EngineOrder[] = [];
      const makerFills: EngineFill[] = [];
      rig.engine.onEvent((event) => {
        if (event.kind === 'fill' && event.fill.maker) makerFills.push(event.fill);
      });
      for (const step of actions) {
        if (step.kind === 'cancel') {
          const order = orders[step.nth];
          if (order !== undefined) rig.engine.cancel(order);
          if (order !== undefined) naive.cancel(order.id);
        } else if (step.kind === 'trade') {
          book.applyTrade(MIDDLE + step.price, step.qty * lot, step.buy, rig.market.nowUs());
          naive.backgroundTrade(step.buy, MIDDLE + step.price, step.qty * lot);
        } else if (step.kind === 'background') {
          const side = (levels: typeof step.bids, sign: number) =>
            [...new Map(levels.map(({ away, qty }) => [MIDDLE + step.middle + sign * away, qty * lot]))].filter(
              ([, qty]) => qty > 0,
            );
          const bids = side(step.bids, -1);
          const asks = side(step.asks, 1);
          rig.still({ bids, asks }, book.instrument.symbol);
          naive.background([
            ...bids.map(([price, qty]) => ({ buy: true, price, qty })),
            ...asks.map(([price, qty]) => ({ buy: false, price, qty })),
          ]);
        } else {
          const price = step.kind === 'market' ? null : MIDDLE + step.price;
          const order = rig.order(
            accounts[step.account] as EngineAccount,
            book,
            step.buy ? 'buy' : 'sell',
            step.qty * lot,
            price,
            {
              timeInForce: step.kind === 'gtc' ? 'gtc' : 'ioc',
            },
          );
          orders.push(order);
          naive.submit(order.id, step.account, step.buy, price, step.qty * lot, step.kind === 'gtc');
        }
        expect(rows(book, 'bids', 50)).toEqual(naive.levels(true));
        expect(rows(book, 'asks', 50)).toEqual(naive.levels(false));
      }
      expect(makerFills.map(({ order, priceUnits, qtyUnits }) => [order.id, priceUnits, qtyUnits])).toEqual(
        naive.fills.filter(({ maker }) => maker !== null).map(({ maker, price, qty }) => [maker, price, qty]),
      );
      for (const order of orders) {
        const mine = naive.fills.filter(({ maker, taker }) => maker === order.id || taker === order.id);
        expect(order.filledUnits).toBe(mine.reduce((sum, { qty }) => sum + qty, 0));
      }
      expect(rig.batches.some(({ crossed }) => crossed)).toBe(false);
      accounts.forEach((holder) => {
        expectMoney(holder, venue === 'kraken');
      });
      expectConserved(accounts);
    }),
    { numRuns: 300 },
  );
});

/** Balances are what deposits and fills say, and what is bound is what the open orders need. */
function expectMoney(holder: EngineAccount, feeInQuote: boolean): void {
  let base = toMoney('10000');
  let quote = toMoney('1000000000');
  for (const fill of holder.fills()) {
    const { book, side } = fill.order;
    const amount = BigInt(fill.qtyUnits) * 10n ** BigInt(18 - book.instrument.qtyDecimals);
    base += side === 'buy' ? amount : -amount;
    quote += side === 'buy' ? -fill.quote : fill.quote;
    if (fill.feeAsset === 'BTC') base -= fill.fee;
    else quote -= fill.fee;
    expect(fill.feeAsset).toBe(feeInQuote || side === 'sell' ? 'USDT' : 'BTC');
  }
  let boundBase = 0n;
  let boundQuote = 0n;
  for (const order of holder.openOrders()) {
    const { qtyDecimals, priceDecimals, takerFeeBps } = order.book.instrument;
    const left = BigInt((order.qtyUnits ?? 0) - order.filledUnits);
    const value = left * BigInt(order.priceUnits ?? 0) * 10n ** BigInt(18 - qtyDecimals - priceDecimals);
    if (order.side === 'sell') boundBase += left * 10n ** BigInt(18 - qtyDecimals);
    else boundQuote += value + (feeInQuote ? (value * BigInt(takerFeeBps) + 9_999n) / 10_000n : 0n);
  }
  expect(holder.balance('spot', 'BTC')).toEqual({ asset: 'BTC', total: base, locked: boundBase });
  expect(holder.balance('spot', 'USDT')).toEqual({ asset: 'USDT', total: quote, locked: boundQuote });
}

/** What the accounts have, the background got and the venue charged adds up to what was deposited. */
function expectConserved(accounts: readonly EngineAccount[]): void {
  const sums = { BTC: 0n, USDT: 0n };
  for (const holder of accounts) {
    for (const asset of ['BTC', 'USDT'] as const) sums[asset] += holder.balance('spot', asset).total;
    for (const fill of holder.fills()) sums[fill.feeAsset as 'BTC' | 'USDT'] += fill.fee;
  }
  const sides = new Map<number, EngineFill[]>();
  for (const holder of accounts)
    for (const fill of holder.fills()) sides.set(fill.tradeId, [...(sides.get(fill.tradeId) ?? []), fill]);
  for (const fills of sides.values()) {
    const [first, second] = fills as [EngineFill, EngineFill | undefined];
    if (second !== undefined) {
      expect(fills).toHaveLength(2);
      expect([first.qtyUnits, first.quote, first.order.side === 'buy']).toEqual([
        second.qtyUnits,
        second.quote,
        second.order.side === 'sell',
      ]);
      expect(first.order.account).not.toBe(second.order.account);
      continue;
    }
    const sign = first.order.side === 'buy' ? 1n : -1n;
    sums.BTC -= sign * BigInt(first.qtyUnits) * 10n ** BigInt(18 - first.order.book.instrument.qtyDecimals);
    sums.USDT += sign * first.quote;
  }
  expect(sums).toEqual({ BTC: toMoney('30000'), USDT: toMoney('3000000000') });
}
