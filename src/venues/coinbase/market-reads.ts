import { z } from 'zod';
import { Decimal, plainText } from '../../domain/decimal.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import {
  KLINE_INTERVAL_MS,
  type Kline,
  type KlineInterval,
  type OrderBookSnapshot,
  type Ticker,
} from '../../domain/market-data.js';
import { plainDecimal, readAnswer } from '../answer.js';
import type { Dialogue } from '../trading.js';
import { publicRead } from './calls.js';

/** Klines of one batch, and candles of one answer. */
export const KLINE_BATCH_MAX = 300;

/** Lengths that the venue has; four hours are made of hours. */
const GRANULARITY_MS: Readonly<Record<KlineInterval, number>> = { ...KLINE_INTERVAL_MS, '4h': KLINE_INTERVAL_MS['1h'] };

const Time = z.object({ epoch: z.coerce.number() });
const Level = z.tuple([plainDecimal, plainDecimal]).rest(z.unknown());
const Book = z.object({ sequence: z.number(), bids: z.array(Level), asks: z.array(Level) });
const Candle = z.tuple([z.number(), plainDecimal, plainDecimal, plainDecimal, plainDecimal, plainDecimal]).rest(z.unknown());
const Candles = z.array(Candle);
const VolumeRows = z.array(z.object({ id: z.string(), spot_volume_24hour: plainDecimal.nullish() }));
const SparkLines = z.record(z.string(), z.array(z.tuple([z.number(), plainDecimal, plainDecimal, plainDecimal, plainDecimal])));

/** The venue's clock. */
export function* serverTime(): Dialogue<number> {
  return readAnswer('coinbase', 'GET /time', Time, yield publicRead('/time')).epoch * 1000;
}

/** The book: the touch alone, or all of it, of which the best levels are kept. */
export function* orderBook({ symbol }: TradableInstrument, levels: number): Dialogue<OrderBookSnapshot> {
  const path = `/products/${symbol}/book`;
  const answer = yield publicRead(path, [['level', levels === 1 ? '1' : '2']]);
  const { sequence, bids, asks } = readAnswer('coinbase', `GET ${path}`, Book, answer);
  const best = (rows: readonly (readonly [string, string, ...unknown[]])[]): (readonly [string, string])[] =>
    rows.slice(0, levels).map(([price, quantity]) => [price, quantity] as const);
  return { symbol, sequence, bids: best(bids), asks: best(asks) };
}

/** One batch of klines. Intervals without a trade are missing. */
export function* klines(
  { symbol }: TradableInstrument,
  interval: KlineInterval,
  fromMs: number,
  toMs: number,
): Dialogue<readonly Kline[]> {
  const intervalMs = KLINE_INTERVAL_MS[interval];
  const stepMs = GRANULARITY_MS[interval];
  const firstMs = Math.ceil(fromMs / intervalMs) * intervalMs;
  const endMs = Math.min(Math.ceil(toMs / intervalMs) * intervalMs, firstMs + KLINE_BATCH_MAX * intervalMs);
  const candles: Kline[] = [];
  for (let startMs = firstMs; startMs < endMs; startMs += KLINE_BATCH_MAX * stepMs) {
    const lastMs = Math.min(endMs, startMs + KLINE_BATCH_MAX * stepMs) - stepMs;
    candles.push(...(yield* candlesOf(symbol, stepMs, startMs, lastMs)));
  }
  return stepMs === intervalMs ? candles : merged(candles, intervalMs);
}

/** Candles that open within [fromMs, lastMs], oldest first; the venue gives low before high, and the newest first. */
function* candlesOf(symbol: string, stepMs: number, fromMs: number, lastMs: number): Dialogue<Kline[]> {
  const path = `/products/${symbol}/candles`;
  const answer = yield publicRead(path, [
    ['granularity', String(stepMs / 1000)],
    ['start', new Date(fromMs).toISOString()],
    ['end', new Date(lastMs).toISOString()],
  ]);
  return readAnswer('coinbase', `GET ${path}`, Candles, answer)
    .map(([seconds, low, high, open, close, volume]): Kline => {
      return { openMs: seconds * 1000, open, high, low, close, baseVolume: volume, quoteVolume: null };
    })
    .filter(({ openMs }) => openMs >= fromMs && openMs <= lastMs)
    .sort((left, right) => left.openMs - right.openMs);
}

/** Longer klines out of shorter ones. */
function merged(candles: readonly Kline[], intervalMs: number): Kline[] {
  const klines: Kline[] = [];
  for (const candle of candles) {
    const openMs = candle.openMs - (candle.openMs % intervalMs);
    const last = klines[klines.length - 1];
    if (last?.openMs !== openMs) {
      klines.push({ ...candle, openMs });
      continue;
    }
    klines[klines.length - 1] = {
      ...last,
      high: plainText(Decimal.max(last.high, candle.high)),
      low: plainText(Decimal.min(last.low, candle.low)),
      close: candle.close,
      baseVolume: plainText(new Decimal(last.baseVolume ?? 0).add(candle.baseVolume ?? 0)),
    };
  }
  return klines;
}

/** All products in two answers: the day's volumes, and hourly prices of which the newest comes first. Neither has a bid or an ask. */
export function* tickers(): Dialogue<readonly Ticker[]> {
  const volumes = readAnswer(
    'coinbase',
    'GET /products/volume-summary',
    VolumeRows,
    yield publicRead('/products/volume-summary'),
  );
  const lines = readAnswer('coinbase', 'GET /products/spark-lines', SparkLines, yield publicRead('/products/spark-lines'));
  return volumes.flatMap(({ id, spot_volume_24hour: volume }) => {
    const last = lines[id]?.[0]?.[4];
    if (last === undefined) return [];
    const quoteVolume24h = volume === null || volume === undefined ? null : plainText(new Decimal(volume).mul(last));
    return [{ symbol: id, last, bid: null, ask: null, quoteVolume24h }];
  });
}
