/** How much a new interval counts in the mean. */
const WEIGHT = 0.1;

/**
 * Learns how often each of a set of channels usually speaks, and tells how long it has been silent. It looks at counters now and then
 * instead of being told of every message, so that the hot path pays nothing for it.
 */
export class Watchdog {
  private readonly counts: Float64Array;
  private readonly heardMs: Float64Array;
  /** Mean interval between messages; NaN until two looks found some. */
  private readonly usual: Float64Array;

  constructor(channels: number) {
    this.counts = new Float64Array(channels);
    this.heardMs = new Float64Array(channels);
    this.usual = new Float64Array(channels).fill(Number.NaN);
  }

  /** A channel begins, or begins again: its silence counts from now. Its habits are kept. */
  reset(channel: number, count: number, nowMs: number): void {
    this.counts[channel] = count;
    this.heardMs[channel] = nowMs;
  }

  /** Looks at a channel that has counted `count` messages so far. */
  look(channel: number, count: number, nowMs: number): void {
    const messages = count - (this.counts[channel] ?? 0);
    if (messages <= 0) return;
    const intervalMs = (nowMs - (this.heardMs[channel] ?? 0)) / messages;
    const usualMs = this.usual[channel] ?? Number.NaN;
    this.usual[channel] = Number.isNaN(usualMs) ? intervalMs : usualMs + WEIGHT * (intervalMs - usualMs);
    this.counts[channel] = count;
    this.heardMs[channel] = nowMs;
  }

  /** A silence was taken for a fault: should it be a habit, it has to be longer the next time. */
  forgive(channel: number): void {
    this.usual[channel] = (this.usual[channel] ?? Number.NaN) * 2;
  }

  /** When the channel was last found to have spoken. */
  heard(channel: number): number {
    return this.heardMs[channel] ?? 0;
  }

  /** Its mean interval, NaN while unknown. */
  usualMs(channel: number): number {
    return this.usual[channel] ?? Number.NaN;
  }
}
