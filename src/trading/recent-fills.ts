import type { Side } from '../domain/order.js';
import type { AccountName } from '../execution/reconciliation-types.js';
import { fillKey } from '../ledger/books.js';
import type { EntryOf } from '../ledger/entries.js';
import { nameOf } from './follow-record.js';

/** A fill that an account may be asked for once more. */
export interface RecentFill {
  readonly strategy: string;
  readonly symbol: string;
  readonly tradeId: string;
  readonly side: Side;
  /** Empty when none was told. */
  readonly venueOrderId: string;
  readonly quantity: string;
  readonly price: string;
  /** By its venue's clock. */
  readonly timeMs: number;
  /** What tells it from all others. */
  readonly key: string;
}

/** Venues are asked again for the fills of a time before the newest one: at least these are known by name. */
const RECENT_MS = 900_000;
/** How many become old before they are let go. */
const PRUNED_EVERY = 256;

interface AccountFills {
  newestMs: number;
  fills: RecentFill[];
}

/** The fills of the last quarter of an hour in which an account had any. */
export class RecentFills {
  private readonly accounts = new Map<string, AccountFills>();

  /** @param isTold whether the venue told it, with its own time */
  add(entry: EntryOf<'fill'>, isTold: boolean): void {
    const { strategy, symbol, tradeId, side, quantity, price, venueTimeMs } = entry;
    const account = this.find(nameOf(entry));
    const ids = { tradeId, venueOrderId: entry.venueOrderId ?? '', key: fillKey(entry) };
    const fill = { ...ids, strategy, symbol, side, quantity, price, timeMs: venueTimeMs };
    account.fills.push(fill);
    if (isTold) account.newestMs = Math.max(account.newestMs, venueTimeMs);
    if (account.fills.length % PRUNED_EVERY === 0) account.fills = recentOf(account);
  }

  /** Fills of an account, in the order of their entries. */
  of(account: AccountName): readonly RecentFill[] {
    const found = this.accounts.get(nameOf(account));
    return found === undefined ? [] : recentOf(found);
  }

  /** When the newest that a venue told happened, by its clock; of all accounts. */
  get newestMs(): number {
    return Math.max(0, ...[...this.accounts.values()].map(({ newestMs }) => newestMs));
  }

  /** Accounts by name, with their newest time and their fills. */
  *all(): Generator<readonly [account: string, newestMs: number, fills: readonly RecentFill[]], void, undefined> {
    for (const [name, account] of this.accounts) yield [name, account.newestMs, recentOf(account)];
  }

  /** Makes an account again what `all` told. */
  restore(name: string, newestMs: number, fills: readonly RecentFill[]): void {
    this.accounts.set(name, { newestMs, fills: [...fills] });
  }

  private find(name: string): AccountFills {
    const found = this.accounts.get(name) ?? { newestMs: 0, fills: [] };
    this.accounts.set(name, found);
    return found;
  }
}

function recentOf({ newestMs, fills }: AccountFills): RecentFill[] {
  return fills.filter(({ timeMs }) => timeMs >= newestMs - RECENT_MS);
}
