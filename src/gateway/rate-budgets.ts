import type { Clock } from '../domain/clock.js';
import { VenueProtocolError } from '../domain/errors.js';
import type { BudgetReading, RateBudgetRule, RateCost, RestCall } from '../venues/trading.js';

/** What a request is for, most urgent first. */
export const PURPOSES = ['cancel', 'order', 'session', 'read'] as const;
export type Purpose = RestCall['purpose'];

/** The part of a budget that each purpose may fill: cancels have the last tenth to themselves. */
const SHARE: Readonly<Record<Purpose, number>> = { cancel: 1, order: 0.9, session: 0.8, read: 0.7 };

/** Steps in which a window slides. One more is kept, so that a stretch that begins within a step is covered as well. */
const STEPS = 32;
const SLOTS = STEPS + 1;

// Int32 words in front
const LOCK = 0; // 0 when free, else milliseconds of the holder
const LOCK_WORDS = 4;
// Float64 fields of the whole set
const PAUSED_UNTIL_MS = 0;
const PENALTIES = 1;
const SET_FIELDS = 2;
// Float64 fields of a budget
const LIMIT = 0;
const IN_FLIGHT = 1;
const HELD_UNTIL_MS = 2;
const LEVEL = 3; // spent and still counted
const TOUCHED = 4; // window: number of the newest step; decay: milliseconds of the last look
const FIRST_SLOT = 5;
const FIELDS = FIRST_SLOT + SLOTS;

/** A holder that is stopped in the middle must not stop all others for good. */
const LOCK_MS_MAX = 50;
const POLL_MS = 5;
const PENALTY_MS_MIN = 1_000;
const PENALTY_MS_MAX = 300_000;

/**
 * What may still be asked of a venue from one address. A request counts from the moment it may leave until its window has passed after
 * its answer came, since nobody knows when in between the venue counted it: so the venue sees no more than its limit in any stretch.
 * All state lies in one buffer, which threads may share.
 */
export class RateBudgets {
  private readonly words: Int32Array;
  private readonly set: Float64Array;
  private readonly fields: Float64Array;
  private readonly index = new Map<string, number>();

  /** Bytes of the buffer for such rules. */
  static bytes(rules: readonly RateBudgetRule[]): number {
    return LOCK_WORDS * 4 + (SET_FIELDS + rules.length * FIELDS) * 8;
  }

  /** @param memory zeros, or what another thread's budgets of the same rules lie in */
  constructor(
    private readonly rules: readonly RateBudgetRule[],
    private readonly clock: Clock,
    memory: ArrayBufferLike = new ArrayBuffer(RateBudgets.bytes(rules)),
  ) {
    this.words = new Int32Array(memory, 0, LOCK_WORDS);
    this.set = new Float64Array(memory, LOCK_WORDS * 4, SET_FIELDS);
    this.fields = new Float64Array(memory, LOCK_WORDS * 4 + SET_FIELDS * 8);
    rules.forEach((rule, at) => {
      this.index.set(rule.name, at);
      if (this.fields[at * FIELDS + LIMIT] === 0) this.fields[at * FIELDS + LIMIT] = rule.limit;
    });
  }

  /** Takes all costs, or none when one of them does not fit. `settle` or `refund` must follow. */
  take(costs: readonly RateCost[], purpose: Purpose): boolean {
    return this.locked(false, () => {
      if (this.lackMs(costs, purpose) > 0) return false;
      for (const { budget, amount } of costs) this.add(this.base(budget) + IN_FLIGHT, amount);
      return true;
    });
  }

  /** The request that took these costs is over: from now on they grow old. */
  settle(costs: readonly RateCost[]): void {
    this.locked(undefined, () => {
      for (const { budget, amount } of costs) {
        const at = this.at(budget);
        this.add(at * FIELDS + IN_FLIGHT, -amount);
        this.spend(at, amount);
      }
    });
  }

  /** The request that took these costs never left. */
  refund(costs: readonly RateCost[]): void {
    this.locked(undefined, () => {
      for (const { budget, amount } of costs) this.add(this.base(budget) + IN_FLIGHT, -amount);
    });
  }

  /** Milliseconds until these costs can fit, as far as can be told; 0 when they do, Infinity when they never will. */
  waitMs(costs: readonly RateCost[], purpose: Purpose): number {
    return this.locked(POLL_MS, () => this.lackMs(costs, purpose));
  }

  /** Corrects the budgets by what the venue counted: others may use the same address or account. */
  read(readings: readonly BudgetReading[]): void {
    this.locked(undefined, () => {
      for (const { budget, used, limit, resetMs } of readings) {
        const at = this.index.get(budget);
        if (at === undefined) continue;
        const base = at * FIELDS;
        if (limit !== undefined && limit > 0) this.fields[base + LIMIT] = limit;
        this.age(at);
        const unknown = used - this.field(base + LEVEL) - this.field(base + IN_FLIGHT);
        if (unknown > 0) this.spend(at, unknown);
        if (resetMs !== undefined && used >= this.field(base + LIMIT)) this.hold(base, resetMs);
      }
    });
  }

  /**
   * The venue refused for rate.
   * @param costs the budgets of the request; null when the venue shut everything (429, 418)
   * @param askedMs the wait that it asked for; when it names none, waits double from refusal to refusal
   * @returns the wait
   */
  pause(costs: readonly RateCost[] | null, askedMs: number | undefined): number {
    return this.locked(askedMs ?? PENALTY_MS_MIN, () => {
      const penalties = this.field2(PENALTIES);
      this.set[PENALTIES] = penalties + 1;
      const waitMs = askedMs ?? Math.min(PENALTY_MS_MAX, PENALTY_MS_MIN * 2 ** Math.min(penalties, 20));
      if (costs === null) this.set[PAUSED_UNTIL_MS] = Math.max(this.field2(PAUSED_UNTIL_MS), this.nowMs() + waitMs);
      else for (const { budget } of costs) this.hold(this.base(budget), waitMs);
      return waitMs;
    });
  }

  /** A request passed: the next refusal is a first one again. */
  passed(): void {
    if (this.set[PENALTIES] !== 0) this.set[PENALTIES] = 0;
  }

  /** How much of a budget is spent or under way, and its limit. */
  usage(name: string): { readonly used: number; readonly limit: number } {
    return this.locked({ used: 0, limit: 0 }, () => {
      const at = this.at(name);
      this.age(at);
      const base = at * FIELDS;
      return { used: this.field(base + LEVEL) + this.field(base + IN_FLIGHT), limit: this.field(base + LIMIT) };
    });
  }

  private lackMs(costs: readonly RateCost[], purpose: Purpose): number {
    const nowMs = this.nowMs();
    let waitMs = Math.max(0, this.field2(PAUSED_UNTIL_MS) - nowMs);
    for (const { budget, amount } of costs) waitMs = Math.max(waitMs, this.lackOf(this.at(budget), amount, purpose, nowMs));
    return waitMs;
  }

  private lackOf(at: number, amount: number, purpose: Purpose, nowMs: number): number {
    const base = at * FIELDS;
    const limit = this.field(base + LIMIT);
    if (amount > limit) return Number.POSITIVE_INFINITY;
    this.age(at);
    const heldMs = Math.max(0, this.field(base + HELD_UNTIL_MS) - nowMs);
    // An empty budget takes any single request, however small the budget is.
    const readShare = this.rules[at]?.readShare;
    const share = readShare === undefined ? SHARE[purpose] : purpose === 'read' ? readShare : 1;
    const allowed = Math.max(limit * share, amount);
    const excess = this.field(base + LEVEL) + this.field(base + IN_FLIGHT) + amount - allowed;
    return excess <= 0 ? heldMs : Math.max(heldMs, this.freeMs(at, excess, nowMs), 1);
  }

  /** When that much of a budget will have grown old enough. */
  private freeMs(at: number, excess: number, nowMs: number): number {
    const base = at * FIELDS;
    const rule = this.rules[at];
    if (rule?.kind === 'decay')
      return Math.min((excess / rule.perSecond) * 1000, (this.field(base + LEVEL) / rule.perSecond) * 1000 + POLL_MS);
    const stepMs = (rule?.windowMs ?? 0) / STEPS;
    if (stepMs === 0) return POLL_MS;
    const newest = this.field(base + TOUCHED);
    let freed = 0;
    for (let step = newest - STEPS; step <= newest; step++) {
      freed += this.field(base + FIRST_SLOT + slotOf(step));
      if (freed >= excess) return (step + SLOTS) * stepMs - nowMs;
    }
    return POLL_MS; // the rest is under way
  }

  /** Drops what is too old. */
  private age(at: number): void {
    const base = at * FIELDS;
    const rule = this.rules[at];
    const nowMs = this.nowMs();
    if (rule?.kind === 'decay') {
      const passedMs = Math.max(0, nowMs - this.field(base + TOUCHED));
      this.fields[base + LEVEL] = Math.max(0, this.field(base + LEVEL) - (rule.perSecond * passedMs) / 1000);
      this.fields[base + TOUCHED] = nowMs;
      return;
    }
    const stepMs = (rule?.windowMs ?? 0) / STEPS;
    if (stepMs === 0) return;
    const step = Math.floor(nowMs / stepMs);
    const newest = this.field(base + TOUCHED);
    if (step <= newest) return;
    for (let old = Math.max(newest + 1, step - STEPS); old <= step; old++) {
      const slot = base + FIRST_SLOT + slotOf(old);
      this.add(base + LEVEL, -this.field(slot));
      this.fields[slot] = 0;
    }
    this.fields[base + TOUCHED] = step;
  }

  private spend(at: number, amount: number): void {
    const base = at * FIELDS;
    const rule = this.rules[at];
    if (rule?.kind === 'window' && rule.windowMs === 0) return; // counts only while it is under way
    this.age(at);
    this.add(base + LEVEL, amount);
    if (rule?.kind === 'window') this.add(base + FIRST_SLOT + slotOf(this.field(base + TOUCHED)), amount);
  }

  private hold(base: number, waitMs: number): void {
    this.fields[base + HELD_UNTIL_MS] = Math.max(this.field(base + HELD_UNTIL_MS), this.nowMs() + waitMs);
  }

  private at(name: string): number {
    const at = this.index.get(name);
    if (at === undefined) throw new VenueProtocolError(`there is no rate budget "${name}"`, { budget: name });
    return at;
  }

  private base(name: string): number {
    return this.at(name) * FIELDS;
  }

  private field(at: number): number {
    return this.fields[at] ?? 0;
  }

  private field2(at: number): number {
    return this.set[at] ?? 0;
  }

  private add(at: number, amount: number): void {
    this.fields[at] = this.field(at) + amount;
  }

  private nowMs(): number {
    return this.clock.monotonicUs() / 1000;
  }

  /** Runs a short piece of work alone; a lock that is not free soon gives `busy`, which must be the cautious answer. */
  private locked<T>(busy: T, action: () => T): T {
    if (!this.enter()) return busy;
    try {
      return action();
    } finally {
      Atomics.store(this.words, LOCK, 0);
    }
  }

  private enter(): boolean {
    const stamp = Math.floor(this.nowMs()) | 0 || 1;
    for (let tries = 0; tries < 1_000_000; tries++) {
      const holder = Atomics.compareExchange(this.words, LOCK, 0, stamp);
      if (holder === 0) return true;
      const heldMs = (Math.floor(this.nowMs()) - holder) | 0;
      if (heldMs > LOCK_MS_MAX && Atomics.compareExchange(this.words, LOCK, holder, stamp) === holder) return true;
    }
    return false;
  }
}

function slotOf(step: number): number {
  return ((step % SLOTS) + SLOTS) % SLOTS;
}
