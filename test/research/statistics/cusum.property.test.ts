// Goal: both detectors equal twins that follow the definition literally; shifts that were made are found near where they were.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeededRandom } from '../../../src/domain/random.js';
import { cusumPage, cusumSegment, PageDetector, type ShiftAlarm } from '../../../src/research/statistics/cusum.js';

/** Quarters, so that no sum is rounded. */
const quarters = fc.integer({ min: -12, max: 12 }).map((value) => value / 4);

test('page: sums, alarms and onsets by the definition', () => {
  const options = fc.record({
    target: quarters,
    sigma: fc.constantFrom(0.5, 1, 2),
    k: fc.constantFrom(0, 0.25, 0.5),
    h: fc.constantFrom(1, 3, 5),
  });
  fc.assert(
    fc.property(fc.array(quarters, { minLength: 1, maxLength: 80 }), options, (values, { target, sigma, k, h }) => {
      const sums: Record<'up' | 'down', number[]> = { up: [], down: [] };
      const alarms: ShiftAlarm[] = [];
      const restarts: number[] = [];
      values.forEach((value, t) => {
        const isAnew = restarts.includes(t);
        for (const [side, sign] of [
          ['up', 1],
          ['down', -1],
        ] as const) {
          const before = isAnew ? 0 : (sums[side][t - 1] ?? 0);
          sums[side].push(Math.max(0, before + (sign * (value - target)) / sigma - k));
        }
        const side = (['up', 'down'] as const).find((name) => (sums[name][t] ?? 0) > h);
        if (side === undefined) return;
        const lastZero = sums[side].lastIndexOf(0);
        alarms.push({ index: t, direction: side, start: Math.max(0, lastZero + 1, restarts.at(-1) ?? 0) });
        restarts.push(t + 1);
      });
      const got = cusumPage(values, { target, sigma, k, h });
      expect(got.alarms).toEqual(alarms);
      expect(Array.from(got.up)).toEqual(sums.up);
      expect(Array.from(got.down)).toEqual(sums.down);
    }),
    { numRuns: 500 },
  );
});

test('page: a warm-up tells mean and deviation, and indices stay those of the series', () => {
  const random = new SeededRandom(9);
  for (const level of [0, 1e9]) {
    const values = Float64Array.from({ length: 300 }, (_, t) => level + random.normal() + (t < 200 ? 0 : 3));
    const { alarms, from, up, target, sigma } = cusumPage(values, { warmup: 100 });
    expect(from).toBe(100);
    expect(up.length).toBe(200);
    expect(Math.abs(target - level)).toBeLessThan(0.4);
    expect(Math.abs(sigma - 1)).toBeLessThan(0.3);
    const first = alarms.find(({ index }) => index >= 200);
    expect(first?.direction).toBe('up');
    expect(first?.index).toBeLessThan(205);
    // The sum may have begun to rise by chance, a little before.
    expect(first?.start).toBeGreaterThan(185);
    expect(first?.start).toBeLessThan(204);
  }
});

test('page: a detector goes on where a series went before', () => {
  const detector = new PageDetector({ target: 0, sigma: 1, k: 0.5, h: 2 }, 10);
  expect([1, 2, 5].map((value) => detector.update(value))).toEqual([null, null, { index: 12, direction: 'up', start: 10 }]);
  expect(detector.up).toBe(6.5);
  expect(detector.update(0)).toBeNull();
  expect(detector.up).toBe(0);
});

const TIED = [-2, 0, 1.75, 1.25, -3, 0, 0.75, 0, 0, 0, 0, 0, -2.25, 0, -1.25, 3, -0.75, 2, -2.5, -3, 1.25];

test('segment: splits by the definition', () => {
  fc.assert(
    fc.property(
      fc.array(quarters, { minLength: 8, maxLength: 60 }),
      fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 3, maxLength: 3 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(0.9, 1.358),
      (noise, levels, minSegment, critical) => {
        const values = noise.map((value, t) => value / 4 + (levels[Math.floor((3 * t) / noise.length)] ?? 0));
        fc.pre(values.some((value) => value !== values[0]));
        const got = cusumSegment(values, { minSegment, critical });
        const found = new Map(got.changePoints.map((index, i) => [index, got.statistics[i] ?? Number.NaN]));
        expect(isSplit(values, [0, values.length], minSegment, critical, found), JSON.stringify([...found])).toBe(true);
      },
    ),
    // Two splits of the whole are equally good here, and lead to parts that differ.
    { examples: [[TIED, [1, 3, 1], 1, 0.9]] },
  );
});

/** Whether points are what the definition finds in a part. Where splits are equally good, or one is just at the limit, rounding chooses. */
function isSplit(
  values: readonly number[],
  [from, to]: readonly [number, number],
  minSegment: number,
  critical: number,
  found: ReadonlyMap<number, number>,
): boolean {
  const inside = [...found].filter(([index]) => index > from && index < to);
  const part = values.slice(from, to);
  const n = part.length;
  if (n < 2 * minSegment || part.every((value) => value === part[0])) return inside.length === 0;
  const mean = part.reduce((sum, value) => sum + value, 0) / n;
  const std = Math.sqrt(part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const deviationAt = (t: number): number => Math.abs(part.slice(0, t).reduce((sum, value) => sum + (value - mean), 0));
  const lengths = Array.from({ length: n - 2 * minSegment + 1 }, (_, at) => minSegment + at);
  const largest = Math.max(...lengths.map(deviationAt));
  const statistic = largest / (std * Math.sqrt(n));
  if (inside.length === 0) return statistic < critical + 1e-9;
  return inside.some(
    ([index, told]) =>
      index - from >= minSegment &&
      to - index >= minSegment &&
      Math.abs(deviationAt(index - from) - largest) < 1e-9 &&
      Math.abs(told - statistic) < 1e-8 &&
      statistic > critical - 1e-9 &&
      isSplit(values, [from, index], minSegment, critical, found) &&
      isSplit(values, [index, to], minSegment, critical, found),
  );
}

test('segment: chances are those of the tables of Kolmogorov', () => {
  const random = new SeededRandom(4);
  const values = Float64Array.from({ length: 400 }, (_, t) => random.normal() + (t < 250 ? 0 : 2));
  const { changePoints, p } = cusumSegment(values);
  expect(changePoints).toHaveLength(1);
  expect(Math.abs((changePoints[0] ?? 0) - 250)).toBeLessThan(5);
  expect(p[0]).toBeLessThan(1e-6);
  // A critical value of 0 finds a point whatever its chance.
  const quiet = cusumSegment(Float64Array.of(0, 1, 0, 1, 0, 1, 0, 1), { minSegment: 4, critical: 0 });
  expect(quiet.p).toEqual([]);
});
