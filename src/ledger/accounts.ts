import { type Decimal, Exact } from '../domain/decimal.js';
import type { Market, VenueId } from '../domain/venue.js';
import { LedgerError } from './errors.js';

/** Kinds of accounts. */
export const ACCOUNT_KINDS = [
  'holding',
  'contracts',
  'position',
  'profit',
  'fees',
  'funding',
  'transfers',
  'adjustments',
  'netting',
] as const;

/**
 * What an account is for. `holding`: assets at a venue, the only accounts that a venue can confirm. `contracts`: futures contracts
 * held there. Against them stand `position` (what a strategy has open: its base assets or contracts, and what they cost), `profit`,
 * `fees`, `funding`, `transfers` (the world outside), `adjustments` (differences that reconciliation booked), and `netting`:
 * what a venue, which knows one position of a contract, realises earlier or later than the strategies that share it.
 */
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

/** An account; null where its kind does not distinguish. */
export interface Account {
  readonly kind: AccountKind;
  readonly strategy: string | null;
  readonly venue: VenueId | null;
  readonly market: Market | null;
  /** Canonical pair ("BTC/USDT"), or the venue's name of a contract. */
  readonly symbol: string | null;
}

/** A change of an account in one asset. Gains are positive in holdings and negative in the accounts that stand against them. */
export interface Posting {
  readonly account: Account;
  readonly asset: string;
  readonly amount: Decimal;
}

/** What an account has of an asset. */
export type AccountBalance = Posting;

const ZERO = new Exact(0);

/** Balances of accounts, changed only by sets of postings that add up to nothing in every asset. */
export class Accounts {
  private readonly balances = new Map<string, AccountBalance>();

  /** @throws LedgerError unbalanced, and then nothing is changed */
  post(postings: readonly Posting[]): void {
    const lopsided = sumsByAsset(postings);
    const [first] = lopsided;
    if (first !== undefined) {
      throw new LedgerError('unbalanced', `postings leave ${first.sum.toFixed()} ${first.asset} over`, { asset: first.asset });
    }
    for (const { account, asset, amount } of postings) {
      const key = keyOf(account, asset);
      this.balances.set(key, { account, asset, amount: (this.balances.get(key)?.amount ?? ZERO).plus(amount) });
    }
  }

  /** What an account has of an asset. */
  balance(account: Account, asset: string): Decimal {
    return this.balances.get(keyOf(account, asset))?.amount ?? ZERO;
  }

  /** Takes a balance over as it was. */
  restore(balance: AccountBalance): void {
    this.balances.set(keyOf(balance.account, balance.asset), balance);
  }

  /** All that ever changed, in the order of their first posting. */
  all(): IterableIterator<AccountBalance> {
    return this.balances.values();
  }
}

/** Assets in which amounts do not add up to nothing, with what is over. */
export function sumsByAsset(postings: Iterable<Posting>): { readonly asset: string; readonly sum: Decimal }[] {
  const sums = new Map<string, Decimal>();
  for (const { asset, amount } of postings) sums.set(asset, (sums.get(asset) ?? ZERO).plus(amount));
  return [...sums].filter(([, sum]) => !sum.isZero()).map(([asset, sum]) => ({ asset, sum }));
}

/** An account of a kind, with what distinguishes it. */
export function accountOf(kind: AccountKind, of: Partial<Omit<Account, 'kind'>>): Account {
  const { strategy = null, venue = null, market = null, symbol = null } = of;
  return { kind, strategy, venue, market, symbol };
}

function keyOf({ kind, strategy, venue, market, symbol }: Account, asset: string): string {
  return JSON.stringify([kind, strategy, venue, market, symbol, asset]);
}
