import { z } from 'zod';
import type { AccountName } from '../execution/reconciliation-types.js';
import type { EntryOf, JournalEntry } from '../ledger/entries.js';
import type { MemoryState } from './memory-state.js';

/** Topic of the note that an account's opening balances are complete. */
export const OPENING = 'opening';
/** Topic of the note that a start is over: from there on to the run's last entry everything that happened is in the ledger. */
export const READY = 'ready';

/** The venue's time when an account was opened, in milliseconds. */
const OpeningFacts = z.object({ venueMs: z.number() });
/** The venues' times when a start was over, by account, in milliseconds. */
const ReadyFacts = z.object({ venueMs: z.record(z.string(), z.number()) });

/**
 * Since when, and until when, accounts were followed: by the clocks of their venues, for our own may be set while we trade. A run notes
 * what time it is there when its start is over; from then on its monotonic clock goes on. Ledgers without that are read by our own time.
 */
export class FollowRecord {
  /** By account, milliseconds by its venue's clock. */
  private readonly opened = new Map<string, number>();
  private readonly followed = new Map<string, number>();
  /** By account, the venue's time when the monotonic clock of this run was at 0, in milliseconds; from the end of the start on. */
  private readonly origins = new Map<string, number>();
  private monotonicUs = 0;
  private isFollowing = false;
  /** By our own clock. */
  private newestUs = 0;
  private followedUs = 0;

  /** Takes any entry in. */
  see(entry: JournalEntry): void {
    this.newestUs = Math.max(this.newestUs, entry.tsUs);
    if (entry.kind === 'start') this.begin();
    else if (entry.kind === 'note' && entry.topic === OPENING) this.open(entry);
    else if (entry.kind === 'note' && entry.topic === READY) this.ready(entry);
    this.monotonicUs = Math.max(this.monotonicUs, entry.monotonicUs);
    if (this.isFollowing) this.followedUs = this.newestUs;
  }

  /** When an account's opening balances were read, in milliseconds by its venue's clock; undefined when they never were. */
  openedMs(account: AccountName): number | undefined {
    return this.opened.get(nameOf(account));
  }

  /** Until when everything of an account is known, in milliseconds by its venue's clock. */
  followedMs(account: AccountName): number {
    const name = nameOf(account);
    const known = this.now(name) ?? this.followed.get(name) ?? this.followedUs / 1000;
    return Math.max(known, this.opened.get(name) ?? 0);
  }

  /** All of it, to go on from. */
  state(): MemoryState['follow'] {
    const { monotonicUs, isFollowing, newestUs, followedUs } = this;
    const times = { opened: [...this.opened], followed: [...this.followed], origins: [...this.origins] };
    return { ...times, monotonicUs, isFollowing, newestUs, followedUs };
  }

  /** Goes on from what `state` told. */
  restore({ opened, followed, origins, ...numbers }: MemoryState['follow']): void {
    for (const [name, ms] of opened) this.opened.set(name, ms);
    for (const [name, ms] of followed) this.followed.set(name, ms);
    for (const [name, ms] of origins) this.origins.set(name, ms);
    Object.assign(this, numbers);
  }

  private begin(): void {
    for (const name of this.origins.keys()) this.followed.set(name, this.now(name) ?? 0);
    this.origins.clear();
    this.isFollowing = false;
    this.monotonicUs = 0;
  }

  private now(name: string): number | undefined {
    const origin = this.origins.get(name);
    return origin === undefined ? undefined : origin + this.monotonicUs / 1000;
  }

  private open({ venue, market, tsUs, text }: EntryOf<'note'>): void {
    this.opened.set(`${venue} ${market}`, factsOf(OpeningFacts, text)?.venueMs ?? tsUs / 1000);
  }

  private ready({ text, monotonicUs }: EntryOf<'note'>): void {
    this.isFollowing = true;
    for (const [name, venueMs] of Object.entries(factsOf(ReadyFacts, text)?.venueMs ?? {}))
      this.origins.set(name, venueMs - monotonicUs / 1000);
  }
}

/** An account's name in notes. */
export function nameOf({ venue, market }: AccountName): string {
  return `${venue} ${market}`;
}

/** What a note tells; null when it tells something else. */
function factsOf<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
