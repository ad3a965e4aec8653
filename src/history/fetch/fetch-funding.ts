import type { PastFunding } from '../../domain/account.js';
import type { Catalogue } from '../catalogue.js';
import type { SqlCell } from '../database.js';
import { type FetchOutcome, type FetchSurroundings, fetchSeries, type SeriesBatch, type SeriesFetch } from './fetch-series.js';

/** Where past funding of one futures market is asked for. */
export interface FundingSource {
  /** As the catalogue calls it: "binance-futures". */
  readonly exchange: string;
  /** The venue's own name of a contract such as "BTC/USDT", or of one that is the venue's own already; undefined when it has none. */
  symbolOf(symbol: string): string | undefined;
  /** What was paid within [fromMs, toMs), oldest first, when that is no more than one answer holds. */
  funding(symbol: string, fromMs: number, toMs: number): Promise<readonly PastFunding[]>;
}

export interface FundingFetch {
  readonly symbols: readonly string[];
  /** Milliseconds since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
}

const DAY_MS = 86_400_000;
/** Paid hourly, they are 720: fewer than any venue tells at once. */
const STRETCH_MS = 30 * DAY_MS;

/**
 * Fetches what was paid for funding into a catalogue, as `funding`; see `fetchSeries`. The time of a row is when it was paid. The rates of a
 * day are written together, so of the last day that was asked for, what is there already is asked for again.
 */
export function fetchFunding(
  catalogue: Catalogue,
  sources: readonly FundingSource[],
  { symbols, fromMs, toMs }: FundingFetch,
  surroundings: FetchSurroundings,
): Promise<readonly FetchOutcome[]> {
  const endMs = Math.min(toMs, surroundings.nowMs);
  const fetches = sources.flatMap((source) =>
    [...new Set(symbols.map((each) => source.symbolOf(each)))].flatMap((symbol): SeriesFetch[] => {
      if (symbol === undefined) return [];
      const { exchange } = source;
      return [
        {
          ...{ exchange, wanted: [fromMs, endMs], unitMs: DAY_MS, unreachable: null },
          name: { kind: 'funding', interval: null, venue: exchange, symbol },
          batches: (from, to) => batchesOf(source, symbol, from, to),
        },
      ];
    }),
  );
  return fetchSeries(catalogue, fetches, surroundings);
}

async function* batchesOf(source: FundingSource, symbol: string, fromMs: number, toMs: number): AsyncGenerator<SeriesBatch> {
  for (let startMs = fromMs; startMs < toMs; startMs += STRETCH_MS) {
    const endMs = Math.min(toMs, startMs + STRETCH_MS);
    const paid = await source.funding(symbol, startMs, endMs);
    yield { rows: paid.filter(({ timeMs }) => timeMs >= startMs && timeMs < endMs).map(rowOf), toMs: endMs };
  }
}

/** In the order of the columns of funding. */
function rowOf({ timeMs, rate }: PastFunding): readonly SqlCell[] {
  const us = BigInt(Math.round(timeMs * 1000));
  return [us, us, us, Number(rate), null, null, null, null, null];
}
