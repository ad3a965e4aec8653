import type { TradableInstrument } from '../domain/instrument.js';
import type { Market, VenueId } from '../domain/venue.js';

/** One book that strategies see: an instrument at a venue. Scales and fees are those of the run, not of the venue's list. */
export interface BookInfo {
  /** Its place in the memory plan: what views, rows and intents call it. */
  readonly book: number;
  /** Row of the scan that it belongs to, and its place among the row's venues. */
  readonly row: number;
  readonly place: number;
  readonly instrument: TradableInstrument;
  /** A price unit is 10^-priceScale of the quote asset, a quantity unit 10^-qtyScale base units (spot) or contracts (futures). */
  readonly priceScale: number;
  readonly qtyScale: number;
  /** The same as numbers: quote assets in a price unit, and base assets in a quantity unit (contract size included). */
  readonly priceUnit: number;
  readonly basePerUnit: number;
  /** Base units of its row in one quantity unit: a whole number. */
  readonly unitsPerQty: number;
  /** Fees as fractions of the value; negative is a rebate. */
  readonly takerFee: number;
  readonly makerFee: number;
  /** Accounts that trading it moves; see Capital. A futures book has no base account: its quote account holds the margin. */
  readonly baseAccount: number;
  readonly quoteAccount: number;
}

/** One instrument with its books at two venues or more: a row of the scan. */
export interface RowInfo {
  readonly row: number;
  readonly market: Market;
  readonly base: string;
  readonly quote: string;
  readonly priceScale: number;
  /** A base unit is 10^-baseScale of the base asset; all quantities of the row are whole numbers of it. */
  readonly baseScale: number;
  /** In the order of the scan row's venues. */
  readonly books: readonly BookInfo[];
}

/** What one venue holds of one asset for one market. */
export interface AccountInfo {
  readonly account: number;
  readonly venue: VenueId;
  readonly market: Market;
  readonly asset: string;
  /** Amounts are whole units of 10^-scale. */
  readonly scale: number;
}

/** Everything that a strategy may be about; fixed for a run. */
export interface StrategyUniverse {
  readonly rows: readonly RowInfo[];
  /** Index: BookInfo.book. */
  readonly books: readonly BookInfo[];
  readonly accounts: readonly AccountInfo[];
}

/** A row's name as people write it: "ABC/USDT". */
export function rowName({ base, quote }: RowInfo): string {
  return `${base}/${quote}`;
}
