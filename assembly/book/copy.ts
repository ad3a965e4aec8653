// Readers' copies. Prices are read with atomic loads between two looks at the lock word, so that a copy is either whole or
// known not to be.
import {
  BOOK_ASKS, BOOK_BIDS, BOOK_EXCHANGE_US, BOOK_RECEIVE_US, BOOK_ROOM, BOOK_SEQUENCE, BOOK_STATE, LEVEL_STRIDE, SIDE_BUFFER, SIDE_COUNT,
  SIDE_SLOTS, SIDE_START, SIDE_TRUNCATED, THREAD_ANSWER, THREAD_COPY, THREAD_COPY_LEVELS_MAX,
} from '../memory/layout';
import { beginRead, endRead, loadShared } from '../memory/seqlock';
import { thread } from '../memory/thread';

/** Tries before a reader gives up on a busy writer; the next look comes with the next turn. */
const TRIES_MAX: i32 = 256;

/** Copies the best `depth` levels of a side, best first, to `target`; the caller looks at the lock word. @returns levels copied */
export function copySide(side: usize, target: usize, depth: i32, room: i32): i32 {
  const slots = atomic.load<i32>(side, SIDE_SLOTS);
  const start = atomic.load<i32>(side, SIDE_START);
  // A torn pair may point past the buffer: nothing is read then, and the second look at the lock word throws the copy away.
  if (start < 0 || slots < 0 || start + slots > room) return 0;
  const first = <usize>atomic.load<u32>(side, SIDE_BUFFER) + <usize>start * LEVEL_STRIDE;
  let level = first + <usize>slots * LEVEL_STRIDE;
  let copied = 0;
  while (level != first && copied < depth) {
    level -= LEVEL_STRIDE;
    const qty = loadShared(level + 8);
    store<f64>(target, loadShared(level));
    store<f64>(target, qty, 8);
    // A vacant place is written over by the next level.
    target += <usize>(qty != 0) * LEVEL_STRIDE;
    copied += <i32>(qty != 0);
  }
  return copied;
}

/**
 * Copies the best `depth` levels of both sides of `book`, best first, to this thread's copy area: bids, then asks behind the
 * room for all bids. Answers in THREAD_ANSWER, f64 each: bid levels, ask levels, state, sequence, receive us, exchange us,
 * levels held and levels truncated of bids, then of asks.
 * @returns whether the copy is whole; false when the writer kept the book busy
 */
export function copyBook(book: usize, depth: i32): bool {
  const bids = <usize>load<u32>(thread, THREAD_COPY);
  const levelsMax = load<i32>(thread, THREAD_COPY_LEVELS_MAX);
  const asks = bids + <usize>levelsMax * LEVEL_STRIDE;
  const wanted = min(depth, levelsMax);
  const room = load<i32>(book, BOOK_ROOM);
  const answer = thread + THREAD_ANSWER;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const before = beginRead(book);
    if (before & 1) continue;
    store<f64>(answer, <f64>copySide(book + BOOK_BIDS, bids, wanted, room));
    store<f64>(answer, <f64>copySide(book + BOOK_ASKS, asks, wanted, room), 8);
    store<f64>(answer, <f64>atomic.load<i32>(book, BOOK_STATE), 16);
    store<f64>(answer, loadShared(book + BOOK_SEQUENCE), 24);
    store<f64>(answer, loadShared(book + BOOK_RECEIVE_US), 32);
    store<f64>(answer, loadShared(book + BOOK_EXCHANGE_US), 40);
    store<f64>(answer, <f64>atomic.load<i32>(book + BOOK_BIDS, SIDE_COUNT), 48);
    store<f64>(answer, <f64>atomic.load<i32>(book + BOOK_BIDS, SIDE_TRUNCATED), 56);
    store<f64>(answer, <f64>atomic.load<i32>(book + BOOK_ASKS, SIDE_COUNT), 64);
    store<f64>(answer, <f64>atomic.load<i32>(book + BOOK_ASKS, SIDE_TRUNCATED), 72);
    if (endRead(book, before)) return true;
  }
  return false;
}
