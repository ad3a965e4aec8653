import { Decimal } from '../../domain/decimal.js';
import { commonSize } from '../../domain/margin.js';
import type { BookInfo } from '../universe.js';

/** What a book demands of orders, in its own units. */
export interface OrderTerms {
  readonly info: BookInfo;
  /** Prices are multiples of it; price units. */
  readonly tickUnits: number;
  /** Bounds of a quantity in quantity units. */
  readonly minUnits: number;
  readonly maxUnits: number;
  /** Least value of an order, in the quote asset. */
  readonly minQuote: number;
  /** The value of one price unit times one quantity unit, in the quote asset. */
  readonly quotePerUnit: number;
}

/** Reads the order rules of a book, exactly. */
export function orderTerms(info: BookInfo): OrderTerms {
  const { rules } = info.instrument;
  const most = rules.maxMarketQty ?? rules.maxQty;
  const qtyUnits = (qty: string): Decimal => new Decimal(qty).mul(new Decimal(10).pow(info.qtyScale));
  const tickUnits = new Decimal(rules.tickSize).mul(new Decimal(10).pow(info.priceScale)).round().toNumber();
  return {
    info,
    tickUnits: Math.max(1, tickUnits),
    minUnits: qtyUnits(rules.minQty).ceil().toNumber(),
    maxUnits: most === null ? Number.POSITIVE_INFINITY : qtyUnits(most).floor().toNumber(),
    minQuote: Number(rules.minQuoteAmount),
    quotePerUnit: info.priceUnit * info.basePerUnit,
  };
}

/** One book of a position that is hedged within itself. */
export interface HedgeLeg {
  readonly terms: OrderTerms;
  /** Quantity units of the book in one step of the grid that all legs share: a whole number of its lots. */
  readonly unitsPerStep: number;
}

/** Books that are traded against each other, on the finest grid that is a whole number of lots at every one of them. */
export interface HedgeGrid {
  readonly legs: readonly HedgeLeg[];
  /** Base assets in one step. */
  readonly stepBase: number;
}

/** The common grid of books. */
export function hedgeGrid(first: OrderTerms, ...others: readonly OrderTerms[]): HedgeGrid {
  const lots = ({ info: { instrument } }: OrderTerms) => ({
    contractSize: instrument.contractSize,
    contractLot: instrument.rules.lotSize,
  });
  const { commonGrid } = commonSize({ targetBase: '0', venues: [lots(first), ...others.map(lots)] });
  const unitsPerStep = ({ info: { instrument, qtyScale } }: OrderTerms): number =>
    new Decimal(commonGrid).mul(new Decimal(10).pow(qtyScale)).div(instrument.contractSize).toNumber();
  return {
    legs: [first, ...others].map((terms) => ({ terms, unitsPerStep: unitsPerStep(terms) })),
    stepBase: Number(commonGrid),
  };
}

/** Whether the book takes an order of this quantity at this price; reducing a futures position has no least value. */
export function isTradable(terms: OrderTerms, units: number, priceUnits: number, isReducing: boolean): boolean {
  const quantity = Math.abs(units);
  if (!(quantity >= terms.minUnits)) return false;
  if (isReducing && terms.info.instrument.market === 'futures') return true;
  return quantity * priceUnits * terms.quotePerUnit >= terms.minQuote;
}

/** A price made worse by a fraction for whoever takes at it, on the book's ticks. */
export function worsened({ tickUnits }: OrderTerms, priceUnits: number, isBuy: boolean, fraction: number): number {
  const price = priceUnits * (isBuy ? 1 + fraction : 1 - fraction);
  // The tolerance keeps a price that is on a tick already from moving by the rounding of the product.
  const ticks = isBuy ? Math.ceil(price / tickUnits - 1e-9) : Math.floor(price / tickUnits + 1e-9);
  return Math.max(1, ticks) * tickUnits;
}
