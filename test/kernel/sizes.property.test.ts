import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differences } from '../oracle/compare.js';
import { crossVenue } from '../oracle/families/cross-venue.js';
import { OracleBooks } from '../oracle/oracle-books.js';
import { crossVenueSizes } from '../twin/cross-venue-sizes.js';

// Goal: the sizes that the kernel prices are those of exact decimals: what is feasible and why not, to the last unit; money within
// float64. Method: few round prices, lots and minimums, so that amounts fall on edges of levels, lots and minimums all the time.

const decimals = (values: readonly string[]) => fc.constantFrom(...values);
const price = fc.integer({ min: 90, max: 110 }).map((n) => n / 10);
const level = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 40 }));

const venue = fc
  .record({
    takerFee: decimals(['0', '0.001', '0.0026', '-0.0001']),
    lotStep: decimals(['0.1', '0.25', '1', '3', '0.001']),
    minQty: decimals(['0.1', '0.5', '1', '2']),
    minNotional: decimals(['1', '5', '9.9', '10', '0']),
    maxQty: fc.option(decimals(['0.5', '2', '5']), { nil: undefined }),
    middle: price,
    bids: fc.array(level, { maxLength: 6 }),
    asks: fc.array(level, { maxLength: 6 }),
  })
  .map(({ middle, bids, asks, maxQty, ...rules }) => ({
    ...rules,
    ...(maxQty === undefined ? {} : { maxQty }),
    bids: ladder(middle, -0.1, bids),
    asks: ladder(middle + 0.1, 0.1, asks),
  }));

/** Levels at growing distances from the touch; distances and quantities are in tenths. */
function ladder(best: number, step: number, levels: readonly (readonly [number, number])[]): [string, string][] {
  let at = best;
  return levels.map(([gap, qty], index) => {
    at += index === 0 ? 0 : gap * step;
    return [at.toFixed(1), (qty / 10).toFixed(1)];
  });
}

const books = new OracleBooks();

test('sizes are those of exact decimals', () => {
  fc.assert(
    fc.property(
      fc.array(venue, { minLength: 2, maxLength: 4 }),
      decimals(['up', 'down']),
      fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 }).map((all) => all.toSorted((a, b) => a - b)),
      (listed, rounding, multipliers) => {
        const venues = listed.map((one, index) => ({ ...one, name: `v${index}` }));
        const input = { type: 'sizes', venues, rounding: rounding as 'up' | 'down', multipliers };
        const expected = crossVenueSizes(input);
        const answer = crossVenue(books, {} as never, { input } as never);
        if (!('got' in answer)) throw new Error('the family skips sizes');
        const text = JSON.parse(JSON.stringify(expected)) as Record<string, unknown>;
        const tolerance = {
          rel: 1e-9,
          abs: 1e-10,
          fields: { baseAmount: 'exact', targetQuote: 'exact', commonLot: 'exact' },
        } as const;
        expect(differences(text, answer.got, tolerance)).toEqual([]);
      },
    ),
    { numRuns: 3000 },
  );
});
