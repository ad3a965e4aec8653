import {
  HISTOGRAM_BUCKETS,
  HISTOGRAM_COUNT,
  HISTOGRAM_COUNTS,
  HISTOGRAM_MAX_NS,
  HISTOGRAM_SUM_NS,
} from '../../assembly/memory/layout.js';

/** Nanoseconds that stand for a bucket: its middle, at most 1/32 off whatever was recorded there. */
export function bucketNs(bucket: number): number {
  if (bucket < 32) return bucket; // one nanosecond wide
  const power = (bucket >> 4) + 3;
  const width = 2 ** (power - 4);
  return 2 ** power + (bucket & 15) * width + width / 2;
}

/**
 * Reads a latency histogram of the shared memory (assembly/memory/histogram.ts writes it). `refresh` takes a copy of the counts,
 * and the figures below belong to that copy. Another thread may write meanwhile: then the copy is some updates short here or there.
 */
export class LatencyHistogram {
  private readonly words: Uint32Array;
  /** Durations in each bucket, as of the last `refresh`. */
  readonly counts = new Float64Array(HISTOGRAM_BUCKETS);
  private total = 0;

  constructor(buffer: ArrayBufferLike, address: number) {
    this.words = new Uint32Array(buffer, address, (HISTOGRAM_COUNTS >> 2) + HISTOGRAM_BUCKETS * 2);
  }

  /** Copies the counts. Allocates nothing. */
  refresh(): this {
    this.total = 0;
    for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
      const count = this.word64(HISTOGRAM_COUNTS + bucket * 8);
      this.counts[bucket] = count;
      this.total += count;
    }
    return this;
  }

  /** Durations in the copy. */
  get count(): number {
    return this.total;
  }

  /** Longest duration so far in microseconds, exact to the nanosecond; 0 while there is none. */
  get maxUs(): number {
    return this.word64(HISTOGRAM_MAX_NS) / 1e3;
  }

  /** Mean of all durations so far in microseconds; 0 while there is none. */
  get meanUs(): number {
    const count = this.word64(HISTOGRAM_COUNT);
    return count === 0 ? 0 : this.word64(HISTOGRAM_SUM_NS) / count / 1e3;
  }

  /**
   * Duration in microseconds that a share of all does not exceed, within 1/32 of its value; 0 while there is none.
   * @param share in (0, 1]: 0.5 for the median
   */
  percentileUs(share: number): number {
    if (this.total === 0) return 0;
    const rank = Math.max(Math.ceil(share * this.total), 1);
    let seen = 0;
    for (let bucket = 0; bucket < HISTOGRAM_BUCKETS - 1; bucket++) {
      seen += this.counts[bucket] ?? 0;
      if (seen >= rank) return Math.min(bucketNs(bucket) / 1e3, this.maxUs);
    }
    return this.maxUs; // the last bucket has no upper end
  }

  get p50Us(): number {
    return this.percentileUs(0.5);
  }
  get p90Us(): number {
    return this.percentileUs(0.9);
  }
  get p99Us(): number {
    return this.percentileUs(0.99);
  }
  get p999Us(): number {
    return this.percentileUs(0.999);
  }

  private word64(offset: number): number {
    return (this.words[offset >> 2] ?? 0) + (this.words[(offset >> 2) + 1] ?? 0) * 2 ** 32;
  }
}

/** Percentiles of a set of buckets, in microseconds; all 0 while it is empty. The maximum is that of a bucket's middle. */
export interface LatencyPercentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly count: number;
}

/** Summarises counts by bucket, for example the difference of two copies of a histogram that only grows. */
export function percentilesOf(counts: Float64Array): LatencyPercentiles {
  let count = 0;
  let last = 0;
  counts.forEach((value, bucket) => {
    count += value;
    if (value > 0) last = bucket;
  });
  const at = (share: number): number => {
    if (count === 0) return 0;
    let left = Math.max(Math.ceil(share * count), 1);
    const bucket = counts.findIndex((value) => {
      left -= value;
      return left <= 0;
    });
    return bucketNs(bucket < 0 ? last : bucket) / 1e3;
  };
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1), count };
}
