import { expect, test } from 'vitest';
import { BOOK_LOCK, BOOK_RULE_DELTAS, CHECKSUM_OFF, DECODER_BINANCE_SPOT } from '../../assembly/memory/layout.js';
import { VENUES_MAX } from '../../assembly/memory/scan-layout.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { type MemoryPlan, planMemory } from '../../src/kernel/plan.js';
import { Scanner } from '../../src/kernel/scan.js';

/** Books of one symbol on each feed; the last has another price scale. */
function plan(scanRows?: number): MemoryPlan {
  return planMemory({
    feeds: [DECODER_BINANCE_SPOT, DECODER_BINANCE_SPOT, DECODER_BINANCE_SPOT],
    books: [2, 2, 3].map((priceScale, feed) => ({
      feed,
      names: ['S'],
      priceScale,
      qtyScale: 0,
      capacity: 4,
      depth: 0,
      rule: BOOK_RULE_DELTAS,
      checksumPolicy: CHECKSUM_OFF,
      orders: 0,
    })),
    threads: [{ inputBytes: 4096, levelsMax: 16, copyLevelsMax: 16, eventsMax: 1 }],
    histograms: 0,
    ...(scanRows === undefined ? {} : { scanRows }),
  });
}

const newKernel = (scanRows?: number): Kernel => new Kernel(createSharedBooks(plan(scanRows)), 0);
const venue = (kernel: Kernel, index: number) => ({ book: kernel.plan.books[index] ?? 0, takerFee: 0, basePerUnit: 1 });

test('memory without scan rows has no scanner', () => {
  const kernel = newKernel();
  expect(kernel.plan.scan).toBe(0);
  expect(() => new Scanner(kernel)).toThrow('the memory was planned without scan rows');
});

test('a row that does not fit is refused and the row stays as it was', () => {
  const kernel = newKernel(2);
  const scanner = new Scanner(kernel);
  scanner.setRow(0, [venue(kernel, 0), venue(kernel, 1)]);
  const refused = (row: number, venues: Parameters<Scanner['setRow']>[1], message: RegExp): void =>
    expect(() => scanner.setRow(row, venues)).toThrow(message);
  refused(2, [], /scan row 2 is outside the 2 planned/);
  refused(0.5, [], /outside/);
  refused(
    1,
    Array.from({ length: VENUES_MAX + 1 }, () => ({ book: 0, takerFee: 0, basePerUnit: 1 })),
    /at most 8 venues, not 9/,
  );
  refused(1, [venue(kernel, 0)], /a book of scan row 1 is already in row 0/);
  refused(0, [venue(kernel, 0), venue(kernel, 2)], /different price scales/);
  refused(0, [{ ...venue(kernel, 0), takerFee: 10 }], /a taker fee is a fraction, not 10/);
  expect(scanner.scanAll(0, 1)).toBe(2);
  expect(scanner.hasPair(0)).toBe(false);
});

test('a row can be listed anew, and its former books go elsewhere', () => {
  const kernel = newKernel(2);
  const scanner = new Scanner(kernel);
  scanner.setRow(0, [venue(kernel, 0), venue(kernel, 1)]);
  scanner.setRow(0, [venue(kernel, 0)]);
  scanner.setRow(1, [venue(kernel, 1)]);
  kernel.exports.resetBook(kernel.plan.books[1] ?? 0);
  expect(scanner.scanDirty(0, 1)).toBe(1);
  expect(scanner.scannedRow(0)).toBe(1);
});

// A writer that died or sleeps inside its write must not stop the scan, nor may what it left be used.
test('a book whose writer is at work is left out', () => {
  const kernel = newKernel(1);
  const scanner = new Scanner(kernel);
  const [first = 0, second = 0] = kernel.plan.books;
  const load = (book: number, bid: string, ask: string): number =>
    kernel.decodeSnapshot(book, Buffer.from(JSON.stringify({ lastUpdateId: 1, bids: [[bid, '1']], asks: [[ask, '1']] })));
  load(first, '1.00', '1.01');
  load(second, '1.05', '1.06');
  scanner.setRow(0, [venue(kernel, 0), venue(kernel, 1)]);
  scanner.scanAll(0, 1);
  expect([scanner.buyVenue(0), scanner.sellVenue(0), scanner.net(0)]).toEqual([0, 1, 4 / 101]);
  const write = (): void => {
    Atomics.add(kernel.int32, (second + BOOK_LOCK) >> 2, 1);
    Atomics.or(kernel.int32, kernel.plan.dirtyBits >> 2, 2);
  };
  write();
  scanner.scanAll(0, 1);
  expect(scanner.hasPair(0)).toBe(false);
  write();
  scanner.scanAll(0, 1);
  expect(scanner.hasPair(0)).toBe(true);
});
