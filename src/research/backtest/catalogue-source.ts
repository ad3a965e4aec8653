import { InvalidInputError } from '../../domain/errors.js';
import type { Catalogue } from '../../history/catalogue.js';
import { BAR_INTERVAL_MS, type SeriesName, seriesText } from '../../history/series.js';
import type { BookInfo } from '../../strategy/universe.js';
import { ColumnSource, type EventReader } from './event-columns.js';
import { DEFAULT_KLINE_MODEL, type KlineBookModel, type KlineColumns, type KlineSeries, klineSource } from './kline-books.js';
import { MergedSource, type OpenSource } from './market-source.js';
import { fundingReader, levelReader, quoteReader, snapshotReader, tradeReader } from './series-source.js';

/** A series of the catalogue, and the book of the universe that it is of. */
export interface PlayedSeries {
  readonly name: SeriesName;
  readonly info: BookInfo;
}

export interface CatalogueOptions {
  readonly fromUs?: number;
  readonly toUs?: number;
  /** How books are made up from bars. */
  readonly klines?: KlineBookModel;
}

/** Levels a side that are read of snapshots; those that have fewer leave the rest empty. */
const SNAPSHOT_LEVELS = 25;

/**
 * Series of the catalogue as one history: level changes, snapshots, quotes, trades and funding, and books made up from bars. Prices and amounts are
 * read in the units of their books, exactly.
 * @throws InvalidInputError for a kind that no book can be kept by
 */
export function catalogueSource(
  catalogue: Pick<Catalogue, 'stream'>,
  series: readonly PlayedSeries[],
  { klines = DEFAULT_KLINE_MODEL, ...range }: CatalogueOptions = {},
): OpenSource {
  const bars = series.filter(({ name }) => name.kind === 'klines');
  const events = series.filter(({ name }) => name.kind !== 'klines');
  const playBars = klineSource(
    bars.map((one) => barsOf(catalogue, one, range)),
    klines,
  );
  return (kernel) =>
    new MergedSource([
      ...(bars.length === 0 ? [] : [playBars(kernel)]),
      ...events.map((one) => new ColumnSource(kernel, readerOf(catalogue, one, range))),
    ]);
}

function readerOf(catalogue: Pick<Catalogue, 'stream'>, { name, info }: PlayedSeries, range: CatalogueOptions): EventReader {
  const exact = { priceDecimals: info.priceScale, amountDecimals: info.qtyScale };
  switch (name.kind) {
    case 'incremental_book_L2':
      return levelReader(catalogue.stream(name, { ...range, exact }), info.book);
    case 'quotes':
      return quoteReader(catalogue.stream(name, { ...range, exact }), info.book);
    case 'book_snapshots':
      return snapshotReader(catalogue.stream(name, { ...range, exact, levels: SNAPSHOT_LEVELS }), info.book, SNAPSHOT_LEVELS);
    case 'trades':
      return tradeReader(catalogue.stream(name, { ...range, exact }), info.book);
    case 'funding':
      return fundingReader(catalogue.stream(name, range), info.book);
    default:
      throw new InvalidInputError(`no book can be kept by ${seriesText(name)}`, { ...name });
  }
}

const BAR_COLUMNS = ['tsUs', 'high', 'low', 'close', 'volume'] as const;
/** Bars of one series that are held at a time: many series are open at once. */
const BAR_CHUNK = 4_096;

function barsOf(catalogue: Pick<Catalogue, 'stream'>, { name, info }: PlayedSeries, range: CatalogueOptions): KlineSeries {
  const chunks = catalogue.stream(name, { ...range, columns: BAR_COLUMNS, chunkRows: BAR_CHUNK });
  return {
    info,
    intervalUs: BAR_INTERVAL_MS[name.interval ?? '1m'] * 1000,
    async next(): Promise<KlineColumns | null> {
      const { done, value } = await chunks.next();
      if (done === true) return null;
      const column = (of: (typeof BAR_COLUMNS)[number]): Float64Array => value.column(of);
      const [openUs, high, low] = [column('tsUs'), column('high'), column('low')];
      return { openUs, high, low, close: column('close'), volume: column('volume') };
    },
    async close() {
      await chunks.return(undefined);
    },
  };
}
