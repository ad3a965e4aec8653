// Kraken's checksum of an L2 book: CRC-32 over the digits of the ten best asks, then of the ten best bids. Few of those twenty
// levels change with a message, so the header keeps each one's CRC, and only what changed is printed again.
import {
  BOOK_ASKS, BOOK_BIDS, BOOK_CHECKSUM_CACHE, BOOK_PRICE_SCALE, BOOK_QTY_SCALE, BOOK_WIRE_PRICE_DECIMALS, BOOK_WIRE_QTY_DECIMALS,
  LEVEL_STRIDE, SIDE_COUNT,
} from '../memory/layout';
import { advance } from './crc';
import { addDigits, beginDigits, digitsCount, digitsCrc, resumeDigits } from './digits';
import { bestLevel } from './ladder';

/** Levels of a side that take part. */
export const CHECKSUM_LEVELS: i32 = 10;

// Cache of one side: u32 levels and the decimals they were printed with, u32 CRC of them all, i32 count of their digits; then for
// each level price, quantity, u32 CRC and i32 count of its digits, and the same of its price's. And u32, with the asks: the CRC with which the asks' digits
// end; with the bids: the same moved over the bids' digits.
const CACHE_SHAPE: usize = 0;
const CACHE_CRC: usize = 4;
const CACHE_DIGITS: usize = 8;
const CACHE_ASKS_END: usize = 12;
const CACHE_RECORDS: usize = 16;
const CACHE_STRIDE: usize = 352;
const RECORD_QTY: usize = 8;
const RECORD_CRC: usize = 16;
const RECORD_DIGITS: usize = 20;
const RECORD_PRICE_CRC: usize = 24;
const RECORD_PRICE_DIGITS: usize = 28;
const RECORD_STRIDE: usize = 32;

/** What `refreshSide` did to the CRC of its side, and whether the side has another number of digits now. */
let sideChange: u32 = 0;
let sideResized: bool = false;

// @ts-ignore: decorator
@inline
function copyRecord(target: usize, source: usize): void {
  v128.store(target, v128.load(source));
  v128.store(target, v128.load(source, RECORD_CRC), RECORD_CRC);
}

/** Takes the record out that `levels` records stand behind. */
function removeRecord(record: usize, levels: i32): void {
  for (; levels > 0; levels--, record += RECORD_STRIDE) copyRecord(record, record + RECORD_STRIDE);
}

/** Makes room for a record by moving `levels` records back by one. */
function insertRecord(record: usize, levels: i32): void {
  for (let from = record + <usize>levels * RECORD_STRIDE; from > record; from -= RECORD_STRIDE) copyRecord(from, from - RECORD_STRIDE);
}

/** Reckons a new level. */
function printLevel(record: usize, book: usize, price: f64, qty: f64): void {
  beginDigits();
  addDigits(price, load<i32>(book, BOOK_PRICE_SCALE), load<i32>(book, BOOK_WIRE_PRICE_DECIMALS));
  store<f64>(record, price);
  store<u32>(record, digitsCrc, RECORD_PRICE_CRC);
  store<i32>(record, digitsCount, RECORD_PRICE_DIGITS);
  printQty(record, book, qty);
}

/** Reckons another quantity of a level. */
function printQty(record: usize, book: usize, qty: f64): void {
  resumeDigits(load<u32>(record, RECORD_PRICE_CRC), load<i32>(record, RECORD_PRICE_DIGITS));
  addDigits(qty, load<i32>(book, BOOK_QTY_SCALE), load<i32>(book, BOOK_WIRE_QTY_DECIMALS));
  store<f64>(record, qty, RECORD_QTY);
  store<u32>(record, digitsCrc, RECORD_CRC);
  store<i32>(record, digitsCount, RECORD_DIGITS);
}

/** One bit for each level that the cache does not hold as it is at the same place. A record begins as a level does. */
// @ts-ignore: decorator
@inline
function differences(level: usize, record: usize, held: i32): i32 {
  let all = i64x2(0, 0);
  let bits = 0;
  for (let i = 0; i < held; i++) {
    const difference = v128.xor(v128.load(level - <usize>i * LEVEL_STRIDE), v128.load(record + <usize>i * RECORD_STRIDE));
    all = v128.or(all, difference);
  }
  if (!v128.any_true(all)) return 0;
  for (let i = 0; i < held; i++) {
    bits |= <i32>v128.any_true(v128.xor(v128.load(level), v128.load(record))) << i;
    level -= LEVEL_STRIDE;
    record += RECORD_STRIDE;
  }
  return bits;
}

/** Digits of the records from `record` up to `end`. */
// @ts-ignore: decorator
@inline
function digitsOf(record: usize, end: usize): i32 {
  let digits = 0;
  for (; record < end; record += RECORD_STRIDE) digits += load<i32>(record, RECORD_DIGITS);
  return digits;
}

/** CRC of all records up to `end`: two chains, so that neither waits for the other. */
// @ts-ignore: decorator
@inline
function crcOfRecords(records: usize, held: i32, end: usize): u32 {
  const half = held >> 1;
  let first = records;
  let second = records + <usize>half * RECORD_STRIDE;
  const middle = second;
  let firstCrc: u32 = 0;
  let secondCrc: u32 = 0;
  if (held & 1) {
    secondCrc = load<u32>(second, RECORD_CRC);
    second += RECORD_STRIDE;
  }
  for (let i = 0; i < half; i++) {
    firstCrc = advance(firstCrc, load<i32>(first, RECORD_DIGITS)) ^ load<u32>(first, RECORD_CRC);
    secondCrc = advance(secondCrc, load<i32>(second, RECORD_DIGITS)) ^ load<u32>(second, RECORD_CRC);
    first += RECORD_STRIDE;
    second += RECORD_STRIDE;
  }
  return advance(firstCrc, digitsOf(middle, end)) ^ secondCrc;
}

/**
 * Brings the cache of one side up to its ten best levels. A level that only has another quantity of as many digits changes the
 * CRC at its own place; otherwise it is put together again.
 */
function refreshSide(book: usize, side: usize, sign: f64, cache: usize, decimals: u32): void {
  sideChange = 0;
  sideResized = false;
  const held = min(load<i32>(side, SIDE_COUNT), CHECKSUM_LEVELS);
  const shape = (decimals << 8) | <u32>held;
  const shapeBefore = load<u32>(cache, CACHE_SHAPE);
  const records = cache + CACHE_RECORDS;
  const end = records + <usize>held * RECORD_STRIDE;
  const best = bestLevel(side);
  let reshaped = shape != shapeBefore;
  let cached: i32 = shapeBefore >> 8 == decimals ? shapeBefore & 0xff : 0;
  let from = 0;
  if (!reshaped) {
    let bits = differences(best, records, held);
    if (bits == 0) return;
    for (; bits != 0; bits &= bits - 1) {
      const i = ctz<i32>(bits);
      const record = records + <usize>i * RECORD_STRIDE;
      const level = best - <usize>i * LEVEL_STRIDE;
      if (load<f64>(record) != load<f64>(level)) {
        reshaped = true;
        from = i;
        break;
      }
      const crc = load<u32>(record, RECORD_CRC);
      const digits = load<i32>(record, RECORD_DIGITS);
      printQty(record, book, load<f64>(level, 8));
      if (digits != load<i32>(record, RECORD_DIGITS)) sideResized = true;
      if (!sideResized) sideChange ^= advance(crc ^ load<u32>(record, RECORD_CRC), digitsOf(record + RECORD_STRIDE, end));
    }
  }
  const crcBefore = load<u32>(cache, CACHE_CRC);
  if (!reshaped && !sideResized) {
    store<u32>(cache, crcBefore ^ sideChange, CACHE_CRC);
    return;
  }
  if (reshaped) matchRecords(book, sign, best, records, from, held, cached);
  const crc = crcOfRecords(records, held, end);
  const digits = digitsOf(records, end);
  sideChange = crcBefore ^ crc;
  sideResized = digits != load<i32>(cache, CACHE_DIGITS);
  store<u32>(cache, shape, CACHE_SHAPE);
  store<u32>(cache, crc, CACHE_CRC);
  store<i32>(cache, digits, CACHE_DIGITS);
}

/**
 * Makes the records from number `from` on those of the levels. Both run from the best to the worst, so one pass tells which came
 * and which went.
 */
function matchRecords(book: usize, sign: f64, best: usize, records: usize, from: i32, held: i32, cached: i32): void {
  let level = best - <usize>from * LEVEL_STRIDE;
  let record = records + <usize>from * RECORD_STRIDE;
  for (let i = from; i < held; i++) {
    const price = load<f64>(level);
    const qty = load<f64>(level, 8);
    while (cached > i && sign * load<f64>(record) > sign * price) removeRecord(record, --cached - i);
    if (cached <= i || load<f64>(record) != price) {
      insertRecord(record, min(cached - i, CHECKSUM_LEVELS - 1 - i));
      cached = min(cached + 1, CHECKSUM_LEVELS);
      printLevel(record, book, price, qty);
    } else if (load<f64>(record, RECORD_QTY) != qty) {
      printQty(record, book, qty);
    }
    level -= LEVEL_STRIDE;
    record += RECORD_STRIDE;
  }
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
  let moved = load<u32>(bids, CACHE_ASKS_END);
  let asksEnd = load<u32>(asks, CACHE_ASKS_END);
  const isNew = moved == 0 || asksEnd == 0; // never reckoned so far, or worth reckoning again
  if (asksResized || sideResized || asksChange != 0 || isNew) {
    asksEnd = asksResized || isNew ? advance(0xffffffff, asksDigits) ^ load<u32>(asks, CACHE_CRC) : asksEnd ^ asksChange;
    store<u32>(asks, asksEnd, CACHE_ASKS_END);
    moved = asksResized || sideResized || isNew ? advance(asksEnd, bidsDigits) : moved ^ advance(asksChange, bidsDigits);
    store<u32>(bids, moved, CACHE_ASKS_END);
  }
  return ~(moved ^ load<u32>(bids, CACHE_CRC));
}
