import { Decimal } from '../../domain/decimal.js';
import { leastCommonMultiple } from '../../domain/order-grid.js';
import { type OrderTerms, orderTerms } from '../hedged/order-terms.js';
import type { BookInfo, StrategyUniverse } from '../universe.js';

/** What a book demands of orders, in base units of its row. */
export interface BookTerms {
  readonly terms: OrderTerms;
  /** A whole number of the venue's lots and of the book's quantity units. */
  readonly lot: number;
  readonly least: number;
  readonly most: number;
  /** Quote assets in one price unit times one base unit. */
  readonly quotePerUnit: number;
}

/** Reads the terms of all books, exactly. Index: BookInfo.book. */
export function bookTerms({ books, rows }: StrategyUniverse): BookTerms[] {
  return books.map((info) => termsOf(info, rows[info.row]?.baseScale ?? 0));
}

function termsOf(info: BookInfo, baseScale: number): BookTerms {
  const terms = orderTerms(info);
  const { rules, contractSize } = info.instrument;
  const lotUnits = new Decimal(rules.lotSize).mul(contractSize).mul(new Decimal(10).pow(baseScale)).ceil();
  return {
    terms,
    lot: Number(leastCommonMultiple(BigInt(lotUnits.toFixed(0)), BigInt(info.unitsPerQty))),
    least: terms.minUnits * info.unitsPerQty,
    most: terms.maxUnits * info.unitsPerQty,
    quotePerUnit: info.priceUnit * 10 ** -baseScale,
  };
}

/**
 * Least order in base units that also has the venue's least value.
 * @param priceUnits worst price that the order may fill at when selling, best one when buying
 */
export function leastAt({ least, terms, quotePerUnit }: BookTerms, priceUnits: number): number {
  // A little more, so that rounding never leaves the value a hair short.
  return Math.max(least, Math.ceil((terms.minQuote / (priceUnits * quotePerUnit)) * (1 + 1e-9)));
}
