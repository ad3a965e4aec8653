// Goal: what entries do to balances, positions and profit, by hand.
import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../src/ledger/entries.js';
import { BooksWithLines } from './books-with-lines.js';
import { numbered } from './numbered.js';
import { DAY_US, fee, fill, funding, transfer } from './samples.js';

function booksOf(...entries: LedgerEntry[]): BooksWithLines {
  const books = new BooksWithLines();
  for (const entry of numbered(entries)) books.book(entry);
  expect(books.unbalanced()).toEqual([]);
  return books;
}

/** Balances that are not nothing, as 'kind venue market strategy symbol' and asset. */
function balancesOf(books: BooksWithLines): Record<string, string> {
  return Object.fromEntries(
    [...books.balances()]
      .filter(({ amount }) => !amount.isZero())
      .map(({ account: { kind, venue, market, strategy, symbol }, asset, amount }) => [
        `${[kind, venue, market, strategy, symbol].filter((part) => part !== null).join(' ')}: ${asset}`,
        amount.toFixed(),
      ]),
  );
}

describe('spot', () => {
  test('bought at one venue and sold at another: the profit is realised, the holdings are what the venues have', () => {
    const books = booksOf(
      transfer({ amount: '1000' }),
      transfer({ venue: 'kraken', asset: 'BTC', amount: '2' }),
      fill({ fee: '0.1', feeAsset: 'USDT' }),
      fill({ venue: 'kraken', symbol: 'BTC/USDT', side: 'sell', price: '102', fee: '0.2', feeAsset: 'USDT' }),
    );
    expect(balancesOf(books)).toEqual({
      'holding binance spot: USDT': '899.9',
      'holding binance spot: BTC': '1',
      'holding kraken spot: BTC': '1',
      'holding kraken spot: USDT': '101.8',
      'transfers binance spot: USDT': '-1000',
      'transfers kraken spot: BTC': '-2',
      'profit kraken spot pairs BTC/USDT: USDT': '-2',
      'fees binance spot pairs BTC/USDT: USDT': '0.1',
      'fees kraken spot pairs BTC/USDT: USDT': '0.2',
    });
    expect(
      [...books.profitLines()].map(({ venue, realised, fees, turnover }) => [venue, `${realised}`, `${fees}`, `${turnover}`]),
    ).toEqual([
      ['binance', '0', '0.1', '100'],
      ['kraken', '2', '0.2', '102'],
    ]);
  });

  test('a fee in base leaves the position at the price of the fill; one in a third asset leaves its own holding', () => {
    const books = booksOf(
      fill({ fee: '0.01', feeAsset: 'BTC' }),
      fill({ tradeId: 't2', fee: '0.002', feeAsset: 'BNB', feeConversion: '600' }),
    );
    expect(balancesOf(books)).toEqual({
      'holding binance spot: USDT': '-200',
      'holding binance spot: BTC': '1.99',
      'holding binance spot: BNB': '-0.002',
      'position spot pairs BTC/USDT: BTC': '-1.99',
      'position spot pairs BTC/USDT: USDT': '199',
      'fees binance spot pairs BTC/USDT: USDT': '1',
      'fees binance spot pairs BTC/USDT: BNB': '0.002',
    });
    const [line] = books.profitLines();
    expect(`${line?.fees}`).toBe('2.2');
  });

  test('a fee that is told later, in base and in an asset of unknown value', () => {
    const books = booksOf(
      fill(),
      fee({ tradeId: 't1', asset: 'BTC', amount: '0.01', conversion: '100' }),
      fee({ tradeId: 't1', asset: 'BNB', amount: '0.5' }),
    );
    expect(balancesOf(books)).toMatchObject({
      'holding binance spot: BTC': '0.99',
      'position spot pairs BTC/USDT: BTC': '-0.99',
      'position spot pairs BTC/USDT: USDT': '99',
      'fees binance spot pairs BTC/USDT: USDT': '1',
      'fees binance spot pairs BTC/USDT: BNB': '0.5',
    });
  });

  test('a fill told twice counts once', () => {
    const books = booksOf(fill(), fill(), fill({ venue: 'kraken' }));
    expect(`${books.holding('binance', 'spot', 'BTC')} ${books.holding('kraken', 'spot', 'BTC')}`).toBe('1 1');
  });
});

describe('futures', () => {
  const contract = { market: 'futures', contractSize: '0.01' } as const;

  test('only profit, fees and funding reach the wallet; contracts are counted', () => {
    const books = booksOf(
      transfer({ market: 'futures', amount: '50' }),
      fill({ ...contract, quantity: '300', price: '100' }),
      fill({ ...contract, tradeId: 't2', quantity: '100', price: '104' }),
      fill({ ...contract, tradeId: 't3', side: 'sell', quantity: '200', price: '111', fee: '0.3', feeAsset: 'USDT' }),
      funding({ amount: '-0.25' }),
    );
    // The average is 101, and two units are sold at 111.
    expect(balancesOf(books)).toEqual({
      'holding binance futures: USDT': '69.45',
      'transfers binance futures: USDT': '-50',
      'contracts binance futures BTCUSDT: binance BTCUSDT contracts': '200',
      'position binance futures pairs BTCUSDT: binance BTCUSDT contracts': '-200',
      'profit binance futures pairs BTCUSDT: USDT': '-20',
      'fees binance futures pairs BTCUSDT: USDT': '0.3',
      'funding binance futures pairs BTCUSDT: USDT': '0.25',
    });
    expect(`${books.contracts('binance', 'BTCUSDT')}`).toBe('200');
  });

  test('two strategies in one contract: the wallet follows the venue, each strategy has its own profit', () => {
    const books = booksOf(
      fill({ ...contract, quantity: '100', price: '100' }),
      fill({ ...contract, tradeId: 't2', strategy: 'basis', side: 'sell', quantity: '100', price: '110' }),
    );
    expect(balancesOf(books)).toEqual({
      'holding binance futures: USDT': '10',
      'netting binance futures BTCUSDT: USDT': '-10',
      'position binance futures pairs BTCUSDT: binance BTCUSDT contracts': '-100',
      'position binance futures basis BTCUSDT: binance BTCUSDT contracts': '100',
    });
  });
});

test('adjustments of reconciliation are booked, notices are not', () => {
  const notice = {
    kind: 'reconciliation',
    tsUs: 0,
    monotonicUs: 0,
    turn: 0,
    subject: 'balance',
    expected: '1',
    actual: '0.9',
  } as const;
  const place = { venue: 'binance', market: 'spot', asset: 'BTC' } as const;
  const books = booksOf({ ...notice, ...place, action: 'none' }, { ...notice, ...place, action: 'booked', adjustment: '-0.1' });
  expect(balancesOf(books)).toEqual({ 'holding binance spot: BTC': '-0.1', 'adjustments binance spot: BTC': '0.1' });
});

test('profit is told by day', () => {
  const later = { tsUs: fill().tsUs + DAY_US };
  const books = booksOf(fill(), fill({ ...later, tradeId: 't2', side: 'sell', price: '103' }));
  expect([...books.profitLines()].map(({ day, realised, fills }) => [day, `${realised}`, fills])).toEqual([
    [20454, '0', 1],
    [20455, '3', 1],
  ]);
});
