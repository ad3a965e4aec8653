import type { Clock, Timer, Timers } from '../../../src/domain/clock.js';
import type { VirtualTime } from '../../../src/domain/virtual-time.js';

/** The computer's own clock, which may be set while the engine runs: virtual time with an offset for the epoch. */
export class MachineClock implements Clock {
  /** Microseconds by which the epoch clock is off. */
  offsetUs = 0;

  constructor(private readonly time: VirtualTime) {}

  monotonicUs(): number {
    return this.time.monotonicUs();
  }
  epochUs(): number {
    return this.time.epochUs() + this.offsetUs;
  }
}

/** Timers of one process: when it dies they are gone, and what a timer throws ends the process. */
export class LifeTimers implements Timers {
  isAlive = true;

  /** @param onError told what a timer's action threw */
  constructor(
    private readonly time: VirtualTime,
    private readonly onError: (error: unknown) => void,
  ) {}

  after(delayMs: number, action: () => void): Timer {
    return this.time.after(delayMs, () => this.run(action));
  }
  every(intervalMs: number, action: () => void): Timer {
    const timer = this.time.every(intervalMs, () => {
      if (this.isAlive) this.run(action);
      else timer.cancel();
    });
    return timer;
  }

  /** Does something of the process's, unless it is dead. */
  run(action: () => void): void {
    if (!this.isAlive) return;
    try {
      action();
    } catch (error) {
      this.onError(error);
    }
  }
}
