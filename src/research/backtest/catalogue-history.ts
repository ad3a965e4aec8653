import { z } from 'zod';
import { InvalidInputError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import { MARKETS, VENUES } from '../../domain/venue.js';
import type { Catalogue } from '../../history/catalogue.js';
import type { SeriesKind } from '../../history/kinds.js';
import { BAR_INTERVAL_MS, catalogueVenue, type SeriesName } from '../../history/series.js';
import { tradable } from '../../sim/lab/instrument.js';
import type { BookFees } from '../../strategy/build-universe.js';
import type { StrategyUniverse } from '../../strategy/universe.js';
import { type MarketMemory, rowMarket } from './backtest-market.js';
import { type CatalogueOptions, catalogueSource, type PlayedSeries } from './catalogue-source.js';
import { type Pace, paceOfBars } from './pace.js';
import type { Recording } from './recording.js';

const decimalText = z.string().regex(/^\d+(\.\d+)?$/);
const decimals = z.number().int().min(0).max(12);

/** What was listed at the time of a catalogue's series, which do not tell it. Prices and least amounts in the quote asset. */
export const HistoryInstrumentSchema = z.strictObject({
  venue: z.enum(VENUES),
  market: z.enum(MARKETS).default('spot'),
  /** As the catalogue calls it. */
  symbol: z.string().min(1),
  base: z.string().min(1),
  quote: z.string().min(1),
  priceDecimals: decimals,
  qtyDecimals: decimals,
  takerFeeBps: z.number().min(-100).max(1000),
  makerFeeBps: z.number().min(-100).max(1000).default(10),
  contractSize: decimalText.default('1'),
  minQuoteAmount: decimalText.default('5'),
});
export type HistoryInstrument = z.infer<typeof HistoryInstrumentSchema>;

/** Series of a catalogue, ready to be backtested. */
export interface CatalogueHistory extends Recording {
  readonly series: readonly SeriesName[];
  /** Of a history that is made of bars alone; null where books were recorded. */
  readonly pace: Pace | null;
}

export interface HistoryOptions extends CatalogueOptions {
  readonly memory?: Omit<MarketMemory, 'feeds'>;
  feesOf?(instrument: TradableInstrument): BookFees;
}

/** What a book can be kept by: of several, the first one tells most. */
const BOOK_KINDS: readonly SeriesKind[] = ['incremental_book_L2', 'book_snapshots', 'quotes', 'klines'];
/** What is played beside it. */
const SIDE_KINDS: readonly SeriesKind[] = ['trades', 'funding'];

/**
 * Finds the series that tell most of each instrument, and lays out a memory for its book. Of bars, the shortest ones are taken.
 * @throws InvalidInputError for an instrument of which the catalogue has nothing that a book can be kept by
 */
export async function openCatalogueHistory(
  catalogue: Pick<Catalogue, 'list' | 'stream'>,
  listed: readonly HistoryInstrument[],
  { memory, feesOf, ...options }: HistoryOptions = {},
): Promise<CatalogueHistory> {
  const known = await catalogue.list();
  const market = rowMarket(listed.map(instrumentOf), memory, feesOf);
  const played = market.universe.books.flatMap((info) => seriesOf(known, info));
  return {
    ...{ market, epochOffsetUs: 0, series: played.map(({ name }) => name) },
    source: catalogueSource(catalogue, played, options),
    pace: paceOf(played),
  };
}

function instrumentOf({ symbol, minQuoteAmount, ...spec }: HistoryInstrument): TradableInstrument {
  const made = tradable({ ...spec, contract: { symbol }, rules: { minQuoteAmount } });
  return { ...made, symbol, requestName: symbol };
}

function seriesOf(known: readonly SeriesName[], info: StrategyUniverse['books'][number]): PlayedSeries[] {
  const { venue, market, symbol } = info.instrument;
  const name = catalogueVenue(venue, market);
  const own = known.filter((one) => one.venue === name && one.symbol === symbol);
  const [book] = own
    .filter(({ kind }) => BOOK_KINDS.includes(kind))
    .sort((a, b) => BOOK_KINDS.indexOf(a.kind) - BOOK_KINDS.indexOf(b.kind) || lengthMs(a) - lengthMs(b));
  if (book === undefined)
    throw new InvalidInputError(`the catalogue has nothing of ${name} ${symbol} that a book can be kept by`, { venue, symbol });
  return [book, ...own.filter(({ kind }) => SIDE_KINDS.includes(kind))].map((one) => ({ name: one, info }));
}

function lengthMs({ interval }: SeriesName): number {
  return interval === null ? 0 : BAR_INTERVAL_MS[interval];
}

/** The pace of the shortest bars. */
function paceOf(played: readonly PlayedSeries[]): Pace | null {
  const lengths = played.map(({ name }) => lengthMs(name));
  return lengths.includes(0) ? null : paceOfBars(Math.min(...lengths));
}
