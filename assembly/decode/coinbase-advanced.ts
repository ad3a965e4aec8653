// Coinbase Advanced Trade: l2_data and market_trades. One frame holds several events, each for a product of its own, and
// sequence_num counts the frames of a connection over all its channels.
import {
  BOOK_PHASE, BOOK_PRICE_SCALE, BOOK_QTY_SCALE, LEVEL_STRIDE, PHASE_RUNNING, PHASE_WAITING, STATUS_EVENT, STATUS_UNKNOWN_SYMBOL,
  THREAD_NAMED_BOOKS, THREAD_RESULTS_MAX,
} from '../memory/layout';
import { applyDelta, applySnapshot, malformed, stale } from '../book/publish';
import { findSymbol } from '../memory/symbols';
import { askLevels, bidLevels, eventCount, levelsMax, noteMessage, thread } from '../memory/thread';
import { commitTrades, listTrade } from './events';
import {
  at, fail, failed, finished, firstElement, firstKey, keyOf, nextElement, nextKey, peek, readText, resumeAt, skipValue, text,
  textEquals, textIs, textLength,
} from './json';
import { room } from './levels';
import { countAt, once, readIsoUs, textAt, unitsAt } from './noted';
import { readCount, readUnits, shortUnits, shortValue } from './number';
import { failedBookFrame, failedEventFrame, malformedFrame, unknownFrame, unknownSymbol } from './outcome';

const CHANNEL = keyOf('channel');
const TIMESTAMP = keyOf('timestamp');
const SEQUENCE = keyOf('sequence_num');
const EVENTS = keyOf('events');
const TYPE = keyOf('type');
const PRODUCT = keyOf('product_id');
const UPDATES = keyOf('updates');
const TRADES = keyOf('trades');
const SIDE = keyOf('side');
const PRICE_LEVEL = keyOf('price_level');
const NEW_QUANTITY = keyOf('new_quantity');
const TRADE_ID = keyOf('trade_id');
const PRICE = keyOf('price');
const SIZE = keyOf('size');
const TIME = keyOf('time');

const L2_DATA = keyOf('l2_data');
const MARKET_TRADES = keyOf('market_trades');
const SNAPSHOT = keyOf('snapshot');
const UPDATE = keyOf('update');
const BID = keyOf('bid');
const OFFER = keyOf('offer');
const MAKER_BUY = keyOf('BUY');
const MAKER_SELL = keyOf('SELL');

// Pieces of an update as the venue writes it, 8 bytes each.
const OPEN_SIDE = keyOf('{"side":');
const OFFER_QUOTE = keyOf('offer"');
const COMMA_EVENT_ = keyOf(',"event_');
const TIME_COLON = keyOf('_time":"');
const QUOTE_PRICE = keyOf('","price');
const LEVEL_COLON = keyOf('_level":');
const QUOTE_NEW_QU = keyOf('","new_q');
const ANTITY_COLON = keyOf('uantity"');

const CHANNEL_UNTOLD = 0;
const CHANNEL_OTHER = 1;
const CHANNEL_BOOK = 2;
const CHANNEL_TRADES = 3;

const TYPE_UNTOLD = 0;
const TYPE_SNAPSHOT = 1;
const TYPE_UPDATE = 2;
const TYPE_OTHER = 3;

let channel: i32;
let sequence: f64;
let numbered: bool;
let exchangeUs: f64;
let eventsAt: usize;
let eventsRead: bool;
/** Events of the frame, and levels in all of them. */
let events: i32;
let levels: i32;

// The event read last.
let book: usize;
let named: bool;
let eventType: i32;
let bids: i32;
let asks: i32;

/** Books that the frame named so far: when it proves malformed, all of them missed something. */
let booksNamed: i32;

function beginFrame(): void {
  channel = CHANNEL_UNTOLD;
  sequence = exchangeUs = 0;
  numbered = eventsRead = false;
  eventsAt = 0;
  events = levels = booksNamed = 0;
  book = 0;
}

function readChannel(): void {
  if (channel != CHANNEL_UNTOLD) fail();
  if (!readText()) return;
  channel = textEquals(L2_DATA) ? CHANNEL_BOOK : textEquals(MARKET_TRADES) ? CHANNEL_TRADES : CHANNEL_OTHER;
}

function readType(): void {
  if (eventType != TYPE_UNTOLD) fail();
  if (!readText()) return;
  if (textEquals(UPDATE)) eventType = TYPE_UPDATE;
  else eventType = textEquals(SNAPSHOT) ? TYPE_SNAPSHOT : TYPE_OTHER;
}

function readProduct(feed: usize): void {
  if (named) fail();
  if (!readText()) return;
  named = true;
  book = findSymbol(feed, text, textLength);
  if (book == 0 || booksNamed == THREAD_RESULTS_MAX) return;
  store<u32>(thread + THREAD_NAMED_BOOKS + (<usize>booksNamed << 2), <u32>book);
  booksNamed++;
}

/**
 * Reads the list as the venue writes it: no white space, the members in the order of its documentation, short numbers.
 * @returns whether it was so to the list's end; if not, nothing was read
 */
function readUpdatesAsWritten(): bool {
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  let bid = bidLevels;
  let ask = askLevels;
  const most = <usize>levelsMax * LEVEL_STRIDE;
  const bidEnd = bidLevels + most;
  const askEnd = askLevels + most;
  let from = at + 1;
  while (true) {
    // {"side":" and then bid"," or offer","
    if (load<u64>(from) != OPEN_SIDE || load<u8>(from, 8) != 0x22) return false;
    const isBid = load<u32>(from, 9) == 0x22646962;
    if (!isBid && (load<u64>(from, 9) & 0xffffffffffff) != OFFER_QUOTE) return false;
    from += isBid ? 13 : 15;
    // ,"event_time":" and then 27 characters, or as many as the venue likes
    if (load<u64>(from) != COMMA_EVENT_ || load<u64>(from, 7) != TIME_COLON) return false;
    from += 15;
    while (true) {
      const bytes = v128.load(from);
      const stop = i8x16.bitmask(
        v128.or(
          v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
          i8x16.lt_u(bytes, i8x16.splat(0x20)),
        ),
      );
      from += stop == 0 ? 16 : <usize>ctz<i32>(stop);
      if (stop != 0) break;
    }
    // ","price_level":"
    if (load<u64>(from) != QUOTE_PRICE || load<u64>(from, 8) != LEVEL_COLON || load<u8>(from, 16) != 0x22) return false;
    const priceEnd = shortUnits(from + 17, priceScale);
    const price = shortValue;
    // ","new_quantity":"
    if (priceEnd == 0 || price <= 0 || load<u64>(priceEnd) != QUOTE_NEW_QU || load<u64>(priceEnd, 8) != ANTITY_COLON) return false;
    if (load<u16>(priceEnd, 16) != 0x223a) return false;
    const qtyEnd = shortUnits(priceEnd + 18, qtyScale);
    if (qtyEnd == 0 || shortValue < 0 || load<u16>(qtyEnd) != 0x7d22) return false;
    const level = isBid ? bid : ask;
    if (level == (isBid ? bidEnd : askEnd)) return false;
    store<f64>(level, price);
    store<f64>(level, shortValue, 8);
    if (isBid) bid += LEVEL_STRIDE;
    else ask += LEVEL_STRIDE;
    const next = <u32>load<u8>(qtyEnd, 2);
    from = qtyEnd + 3;
    if (next == 0x2c) continue;
    if (next != 0x5d) return false;
    bids = <i32>((bid - bidLevels) / LEVEL_STRIDE);
    asks = <i32>((ask - askLevels) / LEVEL_STRIDE);
    resumeAt(from);
    return true;
  }
}

/** Reads `[{"side", "event_time", "price_level", "new_quantity"}, ...]` into both sides. */
function readUpdates(): void {
  if (readUpdatesAsWritten()) return;
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  bids = asks = 0;
  if (!firstElement()) return;
  do {
    if (!room(max(bids, asks))) return;
    let seen = 0;
    let bid = false;
    let price: f64 = 0;
    let qty: f64 = 0;
    for (let key = firstKey(); key != 0; key = nextKey()) {
      let member = 0;
      if (key == PRICE_LEVEL) {
        member = 1;
        price = readUnits(priceScale);
      } else if (key == NEW_QUANTITY) {
        member = 2;
        qty = readUnits(qtyScale);
      } else if (key == SIDE) {
        member = 4;
        if (!readText()) return;
        bid = textIs(BID, 3);
        if (!bid && !textIs(OFFER, 5)) fail();
      } else skipValue();
      if ((seen & member) != 0) fail();
      seen |= member;
      if (failed) return;
    }
    if (failed || seen != 7 || price <= 0) {
      fail();
      return;
    }
    const level = bid ? bidLevels + <usize>(bids++) * LEVEL_STRIDE : askLevels + <usize>(asks++) * LEVEL_STRIDE;
    store<f64>(level, price);
    store<f64>(level, qty, 8);
  } while (nextElement());
}

/** Reads one event of l2_data; its levels are in the scratch until the next one is read. */
function readBookEvent(feed: usize): void {
  book = 0;
  named = false;
  eventType = TYPE_UNTOLD;
  bids = asks = 0;
  let updatesAt: usize = 0;
  let read = false;
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == TYPE) readType();
    else if (key == PRODUCT) readProduct(feed);
    else if (key == UPDATES) {
      read = updatesAt == 0 && book != 0 && peek() == 0x5b;
      if (read) {
        updatesAt = at;
        readUpdates();
      } else updatesAt = once(updatesAt);
    } else skipValue();
  }
  if (!named || eventType == TYPE_UNTOLD || eventType == TYPE_OTHER || updatesAt == 0) fail();
  if (failed || read || book == 0) return;
  const after = at;
  resumeAt(updatesAt);
  readUpdates();
  resumeAt(after);
}

/** Reads all events of l2_data without applying any. */
function readBookEvents(feed: usize): void {
  events = levels = booksNamed = 0;
  if (!firstElement()) return;
  do {
    readBookEvent(feed);
    events++;
    levels += bids + asks;
  } while (!failed && nextElement());
}

function applyEvent(feed: usize): i32 {
  if (book == 0) return unknownSymbol(feed);
  if (eventType == TYPE_SNAPSHOT) return applySnapshot(book, bids, asks, sequence, exchangeUs, PHASE_RUNNING);
  if (load<i32>(book, BOOK_PHASE) == PHASE_WAITING) return stale(book);
  return applyDelta(book, bids, asks, sequence, exchangeUs);
}

/** A frame of l2_data that is wrong somewhere: all books it named are out of step. The event at fault is the last one read. */
function failedFrame(feed: usize): i32 {
  let last: usize = 0;
  if (booksNamed > 0) last = load<u32>(thread + THREAD_NAMED_BOOKS + (<usize>(booksNamed - 1) << 2));
  for (let i = 0; i < booksNamed - 1; i++) {
    const other = <usize>load<u32>(thread + THREAD_NAMED_BOOKS + (<usize>i << 2));
    if (other != last) malformed(other);
  }
  return failedBookFrame(feed, last);
}

function readBooks(feed: usize): i32 {
  if (eventsAt == 0 || !numbered) fail();
  if (!eventsRead && !failed) {
    resumeAt(eventsAt);
    readBookEvents(feed);
  }
  if (failed) return failedFrame(feed);
  noteMessage(sequence, sequence, levels);
  if (events == 1) return applyEvent(feed);
  // The scratch holds one event, so a frame of several, now known to be valid, is read once more.
  let status = STATUS_UNKNOWN_SYMBOL;
  resumeAt(eventsAt);
  if (!firstElement()) return STATUS_EVENT;
  do {
    readBookEvent(feed);
    const answer = applyEvent(feed);
    if (book != 0) status = answer;
  } while (nextElement());
  return status;
}

/** Reads one trade; `side` is the maker's, so the taker did the opposite. One of a product that is not ours is passed over. */
function readTrade(feed: usize): void {
  book = 0;
  named = false;
  let sideAt: usize = 0;
  let priceAt: usize = 0;
  let sizeAt: usize = 0;
  let idAt: usize = 0;
  let timeUs: f64 = 0;
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == PRODUCT) readProduct(feed);
    else if (key == SIDE) sideAt = once(sideAt);
    else if (key == PRICE) priceAt = once(priceAt);
    else if (key == SIZE) sizeAt = once(sizeAt);
    else if (key == TRADE_ID) idAt = once(idAt);
    else if (key == TIME) timeUs = readIsoUs();
    else skipValue();
  }
  if (!named) fail();
  if (failed || book == 0) return;
  const after = at;
  const price = unitsAt(priceAt, load<i32>(book, BOOK_PRICE_SCALE));
  const qty = unitsAt(sizeAt, load<i32>(book, BOOK_QTY_SCALE));
  const id = countAt(idAt);
  if (!textAt(sideAt)) return;
  const makerBought = textIs(MAKER_BUY, 3);
  if (!makerBought && !textIs(MAKER_SELL, 4)) fail();
  if (failed || !listTrade(book, price, qty, id, timeUs, makerBought ? -1 : 1)) fail();
  resumeAt(after);
}

/** Reads one event of market_trades. A snapshot repeats old trades, on subscribing: it is passed over. */
function readTradesEvent(feed: usize): void {
  eventType = TYPE_UNTOLD;
  let tradesAt: usize = 0;
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == TYPE) readType();
    else if (key == TRADES) tradesAt = once(tradesAt);
    else skipValue();
  }
  if (eventType == TYPE_UNTOLD || eventType == TYPE_OTHER || tradesAt == 0) fail();
  if (failed || eventType == TYPE_SNAPSHOT) return;
  const after = at;
  resumeAt(tradesAt);
  if (firstElement()) {
    do {
      readTrade(feed);
    } while (!failed && nextElement());
  }
  resumeAt(after);
}

function readTrades(feed: usize): i32 {
  if (eventsAt == 0 || !numbered) return failedEventFrame(feed);
  resumeAt(eventsAt);
  named = false;
  if (firstElement()) {
    do {
      readTradesEvent(feed);
    } while (!failed && nextElement());
  }
  if (failed) return failedEventFrame(feed);
  noteMessage(sequence, sequence, 0);
  // Trades were told, and none of them of a product of ours.
  if (eventCount() == 0 && named) return unknownSymbol(feed);
  return commitTrades();
}

/** Reads one frame, which ends at `end`. */
export function decodeCoinbaseAdvanced(feed: usize, end: usize): i32 {
  beginFrame();
  if (peek() != 0x7b) return unknownFrame(feed);
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == CHANNEL) readChannel();
    else if (key == TIMESTAMP) exchangeUs = readIsoUs();
    else if (key == SEQUENCE) {
      if (numbered) fail();
      sequence = readCount();
      numbered = true;
    } else if (key == EVENTS) {
      eventsRead = channel == CHANNEL_BOOK && eventsAt == 0 && peek() == 0x5b;
      if (eventsRead) {
        eventsAt = at;
        readBookEvents(feed);
      } else eventsAt = once(eventsAt);
    } else skipValue();
  }
  const whole = finished(end);
  if (channel == CHANNEL_BOOK) {
    if (!whole) fail();
    return readBooks(feed);
  }
  if (!whole) return channel == CHANNEL_TRADES ? failedEventFrame(feed) : malformedFrame(feed);
  return channel == CHANNEL_TRADES ? readTrades(feed) : unknownFrame(feed);
}
