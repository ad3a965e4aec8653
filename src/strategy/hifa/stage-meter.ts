import type { DecisionStage } from '../decision-log.js';

/** A clock for measuring only: nothing that is decided may depend on it. */
export interface StageClock {
  /** Microseconds since any moment; fractions are welcome. */
  nowUs(): number;
}

const BUCKETS = 128;
/** Buckets to each doubling, from 2^-6 us on. */
const PER_DOUBLING = 4;
const FIRST_POWER = -6;

/**
 * Counts what went into one stage and what it said of it, and how long it took where there is a clock. Reading and writing allocate
 * nothing.
 */
export class StageMeter {
  private readonly verdicts: Float64Array;
  private readonly durations = new Float64Array(BUCKETS);
  /** Entered, timed, longest (us), sum (us), moment of entry. */
  private readonly figures = new Float64Array(5);

  constructor(
    readonly stage: DecisionStage,
    private readonly clock: StageClock | null,
  ) {
    this.verdicts = new Float64Array(stage.verdicts.length);
  }

  /** Something goes into the stage. */
  enter(): void {
    this.figures[0] = this.entered + 1;
    if (this.clock !== null) this.figures[4] = this.clock.nowUs();
  }
  /** It came out. @returns the verdict */
  leave(verdict: number): number {
    this.verdicts[verdict] = (this.verdicts[verdict] ?? 0) + 1;
    if (this.clock !== null) this.record(this.clock.nowUs() - (this.figures[4] ?? 0));
    return verdict;
  }

  get entered(): number {
    return this.figures[0] ?? 0;
  }
  /** How often a verdict was given; verdict 0 is the one that goes on. */
  count(verdict: number): number {
    return this.verdicts[verdict] ?? 0;
  }
  /** Durations measured: 0 without a clock. */
  get timed(): number {
    return this.figures[1] ?? 0;
  }
  get longestUs(): number {
    return this.figures[2] ?? 0;
  }
  get meanUs(): number {
    return this.timed === 0 ? 0 : (this.figures[3] ?? 0) / this.timed;
  }
  /** Duration that a share of all does not exceed, at most a fifth too high. @param share in (0, 1] */
  quantileUs(share: number): number {
    let left = share * this.timed;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.durations[bucket] ?? 0;
      if (left <= 0) return this.timed === 0 ? 0 : Math.min(this.longestUs, 2 ** ((bucket + 1) / PER_DOUBLING + FIRST_POWER));
    }
    return this.longestUs;
  }

  private record(us: number): void {
    const { figures, durations } = this;
    const place = us > 0 ? Math.floor((Math.log2(us) - FIRST_POWER) * PER_DOUBLING) : 0;
    const bucket = Math.min(BUCKETS - 1, Math.max(0, place));
    durations[bucket] = (durations[bucket] ?? 0) + 1;
    figures[1] = this.timed + 1;
    figures[2] = Math.max(this.longestUs, us);
    figures[3] = (figures[3] ?? 0) + us;
  }
}
