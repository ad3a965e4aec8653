import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BOOK_RULE_DELTAS,
  CHECKSUM_OFF,
  DECODER_BINANCE_SPOT,
  STATE_STALE,
  STATUS_SNAPSHOT,
} from '../../assembly/memory/layout.js';
import { VENUES_MAX } from '../../assembly/memory/scan-layout.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';
import { Scanner } from '../../src/kernel/scan.js';
import { crossVenueTouch } from '../twin/pricing.js';

// Goal: a scan finds, for every row, the pair that decimals find, ties included, from books that are synchronised and fresh.
// Method: few prices and fees that float64 holds exactly, so that ties are frequent and real.

const ROWS = 40;
const MAX_AGE_US = 100;

function newScan(): { kernel: Kernel; scanner: Scanner; bookAt: (row: number, venue: number) => number } {
  const plan = planMemory({
    feeds: Array.from({ length: VENUES_MAX }, () => DECODER_BINANCE_SPOT),
    books: Array.from({ length: ROWS * VENUES_MAX }, (_, index) => ({
      feed: index % VENUES_MAX,
      names: [`S${Math.floor(index / VENUES_MAX)}`],
      priceScale: 0,
      qtyScale: 0,
      capacity: 4,
      depth: 0,
      rule: BOOK_RULE_DELTAS,
      checksumPolicy: CHECKSUM_OFF,
      orders: 0,
    })),
    threads: [{ inputBytes: 4096, levelsMax: 16, copyLevelsMax: 16, eventsMax: 1 }],
    histograms: 0,
    scanRows: ROWS,
  });
  const kernel = new Kernel(createSharedBooks(plan), 0);
  return { kernel, scanner: new Scanner(kernel), bookAt: (row, venue) => plan.books[row * VENUES_MAX + venue] ?? 0 };
}

const venue = fc.record({
  bid: fc.integer({ min: 0, max: 12 }),
  width: fc.integer({ min: 0, max: 4 }), // 0: no ask
  qty: fc.integer({ min: 1, max: 5 }),
  fee: fc.constantFrom(0, 0.25, 0.5, -0.125),
  basePerUnit: fc.constantFrom(1, 0.5, 100),
  listed: fc.boolean(),
  synced: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
  ageUs: fc.constantFrom(0, MAX_AGE_US, MAX_AGE_US + 1),
});
type Venue = typeof venue extends fc.Arbitrary<infer T> ? T : never;
const instrument = fc.array(venue, { maxLength: VENUES_MAX });

const askOf = (v: Venue): number => (v.width === 0 ? 0 : v.bid + v.width);
const counts = (v: Venue): boolean => v.listed && v.synced && v.ageUs <= MAX_AGE_US;

const { kernel, scanner, bookAt } = newScan();
let sequence = 0;
let nowUs = 1000;

/** Gives a book the touch of `v`. @returns its sequence */
function feed(book: number, v: Venue): number {
  kernel.receivedAt(nowUs - v.ageUs);
  const bids = v.bid === 0 ? [] : [[String(v.bid), String(v.qty)]];
  const asks = askOf(v) === 0 ? [] : [[String(askOf(v)), String(v.qty + 1)]];
  sequence++;
  expect(kernel.decodeSnapshot(book, Buffer.from(JSON.stringify({ lastUpdateId: sequence, bids, asks })))).toBe(STATUS_SNAPSHOT);
  if (!v.synced) kernel.exports.setState(book, STATE_STALE);
  return sequence;
}

/** Fills and lists a row. @returns the sequence of each venue's book */
function fillRow(row: number, venues: readonly Venue[]): number[] {
  const sequences = venues.map((v, index) => feed(bookAt(row, index), v));
  scanner.setRow(
    row,
    venues.map((v, index) => ({ book: v.listed ? bookAt(row, index) : 0, takerFee: v.fee, basePerUnit: v.basePerUnit })),
  );
  return sequences;
}

function expectRow(row: number, venues: readonly Venue[], sequences: readonly number[]): void {
  const { best } = crossVenueTouch(
    venues.map((v, index) => ({
      name: String(index),
      takerFee: String(v.fee),
      bids: counts(v) && v.bid > 0 ? [[String(v.bid), String(v.qty)] as const] : [],
      asks: counts(v) && askOf(v) > 0 ? [[String(askOf(v)), String(v.qty + 1)] as const] : [],
    })),
  );
  expect(scanner.hasPair(row)).toBe(best !== null);
  if (best === null) return;
  const [i, j] = [Number(best.buy), Number(best.sell)];
  const [buy, sell] = [venues[i], venues[j]];
  if (buy === undefined || sell === undefined) throw new Error('the twin named a venue that is not there');
  expect([scanner.buyVenue(row), scanner.sellVenue(row)]).toEqual([i, j]);
  expect(scanner.net(row) * 100).toBeCloseTo(best.netPct.toNumber(), 10);
  expect(scanner.gross(row) * 100).toBeCloseTo(best.grossPct.toNumber(), 10);
  expect([scanner.askPriceUnits(row), scanner.askQtyUnits(row)]).toEqual([askOf(buy), buy.qty + 1]);
  expect([scanner.bidPriceUnits(row), scanner.bidQtyUnits(row)]).toEqual([sell.bid, sell.qty]);
  expect([scanner.buySequence(row), scanner.sellSequence(row)]).toEqual([sequences[i], sequences[j]]);
  expect([scanner.buyReceiveUs(row), scanner.sellReceiveUs(row)]).toEqual([nowUs - buy.ageUs, nowUs - sell.ageUs]);
  expect(scanner.availableBase(row)).toBe(Math.min((buy.qty + 1) * buy.basePerUnit, sell.qty * sell.basePerUnit));
}

test('scanning all rows finds the pairs that decimals find', () => {
  fc.assert(
    fc.property(fc.array(instrument, { minLength: ROWS, maxLength: ROWS }), (rows) => {
      nowUs += 1000;
      const sequences = rows.map((venues, row) => fillRow(row, venues));
      expect(scanner.scanAll(nowUs, MAX_AGE_US)).toBe(ROWS);
      rows.forEach((venues, row) => {
        expect(scanner.scannedRow(row)).toBe(row);
        expectRow(row, venues, sequences[row] ?? []);
      });
    }),
    { numRuns: 60 },
  );
});

test('scanning what is dirty looks at the rows of changed books, once, and at nothing else', () => {
  const change = fc.record({ row: fc.nat(ROWS - 1), place: fc.nat(VENUES_MAX - 1), to: venue });
  fc.assert(
    fc.property(
      fc.array(instrument, { minLength: ROWS, maxLength: ROWS }),
      fc.array(change, { maxLength: 30 }),
      (initial, changes) => {
        nowUs += 1000;
        const rows = initial.map((venues) => [...venues]);
        const sequences = rows.map((venues, row) => fillRow(row, venues));
        scanner.scanDirty(nowUs, MAX_AGE_US);
        rows.forEach((venues, row) => {
          if (venues.some((v) => v.listed)) expectRow(row, venues, sequences[row] ?? []);
        });
        expect(scanner.scanDirty(nowUs, MAX_AGE_US)).toBe(0);

        const changed = new Set<number>();
        for (const { row, place, to } of changes) {
          const before = rows[row]?.[place];
          if (before === undefined) continue;
          // The listing and the fee of a row stay; its book changes.
          const after = { ...to, listed: before.listed, fee: before.fee, basePerUnit: before.basePerUnit };
          (rows[row] as Venue[])[place] = after;
          (sequences[row] as number[])[place] = feed(bookAt(row, place), after);
          if (before.listed) changed.add(row);
        }
        const scanned = scanner.scanDirty(nowUs, MAX_AGE_US);
        expect(Array.from({ length: scanned }, (_, index) => scanner.scannedRow(index)).sort((a, b) => a - b)).toEqual(
          [...changed].sort((a, b) => a - b),
        );
        for (const row of changed) expectRow(row, rows[row] ?? [], sequences[row] ?? []);
      },
    ),
    { numRuns: 60 },
  );
});
