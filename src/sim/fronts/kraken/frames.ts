import type { SimulatedBook } from '../../market/book.js';
import type { Level } from '../../market/ladder.js';
import type { EngineKline, EngineTrade } from '../../matching/types.js';
import { crc32 } from '../crc32.js';
import { fixedText } from '../decimal-text.js';
import { isoMicroseconds } from '../front.js';
import { averageUnits, type Day } from './day.js';

const CHECKSUM_LEVELS = 10;

export type FrameType = 'snapshot' | 'update';

/** A JSON object of values that are JSON texts already: numbers go out as literals with all their decimals. */
export function object(fields: Readonly<Record<string, string>>): string {
  return `{${Object.entries(fields)
    .map(([name, value]) => `"${name}":${value}`)
    .join(',')}}`;
}

export function price({ instrument }: SimulatedBook, units: number): string {
  return `${units < 0 ? '-' : ''}${fixedText(Math.abs(units), instrument.priceDecimals)}`;
}

export function size({ instrument }: SimulatedBook, units: number): string {
  return fixedText(units, instrument.qtyDecimals);
}

export function time(us: number): string {
  return `"${isoMicroseconds(us)}"`;
}

/** A frame of a public channel. */
export function frame(channel: string, type: FrameType, rows: readonly string[]): string {
  return `{"channel":"${channel}","type":"${type}","data":[${rows.join(',')}]}`;
}

/** The checksum depends on every decimal of the numbers. */
export function bookFrame(
  book: SimulatedBook,
  type: FrameType,
  bids: readonly Level[],
  asks: readonly Level[],
  timeUs: number,
): string {
  const side = (levels: readonly Level[]): string =>
    levels.map(({ priceUnits, qtyUnits }) => `{"price":${price(book, priceUnits)},"qty":${size(book, qtyUnits)}}`).join(',');
  return frame('book', type, [
    `{"symbol":"${book.instrument.symbol}","bids":[${side(bids)}],"asks":[${side(asks)}],` +
      `"checksum":${checksum(book)},"timestamp":${time(timeUs)}}`,
  ]);
}

/** CRC-32 over the ten best asks and bids: each number's digits without point and leading zeros, which are its units. */
function checksum(book: SimulatedBook): number {
  let digits = '';
  for (const side of [book.asks, book.bids]) {
    for (const { priceUnits, qtyUnits } of side.levels().slice(0, CHECKSUM_LEVELS)) digits += `${priceUnits}${qtyUnits}`;
  }
  return crc32(digits);
}

/** A public trade; the side is the taker's. */
export function tradeRow(book: SimulatedBook, trade: Omit<EngineTrade, 'timeUs'>, timeUs: number): string {
  return (
    `{"symbol":"${book.instrument.symbol}","side":"${trade.buyerIsTaker ? 'buy' : 'sell'}",` +
    `"price":${price(book, trade.priceUnits)},"qty":${size(book, trade.qtyUnits)},"ord_type":"limit",` +
    `"trade_id":${trade.id},"timestamp":${time(timeUs)}}`
  );
}

export function tickerRow(book: SimulatedBook, { last24h }: Day, timeUs: number): string {
  const last = book.lastTrade.priceUnits;
  const change = last - last24h.openUnits;
  const bid = book.bids.best();
  const ask = book.asks.best();
  return object({
    symbol: `"${book.instrument.symbol}"`,
    bid: price(book, bid?.priceUnits ?? 0),
    bid_qty: size(book, bid?.qtyUnits ?? 0),
    ask: price(book, ask?.priceUnits ?? 0),
    ask_qty: size(book, ask?.qtyUnits ?? 0),
    last: price(book, last),
    volume: size(book, last24h.qtyUnits),
    vwap: price(book, last24h.averageUnits),
    low: price(book, Math.min(last, last24h.lowUnits)),
    high: price(book, Math.max(last, last24h.highUnits)),
    change: price(book, change),
    change_pct: ((change / last24h.openUnits) * 100).toFixed(2),
    timestamp: time(timeUs),
  });
}

export function candleRow(book: SimulatedBook, kline: EngineKline, minutes: number): string {
  return object({
    symbol: `"${book.instrument.symbol}"`,
    open: price(book, kline.openUnits),
    high: price(book, kline.highUnits),
    low: price(book, kline.lowUnits),
    close: price(book, kline.closeUnits),
    trades: String(kline.trades),
    volume: size(book, kline.qtyUnits),
    vwap: price(book, averageUnits(book, kline.quote, kline.qtyUnits) ?? kline.closeUnits),
    interval_begin: time(kline.openUs),
    interval: String(minutes),
    timestamp: time(kline.openUs + minutes * 60e6),
  });
}
