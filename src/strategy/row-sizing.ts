import { Decimal } from '../domain/decimal.js';
import { type Amount, parseAmount } from '../kernel/pricing.js';
import type { Sizing, SizingVenue } from '../kernel/sizing.js';
import type { BookInfo, RowInfo } from './universe.js';

export interface SizingSettings {
  /** Multiples of the larger of both least order values, ascending. */
  readonly multipliers: readonly number[];
  /** Least value that sizes aim at, in the quote asset, where the venues' own minimums are lower or absent. */
  readonly minOrderQuote: string;
  /** Up, so that a size keeps the minimum it aims at; down, so that it never costs more. */
  readonly rounding: 'up' | 'down';
  /** Net spread of the touch from which on sizes are priced, as a fraction. */
  readonly fromNet: number;
}

const NOTHING: Amount = { high: 0, low: 0 };

/** What the kernel needs to price the sizes of a row: its venues' rules in base and quote units. */
export function rowSizing(row: RowInfo, settings: SizingSettings): Sizing {
  const quoteScale = row.priceScale + row.baseScale;
  return {
    venues: row.books.map((book) => venueRules(book, row.baseScale, quoteScale, settings)),
    count: settings.multipliers.length,
    roundUp: settings.rounding === 'up',
    fromNet: settings.fromNet,
  };
}

function venueRules(
  { instrument, unitsPerQty }: BookInfo,
  baseScale: number,
  quoteScale: number,
  settings: SizingSettings,
): SizingVenue {
  const { rules, contractSize } = instrument;
  const baseUnits = (qty: string): Decimal => new Decimal(qty).mul(contractSize).mul(new Decimal(10).pow(baseScale));
  const least = Decimal.max(rules.minQuoteAmount, settings.minOrderQuote);
  const most = rules.maxMarketQty ?? rules.maxQty;
  return {
    unitsPerQty,
    lotUnits: BigInt(baseUnits(rules.lotSize).ceil().toFixed(0)),
    minUnits: baseUnits(rules.minQty).ceil().toNumber(),
    maxUnits: most === null ? Number.POSITIVE_INFINITY : baseUnits(most).floor().toNumber(),
    minValue: amountOf(rules.minQuoteAmount, quoteScale),
    targets: settings.multipliers.map((multiplier) => amountOf(least.mul(multiplier).toFixed(), quoteScale)),
  };
}

function amountOf(text: string, scale: number): Amount {
  const amount = parseAmount(text, scale);
  return amount === 'INVALID_AMOUNT' ? NOTHING : amount;
}
