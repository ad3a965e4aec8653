// Goal: whole lives of the engine among faults break no invariant, end the same from the same seed, and every planted bug is noticed.
import { describe, expect, it } from 'vitest';
import { MUTATIONS } from './mutations/catalog.js';
import { hunt } from './mutations/hunt.js';
import { simulate } from './simulate.js';

const SEEDS = 8;

/** Seeds in which each planted bug is looked for: it is known to be noticed in one of them. */
const HUNT_SEEDS = 6;

describe('a simulated life of the engine', () => {
  it('breaks no invariant, whatever goes wrong', async () => {
    const stats = { orders: 0, kills: 0, hedges: 0, halts: 0 };
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await simulate(seed);
      expect(result.violations, `seed ${seed}`).toEqual([]);
      for (const key of Object.keys(stats) as (keyof typeof stats)[]) stats[key] += result.stats[key];
    }
    // Otherwise it would prove nothing.
    expect(stats.orders).toBeGreaterThan(SEEDS * 20);
    expect(Math.min(stats.kills, stats.hedges, stats.halts)).toBeGreaterThan(0);
  });

  it.each([
    ['a process dies with a fee untold, and the next one is told it', 2231],
    ['an intent is refused in the very last turn, and its funds are free again', 9457],
  ])('%s (seed %d)', async (_, seed) => {
    expect((await simulate(seed)).violations).toEqual([]);
  });

  it('ends in the same state when it is played again', async () => {
    const [first, second] = [await simulate(3), await simulate(3)];
    expect(second.hash).toBe(first.hash);
    expect(second.stats).toEqual(first.stats);
    expect((await simulate(4)).hash).not.toBe(first.hash);
  });

  it('has at least twenty planted bugs to be noticed, each with a name of its own', () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(20);
  });

  it.each(MUTATIONS)('notices $name', async (mutation) => {
    const { seed } = await hunt(mutation, mutation.seed ?? 1, mutation.seed === undefined ? HUNT_SEEDS : 1);
    expect(seed).not.toBeNull();
  });
});
