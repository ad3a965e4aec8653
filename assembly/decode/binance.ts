// Binance spot and USD-M futures: depth diff, partial depth, bookTicker, trade, aggTrade, markPrice, raw or wrapped in
// {"stream","data"}, and the REST depth snapshot. Rules: https://developers.binance.com, "How to manage a local order book".
import {
  BOOK_PHASE, BOOK_PRICE_SCALE, BOOK_QTY_SCALE, BOOK_RULE, BOOK_RULE_REPLACE, BOOK_SEQUENCE, PHASE_FIRST, PHASE_RUNNING,
  PHASE_WAITING, STATUS_BUFFER,
} from '../memory/layout';
import { applyDelta, applySnapshot, gap, stale } from '../book/publish';
import { findSymbol } from '../memory/symbols';
import { askLevels, bidLevels, input, noteMessage, report } from '../memory/thread';
import { commitTrades, listTrade, noteMark, noteTicker, stampUs } from './events';
import {
  at, begin, fail, failed, finished, firstKey, keyOf, nextKey, noteValue, peek, readBool, readText, resumeAt, skipValue, text, textEquals,
  textLength,
} from './json';
import {
  diffAsks, diffBids, diffBook, diffFirst, diffLast, diffPrevious, diffStreamAt, diffTime, readPlainDiff,
} from './binance-diff';
import { beginLevels, readLevelArrays } from './levels';
import { beginNumbers, readCount, readPlain, readUnits } from './number';
import { failedBookFrame, failedEventFrame, otherChannel, unknownFrame, unknownSymbol } from './outcome';

const STREAM = keyOf('stream');
const DATA = keyOf('data');
const EVENT = keyOf('e');
const EVENT_TIME = keyOf('E');
const TRANSACTION_TIME = keyOf('T');
const SYMBOL = keyOf('s');
const FIRST_ID = keyOf('U');
const LAST_ID = keyOf('u');
const PREVIOUS_ID = keyOf('pu');
const BIDS = keyOf('b');
const ASKS = keyOf('a');
const BID_QTY = keyOf('B');
const ASK_QTY = keyOf('A');
const PRICE = keyOf('p');
const QTY = keyOf('q');
const TRADE_ID = keyOf('t');
const BUYER_IS_MAKER = keyOf('m');
const INDEX_PRICE = keyOf('i');
const RATE = keyOf('r');
const SNAPSHOT_ID = keyOf('lastUpdateId');
const SNAPSHOT_BIDS = keyOf('bids');
const SNAPSHOT_ASKS = keyOf('asks');

const DEPTH_UPDATE = keyOf('depthUpdate');
const BOOK_TICKER = keyOf('bookTicker');
const TRADE = keyOf('trade');
const AGGREGATE_TRADE = keyOf('aggTrade');
const MARK_PRICE = keyOf('markPriceUpdate');

// Whole numbers of the frame; ABSENT when it has none, or something else in their place.
const ABSENT: f64 = -1;
let time: f64;
let transactionTime: f64;
let first: f64;
let last: f64;
let previous: f64;
let snapshotId: f64;
// Where the other values stand; 0 when absent. Their meaning depends on the event, which may come last.
let streamAt: usize;
let eventAt: usize;
let bidsAt: usize;
let asksAt: usize;
let bidQtyAt: usize;
let askQtyAt: usize;
let priceAt: usize;
let qtyAt: usize;
let tradeIdAt: usize;
let makerAt: usize;
let indexAt: usize;
let rateAt: usize;
/** Book named by the symbol or the stream, 0 while none is. */
let book: usize;
let named: bool;
let bids: i32;
let asks: i32;
/** Whether the levels were read on the way, their book being known by then. */
let bidsRead: bool;
let asksRead: bool;

function beginFrame(): void {
  time = transactionTime = first = last = previous = snapshotId = ABSENT;
  streamAt = eventAt = bidsAt = asksAt = bidQtyAt = askQtyAt = priceAt = qtyAt = tradeIdAt = makerAt = indexAt = rateAt = book = 0;
  named = bidsRead = asksRead = false;
  bids = asks = 0;
}

/** Notes a value that may come once only. */
// @ts-ignore: decorator
@inline
function once(noted: usize): usize {
  if (noted != 0) fail();
  return noteValue();
}

/** Reads a whole number that may come once only; anything else in its place is passed over, as other events may hold it. */
// @ts-ignore: decorator
@inline
function countOnce(read: f64): f64 {
  if (read != ABSENT) fail();
  if (peek() - 0x30 <= 9) return readCount();
  skipValue();
  return ABSENT;
}

/** Length of the symbol that begins the stream's name, `btcusdt@depth20@100ms`; the name is left in `text`. */
function readStream(): i32 {
  resumeAt(streamAt);
  let length = 0;
  if (readText()) while (length < textLength && load<u8>(text + <usize>length) != 0x40) length++;
  return length;
}

/** Names the book of a frame that has no symbol, by its stream. */
function nameByStream(feed: usize): void {
  if (named || streamAt == 0) return;
  const length = readStream();
  book = findSymbol(feed, text, length);
  named = true;
}

/** Whether the stream is one of whole books: "@depth" and then a digit. */
function isPartialDepth(): bool {
  if (streamAt == 0) return false;
  const length = readStream();
  const suffix = text + <usize>length;
  return textLength - length > 6 && load<u64>(suffix) << 16 == 0x6874706564400000 && <u32>load<u8>(suffix, 6) - 0x30 <= 9;
}

/** Reads a level list at once when its book is known, and otherwise notes where it stands. */
// @ts-ignore: decorator
@inline
function readBids(): void {
  if (bidsAt != 0) fail();
  if (book == 0 || peek() != 0x5b) {
    bidsAt = noteValue();
    return;
  }
  bidsAt = at;
  bids = readLevelArrays(bidLevels, load<i32>(book, BOOK_PRICE_SCALE), load<i32>(book, BOOK_QTY_SCALE));
  bidsRead = true;
}

// @ts-ignore: decorator
@inline
function readAsks(): void {
  if (asksAt != 0) fail();
  if (book == 0 || peek() != 0x5b) {
    asksAt = noteValue();
    return;
  }
  asksAt = at;
  asks = readLevelArrays(askLevels, load<i32>(book, BOOK_PRICE_SCALE), load<i32>(book, BOOK_QTY_SCALE));
  asksRead = true;
}

/** Reads the members of the event, or of the wrapper and then those of the event in it. */
function readMembers(feed: usize, wrapped: bool): void {
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == BIDS || key == SNAPSHOT_BIDS) readBids();
    else if (key == ASKS || key == SNAPSHOT_ASKS) readAsks();
    else if (key == EVENT) eventAt = once(eventAt);
    else if (key == EVENT_TIME) time = countOnce(time);
    else if (key == TRANSACTION_TIME) transactionTime = countOnce(transactionTime);
    else if (key == SYMBOL) {
      if (named) fail();
      if (readText()) book = findSymbol(feed, text, textLength);
      named = true;
    } else if (key == FIRST_ID) first = countOnce(first);
    else if (key == LAST_ID) last = countOnce(last);
    else if (key == PREVIOUS_ID) previous = countOnce(previous);
    else if (key == BID_QTY) bidQtyAt = once(bidQtyAt);
    else if (key == ASK_QTY) askQtyAt = once(askQtyAt);
    else if (key == PRICE) priceAt = once(priceAt);
    else if (key == QTY) qtyAt = once(qtyAt);
    else if (key == TRADE_ID) tradeIdAt = once(tradeIdAt);
    else if (key == BUYER_IS_MAKER) makerAt = once(makerAt);
    else if (key == INDEX_PRICE) indexAt = once(indexAt);
    else if (key == RATE) rateAt = once(rateAt);
    else if (key == SNAPSHOT_ID) snapshotId = countOnce(snapshotId);
    else if (!wrapped && key == STREAM) streamAt = once(streamAt);
    else if (!wrapped && key == DATA && peek() == 0x7b) readMembers(feed, true);
    else skipValue();
  }
}

/** Reads the count noted at `where`; fails when there is none. */
// @ts-ignore: decorator
@inline
function countAt(where: usize): f64 {
  if (where == 0) {
    fail();
    return 0;
  }
  resumeAt(where);
  return readCount();
}

// @ts-ignore: decorator
@inline
function unitsAt(where: usize, scale: i32): f64 {
  if (where == 0) {
    fail();
    return 0;
  }
  resumeAt(where);
  return readUnits(scale);
}

// @ts-ignore: decorator
@inline
function plainAt(where: usize): f64 {
  if (where == 0) return NaN;
  resumeAt(where);
  return readPlain();
}

/** Reads the level lists that were only noted. */
function readNotedLevels(): void {
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  if (bidsAt == 0 || asksAt == 0) fail();
  if (!bidsRead && !failed) {
    resumeAt(bidsAt);
    bids = readLevelArrays(bidLevels, priceScale, qtyScale);
  }
  if (!asksRead && !failed) {
    resumeAt(asksAt);
    asks = readLevelArrays(askLevels, priceScale, qtyScale);
  }
}

/** The event's time in microseconds; 0 when it has none. */
// @ts-ignore: decorator
@inline
function exchangeTime(): f64 {
  return time == ABSENT ? 0 : stampUs(time);
}

function readDiff(feed: usize, futures: bool): i32 {
  const exchangeUs = exchangeTime();
  readNotedLevels();
  if (failed || first == ABSENT || first > last || (futures && previous == ABSENT)) return failedBookFrame(feed, book);
  noteMessage(first, last, bids + asks);
  // Partial depth of futures is shaped like a diff; a raw stream of it tells nothing, and the book's rule decides.
  const replaces = load<i32>(book, BOOK_RULE) == BOOK_RULE_REPLACE;
  if (replaces ? !futures : isPartialDepth()) return otherChannel(book);
  if (replaces) return applySnapshot(book, bids, asks, last, exchangeUs, PHASE_RUNNING);

  const phase = load<i32>(book, BOOK_PHASE);
  const held = load<f64>(book, BOOK_SEQUENCE);
  if (phase == PHASE_WAITING) return report(book, STATUS_BUFFER);
  if (!futures) {
    if (last <= held) return stale(book);
    if (first > held + 1) return gap(book);
  } else if (phase == PHASE_FIRST) {
    if (last < held) return stale(book);
    if (first > held && previous != held) return gap(book);
  } else if (previous != held) {
    return last <= held ? stale(book) : gap(book);
  }
  return applyDelta(book, bids, asks, last, exchangeUs);
}

/** Goes on with what `readPlainDiff` has read. */
function applyPlainDiff(feed: usize, futures: bool): i32 {
  book = diffBook;
  streamAt = diffStreamAt;
  time = diffTime;
  first = diffFirst;
  last = diffLast;
  previous = diffPrevious;
  bids = diffBids;
  asks = diffAsks;
  bidsAt = asksAt = at;
  bidsRead = asksRead = true;
  return readDiff(feed, futures);
}

/** A partial depth frame of spot, or a REST snapshot: a whole book, and no event name. */
function readWhole(feed: usize, phase: i32): i32 {
  readNotedLevels();
  if (failed) return failedBookFrame(feed, book);
  noteMessage(snapshotId, snapshotId, bids + asks);
  if (phase == PHASE_RUNNING && load<i32>(book, BOOK_RULE) != BOOK_RULE_REPLACE) return otherChannel(book);
  return applySnapshot(book, bids, asks, snapshotId, exchangeTime(), phase);
}

function readTicker(feed: usize): i32 {
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  const bidPrice = unitsAt(bidsAt, priceScale);
  const bidQty = unitsAt(bidQtyAt, qtyScale);
  const askPrice = unitsAt(asksAt, priceScale);
  const askQty = unitsAt(askQtyAt, qtyScale);
  if (failed || last == ABSENT) return failedEventFrame(feed);
  return noteTicker(book, bidPrice, bidQty, askPrice, askQty, last);
}

function readTrade(feed: usize, idAt: usize): i32 {
  const price = unitsAt(priceAt, load<i32>(book, BOOK_PRICE_SCALE));
  const qty = unitsAt(qtyAt, load<i32>(book, BOOK_QTY_SCALE));
  const id = countAt(idAt);
  if (makerAt == 0) fail();
  else resumeAt(makerAt);
  // The buyer was the maker: the taker sold.
  const side: f64 = readBool() ? -1 : 1;
  if (failed || transactionTime == ABSENT || !listTrade(book, price, qty, id, stampUs(transactionTime), side)) return failedEventFrame(feed);
  return commitTrades();
}

function readMark(feed: usize): i32 {
  const mark = plainAt(priceAt);
  const index = plainAt(indexAt);
  const rate = plainAt(rateAt);
  const nextUs: f64 = transactionTime == ABSENT ? NaN : stampUs(transactionTime);
  if (failed) return failedEventFrame(feed);
  return noteMark(book, mark, index, rate, nextUs);
}

/** Reads one frame of a stream, which ends at `end`. */
export function decodeBinance(feed: usize, end: usize, futures: bool): i32 {
  if (readPlainDiff(feed, at, end)) return applyPlainDiff(feed, futures);
  begin(input);
  beginNumbers();
  beginLevels();
  beginFrame();
  if (peek() != 0x7b) return unknownFrame(feed);
  readMembers(feed, false);
  const whole = finished(end);
  if (eventAt != 0) {
    resumeAt(eventAt);
    if (!readText()) return failedBookFrame(feed, book);
  } else if (snapshotId != ABSENT) {
    nameByStream(feed);
    if (!whole) return failedBookFrame(feed, book);
    return book == 0 ? unknownSymbol(feed) : readWhole(feed, PHASE_RUNNING);
  } else if (!whole) {
    return failedBookFrame(feed, book);
  } else if (last == ABSENT || bidQtyAt == 0 || askQtyAt == 0) {
    return unknownFrame(feed);
  } else {
    return book == 0 ? unknownSymbol(feed) : readTicker(feed); // spot's bookTicker has no event name
  }
  const depth = textEquals(DEPTH_UPDATE);
  if (!whole) return depth ? failedBookFrame(feed, book) : failedEventFrame(feed);
  const ticker = textEquals(BOOK_TICKER);
  const trade = textEquals(TRADE);
  const aggregate = textEquals(AGGREGATE_TRADE);
  const mark = textEquals(MARK_PRICE);
  if (!(depth || ticker || trade || aggregate || mark)) return unknownFrame(feed);
  if (book == 0) return unknownSymbol(feed);
  if (depth) return readDiff(feed, futures);
  if (ticker) return readTicker(feed);
  if (mark) return readMark(feed);
  return readTrade(feed, trade ? tradeIdAt : asksAt);
}

/** Reads a REST depth answer into `target`. */
export function decodeBinanceSnapshot(feed: usize, target: usize, end: usize): i32 {
  beginFrame();
  book = target;
  named = true;
  readMembers(feed, true);
  if (!finished(end) || snapshotId == ABSENT) return failedBookFrame(feed, target);
  return readWhole(feed, PHASE_FIRST);
}
