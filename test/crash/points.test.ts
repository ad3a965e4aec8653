// Goal: 200 points of any seed have every kind of crash, and a kill before and after every step that the ledger knows; the same each time.
import { describe, expect, it } from 'vitest';
import { STEPS } from './faults.js';
import { KINDS, planPoints } from './points.js';

const SEEDS = [1, 2, 3, 77, 1_000_000];

describe('the plan of 200 points', () => {
  it.each(SEEDS)('has every kind four times at least (seed %i)', (seed) => {
    const points = planPoints(200, seed, undefined);
    expect(points).toHaveLength(200);
    const rare = KINDS.filter((kind) => points.filter((point) => point.kind === kind).length < 4);
    expect(rare).toEqual([]);
  });

  it.each(SEEDS)('kills before and after every step, and at some entry of a recovery (seed %i)', (seed) => {
    const faults = planPoints(200, seed, undefined).flatMap(({ lives }) => lives.flatMap(({ fault }) => fault ?? []));
    const killed = new Set(faults.flatMap((fault) => (fault.kind === 'kill' ? `${fault.when} ${fault.step}` : [])));
    const all = [...STEPS, 'any'].flatMap((step) => [`before ${step}`, `after ${step}`]);
    expect(all.filter((one) => !killed.has(one))).toEqual([]);
  });

  it('is the same for the same seed', () => {
    expect(planPoints(60, 5, undefined)).toEqual(planPoints(60, 5, undefined));
    expect(planPoints(60, 6, undefined)).not.toEqual(planPoints(60, 5, undefined));
  });
});
