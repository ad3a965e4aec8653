// MEXC spot: protobuf pushes (aggregated depth, limit depth, deals, book tickers) and the REST depth snapshot in JSON.
// Messages: https://github.com/mexcdevelop/websocket-proto.
import {
  BOOK_PHASE, BOOK_PRICE_SCALE, BOOK_QTY_SCALE, BOOK_RULE, BOOK_RULE_REPLACE, BOOK_SEQUENCE, LEVEL_STRIDE, PHASE_FIRST, PHASE_RUNNING,
  PHASE_WAITING, STATUS_BUFFER,
} from '../memory/layout';
import { applyDelta, applySnapshot, gap, stale } from '../book/publish';
import { findSymbol } from '../memory/symbols';
import { askLevels, bidLevels, input, levelsMax, noteMessage, report } from '../memory/thread';
import { commitTrades, listTrade, noteTicker, stampUs } from './events';
import { fail, failed, finished, firstKey, keyOf, nextKey, peek, skipValue } from './json';
import { readLevelArrays, room } from './levels';
import { readCount, shortUnits, shortValue } from './number';
import { failedBookFrame, failedEventFrame, otherChannel, unknownFrame, unknownSymbol } from './outcome';
import { at, bytesEnd, bytesStart, enter, field, messageEnd, nextField, readBytes, readInteger, skipField, unitsOfText } from './protobuf';

// Fields of the wrapper. Of the bodies, numbered 301 to 315, a frame holds one.
const CHANNEL = 1;
const SYMBOL = 3;
const CREATE_TIME = 5;
const SEND_TIME = 6;
const BODY_FIRST: u32 = 301;
const BODY_LAST: u32 = 315;
const LIMIT_DEPTHS = 303;
const BOOK_TICKER_BATCH = 311;
const AGGRE_DEPTHS = 313;
const AGGRE_DEALS = 314;
const AGGRE_BOOK_TICKER = 315;

// Fields of both depth bodies; AGGRE_DEPTHS has versions from and to, LIMIT_DEPTHS one.
const ASKS = 1;
const BIDS = 2;
const VERSION = 4;
const TO_VERSION = 5;
// The same as they stand on the wire, number and wire type in one byte.
const ASKS_TAG: u32 = 0x0a;
const BIDS_TAG: u32 = 0x12;
const PRICE_TAG: u32 = 0x0a;
const QUANTITY_TAG: u32 = 0x12;
// Fields of levels and deals.
const PRICE = 1;
const QUANTITY = 2;
const TRADE_TYPE = 3;
const TIME = 4;
const DEALS = 1;
// Fields of tickers, and of a batch of them.
const BID_PRICE = 1;
const BID_QUANTITY = 2;
const ASK_PRICE = 3;
const ASK_QUANTITY = 4;
const TICKER_VERSION = 5;
const BATCH_ITEMS = 1;
const BATCH_VERSION = 2;

const LAST_UPDATE_ID = keyOf('lastUpdateId');
const JSON_BIDS = keyOf('bids');
const JSON_ASKS = keyOf('asks');

let book: usize;
let priceScale: i32;
let qtyScale: i32;
let exchangeUs: f64;
let bids: i32;
let asks: i32;
let fromVersion: f64;
let toVersion: f64;
let versions: i32;

/** Finds the book by the symbol field, or else by the part of the channel that names one: its place differs by channel. */
function findBook(feed: usize, symbol: usize, symbolEnd: usize, channel: usize, channelEnd: usize): usize {
  if (symbol < symbolEnd) return findSymbol(feed, symbol, <i32>(symbolEnd - symbol));
  let part = channel;
  for (let next = channel; next <= channelEnd; next++) {
    if (next < channelEnd && load<u8>(next) != 0x40) continue;
    const found = findSymbol(feed, part, <i32>(next - part));
    if (found != 0) return found;
    part = next + 1;
  }
  return 0;
}

/** Reads the level in [bytesStart, bytesEnd) into `target`, and goes back to the list it is in. */
function readLevel(target: usize): void {
  const listAt = at;
  const listEnd = messageEnd;
  let seen = 0;
  enter(bytesStart, bytesEnd);
  while (nextField()) {
    if (field == PRICE && readBytes()) {
      const price = unitsOfText(bytesStart, bytesEnd, priceScale);
      if (price <= 0) fail();
      store<f64>(target, price);
      seen |= 1;
    } else if (field == QUANTITY && readBytes()) {
      store<f64>(target, unitsOfText(bytesStart, bytesEnd, qtyScale), 8);
      seen |= 2;
    } else skipField();
  }
  if (seen != 3) fail();
  enter(listAt, listEnd);
}

/**
 * Reads levels as encoders write them: tag and length of the level, of its price and of its quantity, no length above 127, and
 * short numbers. Stops in front of anything else, which the general reader then takes.
 */
function readLevelsAsWritten(): void {
  const end = messageEnd;
  let bid = bidLevels;
  let ask = askLevels;
  const most = <usize>levelsMax * LEVEL_STRIDE;
  let from = at;
  while (from + 4 <= end) {
    const side = <u32>load<u8>(from);
    const length = <usize>load<u8>(from, 1);
    const levelEnd = from + 2 + length;
    const qtyAt = from + 4 + <usize>load<u8>(from, 3);
    if ((side != ASKS_TAG && side != BIDS_TAG) || length > 127 || levelEnd > end || load<u8>(from, 2) != PRICE_TAG) break;
    if (qtyAt + 2 > levelEnd || load<u8>(qtyAt) != QUANTITY_TAG || qtyAt + 2 + <usize>load<u8>(qtyAt, 1) != levelEnd) break;
    if (shortUnits(from + 4, priceScale) != qtyAt) break;
    const price = shortValue;
    if (price <= 0 || shortUnits(qtyAt + 2, qtyScale) != levelEnd || shortValue < 0) break;
    const isBid = side == BIDS_TAG;
    const level = isBid ? bid : ask;
    if (level - (isBid ? bidLevels : askLevels) == most) break;
    store<f64>(level, price);
    store<f64>(level, shortValue, 8);
    if (isBid) bid += LEVEL_STRIDE;
    else ask += LEVEL_STRIDE;
    from = levelEnd;
  }
  bids = <i32>((bid - bidLevels) / LEVEL_STRIDE);
  asks = <i32>((ask - askLevels) / LEVEL_STRIDE);
  enter(from, end);
}

/** Reads either depth body into the thread's scratch, and its versions. */
function readDepths(): void {
  versions = 0;
  fromVersion = toVersion = 0;
  readLevelsAsWritten();
  while (nextField()) {
    if (field == ASKS) {
      if (readBytes() && room(asks)) readLevel(askLevels + <usize>(asks++) * LEVEL_STRIDE);
    } else if (field == BIDS) {
      if (readBytes() && room(bids)) readLevel(bidLevels + <usize>(bids++) * LEVEL_STRIDE);
    } else if (field == VERSION && readBytes()) {
      fromVersion = unitsOfText(bytesStart, bytesEnd, 0);
      versions |= 1;
    } else if (field == TO_VERSION && aggregated) {
      if (readBytes()) toVersion = unitsOfText(bytesStart, bytesEnd, 0);
      versions |= 2;
    } else skipField();
  }
}

/** Whether the depth body is AGGRE_DEPTHS. */
let aggregated: bool;

function applyDepths(feed: usize): i32 {
  readDepths();
  if (versions != (aggregated ? 3 : 1) || (aggregated && fromVersion > toVersion)) fail();
  if (failed) return failedBookFrame(feed, book);
  const last = aggregated ? toVersion : fromVersion;
  noteMessage(fromVersion, last, bids + asks);
  if ((load<i32>(book, BOOK_RULE) == BOOK_RULE_REPLACE) == aggregated) return otherChannel(book);
  if (!aggregated) return applySnapshot(book, bids, asks, last, exchangeUs, PHASE_RUNNING);
  if (load<i32>(book, BOOK_PHASE) == PHASE_WAITING) return report(book, STATUS_BUFFER);
  const held = load<f64>(book, BOOK_SEQUENCE);
  if (last <= held) return stale(book);
  if (fromVersion > held + 1) return gap(book);
  return applyDelta(book, bids, asks, last, exchangeUs);
}

/** Reads the deal in [bytesStart, bytesEnd); its id is a text that names both orders. */
function readDeal(): void {
  const listAt = at;
  const listEnd = messageEnd;
  let seen = 0;
  let price: f64 = 0;
  let qty: f64 = 0;
  let side: f64 = 0;
  let tsUs: f64 = 0;
  enter(bytesStart, bytesEnd);
  while (nextField()) {
    if (field == PRICE && readBytes()) {
      price = unitsOfText(bytesStart, bytesEnd, priceScale);
      seen |= 1;
    } else if (field == QUANTITY && readBytes()) {
      qty = unitsOfText(bytesStart, bytesEnd, qtyScale);
      seen |= 2;
    } else if (field == TRADE_TYPE) {
      const type = readInteger();
      side = type == 1 ? 1 : type == 2 ? -1 : 0;
    } else if (field == TIME) tsUs = stampUs(readInteger());
    else skipField();
  }
  if (seen != 3 || failed || !listTrade(book, price, qty, 0, tsUs, side)) fail();
  enter(listAt, listEnd);
}

function readDeals(feed: usize): i32 {
  while (nextField()) {
    if (field == DEALS) {
      if (readBytes()) readDeal();
    } else skipField();
  }
  return failed ? failedEventFrame(feed) : commitTrades();
}

let bidPrice: f64;
let bidQty: f64;
let askPrice: f64;
let askQty: f64;
let tickerVersion: f64;

/** An empty text, or none, is an empty side. */
function tickerUnits(scale: i32): f64 {
  return readBytes() && bytesStart < bytesEnd ? unitsOfText(bytesStart, bytesEnd, scale) : 0;
}

function readTickerFields(): void {
  bidPrice = bidQty = askPrice = askQty = 0;
  while (nextField()) {
    if (field == BID_PRICE) bidPrice = tickerUnits(priceScale);
    else if (field == BID_QUANTITY) bidQty = tickerUnits(qtyScale);
    else if (field == ASK_PRICE) askPrice = tickerUnits(priceScale);
    else if (field == ASK_QUANTITY) askQty = tickerUnits(qtyScale);
    else if (field == TICKER_VERSION) tickerVersion = tickerUnits(0);
    else skipField();
  }
}

function readTicker(feed: usize, batch: bool): i32 {
  tickerVersion = 0;
  bidPrice = bidQty = askPrice = askQty = 0;
  if (!batch) readTickerFields();
  while (batch && nextField()) {
    if (field == BATCH_ITEMS && readBytes()) {
      const listAt = at;
      const listEnd = messageEnd;
      enter(bytesStart, bytesEnd);
      readTickerFields();
      enter(listAt, listEnd);
    } else if (field == BATCH_VERSION) tickerVersion = tickerUnits(0);
    else skipField();
  }
  return failed ? failedEventFrame(feed) : noteTicker(book, bidPrice, bidQty, askPrice, askQty, tickerVersion);
}

/** Reads one push, which ends at `end`; a frame that begins with a brace is an answer, and not for the kernel. */
export function decodeMexcSpot(feed: usize, end: usize): i32 {
  if (load<u8>(input) == 0x7b) return unknownFrame(feed);
  let symbol: usize = 0;
  let symbolEnd: usize = 0;
  let channel: usize = 0;
  let channelEnd: usize = 0;
  let body: u32 = 0;
  let bodyAt: usize = 0;
  let bodyEnd: usize = 0;
  let createTime: f64 = 0;
  let sendTime: f64 = 0;
  enter(input, end);
  while (nextField()) {
    if (field == SYMBOL) {
      readBytes();
      symbol = bytesStart;
      symbolEnd = bytesEnd;
    } else if (field == CHANNEL) {
      readBytes();
      channel = bytesStart;
      channelEnd = bytesEnd;
    } else if (field == CREATE_TIME) createTime = readInteger();
    else if (field == SEND_TIME) sendTime = readInteger();
    else if (field >= BODY_FIRST && field <= BODY_LAST) {
      if (body != 0) fail();
      body = field;
      readBytes();
      bodyAt = bytesStart;
      bodyEnd = bytesEnd;
    } else skipField();
    if (failed) break;
  }
  const hotBook = body == AGGRE_DEPTHS || body == LIMIT_DEPTHS;
  const hotEvent = body == AGGRE_DEALS || body == AGGRE_BOOK_TICKER || body == BOOK_TICKER_BATCH;
  if (!failed && !hotBook && !hotEvent) return unknownFrame(feed);
  book = findBook(feed, symbol, symbolEnd, channel, channelEnd);
  if (failed) return hotEvent ? failedEventFrame(feed) : failedBookFrame(feed, book);
  if (book == 0) return unknownSymbol(feed);
  priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  exchangeUs = stampUs(sendTime != 0 ? sendTime : createTime);
  enter(bodyAt, bodyEnd);
  aggregated = body == AGGRE_DEPTHS;
  if (hotBook) return applyDepths(feed);
  return body == AGGRE_DEALS ? readDeals(feed) : readTicker(feed, body == BOOK_TICKER_BATCH);
}

/** Reads the answer of GET /api/v3/depth into `target`. */
export function decodeMexcSpotSnapshot(feed: usize, target: usize, end: usize): i32 {
  book = target;
  priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  bids = asks = 0;
  let version: f64 = 0;
  let seen = 0;
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    let member = 0;
    if (key == LAST_UPDATE_ID) {
      member = 1;
      version = readCount();
    } else if (key == JSON_BIDS) {
      member = 2;
      if (peek() != 0x5b) fail();
      else bids = readLevelArrays(bidLevels, priceScale, qtyScale);
    } else if (key == JSON_ASKS) {
      member = 4;
      if (peek() != 0x5b) fail();
      else asks = readLevelArrays(askLevels, priceScale, qtyScale);
    } else skipValue();
    if ((seen & member) != 0) fail();
    seen |= member;
  }
  if (!finished(end) || seen != 7) return failedBookFrame(feed, book);
  noteMessage(version, version, bids + asks);
  return applySnapshot(book, bids, asks, version, 0, PHASE_FIRST);
}
