// P18: rounding and tick errors. Goal: a price or quantity that a venue sends comes out of the book as the number it was, or the
// book says PRECISION; there is no third outcome.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BOOK_RULE_DELTAS,
  BOOK_STATE,
  CHECKSUM_OFF,
  DECODER_BINANCE_SPOT,
  STATE_PRECISION,
  STATUS_PRECISION,
  STATUS_SNAPSHOT,
} from '../../assembly/memory/layout.js';
import { readBook } from '../../src/kernel/book-view.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';

const SCALES = [0, 1, 2, 5, 8, 12] as const;
const plan = planMemory({
  feeds: [DECODER_BINANCE_SPOT],
  books: SCALES.map((scale) => ({
    feed: 0,
    names: [`S${scale}`],
    priceScale: scale,
    qtyScale: scale,
    capacity: 10,
    depth: 0,
    rule: BOOK_RULE_DELTAS,
    checksumPolicy: CHECKSUM_OFF,
    orders: 0,
  })),
  threads: [{ inputBytes: 4096, levelsMax: 100, copyLevelsMax: 10, eventsMax: 10 }],
  histograms: 0,
});
const kernel = new Kernel(createSharedBooks(plan), 0);

const canonical = (whole: bigint, fraction: string): string => {
  const rest = fraction.replace(/0+$/, '');
  return rest === '' ? String(whole) : `${whole}.${rest}`;
};

test('P18: what goes in comes out, or the book says PRECISION', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: SCALES.length - 1 }),
      fc.bigInt({ min: 0n, max: 10n ** 17n }),
      fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 14 }),
      fc.nat({ max: 6 }),
      (place, whole, fraction, zeros) => {
        const scale = SCALES[place] ?? 0;
        const text = `${whole}${fraction === '' ? '' : `.${fraction}`}${fraction === '' ? '' : '0'.repeat(zeros)}`;
        const value = canonical(whole, fraction);
        fc.pre(value !== '0');
        const book = plan.books[place] ?? 0;
        kernel.exports.resetBook(book);
        const status = kernel.decodeSnapshot(book, Buffer.from(`{"lastUpdateId":1,"bids":[["${text}","${text}"]],"asks":[]}`));
        if (status === STATUS_SNAPSHOT) {
          expect(readBook(kernel, book, 1)?.bids).toEqual([[value, value]]);
        } else {
          expect(status).toBe(STATUS_PRECISION);
          expect(kernel.int32At(book + BOOK_STATE)).toBe(STATE_PRECISION);
          const digits = value.includes('.') ? value.length - value.indexOf('.') - 1 : 0;
          const mantissa = value.replace('.', '').replace(/^0+|0+$/g, '');
          const tens = value.includes('.') ? scale - digits : scale + (/0*$/.exec(value)?.[0].length ?? 0);
          // A double holds mantissa x 10^tens for certain when mantissa x 5^tens is within 2^53; and 2^63 units are too many.
          const [fives, units] = [5n, 10n].map((base) => BigInt(mantissa) * base ** BigInt(Math.max(tens, 0)));
          expect(tens < 0 || (fives ?? 0n) > 2n ** 53n || (units ?? 0n) >= 2n ** 63n).toBe(true);
        }
      },
    ),
    { numRuns: 3000 },
  );
});
