// The books of both markets as they were recorded, in a catalogue, and the market that is backtested on them.
import { join } from 'node:path';
import { importCapture } from '../../src/feeds/capture/capture-import.js';
import type { Catalogue } from '../../src/history/catalogue.js';
import { importFile } from '../../src/history/import/importer.js';
import type { SeriesName } from '../../src/history/series.js';
import { type BacktestMarket, rowMarket } from '../../src/research/backtest/backtest-market.js';
import { catalogueSource } from '../../src/research/backtest/catalogue-source.js';
import type { OpenSource } from '../../src/research/backtest/market-source.js';
import type { MarketFrame } from '../../src/research/thresholds/market-frame.js';
import { tradable } from '../../src/sim/lab/instrument.js';

const MINUTE_US = 60_000_000;
const SYMBOL = 'BTCUSDT';
const VENUES = ['binance', 'binance-futures'] as const;

/** The time in which both markets were recorded, microseconds since the epoch. */
export interface RecordedSpan {
  readonly fromUs: number;
  readonly toUs: number;
}

const seriesOf = (kind: 'book_snapshots' | 'trades', venue: string): SeriesName => ({
  kind,
  interval: null,
  venue,
  symbol: SYMBOL,
});

/** Imports both captures: 25 levels of each book as they changed, and the trades. */
export async function importBooks(catalogue: Catalogue, folder: string): Promise<RecordedSpan> {
  for (const market of ['spot', 'usdm']) {
    const path = join(folder, `binance-${market}.hftbacktest-20240808.btcusdt.ndjson.gz`);
    await importFile({ catalogue, captures: importCapture }, path);
  }
  const extents = await Promise.all(VENUES.map((venue) => catalogue.extent(seriesOf('book_snapshots', venue))));
  const fromUs = Math.max(...extents.map((extent) => extent?.firstUs ?? Number.POSITIVE_INFINITY));
  const toUs = Math.min(...extents.map((extent) => extent?.lastUs ?? Number.NEGATIVE_INFINITY));
  return { fromUs, toUs };
}

/**
 * The instruments as they were in August 2024, as far as they matter here: decimals, least orders, and what a taker pays who is nobody in
 * particular. The captures hold no list of instruments; these are put in by hand.
 */
export function basisMarket(feeShare: number): BacktestMarket {
  const btc = { venue: 'binance', base: 'BTC', quote: 'USDT' } as const;
  return rowMarket(
    [
      tradable({ ...btc, priceDecimals: 2, qtyDecimals: 5, takerFeeBps: 10 * feeShare }),
      tradable({
        ...{ ...btc, market: 'futures', priceDecimals: 1, qtyDecimals: 3, takerFeeBps: 5 * feeShare },
        rules: { minQuoteAmount: '100' },
      }),
    ],
    { viewLevels: 25 },
  );
}

/** What was recorded in a span, as a history of that market. */
export function booksSource(catalogue: Catalogue, { universe }: BacktestMarket, span: RecordedSpan): OpenSource {
  const series = universe.books.flatMap((info, place) => {
    const venue = VENUES[place];
    return venue === undefined
      ? []
      : (['book_snapshots', 'trades'] as const).map((kind) => ({ name: seriesOf(kind, venue), info }));
  });
  return catalogueSource(catalogue, series, span);
}

/** Best bids and asks of both books at every full second, as they stood then. */
export async function secondsFrame(catalogue: Catalogue, { fromUs, toUs }: RecordedSpan): Promise<MarketFrame> {
  const startUs = Math.ceil(fromUs / 1e6) * 1e6;
  const rows = Math.floor((toUs - startUs) / 1e6) + 1;
  const tsUs = Float64Array.from({ length: rows }, (_, second) => startUs + second * 1e6);
  const spot = await touchAt(catalogue, VENUES[0], tsUs);
  const futures = await touchAt(catalogue, VENUES[1], tsUs);
  return {
    tsUs,
    ...{ spotBidPrice: spot.bid, spotAskPrice: spot.ask, futBidPrice: futures.bid, futAskPrice: futures.ask },
  };
}

/** Best prices of a book at moments that rise; NaN before its first row of the minute before the first of them. */
async function touchAt(
  catalogue: Catalogue,
  venue: string,
  tsUs: Float64Array,
): Promise<{ bid: Float64Array; ask: Float64Array }> {
  const [bid, ask] = [tsUs.map(() => Number.NaN), tsUs.map(() => Number.NaN)];
  const fromUs = (tsUs[0] as number) - MINUTE_US;
  let row = 0;
  for await (const chunk of catalogue.stream(seriesOf('book_snapshots', venue), { fromUs, levels: 1 })) {
    const [times, bids, asks] = [chunk.column('tsUs'), chunk.column('bidPrice0'), chunk.column('askPrice0')];
    for (let at = 0; at < chunk.count; at++) {
      while (row < tsUs.length && (tsUs[row] as number) < (times[at] as number)) row++;
      // Whatever comes later at or before these moments writes over it.
      bid.fill(bids[at] as number, row);
      ask.fill(asks[at] as number, row);
      if (row === tsUs.length) return { bid, ask };
    }
  }
  return { bid, ask };
}
