// Kraken spot, WebSocket v1: [channelID, payload, (second payload,) "book-1000", "XBT/USD"]. The last two elements say what the
// payloads are, so they are looked up from behind; reading on to them from the front proves that they were the right ones.
import { BOOK_PHASE, BOOK_PRICE_SCALE, BOOK_QTY_SCALE, BOOK_SEQUENCE, PHASE_WAITING } from '../memory/layout';
import { applyCheckedDelta, applyCheckedSnapshot } from '../book/checked';
import { stale } from '../book/publish';
import { findSymbol } from '../memory/symbols';
import { askLevels, bidLevels, input, noteMessage } from '../memory/thread';
import { commitTrades, listTrade } from './events';
import {
  expect, fail, failed, finished, firstElement, firstKey, keyOf, nextElement, nextKey, peek, readText, skipValue, text, textLength,
} from './json';
import { listEnd, readPlainTriples } from './kraken-levels';
import { beginLevels, readLevelArrays } from './levels';
import { fractionDigits, readCount, readPlain, readUnits, shortUnits, shortValue } from './number';
import { failedBookFrame, failedEventFrame, malformedFrame, unknownFrame, unknownSymbol } from './outcome';

const SNAPSHOT_BIDS = keyOf('bs');
const SNAPSHOT_ASKS = keyOf('as');
const BIDS = keyOf('b');
const ASKS = keyOf('a');
const CHECKSUM = keyOf('c');
const BOOK_DASH: u64 = 0x2d6b6f6f62; // book-
const TRADE: u64 = 0x6564617274; // trade
const FIVE_BYTES: u64 = 0xffffffffff;
const SIX_BYTES: u64 = 0xffffffffffff;
const COMMA_CHECKSUM: u64 = 0x223a2263222c; // ,"c":"

const QUOTE: u32 = 0x22;

/** The text found from behind. */
let tail: usize;
let tailLength: i32;
/** The pair, which is the last of all texts. */
let pair: usize;
let pairLength: i32;

// What the payloads hold.
let book: usize;
let bids: i32;
let asks: i32;
let checksum: f64;
let payloads: i32;
/** One bit for each list seen. */
let seen: i32;
const SEEN_BIDS = 1;
const SEEN_ASKS = 2;
const SEEN_SNAPSHOT_BIDS = 4;
const SEEN_SNAPSHOT_ASKS = 8;
const SEEN_SNAPSHOT = 12;

/** Last byte before `behind` that is no white space, as an address; `input` when there is none. */
function lastByte(behind: usize): usize {
  let from = behind - 1;
  while (from > input && load<u8>(from) <= 0x20) from--;
  return from;
}

/** Finds the text that ends the bytes before `behind`. @returns the address of its first quote; 0 when there is no plain text */
function textBefore(behind: usize): usize {
  const close = lastByte(behind);
  if (load<u8>(close) != QUOTE) return 0;
  let open = close - 1;
  while (open > input && load<u8>(open) != QUOTE) open--;
  if (open <= input || load<u8>(open - 1) == 0x5c) return 0;
  tail = open + 1;
  tailLength = <i32>(close - tail);
  return open;
}

/** Reads the lists of one payload. A side comes once in a frame. */
function readBookPayload(): void {
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == BIDS || key == SNAPSHOT_BIDS) {
      if (seen & (SEEN_BIDS | SEEN_SNAPSHOT_BIDS)) fail();
      seen |= key == BIDS ? SEEN_BIDS : SEEN_SNAPSHOT_BIDS;
      bids = readLevelArrays(bidLevels, priceScale, qtyScale);
    } else if (key == ASKS || key == SNAPSHOT_ASKS) {
      if (seen & (SEEN_ASKS | SEEN_SNAPSHOT_ASKS)) fail();
      seen |= key == ASKS ? SEEN_ASKS : SEEN_SNAPSHOT_ASKS;
      asks = readLevelArrays(askLevels, priceScale, qtyScale);
    } else if (key == CHECKSUM) {
      if (checksum == checksum) fail();
      checksum = readCount();
    } else skipValue();
  }
}

function applyBook(feed: usize): i32 {
  if (seen & SEEN_SNAPSHOT) {
    if ((seen & SEEN_SNAPSHOT) != seen || seen != SEEN_SNAPSHOT || payloads != 1) return failedBookFrame(feed, book);
    noteMessage(0, 0, bids + asks);
    return applyCheckedSnapshot(book, bids, asks, 0, checksum);
  }
  if (payloads == 0 || checksum != checksum) return failedBookFrame(feed, book);
  const sequence = load<f64>(book, BOOK_SEQUENCE) + 1;
  noteMessage(sequence, sequence, bids + asks);
  if (load<i32>(book, BOOK_PHASE) == PHASE_WAITING) return stale(book);
  return applyCheckedDelta(book, bids, asks, 0, checksum);
}

/** Reads `[[price, volume, time in seconds, "b" or "s" for the taker's side, ...], ...]`; these trades have no id. */
function readTradePayload(): void {
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  if (!firstElement()) return;
  do {
    if (!firstElement()) return fail();
    const price = readUnits(priceScale);
    if (failed || !nextElement()) return fail();
    const qty = readUnits(qtyScale);
    if (failed || !nextElement()) return fail();
    const tsUs = Math.round(readPlain() * 1000000);
    if (failed || !nextElement()) return fail();
    if (!readText() || textLength != 1) return fail();
    const letter = <u32>load<u8>(text);
    if (letter != 0x62 && letter != 0x73) return fail();
    while (!failed && nextElement()) skipValue();
    if (failed || !listTrade(book, price, qty, 0, tsUs, letter == 0x62 ? 1 : -1)) return fail();
  } while (nextElement());
}

/** Reads the frame from the front. @returns whether it is valid and ends with the two texts found from behind */
function readWhole(end: usize, channel: usize, isBook: bool): bool {
  firstElement();
  skipValue(); // the channel's number
  while (!failed && nextElement()) {
    if (peek() == QUOTE) {
      if (!readText() || text != channel || !nextElement()) return false;
      if (!readText() || text != pair || !expect(0x5d)) return false;
      return finished(end);
    }
    payloads++;
    if (book == 0) skipValue();
    else if (isBook) readBookPayload();
    else readTradePayload();
  }
  return false;
}

/**
 * Reads `[336,{"a":[...]},{"b":[...],"c":"974942666"},` without white space, up to the channel's name.
 * @returns whether it was of that form and led to the texts found from behind; if not, nothing is known
 */
function readPlainUpdate(end: usize, channel: usize, channelLength: i32): bool {
  if (channel + <usize>channelLength + 3 != pair || pair + <usize>pairLength + 2 != end || load<u8>(input) != 0x5b) return false;
  const priceScale = load<i32>(book, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(book, BOOK_QTY_SCALE);
  let from = input + 1;
  if (<u32>load<u8>(from) - 0x31 > 8) return false;
  while (<u32>load<u8>(from) - 0x30 <= 9) from++;
  if (load<u8>(from++) != 0x2c) return false;
  while (load<u8>(from) == 0x7b) {
    const name = load<u32>(from);
    if (load<u16>(from, 4) != 0x5b3a) return false;
    if (name == 0x2262227b && (seen & SEEN_BIDS) == 0) { // {"b"
      seen |= SEEN_BIDS;
      bids = readPlainTriples(from + 6, bidLevels, priceScale, qtyScale);
    } else if (name == 0x2261227b && (seen & SEEN_ASKS) == 0) { // {"a"
      seen |= SEEN_ASKS;
      asks = readPlainTriples(from + 6, askLevels, priceScale, qtyScale);
    } else return false;
    if (listEnd == 0) return false;
    from = listEnd;
    if ((load<u64>(from) & SIX_BYTES) == COMMA_CHECKSUM && checksum != checksum) {
      const checksumEnd = shortUnits(from + 6, 0);
      if (checksumEnd == 0 || shortValue < 0 || fractionDigits != 0 || load<u8>(checksumEnd) != QUOTE) return false;
      checksum = shortValue;
      from = checksumEnd + 1;
    }
    // },
    if (load<u16>(from) != 0x2c7d) return false;
    from += 2;
    payloads++;
  }
  return payloads > 0 && checksum == checksum && from + 1 == channel;
}

function beginPayloads(): void {
  bids = asks = payloads = seen = 0;
  checksum = NaN;
}

/** Finds channel and pair in the last 32 bytes, written `"book-10","XBT/USD"]`. @returns false when they are not there */
function findPlainTail(end: usize): bool {
  const start = end - 32;
  if (start < input) return false;
  let quotes =
    i8x16.bitmask(i8x16.eq(v128.load(start), i8x16.splat(0x22))) |
    (i8x16.bitmask(i8x16.eq(v128.load(start, 16), i8x16.splat(0x22))) << 16);
  // "] at the end
  if (quotes >>> 30 != 1 || load<u8>(end - 1) != 0x5d) return false;
  quotes &= 0x3fffffff;
  const pairOpen = 31 - clz<i32>(quotes);
  quotes &= (1 << max(pairOpen, 0)) - 1;
  const channelClose = 31 - clz<i32>(quotes);
  quotes &= (1 << max(channelClose, 0)) - 1;
  const channelOpen = 31 - clz<i32>(quotes);
  if (quotes == 0 || pairOpen != channelClose + 2 || load<u8>(start + <usize>channelClose, 1) != 0x2c) return false;
  pair = start + <usize>pairOpen + 1;
  pairLength = 29 - pairOpen;
  tail = start + <usize>channelOpen + 1;
  tailLength = channelClose - channelOpen - 1;
  return load<u8>(pair + <usize>pairLength - 1) != 0x5c && load<u8>(start + <usize>channelClose - 1) != 0x5c;
}

/** Finds channel and pair at the end of a frame of any form. @returns false when it does not end with two plain texts */
function findTail(end: usize): bool {
  const close = lastByte(end);
  if (load<u8>(close) != 0x5d) return false;
  const open = textBefore(close);
  if (open == 0) return false;
  pair = tail;
  pairLength = tailLength;
  const comma = lastByte(open);
  return load<u8>(comma) == 0x2c && textBefore(comma) != 0;
}

/** Whether the text found last is "book-" and a number. */
function isBookName(): bool {
  if (tailLength < 6 || (load<u64>(tail) & FIVE_BYTES) != BOOK_DASH) return false;
  for (let i = 5; i < tailLength; i++) if (<u32>load<u8>(tail + <usize>i) - 0x30 > 9) return false;
  return true;
}

/** Reads one frame that begins with a bracket and ends at `end`. */
export function decodeKrakenV1(feed: usize, end: usize): i32 {
  book = 0;
  beginPayloads();
  const found = findPlainTail(end) || findTail(end);
  const isBook = found && isBookName();
  if (!isBook && !(found && tailLength == 5 && (load<u64>(tail) & FIVE_BYTES) == TRADE)) {
    skipValue();
    return finished(end) ? unknownFrame(feed) : malformedFrame(feed);
  }
  const channel = tail;
  book = findSymbol(feed, pair, pairLength);
  if (isBook && book != 0) {
    if (readPlainUpdate(end, channel, tailLength)) return applyBook(feed);
    beginPayloads();
    beginLevels();
  }
  const whole = readWhole(end, channel, isBook);
  if (!isBook) {
    if (!whole || payloads == 0) return failedEventFrame(feed);
    return book == 0 ? unknownSymbol(feed) : commitTrades();
  }
  if (!whole) return failedBookFrame(feed, book);
  return book == 0 ? unknownSymbol(feed) : applyBook(feed);
}
