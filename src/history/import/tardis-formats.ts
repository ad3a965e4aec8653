// Datasets of Tardis.dev: one file a venue, type, day and symbol, or group of symbols; venue and symbol stand in every row. Rows are in the
// order of their arrival, which is the time of the series.
import type { SeriesKind } from '../kinds.js';
import {
  decimal,
  decimals,
  type FieldReader,
  flag,
  optionalDecimal,
  optionalNumber,
  optionalTime,
  text,
  time,
  word,
} from './fields.js';
import type { LineFormat, LineSource } from './format.js';

const FIRST = 'exchange,symbol,timestamp,local_timestamp';

/** Where Tardis has another name for a venue than the catalogue. */
const VENUE_NAMES = { 'gate-io': 'gateio', 'gate-io-futures': 'gateio-futures', 'mexc-futures': 'mexc-futures' };

const TIMES = { ts_us: time(4, 'microseconds'), exchange_us: optionalTime(3, 'microseconds') };
const AGGRESSOR = { buy: 'buy', sell: 'sell', unknown: 'unknown' };

function source(
  format: string,
  kind: SeriesKind,
  fieldCount: number,
  columns: Readonly<Record<string, FieldReader>>,
): LineSource {
  return {
    format,
    kind,
    interval: null,
    venue: { field: 1, names: VENUE_NAMES },
    symbol: { field: 2 },
    headerLines: 1,
    fieldCount,
    columns: { ...TIMES, ...columns },
  };
}

const BY_HEADER: ReadonlyMap<string, LineSource> = new Map([
  [
    `${FIRST},is_snapshot,side,price,amount`,
    source('Tardis incremental_book_L2', 'incremental_book_L2', 8, {
      is_snapshot: flag(5),
      side: word(6, { bid: 'bid', ask: 'ask' }),
      price: decimal(7),
      amount: decimal(8),
    }),
  ],
  [
    `${FIRST},id,side,price,amount`,
    source('Tardis trades', 'trades', 8, { id: text(5), side: word(6, AGGRESSOR), price: decimal(7), amount: decimal(8) }),
  ],
  [
    `${FIRST},ask_amount,ask_price,bid_price,bid_amount`,
    source('Tardis quotes', 'quotes', 8, {
      ask_amount: optionalDecimal(5),
      ask_price: optionalDecimal(6),
      bid_price: optionalDecimal(7),
      bid_amount: optionalDecimal(8),
    }),
  ],
  [
    `${FIRST},funding_timestamp,funding_rate,predicted_funding_rate,open_interest,last_price,index_price,mark_price`,
    source('Tardis derivative_ticker', 'funding', 11, {
      funding_us: optionalTime(5, 'microseconds'),
      funding_rate: optionalNumber(6),
      predicted_funding_rate: optionalNumber(7),
      open_interest: optionalNumber(8),
      last_price: optionalNumber(9),
      index_price: optionalNumber(10),
      mark_price: optionalNumber(11),
    }),
  ],
]);

/** The header of so many levels a side. */
function snapshotHeader(levels: number): string {
  const level = (at: number): string => `asks[${at}].price,asks[${at}].amount,bids[${at}].price,bids[${at}].amount`;
  return `${FIRST},${Array.from({ length: levels }, (_, at) => level(at)).join(',')}`;
}

function snapshots(header: string): LineSource | undefined {
  const levels = (header.split(',').length - 4) / 4;
  if (!Number.isInteger(levels) || levels < 1 || header !== snapshotHeader(levels)) return undefined;
  const side = (first: number): FieldReader => decimals(first, 4, levels);
  const columns = { ask_prices: side(5), ask_amounts: side(6), bid_prices: side(7), bid_amounts: side(8) };
  return source(`Tardis book_snapshot_${levels}`, 'book_snapshots', 4 + 4 * levels, columns);
}

/** Datasets of Tardis.dev, by their header. */
export const TARDIS_FORMAT: LineFormat = {
  name: 'Tardis datasets',
  recognise: ({ lines: [header = ''] }) =>
    header.startsWith(`${FIRST},`) ? (BY_HEADER.get(header) ?? snapshots(header)) : undefined,
};
