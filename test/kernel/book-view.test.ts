import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BOOK_LOCK, STATE_BROKEN, STATE_EMPTY } from '../../assembly/memory/layout.js';
import { decimalText, fixedText, readBook, stateName } from '../../src/kernel/book-view.js';
import { OracleBooks } from '../oracle/oracle-books.js';

test('units read as exact decimal text', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 20 }), (units, scale) => {
      const exact = new Decimal(units).times(new Decimal(10).pow(-scale));
      expect(decimalText(units, scale)).toBe(exact.toFixed().replace(/^-0$/, '0'));
      expect(fixedText(units, scale)).toBe(exact.toFixed(scale).replace(/^-0$/, '0'));
    }),
  );
});

test.each([
  [1250, 3, '1.25', '1.250'],
  [2000, 3, '2', '2.000'],
  [0, 3, '0', '0.000'],
  [100, 0, '100', '100'],
  [1, 8, '0.00000001', '0.00000001'],
  [-50, 2, '-0.5', '-0.50'],
  [2 ** 53, 2, '90071992547409.92', '90071992547409.92'],
] as const)('%d units of scale %d are %s', (units, scale, short, full) => {
  expect(decimalText(units, scale)).toBe(short);
  expect(fixedText(units, scale)).toBe(full);
});

test('a book is read whole, best levels first', () => {
  const books = new OracleBooks();
  const { kernel } = books;
  const book = books.book(0);
  expect(readBook(kernel, book, 5)).toMatchObject({ state: 'EMPTY', bids: [], asks: [], sequence: 0 });
  kernel.receivedAt(77);
  books.load(0, {
    priceDecimals: 2,
    qtyDecimals: 3,
    bids: [
      ['99.50', '2.000'],
      ['99.00', '0.010'],
    ],
    asks: [['100.00', '1.5']],
  });
  const view = {
    state: 'SYNCED',
    sequence: 1,
    asks: [['100', '1.5']],
    bidCount: 2,
    askCount: 1,
    truncated: false,
    exchangeUs: 0,
    receiveUs: 77,
  };
  expect(readBook(kernel, book, 5)).toEqual({
    ...view,
    bids: [
      ['99.5', '2'],
      ['99', '0.01'],
    ],
  });
  expect(readBook(kernel, book, 1)).toEqual({ ...view, bids: [['99.5', '2']] });
  Atomics.add(kernel.int32, (book + BOOK_LOCK) >> 2, 1);
  expect(readBook(kernel, book, 5)).toBeUndefined();
});

test('every state has a name', () => {
  const names = Array.from({ length: STATE_BROKEN + 1 }, (_, state) => stateName(state));
  expect(new Set(names).size).toBe(STATE_BROKEN + 1);
  expect([stateName(STATE_EMPTY), stateName(2), stateName(STATE_BROKEN)]).toEqual(['EMPTY', 'SYNCED', 'BROKEN']);
});
