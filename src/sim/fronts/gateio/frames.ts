import type { Market } from '../../../domain/venue.js';
import type { BookBatch, SimulatedBook } from '../../market/book.js';
import type { DepthChanges } from '../../market/depth-view.js';
import type { Level } from '../../market/ladder.js';
import { trimmedText } from '../decimal-text.js';

/** How a book's numbers are written: futures sizes are whole contracts, as numbers or, on request, as decimal strings. */
export interface NumberStyle {
  readonly sizesAsText: boolean;
}

/** Price as the shortest decimal. */
export function price(book: SimulatedBook, units: number): string {
  return trimmedText(units, book.instrument.priceDecimals);
}

/** Size as JSON: a string on spot, contracts on futures. */
function size(book: SimulatedBook, units: number, { sizesAsText }: NumberStyle): string {
  const { market, qtyDecimals } = book.instrument;
  return market === 'spot' || sizesAsText ? `"${trimmedText(units, qtyDecimals)}"` : String(units);
}

/** Levels as `["price","size"]` on spot and `{"p":"price","s":contracts}` on futures. */
export function rows(book: SimulatedBook, levels: readonly Level[], style: NumberStyle): string {
  let text = '';
  for (const { priceUnits, qtyUnits } of levels) {
    const row =
      book.instrument.market === 'spot'
        ? `["${price(book, priceUnits)}",${size(book, qtyUnits, style)}]`
        : `{"p":"${price(book, priceUnits)}","s":${size(book, qtyUnits, style)}}`;
    text += text === '' ? row : `,${row}`;
  }
  return `[${text}]`;
}

/** Levels as arrays of strings, which obu has on both markets. */
function textRows(book: SimulatedBook, levels: readonly Level[]): string {
  const { qtyDecimals } = book.instrument;
  return `[${levels.map((row) => `["${price(book, row.priceUnits)}","${trimmedText(row.qtyUnits, qtyDecimals)}"]`).join(',')}]`;
}

/** A frame of a channel. */
export function push(market: Market, channel: string, timeUs: number, result: string, event = 'update'): string {
  const ms = Math.floor(timeUs / 1000);
  return `{"time":${Math.floor(ms / 1000)},"time_ms":${ms},"channel":"${market}.${channel}","event":"${event}","result":${result}}`;
}

/** A delta of `order_book_update`. */
export function orderBookUpdate(
  book: SimulatedBook,
  batch: BookBatch,
  changes: DepthChanges,
  level: number,
  style: NumberStyle,
): string {
  const ms = Math.floor(batch.timeUs / 1000);
  const kind = book.instrument.market === 'spot' ? `"e":"depthUpdate","E":${Math.floor(ms / 1000)},` : '';
  const { symbol } = book.instrument;
  const result =
    `{"t":${ms},${kind}"s":"${symbol}","U":${batch.firstId},"u":${batch.lastId},"b":${rows(book, changes.bids, style)},` +
    `"a":${rows(book, changes.asks, style)},"l":"${level}"}`;
  return push(book.instrument.market, 'order_book_update', batch.timeUs, result);
}

/** A push of `order_book`: the whole top of the book. */
export function orderBook(book: SimulatedBook, batch: BookBatch, level: number, style: NumberStyle): string {
  const ms = Math.floor(batch.timeUs / 1000);
  const { symbol, market } = book.instrument;
  const bids = rows(book, book.bids.levels().slice(0, level), style);
  const asks = rows(book, book.asks.levels().slice(0, level), style);
  if (market === 'spot') {
    const result = `{"t":${ms},"lastUpdateId":${batch.lastId},"s":"${symbol}","l":"${level}","bids":${bids},"asks":${asks}}`;
    return push(book.instrument.market, 'order_book', batch.timeUs, result);
  }
  const result = `{"t":${ms},"contract":"${symbol}","id":${batch.lastId},"asks":${asks},"bids":${bids},"l":"${level}"}`;
  return push(book.instrument.market, 'order_book', batch.timeUs, result, 'all');
}

/** The frame with which a subscription to `obu` begins. */
export function obuFull(book: SimulatedBook, level: number): string {
  const bids = textRows(book, book.bids.levels().slice(0, level));
  const asks = textRows(book, book.asks.levels().slice(0, level));
  const ms = Math.floor(book.timeUs / 1000);
  return obuPush(
    book,
    `{"t":${ms},"full":true,"s":"ob.${book.instrument.symbol}.${level}","u":${book.lastId},"b":${bids},"a":${asks}}`,
    ms,
  );
}

/** A delta of `obu`; one without changes has neither `b` nor `a`. */
export function obuDelta(book: SimulatedBook, batch: BookBatch, { bids, asks }: DepthChanges, level: number): string {
  const ms = Math.floor(batch.timeUs / 1000);
  const levels = bids.length + asks.length === 0 ? '' : `,"b":${textRows(book, bids)},"a":${textRows(book, asks)}`;
  return obuPush(
    book,
    `{"t":${ms},"s":"ob.${book.instrument.symbol}.${level}","U":${batch.firstId},"u":${batch.lastId}${levels}}`,
    ms,
  );
}

/** Spot frames of obu carry neither `time` nor `event`; futures frames carry both. */
function obuPush(book: SimulatedBook, result: string, ms: number): string {
  if (book.instrument.market === 'futures') return push(book.instrument.market, 'obu', ms * 1000, result);
  return `{"channel":"spot.obu","result":${result},"time_ms":${ms}}`;
}

/** A push of `book_ticker`. */
export function bookTicker(book: SimulatedBook, batch: BookBatch, style: NumberStyle): string {
  const bid = book.bids.best();
  const ask = book.asks.best();
  const result =
    `{"t":${Math.floor(batch.timeUs / 1000)},"u":${batch.lastId},"s":"${book.instrument.symbol}",` +
    `"b":"${price(book, bid?.priceUnits ?? 0)}","B":${size(book, bid?.qtyUnits ?? 0, style)},` +
    `"a":"${price(book, ask?.priceUnits ?? 0)}","A":${size(book, ask?.qtyUnits ?? 0, style)}}`;
  return push(book.instrument.market, 'book_ticker', batch.timeUs, result);
}

/** A push of `trades`; null when nobody traded. Futures sizes are negative when the taker sold. */
export function trades(book: SimulatedBook, { trade, timeUs }: BookBatch, { sizesAsText }: NumberStyle): string | null {
  if (trade === null) return null;
  const { symbol, market, qtyDecimals } = book.instrument;
  const ms = Math.floor(timeUs / 1000);
  const seconds = Math.floor(ms / 1000);
  const at = price(book, trade.priceUnits);
  if (market === 'spot') {
    const result =
      `{"id":${trade.id},"id_market":${trade.id},"create_time":${seconds},"create_time_ms":"${ms}.${String(Math.floor(timeUs) % 1000).padStart(3, '0')}",` +
      `"side":"${trade.buyerIsTaker ? 'buy' : 'sell'}","currency_pair":"${symbol}","amount":"${trimmedText(trade.qtyUnits, qtyDecimals)}",` +
      `"price":"${at}","range":"${trade.id}-${trade.id}"}`;
    return push(book.instrument.market, 'trades', timeUs, result);
  }
  const signed = trade.buyerIsTaker ? trade.qtyUnits : -trade.qtyUnits;
  const result =
    `[{"size":${sizesAsText ? `"${signed}"` : signed},"id":${trade.id},"create_time":${seconds},"create_time_ms":${ms},"price":"${at}",` +
    `"contract":"${symbol}","is_internal":false}]`;
  return push(book.instrument.market, 'trades', timeUs, result);
}
