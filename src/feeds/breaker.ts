/** Values of FEED_BREAKER. */
export const BREAKER_CLOSED = 0;
export const BREAKER_HALF_OPEN = 1;
export const BREAKER_OPEN = 2;

/** When a breaker opens, and for how long. */
export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly failuresMax: number;
  readonly openMs: number;
}

/**
 * A circuit breaker: after too many failures in a row nothing is tried for a while, then one trial decides whether to go on. It keeps
 * a venue that is down from being hammered by a thousand symbols.
 */
export class CircuitBreaker {
  state = BREAKER_CLOSED;
  private failures = 0;
  private openUntilMs = 0;

  constructor(private readonly options: BreakerOptions) {}

  /** Whether something may be tried now; not while a trial is under way. */
  allows(nowMs: number): boolean {
    return this.state === BREAKER_CLOSED || (this.state === BREAKER_OPEN && nowMs >= this.openUntilMs);
  }

  /** Something is being tried: if the breaker was open, all else waits for how it ends. */
  trying(): void {
    if (this.state === BREAKER_OPEN) this.state = BREAKER_HALF_OPEN;
  }

  /** Something worked: all is well. */
  succeeded(): void {
    this.failures = 0;
    this.state = BREAKER_CLOSED;
  }

  /** Something failed. */
  failed(nowMs: number): void {
    this.failures++;
    if (this.state === BREAKER_CLOSED && this.failures < this.options.failuresMax) return;
    this.state = BREAKER_OPEN;
    this.openUntilMs = nowMs + this.options.openMs;
  }
}
