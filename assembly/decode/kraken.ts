// Kraken spot: book with checksum and trade of WebSocket v2; arrays are v1 (kraken-v1.ts). Rules: https://docs.kraken.com, "Book
// checksum (v2)". Nothing is numbered: the book counts its messages, and only the checksum tells a lost one.
import { BOOK_PHASE, BOOK_PRICE_SCALE, BOOK_QTY_SCALE, BOOK_SEQUENCE, PHASE_WAITING, STATUS_UNKNOWN } from '../memory/layout';
import { applyCheckedDelta, applyCheckedSnapshot } from '../book/checked';
import { stale } from '../book/publish';
import { findSymbol } from '../memory/symbols';
import { askLevels, bidLevels, eventCount, noteMessage } from '../memory/thread';
import { commitTrades, listTrade } from './events';
import { isoUs } from './iso-time';
import {
  at, fail, failed, firstElement, firstKey, keyOf, nextElement, nextKey, noteValue, peek, readText, resumeAt, skipValue, text, textEquals,
  textLength,
} from './json';
import {
  CHANNEL_BOOK, CHANNEL_TRADE, channel, closeEnvelope, dataAt, frameType, openEnvelope, standsAtData, TYPE_OTHER, TYPE_SNAPSHOT, TYPE_UPDATE,
} from './kraken-envelope';
import { decodeKrakenV1 } from './kraken-v1';
import { listEnd, readPlainObjects } from './kraken-levels';
import { beginLevels, readLevelObjects } from './levels';
import { countAt, goTo, once, readIsoUs, unitsAt } from './noted';
import { fractionDigits, readCount, shortUnits, shortValue } from './number';
import { failedBookFrame, failedEventFrame, malformedFrame, unknownFrame, unknownSymbol } from './outcome';

const SYMBOL = keyOf('symbol');
const BIDS = keyOf('bids');
const ASKS = keyOf('asks');
const CHECKSUM = keyOf('checksum');
const TIMESTAMP = keyOf('timestamp');
const PRICE = keyOf('price');
const QTY = keyOf('qty');
const SIDE = keyOf('side');
const TRADE_ID = keyOf('trade_id');
const BUY = keyOf('buy');
const SELL = keyOf('sell');

// The entry of the data being read.
let book: usize;
let named: bool;
let bidsAt: usize;
let asksAt: usize;
/** Levels read, -1 while they are only noted. */
let bids: i32;
let asks: i32;
/** NaN when there is none. */
let checksum: f64;
let exchangeUs: f64;

/** Entries of the book frame, and whether all of them bring a checksum. */
let entries: i32;
let checked: bool;

/** Reads a level list at once when its book is known, and otherwise notes where it stands. @returns levels, or -1 */
function readSide(target: usize): i32 {
  if (book == 0 || peek() != 0x5b) {
    noteValue();
    return -1;
  }
  return readLevelObjects(target, load<i32>(book, BOOK_PRICE_SCALE), load<i32>(book, BOOK_QTY_SCALE), PRICE, QTY);
}

/** Reads the symbol, which may come once only. */
function readSymbol(feed: usize): void {
  if (named) fail();
  if (readText()) book = findSymbol(feed, text, textLength);
  named = true;
}

/** Reads one entry of a book frame. */
function readBook(feed: usize): void {
  beginLevels();
  book = 0;
  named = false;
  bidsAt = asksAt = 0;
  bids = asks = -1;
  checksum = NaN;
  exchangeUs = 0;
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == SYMBOL) {
      readSymbol(feed);
    } else if (key == BIDS) {
      if (bidsAt != 0) fail();
      bidsAt = at;
      bids = readSide(bidLevels);
    } else if (key == ASKS) {
      if (asksAt != 0) fail();
      asksAt = at;
      asks = readSide(askLevels);
    } else if (key == CHECKSUM) {
      if (checksum == checksum) fail();
      checksum = readCount();
    } else if (key == TIMESTAMP) {
      exchangeUs = readIsoUs();
    } else skipValue();
  }
  if (failed || book == 0) return;
  const behind = at;
  if (bids < 0) bids = readNotedSide(bidsAt, bidLevels);
  if (asks < 0) asks = readNotedSide(asksAt, askLevels);
  resumeAt(behind);
}

function readNotedSide(where: usize, target: usize): i32 {
  if (where == 0 || failed) {
    fail();
    return 0;
  }
  resumeAt(where);
  return readLevelObjects(target, load<i32>(book, BOOK_PRICE_SCALE), load<i32>(book, BOOK_QTY_SCALE), PRICE, QTY);
}

function applyBook(feed: usize): i32 {
  if (book == 0) return unknownSymbol(feed);
  if (frameType != TYPE_SNAPSHOT) return applyUpdate();
  noteMessage(0, 0, bids + asks);
  return applyCheckedSnapshot(book, bids, asks, exchangeUs, checksum);
}

function applyUpdate(): i32 {
  const sequence = load<f64>(book, BOOK_SEQUENCE) + 1;
  noteMessage(sequence, sequence, bids + asks);
  if (load<i32>(book, BOOK_PHASE) == PHASE_WAITING) return stale(book);
  return applyCheckedDelta(book, bids, asks, exchangeUs, checksum);
}

/** Reads all entries of a book frame. Kraken sends one. */
function readBooks(feed: usize): void {
  entries = 0;
  checked = true;
  if (!firstElement()) return;
  do {
    readBook(feed);
    if (checksum != checksum) checked = false;
    entries++;
  } while (!failed && nextElement());
}

/** Applies the entry that was read, or all of them when there are several: the frame has proved valid by now. */
function applyBooks(feed: usize): i32 {
  if (entries == 0) return unknownFrame(feed);
  if (entries == 1) return applyBook(feed);
  let status = STATUS_UNKNOWN;
  resumeAt(dataAt);
  firstElement();
  do {
    readBook(feed);
    status = applyBook(feed);
  } while (nextElement());
  return status;
}

/** Lists one trade; `side` is the taker's. One of a symbol that is not ours is left out. */
function readTrade(feed: usize): void {
  let priceAt: usize = 0;
  let qtyAt: usize = 0;
  let idAt: usize = 0;
  let side: f64 = 0;
  let tsUs: f64 = 0;
  book = 0;
  named = false;
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == SYMBOL) readSymbol(feed);
    else if (key == PRICE) priceAt = once(priceAt);
    else if (key == QTY) qtyAt = once(qtyAt);
    else if (key == TRADE_ID) idAt = once(idAt);
    else if (key == TIMESTAMP) tsUs = readIsoUs();
    else if (key == SIDE) {
      if (side != 0) fail();
      if (readText()) side = textEquals(BUY) ? 1 : textEquals(SELL) ? -1 : 0;
    } else skipValue();
  }
  if (failed || book == 0) return;
  const behind = at;
  const price = unitsAt(priceAt, load<i32>(book, BOOK_PRICE_SCALE));
  const qty = unitsAt(qtyAt, load<i32>(book, BOOK_QTY_SCALE));
  const id = countAt(idAt);
  resumeAt(behind);
  if (failed || side == 0 || !listTrade(book, price, qty, id, tsUs, side)) fail();
}

function readTrades(feed: usize): void {
  if (!firstElement()) return;
  do {
    readTrade(feed);
  } while (!failed && nextElement());
}

function commit(feed: usize): i32 {
  return eventCount() == 0 ? unknownSymbol(feed) : commitTrades();
}

function readData(feed: usize): void {
  if (channel == CHANNEL_BOOK) readBooks(feed);
  else if (channel == CHANNEL_TRADE) readTrades(feed);
  else skipValue();
}

// A book update as Kraken writes it, letter by letter: {"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[
const PLAIN_0 = keyOf('{"channe');
const PLAIN_8 = keyOf('l":"book');
const PLAIN_16 = keyOf('","type"');
const PLAIN_24 = keyOf(':"update');
const PLAIN_32 = keyOf('","data"');
const PLAIN_40 = keyOf(':[{"symb');
const PLAIN_48 = keyOf('ol":"');
const PLAIN_SYMBOL: usize = 53;
const PLAIN_BIDS = keyOf('","bids"');
const PLAIN_ASKS = keyOf(',"asks":');
const PLAIN_CHECKSUM = keyOf(',"checks');
const PLAIN_TIMESTAMP = keyOf(',"timest');
const PLAIN_TIME_LENGTH: i32 = 27;

/**
 * Reads an update of just that form, with all of its members in the order in which Kraken sends them.
 * @returns whether it was one; if not, nothing is known, and the general reader begins at the beginning
 */
function readPlainUpdate(feed: usize, end: usize): bool {
  const start = at;
  if (
    load<u64>(start) != PLAIN_0 || load<u64>(start, 8) != PLAIN_8 || load<u64>(start, 16) != PLAIN_16 || load<u64>(start, 24) != PLAIN_24 ||
    load<u64>(start, 32) != PLAIN_32 || load<u64>(start, 40) != PLAIN_40 || (load<u64>(start, 48) & 0xffffffffff) != PLAIN_48
  ) return false;
  const symbol = start + PLAIN_SYMBOL;
  const quotes = i8x16.bitmask(i8x16.eq(v128.load(symbol), i8x16.splat(0x22)));
  if (quotes == 0) return false;
  const length = ctz<i32>(quotes);
  book = findSymbol(feed, symbol, length);
  if (book == 0) return false;
  let from = symbol + <usize>length;
  if (load<u64>(from) != PLAIN_BIDS || load<u16>(from, 8) != 0x5b3a) return false;
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  bids = readPlainObjects(from + 10, bidLevels, priceScale, qtyScale);
  if (listEnd == 0 || load<u64>(listEnd) != PLAIN_ASKS || load<u8>(listEnd, 8) != 0x5b) return false;
  asks = readPlainObjects(listEnd + 9, askLevels, priceScale, qtyScale);
  // ,"checksum": and digits
  if (listEnd == 0 || load<u64>(listEnd) != PLAIN_CHECKSUM || load<u32>(listEnd, 8) != 0x3a226d75) return false;
  from = listEnd + 12;
  if (load<u8>(from) == 0x30) return false;
  const checksumEnd = shortUnits(from, 0);
  if (checksumEnd == 0 || shortValue < 0 || fractionDigits != 0) return false;
  checksum = shortValue;
  // ,"timestamp":" and then the time, "}]}
  if (load<u64>(checksumEnd) != PLAIN_TIMESTAMP || load<u32>(checksumEnd, 8) != 0x22706d61 || load<u16>(checksumEnd, 12) != 0x223a) return false;
  from = checksumEnd + 14;
  exchangeUs = isoUs(from, PLAIN_TIME_LENGTH);
  from += <usize>PLAIN_TIME_LENGTH;
  return exchangeUs != 0 && load<u32>(from) == 0x7d5d7d22 && from + 4 == end;
}

/** Reads one frame, which ends at `end`. */
export function decodeKraken(feed: usize, end: usize): i32 {
  const first = peek();
  if (first == 0x5b) return decodeKrakenV1(feed, end);
  if (first != 0x7b) return unknownFrame(feed);
  if (readPlainUpdate(feed, end)) return applyUpdate();
  book = 0;
  openEnvelope();
  if (standsAtData) readData(feed);
  let whole = closeEnvelope(end);
  const isBook = channel == CHANNEL_BOOK;
  if (!isBook && channel != CHANNEL_TRADE) return whole ? unknownFrame(feed) : malformedFrame(feed);
  if (whole && !standsAtData) {
    if (goTo(dataAt)) readData(feed);
    whole = !failed;
  }
  if (dataAt == 0 || frameType == TYPE_OTHER) whole = false;
  if (!isBook) return whole ? commit(feed) : failedEventFrame(feed);
  if (!whole || (frameType == TYPE_UPDATE && !checked)) return failedBookFrame(feed, book);
  return applyBooks(feed);
}
