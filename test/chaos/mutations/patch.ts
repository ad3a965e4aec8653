import type { VenuePort } from '../../../src/execution/ports.js';
import type { AccountEvent } from '../../../src/gateway/events.js';
import type { LedgerEntry } from '../../../src/ledger/entries.js';
import type { TradingDeskParts } from '../../../src/trading/desk-types.js';
import type { LedgerWriter } from '../../../src/trading/ledger-writer.js';
import type { TradingDesk } from '../../../src/trading/trading-desk.js';
import type { Sabotage } from '../life/engine-life.js';

/** Anything, by the names of its members: what is private to others is not to a saboteur. */
export type Insides = { [name: string]: unknown };

/** A member of something, found by a path of names. */
export function inside(of: object, ...path: readonly string[]): Insides {
  let found: unknown = of;
  for (const name of path) found = (found as Insides)[name];
  return found as Insides;
}

/** Puts something else in the place of a method. */
export function replaceMethod(of: object, name: string, made: (original: (...given: never[]) => unknown) => unknown): () => void {
  const insides = of as Insides;
  const original = insides[name] as (...given: never[]) => unknown;
  const isOwn = Object.hasOwn(of, name);
  insides[name] = made(original.bind(of));
  return () => {
    if (isOwn) insides[name] = original;
    else delete insides[name];
  };
}

/** The same of a class, where the method is called with its own `this`. */
export function replaceOfClass(
  of: object,
  name: string,
  made: (self: Insides, original: (...given: unknown[]) => unknown, given: unknown[]) => unknown,
): () => void {
  const insides = of as Insides;
  const original = insides[name] as (...given: unknown[]) => unknown;
  insides[name] = function (this: Insides, ...given: unknown[]) {
    return made(this, (...changed) => original.apply(this, changed), given);
  };
  return () => {
    insides[name] = original;
  };
}

/** A desk that is told other account events, or none where null is made of one. */
export function hearing(change: (event: AccountEvent) => AccountEvent | null): Sabotage {
  return {
    desk: (desk) => {
      const original = desk.onAccount.bind(desk);
      desk.onAccount = (venue, market, event) => {
        const changed = change(event);
        if (changed !== null) original(venue, market, changed);
      };
    },
  };
}

/** A desk whose venues are reached through something. */
export function portsThrough(change: (port: VenuePort) => Partial<VenuePort>): NonNullable<Sabotage['parts']> {
  return (parts) => ({
    ...parts,
    accounts: parts.accounts.map((account) => {
      const changed = change(account.port);
      const port = new Proxy(account.port, {
        get: (target, name) => {
          const value: unknown = Reflect.get(name in changed ? changed : target, name);
          return typeof value === 'function' ? value.bind(name in changed ? changed : target) : value;
        },
      });
      return { ...account, port };
    }),
  });
}

/** A ledger that keeps something else, or nothing where null is made of an entry. */
export function ledgerThrough(change: (entry: LedgerEntry) => LedgerEntry | null): NonNullable<Sabotage['parts']> {
  return (parts: TradingDeskParts) => ({ ...parts, ledger: new ChangingLedger(parts.ledger, change) });
}

class ChangingLedger implements LedgerWriter {
  constructor(
    private readonly inner: LedgerWriter,
    private readonly change: (entry: LedgerEntry) => LedgerEntry | null,
  ) {}

  get lastSequence(): number {
    return this.inner.lastSequence;
  }
  append(entry: LedgerEntry): number {
    const changed = this.change(entry);
    return changed === null ? this.inner.lastSequence : this.inner.append(changed);
  }
  appendAll(entries: readonly LedgerEntry[]): number {
    return this.inner.appendAll(entries.flatMap((entry) => this.change(entry) ?? []));
  }
  read(from?: number): ReturnType<LedgerWriter['read']> {
    return this.inner.read(from);
  }
  close(): void {
    this.inner.close();
  }
}

/** Changes a desk after it is built. */
export function deskWith(change: (desk: TradingDesk) => void): Sabotage {
  return { desk: (desk) => change(desk) };
}
