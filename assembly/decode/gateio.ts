// Gate.io spot and USDT futures: order_book_update, obu, order_book, book_ticker, trades, the marks of futures, and the REST
// snapshot. Futures sizes are contracts, as numbers or texts; their levels are objects, except those of obu.
import {
  BOOK_PHASE, BOOK_PRICE_SCALE, BOOK_QTY_SCALE, BOOK_RULE, BOOK_RULE_REPLACE, BOOK_SEQUENCE, PHASE_FIRST, PHASE_RUNNING,
  PHASE_WAITING, STATUS_BUFFER,
} from '../memory/layout';
import { applyDelta, applySnapshot, gap, stale } from '../book/publish';
import { findSymbol } from '../memory/symbols';
import { askLevels, bidLevels, noteMessage, report } from '../memory/thread';
import { noteTicker, stampUs } from './events';
import { readGateMarks } from './gateio-marks';
import { readGateTrades } from './gateio-trades';
import {
  at, fail, failed, finished, firstKey, keyOf, nextKey, peek, readBool, readText, resumeAt, skipValue, text, textEquals,
  textLength,
} from './json';
import { readLevelArrays } from './levels';
import { countOnce, maybeUnitsAt, once, passValue } from './noted';
import { readCount } from './number';
import { failedBookFrame, failedEventFrame, malformedFrame, otherChannel, unknownFrame, unknownSymbol } from './outcome';
import { readPriceSizeObjects } from './venue-levels';

const CHANNEL = keyOf('channel');
const EVENT = keyOf('event');
const RESULT = keyOf('result');
const TIME = keyOf('t');
const SYMBOL = keyOf('s');
const CONTRACT = keyOf('contract');
const FULL = keyOf('full');
const FIRST_ID = keyOf('U');
const LAST_ID = keyOf('u');
const BIDS = keyOf('b');
const ASKS = keyOf('a');
const BID_QTY = keyOf('B');
const ASK_QTY = keyOf('A');
const WHOLE_ID = keyOf('id');
const SPOT_WHOLE_ID = keyOf('lastUpdateId');
const WHOLE_BIDS = keyOf('bids');
const WHOLE_ASKS = keyOf('asks');

const SPOT_UPDATE = keyOf('spot.order_book_update');
const SPOT_OBU = keyOf('spot.obu');
const SPOT_WHOLE = keyOf('spot.order_book');
const SPOT_TICKER = keyOf('spot.book_ticker');
const SPOT_TRADES = keyOf('spot.trades');
const FUTURES_UPDATE = keyOf('futures.order_book_update');
const FUTURES_OBU = keyOf('futures.obu');
const FUTURES_WHOLE = keyOf('futures.order_book');
const FUTURES_TICKER = keyOf('futures.book_ticker');
const FUTURES_TRADES = keyOf('futures.trades');
const FUTURES_MARKS = keyOf('futures.tickers');

const PUSH = keyOf('update');
const PUSH_WHOLE = keyOf('all');

const KIND_UNTOLD = 0;
const KIND_OTHER = 1;
const KIND_UPDATE = 2;
const KIND_OBU = 3;
const KIND_WHOLE = 4;
const KIND_TICKER = 5;
const KIND_TRADES = 6;
const KIND_MARKS = 7;

const EVENT_UNTOLD = 0;
const EVENT_OTHER = 1;
const EVENT_UPDATE = 2;
const EVENT_ALL = 3;

let kind: i32;
let event: i32;
let book: usize;
let named: bool;
/** Whether the name was that of a stream ("ob.BTC_USDT.50"), as on obu. */
let streamNamed: bool;
let full: bool;
let exchangeUs: f64;
/** Ids of the frame; -1 when absent. */
let firstId: f64;
let lastId: f64;
let wholeId: f64;
let bids: i32;
let asks: i32;
let bidsRead: bool;
let asksRead: bool;
// Where the values of the frame stand; 0 when absent.
let resultAt: usize;
let bidsAt: usize;
let asksAt: usize;
let bidQtyAt: usize;
let askQtyAt: usize;

function beginFrame(): void {
  kind = KIND_UNTOLD;
  event = EVENT_UNTOLD;
  book = 0;
  named = streamNamed = full = bidsRead = asksRead = false;
  bids = asks = 0;
  exchangeUs = 0;
  firstId = lastId = wholeId = -1;
  resultAt = bidsAt = asksAt = bidQtyAt = askQtyAt = 0;
}

function readChannel(futures: bool): void {
  if (kind != KIND_UNTOLD) fail();
  if (!readText()) return;
  if (textEquals(futures ? FUTURES_UPDATE : SPOT_UPDATE)) kind = KIND_UPDATE;
  else if (textEquals(futures ? FUTURES_OBU : SPOT_OBU)) kind = KIND_OBU;
  else if (textEquals(futures ? FUTURES_TICKER : SPOT_TICKER)) kind = KIND_TICKER;
  else if (textEquals(futures ? FUTURES_TRADES : SPOT_TRADES)) kind = KIND_TRADES;
  else if (textEquals(futures ? FUTURES_WHOLE : SPOT_WHOLE)) kind = KIND_WHOLE;
  else if (futures && textEquals(FUTURES_MARKS)) kind = KIND_MARKS;
  else kind = KIND_OTHER;
}

function readEvent(): void {
  if (event != EVENT_UNTOLD) fail();
  if (!readText()) return;
  event = textEquals(PUSH) ? EVENT_UPDATE : textEquals(PUSH_WHOLE) ? EVENT_ALL : EVENT_OTHER;
}

/** Whether the frame is a push of its channel: an obu may come without an event, and a whole futures book comes as "all". */
function isPush(futures: bool): bool {
  if (kind == KIND_WHOLE) return event == (futures ? EVENT_ALL : EVENT_UPDATE);
  return event == EVENT_UPDATE || (kind == KIND_OBU && event == EVENT_UNTOLD);
}

/** Reads the symbol, which in "ob.BTC_USDT.50" lies between the points. */
function readName(feed: usize): void {
  if (named) fail();
  if (!readText()) return;
  named = true;
  let from = text;
  let length = textLength;
  if (length > 3 && (load<u32>(text) & 0xffffff) == 0x2e626f) {
    streamNamed = true;
    from += 3;
    length -= 3;
    while (length > 0 && <u32>load<u8>(from + <usize>length - 1) - 0x30 <= 9) length--;
    // nothing but digits behind the last point
    if (length == 0 || length == textLength - 3 || load<u8>(from + <usize>--length) != 0x2e) return;
  }
  book = findSymbol(feed, from, length);
}

/** Reads levels of either form into `target`. */
function readLevels(target: usize): i32 {
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  if (peek() == 0x6e) {
    skipValue(); // null: no levels
    return 0;
  }
  const list = at;
  let first = at + 1;
  while (<u32>load<u8>(first) - 1 < 0x20) first++;
  if (load<u8>(list) == 0x5b && load<u8>(first) == 0x7b) return readPriceSizeObjects(target, priceScale, qtyScale);
  return readLevelArrays(target, priceScale, qtyScale);
}

function readResult(feed: usize): void {
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == BIDS || key == WHOLE_BIDS) {
      bidsRead = bidsAt == 0 && book != 0 && peek() == 0x5b;
      if (bidsRead) {
        bidsAt = at;
        bids = readLevels(bidLevels);
      } else bidsAt = once(bidsAt);
    } else if (key == ASKS || key == WHOLE_ASKS) {
      asksRead = asksAt == 0 && book != 0 && peek() == 0x5b;
      if (asksRead) {
        asksAt = at;
        asks = readLevels(askLevels);
      } else asksAt = once(asksAt);
    } else if (key == TIME) exchangeUs = stampUs(readCount());
    else if (feed != 0 && (key == SYMBOL || key == CONTRACT)) readName(feed);
    else if (key == FIRST_ID) firstId = countOnce(firstId);
    else if (key == LAST_ID) lastId = countOnce(lastId);
    else if (key == BID_QTY) bidQtyAt = once(bidQtyAt);
    else if (key == ASK_QTY) askQtyAt = once(askQtyAt);
    else if (key == WHOLE_ID || key == SPOT_WHOLE_ID) wholeId = countOnce(wholeId);
    else if (key == FULL) full = readBool();
    else passValue();
  }
}

/** Reads the lists that were only noted. @param needed whether both must be there; a delta may leave one out, or be its id alone */
function readNotedLevels(needed: bool): void {
  if (needed && (bidsAt == 0 || asksAt == 0)) fail();
  if (bidsAt != 0 && !bidsRead && !failed) {
    resumeAt(bidsAt);
    bids = readLevels(bidLevels);
  }
  if (asksAt != 0 && !asksRead && !failed) {
    resumeAt(asksAt);
    asks = readLevels(askLevels);
  }
}

/** order_book_update and obu. Frames of the first may overlap with the book; those of obu follow on one another exactly. */
function readUpdate(feed: usize): i32 {
  const last = lastId;
  const first = full ? last : firstId;
  readNotedLevels(false);
  if (failed || first < 0 || first > last) return failedBookFrame(feed, book);
  noteMessage(first, last, bids + asks);
  if (load<i32>(book, BOOK_RULE) == BOOK_RULE_REPLACE) return otherChannel(book);
  if (full) return applySnapshot(book, bids, asks, last, exchangeUs, PHASE_RUNNING);
  const obu = kind == KIND_OBU;
  // The stream of obu brings its own whole book, so there is nothing to keep a frame for.
  if (load<i32>(book, BOOK_PHASE) == PHASE_WAITING) return obu ? stale(book) : report(book, STATUS_BUFFER);
  const held = load<f64>(book, BOOK_SEQUENCE);
  if (last <= held) return stale(book);
  if (obu ? first != held + 1 : first > held + 1) return gap(book);
  return applyDelta(book, bids, asks, last, exchangeUs);
}

/** order_book, whose oldest form has no id. */
function readWhole(feed: usize): i32 {
  const id = max<f64>(wholeId, 0);
  readNotedLevels(true);
  if (failed) return failedBookFrame(feed, book);
  noteMessage(id, id, bids + asks);
  if (load<i32>(book, BOOK_RULE) != BOOK_RULE_REPLACE) return otherChannel(book);
  return applySnapshot(book, bids, asks, id, exchangeUs, PHASE_RUNNING);
}

/** The best prices; an empty text is an empty side. */
function readTicker(feed: usize): i32 {
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  const bidPrice = maybeUnitsAt(bidsAt, priceScale);
  const bidQty = maybeUnitsAt(bidQtyAt, qtyScale);
  const askPrice = maybeUnitsAt(asksAt, priceScale);
  const askQty = maybeUnitsAt(askQtyAt, qtyScale);
  if (failed || lastId < 0) return failedEventFrame(feed);
  return noteTicker(book, bidPrice, bidQty, askPrice, askQty, lastId);
}

/** Reads one frame, which ends at `end`. */
export function decodeGate(feed: usize, end: usize, futures: bool): i32 {
  beginFrame();
  if (peek() != 0x7b) return unknownFrame(feed);
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == CHANNEL) readChannel(futures);
    else if (key == EVENT) readEvent();
    else if (key == RESULT) {
      const members = peek() == 0x7b && kind < KIND_TRADES && kind != KIND_OTHER && event != EVENT_OTHER;
      if (!members || resultAt != 0) resultAt = once(resultAt);
      else {
        resultAt = at;
        readResult(feed);
      }
    } else passValue();
  }
  if (!finished(end)) return kind >= KIND_TICKER ? failedEventFrame(feed) : failedBookFrame(feed, book);
  if (kind <= KIND_OTHER || !isPush(futures)) return unknownFrame(feed);
  if (kind == KIND_TRADES) return readGateTrades(feed, resultAt, futures);
  if (kind == KIND_MARKS) return readGateMarks(feed, resultAt);
  if (!named || streamNamed != (kind == KIND_OBU)) return malformedFrame(feed);
  if (book == 0) return unknownSymbol(feed);
  if (kind == KIND_TICKER) return readTicker(feed);
  return kind == KIND_WHOLE ? readWhole(feed) : readUpdate(feed);
}

/** Reads the answer of GET /spot/order_book or /futures/{settle}/order_book, both asked for with an id, into `target`. */
export function decodeGateSnapshot(feed: usize, target: usize, end: usize): i32 {
  beginFrame();
  book = target;
  readResult(0);
  if (!finished(end)) return failedBookFrame(feed, target);
  readNotedLevels(true);
  if (failed || wholeId < 0) return failedBookFrame(feed, target);
  noteMessage(wholeId, wholeId, bids + asks);
  return applySnapshot(book, bids, asks, wholeId, 0, PHASE_FIRST);
}
