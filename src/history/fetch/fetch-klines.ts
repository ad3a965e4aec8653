import { KLINE_INTERVAL_MS, type Kline, type KlineInterval } from '../../domain/market-data.js';
import type { Catalogue } from '../catalogue.js';
import type { SqlCell } from '../database.js';
import type { TimeRange } from './coverage.js';
import { type FetchOutcome, type FetchSurroundings, fetchSeries, type SeriesBatch, type SeriesFetch } from './fetch-series.js';
import type { KlineSource } from './kline-source.js';

export interface KlineFetch {
  /** "BTC/USDT", or the venue's own name. */
  readonly symbols: readonly string[];
  readonly interval: KlineInterval;
  /** Openings, milliseconds since the epoch. Klines that are not over yet are left out. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Fetches klines into a catalogue; see `fetchSeries`. Symbols that a venue does not list are left out. */
export function fetchKlines(
  catalogue: Catalogue,
  sources: readonly KlineSource[],
  { symbols, interval, fromMs, toMs }: KlineFetch,
  surroundings: FetchSurroundings,
): Promise<readonly FetchOutcome[]> {
  const stepMs = KLINE_INTERVAL_MS[interval];
  const newest = Math.floor(surroundings.nowMs / stepMs);
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  const end = Math.min(Math.ceil(toMs / stepMs), newest) * stepMs;
  const fetches: SeriesFetch[] = [];
  for (const source of sources) {
    for (const symbol of new Set(symbols.map((each) => source.symbolOf(each)))) {
      if (symbol === undefined) continue;
      const { exchange, klinesBack } = source;
      const wanted: TimeRange = [Math.min(end, Math.max(first, (newest - klinesBack) * stepMs)), end];
      fetches.push({
        ...{ exchange, wanted, unitMs: stepMs },
        name: { kind: 'klines', interval, venue: exchange, symbol },
        unreachable: wanted[0] > first ? [first, wanted[0]] : null,
        batches: (from, to) => batchesOf(source, symbol, interval, from, to),
      });
    }
  }
  return fetchSeries(catalogue, fetches, surroundings);
}

async function* batchesOf(
  source: KlineSource,
  symbol: string,
  interval: KlineInterval,
  fromMs: number,
  toMs: number,
): AsyncGenerator<SeriesBatch> {
  for await (const batch of source.klines(symbol, interval, fromMs, toMs))
    yield { rows: batch.klines.map(rowOf), toMs: batch.toMs };
}

/** In the order of the columns of klines. */
function rowOf({ openMs, open, high, low, close, baseVolume, quoteVolume }: Kline): readonly SqlCell[] {
  const number = (text: string | null): number | null => (text === null ? null : Number(text));
  const prices = [Number(open), Number(high), Number(low), Number(close)];
  return [BigInt(openMs) * 1000n, ...prices, number(baseVolume), number(quoteVolume), null];
}
