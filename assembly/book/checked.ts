// Messages that bring a checksum: the lock is held until it has been compared, so that no reader sees a book that is known to be wrong.
import {
  BOOK_ASKS, BOOK_BIDS, BOOK_CHECKSUM, BOOK_CHECKSUM_BAD, BOOK_CHECKSUM_GOOD, BOOK_CHECKSUM_POLICY, BOOK_L3, BOOK_SEQUENCE,
  BOOK_WIRE_PRICE_DECIMALS, BOOK_WIRE_QTY_DECIMALS, CHECKSUM_OFF, CHECKSUM_REPORT, PHASE_RUNNING, SIDE_COUNT,
} from '../memory/layout';
import { count } from '../memory/counters';
import { beginWrite, endWrite } from '../memory/seqlock';
import { report } from '../memory/thread';
import { priceDigitsAnd, priceDigitsOr, qtyDigitsAnd, qtyDigitsOr } from '../decode/levels';
import { checksumOfLevels } from './checksum';
import { checksumOfOrders } from './l3-checksum';
import { changeSides, checksumError, finishDelta, finishSnapshot, markDirty, replaceSides, writeTouch } from './publish';

/** More decimals than any venue writes; a text with more of them teaches nothing. */
const DECIMALS_MAX: i32 = 30;

/** Learns how the venue writes its decimals from the levels of a message that are all written alike, once per snapshot. */
function learnDecimals(book: usize): void {
  if (load<i32>(book, BOOK_WIRE_PRICE_DECIMALS) < 0 && priceDigitsOr == priceDigitsAnd && priceDigitsOr <= DECIMALS_MAX) {
    store<i32>(book, priceDigitsOr, BOOK_WIRE_PRICE_DECIMALS);
  }
  if (load<i32>(book, BOOK_WIRE_QTY_DECIMALS) < 0 && qtyDigitsOr == qtyDigitsAnd && qtyDigitsOr <= DECIMALS_MAX) {
    store<i32>(book, qtyDigitsOr, BOOK_WIRE_QTY_DECIMALS);
  }
}

/** Whether the checksum can be reckoned: the decimals are known, or there is nothing to print. Single orders know their own. */
function printable(book: usize): bool {
  if (load<u32>(book, BOOK_L3) != 0) return true;
  if (load<i32>(book, BOOK_WIRE_PRICE_DECIMALS) >= 0 && load<i32>(book, BOOK_WIRE_QTY_DECIMALS) >= 0) return true;
  return load<i32>(book + BOOK_BIDS, SIDE_COUNT) == 0 && load<i32>(book + BOOK_ASKS, SIDE_COUNT) == 0;
}

/** Kraken's checksum of a book as it stands. For the thread that writes the book. */
export function checksumOf(book: usize): u32 {
  return load<u32>(book, BOOK_L3) != 0 ? checksumOfOrders(book) : checksumOfLevels(book);
}

/**
 * Compares the checksum received with the book's own, the lock being held. NaN: the message brought none.
 * @returns false when the book has to be synchronised again
 */
function passes(book: usize, received: f64): bool {
  const policy = load<i32>(book, BOOK_CHECKSUM_POLICY);
  if (received != received) return true;
  store<u32>(book, <u32>received, BOOK_CHECKSUM);
  if (policy == CHECKSUM_OFF) return true;
  if (printable(book) && <f64>checksumOf(book) == received) count(book + BOOK_CHECKSUM_GOOD);
  else if (policy == CHECKSUM_REPORT) count(book + BOOK_CHECKSUM_BAD);
  else return false;
  return true;
}

/** With the lock held: the levels are in the book, but it is not to be trusted. */
function distrust(book: usize): i32 {
  writeTouch(book);
  return checksumError(book);
}

/** Ends a delta whose changes are in the book, and gives the lock back. */
export function closeDelta(book: usize, exchangeUs: f64, checksum: f64): i32 {
  const status = passes(book, checksum) ? finishDelta(book, load<f64>(book, BOOK_SEQUENCE) + 1, exchangeUs) : distrust(book);
  endWrite(book);
  markDirty(book);
  return report(book, status);
}

/** Ends a snapshot whose levels or orders are in the book, and gives the lock back. */
export function closeSnapshot(book: usize, exchangeUs: f64, checksum: f64): i32 {
  const status = passes(book, checksum) ? finishSnapshot(book, 0, exchangeUs, PHASE_RUNNING) : distrust(book);
  endWrite(book);
  markDirty(book);
  return report(book, status);
}

/** Applies the levels in the thread's scratch, of a venue that counts no messages: the book's sequence counts them. */
export function applyCheckedDelta(book: usize, bids: i32, asks: i32, exchangeUs: f64, checksum: f64): i32 {
  beginWrite(book);
  changeSides(book, bids, asks);
  learnDecimals(book);
  return closeDelta(book, exchangeUs, checksum);
}

/** Replaces the book by the levels in the thread's scratch. */
export function applyCheckedSnapshot(book: usize, bids: i32, asks: i32, exchangeUs: f64, checksum: f64): i32 {
  beginWrite(book);
  replaceSides(book, bids, asks);
  store<i32>(book, -1, BOOK_WIRE_PRICE_DECIMALS);
  store<i32>(book, -1, BOOK_WIRE_QTY_DECIMALS);
  learnDecimals(book);
  return closeSnapshot(book, exchangeUs, checksum);
}
