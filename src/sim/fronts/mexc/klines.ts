import type { SimulatedBook } from '../../market/book.js';
import type { EngineKline, MatchingEngine } from '../../matching/types.js';
import { trimmedText } from '../decimal-text.js';

/** Kline intervals by the names of spot's REST interface. */
export const SPOT_INTERVAL_MS: Readonly<Record<string, number>> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '30m': 1_800_000,
  '60m': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
};

/** The same by the names of all sockets and of the contract stack. */
export const NAMED_INTERVAL_MS: Readonly<Record<string, number>> = {
  Min1: 60_000,
  Min5: 300_000,
  Min15: 900_000,
  Min30: 1_800_000,
  Min60: 3_600_000,
  Hour4: 14_400_000,
  Hour8: 28_800_000,
  Day1: 86_400_000,
};

/** The kline under way. */
export function currentKline(
  engine: MatchingEngine,
  book: SimulatedBook,
  intervalMs: number,
  nowUs: number,
): EngineKline | undefined {
  return engine.klines(book, intervalMs, nowUs - intervalMs * 2000, nowUs).at(-1);
}

/** What a book did in the last 24 hours. */
export interface DayFigures {
  readonly openUnits: number;
  readonly highUnits: number;
  readonly lowUnits: number;
  readonly closeUnits: number;
  readonly qtyUnits: number;
  readonly quote: bigint;
}

/** Sums up the last 24 hours, by klines of an hour. */
export function dayFigures(engine: MatchingEngine, book: SimulatedBook, nowUs: number): DayFigures {
  const hours = engine.klines(book, 3_600_000, nowUs - 86_400e6, nowUs);
  const last = book.lastTrade.priceUnits;
  return {
    openUnits: hours[0]?.openUnits ?? last,
    highUnits: Math.max(last, ...hours.map(({ highUnits }) => highUnits)),
    lowUnits: Math.min(last, ...hours.map(({ lowUnits }) => lowUnits)),
    closeUnits: last,
    qtyUnits: hours.reduce((sum, { qtyUnits }) => sum + qtyUnits, 0),
    quote: hours.reduce((sum, { quote }) => sum + quote, 0n),
  };
}

/** How far the price moved in those hours, as a fraction with four decimals, and as a price. */
export function dayChange({ openUnits, closeUnits }: DayFigures, priceDecimals: number): { fraction: string; price: string } {
  const moved = closeUnits - openUnits;
  const sign = moved < 0 ? '-' : '';
  return { fraction: (moved / openUnits).toFixed(4), price: sign + trimmedText(Math.abs(moved), priceDecimals) };
}
