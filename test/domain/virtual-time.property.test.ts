import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualTime } from '../../src/domain/virtual-time.js';

describe('virtual time', () => {
  // Goal: timers fire by due time, then by the order of setting; method: compare with a stable sort.
  it('fires timers in order, and none that were cancelled', async () => {
    const timer = fc.record({ delayMs: fc.integer({ min: 0, max: 9 }), cancelled: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(timer, { maxLength: 40 }), async (timers) => {
        const time = new VirtualTime();
        const fired: number[] = [];
        timers.forEach(({ delayMs, cancelled }, index) => {
          const handle = time.after(delayMs, () => fired.push(index));
          if (cancelled) handle.cancel();
        });
        const wanted = timers.map((timer, index) => ({ ...timer, index })).filter(({ cancelled }) => !cancelled);
        expect(time.pending()).toBe(wanted.length);
        await time.run(10_000);
        expect(fired).toEqual(wanted.sort((left, right) => left.delayMs - right.delayMs).map(({ index }) => index));
        expect(time.pending()).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('repeats, moves its clocks, and settles promises between timers', async () => {
    const time = new VirtualTime(5_000_000);
    const startUs = time.monotonicUs();
    const seen: string[] = [];
    const ticks = time.every(2, () => {
      seen.push(`tick ${time.monotonicUs() - startUs}`);
      void Promise.resolve().then(() => time.after(1, () => seen.push(`then ${time.monotonicUs() - startUs}`)));
    });
    await time.run(5_500);
    expect(seen).toEqual(['tick 2000', 'then 3000', 'tick 4000', 'then 5000']);
    expect(time.epochUs() - time.monotonicUs()).toBe(5_000_000);
    ticks.cancel();
    ticks.cancel();
    expect(time.pending()).toBe(0);
  });
});
