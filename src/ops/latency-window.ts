import { HISTOGRAM_BUCKETS } from '../../assembly/memory/layout.js';
import { LatencyHistogram, percentilesOf } from '../kernel/histogram.js';
import type { LatencySummary } from './messages.js';

/** Seconds of samples that a summary looks back on, in as many steps. */
const WINDOW_STEPS = 10;
const STEP_US = 1e6;

/**
 * Percentiles of the last seconds over one or several histograms of shared memory, which themselves only ever grow. A summary of
 * everything since the start would hide what is happening now.
 */
export class LatencyWindow {
  private readonly histograms: readonly LatencyHistogram[];
  private readonly earlier: Float64Array[] = [];
  private nextStepUs = 0;

  constructor(buffer: ArrayBufferLike, addresses: readonly number[]) {
    this.histograms = addresses.map((address) => new LatencyHistogram(buffer, address));
  }

  summary(nowUs: number): LatencySummary {
    const now = this.counts();
    if (nowUs >= this.nextStepUs) {
      this.nextStepUs = nowUs + STEP_US;
      this.earlier.push(now);
      if (this.earlier.length > WINDOW_STEPS) this.earlier.shift();
    }
    const oldest = this.earlier[0];
    const window = now.map((count, bucket) => count - (oldest?.[bucket] ?? 0));
    return percentilesOf(window);
  }

  private counts(): Float64Array {
    const sum = new Float64Array(HISTOGRAM_BUCKETS);
    for (const histogram of this.histograms) {
      histogram.refresh().counts.forEach((count, bucket) => {
        sum[bucket] = (sum[bucket] ?? 0) + count;
      });
    }
    return sum;
  }
}
