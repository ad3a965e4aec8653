import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketNs, LatencyHistogram, percentilesOf } from '../../src/kernel/histogram.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';

// Goal: percentiles read from shared memory are within 1/32 of those of the sorted durations; count, maximum and mean are exact.

function newHistogram(): { record: (us: number) => void; histogram: LatencyHistogram } {
  const plan = planMemory({
    feeds: [],
    books: [],
    threads: [{ inputBytes: 64, levelsMax: 1, copyLevelsMax: 1, eventsMax: 1 }],
    histograms: 1,
  });
  const kernel = new Kernel(createSharedBooks(plan), 0);
  const [address = 0] = plan.histograms;
  return {
    record: (us) => kernel.exports.recordLatency(address, us),
    histogram: new LatencyHistogram(kernel.shared.memory.buffer, address),
  };
}

const durationNs = fc.oneof(
  fc.integer({ min: 0, max: 64 }),
  fc.integer({ min: 0, max: 100_000 }),
  fc.integer({ min: 0, max: 30 }).chain((power) => fc.integer({ min: 2 ** power - 1, max: 2 ** power + 1 })),
  fc.double({ min: 0, max: 3e10, noNaN: true }).map(Math.floor),
);

test('percentiles are within 1/32 of the truth', () => {
  fc.assert(
    fc.property(
      fc.array(durationNs, { minLength: 1, maxLength: 300 }),
      fc.double({ min: 0.001, max: 1, noNaN: true }),
      (durations, share) => {
        const { record, histogram } = newHistogram();
        for (const ns of durations) record(ns / 1e3 + 1e-5); // what the division loses must not fall below the nanosecond
        const sorted = durations.toSorted((a, b) => a - b);
        histogram.refresh();
        expect(histogram.count).toBe(durations.length);
        expect(histogram.maxUs).toBe((sorted.at(-1) ?? 0) / 1e3);
        expect(histogram.meanUs).toBeCloseTo(durations.reduce((sum, ns) => sum + ns, 0) / durations.length / 1e3, 6);
        for (const at of [0.5, 0.9, 0.99, 0.999, 1, share]) {
          const want = (sorted[Math.ceil(at * sorted.length) - 1] ?? 0) / 1e3;
          expect(Math.abs(histogram.percentileUs(at) - want)).toBeLessThanOrEqual(want / 32 + 1e-9);
        }
        const { count, p50, p999 } = percentilesOf(histogram.counts);
        expect(count).toBe(durations.length);
        const near = (got: number, want: number): void => expect(Math.abs(got - want)).toBeLessThanOrEqual(want / 32 + 1e-9);
        near(p50, (sorted[Math.ceil(sorted.length / 2) - 1] ?? 0) / 1e3);
        near(p999, histogram.maxUs);
      },
    ),
    { numRuns: 60 },
  );
});

test('an empty histogram reads zero, and a later refresh sees later durations', () => {
  const { record, histogram } = newHistogram();
  const figures = (): number[] => [
    histogram.count,
    histogram.p50Us,
    histogram.p90Us,
    histogram.p99Us,
    histogram.p999Us,
    histogram.maxUs,
    histogram.meanUs,
  ];
  histogram.refresh();
  expect(figures()).toEqual([0, 0, 0, 0, 0, 0, 0]);
  record(0.005);
  record(-3); // the work of two clocks
  expect(histogram.count).toBe(0);
  histogram.refresh();
  expect(figures()).toEqual([2, 0, 0.005, 0.005, 0.005, 0.005, 0.0025]);
});

test('what is longer than the last bucket reads as the maximum', () => {
  const { record, histogram } = newHistogram();
  record(1e9);
  histogram.refresh();
  expect(histogram.p50Us).toBe(1e9);
});

test('buckets stand in order', () => {
  for (let bucket = 1; bucket < 512; bucket++) expect(bucketNs(bucket)).toBeGreaterThan(bucketNs(bucket - 1));
});
