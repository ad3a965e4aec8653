import type { Clock } from '../../domain/clock.js';

/** What became of a request, and what the headers of its answer say. */
export interface LimitReading {
  readonly allowed: boolean;
  /** Weight used so far in the window, a refused request's own not included. */
  readonly used: number;
  readonly remaining: number;
  /** Microseconds until the window, or enough of it, is over. */
  readonly resetInUs: number;
}

/** Weight allowed in each whole interval of the venue's clock, for each key (an address or an account). Binance and Gate.io. */
export class FixedWindowLimit {
  private readonly windows = new Map<string, { index: number; used: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly limit: number,
    private readonly intervalMs: number,
  ) {}

  /** Uses up weight; a refused request uses none. Weight 0 only reads. */
  take(key: string, weight = 1): LimitReading {
    const intervalUs = this.intervalMs * 1000;
    const nowUs = this.clock.epochUs();
    const index = Math.floor(nowUs / intervalUs);
    const known = this.windows.get(key);
    const window = known?.index === index ? known : { index, used: 0 };
    this.windows.set(key, window);
    const allowed = window.used + weight <= this.limit;
    if (allowed) window.used += weight;
    const remaining = Math.max(0, this.limit - window.used);
    return { allowed, used: window.used, remaining, resetInUs: (index + 1) * intervalUs - nowUs };
  }
}

/** Weight allowed within any interval of that length, for each key. */
export class SlidingWindowLimit {
  private readonly taken = new Map<string, { atUs: number; weight: number }[]>();

  constructor(
    private readonly clock: Clock,
    private readonly limit: number,
    private readonly intervalMs: number,
  ) {}

  /** Uses up weight; a refused request uses none. Weight 0 only reads. */
  take(key: string, weight = 1): LimitReading {
    const intervalUs = this.intervalMs * 1000;
    const nowUs = this.clock.monotonicUs();
    const recent = (this.taken.get(key) ?? []).filter(({ atUs }) => nowUs - atUs < intervalUs);
    const before = recent.reduce((sum, entry) => sum + entry.weight, 0);
    const allowed = before + weight <= this.limit;
    if (allowed && weight > 0) recent.push({ atUs: nowUs, weight });
    this.taken.set(key, recent);
    const used = allowed ? before + weight : before;
    const oldestUs = recent[0]?.atUs ?? nowUs - intervalUs;
    return { allowed, used, remaining: Math.max(0, this.limit - used), resetInUs: oldestUs + intervalUs - nowUs };
  }
}

/** A counter that grows with each request and decays steadily, for each key: Kraken's API counter, Coinbase's buckets. */
export class DecayingLimit {
  private readonly counters = new Map<string, { value: number; atUs: number }>();

  /** @param decayPerSecond by how much a counter falls in a second */
  constructor(
    private readonly clock: Clock,
    private readonly limit: number,
    private readonly decayPerSecond: number,
  ) {}

  /** Uses up weight; a refused request uses none. Weight 0 only reads. */
  take(key: string, weight = 1): LimitReading {
    const nowUs = this.clock.monotonicUs();
    const { value, atUs } = this.counters.get(key) ?? { value: 0, atUs: nowUs };
    const decayed = Math.max(0, value - ((nowUs - atUs) / 1e6) * this.decayPerSecond);
    const allowed = decayed + weight <= this.limit;
    const used = allowed ? decayed + weight : decayed;
    this.counters.set(key, { value: used, atUs: nowUs });
    return { allowed, used, remaining: Math.max(0, this.limit - used), resetInUs: (used / this.decayPerSecond) * 1e6 };
  }
}

/** Who goes on after being refused is banned for a while: HTTP 429 first, then 418, as Binance does. */
export class BanBook {
  private readonly entries = new Map<string, { refusals: number; sinceUs: number; bannedUntilUs: number }>();

  /** @param refusalsMax refusals within `withinMs` that are still answered with 429 */
  constructor(
    private readonly clock: Clock,
    private readonly refusalsMax: number,
    private readonly withinMs: number,
    private readonly banMs: number,
  ) {}

  /** Microseconds that the address stays banned; 0 when it is not. */
  bannedForUs(address: string): number {
    return Math.max(0, (this.entries.get(address)?.bannedUntilUs ?? 0) - this.clock.monotonicUs());
  }

  /** Notes that a request over the limit was refused. @returns the status to refuse it with */
  refuse(address: string): 429 | 418 {
    const nowUs = this.clock.monotonicUs();
    const known = this.entries.get(address);
    const entry =
      known !== undefined && nowUs - known.sinceUs < this.withinMs * 1000
        ? known
        : { refusals: 0, sinceUs: nowUs, bannedUntilUs: 0 };
    this.entries.set(address, entry);
    if (++entry.refusals <= this.refusalsMax) return 429;
    entry.bannedUntilUs = nowUs + this.banMs * 1000;
    return 418;
  }
}
