import type { Clock, Timer, Timers } from './clock.js';

/**
 * The clocks of this machine. The monotonic one is CLOCK_MONOTONIC, which all threads share, so that a receive time taken in a
 * feed worker can be subtracted from a decision time on the main thread.
 */
export class SystemClock implements Clock {
  private readonly epochOffsetUs: number;

  /** @param epochOffsetUs epoch minus monotonic, as the main thread measured it; measured here when left out */
  constructor(epochOffsetUs?: number) {
    this.epochOffsetUs = epochOffsetUs ?? Date.now() * 1000 - this.monotonicUs();
  }

  monotonicUs(): number {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e6 + nanoseconds / 1e3;
  }

  epochUs(): number {
    return this.monotonicUs() + this.epochOffsetUs;
  }

  offsetUs(): number {
    return this.epochOffsetUs;
  }
}

/** Timers of the event loop. */
export const systemTimers: Timers = {
  after(delayMs, action): Timer {
    const handle = setTimeout(action, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
  every(intervalMs, action): Timer {
    const handle = setInterval(action, intervalMs);
    return { cancel: () => clearInterval(handle) };
  },
};
