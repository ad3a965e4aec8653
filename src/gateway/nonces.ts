import type { Clock } from '../domain/clock.js';

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
}
