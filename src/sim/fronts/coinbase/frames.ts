import type { BookBatch, SimulatedBook, Trade } from '../../market/book.js';
import type { Level } from '../../market/ladder.js';
import { fixedText } from '../decimal-text.js';
import { isoMicroseconds } from '../front.js';
import type { Day } from './day.js';

const SIZE_DECIMALS = 8;

/** The product's id. */
export function id(book: SimulatedBook): string {
  return book.instrument.symbol;
}

/** A price with all its digits. */
export function price(book: SimulatedBook, units: number): string {
  return fixedText(units, book.instrument.priceDecimals);
}

/** A quantity with eight decimals. */
export function size(book: SimulatedBook, units: number): string {
  const { qtyDecimals } = book.instrument;
  const text = fixedText(units, qtyDecimals);
  return `${text}${qtyDecimals === 0 ? '.' : ''}${'0'.repeat(SIZE_DECIMALS - qtyDecimals)}`;
}

/** The whole book, as a subscription to level2 begins. */
export function snapshot(book: SimulatedBook): string {
  const side = (levels: readonly Level[]): string =>
    `[${levels.map((row) => `["${price(book, row.priceUnits)}","${size(book, row.qtyUnits)}"]`).join(',')}]`;
  return (
    `{"type":"snapshot","product_id":"${id(book)}","asks":${side(book.asks.levels())},"bids":${side(book.bids.levels())},` +
    `"time":"${isoMicroseconds(book.timeUs)}"}`
  );
}

/** The changes of one update. */
export function l2update(book: SimulatedBook, batch: BookBatch): string {
  let changes = '';
  for (const row of batch.bids)
    changes += `${changes === '' ? '' : ','}["buy","${price(book, row.priceUnits)}","${size(book, row.qtyUnits)}"]`;
  for (const row of batch.asks)
    changes += `${changes === '' ? '' : ','}["sell","${price(book, row.priceUnits)}","${size(book, row.qtyUnits)}"]`;
  return `{"type":"l2update","product_id":"${id(book)}","changes":[${changes}],"time":"${isoMicroseconds(batch.timeUs)}"}`;
}

/** The order of somebody else in a trade. */
export function strangerId(role: 'maker' | 'taker', tradeId: number): string {
  return `00000000-0000-4000-800${role === 'maker' ? 0 : 1}-${tradeId.toString(16).padStart(12, '0')}`;
}

/** A trade; `side` is the side of the maker. */
export function match(book: SimulatedBook, trade: Trade, timeUs: number, type: 'match' | 'last_match'): string {
  return (
    `{"type":"${type}","trade_id":${trade.id},"maker_order_id":"${strangerId('maker', trade.id)}","taker_order_id":"${strangerId('taker', trade.id)}",` +
    `"side":"${trade.buyerIsTaker ? 'sell' : 'buy'}","size":"${size(book, trade.qtyUnits)}","price":"${price(book, trade.priceUnits)}",` +
    `"product_id":"${id(book)}","sequence":${book.lastId},"time":"${isoMicroseconds(timeUs)}"}`
  );
}

/** The last trade, the touch and the last day; `side` is the side of the taker. */
export function ticker(book: SimulatedBook, trade: Trade, timeUs: number, day: Day): string {
  const last = price(book, trade.priceUnits);
  const bid = book.bids.best();
  const ask = book.asks.best();
  return (
    `{"type":"ticker","sequence":${book.lastId},"product_id":"${id(book)}","price":"${last}",` +
    `"open_24h":"${price(book, day.openUnits)}","volume_24h":"${size(book, day.qtyUnits)}","low_24h":"${price(book, day.lowUnits)}",` +
    `"high_24h":"${price(book, day.highUnits)}","volume_30d":"${size(book, day.monthQtyUnits)}",` +
    `"best_bid":"${price(book, bid?.priceUnits ?? 0)}",` +
    `"best_bid_size":"${size(book, bid?.qtyUnits ?? 0)}","best_ask":"${price(book, ask?.priceUnits ?? 0)}","best_ask_size":"${size(book, ask?.qtyUnits ?? 0)}",` +
    `"side":"${trade.buyerIsTaker ? 'buy' : 'sell'}","time":"${isoMicroseconds(timeUs)}","trade_id":${trade.id},"last_size":"${size(book, trade.qtyUnits)}"}`
  );
}

/** The answer of `GET /products/{id}/book`: rows of price, size and number of orders. */
export function productBook(book: SimulatedBook, depth: number, timeUs: number): string {
  const side = (levels: readonly Level[]): string =>
    `[${levels
      .slice(0, depth)
      .map((row) => `["${price(book, row.priceUnits)}","${size(book, row.qtyUnits)}",${1 + (row.qtyUnits % 3)}]`)
      .join(',')}]`;
  return (
    `{"bids":${side(book.bids.levels())},"asks":${side(book.asks.levels())},"sequence":${book.lastId},"auction_mode":false,` +
    `"auction":null,"time":"${isoMicroseconds(timeUs)}"}`
  );
}
