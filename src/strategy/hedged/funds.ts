import type { StrategyContext } from '../context.js';
import type { AccountInfo, BookInfo } from '../universe.js';
import type { OrderTerms } from './order-terms.js';

/** Margin of a book as a fraction of the position's value; 0 for spot. */
export type MarginOf = (info: BookInfo, isLong: boolean) => number;

/** What a position of a strategy draws from the accounts, and from its budget. */
export class Funds {
  constructor(
    private readonly accounts: readonly AccountInfo[],
    private readonly marginOf: MarginOf,
  ) {}

  /** Quote assets that `units` at a price bind: the value of a spot position, the margin of a futures position. */
  bound(terms: OrderTerms, units: number, priceUnits: number): number {
    const value = Math.abs(units) * priceUnits * terms.quotePerUnit;
    return terms.info.instrument.market === 'spot' ? value : value * this.marginOf(terms.info, units > 0);
  }

  /** The most quantity units that the account pays for at a price: costs and, on futures, the fee of getting out are left over. */
  affordableUnits(context: StrategyContext, terms: OrderTerms, isBuy: boolean, priceUnits: number): number {
    const { info } = terms;
    const account = this.accountOf(info, isBuy);
    const available = context.capital.available(account) / this.scale(account);
    if (account === info.baseAccount) return Math.floor(available / info.basePerUnit + 1e-9);
    return Math.floor(available / (priceUnits * terms.quotePerUnit * this.share(context, info, isBuy)) + 1e-9);
  }

  /** Promises what a change of `units` needs. @returns false when it is not there; what was promised to the intent stays promised */
  reserve(context: StrategyContext, intent: number, terms: OrderTerms, units: number, priceUnits: number): boolean {
    const { info } = terms;
    const isBuy = units > 0;
    const account = this.accountOf(info, isBuy);
    const amount =
      account === info.baseAccount
        ? Math.abs(units) * info.basePerUnit
        : Math.abs(units) * priceUnits * terms.quotePerUnit * this.share(context, info, isBuy);
    // Base amounts are whole units: without the rounding a product just above one would ask for one more.
    const scaled = amount * this.scale(account);
    return context.capital.reserve(intent, account, account === info.baseAccount ? Math.round(scaled) : scaled);
  }

  /** Futures draw margin from their quote account, spot what is given away. */
  private accountOf(info: BookInfo, isBuy: boolean): number {
    return info.instrument.market === 'futures' || isBuy ? info.quoteAccount : info.baseAccount;
  }
  /** What one quote asset of value draws from the account. */
  private share(context: StrategyContext, info: BookInfo, isBuy: boolean): number {
    const { costs } = context;
    if (info.instrument.market === 'spot') return 1 + costs.total(info.book);
    return this.marginOf(info, isBuy) + 2 * (costs.takerFee(info.book) + costs.slippage(info.book));
  }
  private scale(account: number): number {
    return 10 ** (this.accounts[account]?.scale ?? 0);
  }
}
