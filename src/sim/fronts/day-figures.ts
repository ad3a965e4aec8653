import type { SimulatedBook } from '../market/book.js';
import type { EngineKline, MatchingEngine } from '../matching/types.js';
import { trimmedText } from './decimal-text.js';

const HOUR_MS = 3_600_000;
const DAY_US = 86_400e6;

/** What a book did over a stretch of time; prices and quantities in units. */
export interface Figures {
  readonly openUnits: number;
  readonly highUnits: number;
  readonly lowUnits: number;
  /** The last trade. */
  readonly closeUnits: number;
  readonly qtyUnits: number;
  readonly quote: bigint;
  readonly trades: number;
}

/** Sums up klines that reach to the present. */
export function sumUp(book: SimulatedBook, klines: readonly EngineKline[]): Figures {
  const last = book.lastTrade.priceUnits;
  return {
    openUnits: klines[0]?.openUnits ?? last,
    highUnits: Math.max(last, ...klines.map(({ highUnits }) => highUnits)),
    lowUnits: Math.min(last, ...klines.map(({ lowUnits }) => lowUnits)),
    closeUnits: last,
    qtyUnits: klines.reduce((sum, { qtyUnits }) => sum + qtyUnits, 0),
    quote: klines.reduce((sum, { quote }) => sum + quote, 0n),
    trades: klines.reduce((sum, { trades }) => sum + trades, 0),
  };
}

/** The klines of an hour of the last 24 hours. */
export function hoursOfDay(engine: MatchingEngine, book: SimulatedBook, nowUs: number): readonly EngineKline[] {
  return engine.klines(book, HOUR_MS, nowUs - DAY_US, nowUs);
}

/** What a book did in the last 24 hours. */
export function dayFigures(engine: MatchingEngine, book: SimulatedBook, nowUs: number): Figures {
  return sumUp(book, hoursOfDay(engine, book, nowUs));
}

/** How far the price moved in those hours, as a fraction with four decimals, and as a price. */
export function dayChange({ openUnits, closeUnits }: Figures, priceDecimals: number): { fraction: string; price: string } {
  const moved = closeUnits - openUnits;
  const sign = moved < 0 ? '-' : '';
  return { fraction: (moved / openUnits).toFixed(4), price: sign + trimmedText(Math.abs(moved), priceDecimals) };
}
