import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AllocationItem, allocate, equalShares, profitOf } from '../../../src/strategy/cross-futures/allocation.js';

const VENUES = 3;
const item = (steps: number): fc.Arbitrary<AllocationItem> =>
  fc.record({
    profit: fc.integer({ min: -5, max: 100 }),
    margins: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: VENUES, maxLength: VENUES }),
    steps: fc.integer({ min: 1, max: steps }),
  });
const capital = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: VENUES, maxLength: VENUES });

function isFeasible(items: readonly AllocationItem[], available: readonly number[], steps: readonly number[]): boolean {
  return available.every(
    (amount, venue) => items.reduce((sum, { margins }, index) => sum + (margins[venue] ?? 0) * (steps[index] ?? 0), 0) <= amount,
  );
}

/** The most profit of all combinations of steps. */
function bruteForce(items: readonly AllocationItem[], available: readonly number[], chosen: readonly number[] = []): number {
  const next = items[chosen.length];
  if (next === undefined) return isFeasible(items, available, chosen) ? profitOf(items, chosen) : Number.NEGATIVE_INFINITY;
  const all = Array.from({ length: next.steps + 1 }, (_, steps) => bruteForce(items, available, [...chosen, steps]));
  return Math.max(...all);
}

it('is the best of all combinations', () => {
  fc.assert(
    fc.property(fc.array(item(5), { minLength: 1, maxLength: 4 }), capital, (items, available) => {
      const steps = allocate(items, available);
      expect(isFeasible(items, available, steps)).toBe(true);
      expect(profitOf(items, steps)).toBe(bruteForce(items, available));
    }),
    { numRuns: 300 },
  );
});

it('is never over the capital and never worse than equal shares, however many there are', () => {
  fc.assert(
    fc.property(fc.array(item(1_000_000), { minLength: 1, maxLength: 12 }), capital, (items, available) => {
      const rich = available.map((amount) => amount * 10_000);
      const steps = allocate(items, rich);
      expect(isFeasible(items, rich, steps)).toBe(true);
      expect(steps.every((count, index) => count >= 0 && count <= (items[index]?.steps ?? 0))).toBe(true);
      expect(profitOf(items, steps)).toBeGreaterThanOrEqual(profitOf(items, equalShares(items, rich)));
    }),
    { numRuns: 60 },
  );
});
