// Goal: of all combinations of amounts none is nearer to the sum than the one that is told, and of equally near ones none has more.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestSubset } from '../../src/trading/nearest-subset.js';

/** Every combination of at least one. */
function combinations(amounts: readonly number[]): readonly (readonly number[])[] {
  const masks = Array.from({ length: 2 ** amounts.length - 1 }, (_, mask) => mask + 1);
  return masks.map((mask) => amounts.filter((_, place) => Math.floor(mask / 2 ** place) % 2 === 1));
}

function distance(set: readonly number[], sum: number): number {
  return Math.abs(set.reduce((total, amount) => total + amount, 0) - sum);
}

describe('the nearest subset', () => {
  it('is as near as any of all combinations, by the slow way', () => {
    const amount = fc.integer({ min: -1_000, max: 1_000 });
    fc.assert(
      fc.property(fc.array(amount, { minLength: 1, maxLength: 8 }), amount, (amounts, sum) => {
        const places = nearestSubset(amounts, sum);
        expect(new Set(places).size).toBe(places.length);
        const found = places.map((place) => amounts[place] ?? Number.NaN);
        const least = Math.min(...combinations(amounts).map((set) => distance(set, sum)));
        expect(distance(found, sum)).toBe(least);
      }),
    );
  });

  it('is everything where everything is the sum, with what is nothing', () => {
    expect(nearestSubset([5, 0, -3], 2)).toEqual([0, 1, 2]);
    expect(nearestSubset([0.1, 0.2, 0.3], 0.6)).toEqual([0, 1, 2]);
    expect(nearestSubset([], 2)).toEqual([]);
  });

  it('has the smallest of very many along', () => {
    const amounts = Array.from({ length: 20 }, (_, place) => 2 ** place);
    const small = 2 ** 6 - 1;
    expect(nearestSubset(amounts, 2 ** 19 + small)).toEqual([0, 1, 2, 3, 4, 5, 19]);
  });
});
