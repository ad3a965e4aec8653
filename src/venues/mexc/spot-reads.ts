import { z } from 'zod';
import type { Balance, FeeTier } from '../../domain/account.js';
import { Decimal, plainText } from '../../domain/decimal.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import {
  KLINE_INTERVAL_MS,
  type Kline,
  type KlineInterval,
  type OrderBookSnapshot,
  type Ticker,
} from '../../domain/market-data.js';
import type { Fill } from '../../domain/order.js';
import { idText, plainDecimal, readAnswer } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import { feeBpsOfFraction } from '../metadata.js';
import type { Dialogue } from '../trading.js';
import { spotPublic, spotRead } from './calls.js';

/** Rows that one request gives, whatever the documents say of 1000. */
export const SPOT_KLINES_MAX = 500;
const DEPTH_MAX = 5_000;
const FILLS_MAX = 100;

const INTERVALS: Readonly<Record<KlineInterval, string>> = {
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '1h': '60m',
  '4h': '4h',
  '1d': '1d',
};

const Time = z.object({ serverTime: z.number() });
const Level = z.tuple([plainDecimal, plainDecimal]).rest(z.unknown());
const Depth = z.object({ lastUpdateId: z.number().nullable(), bids: z.array(Level), asks: z.array(Level) });
const KlineRows = z.array(
  z
    .tuple([z.number(), plainDecimal, plainDecimal, plainDecimal, plainDecimal, plainDecimal, z.number(), plainDecimal])
    .rest(z.unknown()),
);
const nullableDecimal = plainDecimal.nullish();
const DayRows = z.array(
  z.object({
    symbol: z.string(),
    lastPrice: nullableDecimal,
    bidPrice: nullableDecimal,
    askPrice: nullableDecimal,
    quoteVolume: nullableDecimal,
  }),
);
const FillRows = z.array(
  z.object({
    symbol: z.string(),
    id: idText,
    orderId: idText,
    clientOrderId: z.string().nullish(),
    price: plainDecimal,
    qty: plainDecimal,
    commission: plainDecimal,
    commissionAsset: z.string(),
    time: z.number(),
    isBuyer: z.boolean(),
    isMaker: z.boolean(),
  }),
);
const Account = z.object({ balances: z.array(z.object({ asset: z.string(), free: plainDecimal, locked: plainDecimal })) });
const Fees = z.object({ data: z.object({ makerCommission: plainDecimal, takerCommission: plainDecimal }) });

/** The venue's clock. */
export function* spotTime(): Dialogue<number> {
  return readAnswer('mexc', 'GET /api/v3/time', Time, yield spotPublic('time', 'time', 1)).serverTime;
}

/** The book, as deep as asked for or as the venue gives it. */
export function* spotOrderBook(instrument: TradableInstrument, levels: number): Dialogue<OrderBookSnapshot> {
  const answer = yield spotPublic('depth', 'depth', 1, [
    ['symbol', instrument.requestName],
    ['limit', String(Math.min(levels, DEPTH_MAX))],
  ]);
  const { lastUpdateId, bids, asks } = readAnswer('mexc', 'GET /api/v3/depth', Depth, answer);
  const side = (rows: readonly (readonly [string, string, ...unknown[]])[]): (readonly [string, string])[] =>
    rows.slice(0, levels).map(([price, quantity]) => [price, quantity] as const);
  return { symbol: instrument.symbol, sequence: lastUpdateId, bids: side(bids), asks: side(asks) };
}

/** One batch of klines. The end of the stretch is exclusive at the venue too. */
export function* spotKlines(
  instrument: TradableInstrument,
  interval: KlineInterval,
  fromMs: number,
  toMs: number,
): Dialogue<readonly Kline[]> {
  const batchEndMs = Math.min(toMs, fromMs + SPOT_KLINES_MAX * KLINE_INTERVAL_MS[interval]);
  const answer = yield spotPublic('klines', 'klines', 1, [
    ['symbol', instrument.requestName],
    ['interval', INTERVALS[interval]],
    ['startTime', String(fromMs)],
    ['endTime', String(batchEndMs)],
    ['limit', String(SPOT_KLINES_MAX)],
  ]);
  return readAnswer('mexc', 'GET /api/v3/klines', KlineRows, answer)
    .filter(([openMs]) => openMs >= fromMs && openMs < batchEndMs)
    .map(([openMs, open, high, low, close, baseVolume, , quoteVolume]) => ({
      openMs,
      open,
      high,
      low,
      close,
      baseVolume,
      quoteVolume,
    }));
}

/** The last 24 hours of everything that was ever traded. */
export function* spotTickers(): Dialogue<readonly Ticker[]> {
  const rows = readAnswer('mexc', 'GET /api/v3/ticker/24hr', DayRows, yield spotPublic('ticker/24hr', 'ticker', 40));
  return rows.flatMap(({ symbol, lastPrice, bidPrice, askPrice, quoteVolume }) => {
    const last = positive(lastPrice);
    if (last === null) return [];
    return [{ symbol, last, bid: positive(bidPrice), ask: positive(askPrice), quoteVolume24h: quoteVolume ?? null }];
  });
}

/**
 * All fills of a pair from a moment on, as far back as the venue remembers (a month). It gives at most a hundred a request and does
 * not say which hundred, so a stretch that is full is halved until no part of it is.
 */
export function* spotFills(instrument: TradableInstrument, sinceMs: number): Dialogue<readonly Fill[]> {
  const untilMs = (yield* spotTime()) + 1;
  const found = yield* fillsWithin(instrument, sinceMs, Math.max(sinceMs, untilMs));
  const byId = new Map(found.map((fill) => [fill.tradeId, fill]));
  return [...byId.values()].sort((left, right) => left.timeMs - right.timeMs);
}

function* fillsWithin(instrument: TradableInstrument, fromMs: number, toMs: number): Dialogue<readonly Fill[]> {
  const answer = yield spotRead('myTrades', 'myTrades', 10, [
    ['symbol', instrument.requestName],
    ['startTime', String(fromMs)],
    ['endTime', String(toMs)],
    ['limit', String(FILLS_MAX)],
  ]);
  const rows = readAnswer('mexc', 'GET /api/v3/myTrades', FillRows, answer);
  if (rows.length < FILLS_MAX || fromMs >= toMs) return rows.map(fill);
  const middleMs = Math.floor((fromMs + toMs) / 2);
  const before = yield* fillsWithin(instrument, fromMs, middleMs);
  return [...before, ...(yield* fillsWithin(instrument, middleMs + 1, toMs))];
}

function fill(row: z.infer<typeof FillRows>[number]): Fill {
  return {
    venue: 'mexc',
    market: 'spot',
    symbol: row.symbol,
    tradeId: row.id,
    venueOrderId: row.orderId,
    clientOrderId: row.clientOrderId === '' ? null : (row.clientOrderId ?? null),
    side: row.isBuyer ? 'buy' : 'sell',
    price: row.price,
    quantity: row.qty,
    fee: row.commission,
    feeAsset: canonicalAsset('mexc', row.commissionAsset),
    liquidity: row.isMaker ? 'maker' : 'taker',
    timeMs: row.time,
  };
}

/** What the account holds; what it has nothing of is left out. */
export function* spotBalances(): Dialogue<readonly Balance[]> {
  const { balances } = readAnswer('mexc', 'GET /api/v3/account', Account, yield spotRead('account', 'account', 1));
  return balances.map(({ asset, free, locked }) => spotBalance(asset, free, locked));
}

/** A balance from its two parts. */
export function spotBalance(asset: string, free: string, locked: string): Balance {
  const total = plainText(new Decimal(free).add(locked));
  return { venue: 'mexc', asset: canonicalAsset('mexc', asset), total, available: free };
}

/** The account's own fees; those of the metadata are the list's. */
export function* spotFeeTier(instrument: TradableInstrument): Dialogue<FeeTier> {
  const answer = yield spotRead('tradeFee', 'tradeFee', 20, [['symbol', instrument.requestName]]);
  const { data } = readAnswer('mexc', 'GET /api/v3/tradeFee', Fees, answer);
  return { makerFeeBps: feeBpsOfFraction(data.makerCommission), takerFeeBps: feeBpsOfFraction(data.takerCommission) };
}

/** An empty side of a book has the price 0, or none. */
function positive(price: string | null | undefined): string | null {
  return price === undefined || price === '0' ? null : price;
}
