// Frames that change no book: trades, the venue's own top of book, marks and funding. The book's header keeps the last one and
// the sums; a trade is also written to the thread's event list, for whoever must see each of them. What readers copy with the book
// (trades, marks, funding) is written under its lock and makes a new version of it.
import {
  BOOK_FUNDING_RATE, BOOK_INDEX_PRICE, BOOK_MARKS, BOOK_MARK_PRICE, BOOK_NEXT_FUNDING_US, BOOK_TICKERS, BOOK_TICKER_ASK_PRICE,
  BOOK_TICKER_ASK_QTY, BOOK_TICKER_BID_PRICE, BOOK_TICKER_BID_QTY, BOOK_TICKER_SEQUENCE, BOOK_TRADES, BOOK_TRADE_BUY_QTY,
  BOOK_TRADE_PRICE, BOOK_TRADE_QTY, BOOK_TRADE_SELL_QTY, BOOK_TRADE_US, EVENT_BOOK, EVENT_ID, EVENT_PRICE, EVENT_QTY, EVENT_SIDE, EVENT_US,
  STATUS_EVENT,
} from '../memory/layout';
import { count } from '../memory/counters';
import { beginWrite, endWrite } from '../memory/seqlock';
import { markDirty } from '../book/publish';
import { traded } from '../signals/signals';
import { eventAt, eventCount, nextEvent, report } from '../memory/thread';

/**
 * Lists one trade of the frame being read; `commitTrades` books it once the frame has proved valid.
 * @param id 0 when the venue's id is no whole number within 2^53
 * @param side 1 when the taker bought, -1 when it sold, 0 when the venue does not say
 * @returns false when the list is full
 */
export function listTrade(book: usize, price: f64, qty: f64, id: f64, tsUs: f64, side: f64): bool {
  const event = nextEvent();
  if (event == 0) return false;
  store<f64>(event, price, EVENT_PRICE);
  store<f64>(event, qty, EVENT_QTY);
  store<f64>(event, id, EVENT_ID);
  store<f64>(event, tsUs, EVENT_US);
  store<f64>(event, side, EVENT_SIDE);
  store<u32>(event, <u32>book, EVENT_BOOK);
  return true;
}

/** Books the listed trades in their books' headers; several of one book in a row make one result, and one version of the book. */
export function commitTrades(): i32 {
  const listed = eventCount();
  let previous: usize = 0;
  for (let i = 0; i < listed; i++) {
    const event = eventAt(i);
    const book = <usize>load<u32>(event, EVENT_BOOK);
    const qty = load<f64>(event, EVENT_QTY);
    const side = load<f64>(event, EVENT_SIDE);
    if (book != previous) {
      if (previous != 0) publishEvent(previous);
      report(book, STATUS_EVENT);
      beginWrite(book);
      previous = book;
    }
    count(book + BOOK_TRADES);
    store<f64>(book, load<f64>(event, EVENT_PRICE), BOOK_TRADE_PRICE);
    store<f64>(book, qty, BOOK_TRADE_QTY);
    store<f64>(book, load<f64>(event, EVENT_US), BOOK_TRADE_US);
    if (side > 0) count(book + BOOK_TRADE_BUY_QTY, qty);
    else if (side < 0) count(book + BOOK_TRADE_SELL_QTY, qty);
    traded(book, qty, side);
  }
  if (previous != 0) publishEvent(previous);
  return STATUS_EVENT;
}

/** Releases a book in whose header an event was noted, and tells the engine. */
// @ts-ignore: decorator
@inline
function publishEvent(book: usize): void {
  endWrite(book);
  markDirty(book);
}

/** Notes the venue's own best bid and ask; a side it leaves empty is 0. */
export function noteTicker(book: usize, bidPrice: f64, bidQty: f64, askPrice: f64, askQty: f64, sequence: f64): i32 {
  store<f64>(book, bidPrice, BOOK_TICKER_BID_PRICE);
  store<f64>(book, bidQty, BOOK_TICKER_BID_QTY);
  store<f64>(book, askPrice, BOOK_TICKER_ASK_PRICE);
  store<f64>(book, askQty, BOOK_TICKER_ASK_QTY);
  store<f64>(book, sequence, BOOK_TICKER_SEQUENCE);
  count(book + BOOK_TICKERS);
  return report(book, STATUS_EVENT);
}

/** Notes marks and funding of a derivative; NaN leaves a figure as it was. */
export function noteMark(book: usize, markPrice: f64, indexPrice: f64, fundingRate: f64, nextFundingUs: f64): i32 {
  beginWrite(book);
  if (markPrice == markPrice) store<f64>(book, markPrice, BOOK_MARK_PRICE);
  if (indexPrice == indexPrice) store<f64>(book, indexPrice, BOOK_INDEX_PRICE);
  if (fundingRate == fundingRate) store<f64>(book, fundingRate, BOOK_FUNDING_RATE);
  if (nextFundingUs == nextFundingUs) store<f64>(book, nextFundingUs, BOOK_NEXT_FUNDING_US);
  count(book + BOOK_MARKS);
  publishEvent(book);
  return report(book, STATUS_EVENT);
}

/** A venue's stamp in milliseconds, or in microseconds where it sends those, as microseconds. */
// @ts-ignore: decorator
@inline
export function stampUs(stamp: f64): f64 {
  return stamp < 1e14 ? stamp * 1000 : stamp;
}
