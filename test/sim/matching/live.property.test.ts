import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random.js';
import type { VenueId } from '../../../src/domain/venue.js';
import { moneyText } from '../../../src/sim/matching/money.js';
import type { EngineAccount } from '../../../src/sim/matching/types.js';
import { Rig, rows } from './rig.js';

const DEPOSIT = '20000';
const VENUES: readonly VenueId[] = ['binance', 'mexc', 'gateio', 'kraken', 'coinbase'];

/** Some hundred random orders of three accounts of modest means in a living market, spot and futures. */
function live(venue: VenueId, seed: number, check: (rig: Rig, accounts: readonly EngineAccount[]) => void): Rig {
  const rig = new Rig(venue, {}, seed);
  const random = new SeededRandom(seed).fork('orders');
  const books = rig.market.books.filter(({ instrument }) => instrument.base === 'BTC' || instrument.base === 'ETH');
  const accounts = [0, 1, 2].map(() => rig.engine.openAccount({ spot: { USDT: DEPOSIT, BTC: '1' }, futures: { USDT: DEPOSIT } }));
  for (let step = 0; step < 250; step++) {
    const account = accounts[random.below(3)] as EngineAccount;
    const book = books[random.below(books.length)] as (typeof books)[number];
    const { tickUnits, contractSize, qtyDecimals, priceDecimals, market } = book.instrument;
    const touch = book.lastTrade.priceUnits;
    const price = Math.round((touch * (1 + (random.next() - 0.5) * 0.002)) / tickUnits) * tickUnits;
    const worth = 20 * 1_000 ** random.next();
    const qty = Math.max(1, Math.round((worth / (touch / 10 ** priceDecimals) / Number(contractSize)) * 10 ** qtyDecimals));
    const side = random.next() < 0.5 ? 'buy' : 'sell';
    const draw = random.next();
    if (market === 'futures' && draw < 0.05) rig.engine.setLeverage(account, book, 1 + random.below(100));
    else if (draw < 0.1) rig.engine.cancelAll(account, book);
    else if (draw < 0.25) rig.submit(account, book, side, qty, null, { reduceOnly: market === 'futures' && draw < 0.18 });
    else {
      const timeInForce = (['gtc', 'gtc', 'gtc', 'ioc', 'fok', 'post-only'] as const)[random.below(6)] ?? 'gtc';
      const selfTrade = (['cancel-taker', 'cancel-maker', 'cancel-both'] as const)[random.below(3)] ?? 'cancel-taker';
      rig.submit(account, book, side, qty, price, { timeInForce, selfTrade, reduceOnly: market === 'futures' && draw < 0.3 });
    }
    rig.market.advance(rig.market.elapsedUs() + random.below(200_000));
    check(rig, accounts);
  }
  return rig;
}

// Goal: in a living market no balance goes below nothing, what is bound is what is needed, and the futures money adds up.
it('keeps every invariant of accounts and books in a living market', () => {
  const seen = { fills: 0, positions: 0, makers: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...VENUES), fc.nat(), (venue, seed) => {
      const rig = live(venue, seed, (now, accounts) => {
        for (const account of accounts) expectSound(account);
        expect(now.batches.some(({ crossed }) => crossed)).toBe(false);
        now.batches.length = 0;
      });
      for (const event of rig.events) {
        if (event.kind === 'fill') seen.fills++;
        if (event.kind === 'fill' && event.fill.maker) seen.makers++;
        if (event.kind === 'position') seen.positions++;
      }
      expectFuturesMoney(rig);
    }),
    { numRuns: 25 },
  );
  expect(Math.min(seen.fills, seen.positions, seen.makers)).toBeGreaterThan(100);
});

it('ends in the same state for the same seed', () => {
  const hash = (seed: number): string => {
    const digest = createHash('sha256');
    const rig = live('gateio', seed, () => undefined);
    for (const event of rig.engine.log) digest.update(JSON.stringify(event, plain));
    for (const book of rig.market.books)
      digest.update(JSON.stringify([rows(book, 'bids', 99), rows(book, 'asks', 99), book.lastId]));
    return digest.digest('hex');
  };
  expect(hash(3)).toBe(hash(3));
  expect(hash(4)).not.toBe(hash(3));
});

it('publishes batches that rebuild each book, with orders in it', () => {
  const copies = new Map<unknown, { bids: Map<number, number>; asks: Map<number, number>; lastId: number }>();
  live('binance', 9, (rig) => {
    for (const { book, batch } of rig.batches) {
      const copy = copies.get(book);
      if (copy === undefined) continue;
      expect(batch.previousId).toBe(copy.lastId);
      for (const side of ['bids', 'asks'] as const) {
        for (const { priceUnits, qtyUnits } of batch[side]) {
          if (qtyUnits === 0) copy[side].delete(priceUnits);
          else copy[side].set(priceUnits, qtyUnits);
        }
      }
      copy.lastId = batch.lastId;
    }
    rig.batches.length = 0;
    for (const book of rig.market.books) {
      const copy = copies.get(book);
      if (copy === undefined) {
        copies.set(book, { bids: new Map(rows(book, 'bids', 999)), asks: new Map(rows(book, 'asks', 999)), lastId: book.lastId });
        continue;
      }
      expect([...copy.bids].sort(([left], [right]) => right - left)).toEqual(rows(book, 'bids', 999));
      expect([...copy.asks].sort(([left], [right]) => left - right)).toEqual(rows(book, 'asks', 999));
    }
  });
});

/** Nothing below zero; what is bound is at least the positions' margin and, on spot, exactly what the open orders need. */
function expectSound(account: EngineAccount): void {
  for (const wallet of ['spot', 'futures'] as const) {
    for (const { asset, total, locked } of account.balances(wallet)) {
      expect(locked, `${wallet} ${asset} locked`).toBeGreaterThanOrEqual(0n);
      expect(total - locked, `${wallet} ${asset} available`).toBeGreaterThanOrEqual(0n);
    }
  }
  const margin = account.positions().reduce((sum, position) => sum + position.margin, 0n);
  const futuresOrders = account.openOrders().filter(({ book }) => book.instrument.market === 'futures');
  const { locked } = account.balance('futures', 'USDT');
  if (futuresOrders.length === 0) expect(locked).toBe(margin);
  else expect(locked).toBeGreaterThanOrEqual(margin);
  for (const position of account.positions()) if (position.qtyUnits === 0) expect(position.margin).toBe(0n);
  for (const order of account.openOrders()) {
    if (order.reduceOnly) expect(order.side === 'buy').toBe(account.position(order.book).qtyUnits < 0);
  }
}

/** Deposits, realised profit, fees and funding explain every futures balance; the venue covers what an account cannot pay. */
function expectFuturesMoney(rig: Rig): void {
  const sums = new Map<EngineAccount, bigint>();
  const add = (account: EngineAccount, amount: bigint) => sums.set(account, (sums.get(account) ?? 0n) + amount);
  for (const event of rig.events) {
    if (event.kind === 'balance' && event.wallet === 'futures' && event.cause === 'deposit')
      add(event.account, event.totalChange);
    if (event.kind === 'funding') add(event.account, event.amount);
    if (event.kind === 'fill' && event.order.book.instrument.market === 'futures')
      add(event.account, event.fill.realizedPnl - event.fill.fee);
  }
  for (const [account, sum] of sums) expect(moneyText(account.balance('futures', 'USDT').total)).toBe(moneyText(sum));
}

function plain(key: string, value: unknown): unknown {
  if (key === 'account' && typeof value === 'object') return (value as EngineAccount).id;
  if (key === 'book' || key === 'fills') return undefined;
  if (key === 'order' && typeof value === 'object' && value !== null)
    return { ...value, book: undefined, fills: undefined, place: undefined };
  return typeof value === 'bigint' ? value.toString() : value;
}
