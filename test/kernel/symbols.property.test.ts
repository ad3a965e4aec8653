import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHECKSUM_OFF, DECODER_BINANCE_SPOT, SYMBOL_LENGTH_MAX } from '../../assembly/memory/layout.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';
import { TwinSymbolTable } from '../twin/symbol-table.js';

const name = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...'AB'), minLength: 1, maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/'),
      minLength: 1,
      maxLength: SYMBOL_LENGTH_MAX,
    }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  )
  .filter((text) => text.isWellFormed() && Buffer.byteLength(text) <= SYMBOL_LENGTH_MAX);

test('a name leads to its own book, and any other name to none', () => {
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 60 }), fc.array(name, { maxLength: 30 }), (names, others) => {
      const plan = planMemory({
        feeds: [DECODER_BINANCE_SPOT],
        books: names.map((text) => ({
          feed: 0,
          names: [text],
          priceScale: 0,
          qtyScale: 0,
          capacity: 1,
          depth: 0,
          rule: 0,
          checksumPolicy: CHECKSUM_OFF,
          orders: 0,
        })),
        threads: [{ inputBytes: 256, levelsMax: 1, copyLevelsMax: 1, eventsMax: 1 }],
        histograms: 0,
      });
      const kernel = new Kernel(createSharedBooks(plan), 0);
      const twin = new TwinSymbolTable(names);
      const prefixes = names.flatMap((text) => [text.slice(0, -1), `${text}A`]).filter((text) => text.isWellFormed());
      for (const text of [...names, ...others, ...prefixes]) {
        const bytes = Buffer.from(text);
        if (bytes.length + 8 > kernel.input.length) continue;
        // what lies behind a name must not matter
        kernel.input.fill(0x41 + (bytes.length & 7));
        kernel.input.set(bytes);
        const found = kernel.exports.findSymbol(plan.feeds[0] ?? 0, kernel.input.byteOffset, bytes.length);
        expect([text, plan.books.indexOf(found)]).toEqual([text, twin.find(bytes)]);
      }
    }),
    { numRuns: 150 },
  );
});
