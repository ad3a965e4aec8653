import type { Clock, Timer, Timers } from '../../domain/clock.js';

/** Carries out actions after waits, in the order of a line: what comes later is never earlier. */
export class DelayLine {
  private readonly pending = new Set<Timer>();
  /** Actions of the line: timers may round, so whichever fires first carries out the line's first action. */
  private readonly queue: (() => void)[] = [];
  private lastDueUs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {}

  /** Carries the action out behind all before it, at once when none waits and there is nothing to wait. */
  push(waitMs: number, action: () => void): void {
    if (waitMs === 0 && this.queue.length === 0) action();
    else this.enqueue(waitMs, action);
  }

  /** Carries the action out behind all before it, never at once. */
  enqueue(waitMs: number, action: () => void): void {
    const nowUs = this.clock.monotonicUs();
    this.lastDueUs = Math.max(this.lastDueUs, nowUs + waitMs * 1000);
    this.queue.push(action);
    this.later((this.lastDueUs - nowUs) / 1000, () => this.queue.shift()?.());
  }

  /** Carries the action out after a wait, whatever else waits. */
  later(waitMs: number, action: () => void): void {
    const timer = this.timers.after(waitMs, () => {
      this.pending.delete(timer);
      action();
    });
    this.pending.add(timer);
  }

  /** Forgets everything that waits. */
  clear(): void {
    for (const timer of this.pending) timer.cancel();
    this.pending.clear();
    this.queue.length = 0;
  }
}
