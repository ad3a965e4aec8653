// Coinbase Exchange, single orders: the full channel (objects), the level3 channel (compact arrays) and the REST level-3 snapshot.
// Rules: https://docs.cdp.coinbase.com/exchange/websocket-feed/channels, "Full channel" and "Level 3 channel". Each product numbers
// its messages without a gap.
import {
  BOOK_FEED, BOOK_L3, BOOK_PHASE, BOOK_PRICE_SCALE, BOOK_QTY_SCALE, BOOK_SEQUENCE, FEED_LEVELS, FEED_OVERSIZED, PHASE_FIRST,
  PHASE_WAITING, STATUS_BUFFER, STATUS_OVERSIZED,
} from '../memory/layout';
import { beginDigits } from '../book/digits';
import {
  addOrder, amendOrder, clearOrders, findOrder, moveOrder, noteQtyDecimals, noteUnknownOrder, priceOf, qtyOf, removeOrder, signOf,
} from '../book/l3';
import { finishDelta, finishSnapshot, gap, markDirty, stale, writeTouch } from '../book/publish';
import { count } from '../memory/counters';
import { beginWrite, endWrite } from '../memory/seqlock';
import { findSymbol } from '../memory/symbols';
import { noteMessage, report } from '../memory/thread';
import { commitTrades, listTrade } from './events';
import {
  at, fail, failed, finished, firstElement, firstKey, keyOf, nextElement, nextKey, noteValue, peek, readText, resumeAt, skipValue, text,
  textEquals, textLength,
} from './json';
import { countAt, isEmptyAt, isoUsAt, once, textAt, unitsAt } from './noted';
import { readUnits } from './number';
import { failedBookFrame, malformedFrame, otherChannel, unknownFrame, unknownSymbol } from './outcome';

const TYPE = keyOf('type');
const PRODUCT = keyOf('product_id');
const SEQUENCE = keyOf('sequence');
const TIME = keyOf('time');
const ORDER_ID = keyOf('order_id');
const MAKER_ID = keyOf('maker_order_id');
const SIDE = keyOf('side');
const PRICE = keyOf('price');
const SIZE = keyOf('size');
const REMAINING_SIZE = keyOf('remaining_size');
const NEW_SIZE = keyOf('new_size');
const NEW_PRICE = keyOf('new_price');
const TRADE_ID = keyOf('trade_id');
const BIDS = keyOf('bids');
const ASKS = keyOf('asks');

const RECEIVED = keyOf('received');
const OPEN = keyOf('open');
const MATCH = keyOf('match');
const DONE = keyOf('done');
const CHANGE = keyOf('change');
const NOOP = keyOf('noop');
const BUY = keyOf('buy');
const SELL = keyOf('sell');

const KIND_UNKNOWN = 0;
/** No effect but on the sequence. */
const KIND_NOTHING = 1;
const KIND_OPEN = 2;
const KIND_MATCH = 3;
const KIND_DONE = 4;
const KIND_CHANGE = 5;

// Where the values of the frame stand; 0 when absent.
let sequenceAt: usize;
let timeAt: usize;
let idAt: usize;
let makerAt: usize;
let sideAt: usize;
let priceAt: usize;
let sizeAt: usize;
let remainingAt: usize;
let newSizeAt: usize;
let newPriceAt: usize;
let tradeIdAt: usize;
let bidsAt: usize;
let asksAt: usize;
let kind: i32;
let book: usize;
let named: bool;
/** Whether the frame is one of the level3 channel. */
let compact: bool;

// What the message does, read in full before anything is done.
let id: usize;
let idLength: i32;
let sign: f64;
let price: f64;
let qty: f64;
let hasPrice: bool;
let hasQty: bool;

function beginFrame(): void {
  sequenceAt = timeAt = idAt = makerAt = sideAt = priceAt = sizeAt = remainingAt = newSizeAt = newPriceAt = tradeIdAt = 0;
  bidsAt = asksAt = book = 0;
  kind = KIND_UNKNOWN;
  named = compact = hasPrice = hasQty = false;
}

function readKind(): void {
  if (kind != KIND_UNKNOWN) fail();
  if (peek() != 0x22) return skipValue();
  if (!readText()) return;
  if (textEquals(RECEIVED) || textEquals(NOOP)) kind = KIND_NOTHING;
  else if (textEquals(OPEN)) kind = KIND_OPEN;
  else if (textEquals(MATCH)) kind = KIND_MATCH;
  else if (textEquals(DONE)) kind = KIND_DONE;
  else if (textEquals(CHANGE)) kind = KIND_CHANGE;
}

function readProduct(feed: usize): void {
  if (named) fail();
  if (readText()) book = findSymbol(feed, text, textLength);
  named = true;
}

function readMembers(feed: usize): void {
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == TYPE) readKind();
    else if (key == PRODUCT) readProduct(feed);
    else if (key == SEQUENCE) sequenceAt = once(sequenceAt);
    else if (key == TIME) timeAt = once(timeAt);
    else if (key == ORDER_ID) idAt = once(idAt);
    else if (key == MAKER_ID) makerAt = once(makerAt);
    else if (key == SIDE) sideAt = once(sideAt);
    else if (key == PRICE) priceAt = once(priceAt);
    else if (key == SIZE) sizeAt = once(sizeAt);
    else if (key == REMAINING_SIZE) remainingAt = once(remainingAt);
    else if (key == NEW_SIZE) newSizeAt = once(newSizeAt);
    else if (key == NEW_PRICE) newPriceAt = once(newPriceAt);
    else if (key == TRADE_ID) tradeIdAt = once(tradeIdAt);
    else skipValue();
  }
}

/** The next element of a compact frame; fails when there is none. */
function element(): usize {
  if (failed || !nextElement()) {
    fail();
    return 0;
  }
  return noteValue();
}

/** Reads a compact frame by the schema that the venue documents. */
function readElements(feed: usize): void {
  compact = true;
  if (!firstElement()) return;
  readKind();
  if (kind == KIND_UNKNOWN) {
    while (!failed && nextElement()) skipValue();
    return;
  }
  if (failed || !nextElement()) return fail();
  readProduct(feed);
  sequenceAt = element();
  if (kind == KIND_MATCH) makerAt = element();
  if (kind != KIND_NOTHING) idAt = element();
  if (kind == KIND_OPEN) sideAt = element();
  if (kind == KIND_OPEN || kind == KIND_MATCH || kind == KIND_CHANGE) {
    priceAt = element();
    sizeAt = element();
  }
  timeAt = element();
  while (!failed && nextElement()) skipValue();
  if (kind == KIND_OPEN) remainingAt = sizeAt;
  if (kind == KIND_CHANGE) {
    newSizeAt = sizeAt;
    newPriceAt = priceAt;
  }
}

/** Reads an order's id. */
function readId(where: usize): void {
  if (!textAt(where)) return fail();
  id = text;
  idLength = textLength;
  if (idLength <= 0 || idLength > 36) fail();
}

/** Reads "buy" or "sell" as 1 or -1. */
function readSide(): void {
  if (!textAt(sideAt)) return fail();
  sign = textEquals(BUY) ? 1 : textEquals(SELL) ? -1 : 0;
  if (sign == 0) fail();
}

/** Reads what the message is about. */
function readMessage(): void {
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  if (kind == KIND_NOTHING) return;
  readId(kind == KIND_MATCH ? makerAt : idAt);
  if (kind == KIND_OPEN) {
    readSide();
    price = unitsAt(priceAt, priceScale);
    qty = unitsAt(remainingAt, qtyScale);
    if (!failed && price <= 0) fail();
  } else if (kind == KIND_MATCH) {
    if (compact) sign = 0;
    else readSide();
    price = unitsAt(priceAt, priceScale);
    qty = unitsAt(sizeAt, qtyScale);
  } else if (kind == KIND_CHANGE) {
    // A change of a market order tells funds instead of a size, and that order is not on the book.
    hasQty = !isEmptyAt(newSizeAt);
    hasPrice = !isEmptyAt(newPriceAt);
    if (hasQty) qty = unitsAt(newSizeAt, qtyScale);
    if (hasPrice) price = unitsAt(newPriceAt, priceScale);
    if (!failed && hasPrice && price <= 0) fail();
  }
}

/** Gives an order that is held a new size, and perhaps a new price. */
function changeOrder(held: i32): i32 {
  if (!hasQty) return 0;
  if (qty == 0) {
    removeOrder(book, held);
    return 0;
  }
  const moves = hasPrice && price != priceOf(book, held);
  // Only making an order smaller keeps its place in the queue.
  if (moves || qty > qtyOf(book, held)) return moveOrder(book, held, moves ? price : priceOf(book, held), qty);
  return amendOrder(book, held, qty, 0);
}

/** Does to the book what the message says. @returns 0, or the STATUS_... with which the book has left trading */
function applyMessage(): i32 {
  if (kind == KIND_NOTHING) return 0;
  const held = findOrder(book, id, idLength);
  if (kind == KIND_OPEN) {
    if (held != 0) removeOrder(book, held);
    return qty == 0 ? 0 : addOrder(book, sign, price, qty, 0);
  }
  if (held == 0) {
    // Orders that never rested are done and changed as well.
    if (kind != KIND_CHANGE) noteUnknownOrder(book);
    return 0;
  }
  if (kind == KIND_CHANGE) return changeOrder(held);
  if (kind == KIND_MATCH) {
    if (sign == 0) sign = signOf(book, held);
    const left = qtyOf(book, held) - qty;
    if (left > 0) return amendOrder(book, held, left, 0);
  }
  removeOrder(book, held);
  return 0;
}

/** With the lock held, which is given back: the store could not hold the message. */
function abandon(feed: usize, status: i32): i32 {
  writeTouch(book);
  endWrite(book);
  if (status == STATUS_OVERSIZED) count(feed + FEED_OVERSIZED);
  markDirty(book);
  return report(book, status);
}

function follow(feed: usize): i32 {
  const sequence = countAt(sequenceAt);
  const exchangeUs = isoUsAt(timeAt);
  // The level3 channel tells no trade ids.
  const tradeId = kind == KIND_MATCH && !compact ? countAt(tradeIdAt) : 0;
  beginDigits();
  noteQtyDecimals(0);
  readMessage();
  if (failed) return failedBookFrame(feed, book);
  if (load<u32>(book, BOOK_L3) == 0) return otherChannel(book);
  noteMessage(sequence, sequence, kind == KIND_NOTHING ? 0 : 1);
  if (load<i32>(book, BOOK_PHASE) == PHASE_WAITING) return report(book, STATUS_BUFFER);
  const held = load<f64>(book, BOOK_SEQUENCE);
  if (sequence <= held) return stale(book);
  if (sequence > held + 1) return gap(book);

  beginWrite(book);
  const failure = applyMessage();
  if (failure != 0) return abandon(feed, failure);
  if (kind != KIND_NOTHING) count(feed + FEED_LEVELS);
  const status = finishDelta(book, sequence, exchangeUs);
  endWrite(book);
  markDirty(book);
  report(book, status);
  // The message names the maker's side; the taker took the other one.
  if (kind == KIND_MATCH && listTrade(book, price, qty, tradeId, exchangeUs, -sign)) commitTrades();
  return status;
}

/** Reads one frame, which ends at `end`. */
export function decodeCoinbaseFull(feed: usize, end: usize): i32 {
  beginFrame();
  const first = peek();
  if (first == 0x7b) readMembers(feed);
  else if (first == 0x5b) readElements(feed);
  else return unknownFrame(feed);
  const whole = finished(end);
  if (kind == KIND_UNKNOWN) return whole ? unknownFrame(feed) : malformedFrame(feed);
  if (!whole) return failedBookFrame(feed, book);
  if (!named) return malformedFrame(feed);
  return book == 0 ? unknownSymbol(feed) : follow(feed);
}

// --- the REST snapshot -----------------------------------------------------------------------------------------------

let orders: i32;

/** Reads one `[price, size, order_id]`. */
function readRow(): void {
  if (!firstElement()) return fail();
  price = readUnits(load<i32>(book, BOOK_PRICE_SCALE));
  if (failed || price <= 0 || !nextElement()) return fail();
  qty = readUnits(load<i32>(book, BOOK_QTY_SCALE));
  if (failed || !nextElement() || !readText()) return fail();
  id = text;
  idLength = textLength;
  if (idLength <= 0 || idLength > 36) fail();
  while (!failed && nextElement()) skipValue();
}

/** Checks the rows of one side. */
function checkRows(): void {
  if (!firstElement()) return;
  do {
    readRow();
    orders++;
  } while (!failed && nextElement());
}

/** Adds the rows of one side at `where`, which are known to be valid. @returns 0, or the STATUS_... that ended it */
function addRows(where: usize, sideSign: f64): i32 {
  resumeAt(where);
  if (!firstElement()) return 0;
  do {
    readRow();
    const held = findOrder(book, id, idLength);
    if (held != 0) removeOrder(book, held);
    const status = qty == 0 ? 0 : addOrder(book, sideSign, price, qty, 0);
    if (status != 0) return status;
  } while (nextElement());
  return 0;
}

/** Reads the answer of GET /products/{id}/book?level=3 into `target`: every order, in the order of its queue. */
export function decodeCoinbaseFullSnapshot(feed: usize, target: usize, end: usize): i32 {
  beginFrame();
  book = target;
  orders = 0;
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == BIDS || key == ASKS) {
      if ((key == BIDS ? bidsAt : asksAt) != 0) fail();
      peek();
      if (key == BIDS) bidsAt = at;
      else asksAt = at;
      checkRows();
    } else if (key == SEQUENCE) sequenceAt = once(sequenceAt);
    else if (key == TIME) timeAt = once(timeAt);
    else skipValue();
  }
  if (!finished(end) || bidsAt == 0 || asksAt == 0) return failedBookFrame(feed, book);
  const sequence = countAt(sequenceAt);
  if (failed) return failedBookFrame(feed, book);
  if (load<u32>(book, BOOK_L3) == 0) return otherChannel(book);
  const exchangeUs = isoUsAt(timeAt);
  noteMessage(sequence, sequence, orders);
  beginDigits();
  noteQtyDecimals(0);
  beginWrite(book);
  clearOrders(book);
  let failure = addRows(bidsAt, 1);
  if (failure == 0) failure = addRows(asksAt, -1);
  if (failure != 0) return abandon(feed, failure);
  count(<usize>load<u32>(book, BOOK_FEED) + FEED_LEVELS, <f64>orders);
  const status = finishSnapshot(book, sequence, exchangeUs, PHASE_FIRST);
  endWrite(book);
  markDirty(book);
  return report(book, status);
}
