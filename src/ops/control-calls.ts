import type { Timer, Timers } from '../domain/clock.js';
import type { ControlAnswer, ControlRequest } from './messages.js';

/** Longest that a control request waits for the main thread. */
export const CONTROL_WAIT_MS = 5_000;

interface Call {
  readonly timer: Timer;
  resolve(answer: ControlAnswer | null): void;
}

/** The operator worker's control requests that the main thread has not answered yet. */
export class ControlCalls {
  private readonly calls = new Map<number, Call>();
  private lastId = 0;

  constructor(
    private readonly send: (id: number, request: ControlRequest) => void,
    private readonly timers: Timers,
  ) {}

  /** Asks the main thread. @returns its answer, or null when none came in time */
  readonly ask = (request: ControlRequest): Promise<ControlAnswer | null> => {
    const id = ++this.lastId;
    return new Promise((resolve) => {
      const timer = this.timers.after(CONTROL_WAIT_MS, () => this.settle(id, null));
      this.calls.set(id, { timer, resolve });
      this.send(id, request);
    });
  };

  /** Takes an answer; one that comes too late is nobody's. */
  settle(id: number, answer: ControlAnswer | null): void {
    const call = this.calls.get(id);
    if (call === undefined) return;
    this.calls.delete(id);
    call.timer.cancel();
    call.resolve(answer);
  }

  /** Nobody will answer any more. */
  close(): void {
    for (const id of [...this.calls.keys()]) this.settle(id, null);
  }
}
