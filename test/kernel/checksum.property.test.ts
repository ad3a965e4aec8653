// Goal: however a book changes from snapshot to snapshot, sides emptied and filled again, the checksum that the kernel keeps up to date
// is the one of the whole text.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BOOK_RULE_DELTAS, CHECKSUM_ENFORCE, DECODER_KRAKEN, STATUS_SNAPSHOT } from '../../assembly/memory/layout.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';
import { crc32 } from '../twin/crc32.js';

const plan = planMemory({
  feeds: [DECODER_KRAKEN],
  books: [
    {
      feed: 0,
      names: ['A/B'],
      priceScale: 1,
      qtyScale: 8,
      capacity: 50,
      depth: 0,
      rule: BOOK_RULE_DELTAS,
      checksumPolicy: CHECKSUM_ENFORCE,
      orders: 0,
    },
  ],
  threads: [{ inputBytes: 65_536, levelsMax: 100, copyLevelsMax: 50, eventsMax: 1 }],
  histograms: 0,
});
const kernel = new Kernel(createSharedBooks(plan), 0);

type Level = readonly [price: string, qty: string];

const side = (from: number, step: number) =>
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 3_000_000_000 })), { maxLength: 13 })
    .map((levels) => {
      let at = from;
      return levels.map(([gap, qty]): Level => {
        at += step * (1 + gap);
        return [(at / 10).toFixed(1), (qty / 1e8).toFixed(8)];
      });
    });
const book = fc.record({ bids: side(50_000, -1), asks: side(50_000, 1) });

const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '');
const checksum = (bids: readonly Level[], asks: readonly Level[]): number =>
  crc32(Buffer.from([...asks.slice(0, 10), ...bids.slice(0, 10)].map(([price, qty]) => digits(price) + digits(qty)).join(''))) >>>
  0;
const write = (levels: readonly Level[]): string => levels.map(([price, qty]) => `{"price":${price},"qty":${qty}}`).join(',');

test('the checksum follows any sequence of books', () => {
  fc.assert(
    fc.property(fc.array(book, { minLength: 1, maxLength: 12 }), (books) => {
      for (const { bids, asks } of books) {
        const frame = Buffer.from(
          `{"channel":"book","type":"snapshot","data":[{"symbol":"A/B","bids":[${write(bids)}],"asks":[${write(asks)}],"checksum":${checksum(bids, asks)}}]}`,
        );
        expect(kernel.decodeFrame(plan.feeds[0] ?? 0, frame, 0, frame.length)).toBe(STATUS_SNAPSHOT);
      }
    }),
    { numRuns: 400 },
  );
});
