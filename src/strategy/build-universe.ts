import { Decimal } from '../domain/decimal.js';
import type { TradableInstrument } from '../domain/instrument.js';
import type { Universe, UniverseBook, UniverseRow } from '../market/universe.js';
import { decimalsOfStep } from '../venues/metadata.js';
import type { AccountInfo, BookInfo, RowInfo, StrategyUniverse } from './universe.js';

/** Decimals that quote amounts are kept with at least. */
const QUOTE_SCALE = 8;
const BPS = 1e-4;

/** What the account pays at a book, in basis points. */
export interface BookFees {
  readonly takerFeeBps: number;
  readonly makerFeeBps: number;
}

/**
 * What strategies see of a universe: its books with their units, fees and accounts. The books keep their places.
 * @param feesOf what is paid at an instrument
 */
export function strategyUniverse(universe: Universe, feesOf: (instrument: TradableInstrument) => BookFees): StrategyUniverse {
  const baseScales = universe.rows.map((row) => baseScaleOf(row, universe.books));
  const accounts = new Accounts();
  const books: BookInfo[] = universe.books.map(({ instrument, row: index }, book) => {
    const row = universe.rows[index] as UniverseRow;
    const baseScale = baseScales[index] ?? 0;
    const fees = feesOf(instrument);
    const { venue, market } = instrument;
    return {
      book,
      row: index,
      place: row.books.indexOf(book),
      instrument,
      priceScale: row.priceScale,
      qtyScale: row.qtyScale,
      priceUnit: 1 / 10 ** row.priceScale,
      basePerUnit: Number(instrument.contractSize) / 10 ** row.qtyScale,
      unitsPerQty: new Decimal(instrument.contractSize).mul(new Decimal(10).pow(baseScale - row.qtyScale)).toNumber(),
      takerFee: fees.takerFeeBps * BPS,
      makerFee: fees.makerFeeBps * BPS,
      baseAccount: market === 'futures' ? -1 : accounts.of(venue, market, instrument.base, baseScale),
      quoteAccount: accounts.of(venue, market, instrument.quote, QUOTE_SCALE),
    };
  });
  const rows: RowInfo[] = universe.rows.map((row, index) => ({
    row: index,
    market: row.market,
    base: row.base,
    quote: row.quote,
    priceScale: row.priceScale,
    baseScale: baseScales[index] ?? 0,
    books: row.books.map((book) => books[book] as BookInfo),
  }));
  return { rows, books, accounts: accounts.list };
}

/** Decimals of the base asset of which every quantity, lot and minimum of the row is a whole number. */
function baseScaleOf(row: UniverseRow, books: readonly UniverseBook[]): number {
  const scales = row.books.map((book) => {
    const { contractSize, rules } = (books[book] as UniverseBook).instrument;
    return decimalsOfStep(contractSize) + Math.max(row.qtyScale, decimalsOfStep(rules.lotSize), decimalsOfStep(rules.minQty));
  });
  return Math.max(0, ...scales);
}

/** Numbers accounts as they are first asked for; an asset's scale is the finest that any of its books needs. */
class Accounts {
  readonly list: AccountInfo[] = [];
  private readonly numbers = new Map<string, number>();

  of(venue: AccountInfo['venue'], market: AccountInfo['market'], asset: string, scale: number): number {
    const key = `${venue} ${market} ${asset}`;
    const account = this.numbers.get(key) ?? this.list.length;
    this.numbers.set(key, account);
    const before = this.list[account]?.scale ?? 0;
    this.list[account] = { account, venue, market, asset, scale: Math.max(before, scale) };
    return account;
  }
}
