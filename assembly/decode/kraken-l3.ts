// Kraken spot level3 of WebSocket v2: single orders with a checksum. Rules: https://docs.kraken.com, "L3 checksum (v2)". A frame is
// read twice: once to prove it valid, once to apply it. So nothing needs a place to wait, however many orders a snapshot holds.
import {
  BOOK_FEED, BOOK_L3, BOOK_PHASE, BOOK_PRICE_SCALE, BOOK_QTY_SCALE, BOOK_SEQUENCE, FEED_LEVELS, FEED_OVERSIZED, PHASE_WAITING,
  STATUS_OVERSIZED, STATUS_UNKNOWN,
} from '../memory/layout';
import { closeDelta, closeSnapshot } from '../book/checked';
import { addDigits, beginDigits } from '../book/digits';
import { addOrder, amendOrder, clearOrders, cutOrders, findOrder, noteQtyDecimals, noteUnknownOrder, priceOf, removeOrder, signOf } from '../book/l3';
import { markDirty, stale, writeTouch } from '../book/publish';
import { count } from '../memory/counters';
import { beginWrite, endWrite } from '../memory/seqlock';
import { findSymbol } from '../memory/symbols';
import { noteMessage, report } from '../memory/thread';
import { isoUs } from './iso-time';
import {
  at, fail, failed, firstElement, firstKey, keyOf, nextElement, nextKey, noteValue, peek, readText, resumeAt, skipValue, text, textEquals,
  textLength,
} from './json';
import {
  CHANNEL_LEVEL3, channel, closeEnvelope, dataAt, frameType, openEnvelope, standsAtData, TYPE_OTHER, TYPE_SNAPSHOT, TYPE_UPDATE,
} from './kraken-envelope';
import { goTo, readIsoUs } from './noted';
import { fractionDigits, readCount, readUnits } from './number';
import { failedBookFrame, malformedFrame, otherChannel, unknownFrame, unknownSymbol } from './outcome';

const SYMBOL = keyOf('symbol');
const BIDS = keyOf('bids');
const ASKS = keyOf('asks');
const CHECKSUM = keyOf('checksum');
const TIMESTAMP = keyOf('timestamp');
const EVENT = keyOf('event');
const ORDER_ID = keyOf('order_id');
const PRICE = keyOf('limit_price');
const QTY = keyOf('order_qty');
const ADD = keyOf('add');
const MODIFY = keyOf('modify');
const DELETE = keyOf('delete');

/** More decimals than any venue writes. */
const DECIMALS_MAX: i32 = 30;

const EVENT_NONE = 0;
const EVENT_ADD = 1;
const EVENT_MODIFY = 2;
const EVENT_DELETE = 3;

// The order being read.
let event: i32;
let id: usize;
let idLength: i32;
let price: f64;
let priceDecimals: i32;
let qty: f64;
let qtyDecimals: i32;
/** Nanoseconds since the epoch; 0 when the order tells none. */
let rank: u64;

// The entry of the data being read.
let book: usize;
let named: bool;
let bidsAt: usize;
let asksAt: usize;
let orders: i32;
let checksum: f64;
let exchangeUs: f64;

// The frame being read.
let entries: i32;
let checked: bool;
/** Whether every order says what happened to it, as it must in an update. */
let eventful: bool;

/** Nanoseconds of the last text, which is an ISO time; 0 when it is none. */
function rankOfText(): u64 {
  const us = isoUs(text, textLength);
  if (us == 0) return 0;
  let nanoseconds: u64 = 0;
  // "2026-01-01T00:00:00.123456789Z": what isoUs leaves out are the three digits from here.
  let weight: u64 = 100;
  for (let i = 26; i < min(textLength, 29); i++, weight /= 10) {
    const digit = <u32>load<u8>(text + <usize>i) - 0x30;
    if (digit > 9) break;
    nanoseconds += <u64>digit * weight;
  }
  return <u64>us * 1000 + nanoseconds;
}

/** Reads one order. All but its id may be missing when it is deleted. */
function readOrder(): void {
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  event = EVENT_NONE;
  id = 0;
  price = qty = NaN;
  rank = 0;
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == ORDER_ID) {
      if (id != 0) fail();
      readText();
      id = text;
      idLength = textLength;
      if (idLength <= 0 || idLength > 36) fail();
    } else if (key == PRICE) {
      if (price == price) fail();
      price = readUnits(priceScale);
      priceDecimals = fractionDigits;
    } else if (key == QTY) {
      if (qty == qty) fail();
      qty = readUnits(qtyScale);
      qtyDecimals = fractionDigits;
    } else if (key == EVENT) {
      if (event != EVENT_NONE) fail();
      readText();
      if (textEquals(ADD)) event = EVENT_ADD;
      else if (textEquals(MODIFY)) event = EVENT_MODIFY;
      else if (textEquals(DELETE)) event = EVENT_DELETE;
      else fail();
    } else if (key == TIMESTAMP) {
      if (rank != 0) fail();
      if (readText()) rank = rankOfText();
    } else skipValue();
  }
  if (failed || id == 0) return fail();
  if (event == EVENT_NONE) eventful = false;
  if (event == EVENT_DELETE && frameType != TYPE_SNAPSHOT) return;
  if (!(price > 0) || !(qty >= 0) || rank == 0 || priceDecimals > DECIMALS_MAX || qtyDecimals > DECIMALS_MAX) fail();
}

/** Does to the book what the order read says. @returns 0, or the STATUS_... with which the book has left trading */
function applyOrder(sign: f64): i32 {
  const held = findOrder(book, id, idLength);
  if (event == EVENT_DELETE && frameType == TYPE_UPDATE) {
    if (held != 0) removeOrder(book, held);
    else noteUnknownOrder(book);
    return 0;
  }
  if (qty == 0) {
    if (held != 0) removeOrder(book, held);
    return 0;
  }
  beginDigits();
  addDigits(price, load<i32>(book, BOOK_PRICE_SCALE), priceDecimals);
  addDigits(qty, load<i32>(book, BOOK_QTY_SCALE), qtyDecimals);
  noteQtyDecimals(qtyDecimals);
  if (held != 0) {
    const moves = priceOf(book, held) != price || signOf(book, held) != sign;
    if (!moves && event == EVENT_MODIFY && frameType == TYPE_UPDATE) return amendOrder(book, held, qty, rank);
    removeOrder(book, held);
  }
  return addOrder(book, sign, price, qty, rank);
}

/** Reads the list of orders that stands here. @returns how many there are */
function checkOrders(): i32 {
  let listed = 0;
  if (!firstElement()) return 0;
  do {
    readOrder();
    listed++;
  } while (!failed && nextElement());
  return listed;
}

/** Applies the list of orders at `where`, which is known to be valid. @returns 0, or the STATUS_... that ended it */
function applyOrders(where: usize, sign: f64): i32 {
  resumeAt(where);
  if (!firstElement()) return 0;
  do {
    readOrder();
    const status = applyOrder(sign);
    if (status != 0) return status;
  } while (nextElement());
  return 0;
}

/** Notes a list of orders, which is checked at once if its book is known. */
function noteOrders(noted: usize): usize {
  if (noted != 0) fail();
  peek();
  const where = at;
  if (book != 0) orders += checkOrders();
  else noteValue();
  return where;
}

/** Reads one entry of the frame. */
function readEntry(feed: usize): void {
  let bidsChecked = false;
  let asksChecked = false;
  book = 0;
  named = false;
  bidsAt = asksAt = 0;
  orders = 0;
  checksum = NaN;
  exchangeUs = 0;
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == SYMBOL) {
      if (named) fail();
      if (readText()) book = findSymbol(feed, text, textLength);
      named = true;
    } else if (key == BIDS) {
      bidsChecked = book != 0;
      bidsAt = noteOrders(bidsAt);
    } else if (key == ASKS) {
      asksChecked = book != 0;
      asksAt = noteOrders(asksAt);
    } else if (key == CHECKSUM) {
      if (checksum == checksum) fail();
      checksum = readCount();
    } else if (key == TIMESTAMP) {
      exchangeUs = readIsoUs();
    } else skipValue();
  }
  if (failed || book == 0) return;
  const behind = at;
  if (!bidsChecked && goTo(bidsAt)) orders += checkOrders();
  if (!asksChecked && !failed && goTo(asksAt)) orders += checkOrders();
  resumeAt(behind);
}

function readEntries(feed: usize): void {
  entries = 0;
  checked = eventful = true;
  if (!firstElement()) return;
  do {
    readEntry(feed);
    if (checksum != checksum) checked = false;
    entries++;
  } while (!failed && nextElement());
}

/** Ends a message that the store could not hold, and gives the lock back. */
function abandon(status: i32): i32 {
  writeTouch(book);
  endWrite(book);
  if (status == STATUS_OVERSIZED) count(<usize>load<u32>(book, BOOK_FEED) + FEED_OVERSIZED);
  markDirty(book);
  return report(book, status);
}

function applyEntry(feed: usize): i32 {
  if (book == 0) return unknownSymbol(feed);
  if (load<u32>(book, BOOK_L3) == 0) return otherChannel(book);
  const whole = frameType == TYPE_SNAPSHOT;
  const sequence: f64 = whole ? 0 : load<f64>(book, BOOK_SEQUENCE) + 1;
  noteMessage(sequence, sequence, orders);
  if (!whole && load<i32>(book, BOOK_PHASE) == PHASE_WAITING) return stale(book);
  const behind = at;
  beginWrite(book);
  if (whole) clearOrders(book);
  let status = applyOrders(asksAt, -1);
  if (status == 0) status = applyOrders(bidsAt, 1);
  resumeAt(behind);
  if (status != 0) return abandon(status);
  cutOrders(book);
  count(<usize>load<u32>(book, BOOK_FEED) + FEED_LEVELS, <f64>orders);
  return whole ? closeSnapshot(book, exchangeUs, checksum) : closeDelta(book, exchangeUs, checksum);
}

/** Reads one frame, which ends at `end`. */
export function decodeKrakenL3(feed: usize, end: usize): i32 {
  if (peek() != 0x7b) return unknownFrame(feed);
  book = 0;
  openEnvelope();
  if (standsAtData) {
    if (channel == CHANNEL_LEVEL3) readEntries(feed);
    else skipValue();
  }
  const typeRead = frameType;
  let whole = closeEnvelope(end);
  if (channel != CHANNEL_LEVEL3) return whole ? unknownFrame(feed) : malformedFrame(feed);
  // What an order must tell depends on the frame's type, which may have come after the data.
  if (whole && (!standsAtData || frameType != typeRead)) {
    if (goTo(dataAt)) readEntries(feed);
    whole = !failed;
  }
  if (!whole || frameType == TYPE_OTHER || dataAt == 0) return failedBookFrame(feed, book);
  if (frameType == TYPE_UPDATE && !(checked && eventful)) return failedBookFrame(feed, book);
  if (entries == 0) return unknownFrame(feed);
  if (entries == 1) return applyEntry(feed);
  let status = STATUS_UNKNOWN;
  resumeAt(dataAt);
  firstElement();
  do {
    readEntry(feed);
    status = applyEntry(feed);
  } while (nextElement());
  return status;
}
