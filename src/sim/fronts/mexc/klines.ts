import type { SimulatedBook } from '../../market/book.js';
import type { EngineKline, MatchingEngine } from '../../matching/types.js';

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
