import { InvalidInputError } from '../../domain/errors.js';
import { emptyColumns, type KlineColumns } from '../kline-columns.js';

/** Klines of one instrument on the common grid. Where there is nothing, prices are NaN. */
export interface AlignedSeries extends KlineColumns {
  /** 0 where the kline is the venue's own; n where the price is carried on from n klines before, with volume 0; -1 where there is none. */
  readonly age: Int32Array;
  /** 0.0 to 1.0; see `alignmentQuality`. */
  readonly quality: number;
}

/** Klines of several exchanges on the same moments. Prices are in their own quote assets: nothing is converted. */
export interface AlignedMarketData {
  /** Openings, milliseconds since the epoch, an interval apart. */
  readonly timestamps: Float64Array;
  readonly intervalMs: number;
  /** Exchange, then symbol. */
  readonly exchangeData: Readonly<Record<string, Readonly<Record<string, AlignedSeries>>>>;
  /**
   * Completeness, 0.0 to 1.0. A moment of a series counts 1 when its kline is there, 0 when nothing is, and (m + 1 - n) / (m + 1) when
   * carried over n klines of at most m. A series has the mean over the moments, an exchange the mean over its series; the whole has the
   * mean over the moments of the worst series of each: what compares all exchanges at a moment is as good as that.
   */
  readonly alignmentQuality: number;
  readonly exchangeQuality: Readonly<Record<string, number>>;
}

export interface AlignOptions {
  readonly intervalMs: number;
  /** Milliseconds; the earliest and the end of the latest kline when left out. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Klines that a price is carried on at most; 5 when left out, 0 for never. */
  readonly carryMax?: number;
}

/** The grid has no more moments than this: ten years of minutes. */
const MOMENTS_MAX = 5_300_000;

/**
 * Puts klines of several exchanges on common moments. A kline that is missing gets the close before it, if that is not too old.
 * @param data by exchange and symbol; of klines that open at the same moment the last one counts, the order does not matter
 * @throws InvalidInputError when there is no kline, the moments are too many, or a kline lies between the moments of the grid
 */
export function alignKlines(
  data: Readonly<Record<string, Readonly<Record<string, KlineColumns>>>>,
  { intervalMs, fromMs, toMs, carryMax = 5 }: AlignOptions,
): AlignedMarketData {
  const all = Object.values(data).flatMap((symbols) => Object.values(symbols));
  const startMs = fromMs ?? extreme(all, Math.min, Number.POSITIVE_INFINITY);
  const endMs = toMs ?? extreme(all, Math.max, Number.NEGATIVE_INFINITY) + intervalMs;
  const count = Math.ceil((endMs - startMs) / intervalMs);
  if (!(count > 0)) throw new InvalidInputError('there are no klines to align', { startMs, endMs });
  if (count > MOMENTS_MAX)
    throw new InvalidInputError(`${count} moments are too many to align at once; at most ${MOMENTS_MAX}`, { count });
  const timestamps = Float64Array.from({ length: count }, (_, at) => startMs + at * intervalMs);
  const worst = new Float64Array(count).fill(1);
  const exchangeData: Record<string, Record<string, AlignedSeries>> = {};
  const exchangeQuality: Record<string, number> = {};
  for (const [exchange, symbols] of Object.entries(data)) {
    const aligned: Record<string, AlignedSeries> = {};
    for (const [symbol, columns] of Object.entries(symbols)) {
      aligned[symbol] = alignSeries(columns, `${exchange} ${symbol}`, timestamps, intervalMs, carryMax, worst);
    }
    exchangeData[exchange] = aligned;
    exchangeQuality[exchange] = mean(Object.values(aligned).map(({ quality }) => quality));
  }
  return { timestamps, intervalMs, exchangeData, alignmentQuality: mean(worst), exchangeQuality };
}

function alignSeries(
  columns: KlineColumns,
  label: string,
  timestamps: Float64Array,
  intervalMs: number,
  carryMax: number,
  worst: Float64Array,
): AlignedSeries {
  const count = timestamps.length;
  const startMs = timestamps[0] ?? 0;
  const target = emptyColumns(count);
  target.openMs.set(timestamps);
  const age = new Int32Array(count).fill(-1);
  columns.openMs.forEach((ms, from) => {
    const at = (ms - startMs) / intervalMs;
    if (at < 0 || at >= count) return;
    if (!Number.isInteger(at)) {
      throw new InvalidInputError(`${label}: the kline of ${new Date(ms).toISOString()} is not on the moments of the others`, {
        label,
        ms,
      });
    }
    age[at] = 0;
    for (const name of ['open', 'high', 'low', 'close', 'volume', 'quoteVolume'] as const)
      target[name][at] = columns[name][from] ?? Number.NaN;
  });
  const weights = new Float64Array(count);
  let lastAt = -1;
  for (let at = 0; at < count; at++) {
    if (age[at] === 0) lastAt = at;
    const old = at - lastAt;
    if (lastAt < 0 || old > carryMax) {
      worst[at] = 0;
      continue;
    }
    weights[at] = (carryMax + 1 - old) / (carryMax + 1);
    worst[at] = Math.min(worst[at] ?? 0, weights[at] ?? 0);
    if (old === 0) continue;
    age[at] = old;
    const close = target.close[lastAt] ?? Number.NaN;
    for (const name of ['open', 'high', 'low', 'close'] as const) target[name][at] = close;
    target.volume[at] = 0;
    target.quoteVolume[at] = 0;
  }
  return { ...target, age, quality: mean(weights) };
}

function extreme(all: readonly KlineColumns[], pick: (left: number, right: number) => number, start: number): number {
  return all.reduce((found, { openMs }) => openMs.reduce((best, ms) => pick(best, ms), found), start);
}

function mean(values: readonly number[] | Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / values.length;
}
