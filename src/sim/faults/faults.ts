import type { Clock, Timer, Timers } from '../../domain/clock.js';
import { SeededRandom } from '../../domain/random.js';
import type { VenueId } from '../../domain/venue.js';
import { sampleMs } from './distribution.js';
import { type DelayDistribution, type FaultKind, type FaultRule, type FaultRuleInput, parseFaultRule } from './rules.js';

/** What a rule is asked about: a request, a connection or a frame. */
export interface Chance {
  readonly venue: VenueId;
  readonly traffic: 'rest' | 'ws-public' | 'ws-private' | 'ws-trade';
  readonly path: string;
  readonly method?: string;
  /** Topic of a frame, or its text. */
  readonly channel?: () => string;
}

type FaultOf<K extends FaultKind> = Extract<FaultRule['fault'], { kind: K }>;

/** Told when a rule begins and ceases to hold. */
export type FaultListener = (rule: FaultRule, active: boolean) => void;

interface Entry {
  readonly id: string;
  readonly rule: FaultRule;
  readonly random: SeededRandom;
  readonly path: RegExp | null;
  readonly channel: RegExp | null;
  readonly timers: Timer[];
  active: boolean;
  applied: number;
}

/**
 * The faults of a simulation. Each rule draws from a random sequence of its own, made from the seed and the number of the rule, so that
 * the same rules and the same traffic fail in the same way.
 */
export class Faults {
  private readonly entries = new Map<string, Entry>();
  private readonly listeners = new Set<FaultListener>();
  private readonly random: SeededRandom;
  private added = 0;

  constructor(
    seed: number,
    private readonly timers: Timers,
  ) {
    this.random = new SeededRandom(seed).fork('faults');
  }

  /** How often each rule that is in force was applied, by its id. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.entries.values()].map(({ id, applied }) => [id, applied]));
  }

  /**
   * Puts a rule into force. @returns its id
   * @throws InvalidInputError when it cannot be used
   */
  add(input: FaultRuleInput): string {
    const rule = parseFaultRule(input);
    const id = String(++this.added);
    const entry: Entry = {
      id,
      rule,
      random: this.random.fork(id),
      path: rule.path === undefined ? null : new RegExp(rule.path),
      channel: rule.channel === undefined ? null : new RegExp(rule.channel),
      timers: [],
      active: false,
      applied: 0,
    };
    this.entries.set(id, entry);
    if (rule.fromMs === 0) this.setActive(entry, true);
    else entry.timers.push(this.timers.after(rule.fromMs, () => this.setActive(entry, true)));
    if (rule.untilMs !== undefined) entry.timers.push(this.timers.after(rule.untilMs, () => this.setActive(entry, false)));
    return id;
  }

  /** Takes a rule out of force. @returns false when there is none of that id */
  remove(id: string): boolean {
    const entry = this.entries.get(id);
    if (entry === undefined) return false;
    this.entries.delete(id);
    for (const timer of entry.timers) timer.cancel();
    this.setActive(entry, false);
    return true;
  }

  /** Takes all rules out of force. */
  clear(): void {
    for (const id of [...this.entries.keys()]) this.remove(id);
  }

  /** The rules with their ids, whether they hold now, and how often they were applied. */
  list(): readonly { readonly id: string; readonly active: boolean; readonly applied: number; readonly rule: FaultRule }[] {
    return [...this.entries.values()].map(({ id, active, applied, rule }) => ({ id, active, applied, rule }));
  }

  /** Registers a listener; @returns what removes it */
  onChange(listener: FaultListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The first rule of that kind that strikes, if any does; its count goes up. */
  strike<K extends FaultKind>(kind: K, chance: Chance): FaultOf<K> | null {
    const entry = this.struck(kind, chance);
    return entry === null ? null : (entry.rule.fault as FaultOf<K>);
  }

  /** Milliseconds that something waits: those of all rules of that kind together. */
  waitMs(kind: 'latency' | 'delay', chance: Chance): number {
    let sumMs = 0;
    for (const entry of this.entries.values()) {
      if (entry.rule.fault.kind !== kind || !this.strikes(entry, chance)) continue;
      sumMs += sampleMs((entry.rule.fault as { each: DelayDistribution }).each, entry.random);
    }
    return sumMs;
  }

  /** Whether the venue is closed. */
  closed(venue: VenueId): boolean {
    return this.holding(venue).some(({ fault }) => fault.kind === 'maintenance');
  }

  /** The venue's clock: the given one and the skew that holds. */
  clockOf(venue: VenueId, clock: Clock): Clock {
    return {
      monotonicUs: () => clock.monotonicUs(),
      epochUs: () => clock.epochUs() + this.skewUs(venue),
    };
  }

  /** Whether any rule is in force, so that traffic without faults costs nothing. */
  get quiet(): boolean {
    return this.entries.size === 0;
  }

  /** Whether there is any rule of that kind. */
  has(kind: FaultKind): boolean {
    for (const { rule } of this.entries.values()) if (rule.fault.kind === kind) return true;
    return false;
  }

  private skewUs(venue: VenueId): number {
    if (this.quiet) return 0;
    return this.holding(venue).reduce((sum, { fault }) => sum + (fault.kind === 'clock-skew' ? fault.skewMs * 1000 : 0), 0);
  }

  private holding(venue: VenueId): FaultRule[] {
    return [...this.entries.values()]
      .filter(({ active, rule }) => active && concerns(rule.venues, venue))
      .map(({ rule }) => rule);
  }

  private struck(kind: FaultKind, chance: Chance): Entry | null {
    for (const entry of this.entries.values()) {
      if (entry.rule.fault.kind === kind && this.strikes(entry, chance)) return entry;
    }
    return null;
  }

  private strikes(entry: Entry, { venue, traffic, path, method, channel }: Chance): boolean {
    const { rule } = entry;
    if (!entry.active || (rule.count !== undefined && entry.applied >= rule.count)) return false;
    if (!concerns(rule.venues, venue) || !concerns(rule.traffic, traffic)) return false;
    if (rule.methods.length > 0 && !concerns(rule.methods, method)) return false;
    if (entry.path !== null && !entry.path.test(path)) return false;
    if (entry.channel !== null && (channel === undefined || !entry.channel.test(channel()))) return false;
    if (rule.probability < 1 && entry.random.next() >= rule.probability) return false;
    entry.applied++;
    return true;
  }

  private setActive(entry: Entry, active: boolean): void {
    if (entry.active === active) return;
    entry.active = active;
    for (const listener of this.listeners) listener(entry.rule, active);
  }
}

/** An empty list concerns everything. */
export function concerns(list: readonly string[], value: string | undefined): boolean {
  return list.length === 0 || (value !== undefined && list.includes(value));
}
