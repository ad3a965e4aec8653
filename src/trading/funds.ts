import type { Balance } from '../domain/account.js';
import { type Decimal, Exact, tenTo } from '../domain/decimal.js';
import type { Market } from '../domain/venue.js';
import type { Booking, Books } from '../ledger/books.js';
import type { RiskState } from '../risk/state.js';
import type { Capital } from '../strategy/capital.js';
import type { AccountInfo, StrategyUniverse } from '../strategy/universe.js';

/**
 * What strategies may spend: what the ledger says is there, which every fill changes at once, and never more than the venue says. So
 * funds that were spent a moment ago are not counted again while the venue's word is on its way.
 */
export class Funds {
  private readonly accounts = new Map<string, AccountInfo>();
  /** The venue's last word by account: all of it on spot, what no margin binds on futures. */
  private readonly told = new Map<number, string>();

  constructor(
    { accounts }: StrategyUniverse,
    private readonly books: Books,
    private readonly capital: Pick<Capital, 'setBalance'>,
    private readonly state: RiskState,
  ) {
    for (const account of accounts) this.accounts.set(keyOf(account.venue, account.market, account.asset), account);
  }

  /** Takes in what an entry of the ledger moved. */
  booked({ postings }: Booking): void {
    for (const { account, asset } of postings) {
      if (account.kind !== 'holding' || account.venue === null || account.market === null) continue;
      const found = this.accounts.get(keyOf(account.venue, account.market, asset));
      if (found !== undefined) this.refresh(found);
    }
  }

  /** Takes in what a venue says. */
  balance(market: Market, { venue, asset, total, available }: Balance): void {
    const found = this.accounts.get(keyOf(venue, market, asset));
    if (found === undefined) return;
    this.told.set(found.account, market === 'futures' ? (available ?? total) : total);
    this.refresh(found);
  }

  /** All accounts anew: after a start. */
  refreshAll(): void {
    for (const account of this.accounts.values()) this.refresh(account);
  }

  private refresh({ account, venue, market, asset, scale }: AccountInfo): void {
    const booked = this.books.holding(venue, market, asset);
    const told = this.told.get(account);
    const units = (amount: Decimal | string): number => Math.floor(new Exact(amount).mul(tenTo(scale)).toNumber());
    this.capital.setBalance(account, units(told === undefined ? booked : Exact.min(booked, told)));
    this.state.setBalance(account, units(booked));
  }
}

function keyOf(venue: string, market: Market, asset: string): string {
  return `${venue} ${market} ${asset}`;
}
