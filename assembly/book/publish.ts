// How a decoded message changes a book: all of it under one write lock, then the dirty bit. Readers see the book before or
// after a message, never in between.
import {
  BOOK_APPLIED, BOOK_ASKS, BOOK_ASK_PRICE, BOOK_ASK_QTY, BOOK_BIDS, BOOK_BID_PRICE, BOOK_BID_QTY, BOOK_CHECKSUM_BAD,
  BOOK_CONTROL, BOOK_CROSSED_SINCE_US, BOOK_CROSSINGS, BOOK_DEPTH, BOOK_DIRTY_BITS, BOOK_EXCHANGE_US, BOOK_FEED, BOOK_GAPS, BOOK_ID, BOOK_LOCK,
  BOOK_MALFORMED, BOOK_PHASE, BOOK_PRECISION_ERRORS, BOOK_RECEIVE_US, BOOK_SEQUENCE, BOOK_SNAPSHOTS, BOOK_STALE, BOOK_STATE,
  BOOK_WIRE_PRICE_DECIMALS, BOOK_WIRE_QTY_DECIMALS,
  CONTROL_WAKE, FEED_LEVELS, PHASE_FIRST, PHASE_RUNNING, PHASE_WAITING, STATE_BUFFERING, STATE_CHECKSUM, STATE_CROSSED, STATE_GAP,
  STATE_MALFORMED, STATE_PRECISION, STATE_SYNCED, STATUS_APPLIED, STATUS_CHECKSUM, STATUS_CROSSED, STATUS_GAP, STATUS_MALFORMED,
  STATUS_PRECISION, STATUS_SNAPSHOT, STATUS_STALE,
} from '../memory/layout';
import { count } from '../memory/counters';
import { beginWrite, endWrite } from '../memory/seqlock';
import { askLevels, bidLevels, receiveUs, report } from '../memory/thread';
import { bookChanged, bookDoubted, bookLost } from '../signals/signals';
import { applySide, bestLevel, clearSide, cutSide, replaceSide } from './ladder';

/** Tells the engine that a book changed; the wake word is bumped by `wake`, once for a batch of frames. */
// @ts-ignore: decorator
@inline
export function markDirty(book: usize): void {
  const id = load<i32>(book, BOOK_ID);
  atomic.or<i32>(<usize>load<u32>(book, BOOK_DIRTY_BITS) + ((id >> 5) << 2), 1 << (id & 31));
}

/** Wakes whoever waits on the wake word of `control`. */
export function wake(control: usize): void {
  atomic.add<i32>(control, 1, CONTROL_WAKE);
  atomic.notify(control + CONTROL_WAKE, -1);
}

/** Copies the best levels into the header's first line; tells whether the book is crossed or locked. */
export function writeTouch(book: usize): bool {
  const bid = bestLevel(book + BOOK_BIDS);
  const ask = bestLevel(book + BOOK_ASKS);
  const bidPrice = bid ? load<f64>(bid) : 0;
  const askPrice = ask ? load<f64>(ask) : 0;
  store<f64>(book, bidPrice, BOOK_BID_PRICE);
  store<f64>(book, bid ? load<f64>(bid, 8) : 0, BOOK_BID_QTY);
  store<f64>(book, askPrice, BOOK_ASK_PRICE);
  store<f64>(book, ask ? load<f64>(ask, 8) : 0, BOOK_ASK_QTY);
  return bid != 0 && ask != 0 && bidPrice >= askPrice;
}

/** Writes what every accepted message writes, with the lock held. @returns STATUS_CROSSED in place of `status` when it applies */
function writeHeader(book: usize, sequence: f64, exchangeUs: f64, status: i32): i32 {
  const crossed = writeTouch(book);
  if (crossed) bookDoubted(book);
  else bookChanged(book, status == STATUS_SNAPSHOT);
  store<f64>(book, sequence, BOOK_SEQUENCE);
  store<f64>(book, receiveUs(), BOOK_RECEIVE_US);
  if (exchangeUs > 0) store<f64>(book, exchangeUs, BOOK_EXCHANGE_US);
  if (!crossed) {
    store<i32>(book, STATE_SYNCED, BOOK_STATE);
    store<f64>(book, 0, BOOK_CROSSED_SINCE_US);
    return status;
  }
  if (load<f64>(book, BOOK_CROSSED_SINCE_US) == 0) {
    store<f64>(book, receiveUs(), BOOK_CROSSED_SINCE_US);
    count(book + BOOK_CROSSINGS);
  }
  store<i32>(book, STATE_CROSSED, BOOK_STATE);
  return STATUS_CROSSED;
}


/** Applies the levels in the thread's scratch to a running book. */
export function applyDelta(book: usize, bids: i32, asks: i32, sequence: f64, exchangeUs: f64): i32 {
  beginWrite(book);
  changeSides(book, bids, asks);
  const status = finishDelta(book, sequence, exchangeUs);
  endWrite(book);
  markDirty(book);
  return report(book, status);
}

/** The two parts of `applyDelta` for venues with checksums: between them the lock is held and the book can be checked. */
export function changeSides(book: usize, bids: i32, asks: i32): void {
  applySide(book, book + BOOK_BIDS, 1, bidLevels, bids);
  applySide(book, book + BOOK_ASKS, -1, askLevels, asks);
  cutToDepth(book);
  count(<usize>load<u32>(book, BOOK_FEED) + FEED_LEVELS, <f64>(bids + asks));
}

export function finishDelta(book: usize, sequence: f64, exchangeUs: f64): i32 {
  count(book + BOOK_APPLIED);
  store<i32>(book, PHASE_RUNNING, BOOK_PHASE);
  return writeHeader(book, sequence, exchangeUs, STATUS_APPLIED);
}

/** Replaces the book by the levels in the thread's scratch. @param phase PHASE_FIRST when deltas have yet to be joined on */
export function applySnapshot(book: usize, bids: i32, asks: i32, sequence: f64, exchangeUs: f64, phase: i32): i32 {
  beginWrite(book);
  replaceSides(book, bids, asks);
  const status = finishSnapshot(book, sequence, exchangeUs, phase);
  endWrite(book);
  markDirty(book);
  return report(book, status);
}

export function replaceSides(book: usize, bids: i32, asks: i32): void {
  replaceSide(book, book + BOOK_BIDS, 1, bidLevels, bids);
  replaceSide(book, book + BOOK_ASKS, -1, askLevels, asks);
  cutToDepth(book);
  count(<usize>load<u32>(book, BOOK_FEED) + FEED_LEVELS, <f64>(bids + asks));
}

export function finishSnapshot(book: usize, sequence: f64, exchangeUs: f64, phase: i32): i32 {
  count(book + BOOK_SNAPSHOTS);
  store<i32>(book, phase, BOOK_PHASE);
  store<f64>(book, 0, BOOK_CROSSED_SINCE_US);
  return writeHeader(book, sequence, exchangeUs, STATUS_SNAPSHOT);
}

function cutToDepth(book: usize): void {
  const depth = load<i32>(book, BOOK_DEPTH);
  if (depth == 0) return;
  cutSide(book + BOOK_BIDS, depth);
  cutSide(book + BOOK_ASKS, depth);
}

/** Takes a book out of trading with `state`; its deltas wait for a new snapshot. */
function breakBook(book: usize, state: i32, counter: usize, status: i32): i32 {
  beginWrite(book);
  store<i32>(book, state, BOOK_STATE);
  store<i32>(book, PHASE_WAITING, BOOK_PHASE);
  bookLost(book);
  endWrite(book);
  count(book + counter);
  markDirty(book);
  return report(book, status);
}

export function gap(book: usize): i32 {
  return breakBook(book, STATE_GAP, BOOK_GAPS, STATUS_GAP);
}

export function precisionError(book: usize): i32 {
  return breakBook(book, STATE_PRECISION, BOOK_PRECISION_ERRORS, STATUS_PRECISION);
}

export function malformed(book: usize): i32 {
  return breakBook(book, STATE_MALFORMED, BOOK_MALFORMED, STATUS_MALFORMED);
}

/** With the lock held by the caller, who releases it: the checksum is not the venue's. */
export function checksumError(book: usize): i32 {
  store<i32>(book, STATE_CHECKSUM, BOOK_STATE);
  store<i32>(book, PHASE_WAITING, BOOK_PHASE);
  bookLost(book);
  count(book + BOOK_CHECKSUM_BAD);
  return STATUS_CHECKSUM;
}

export function stale(book: usize): i32 {
  count(book + BOOK_STALE);
  return report(book, STATUS_STALE);
}

/** Empties a book and has it wait for a snapshot: after a (re)connect, and before every resynchronisation. */
export function resetBook(book: usize): void {
  beginWrite(book);
  clearSide(book, book + BOOK_BIDS);
  clearSide(book, book + BOOK_ASKS);
  writeTouch(book);
  bookLost(book);
  store<i32>(book, STATE_BUFFERING, BOOK_STATE);
  store<i32>(book, PHASE_WAITING, BOOK_PHASE);
  store<f64>(book, 0, BOOK_SEQUENCE);
  store<f64>(book, 0, BOOK_CROSSED_SINCE_US);
  store<i32>(book, -1, BOOK_WIRE_PRICE_DECIMALS);
  store<i32>(book, -1, BOOK_WIRE_QTY_DECIMALS);
  endWrite(book);
  markDirty(book);
}

/**
 * Empties a book whose writer died, perhaps in the middle of a write: the lock word is made even first, or readers would wait for
 * ever. Only for whoever is the book's writer from now on.
 */
export function recoverBook(book: usize): void {
  if ((atomic.load<i32>(book, BOOK_LOCK) & 1) != 0) atomic.add<i32>(book, 1, BOOK_LOCK);
  resetBook(book);
}

/** Sets the state of a book from outside the decoders (stale by watchdog, broken after too many tries). */
export function setState(book: usize, state: i32): void {
  beginWrite(book);
  store<i32>(book, state, BOOK_STATE);
  endWrite(book);
  markDirty(book);
}
