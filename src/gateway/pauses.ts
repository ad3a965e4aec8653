import type { Timer, Timers } from '../domain/clock.js';

/** Waits that end early when their owner stops, so that no timer outlives it. */
export class Pauses {
  private readonly pending = new Map<Timer, () => void>();
  private stopped = false;

  constructor(private readonly timers: Timers) {}

  /** @returns false when the owner has stopped */
  async wait(delayMs: number): Promise<boolean> {
    if (this.stopped) return false;
    await new Promise<void>((resolve) => {
      const timer = this.timers.after(delayMs, () => {
        this.pending.delete(timer);
        resolve();
      });
      this.pending.set(timer, resolve);
    });
    return !this.stopped;
  }

  stop(): void {
    this.stopped = true;
    for (const [timer, resolve] of this.pending) {
      timer.cancel();
      resolve();
    }
    this.pending.clear();
  }
}
