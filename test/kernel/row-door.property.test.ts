// Goal: rows lead to the book that the plainest book there is comes to, and are not applied before there is a snapshot.
// Method: random messages of rows against a Map of each side; the best levels, the whole sides and the state are compared each time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BOOK_INDEX_PRICE,
  BOOK_MARK_PRICE,
  BOOK_RULE_DELTAS,
  BOOK_TRADE_BUY_QTY,
  BOOK_TRADE_PRICE,
  BOOK_TRADE_SELL_QTY,
  BOOK_TRADES,
  CHECKSUM_OFF,
  DECODER_BINANCE_SPOT,
  STATUS_APPLIED,
  STATUS_BUFFER,
  STATUS_CROSSED,
  STATUS_EVENT,
  STATUS_OVERSIZED,
  STATUS_SNAPSHOT,
} from '../../assembly/memory/layout.js';
import { readBook } from '../../src/kernel/book-view.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';
import { ROW_ASK, ROW_BID, RowDoor } from '../../src/kernel/row-door.js';

const ROOM = 16;

function oneBook(): { kernel: Kernel; door: RowDoor; address: number } {
  const request = { feed: 0, names: ['X'], priceScale: 0, qtyScale: 0, capacity: 200, depth: 0, orders: 0 };
  const plan = planMemory({
    feeds: [DECODER_BINANCE_SPOT],
    books: [{ ...request, rule: BOOK_RULE_DELTAS, checksumPolicy: CHECKSUM_OFF }],
    threads: [{ inputBytes: 64, levelsMax: ROOM, copyLevelsMax: 200, eventsMax: 4 }],
    histograms: 0,
  });
  const kernel = new Kernel(createSharedBooks(plan), 0);
  return { kernel, door: new RowDoor(kernel), address: plan.books[0] ?? 0 };
}

interface Row {
  readonly side: number;
  readonly price: number;
  readonly qty: number;
}

function columns(rows: readonly Row[]) {
  return {
    side: Uint8Array.from(rows, ({ side }) => side),
    priceUnits: Float64Array.from(rows, ({ price }) => price),
    qtyUnits: Float64Array.from(rows, ({ qty }) => qty),
  };
}

const row = fc.record({
  side: fc.constantFrom(ROW_BID, ROW_ASK),
  price: fc.integer({ min: 1, max: 30 }),
  qty: fc.integer({ min: 0, max: 3 }),
});
const message = fc.record({ isSnapshot: fc.boolean(), rows: fc.array(row, { maxLength: 12 }) });

describe('rows put straight into books', () => {
  it('come to the naive book', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 25 }), (messages) => {
        const { kernel, door, address } = oneBook();
        const sides = [new Map<number, number>(), new Map<number, number>()];
        let hasSnapshot = false;
        messages.forEach(({ isSnapshot, rows }, index) => {
          const status = door.levels(0, columns(rows), 0, rows.length, isSnapshot, index + 1, 0);
          if (!isSnapshot && !hasSnapshot) {
            expect(status).toBe(STATUS_BUFFER);
            return;
          }
          hasSnapshot = true;
          if (isSnapshot) for (const side of sides) side.clear();
          for (const { side, price, qty } of rows) {
            if (qty === 0) sides[side]?.delete(price);
            else sides[side]?.set(price, qty);
          }
          const [bids, asks] = sides.map((side, of) => [...side].sort(([a], [b]) => (of === ROW_BID ? b - a : a - b)));
          const crossed = (bids?.[0]?.[0] ?? 0) >= (asks?.[0]?.[0] ?? Number.POSITIVE_INFINITY);
          expect(status).toBe(crossed ? STATUS_CROSSED : isSnapshot ? STATUS_SNAPSHOT : STATUS_APPLIED);
          const view = readBook(kernel, address, 200);
          expect(view?.bids.map(([price, qty]) => [Number(price), Number(qty)])).toEqual(bids);
          expect(view?.asks.map(([price, qty]) => [Number(price), Number(qty)])).toEqual(asks);
        });
      }),
    );
  });

  it('refuses a message that is longer than the room, and leaves the book as it was', () => {
    const { kernel, door, address } = oneBook();
    const first = columns([
      { side: ROW_BID, price: 9, qty: 1 },
      { side: ROW_ASK, price: 11, qty: 2 },
    ]);
    door.levels(0, first, 0, 2, true, 1, 0);
    const many = columns(Array.from({ length: ROOM + 1 }, (_, place) => ({ side: ROW_BID, price: place + 1, qty: 1 })));
    expect(door.levels(0, many, 0, ROOM + 1, true, 2, 0)).toBe(STATUS_OVERSIZED);
    expect(readBook(kernel, address, 10)).toMatchObject({ sequence: 1, bidCount: 1, askCount: 1 });
  });

  it('books trades and marks', () => {
    const { kernel, door, address } = oneBook();
    expect(door.trade(0, 10, 3, 7, 5_000_000, 1)).toBe(STATUS_EVENT);
    expect(door.trade(0, 9, 2, 8, 6_000_000, -1)).toBe(STATUS_EVENT);
    door.mark(0, 10.5, Number.NaN, 0.0001, 9_000_000);
    const told = [BOOK_TRADES, BOOK_TRADE_BUY_QTY, BOOK_TRADE_SELL_QTY, BOOK_TRADE_PRICE, BOOK_MARK_PRICE, BOOK_INDEX_PRICE];
    expect(told.map((field) => kernel.float64At(address + field))).toEqual([2, 3, 2, 9, 10.5, Number.NaN]);
  });
});
