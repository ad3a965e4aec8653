// Goal: the split is the best there is on one grid, near it on different ones, and never breaks a venue's rules.
// Method: random books of few lots, held against trying every combination of sizes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUY, SELL, type TakerSide } from '../../../src/kernel/pricing.js';
import { Split } from '../../../src/strategy/hifa/split.js';
import type { Levels } from '../../../src/strategy/hifa/venue-fill.js';

interface Venue {
  readonly levels: readonly { readonly price: number; readonly units: number }[];
  readonly lot: number;
  readonly least: number;
  readonly most: number;
  readonly value: number;
  readonly cost: number;
}

const venueOf = (lots: readonly number[], side: TakerSide) =>
  fc
    .record({
      steps: fc.array(fc.record({ step: fc.integer({ min: 1, max: 12 }), units: fc.integer({ min: 1, max: 6 }) }), {
        minLength: 1,
        maxLength: 4,
      }),
      lot: fc.constantFrom(...lots),
      least: fc.integer({ min: 0, max: 4 }),
      most: fc.integer({ min: 0, max: 14 }),
      value: fc.integer({ min: 990, max: 1040 }),
      cost: fc.constantFrom(0, 0.001, 0.004),
    })
    .map(({ steps, value, ...rest }): Venue => {
      let price = side === BUY ? 1000 : 1030;
      const levels = steps.map(({ step, units }) => {
        price += side === BUY ? step : -step;
        return { price, units };
      });
      return { levels, value, ...rest };
    });

const levelsOf = (venues: readonly Venue[]): Levels => ({
  levelCount: (book) => venues[book]?.levels.length ?? 0,
  levelPriceUnits: (book, _side, level) => venues[book]?.levels[level]?.price ?? 0,
  levelQtyUnits: (book, _side, level) => venues[book]?.levels[level]?.units ?? 0,
});

/** What taking `units` leaves, in the plainest way; undefined when the venue has less. */
function netOf({ levels, value, cost }: Venue, side: TakerSide, units: number): number | undefined {
  let left = units;
  let walked = 0;
  for (const level of levels) {
    const part = Math.min(left, level.units);
    walked += part * level.price;
    left -= part;
  }
  if (left > 0) return undefined;
  return side === BUY ? value * units - walked * (1 + cost) : walked * (1 - cost) - value * units;
}

/** The most that any combination of sizes leaves. */
function bestOf(venues: readonly Venue[], side: TakerSide, wanted: number, index = 0): number {
  const venue = venues[index];
  if (venue === undefined) return 0;
  let best = Number.NEGATIVE_INFINITY;
  for (let units = 0; units <= Math.min(wanted, venue.most); units += venue.lot) {
    if (units > 0 && units < venue.least) continue;
    const net = netOf(venue, side, units);
    if (net === undefined) break;
    best = Math.max(best, net + bestOf(venues, side, wanted - units, index + 1));
  }
  return best;
}

function solve(venues: readonly Venue[], side: TakerSide, wanted: number): Split {
  const split = new Split();
  venues.forEach(({ lot, least, most, value, cost }, book) => {
    const limit = side === BUY ? 1e9 : 0;
    Object.assign(split.offer(), { book, unitsPerQty: 1, lot, least, most, value, cost, limit });
  });
  split.solve(levelsOf(venues), side, wanted);
  return split;
}

function checkRules(split: Split, venues: readonly Venue[], side: TakerSide, wanted: number): void {
  let taken = 0;
  venues.forEach((venue, index) => {
    const fill = split.fills[index];
    if (fill === undefined) throw new Error('no fill');
    taken += fill.taken;
    expect(fill.taken % venue.lot).toBe(0);
    expect(fill.taken).toBeLessThanOrEqual(venue.most);
    if (fill.taken > 0) expect(fill.taken).toBeGreaterThanOrEqual(venue.least);
    expect(fill.net).toBeCloseTo(netOf(venue, side, fill.taken) ?? Number.NaN, 6);
  });
  expect(taken).toBe(split.taken);
  expect(taken).toBeLessThanOrEqual(wanted);
}

describe.each([
  ['buying', BUY],
  ['selling', SELL],
] as const)('a split %s', (_name, side) => {
  it('leaves the most there is when all venues have one lot, with least and greatest orders', () => {
    fc.assert(
      fc.property(
        fc.array(venueOf([1], side), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 16 }),
        (venues, wanted) => {
          const split = solve(venues, side, wanted);
          checkRules(split, venues, side, wanted);
          expect(split.net).toBeCloseTo(bestOf(venues, side, wanted), 6);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('is short of the best by less than one of the largest lots when lots differ', () => {
    const venue = venueOf([1, 2, 3, 5], side).map((one): Venue => ({ ...one, least: 0 }));
    fc.assert(
      fc.property(fc.array(venue, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 16 }), (venues, wanted) => {
        const split = solve(venues, side, wanted);
        checkRules(split, venues, side, wanted);
        const best = bestOf(venues, side, wanted);
        const lot = Math.max(...venues.map((one) => one.lot));
        const perUnit = Math.max(0, ...venues.map((one) => netOf(one, side, 1) ?? 0));
        expect(split.net).toBeLessThanOrEqual(best + 1e-6);
        expect(split.net).toBeGreaterThanOrEqual(best - lot * perUnit - 1e-6);
      }),
      { numRuns: 400 },
    );
  });
});

it('takes nothing beyond the limit, and makes marginal costs equal', () => {
  const venues: Venue[] = [
    {
      levels: [
        { price: 100, units: 5 },
        { price: 104, units: 50 },
      ],
      lot: 1,
      least: 0,
      most: 99,
      value: 120,
      cost: 0,
    },
    {
      levels: [
        { price: 101, units: 7 },
        { price: 103, units: 50 },
      ],
      lot: 1,
      least: 0,
      most: 99,
      value: 120,
      cost: 0,
    },
  ];
  expect(
    solve(venues, BUY, 20)
      .fills.slice(0, 2)
      .map(({ taken, worst }) => [taken, worst]),
  ).toEqual([
    [5, 100],
    [15, 103],
  ]);
  const split = new Split();
  Object.assign(split.offer(), { book: 0, unitsPerQty: 1, lot: 1, least: 0, most: 99, value: 120, cost: 0, limit: 103 });
  expect(split.solve(levelsOf(venues), BUY, 20)).toBe(5);
});
