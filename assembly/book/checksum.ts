// Kraken's checksum of an L2 book: CRC-32 over the digits of the ten best asks, then of the ten best bids. Few of those twenty
// levels change with a message, so the header keeps each one's CRC, and only what changed is printed again.
import {
  BOOK_ASKS, BOOK_BIDS, BOOK_CHECKSUM_CACHE, BOOK_PRICE_SCALE, BOOK_QTY_SCALE, BOOK_WIRE_PRICE_DECIMALS, BOOK_WIRE_QTY_DECIMALS,
  LEVEL_STRIDE, SIDE_COUNT,
} from '../memory/layout';
import { advance } from './crc';
import { addDigits, beginDigits, digitsCount, digitsCrc } from './digits';
import { bestLevel } from './ladder';

/** Levels of a side that take part. */
export const CHECKSUM_LEVELS: i32 = 10;

// Cache of one side: u32 levels and the decimals they were printed with, u32 CRC of them all, i32 count of their digits; then for
// each level price, quantity, u32 CRC and i32 count of its digits. Bids: also u32, the CRC of all asks moved over the bids' digits.
const CACHE_SHAPE: usize = 0;
const CACHE_CRC: usize = 4;
const CACHE_DIGITS: usize = 8;
const CACHE_ASKS_CRC: usize = 12;
const CACHE_RECORDS: usize = 16;
const CACHE_STRIDE: usize = 256;
const RECORD_QTY: usize = 8;
const RECORD_CRC: usize = 16;
const RECORD_DIGITS: usize = 20;
const RECORD_STRIDE: usize = 24;

/** What `refreshSide` did to the CRC of its side, and whether the side has another number of digits now. */
let sideChange: u32 = 0;
let sideResized: bool = false;

// @ts-ignore: decorator
@inline
function copyRecord(target: usize, source: usize): void {
  v128.store(target, v128.load(source));
  store<u64>(target, load<u64>(source, RECORD_CRC), RECORD_CRC);
}

/** Takes the record out that `levels` records stand behind. */
function removeRecord(record: usize, levels: i32): void {
  for (; levels > 0; levels--, record += RECORD_STRIDE) copyRecord(record, record + RECORD_STRIDE);
}

/** Makes room for a record by moving `levels` records back by one. */
function insertRecord(record: usize, levels: i32): void {
  for (let from = record + <usize>levels * RECORD_STRIDE; from > record; from -= RECORD_STRIDE) copyRecord(from, from - RECORD_STRIDE);
}

function printLevel(record: usize, book: usize, price: f64, qty: f64): void {
  beginDigits();
  addDigits(price, load<i32>(book, BOOK_PRICE_SCALE), load<i32>(book, BOOK_WIRE_PRICE_DECIMALS));
  addDigits(qty, load<i32>(book, BOOK_QTY_SCALE), load<i32>(book, BOOK_WIRE_QTY_DECIMALS));
  store<f64>(record, price);
  store<f64>(record, qty, RECORD_QTY);
  store<u32>(record, digitsCrc, RECORD_CRC);
  store<i32>(record, digitsCount, RECORD_DIGITS);
}

/** Whether the cache holds just these levels. A record begins as a level does. */
// @ts-ignore: decorator
@inline
function isFresh(level: usize, record: usize, held: i32): bool {
  let difference = i64x2(0, 0);
  for (let i = 0; i < held; i++) {
    difference = v128.or(difference, v128.xor(v128.load(level), v128.load(record)));
    level -= LEVEL_STRIDE;
    record += RECORD_STRIDE;
  }
  return !v128.any_true(difference);
}

/** Digits of the records from `record` up to `end`. */
// @ts-ignore: decorator
@inline
function digitsOf(record: usize, end: usize): i32 {
  let digits = 0;
  for (; record < end; record += RECORD_STRIDE) digits += load<i32>(record, RECORD_DIGITS);
  return digits;
}

/**
 * Brings the cache of one side up to its ten best levels. Both run from the best to the worst, so one pass tells them apart. A
 * level that only has another quantity of as many digits changes the CRC at its own place; otherwise it is put together again.
 */
function refreshSide(book: usize, side: usize, sign: f64, cache: usize, decimals: u32): void {
  sideChange = 0;
  sideResized = false;
  const held = min(load<i32>(side, SIDE_COUNT), CHECKSUM_LEVELS);
  const shape = (decimals << 8) | <u32>held;
  const shapeBefore = load<u32>(cache, CACHE_SHAPE);
  let level = bestLevel(side);
  let record = cache + CACHE_RECORDS;
  const end = record + <usize>held * RECORD_STRIDE;
  if (shape == shapeBefore && isFresh(level, record, held)) return;

  let cached: i32 = shapeBefore >> 8 == decimals ? shapeBefore & 0xff : 0;
  let reshaped = cached != held || held == 0;
  for (let i = 0; i < held; i++) {
    const price = load<f64>(level);
    const qty = load<f64>(level, 8);
    while (cached > i && sign * load<f64>(record) > sign * price) {
      removeRecord(record, --cached - i);
      reshaped = true;
    }
    if (cached <= i || load<f64>(record) != price) {
      insertRecord(record, min(cached - i, CHECKSUM_LEVELS - 1 - i));
      cached = min(cached + 1, CHECKSUM_LEVELS);
      printLevel(record, book, price, qty);
      reshaped = true;
    } else if (load<f64>(record, RECORD_QTY) != qty) {
      const crc = load<u32>(record, RECORD_CRC);
      const digits = load<i32>(record, RECORD_DIGITS);
      printLevel(record, book, price, qty);
      if (digits != load<i32>(record, RECORD_DIGITS)) reshaped = true;
      else if (!reshaped) sideChange ^= advance(crc ^ load<u32>(record, RECORD_CRC), digitsOf(record + RECORD_STRIDE, end));
    }
    level -= LEVEL_STRIDE;
    record += RECORD_STRIDE;
  }
  store<u32>(cache, shape, CACHE_SHAPE);
  const crcBefore = load<u32>(cache, CACHE_CRC);
  if (!reshaped) {
    store<u32>(cache, crcBefore ^ sideChange, CACHE_CRC);
    return;
  }
  let crc: u32 = 0;
  let digits = 0;
  for (let from = cache + CACHE_RECORDS; from < end; from += RECORD_STRIDE) {
    const count = load<i32>(from, RECORD_DIGITS);
    crc = advance(crc, count) ^ load<u32>(from, RECORD_CRC);
    digits += count;
  }
  sideChange = crcBefore ^ crc;
  sideResized = digits != load<i32>(cache, CACHE_DIGITS);
  store<u32>(cache, crc, CACHE_CRC);
  store<i32>(cache, digits, CACHE_DIGITS);
}

/** CRC-32 of two texts, one behind the other, from their plain CRCs. */
export function crcOfTwo(firstCrc: u32, firstLength: i32, secondCrc: u32, secondLength: i32): u32 {
  const first = advance(0xffffffff, firstLength) ^ firstCrc;
  return ~(advance(first, secondLength) ^ secondCrc);
}

/** The checksum of the levels as they stand, by the decimals of the venue's texts. For the thread that writes the book. */
export function checksumOfLevels(book: usize): u32 {
  const bids = book + BOOK_CHECKSUM_CACHE;
  const asks = bids + CACHE_STRIDE;
  const decimals = ((load<i32>(book, BOOK_WIRE_PRICE_DECIMALS) & 0xff) << 8) | (load<i32>(book, BOOK_WIRE_QTY_DECIMALS) & 0xff);
  refreshSide(book, book + BOOK_ASKS, -1, asks, decimals);
  const asksChange = sideChange;
  const asksResized = sideResized;
  refreshSide(book, book + BOOK_BIDS, 1, bids, decimals);
  const asksDigits = load<i32>(asks, CACHE_DIGITS);
  const bidsDigits = load<i32>(bids, CACHE_DIGITS);
  if (asksDigits + bidsDigits == 0) return 0;
  let asksCrc = load<u32>(bids, CACHE_ASKS_CRC);
  if (asksResized || sideResized) asksCrc = advance(advance(0xffffffff, asksDigits) ^ load<u32>(asks, CACHE_CRC), bidsDigits);
  else if (asksChange != 0) asksCrc ^= advance(asksChange, bidsDigits);
  store<u32>(bids, asksCrc, CACHE_ASKS_CRC);
  return ~(asksCrc ^ load<u32>(bids, CACHE_CRC));
}
