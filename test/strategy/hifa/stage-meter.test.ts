import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StageMeter } from '../../../src/strategy/hifa/stage-meter.js';

const STAGE = { name: 'one', verdicts: ['goes on', 'refused'], figures: [] };

test('counts what came in and what was said of it', () => {
  const meter = new StageMeter(STAGE, null);
  for (const verdict of [0, 1, 1]) {
    meter.enter();
    expect(meter.leave(verdict)).toBe(verdict);
  }
  expect([meter.entered, meter.count(0), meter.count(1), meter.timed, meter.meanUs, meter.quantileUs(0.5)]).toEqual([
    3, 1, 2, 0, 0, 0,
  ]);
});

test('its quantiles are those of the durations, at most a fifth too high', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.05, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 }), (durations) => {
      let nowUs = 0;
      const meter = new StageMeter(STAGE, { nowUs: () => nowUs });
      for (const duration of durations) {
        nowUs = 0;
        meter.enter();
        nowUs = duration;
        meter.leave(0);
      }
      const sorted = durations.toSorted((one, other) => one - other);
      expect(meter.longestUs).toBe(sorted.at(-1));
      expect(meter.meanUs).toBeCloseTo(durations.reduce((sum, one) => sum + one, 0) / durations.length, 6);
      for (const share of [0.5, 0.99]) {
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        expect(meter.quantileUs(share)).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
        expect(meter.quantileUs(share)).toBeLessThanOrEqual(exact * 1.2);
      }
    }),
  );
});
