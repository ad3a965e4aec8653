import { z } from 'zod';
import type { TradableInstrument } from '../../domain/instrument.js';
import {
  KLINE_INTERVAL_MS,
  type Kline,
  type KlineInterval,
  type OrderBookSnapshot,
  type Ticker,
} from '../../domain/market-data.js';
import type { Market } from '../../domain/venue.js';
import { plainDecimal, readAnswer } from '../answer.js';
import type { Dialogue } from '../trading.js';
import { publicRead, ROOTS } from './calls.js';

/** Rows that one request for klines gives on both markets. */
export const KLINE_BATCH_MAX = 1000;

/** The depths that may be asked for, and what they cost. */
const DEPTHS: Readonly<Record<Market, readonly (readonly [levels: number, weight: number])[]>> = {
  spot: [
    [100, 5],
    [500, 25],
    [1000, 50],
    [5000, 250],
  ],
  futures: [
    [5, 2],
    [10, 2],
    [20, 2],
    [50, 2],
    [100, 5],
    [500, 10],
    [1000, 20],
  ],
};

const Time = z.object({ serverTime: z.number() });
const Level = z.tuple([plainDecimal, plainDecimal]).rest(z.unknown());
const Depth = z.object({ lastUpdateId: z.number(), bids: z.array(Level), asks: z.array(Level) });
const KlineRow = z
  .tuple([z.number(), plainDecimal, plainDecimal, plainDecimal, plainDecimal, plainDecimal, z.number(), plainDecimal])
  .rest(z.unknown());
const Klines = z.array(KlineRow);
const DayRow = z.object({
  symbol: z.string(),
  lastPrice: plainDecimal,
  quoteVolume: plainDecimal,
  bidPrice: plainDecimal.optional(),
  askPrice: plainDecimal.optional(),
});
const DayRows = z.array(DayRow);
const TopRows = z.array(z.object({ symbol: z.string(), bidPrice: plainDecimal, askPrice: plainDecimal }));

/** The venue's clock. */
export function* serverTime(market: Market): Dialogue<number> {
  const path = `${ROOTS[market]}/time`;
  return readAnswer('binance', path, Time, yield publicRead(path, 1)).serverTime;
}

/** The book, at least that deep where the venue keeps that much. */
export function* orderBook(market: Market, instrument: TradableInstrument, levels: number): Dialogue<OrderBookSnapshot> {
  const path = `${ROOTS[market]}/depth`;
  const depths = DEPTHS[market];
  const [most, weight] = depths.find(([depth]) => depth >= levels) ?? depths[depths.length - 1] ?? [levels, 0];
  const limit = market === 'spot' ? Math.min(levels, most) : most;
  const answer = yield publicRead(path, weight, [
    ['symbol', instrument.requestName],
    ['limit', String(limit)],
  ]);
  const { lastUpdateId, bids, asks } = readAnswer('binance', path, Depth, answer);
  const side = (rows: readonly (readonly [string, string, ...unknown[]])[]): (readonly [string, string])[] =>
    rows.slice(0, levels).map(([price, quantity]) => [price, quantity] as const);
  return { symbol: instrument.symbol, sequence: lastUpdateId, bids: side(bids), asks: side(asks) };
}

/** One batch of klines. */
export function* klines(
  market: Market,
  instrument: TradableInstrument,
  interval: KlineInterval,
  fromMs: number,
  toMs: number,
): Dialogue<readonly Kline[]> {
  const path = `${ROOTS[market]}/klines`;
  const limit = Math.min(KLINE_BATCH_MAX, Math.max(1, Math.ceil((toMs - fromMs) / KLINE_INTERVAL_MS[interval])));
  const answer = yield publicRead(path, market === 'spot' ? 2 : limit < 100 ? 1 : limit < 500 ? 2 : 5, [
    ['symbol', instrument.requestName],
    ['interval', interval],
    ['startTime', String(fromMs)],
    ['endTime', String(toMs - 1)],
    ['limit', String(limit)],
  ]);
  return readAnswer('binance', path, Klines, answer).map(([openMs, open, high, low, close, baseVolume, , quoteVolume]) => {
    return { openMs, open, high, low, close, baseVolume, quoteVolume };
  });
}

/** The last 24 hours of everything. Futures have the best prices in a list of their own. */
export function* tickers(market: Market): Dialogue<readonly Ticker[]> {
  const path = `${ROOTS[market]}/ticker/24hr`;
  const days = readAnswer('binance', path, DayRows, yield publicRead(path, market === 'spot' ? 80 : 40));
  const tops = new Map<string, { readonly bidPrice: string; readonly askPrice: string }>();
  if (market === 'futures') {
    const topPath = `${ROOTS.futures}/ticker/bookTicker`;
    const rows = readAnswer('binance', topPath, TopRows, yield publicRead(topPath, 5));
    for (const row of rows) tops.set(row.symbol, row);
  }
  return days.map(({ symbol, lastPrice, quoteVolume, bidPrice, askPrice }) => ({
    symbol,
    last: lastPrice,
    bid: positive(tops.get(symbol)?.bidPrice ?? bidPrice),
    ask: positive(tops.get(symbol)?.askPrice ?? askPrice),
    quoteVolume24h: quoteVolume,
  }));
}

/** An empty side of a book has the price 0. */
function positive(price: string | undefined): string | null {
  return price === undefined || price === '0' ? null : price;
}
