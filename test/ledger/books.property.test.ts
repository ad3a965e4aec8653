// Goal: whatever happens, books balance, holdings are the plain sums of what came and went, replaying gives the same, and strategies
// that trade at the same time make together what each makes alone.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JournalEntry, LedgerEntry } from '../../src/ledger/entries.js';
import { Rational } from '../twin/rational.js';
import { BooksWithLines } from './books-with-lines.js';
import { numbered } from './numbered.js';
import { DAY_US, fee, fill, funding, START_US, transfer } from './samples.js';

const STRATEGIES = ['pairs', 'basis', 'hifa'] as const;
const cents = (value: number): string => (value / 100).toFixed(2);
const price = fc.integer({ min: 1, max: 9999 }).map(cents);
const signed = fc.integer({ min: -500, max: 500 }).map(cents);
const common = {
  strategy: fc.constantFrom(...STRATEGIES),
  venue: fc.constantFrom('binance' as const, 'kraken' as const),
  market: fc.constantFrom('spot' as const, 'futures' as const),
  tsUs: fc.integer({ min: 0, max: 3 }).map((day) => START_US + day * DAY_US),
};
const feeAsset = fc.constantFrom('USDT', 'BTC', 'BNB');

const entry: fc.Arbitrary<LedgerEntry> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        ...common,
        side: fc.constantFrom('buy' as const, 'sell' as const),
        price,
        quantity: fc.integer({ min: 1, max: 400 }).map(cents),
        fee: fc.option(signed),
        feeAsset,
        feeConversion: fc.option(price),
        tradeId: fc.integer({ min: 1, max: 60 }).map(String),
      })
      .map((changes) => fill({ ...changes, contractSize: changes.market === 'futures' ? '0.1' : '1' })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ ...common, asset: feeAsset, amount: signed, conversion: fc.option(price) })
      .map((changes) => fee({ ...changes, contractSize: changes.market === 'futures' ? '0.1' : '1' })),
  },
  { weight: 1, arbitrary: fc.record({ ...common, market: fc.constant('futures' as const), amount: signed }).map(funding) },
  {
    weight: 1,
    arbitrary: fc.record({ venue: common.venue, market: common.market, asset: feeAsset, amount: signed }).map(transfer),
  },
);

function booksOf(entries: readonly JournalEntry[]): BooksWithLines {
  const books = new BooksWithLines();
  for (const one of entries) {
    books.book(one);
    expect(books.unbalanced()).toEqual([]);
  }
  return books;
}

const show = (books: BooksWithLines): unknown => ({
  balances: [...books.balances()].map(({ account, asset, amount }) => [account, asset, amount.toFixed()]),
  lines: [...books.profitLines()].map(({ realised, fees, funding: paid, turnover, ...line }) => [
    line,
    `${realised} ${fees} ${paid} ${turnover}`,
  ]),
});

/** Spot holdings as plain sums over the entries, each fill once. */
function plainHoldings(entries: readonly LedgerEntry[]): Map<string, Rational> {
  const sums = new Map<string, Rational>();
  const seen = new Set<string>();
  const add = (venue: string, asset: string, amount: Rational): unknown =>
    sums.set(`${venue} ${asset}`, (sums.get(`${venue} ${asset}`) ?? Rational.of(0)).plus(amount).reduced());
  const less = (amount: string): Rational => Rational.of(0).minus(Rational.of(amount));
  for (const one of entries) {
    if (!('market' in one) || one.market !== 'spot') continue;
    if (one.kind === 'transfer') add(one.venue, one.asset, Rational.of(one.amount));
    if (one.kind === 'fee') add(one.venue, one.asset, less(one.amount));
    if (one.kind !== 'fill' || seen.has(`${one.venue} ${one.tradeId}`)) continue;
    seen.add(`${one.venue} ${one.tradeId}`);
    const [quantity, value] = [Rational.of(one.quantity), Rational.of(one.quantity).times(Rational.of(one.price))];
    const buys = one.side === 'buy';
    add(one.venue, 'BTC', buys ? quantity : Rational.of(0).minus(quantity));
    add(one.venue, 'USDT', buys ? Rational.of(0).minus(value) : value);
    if (one.fee !== null && one.feeAsset !== null) add(one.venue, one.feeAsset, less(one.fee));
  }
  return sums;
}

const entries = fc.array(entry, { maxLength: 40 });

test('books balance after every entry, spot holdings are plain sums, and a second reading gives the same', () => {
  fc.assert(
    fc.property(entries, (all) => {
      const told = numbered(all);
      const books = booksOf(told);
      for (const [key, sum] of plainHoldings(all)) {
        const [venue, asset] = key.split(' ') as ['binance' | 'kraken', string];
        expect(Rational.of(books.holding(venue, 'spot', asset).toFixed()).compare(sum), key).toBe(0);
      }
      expect(show(booksOf(told))).toEqual(show(books));
    }),
    { numRuns: 200 },
  );
});

test('strategies that trade at the same time make together what each makes alone, and a venue sees the sum', () => {
  fc.assert(
    fc.property(entries, (all) => {
      // Each trade id belongs to one strategy, as at a venue.
      const told = numbered(all.map((one, index) => (one.kind === 'fill' ? { ...one, tradeId: String(index) } : one)));
      const together = booksOf(told);
      const alone = STRATEGIES.map((strategy) => booksOf(told.filter((one) => 'strategy' in one && one.strategy === strategy)));
      const byKey = (books: readonly BooksWithLines[]): string[] =>
        books
          .flatMap((one) => [...one.profitLines()])
          .map(({ realised, fees, funding: paid, ...line }) =>
            JSON.stringify([line.strategy, line.symbol, line.venue, line.market, line.day, `${realised}`, `${fees}`, `${paid}`]),
          )
          .sort();
      expect(byKey([together])).toEqual(byKey(alone));
      for (const venue of ['binance', 'kraken'] as const) {
        const sum = alone.reduce(
          (total, one) => total.plus(one.contracts(venue, 'BTCUSDT')),
          together.holding(venue, 'spot', 'none'),
        );
        expect(sum.toFixed()).toBe(together.contracts(venue, 'BTCUSDT').toFixed());
      }
    }),
    { numRuns: 100 },
  );
});

test('once every contract is closed, the wallet of the venue and the profits of the strategies are the same money', () => {
  fc.assert(
    fc.property(entries, price, (all, last) => {
      const trades = all.flatMap((one, index) =>
        one.kind === 'fill' && one.market === 'futures' ? [{ ...one, tradeId: `${index}`, fee: null }] : [],
      );
      const left = new Map<string, number>();
      for (const { strategy, venue, side, quantity } of trades) {
        const key = `${strategy} ${venue}`;
        left.set(key, (left.get(key) ?? 0) + Math.round(Number(quantity) * 100) * (side === 'buy' ? 1 : -1));
      }
      const closing = [...left].flatMap(([key, open]) => {
        const [strategy = '', venue] = key.split(' ') as [string, 'binance' | 'kraken'];
        const side = open > 0 ? ('sell' as const) : ('buy' as const);
        const own = { strategy, venue, market: 'futures', contractSize: '0.1', tradeId: `close ${key}` } as const;
        return open === 0 ? [] : [fill({ ...own, side, quantity: cents(Math.abs(open)), price: last })];
      });
      const books = booksOf(numbered([...trades, ...closing]));
      const netting = [...books.balances()].filter(({ account }) => account.kind === 'netting');
      for (const { amount } of netting) expect(amount.abs().lt('1e-30')).toBe(true);
    }),
    { numRuns: 100 },
  );
});
