import { BUY, SELL } from '../kernel/pricing.js';
import type { Views } from '../kernel/views.js';
import type { Capital } from '../strategy/capital.js';
import type { Intent, IntentLeg, LegUpdate } from '../strategy/intent.js';
import type { BookInfo, StrategyUniverse } from '../strategy/universe.js';

/**
 * Fills every leg at once at the prices of the view that it was decided on, as far as its limit and the view's levels go, and moves
 * the money. For deciding on recordings, where nothing is sent anywhere: no latency, and liquidity that was taken is there again in
 * the next turn, so what it says of profits is the best case.
 */
export class AssumedFills {
  constructor(
    private readonly universe: StrategyUniverse,
    private readonly views: Views,
    private readonly capital: Capital,
    private readonly tell: (strategy: number, update: LegUpdate) => void,
  ) {}

  /** Takes an intent. */
  readonly take = (intent: Intent): void => {
    for (let index = 0; index < intent.legCount; index++) {
      const leg = intent.legs[index];
      const info = leg === undefined ? undefined : this.universe.books[leg.book];
      if (leg !== undefined && info !== undefined) this.tell(intent.strategy, this.fill(intent.id, index, leg, info));
    }
  };

  private fill(intent: number, leg: number, { book, changeUnits, limitPriceUnits }: IntentLeg, info: BookInfo): LegUpdate {
    const side = changeUnits > 0 ? BUY : SELL;
    const taken = Math.min(Math.abs(changeUnits), this.views.depthWithin(book, side, limitPriceUnits));
    const quoteUnits = Math.max(0, this.views.walk(book, side, taken));
    const filledUnits = side === BUY ? taken : -taken;
    // One price unit times one quantity unit, in the quote asset.
    const quote = quoteUnits * info.priceUnit * info.basePerUnit;
    const feeQuote = quote * info.takerFee;
    this.move(info, filledUnits, side === BUY ? -quote : quote, feeQuote);
    return { intent, leg, book, filledUnits, filledQuoteUnits: quoteUnits, feeQuote, isFinal: true };
  }

  /** On futures only the fee leaves the margin account: profit is settled when positions close, which is not modelled here. */
  private move(info: BookInfo, filledUnits: number, quote: number, feeQuote: number): void {
    const { accounts } = this.universe;
    const quoteScale = accounts[info.quoteAccount]?.scale ?? 0;
    const change = (info.baseAccount < 0 ? 0 : quote) - feeQuote;
    this.capital.setBalance(info.quoteAccount, this.capital.balance(info.quoteAccount) + change * 10 ** quoteScale);
    if (info.baseAccount < 0) return;
    const baseScale = accounts[info.baseAccount]?.scale ?? 0;
    const base = filledUnits * info.basePerUnit * 10 ** baseScale;
    this.capital.setBalance(info.baseAccount, this.capital.balance(info.baseAccount) + Math.round(base));
  }
}
