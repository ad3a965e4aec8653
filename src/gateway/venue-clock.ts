import type { Clock } from '../domain/clock.js';

/** A measurement of a venue's clock. */
interface Sample {
  /** Venue's epoch minus our monotonic time, in milliseconds. */
  readonly offsetMs: number;
  readonly errorMs: number;
  readonly takenMs: number;
}

/** Samples that compete for being the best. */
const SAMPLES_MAX = 8;
const SAMPLE_AGE_MS_MAX = 3_600_000;
/** Quartz drifts by some tens of millionths: an old sample is worth less. */
const DRIFT = 100e-6;

/** What is known of a venue's clock, for metrics. */
export interface VenueClockFigures {
  /** Venue's clock minus ours. */
  readonly offsetMs: number;
  /** The true offset lies within this of the estimate. Infinity before the first measurement. */
  readonly errorMs: number;
  readonly samples: number;
}

/** Estimates a venue's clock from question and answer: it was read somewhere between the two. Never runs backwards. */
export class VenueClock {
  private samples: Sample[] = [];
  private lastMs = 0;

  /** @param stepMs how coarse the times are that the venue tells */
  constructor(
    private readonly clock: Clock,
    private readonly stepMs: number,
  ) {}

  /** Milliseconds since the epoch by the venue's clock; by ours as long as it was not asked. */
  nowMs(): number {
    const best = this.best();
    const estimateMs = best === undefined ? this.clock.epochUs() / 1000 : this.monotonicMs() + best.offsetMs;
    this.lastMs = Math.max(this.lastMs, estimateMs);
    return this.lastMs;
  }

  /** Asks the venue once. @throws whatever asking throws */
  async measure(ask: () => Promise<number>): Promise<void> {
    const sentMs = this.monotonicMs();
    const toldMs = await ask();
    this.add(toldMs, sentMs, this.monotonicMs());
  }

  /** Takes a reading of the venue's clock that was made between two moments of ours. */
  add(toldMs: number, sentMs: number, receivedMs: number): void {
    const errorMs = (receivedMs - sentMs + this.stepMs) / 2;
    const offsetMs = toldMs + this.stepMs / 2 - (sentMs + receivedMs) / 2;
    // A reading that contradicts an older one beyond both errors means that a clock was set: what was known is void.
    this.samples = this.samples.filter(
      (sample) =>
        receivedMs - sample.takenMs <= SAMPLE_AGE_MS_MAX &&
        Math.abs(sample.offsetMs - offsetMs) <= errorMs + errorOf(sample, receivedMs),
    );
    if (this.samples.length >= SAMPLES_MAX) this.samples.shift();
    this.samples.push({ offsetMs, errorMs, takenMs: receivedMs });
    // Only small corrections are hidden by standing still; after a jump the new time counts.
    const nowMs = receivedMs + offsetMs;
    if (this.lastMs - nowMs > JUMP_MS) this.lastMs = nowMs;
  }

  /** Forgets everything: the venue says that our idea of its time is wrong. */
  reset(): void {
    this.samples = [];
  }

  figures(): VenueClockFigures {
    const best = this.best();
    if (best === undefined) return { offsetMs: 0, errorMs: Number.POSITIVE_INFINITY, samples: 0 };
    const monotonicMs = this.monotonicMs();
    return {
      offsetMs: monotonicMs + best.offsetMs - this.clock.epochUs() / 1000,
      errorMs: errorOf(best, monotonicMs),
      samples: this.samples.length,
    };
  }

  private best(): Sample | undefined {
    const nowMs = this.monotonicMs();
    let best: Sample | undefined;
    for (const sample of this.samples) if (best === undefined || errorOf(sample, nowMs) <= errorOf(best, nowMs)) best = sample;
    return best;
  }

  private monotonicMs(): number {
    return this.clock.monotonicUs() / 1000;
  }
}

/** A time that would go back by more than this is not held: the venue refuses stamps from the future. */
const JUMP_MS = 500;

function errorOf({ errorMs, takenMs }: Sample, nowMs: number): number {
  return errorMs + (nowMs - takenMs) * DRIFT;
}
