import type { Clock } from '../domain/clock.js';
import { Exact, plainText, tenTo } from '../domain/decimal.js';
import type { VenueId } from '../domain/venue.js';
import type { PriceSource } from '../execution/reconciliation-types.js';
import type { Views } from '../kernel/views.js';
import type { OpenPosition } from '../ledger/books.js';
import type { RiskConfig } from '../risk/config.js';
import type { BookInfo, StrategyUniverse } from '../strategy/universe.js';

/** What things are worth, as far as fresh books say. */
export class Prices {
  private readonly byInstrument = new Map<string, BookInfo>();
  private readonly byBase = new Map<string, BookInfo[]>();

  constructor(
    { books }: StrategyUniverse,
    private readonly views: Views,
    private readonly clock: Clock,
    private readonly risk: Pick<RiskConfig, 'rates' | 'bookAgeMsMax'>,
  ) {
    for (const info of books) {
      const { venue, market, symbol, base } = info.instrument;
      this.byInstrument.set(`${venue} ${market} ${symbol}`, info);
      this.byBase.set(base, [...(this.byBase.get(base) ?? []), info]);
    }
  }

  /** The book of an instrument; undefined when none is followed. */
  book({ venue, market }: { readonly venue: string; readonly market: string }, symbol: string): BookInfo | undefined {
    return this.byInstrument.get(`${venue} ${market} ${symbol}`);
  }

  /** Best prices of an instrument as exact texts. */
  readonly quote: PriceSource = (account, symbol) => {
    const info = this.book(account, symbol);
    if (info === undefined || !this.isFresh(info)) return null;
    const text = (units: number): string => new Exact(units).div(tenTo(info.priceScale)).toFixed();
    return { bid: text(this.views.bidPriceUnits(info.book)), ask: text(this.views.askPriceUnits(info.book)) };
  };

  /** Quote units for one unit of an asset at a venue, as an exact text. */
  readonly worth = (venue: VenueId, asset: string, quote: string): string | null => {
    const info = this.byBase.get(asset)?.find(({ instrument }) => instrument.venue === venue && instrument.quote === quote);
    return info === undefined ? null : (this.quote(info.instrument, info.instrument.symbol)?.bid ?? null);
  };

  /** Middle between a book's best prices in its quote asset; NaN when it is not fresh. */
  mid(info: BookInfo): number {
    return this.isFresh(info) ? this.midUnits(info.book) * info.priceUnit : Number.NaN;
  }

  /** The same in price units. */
  midUnits(book: number): number {
    return (this.views.bidPriceUnits(book) + this.views.askPriceUnits(book)) / 2;
  }

  /** Middle price of a pair in the first fresh book of it; NaN when there is none. */
  midOfPair(base: string, quote: string): number {
    const fresh = this.byBase.get(base)?.find((info) => info.instrument.quote === quote && this.isFresh(info));
    return fresh === undefined ? Number.NaN : this.mid(fresh);
  }

  /** What a unit of an open position is worth now, and in which asset; a price of NaN where no fresh book says. */
  ofPosition({ market, venue, symbol }: Pick<OpenPosition, 'market' | 'venue' | 'symbol'>): {
    readonly asset: string;
    readonly price: number;
  } {
    const info = market === 'futures' && venue !== null ? this.book({ venue, market }, symbol) : undefined;
    if (info !== undefined) return { asset: info.instrument.quote, price: this.mid(info) };
    const [base = '', asset = ''] = symbol.split('/');
    return { asset, price: this.midOfPair(base, asset) };
  }

  /** A contract's mark price, or the middle of its book, as an exact text; null when neither is known. */
  mark(info: BookInfo): string | null {
    const told = this.views.markPrice(info.book);
    const price = told > 0 ? told : this.mid(info);
    return price > 0 ? plainText(price) : null;
  }

  /** What an amount of an asset is worth in the reference currency; NaN when no price or rate is known. */
  inReference(asset: string, amount: string): number {
    const rate = this.risk.rates[asset];
    if (rate !== undefined) return Number(amount) * rate;
    for (const info of this.byBase.get(asset) ?? []) {
      const quoteRate = this.risk.rates[info.instrument.quote];
      if (quoteRate !== undefined && this.isFresh(info)) return Number(amount) * this.mid(info) * quoteRate;
    }
    return Number.NaN;
  }

  isFresh({ book }: BookInfo): boolean {
    return this.views.isTradable(book, this.clock.monotonicUs() - this.risk.bookAgeMsMax * 1000);
  }
}
