import { expect, test } from 'vitest';
import { BASE, BUY, parseAmount, QUOTE, SELL } from '../../src/kernel/pricing.js';
import { exactVwap } from '../../src/kernel/pricing-exact.js';
import { OracleBooks } from '../oracle/oracle-books.js';

const books = new OracleBooks();
const { pricing } = books;
const book = {
  priceDecimals: 2,
  qtyDecimals: 3,
  bids: [['99.50', '2.000']],
  asks: [
    ['100.50', '2.000'],
    ['101.00', '1.500'],
  ],
} as const;

test.each(['0', '-1', 'NaN', 'Infinity', '', 'abc', '-0.00000001', '0x10', '1 ', '1e', '.', '1e9999'])(
  '%j is no amount',
  (text) => {
    expect(parseAmount(text, 3)).toBe('INVALID_AMOUNT');
    expect(exactVwap(book.asks, 'base', text)).toBe('INVALID_AMOUNT');
  },
);

test('an amount is split at 2^53 and rounded up where a float64 does not hold it', () => {
  expect(parseAmount('1.5', 3)).toEqual({ high: 0, low: 1500 });
  expect(parseAmount('9007199254740993', 0)).toEqual({ high: 1, low: 1 });
  expect(parseAmount('9007199254740991.5', 0)).toEqual({ high: 1, low: 0 });
  expect(parseAmount('1e60', 0)).toMatchObject({ high: 2 ** 62 });
  expect(parseAmount('5.00000000000000000001', 0)).toEqual({ high: 0, low: 5 * (1 + Number.EPSILON) });
});

test.each([0, -1, Number.NaN])('%d fills nothing', (amount) => {
  books.price(book);
  for (const mode of [BASE, QUOTE] as const) {
    expect(pricing.vwap(BUY, mode, amount)).toBe(false);
    expect([pricing.filledBaseUnits, pricing.filledQuoteUnits, pricing.levelsUsed]).toEqual([0, 0, 0]);
    expect([pricing.averagePriceUnits, pricing.worstPriceUnits]).toEqual([Number.NaN, Number.NaN]);
  }
});

test('an infinite amount takes the whole side and is not full', () => {
  books.price(book);
  for (const mode of [BASE, QUOTE] as const) {
    expect(pricing.vwap(BUY, mode, Number.POSITIVE_INFINITY)).toBe(false);
    expect([pricing.filledBaseUnits, pricing.levelsUsed]).toEqual([3500, 2]);
  }
});

test('only the copied levels are walked', () => {
  books.load(0, book);
  expect(pricing.copy(books.book(0), 1)).toBe(true);
  expect(pricing.vwap(BUY, BASE, 2001)).toBe(false);
  expect(pricing.filledBaseUnits).toBe(2000);
  expect(pricing.vwap(SELL, BASE, 2000)).toBe(true);
});
