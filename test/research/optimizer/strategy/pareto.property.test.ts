// Goal: fronts are what their definition says. Method: a model that peels off what nothing dominates, pair by pair, O(n^2) a front.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crowdingDistances, dominates, nonDominatedFronts } from '../../../../src/research/optimizer/strategy/pareto.js';

/** Few values, so that ties and equals are common. */
const candidates = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })), { maxLength: 40 });

function peeled(all: readonly (readonly number[])[]): number[][] {
  const fronts: number[][] = [];
  let left = all.map((_, i) => i);
  while (left.length > 0) {
    const isBelow = (i: number, j: number): boolean => {
      const pairs = (all[i] ?? []).map((value, k) => [value, all[j]?.[k] ?? 0] as const);
      return pairs.every(([a, b]) => a <= b) && pairs.some(([a, b]) => a < b);
    };
    const front = left.filter((i) => !left.some((j) => isBelow(i, j)));
    fronts.push(front);
    left = left.filter((i) => !front.includes(i));
  }
  return fronts;
}

describe('nonDominatedFronts', () => {
  it('equals the definition', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        expect(nonDominatedFronts(all)).toEqual(peeled(all));
      }),
      { numRuns: 300 },
    );
  });

  it('has no member that is dominated by one of its own front', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        for (const front of nonDominatedFronts(all)) {
          for (const i of front) for (const j of front) expect(dominates(all[i] ?? [], all[j] ?? [])).toBe(false);
        }
      }),
    );
  });
});

describe('crowdingDistances', () => {
  it('adds up how far neighbours lie apart, with nothing beyond the ends', () => {
    const front = [
      [0, 10],
      [1, 8],
      [4, 2],
      [10, 0],
    ];
    expect([...crowdingDistances(front)]).toEqual([Number.POSITIVE_INFINITY, 0.4 + 0.8, 0.9 + 0.8, Number.POSITIVE_INFINITY]);
  });
});
