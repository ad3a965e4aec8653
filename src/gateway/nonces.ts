import type { Clock } from '../domain/clock.js';

/**
 * Strictly increasing numbers for one key. They start from the microseconds of the epoch, which no key uses up at that pace, so that
 * they go on increasing after a restart.
 */
export class Nonces {
  private last = 0;

  constructor(private readonly clock: Clock) {}

  next(): number {
    this.last = Math.max(this.last + 1, Math.floor(this.clock.epochUs()));
    return this.last;
  }
}
