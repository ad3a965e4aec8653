import { z } from 'zod';
import type { Balance, FeeTier } from '../../domain/account.js';
import { VenueProtocolError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { Kline, KlineInterval, OrderBookSnapshot, Ticker } from '../../domain/market-data.js';
import type { Fill, OrderReport } from '../../domain/order.js';
import { plainDecimal, readAnswer } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import { feeBpsOfFraction } from '../metadata.js';
import type { Dialogue } from '../trading.js';
import { privateRead, publicRead } from './calls.js';
import { FuturesOrder, FuturesTrade, futuresFill, futuresReport } from './futures-orders.js';
import { candleRange, oldestFirst, PAGE_MAX, touch } from './spot-reads.js';

export const FUTURES_KLINES_MAX = 1_999;
const BOOK_LEVELS_MAX = 100;
const OPEN_PAGE_MAX = 100;

const Level = z.object({ p: plainDecimal, s: plainDecimal });
const Book = z.object({ id: z.number().nullish(), asks: z.array(Level), bids: z.array(Level) });
const Candle = z.object({
  t: z.coerce.number(),
  o: plainDecimal,
  h: plainDecimal,
  l: plainDecimal,
  c: plainDecimal,
  sum: plainDecimal.nullish(),
});
const TickerRow = z.object({
  contract: z.string(),
  last: plainDecimal,
  lowest_ask: z.string().nullish(),
  highest_bid: z.string().nullish(),
  volume_24h_quote: plainDecimal.nullish(),
});
const Account = z.object({ currency: z.string().min(1), total: plainDecimal, available: plainDecimal });
const Fees = z.record(z.string(), z.object({ maker_fee: plainDecimal, taker_fee: plainDecimal }));

export const FUTURES_ROOT = 'futures/usdt';

export function* futuresBook({ symbol }: TradableInstrument, levels: number): Dialogue<OrderBookSnapshot> {
  const answer = yield publicRead(`${FUTURES_ROOT}/order_book`, 'book', [
    ['contract', symbol],
    ['interval', '0'],
    ['limit', String(Math.min(levels, BOOK_LEVELS_MAX))],
    ['with_id', 'true'],
  ]);
  const { id, asks, bids } = readAnswer('gateio', 'GET futures order_book', Book, answer);
  const plain = (rows: typeof asks): OrderBookSnapshot['asks'] => rows.map(({ p, s }) => [p, s]);
  return { symbol, sequence: id ?? null, bids: plain(bids), asks: plain(asks) };
}

export function* futuresKlines(
  { symbol }: TradableInstrument,
  interval: KlineInterval,
  fromMs: number,
  toMs: number,
): Dialogue<readonly Kline[]> {
  const answer = yield publicRead(`${FUTURES_ROOT}/candlesticks`, 'klines', [
    ['contract', symbol],
    ['interval', interval],
    ...candleRange(interval, fromMs, toMs, FUTURES_KLINES_MAX),
  ]);
  return readAnswer('gateio', 'GET futures candlesticks', z.array(Candle), answer)
    .map(({ t, o, h, l, c, sum }) => ({
      // Volumes are in contracts; only their value is the same everywhere.
      ...{ openMs: t * 1000, open: o, high: h, low: l, close: c, baseVolume: null, quoteVolume: sum ?? null },
    }))
    .filter(({ openMs }) => openMs >= fromMs && openMs < toMs);
}

export function* futuresTickers(): Dialogue<readonly Ticker[]> {
  const rows = readAnswer(
    'gateio',
    'GET futures tickers',
    z.array(z.unknown()),
    yield publicRead(`${FUTURES_ROOT}/tickers`, 'tickers'),
  );
  return rows.flatMap((row): Ticker[] => {
    const ticker = TickerRow.safeParse(row).data;
    if (ticker === undefined) return [];
    const { contract: symbol, last, highest_bid, lowest_ask, volume_24h_quote } = ticker;
    return [{ symbol, last, bid: touch(highest_bid), ask: touch(lowest_ask), quoteVolume24h: volume_24h_quote ?? null }];
  });
}

/** @param instrument null for all contracts */
export function* futuresOpenOrders(instrument: TradableInstrument | null): Dialogue<readonly OrderReport[]> {
  const reports: OrderReport[] = [];
  for (let offset = 0; ; offset += OPEN_PAGE_MAX) {
    const answer = yield privateRead(`${FUTURES_ROOT}/orders`, [
      ...(instrument === null ? [] : [['contract', instrument.requestName] as const]),
      ['status', 'open'],
      ['limit', String(OPEN_PAGE_MAX)],
      ['offset', String(offset)],
    ]);
    const rows = readAnswer('gateio', 'GET futures orders', z.array(FuturesOrder), answer);
    reports.push(...rows.map(futuresReport));
    if (rows.length < OPEN_PAGE_MAX) return reports;
  }
}

/** The venue's list begins with the newest. */
export function* futuresFills(instrument: TradableInstrument, sinceMs: number): Dialogue<readonly Fill[]> {
  const fills: Fill[] = [];
  for (let offset = 0; ; offset += PAGE_MAX) {
    const answer = yield privateRead(`${FUTURES_ROOT}/my_trades_timerange`, [
      ['contract', instrument.requestName],
      ['from', String(Math.floor(sinceMs / 1000))],
      ['limit', String(PAGE_MAX)],
      ['offset', String(offset)],
    ]);
    // The list by time calls a fill's id otherwise than the list without.
    const rows = readAnswer('gateio', 'GET futures my_trades_timerange', z.array(z.record(z.string(), z.unknown())), answer);
    fills.push(
      ...rows.map((row) =>
        futuresFill(readAnswer('gateio', 'a futures fill', FuturesTrade, { ...row, id: row['id'] ?? row['trade_id'] })),
      ),
    );
    if (rows.length < PAGE_MAX) break;
  }
  return oldestFirst(fills, sinceMs);
}

export function* futuresBalances(): Dialogue<readonly Balance[]> {
  const { currency, total, available } = readAnswer(
    'gateio',
    'GET futures accounts',
    Account,
    yield privateRead(`${FUTURES_ROOT}/accounts`),
  );
  return [{ venue: 'gateio', asset: canonicalAsset('gateio', currency), total, available }];
}

export function* futuresFeeTier({ requestName, symbol }: TradableInstrument): Dialogue<FeeTier> {
  const answer = yield privateRead(`${FUTURES_ROOT}/fee`, [['contract', requestName]]);
  const fees = readAnswer('gateio', 'GET futures fee', Fees, answer)[requestName];
  if (fees === undefined) throw new VenueProtocolError(`gateio: no fees of ${symbol}`, { venue: 'gateio', symbol });
  return { makerFeeBps: feeBpsOfFraction(fees.maker_fee), takerFeeBps: feeBpsOfFraction(fees.taker_fee) };
}
