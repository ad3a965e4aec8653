import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32, crc32Bitwise } from '../twin/crc32.js';
import { decimalSign, decimalsOf, parseUnits, unitsToFixed, unitsToText } from '../twin/decimal.js';
import { TwinL3Book, type TwinOrder } from '../twin/l3-book.js';
import { TwinLadder } from '../twin/ladder.js';
import { TwinSymbolTable } from '../twin/symbol-table.js';

const UNITS_MAX = 2 ** 53;
const units = fc.oneof(fc.integer({ min: 0, max: 1_000_000 }), fc.maxSafeInteger().map(Math.abs), fc.constant(UNITS_MAX));
const scale = fc.integer({ min: 0, max: 15 });

describe('decimal twin', () => {
  // Method: the same number written in many ways, all of which must read back as the units it was made from.
  test('reads every spelling of a number exactly', () => {
    const spelling = fc.record({
      units,
      scale,
      zerosBefore: fc.nat(4),
      zerosBehind: fc.nat(4),
      shift: fc.integer({ min: -8, max: 8 }),
    });
    fc.assert(
      fc.property(spelling, ({ units: value, scale: decimals, zerosBefore, zerosBehind, shift }) => {
        const plain = unitsToText(value, decimals);
        expect(parseUnits(plain, decimals)).toBe(value);
        expect(parseUnits(`-${plain}`, decimals)).toBe(value === 0 ? 0 : -value);
        expect(parseUnits('0'.repeat(zerosBefore) + unitsToFixed(value, decimals, decimals + zerosBehind), decimals)).toBe(value);
        // the same digits, with the point moved and an exponent that moves it back
        const moved = `${unitsToText(value, Math.max(0, decimals + shift))}e${Math.max(0, decimals + shift) - decimals}`;
        expect(parseUnits(moved, decimals)).toBe(value);
      }),
    );
  });

  test('refuses what is finer than the scale or beyond 2^53, and what is no number', () => {
    fc.assert(
      fc.property(units, fc.integer({ min: 0, max: 14 }), (value, decimals) => {
        const text = unitsToText(value, decimals + 1);
        expect(parseUnits(text, decimals)).toBe(value % 10 === 0 ? value / 10 : 'precision');
      }),
    );
    expect(parseUnits('9007199254740992', 0)).toBe(UNITS_MAX);
    expect(parseUnits('9007199254740993', 0)).toBe('precision');
    expect(parseUnits('1e999999999999', 0)).toBe('precision');
    expect(parseUnits('0e999999999999', 0)).toBe(0);
    expect(parseUnits('1e-8', 8)).toBe(1);
    expect(parseUnits('6E4', 2)).toBe(6_000_000);
    for (const text of ['', '.', '-', '1e', 'e1', '0x1', '1,5', ' 1', '1 ', '0.-10000', 'NaN', 'Infinity', '1.2.3']) {
      expect([text, parseUnits(text, 8), decimalSign(text)]).toEqual([text, 'malformed', 'malformed']);
    }
  });

  test('tells sign and decimals', () => {
    expect(['-0.0', '-0.001', '0.10', '1e-400'].map(decimalSign)).toEqual([0, -1, 1, 1]);
    expect(['1.2300', '1e-8', '100', '0.000', '1.5e1'].map(decimalsOf)).toEqual([2, 8, 0, 0, 0]);
  });
});

describe('ladder twin', () => {
  const changes = fc.array(fc.record({ price: fc.integer({ min: 1, max: 30 }), qty: fc.integer({ min: 0, max: 3 }) }), {
    maxLength: 200,
  });

  test('holds the last word about each price when there is room', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const ladder = new TwinLadder('ask', 64);
        const wanted = new Map<number, number>();
        for (const { price, qty } of list) {
          ladder.set(price, qty);
          if (qty === 0) wanted.delete(price);
          else wanted.set(price, qty);
        }
        expect(ladder.top().map(({ price, qty }) => [price, qty])).toEqual([...wanted].sort((a, b) => a[0] - b[0]));
        expect(ladder.truncated).toBe(0);
      }),
    );
  });

  test('holds no more than its capacity after a message, and counts what fell off', () => {
    fc.assert(
      fc.property(changes, fc.constantFrom('bid' as const, 'ask' as const), (list, side) => {
        const ladder = new TwinLadder(side, 5);
        const plain = new Map<number, number>();
        for (const { price, qty } of list.slice(0, 20)) {
          ladder.set(price, qty);
          if (qty === 0) plain.delete(price);
          else plain.set(price, qty);
        }
        ladder.cut(0);
        const best = [...plain.keys()].sort((a, b) => (side === 'bid' ? b - a : a - b)).slice(0, 5);
        expect(ladder.top().map(({ price }) => price)).toEqual(best);
        expect(ladder.truncated).toBe(Math.max(plain.size - 5, 0));
      }),
    );
  });

  test('cuts the worst levels', () => {
    const ladder = new TwinLadder('bid', 10);
    for (const price of [5, 9, 7, 3]) ladder.set(price, 1);
    ladder.cut(2);
    expect([ladder.top().map(({ price }) => price), ladder.truncated]).toEqual([[9, 7], 2]);
  });
});

describe('order twin', () => {
  const order = (id: string, price: number, qty: number, rank: bigint): TwinOrder => ({
    id,
    side: 'bid',
    price,
    qty,
    priceText: '',
    qtyText: '',
    rank,
  });

  test('queues by rank, then by arrival; an amended order keeps its arrival, one that is added anew does not', () => {
    const book = new TwinL3Book();
    for (const each of [order('c', 10, 1, 3n), order('a', 10, 2, 1n), order('b', 10, 4, 1n), order('d', 11, 8, 0n)])
      book.add(each);
    const queue = (): string =>
      book
        .top('bid')
        .map(({ price, qty, orders }) => `${price}:${qty}=${orders.map(({ id }) => id).join('')}`)
        .join(' ');
    expect(queue()).toBe('11:8=d 10:7=abc');
    book.amend(order('a', 10, 1, 1n));
    expect(queue()).toBe('11:8=d 10:6=abc');
    book.add(order('a', 10, 1, 1n));
    expect(queue()).toBe('11:8=d 10:6=bac');
    book.cut('bid', 1);
    expect([queue(), book.orderCount, book.truncated, book.delete('a')]).toEqual(['11:8=d', 1, 1, false]);
  });
});

test('both CRC-32 twins agree with one another and with the published check value', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(crc32(bytes)).toBe(crc32Bitwise(bytes));
    }),
  );
});

test('the symbol table finds names by their bytes and nothing else', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 50 }), fc.string(), (names, other) => {
      const table = new TwinSymbolTable(names);
      for (const [index, name] of names.entries()) expect(table.find(Buffer.from(name))).toBe(index);
      expect(table.find(Buffer.from(other))).toBe(names.indexOf(other));
    }),
  );
});
