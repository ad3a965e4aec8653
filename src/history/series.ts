import { InvalidInputError } from '../domain/errors.js';
import { KLINE_INTERVAL_MS, KLINE_INTERVALS, type KlineInterval } from '../domain/market-data.js';
import type { Market, VenueId } from '../domain/venue.js';
import { KINDS, type SeriesKind } from './kinds.js';

/** Lengths of bars that a series can be of: what venues are asked for, and what files may hold besides. */
export const BAR_INTERVAL_MS = { '1s': 1_000, ...KLINE_INTERVAL_MS } as const;
export type BarInterval = keyof typeof BAR_INTERVAL_MS;
export const BAR_INTERVALS: readonly BarInterval[] = ['1s', ...KLINE_INTERVALS];

/** Names a series of the catalogue. */
export interface SeriesName {
  readonly kind: SeriesKind;
  /** Length of bars; null where the kind has none. */
  readonly interval: BarInterval | null;
  /** Lower case: "binance", "binance-futures", or whatever recorded it ("binance-us"). */
  readonly venue: string;
  /** The venue's own name of the instrument: "BTCUSDT", "BTC-USD", "BTC/USD". */
  readonly symbol: string;
}

/** What the catalogue calls a market of a venue: futures have a name of their own, since they may share symbols with spot. */
export function catalogueVenue(venue: VenueId, market: Market): string {
  return market === 'spot' ? venue : `${venue}-futures`;
}

/**
 * Checks a name.
 * @throws InvalidInputError saying what is wrong with it
 */
export function checkSeries({ kind, interval, venue, symbol }: SeriesName): void {
  if (KINDS[kind].hasInterval !== (interval !== null)) {
    throw new InvalidInputError(interval === null ? `${kind} are of an interval, which is missing` : `${kind} have no interval`, {
      kind,
    });
  }
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(venue)) throw new InvalidInputError(`"${venue}" cannot be the name of a venue`, { venue });
  if (symbol.trim() !== symbol || symbol === '')
    throw new InvalidInputError(`"${symbol}" cannot be the name of an instrument`, { symbol });
}

/**
 * Reads an interval of bars.
 * @throws InvalidInputError when bars cannot be of that length
 */
export function barInterval(text: string): BarInterval {
  const interval = BAR_INTERVALS.find((known) => known === text);
  if (interval === undefined)
    throw new InvalidInputError(`there is no interval "${text}"; known are ${BAR_INTERVALS.join(', ')}`, { text });
  return interval;
}

/** Whether venues are asked for klines of that length. */
export function isKlineInterval(interval: BarInterval): interval is KlineInterval {
  return interval !== '1s';
}

/** One word for people. */
export function seriesText({ kind, interval, venue, symbol }: SeriesName): string {
  return `${kind}${interval === null ? '' : ` ${interval}`} ${venue} ${symbol}`;
}

const DAY_US = 86_400e6;

/** The UTC date of a moment: "2023-03-01". */
export function dateOf(tsUs: number): string {
  return new Date(Math.floor(tsUs / 1000)).toISOString().slice(0, 10);
}

/**
 * The first microsecond of a UTC date.
 * @throws InvalidInputError when the text is no date
 */
export function dateStartUs(date: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms) || dateOf(ms * 1000) !== date)
    throw new InvalidInputError(`"${date}" is no date; expected one such as 2023-03-01`, { date });
  return ms * 1000;
}

/** Bars of an hour and longer are few: a file holds a year of them, any other a day. */
export function isYearly({ interval }: SeriesName): boolean {
  return interval !== null && BAR_INTERVAL_MS[interval] >= BAR_INTERVAL_MS['1h'];
}

/** The date that names the file in which a moment of a series lies: its day, or the first day of its year. */
export function fileDateOf(name: SeriesName, tsUs: number): string {
  const date = dateOf(tsUs);
  return isYearly(name) ? `${date.slice(0, 4)}-01-01` : date;
}

/** The dates of which some part lies within [fromUs, toUs). */
export function datesBetween(fromUs: number, toUs: number): string[] {
  const dates: string[] = [];
  for (let dayUs = Math.floor(fromUs / DAY_US) * DAY_US; dayUs < toUs; dayUs += DAY_US) dates.push(dateOf(dayUs));
  return dates;
}
