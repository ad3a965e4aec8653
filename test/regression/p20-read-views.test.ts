// P20: full-book copies when only a delta is wanted. Goal: a change marks its own book and no other, a reader takes the levels it
// asked for and not one more, and looking at the touch copies no levels at all.
import { expect, test } from 'vitest';
import {
  BOOK_ASK_PRICE,
  BOOK_BID_PRICE,
  BOOK_RULE_DELTAS,
  CHECKSUM_OFF,
  DECODER_BINANCE_SPOT,
} from '../../assembly/memory/layout.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';

const NAMES = ['AUSDT', 'BUSDT', 'CUSDT'];
const plan = planMemory({
  feeds: [DECODER_BINANCE_SPOT],
  books: NAMES.map((name) => ({
    feed: 0,
    names: [name],
    priceScale: 1,
    qtyScale: 1,
    capacity: 100,
    depth: 0,
    rule: BOOK_RULE_DELTAS,
    checksumPolicy: CHECKSUM_OFF,
    orders: 0,
  })),
  threads: [{ inputBytes: 65_536, levelsMax: 200, copyLevelsMax: 100, eventsMax: 10 }],
  histograms: 0,
});
const kernel = new Kernel(createSharedBooks(plan), 0);

test('P20: a change marks one book, and a copy is as deep as it was asked for', () => {
  const levels = (from: number, step: number): string =>
    JSON.stringify(Array.from({ length: 60 }, (_, i) => [String(from + i * step), '1']));
  for (const book of plan.books) {
    kernel.decodeSnapshot(book, Buffer.from(`{"lastUpdateId":1,"bids":${levels(500, -1)},"asks":${levels(501, 1)}}`));
  }
  const dirty = plan.dirtyBits >> 2;
  kernel.int32[dirty] = 0;
  const frame = Buffer.from('{"e":"depthUpdate","E":1,"s":"BUSDT","U":2,"u":2,"b":[["500","7"]],"a":[]}');
  kernel.decodeFrame(plan.feeds[0] ?? 0, frame, 0, frame.length);
  expect(kernel.int32[dirty]).toBe(0b010);

  const area = kernel.float64.subarray(kernel.copiedBids, kernel.copiedBids + kernel.copyLevelsMax * 4);
  area.fill(-1);
  expect(kernel.exports.copyBook(plan.books[1] ?? 0, 3)).toBe(1);
  expect([...area.subarray(0, 8)]).toEqual([5000, 70, 4990, 10, 4980, 10, -1, -1]);
  expect(area.filter((value) => value !== -1)).toHaveLength(12);

  const book = plan.books[1] ?? 0;
  expect([kernel.float64At(book + BOOK_BID_PRICE), kernel.float64At(book + BOOK_ASK_PRICE)]).toEqual([5000, 5010]);
});
