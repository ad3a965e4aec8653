import { z } from 'zod';
import type { Balance, FeeTier } from '../../domain/account.js';
import { ceilToGrid, Decimal, plainText } from '../../domain/decimal.js';
import { VenueRequestError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import {
  KLINE_INTERVAL_MS,
  type Kline,
  type KlineInterval,
  type OrderBookSnapshot,
  type Ticker,
} from '../../domain/market-data.js';
import type { Fill, OrderReport } from '../../domain/order.js';
import { plainDecimal, readAnswer } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import { feeBpsOfFraction } from '../metadata.js';
import type { Dialogue } from '../trading.js';
import { privateRead, publicRead } from './calls.js';
import { SpotOrder, SpotTrade, spotFill, spotReport } from './spot-orders.js';

/** Rows of a page, everywhere but in the lists of open orders. */
export const PAGE_MAX = 1_000;
const OPEN_PAGE_MAX = 100;
export const SPOT_KLINES_MAX = 999;
/** Larger snapshots may be half a minute old. */
const BOOK_LEVELS_MAX = 100;
/** How far beyond the last price that it needs a market purchase by quantity may go. */
const SLIPPAGE = '1.01';

const Time = z.object({ server_time: z.number() });
const Level = z.tuple([plainDecimal, plainDecimal]).rest(z.unknown());
const Book = z.object({ id: z.number().nullish(), asks: z.array(Level), bids: z.array(Level) });
const Candle = z
  .tuple([z.coerce.number(), plainDecimal, plainDecimal, plainDecimal, plainDecimal, plainDecimal, plainDecimal])
  .rest(z.unknown());
const Tickers = z.array(z.unknown());
const TickerRow = z.object({
  currency_pair: z.string(),
  last: plainDecimal,
  lowest_ask: z.string().nullish(),
  highest_bid: z.string().nullish(),
  quote_volume: plainDecimal.nullish(),
});
const Accounts = z.array(z.object({ currency: z.string().min(1), available: plainDecimal, locked: plainDecimal }));
const Fees = z.object({ maker_fee: plainDecimal, taker_fee: plainDecimal });

/** The one clock of the venue, for futures as well; milliseconds. */
export function* serverTime(): Dialogue<number> {
  return readAnswer('gateio', 'GET spot/time', Time, yield publicRead('spot/time', 'time')).server_time;
}

export function* spotBook({ symbol }: TradableInstrument, levels: number): Dialogue<OrderBookSnapshot> {
  const answer = yield publicRead('spot/order_book', 'book', [
    ['currency_pair', symbol],
    ['interval', '0'],
    ['limit', String(Math.min(levels, BOOK_LEVELS_MAX))],
    ['with_id', 'true'],
  ]);
  const { id, asks, bids } = readAnswer('gateio', 'GET spot/order_book', Book, answer);
  const plain = (rows: typeof asks): OrderBookSnapshot['asks'] => rows.map(([price, quantity]) => [price, quantity]);
  return { symbol, sequence: id ?? null, bids: plain(bids), asks: plain(asks) };
}

export function* spotKlines(
  { symbol }: TradableInstrument,
  interval: KlineInterval,
  fromMs: number,
  toMs: number,
): Dialogue<readonly Kline[]> {
  const answer = yield publicRead('spot/candlesticks', 'klines', [
    ['currency_pair', symbol],
    ['interval', interval],
    ...candleRange(interval, fromMs, toMs, SPOT_KLINES_MAX),
  ]);
  return readAnswer('gateio', 'GET spot/candlesticks', z.array(Candle), answer)
    .map(([time, quoteVolume, close, high, low, open, baseVolume]) => ({
      ...{ openMs: time * 1000, open, high, low, close, baseVolume, quoteVolume },
    }))
    .filter(({ openMs }) => openMs >= fromMs && openMs < toMs);
}

/** Both ends of a stretch of candles, in seconds, both included by the venue; at most `most` of them, the oldest. */
export function candleRange(
  interval: KlineInterval,
  fromMs: number,
  toMs: number,
  most: number,
): readonly (readonly ['from' | 'to', string])[] {
  const stepMs = KLINE_INTERVAL_MS[interval];
  const firstMs = Math.ceil(fromMs / stepMs) * stepMs;
  const lastMs = Math.min(Math.ceil(toMs / stepMs) * stepMs - stepMs, firstMs + (most - 1) * stepMs);
  return [
    ['from', String(firstMs / 1000)],
    ['to', String(lastMs / 1000)],
  ];
}

export function* spotTickers(): Dialogue<readonly Ticker[]> {
  const rows = readAnswer('gateio', 'GET spot/tickers', Tickers, yield publicRead('spot/tickers', 'tickers'));
  return rows.flatMap((row): Ticker[] => {
    const ticker = TickerRow.safeParse(row).data; // a pair without a trade has no last price
    if (ticker === undefined) return [];
    const { currency_pair: symbol, last, highest_bid, lowest_ask, quote_volume } = ticker;
    return [{ symbol, last, bid: touch(highest_bid), ask: touch(lowest_ask), quoteVolume24h: quote_volume ?? null }];
  });
}

/** A best price in a ticker, which is empty where a side of the book is. */
export function touch(price: string | null | undefined): string | null {
  const plain = plainDecimal.safeParse(price).data;
  return plain === undefined || plain === '0' ? null : plain;
}

export function* spotOpenOrders(instrument: TradableInstrument): Dialogue<readonly OrderReport[]> {
  const reports: OrderReport[] = [];
  for (let page = 1; ; page++) {
    const answer = yield privateRead('spot/orders', [
      ['currency_pair', instrument.requestName],
      ['status', 'open'],
      ['page', String(page)],
      ['limit', String(OPEN_PAGE_MAX)],
    ]);
    const rows = readAnswer('gateio', 'GET spot/orders', z.array(SpotOrder), answer);
    reports.push(...rows.map(spotReport));
    if (rows.length < OPEN_PAGE_MAX) return reports;
  }
}

/** The venue's list begins with the newest. */
export function* spotFills(instrument: TradableInstrument, sinceMs: number): Dialogue<readonly Fill[]> {
  const fills: Fill[] = [];
  for (let page = 1; ; page++) {
    const answer = yield privateRead('spot/my_trades', [
      ['currency_pair', instrument.requestName],
      ['limit', String(PAGE_MAX)],
      ['page', String(page)],
      ['from', String(Math.floor(sinceMs / 1000))],
    ]);
    const rows = readAnswer('gateio', 'GET spot/my_trades', z.array(SpotTrade), answer);
    fills.push(...rows.map(spotFill));
    if (rows.length < PAGE_MAX) break;
  }
  return oldestFirst(fills, sinceMs);
}

/** Fills from a moment on, each once, in order of time. */
export function oldestFirst(fills: readonly Fill[], sinceMs: number): Fill[] {
  const byId = new Map(fills.map((fill) => [`${fill.symbol} ${fill.tradeId}`, fill]));
  return [...byId.values()].filter(({ timeMs }) => timeMs >= sinceMs).sort((left, right) => left.timeMs - right.timeMs);
}

export function* spotBalances(): Dialogue<readonly Balance[]> {
  const rows = readAnswer('gateio', 'GET spot/accounts', Accounts, yield privateRead('spot/accounts'));
  return rows.map(({ currency, available, locked }) => ({
    venue: 'gateio',
    asset: canonicalAsset('gateio', currency),
    total: plainText(new Decimal(available).plus(locked)),
    available,
  }));
}

export function* spotFeeTier(instrument: TradableInstrument): Dialogue<FeeTier> {
  const answer = yield privateRead('spot/fee', [['currency_pair', instrument.requestName]]);
  const { maker_fee, taker_fee } = readAnswer('gateio', 'GET spot/fee', Fees, answer);
  return { makerFeeBps: feeBpsOfFraction(maker_fee), takerFeeBps: feeBpsOfFraction(taker_fee) };
}

/**
 * A price at which a quantity can be bought at once, by the book as it is now.
 * @throws VenueRequestError when the book does not hold that much
 */
export function* marketBuyLimit(instrument: TradableInstrument, quantity: string): Dialogue<string> {
  const { asks } = yield* spotBook(instrument, BOOK_LEVELS_MAX);
  let left = new Decimal(quantity);
  for (const [price, held] of asks) {
    left = left.sub(held);
    if (left.lte(0)) return ceilToGrid(new Decimal(price).mul(SLIPPAGE), instrument.rules.tickSize);
  }
  const { symbol } = instrument;
  throw new VenueRequestError('would-not-fill', `gateio: the book of ${symbol} does not hold ${quantity}`, {
    venue: 'gateio',
    symbol,
  });
}
