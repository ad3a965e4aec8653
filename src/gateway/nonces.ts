import type { Clock } from '../domain/clock.js';

/** A day: clocks that are set to another zone are less ahead than that. */
const FIRST_LEAP_US = 86_400e6;

/**
 * Strictly increasing numbers for one key. They start from the microseconds of the epoch, which no key uses up at that pace, so that
 * they go on increasing after a restart. Given the venue's time they do so even when the clock of the machine was ahead for a while.
 */
export class Nonces {
  private last = 0;
  private leapUs = FIRST_LEAP_US;

  constructor(private readonly clock: Clock) {}

  next(epochUs = this.clock.epochUs()): number {
    this.last = Math.max(this.last + 1, Math.floor(epochUs));
    return this.last;
  }

  /**
   * Goes on far ahead, twice as far each time: the venue has seen a higher number than the last one, of a process whose clock was ahead. There
   * is room for centuries.
   */
  leap(): void {
    this.last = Math.max(this.last, Math.floor(this.clock.epochUs())) + this.leapUs;
    this.leapUs *= 2;
  }
}
