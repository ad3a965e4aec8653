// Coinbase Exchange: level2 and level2_batch (snapshot, l2update), matches, ticker. Nothing on level2 is numbered, so a book's
// sequence counts the messages applied since its snapshot.
import {
  BOOK_PHASE, BOOK_PRICE_SCALE, BOOK_QTY_SCALE, BOOK_SEQUENCE, LEVEL_STRIDE, PHASE_RUNNING, PHASE_WAITING,
} from '../memory/layout';
import { applyDelta, applySnapshot, stale } from '../book/publish';
import { findSymbol } from '../memory/symbols';
import { askLevels, bidLevels, levelsMax, noteMessage } from '../memory/thread';
import { commitTrades, listTrade, noteTicker } from './events';
import {
  at, begin, fail, failed, finished, firstElement, firstKey, keyOf, nextElement, nextKey, peek, readText, resumeAt, skipValue,
  text, textEquals, textIs, textLength,
} from './json';
import { readLevelArrays, room } from './levels';
import { countAt, maybeCountAt, maybeUnitsAt, once, readIsoUs, textAt, unitsAt } from './noted';
import { readUnits, shortUnits, shortValue } from './number';
import { failedBookFrame, failedEventFrame, malformedFrame, unknownFrame, unknownSymbol } from './outcome';

const TYPE = keyOf('type');
const PRODUCT = keyOf('product_id');
const TIME = keyOf('time');
const CHANGES = keyOf('changes');
const BIDS = keyOf('bids');
const ASKS = keyOf('asks');
const SEQUENCE = keyOf('sequence');
const TRADE_ID = keyOf('trade_id');
const SIDE = keyOf('side');
const PRICE = keyOf('price');
const SIZE = keyOf('size');
const BEST_BID = keyOf('best_bid');
const BEST_BID_SIZE = keyOf('best_bid_size');
const BEST_ASK = keyOf('best_ask');
const BEST_ASK_SIZE = keyOf('best_ask_size');

const L2_UPDATE = keyOf('l2update');
const SNAPSHOT = keyOf('snapshot');
const MATCH = keyOf('match');
const TICKER = keyOf('ticker');
const BUY = keyOf('buy');
const SELL = keyOf('sell');

// Pieces of an l2update as the venue writes it, 8 bytes each; then beginnings of a change.
const OPEN_TYPE = keyOf('{"type":');
const QUOTE_L2_UPDATE = keyOf('"l2updat');
const COMMA_PRODUCT = keyOf('e","prod');
const PRODUCT_COLON = keyOf('uct_id":');
const COMMA_CHANGES = keyOf(',"change');
const COMMA_TIME = keyOf(',"time":');
const OPEN_BUY = keyOf('["buy","');
const OPEN_SELL = keyOf('["sell",');

const KIND_UNTOLD = 0;
/** A last_match too: it repeats, on subscribing, a trade that was already told. */
const KIND_OTHER = 1;
const KIND_UPDATE = 2;
const KIND_SNAPSHOT = 3;
const KIND_MATCH = 4;
const KIND_TICKER = 5;

let kind: i32;
let book: usize;
let named: bool;
let exchangeUs: f64;
let bids: i32;
let asks: i32;
/** Whether the levels that stand at the noted places were read on the way, their book being known by then. */
let bidsRead: bool;
let asksRead: bool;
let changesRead: bool;
// Where the values of the frame stand; 0 when absent.
let changesAt: usize;
let bidsAt: usize;
let asksAt: usize;
let sequenceAt: usize;
let tradeIdAt: usize;
let sideAt: usize;
let priceAt: usize;
let sizeAt: usize;
let bestBidAt: usize;
let bestBidSizeAt: usize;
let bestAskAt: usize;
let bestAskSizeAt: usize;

function beginFrame(): void {
  kind = KIND_UNTOLD;
  book = 0;
  named = bidsRead = asksRead = changesRead = false;
  exchangeUs = 0;
  bids = asks = 0;
  changesAt = bidsAt = asksAt = sequenceAt = tradeIdAt = sideAt = priceAt = sizeAt = 0;
  bestBidAt = bestBidSizeAt = bestAskAt = bestAskSizeAt = 0;
}

function readKind(): void {
  if (kind != KIND_UNTOLD) fail();
  if (!readText()) return;
  if (textEquals(L2_UPDATE)) kind = KIND_UPDATE;
  else if (textEquals(MATCH)) kind = KIND_MATCH;
  else if (textEquals(TICKER)) kind = KIND_TICKER;
  else if (textEquals(SNAPSHOT)) kind = KIND_SNAPSHOT;
  else kind = KIND_OTHER;
}

/**
 * Reads the list as the venue writes it: no white space, short numbers.
 * @returns whether it was so to the list's end; if not, nothing was read
 */
function readChangesAsWritten(): bool {
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  let bid = bidLevels;
  let ask = askLevels;
  const most = <usize>levelsMax * LEVEL_STRIDE;
  let from = at + 1;
  while (true) {
    const word = load<u64>(from);
    const buy = word == OPEN_BUY;
    if (!buy && (word != OPEN_SELL || load<u8>(from, 8) != 0x22)) return false;
    const priceEnd = shortUnits(from + (buy ? 8 : 9), priceScale);
    const price = shortValue;
    // ","
    if (priceEnd == 0 || price <= 0 || (load<u32>(priceEnd) & 0xffffff) != 0x222c22) return false;
    const qtyEnd = shortUnits(priceEnd + 3, qtyScale);
    if (qtyEnd == 0 || shortValue < 0 || load<u16>(qtyEnd) != 0x5d22) return false;
    const level = buy ? bid : ask;
    if (level - (buy ? bidLevels : askLevels) == most) return false;
    store<f64>(level, price);
    store<f64>(level, shortValue, 8);
    if (buy) bid += LEVEL_STRIDE;
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

/** Reads `[["buy", price, size], ...]` into both sides. Changes of one price stay in their order. */
function readChanges(): void {
  if (readChangesAsWritten()) return;
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  if (!firstElement()) return;
  do {
    if (!room(max(bids, asks))) return;
    if (!firstElement() || !readText()) {
      fail();
      return;
    }
    const buy = textIs(BUY, 3);
    if (!(buy || textIs(SELL, 4)) || !nextElement()) {
      fail();
      return;
    }
    const price = readUnits(priceScale);
    if (failed || price <= 0 || !nextElement()) {
      fail();
      return;
    }
    const qty = readUnits(qtyScale);
    while (!failed && nextElement()) skipValue();
    if (failed) return;
    const level = buy ? bidLevels + <usize>(bids++) * LEVEL_STRIDE : askLevels + <usize>(asks++) * LEVEL_STRIDE;
    store<f64>(level, price);
    store<f64>(level, qty, 8);
  } while (nextElement());
}

function readMembers(feed: usize): void {
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == TYPE) readKind();
    else if (key == PRODUCT) {
      if (named) fail();
      if (readText()) book = findSymbol(feed, text, textLength);
      named = true;
    } else if (key == CHANGES) {
      changesRead = changesAt == 0 && book != 0 && peek() == 0x5b;
      if (changesRead) {
        changesAt = at;
        readChanges();
      } else changesAt = once(changesAt);
    } else if (key == TIME) exchangeUs = readIsoUs();
    else if (key == BIDS) {
      bidsRead = bidsAt == 0 && book != 0 && peek() == 0x5b;
      if (bidsRead) {
        bidsAt = at;
        bids = readLevelArrays(bidLevels, load<i32>(book, BOOK_PRICE_SCALE), load<i32>(book, BOOK_QTY_SCALE));
      } else bidsAt = once(bidsAt);
    } else if (key == ASKS) {
      asksRead = asksAt == 0 && book != 0 && peek() == 0x5b;
      if (asksRead) {
        asksAt = at;
        asks = readLevelArrays(askLevels, load<i32>(book, BOOK_PRICE_SCALE), load<i32>(book, BOOK_QTY_SCALE));
      } else asksAt = once(asksAt);
    } else if (key == SEQUENCE) sequenceAt = once(sequenceAt);
    else if (key == TRADE_ID) tradeIdAt = once(tradeIdAt);
    else if (key == SIDE) sideAt = once(sideAt);
    else if (key == PRICE) priceAt = once(priceAt);
    else if (key == SIZE) sizeAt = once(sizeAt);
    else if (key == BEST_BID) bestBidAt = once(bestBidAt);
    else if (key == BEST_BID_SIZE) bestBidSizeAt = once(bestBidSizeAt);
    else if (key == BEST_ASK) bestAskAt = once(bestAskAt);
    else if (key == BEST_ASK_SIZE) bestAskSizeAt = once(bestAskSizeAt);
    else skipValue();
  }
}

/**
 * Reads an l2update as the venue writes it, from its first byte to `end`: these frames are small and very many, and their names
 * cost more than their levels.
 * @returns whether it was so; if not, the reader is back at the beginning
 */
function readUpdateAsWritten(feed: usize, end: usize): bool {
  const from = at;
  if (load<u64>(from) != OPEN_TYPE || load<u64>(from, 8) != QUOTE_L2_UPDATE || load<u64>(from, 16) != COMMA_PRODUCT) return false;
  if (load<u64>(from, 24) != PRODUCT_COLON) return false;
  resumeAt(from + 32);
  if (readText()) {
    book = findSymbol(feed, text, textLength);
    if (book != 0 && load<u64>(at) == COMMA_CHANGES && load<u32>(at, 8) == 0x5b3a2273) {
      resumeAt(at + 11); // s":[
      if (readChangesAsWritten() && load<u64>(at) == COMMA_TIME) {
        resumeAt(at + 8);
        exchangeUs = readIsoUs();
        kind = KIND_UPDATE;
        changesAt = from;
        changesRead = true;
        if (!failed && load<u8>(at) == 0x7d && at + 1 == end) return true;
      }
    }
  }
  begin(from);
  beginFrame();
  return false;
}

function readUpdate(feed: usize): i32 {
  if (changesAt == 0) fail();
  else if (!changesRead) {
    resumeAt(changesAt);
    readChanges();
  }
  if (failed) return failedBookFrame(feed, book);
  const sequence = load<f64>(book, BOOK_SEQUENCE) + 1;
  noteMessage(sequence, sequence, bids + asks);
  if (load<i32>(book, BOOK_PHASE) == PHASE_WAITING) return stale(book);
  return applyDelta(book, bids, asks, sequence, exchangeUs);
}

function readSnapshot(feed: usize): i32 {
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
  if (failed) return failedBookFrame(feed, book);
  noteMessage(0, 0, bids + asks);
  return applySnapshot(book, bids, asks, 0, exchangeUs, PHASE_RUNNING);
}

/** A trade; `side` is the maker's, so the taker did the opposite. */
function readMatch(feed: usize): i32 {
  const price = unitsAt(priceAt, load<i32>(book, BOOK_PRICE_SCALE));
  const qty = unitsAt(sizeAt, load<i32>(book, BOOK_QTY_SCALE));
  const id = countAt(tradeIdAt);
  if (!textAt(sideAt)) return failedEventFrame(feed);
  const makerBought = textIs(BUY, 3);
  if (!makerBought && !textIs(SELL, 4)) fail();
  if (failed || !listTrade(book, price, qty, id, exchangeUs, makerBought ? -1 : 1)) return failedEventFrame(feed);
  return commitTrades();
}

/** The best prices; frames before 2022 have no sizes. */
function readTicker(feed: usize): i32 {
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  const bidPrice = maybeUnitsAt(bestBidAt, priceScale);
  const bidQty = maybeUnitsAt(bestBidSizeAt, qtyScale);
  const askPrice = maybeUnitsAt(bestAskAt, priceScale);
  const askQty = maybeUnitsAt(bestAskSizeAt, qtyScale);
  const sequence = maybeCountAt(sequenceAt);
  if (failed) return failedEventFrame(feed);
  return noteTicker(book, bidPrice, bidQty, askPrice, askQty, sequence);
}

/** Reads one frame, which ends at `end`. */
export function decodeCoinbase(feed: usize, end: usize): i32 {
  beginFrame();
  if (peek() != 0x7b) return unknownFrame(feed);
  if (readUpdateAsWritten(feed, end)) return readUpdate(feed);
  readMembers(feed);
  if (!finished(end)) return kind == KIND_MATCH || kind == KIND_TICKER ? failedEventFrame(feed) : failedBookFrame(feed, book);
  if (kind <= KIND_OTHER) return unknownFrame(feed);
  if (!named) return malformedFrame(feed);
  if (book == 0) return unknownSymbol(feed);
  if (kind == KIND_UPDATE) return readUpdate(feed);
  if (kind == KIND_SNAPSHOT) return readSnapshot(feed);
  return kind == KIND_MATCH ? readMatch(feed) : readTicker(feed);
}
