// MEXC contract (futures): push.depth merged and unmerged, push.depth.full, push.deal, push.ticker, push.funding.rate, and the
// REST depth snapshot. Quantities are contracts. The channel often comes last, and the symbol may.
import {
  BOOK_PHASE, BOOK_PRICE_SCALE, BOOK_QTY_SCALE, BOOK_RULE, BOOK_RULE_REPLACE, BOOK_SEQUENCE, PHASE_FIRST, PHASE_RUNNING,
  PHASE_WAITING, STATUS_BUFFER,
} from '../memory/layout';
import { applyDelta, applySnapshot, gap, stale } from '../book/publish';
import { findSymbol } from '../memory/symbols';
import { askLevels, bidLevels, noteMessage, report } from '../memory/thread';
import { commitTrades, listTrade, noteMark, noteTicker, stampUs } from './events';
import {
  at, fail, failed, finished, firstElement, firstKey, keyOf, nextElement, nextKey, noteValue, peek, readText, resumeAt, text,
  textEquals, textLength,
} from './json';
import { countAt, countOnce, maybeCountAt, maybeUnitsAt, once, passValue, plainAt, unitsAt } from './noted';
import { failedBookFrame, failedEventFrame, malformedFrame, otherChannel, unknownFrame, unknownSymbol } from './outcome';
import { readBareTriples } from './venue-levels';

const CHANNEL = keyOf('channel');
const SYMBOL = keyOf('symbol');
const DATA = keyOf('data');
const BIDS = keyOf('bids');
const ASKS = keyOf('asks');
const VERSION = keyOf('version');
const BEGIN = keyOf('begin');
const END = keyOf('end');
const CREATED = keyOf('cts');
const BID = keyOf('bid1');
const ASK = keyOf('ask1');
const FAIR_PRICE = keyOf('fairPrice');
const INDEX_PRICE = keyOf('indexPrice');
const FUNDING_RATE = keyOf('fundingRate');
const RATE = keyOf('rate');
const NEXT_SETTLE = keyOf('nextSettleTime');
const DEAL_PRICE = keyOf('p');
const DEAL_VOLUME = keyOf('v');
const DEAL_TYPE = keyOf('T');
const DEAL_TIME = keyOf('t');
const DEAL_ID = keyOf('i');

const PUSH_DEPTH = keyOf('push.depth');
const PUSH_DEPTH_FULL = keyOf('push.depth.full');
const PUSH_DEAL = keyOf('push.deal');
const PUSH_TICKER = keyOf('push.ticker');
const PUSH_FUNDING_RATE = keyOf('push.funding.rate');

const KIND_UNTOLD = 0;
const KIND_OTHER = 1;
const KIND_DEPTH = 2;
const KIND_WHOLE = 3;
const KIND_DEAL = 4;
const KIND_TICKER = 5;
const KIND_FUNDING = 6;

let kind: i32;
let book: usize;
let named: bool;
let bids: i32;
let asks: i32;
let bidsRead: bool;
let asksRead: bool;
/** -1 when absent. */
let version: f64;
// Where the values of the frame stand; 0 when absent.
let dataAt: usize;
let bidsAt: usize;
let asksAt: usize;
let beginAt: usize;
let endAt: usize;
let createdAt: usize;
let bidAt: usize;
let askAt: usize;
let fairPriceAt: usize;
let indexPriceAt: usize;
let fundingRateAt: usize;
let rateAt: usize;
let nextSettleAt: usize;

function beginFrame(): void {
  kind = KIND_UNTOLD;
  book = 0;
  named = bidsRead = asksRead = false;
  bids = asks = 0;
  version = -1;
  dataAt = bidsAt = asksAt = beginAt = endAt = createdAt = 0;
  bidAt = askAt = fairPriceAt = indexPriceAt = fundingRateAt = rateAt = nextSettleAt = 0;
}

function readChannel(): void {
  if (kind != KIND_UNTOLD) fail();
  if (!readText()) return;
  if (textEquals(PUSH_DEPTH)) kind = KIND_DEPTH;
  else if (textEquals(PUSH_DEAL)) kind = KIND_DEAL;
  else if (textEquals(PUSH_TICKER)) kind = KIND_TICKER;
  else if (textEquals(PUSH_DEPTH_FULL)) kind = KIND_WHOLE;
  else if (textEquals(PUSH_FUNDING_RATE)) kind = KIND_FUNDING;
  else kind = KIND_OTHER;
}

function readData(): void {
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == BIDS) {
      bidsRead = bidsAt == 0 && book != 0 && peek() == 0x5b;
      if (bidsRead) {
        bidsAt = at;
        bids = readBareTriples(bidLevels, load<i32>(book, BOOK_PRICE_SCALE), load<i32>(book, BOOK_QTY_SCALE));
      } else bidsAt = once(bidsAt);
    } else if (key == ASKS) {
      asksRead = asksAt == 0 && book != 0 && peek() == 0x5b;
      if (asksRead) {
        asksAt = at;
        asks = readBareTriples(askLevels, load<i32>(book, BOOK_PRICE_SCALE), load<i32>(book, BOOK_QTY_SCALE));
      } else asksAt = once(asksAt);
    } else if (key == VERSION) version = countOnce(version);
    else if (key == BEGIN) beginAt = once(beginAt);
    else if (key == END) endAt = once(endAt);
    else if (key == CREATED) createdAt = once(createdAt);
    else if (key == BID) bidAt = once(bidAt);
    else if (key == ASK) askAt = once(askAt);
    else if (key == FAIR_PRICE) fairPriceAt = once(fairPriceAt);
    else if (key == INDEX_PRICE) indexPriceAt = once(indexPriceAt);
    else if (key == FUNDING_RATE) fundingRateAt = once(fundingRateAt);
    else if (key == RATE) rateAt = once(rateAt);
    else if (key == NEXT_SETTLE) nextSettleAt = once(nextSettleAt);
    else passValue();
  }
}

function readMembers(feed: usize): void {
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == DATA) {
      if (dataAt != 0) fail();
      if (peek() == 0x7b && kind != KIND_DEAL && kind != KIND_OTHER) {
        dataAt = at;
        readData();
      } else dataAt = noteValue();
    } else if (key == CHANNEL) readChannel();
    else if (key == SYMBOL && feed != 0) {
      if (named) fail();
      if (readText()) book = findSymbol(feed, text, textLength);
      named = true;
    } else passValue();
  }
}

function readLists(): void {
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  if (bidsAt == 0 || asksAt == 0) fail();
  if (!bidsRead && !failed) {
    resumeAt(bidsAt);
    bids = readBareTriples(bidLevels, priceScale, qtyScale);
  }
  if (!asksRead && !failed) {
    resumeAt(asksAt);
    asks = readBareTriples(askLevels, priceScale, qtyScale);
  }
}

/** A push covers begin to end when both are told and not zero, else its version alone. */
function readDepth(feed: usize): i32 {
  const begin = maybeCountAt(beginAt);
  const end = maybeCountAt(endAt);
  const merged = begin != 0 && end != 0;
  const first = merged ? begin : version;
  const last = merged ? end : version;
  const exchangeUs = stampUs(maybeCountAt(createdAt));
  readLists();
  if (failed || version < 0 || first > last) return failedBookFrame(feed, book);
  noteMessage(first, last, bids + asks);
  if (load<i32>(book, BOOK_RULE) == BOOK_RULE_REPLACE) return otherChannel(book);
  if (load<i32>(book, BOOK_PHASE) == PHASE_WAITING) return report(book, STATUS_BUFFER);
  const held = load<f64>(book, BOOK_SEQUENCE);
  if (last <= held) return stale(book);
  if (first > held + 1) return gap(book);
  return applyDelta(book, bids, asks, last, exchangeUs);
}

/** A whole book: of push.depth.full, or of REST. */
function readWhole(feed: usize, phase: i32): i32 {
  const exchangeUs = stampUs(maybeCountAt(createdAt));
  readLists();
  if (failed || version < 0) return failedBookFrame(feed, book);
  noteMessage(version, version, bids + asks);
  if (phase == PHASE_RUNNING && load<i32>(book, BOOK_RULE) != BOOK_RULE_REPLACE) return otherChannel(book);
  return applySnapshot(book, bids, asks, version, exchangeUs, phase);
}

function readDeal(): void {
  let priceAt: usize = 0;
  let volumeAt: usize = 0;
  let typeAt: usize = 0;
  let timeAt: usize = 0;
  let idAt: usize = 0;
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == DEAL_PRICE) priceAt = once(priceAt);
    else if (key == DEAL_VOLUME) volumeAt = once(volumeAt);
    else if (key == DEAL_TYPE) typeAt = once(typeAt);
    else if (key == DEAL_TIME) timeAt = once(timeAt);
    else if (key == DEAL_ID) idAt = once(idAt);
    else passValue();
  }
  if (failed) return;
  const after = at;
  const price = unitsAt(priceAt, load<i32>(book, BOOK_PRICE_SCALE));
  const qty = unitsAt(volumeAt, load<i32>(book, BOOK_QTY_SCALE));
  const type = countAt(typeAt);
  const tsUs = stampUs(maybeCountAt(timeAt));
  const id = maybeCountAt(idAt);
  if (type != 1 && type != 2) fail();
  if (failed || !listTrade(book, price, qty, id, tsUs, type == 1 ? 1 : -1)) fail();
  resumeAt(after);
}

/** One deal, or since 2025-08 a list of them. */
function readDeals(feed: usize): i32 {
  if (dataAt == 0) return failedEventFrame(feed);
  resumeAt(dataAt);
  if (peek() != 0x5b) readDeal();
  else if (firstElement()) {
    do {
      readDeal();
    } while (!failed && nextElement());
  }
  return failed ? failedEventFrame(feed) : commitTrades();
}

/** Best prices without sizes, and the contract's marks. */
function readTicker(feed: usize): i32 {
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const bidPrice = maybeUnitsAt(bidAt, priceScale);
  const askPrice = maybeUnitsAt(askAt, priceScale);
  const fairPrice = plainAt(fairPriceAt);
  const indexPrice = plainAt(indexPriceAt);
  const fundingRate = plainAt(fundingRateAt);
  if (failed) return failedEventFrame(feed);
  noteTicker(book, bidPrice, 0, askPrice, 0, 0);
  return noteMark(book, fairPrice, indexPrice, fundingRate, NaN);
}

function readFunding(feed: usize): i32 {
  const rate = plainAt(rateAt);
  const nextUs: f64 = nextSettleAt != 0 ? stampUs(countAt(nextSettleAt)) : NaN;
  if (failed || rateAt == 0) return failedEventFrame(feed);
  return noteMark(book, NaN, NaN, rate, nextUs);
}

/** Reads one push, which ends at `end`. */
export function decodeMexcContract(feed: usize, end: usize): i32 {
  beginFrame();
  if (peek() != 0x7b) return unknownFrame(feed);
  readMembers(feed);
  if (!finished(end)) return kind >= KIND_DEAL ? failedEventFrame(feed) : failedBookFrame(feed, book);
  if (kind <= KIND_OTHER) return unknownFrame(feed);
  if (!named) return malformedFrame(feed);
  if (book == 0) return unknownSymbol(feed);
  if (kind == KIND_DEPTH) return readDepth(feed);
  if (kind == KIND_WHOLE) return readWhole(feed, PHASE_RUNNING);
  if (kind == KIND_DEAL) return readDeals(feed);
  return kind == KIND_TICKER ? readTicker(feed) : readFunding(feed);
}

/** Reads the answer of GET /api/v1/contract/depth/{symbol} into `target`. */
export function decodeMexcContractSnapshot(feed: usize, target: usize, end: usize): i32 {
  beginFrame();
  book = target;
  readMembers(0);
  if (!finished(end)) return failedBookFrame(feed, target);
  return readWhole(feed, PHASE_FIRST);
}
