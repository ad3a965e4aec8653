// Goal: the true offset always lies within the stated error, whatever the latencies, and time never runs backwards.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { VenueClock } from '../../src/gateway/venue-clock.js';

const leg = fc.integer({ min: 0, max: 2_000 });

test('the true offset lies within the error bound', async () => {
  const exchange = fc.record({ upMs: leg, downMs: leg, pauseMs: fc.integer({ min: 0, max: 600_000 }) });
  const scenario = fc.record({
    skewMs: fc.integer({ min: -5_000_000, max: 5_000_000 }),
    stepMs: fc.constantFrom(1, 1_000),
    exchanges: fc.array(exchange, { minLength: 1, maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ skewMs, stepMs, exchanges }) => {
      const time = new VirtualTime();
      const clock = new VenueClock(time, stepMs);
      const trueMs = (): number => time.epochUs() / 1000 + skewMs;
      let lastMs = clock.nowMs();
      for (const { upMs, downMs, pauseMs } of exchanges) {
        const sentMs = time.monotonicUs() / 1000;
        await time.run(upMs * 1000);
        const toldMs = Math.floor(trueMs() / stepMs) * stepMs;
        await time.run(downMs * 1000);
        clock.add(toldMs, sentMs, time.monotonicUs() / 1000);
        const { errorMs, offsetMs } = clock.figures();
        expect(Math.abs(offsetMs - skewMs)).toBeLessThanOrEqual(errorMs + 1e-6);
        expect(clock.nowMs()).toBeGreaterThanOrEqual(Math.min(lastMs, trueMs() - errorMs));
        lastMs = clock.nowMs();
        await time.run(pauseMs * 1000);
        expect(clock.nowMs()).toBeGreaterThanOrEqual(lastMs);
      }
    }),
    { numRuns: 100 },
  );
});

test('the best of the last measurements counts, and a clock that was set voids them', async () => {
  const time = new VirtualTime();
  const clock = new VenueClock(time, 1);
  expect(clock.figures()).toEqual({ offsetMs: 0, errorMs: Number.POSITIVE_INFINITY, samples: 0 });
  const nowMs = time.monotonicUs() / 1000;
  clock.add(10_000, nowMs - 20, nowMs);
  clock.add(9_700, nowMs - 900, nowMs);
  expect(clock.figures()).toMatchObject({ errorMs: 10.5, samples: 2 });
  clock.add(900_000, nowMs - 200, nowMs);
  expect(clock.figures()).toMatchObject({ errorMs: 100.5, samples: 1 });
});
