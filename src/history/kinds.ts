import { InvalidInputError } from '../domain/errors.js';

/**
 * What a series is made of.
 * - `klines`            price and volume of intervals, from trades
 * - `quote_bars`        best bid and ask of intervals
 * - `trades`            single trades
 * - `quotes`            best bid and ask, a row a change
 * - `book_snapshots`    the best levels of both sides, a row a change
 * - `incremental_book_L2`  levels as they changed, with snapshots in between; rows of one arrival time belong together
 * - `funding`           funding rates with mark and index prices and open interest
 */
export const SERIES_KINDS = [
  'klines',
  'quote_bars',
  'trades',
  'quotes',
  'book_snapshots',
  'incremental_book_L2',
  'funding',
] as const;
export type SeriesKind = (typeof SERIES_KINDS)[number];

/**
 * How a column is kept.
 * - `time`     whole microseconds since the epoch
 * - `number`   the nearest double, for statistics; may be missing
 * - `decimal`  the exact decimal as text, plain, without zeros at the end; may be missing
 * - `decimals` a list of such texts, best level first
 * - `word`     a text (an id, a side); may be missing
 * - `flag`     true or false
 */
export type ColumnType = 'time' | 'number' | 'decimal' | 'decimals' | 'word' | 'flag';

export interface SeriesColumn {
  /** As in SQL. */
  readonly name: string;
  readonly type: ColumnType;
  /** Whether a row without it cannot be used. */
  readonly isRequired: boolean;
}

export interface KindDefinition {
  readonly columns: readonly SeriesColumn[];
  /**
   * Whether there is one row a moment at most, so that what is imported again replaces what is there. Other kinds are streams of events,
   * of which several may be of one moment: each source has a file of its own.
   */
  readonly isKeyed: boolean;
  /** Whether each row is of an interval that is part of the series' name. */
  readonly hasInterval: boolean;
}

const column = (type: ColumnType, isRequired: boolean, names: string): SeriesColumn[] =>
  names.split(' ').map((name) => ({ name, type, isRequired }));

/** When the row was received, or the interval opened. It orders the series. */
const TIME = column('time', true, 'ts_us');
/** The venue's own time, which may be missing or go backwards. */
const VENUE_TIME = column('time', false, 'exchange_us');

const event = (columns: readonly SeriesColumn[]): KindDefinition => ({
  columns: [...TIME, ...VENUE_TIME, ...columns],
  isKeyed: false,
  hasInterval: false,
});
const bar = (columns: readonly SeriesColumn[]): KindDefinition => ({
  columns: [...TIME, ...columns],
  isKeyed: true,
  hasInterval: true,
});

export const KINDS: Readonly<Record<SeriesKind, KindDefinition>> = {
  klines: bar([...column('number', true, 'open high low close'), ...column('number', false, 'volume quote_volume trades')]),
  quote_bars: bar([
    ...column('number', true, 'bid_open bid_high bid_low bid_close'),
    ...column('number', false, 'bid_amount'),
    ...column('number', true, 'ask_open ask_high ask_low ask_close'),
    ...column('number', false, 'ask_amount'),
  ]),
  trades: event([...column('word', false, 'id'), ...column('word', true, 'side'), ...column('decimal', true, 'price amount')]),
  quotes: event(column('decimal', false, 'bid_price bid_amount ask_price ask_amount')),
  book_snapshots: event(column('decimals', true, 'bid_prices bid_amounts ask_prices ask_amounts')),
  incremental_book_L2: event([
    ...column('flag', true, 'is_snapshot'),
    ...column('word', true, 'side'),
    ...column('decimal', true, 'price amount'),
  ]),
  funding: event([
    ...column('time', false, 'funding_us'),
    ...column('number', false, 'funding_rate predicted_funding_rate open_interest last_price index_price mark_price'),
  ]),
};

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  time: 'BIGINT',
  number: 'DOUBLE',
  decimal: 'VARCHAR',
  decimals: 'VARCHAR[]',
  word: 'VARCHAR',
  flag: 'BOOLEAN',
};

/** The column's type in SQL. */
function sqlTypeOf({ type }: SeriesColumn): string {
  return SQL_TYPES[type];
}

/** The columns of a kind as a table of SQL declares them. */
export function sqlColumns(kind: SeriesKind): string {
  return KINDS[kind].columns.map((each) => `${each.name} ${sqlTypeOf(each)}`).join(', ');
}

/** The names of a kind's columns, separated by commas. */
export function sqlNames(kind: SeriesKind): string {
  return KINDS[kind].columns.map(({ name }) => name).join(', ');
}

/**
 * Reads the name of a kind.
 * @throws InvalidInputError when there is none of that name
 */
export function seriesKind(text: string): SeriesKind {
  const kind = SERIES_KINDS.find((known) => known === text);
  if (kind === undefined)
    throw new InvalidInputError(`there is no kind of series "${text}"; known are ${SERIES_KINDS.join(', ')}`, { text });
  return kind;
}
