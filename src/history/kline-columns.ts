import { KLINE_INTERVAL_MS, type Kline } from '../domain/market-data.js';
import type { Catalogue } from './catalogue.js';
import type { SeriesName } from './series.js';
import type { StreamOptions } from './series-stream.js';

/** Klines by column, all of one length. Statistics: prices and volumes are the nearest doubles, what is missing is NaN. */
export interface KlineColumns {
  /** Milliseconds since the epoch. */
  readonly openMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** In base units. */
  readonly volume: Float64Array;
  readonly quoteVolume: Float64Array;
}

const NAMES = ['openMs', 'open', 'high', 'low', 'close', 'volume', 'quoteVolume'] as const;

/** Columns of so many klines, all missing. */
export function emptyColumns(count: number): KlineColumns {
  const column = (): Float64Array => new Float64Array(count).fill(Number.NaN);
  const [openMs, open, high, low, close, volume, quoteVolume] = [
    column(),
    column(),
    column(),
    column(),
    column(),
    column(),
    column(),
  ];
  return { openMs, open, high, low, close, volume, quoteVolume };
}

/** Klines as columns. */
export function columnsOf(klines: readonly Kline[]): KlineColumns {
  const columns = emptyColumns(klines.length);
  klines.forEach((kline, at) => {
    columns.openMs[at] = kline.openMs;
    columns.open[at] = Number(kline.open);
    columns.high[at] = Number(kline.high);
    columns.low[at] = Number(kline.low);
    columns.close[at] = Number(kline.close);
    columns.volume[at] = kline.baseVolume === null ? Number.NaN : Number(kline.baseVolume);
    columns.quoteVolume[at] = kline.quoteVolume === null ? Number.NaN : Number(kline.quoteVolume);
  });
  return columns;
}

/** All klines of a part of a series: 56 bytes each, held at once. */
export async function readKlines(
  catalogue: Catalogue,
  name: SeriesName & { readonly kind: 'klines' },
  { fromUs, toUs }: Pick<StreamOptions, 'fromUs' | 'toUs'> = {},
): Promise<KlineColumns> {
  const parts = Object.fromEntries(NAMES.map((column) => [column, []])) as unknown as Record<keyof KlineColumns, Float64Array[]>;
  const options = { ...(fromUs !== undefined && { fromUs }), ...(toUs !== undefined && { toUs }) };
  for await (const chunk of catalogue.stream(name, options)) {
    for (const column of NAMES) parts[column].push(chunk.column(column === 'openMs' ? 'tsUs' : column));
  }
  // Column by column, and what is joined is dropped: never all of it twice.
  const columns = Object.fromEntries(NAMES.map((column) => [column, joined(parts[column].splice(0))])) as Record<
    keyof KlineColumns,
    Float64Array
  >;
  const { openMs } = columns;
  for (let at = 0; at < openMs.length; at++) openMs[at] = (openMs[at] ?? 0) / 1000;
  return columns;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * The length of the klines: the known one that most neighbours are apart.
 * @returns undefined when none is, as of fewer than two klines
 */
export function intervalMsOf({ openMs }: KlineColumns): number | undefined {
  const counts = new Map<number, number>();
  for (let at = 1; at < openMs.length; at++) {
    const apartMs = (openMs[at] ?? 0) - (openMs[at - 1] ?? 0);
    counts.set(apartMs, (counts.get(apartMs) ?? 0) + 1);
  }
  const known = [1000, ...Object.values(KLINE_INTERVAL_MS)].filter((ms) => counts.has(ms));
  return known.sort((left, right) => (counts.get(right) ?? 0) - (counts.get(left) ?? 0))[0];
}
