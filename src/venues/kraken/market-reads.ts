import { z } from 'zod';
import { Decimal, plainText } from '../../domain/decimal.js';
import { VenueProtocolError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import {
  KLINE_INTERVAL_MS,
  type Kline,
  type KlineInterval,
  type OrderBookSnapshot,
  type PastTrades,
  type SnapshotLevel,
  type Ticker,
} from '../../domain/market-data.js';
import { plainDecimal, readAnswer } from '../answer.js';
import type { Dialogue, InstrumentDirectory } from '../trading.js';
import { publicRead } from './calls.js';

/** The venue has the newest 720 klines of an interval, and no older ones. */
export const KLINE_BATCH_MAX = 720;
const DEPTH_MAX = 500;

const Time = z.object({ result: z.object({ unixtime: z.number() }) });
const Level = z.tuple([plainDecimal, plainDecimal]).rest(z.unknown());
const Depth = z.object({ result: z.record(z.string(), z.object({ bids: z.array(Level), asks: z.array(Level) })) });
const Candle = z
  .tuple([z.number(), plainDecimal, plainDecimal, plainDecimal, plainDecimal, plainDecimal, plainDecimal])
  .rest(z.unknown());
/** Beside the candles stands the cursor `last`. */
const Candles = z.object({ result: z.record(z.string(), z.union([z.array(Candle), z.number(), z.string()])) });
const TRADES_MAX = 1_000;
const Trade = z.tuple([plainDecimal, plainDecimal, z.number()]).rest(z.unknown());
/** Beside the trades stands the cursor `last`, in nanoseconds. */
const Trades = z.object({ result: z.record(z.string(), z.union([z.array(Trade), z.string().regex(/^\d+$/)])) });
const First = z.tuple([plainDecimal]).rest(z.unknown());
const OfTwo = z.tuple([plainDecimal, plainDecimal]).rest(z.unknown());
const TickerRow = z.object({ a: First, b: First, c: First, v: OfTwo, p: OfTwo });
const Tickers = z.object({ result: z.record(z.string(), TickerRow) });

/** The venue's clock, in whole seconds. */
export function* serverTime(): Dialogue<number> {
  return readAnswer('kraken', 'Time', Time, yield publicRead('Time')).result.unixtime * 1000;
}

/** The book as REST shows it: with volumes rounded, and without a number that would join it with the stream. */
export function* orderBook({ symbol, requestName }: TradableInstrument, levels: number): Dialogue<OrderBookSnapshot> {
  const answer = yield publicRead('Depth', [
    ['pair', requestName],
    ['count', String(Math.min(levels, DEPTH_MAX))],
  ]);
  const [book] = Object.values(readAnswer('kraken', 'Depth', Depth, answer).result);
  if (book === undefined) throw new VenueProtocolError(`kraken: no book of ${symbol}`, { venue: 'kraken', symbol });
  const best = (rows: readonly (readonly [string, string, ...unknown[]])[]): SnapshotLevel[] =>
    rows.slice(0, levels).map(([price, quantity]) => [price, quantity]);
  return { symbol, sequence: null, bids: best(book.bids), asks: best(book.asks) };
}

/** One batch of klines, of those that the venue still has. */
export function* klines(
  { requestName }: TradableInstrument,
  interval: KlineInterval,
  fromMs: number,
  toMs: number,
): Dialogue<readonly Kline[]> {
  const answer = yield publicRead('OHLC', [
    ['pair', requestName],
    ['interval', String(KLINE_INTERVAL_MS[interval] / 60_000)],
    ['since', String(Math.max(0, Math.floor((fromMs - 1) / 1000)))],
  ]);
  const { result } = readAnswer('kraken', 'OHLC', Candles, answer);
  const rows = Object.values(result).find((value) => Array.isArray(value)) ?? [];
  return rows
    .map(([seconds, open, high, low, close, , volume]): Kline => {
      return { openMs: seconds * 1000, open, high, low, close, baseVolume: volume, quoteVolume: null };
    })
    .filter(({ openMs }) => openMs >= fromMs && openMs < toMs)
    .sort((left, right) => left.openMs - right.openMs)
    .slice(0, KLINE_BATCH_MAX);
}

/** Trades after a moment, as many as one answer has; from the beginning on when the moment is 0. */
export function* pastTrades({ requestName }: TradableInstrument, afterNs: bigint): Dialogue<PastTrades> {
  const answer = yield publicRead('Trades', [
    ['pair', requestName],
    ['since', String(afterNs)],
    ['count', String(TRADES_MAX)],
  ]);
  const { result } = readAnswer('kraken', 'Trades', Trades, answer);
  const rows = Object.values(result).find((value) => Array.isArray(value)) ?? [];
  const trades = rows.map(([price, quantity, seconds]) => ({ timeMs: seconds * 1000, price, quantity }));
  return { trades, lastNs: BigInt(String(result['last'] ?? afterNs)) };
}

/** All pairs that are known. The day's value is volume times its average price. */
export function* tickers(directory: InstrumentDirectory): Dialogue<readonly Ticker[]> {
  const { result } = readAnswer('kraken', 'Ticker', Tickers, yield publicRead('Ticker'));
  return Object.entries(result).flatMap(([pair, { a, b, c, v, p }]) => {
    const symbol = directory.find(pair)?.symbol;
    if (symbol === undefined) return [];
    return [{ symbol, last: c[0], bid: b[0], ask: a[0], quoteVolume24h: plainText(new Decimal(v[1]).mul(p[1])) }];
  });
}
