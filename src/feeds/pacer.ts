/**
 * A token bucket: what is asked of a venue stays below its limit, whatever happens here. A bucket of `burst` that refills with
 * `perSecond` lets at most `burst + 60 * perSecond` pass in any minute.
 */
export class Pacer {
  private tokens: number;
  private filledMs = Number.NEGATIVE_INFINITY;
  private pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
  }

  /** Takes `cost` out of the bucket if that much is in it. */
  take(nowMs: number, cost = 1): boolean {
    if (nowMs < this.pausedUntilMs) return false;
    if (this.filledMs !== Number.NEGATIVE_INFINITY) {
      this.tokens = Math.min(this.burst, this.tokens + (Math.max(0, nowMs - this.filledMs) * this.perSecond) / 1000);
    }
    this.filledMs = nowMs;
    if (this.tokens < cost) return false;
    this.tokens -= cost;
    return true;
  }

  /** Lets nothing pass until then, as the venue demanded. */
  pauseUntil(untilMs: number): void {
    this.pausedUntilMs = Math.max(this.pausedUntilMs, untilMs);
  }
}
