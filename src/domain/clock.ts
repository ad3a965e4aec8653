/** Microseconds since the epoch, or since any fixed moment for monotonic readings. Exact in a double. */
export type Microseconds = number;

/** The two clocks everything below the command line is given. */
export interface Clock {
  /** Monotonic microseconds, the same origin on every thread of the process. For intervals and latencies. */
  monotonicUs(): Microseconds;
  /** Microseconds since the epoch. For stamps that people and venues read. */
  epochUs(): Microseconds;
}

/** A cancellable wait; `cancel` may be called at any time, also twice. */
export interface Timer {
  cancel(): void;
}

/** Timers are injected as well, so that scenarios replay from a seed. */
export interface Timers {
  after(delayMs: number, action: () => void): Timer;
  every(intervalMs: number, action: () => void): Timer;
}
