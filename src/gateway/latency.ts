import { HISTOGRAM_BUCKETS } from '../../assembly/memory/layout.js';
import { type LatencyPercentiles, percentilesOf } from '../kernel/histogram.js';

/** How a request travels. */
export const ORDER_PATHS = ['ws', 'rest'] as const;
export type OrderPath = (typeof ORDER_PATHS)[number];

/** Durations of one kind in the buckets of the shared-memory histograms, so that they can be added and shown alike. */
export class LatencyRecorder {
  readonly counts = new Float64Array(HISTOGRAM_BUCKETS);

  record(durationUs: number): void {
    const bucket = Math.min(HISTOGRAM_BUCKETS - 1, bucketOf(Math.max(0, Math.floor(durationUs * 1000))));
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
  }

  figures(): LatencyPercentiles {
    return percentilesOf(this.counts);
  }
}

/** The bucket of a duration in nanoseconds: sixteen to each power of two. The inverse of `bucketNs`. */
function bucketOf(ns: number): number {
  if (ns < 32) return ns;
  const power = Math.floor(Math.log2(ns));
  return ((power - 3) << 4) + (Math.floor(ns / 2 ** (power - 4)) & 15);
}
