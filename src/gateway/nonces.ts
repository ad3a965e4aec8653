import type { Clock } from '../domain/clock.js';

/**
 * A minute, an hour, a day, a month, a year: two users of one key, clocks that were ahead by accident, in another zone, or not set at all, and
 * processes before that had to leap over those.
 */
const LEAPS_US = [60e6, 3_600e6, 86_400e6, 30 * 86_400e6, 365 * 86_400e6] as const;
/** Refusals in a row that are answered with a leap. */
export const LEAPS_MAX = LEAPS_US.length;

/**
 * Strictly increasing numbers for one key. They start from the microseconds of the epoch, which no key uses up at that pace, so that
 * they go on increasing after a restart. Given the venue's time they do so even when the clock of the machine was ahead for a while.
 */
export class Nonces {
  private last = 0;
  private leaps = 0;

  constructor(private readonly clock: Clock) {}

  next(epochUs = this.clock.epochUs()): number {
    this.last = Math.max(this.last + 1, Math.floor(epochUs));
    return this.last;
  }

  /**
   * Goes on ahead of a moment, farther with every refusal: the venue has seen a higher number than the last one. There is room for centuries.
   * Users of one key leap from the same time, the venue's: else each would have to leap farther than the one before.
   */
  leap(epochUs = this.clock.epochUs()): void {
    this.last = Math.max(this.last, Math.floor(epochUs)) + (LEAPS_US[this.leaps] ?? 0);
    this.leaps = Math.min(this.leaps + 1, LEAPS_MAX - 1);
  }

  /** The venue took a number: the next refusal is a first one again. */
  taken(): void {
    this.leaps = 0;
  }
}
