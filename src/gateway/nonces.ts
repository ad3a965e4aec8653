import type { Clock } from '../domain/clock.js';

/** Further ahead of its clock than any machine is by accident. */
const LEAP_US = 60e6;

/**
 * Strictly increasing numbers for one key. They start from the microseconds of the epoch, which no key uses up at that pace, so that
 * they go on increasing after a restart. Given the venue's time they do so even when the clock of the machine was ahead for a while.
 */
export class Nonces {
  private last = 0;

  constructor(private readonly clock: Clock) {}

  next(epochUs = this.clock.epochUs()): number {
    this.last = Math.max(this.last + 1, Math.floor(epochUs));
    return this.last;
  }

  /** Goes on far ahead: the venue has seen a higher number than the last one, of a process whose clock was ahead. */
  leap(): void {
    this.last = Math.max(this.last, Math.floor(this.clock.epochUs())) + LEAP_US;
  }
}
