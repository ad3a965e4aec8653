// Latency histograms in shared memory, one writer each: 16 linear steps to every power of two of nanoseconds, so that a
// bucket is at most 1/16 wide of its value (after HdrHistogram, Gil Tene).
import { HISTOGRAM_BUCKETS, HISTOGRAM_COUNT, HISTOGRAM_COUNTS, HISTOGRAM_MAX_NS, HISTOGRAM_SUM_NS } from './layout';

/** Bucket of a value; src/kernel/histogram.ts has the way back. */
function bucketOf(ns: u64): i32 {
  if (ns < 16) return <i32>ns;
  const power = 63 - <i32>clz<u64>(ns); // 4 and up
  return ((power - 3) << 4) + <i32>((ns >> <u64>(power - 4)) & 15);
}

/** Records a duration in microseconds; a negative one, the work of two clocks, counts as 0. */
export function recordLatency(histogram: usize, durationUs: f64): void {
  const ns = <u64>(max<f64>(durationUs, 0) * 1000);
  const bucket = min(bucketOf(ns), HISTOGRAM_BUCKETS - 1);
  const cell = histogram + HISTOGRAM_COUNTS + (<usize>bucket << 3);
  store<u64>(cell, load<u64>(cell) + 1);
  store<u64>(histogram, load<u64>(histogram, HISTOGRAM_COUNT) + 1, HISTOGRAM_COUNT);
  store<u64>(histogram, load<u64>(histogram, HISTOGRAM_SUM_NS) + ns, HISTOGRAM_SUM_NS);
  if (ns > load<u64>(histogram, HISTOGRAM_MAX_NS)) store<u64>(histogram, ns, HISTOGRAM_MAX_NS);
}
