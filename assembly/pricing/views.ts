// The engine's own copies of the books. Everything that a turn decides on is read from them, so that all of it is of one version
// of each book, and the same when the turn is repeated from a recording. One thread owns the views: the one that scans.
import { copySide } from '../book/copy';
import { BOOK_ASKS, BOOK_BIDS, BOOK_MARK_PRICE, BOOK_ROOM, BOOK_SIGNALS, BOOK_STATE, BOOK_TRADES, LEVEL_STRIDE, STATE_EMPTY, STATE_SYNCED } from '../memory/layout';
import { SCAN_SIGNAL_BYTES, SCAN_VIEW_LEVELS, VIEW_ASK_LEVELS, VIEW_BID_LEVELS, VIEW_CONFLATED, VIEW_LEVELS, VIEW_MARK_PRICE, VIEW_RECEIVE_US, VIEW_REFRESHES, VIEW_SEQUENCE, VIEW_STATE, VIEW_TRADES, VIEW_VERSION } from '../memory/scan-layout';
import { beginRead, endRead, loadShared } from '../memory/seqlock';

/** Looks at a busy book before the scan goes on with the copy it has; the writer sets the dirty bit again when it is done. */
const TRIES_MAX: i32 = 64;

// @ts-ignore: decorator
@inline
function copyWords(target: usize, source: usize, bytes: i32): void {
  for (let offset: usize = 0; offset < <usize>bytes; offset += 8) store<f64>(target + offset, loadShared(source + offset));
}

/** Takes a new copy of `book` into `view`. @returns false when the writer kept the book busy; the copy is torn then */
function copyInto(view: usize, book: usize, levels: i32, signalBytes: i32): bool {
  const room = load<i32>(book, BOOK_ROOM);
  const bids = view + VIEW_LEVELS;
  const asks = bids + <usize>levels * LEVEL_STRIDE;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const before = beginRead(book);
    if (before & 1) continue;
    store<i32>(view, atomic.load<i32>(book, BOOK_STATE), VIEW_STATE);
    copyWords(view + 8, book + 8, 56);
    store<i32>(view, copySide(book + BOOK_BIDS, bids, levels, room), VIEW_BID_LEVELS);
    store<i32>(view, copySide(book + BOOK_ASKS, asks, levels, room), VIEW_ASK_LEVELS);
    copyWords(view + VIEW_TRADES, book + BOOK_TRADES, 48);
    copyWords(view + VIEW_MARK_PRICE, book + BOOK_MARK_PRICE, 32);
    const signals = <usize>load<u32>(book, BOOK_SIGNALS);
    if (signals != 0) copyWords(asks + <usize>levels * LEVEL_STRIDE, signals, signalBytes);
    if (endRead(book, before)) {
      // The lock word grows by two with every version.
      const previous = load<i32>(view, VIEW_VERSION);
      const missed = (before - previous) / 2 - 1;
      if ((previous & 1) == 0 && missed > 0) store<f64>(view, load<f64>(view, VIEW_CONFLATED) + <f64>missed, VIEW_CONFLATED);
      store<f64>(view, load<f64>(view, VIEW_REFRESHES) + 1, VIEW_REFRESHES);
      store<i32>(view, before, VIEW_VERSION);
      return true;
    }
  }
  return false;
}

/** Leaves nothing of a torn copy, which would depend on the moment; the marks are untold. */
function clear(view: usize, signals: usize, signalBytes: i32): void {
  memory.fill(view + VIEW_SEQUENCE, 0, 64);
  memory.fill(view + VIEW_TRADES, 0, 48);
  for (let offset: usize = 0; offset < 32; offset += 8) store<f64>(view + offset, NaN, VIEW_MARK_PRICE);
  memory.fill(signals, 0, <usize>signalBytes);
}

/**
 * Brings one view up to date.
 * @returns false when the writer kept the book busy: the view then is EMPTY, of the odd version -1, and nothing trades on it
 */
export function refreshView(scan: usize, view: usize, book: usize): bool {
  const levels = load<i32>(scan, SCAN_VIEW_LEVELS), signalBytes = load<i32>(scan, SCAN_SIGNAL_BYTES);
  if (copyInto(view, book, levels, signalBytes)) return true;
  clear(view, view + VIEW_LEVELS + 2 * <usize>levels * LEVEL_STRIDE, signalBytes);
  store<i32>(view, STATE_EMPTY, VIEW_STATE);
  store<i32>(view, -1, VIEW_VERSION);
  return false;
}

/** Whether a view may be traded on: synchronised, and received at `oldestUs` or later. */
// @ts-ignore: decorator
@inline
export function isTradable(view: usize, oldestUs: f64): bool {
  return load<i32>(view, VIEW_STATE) == STATE_SYNCED && load<f64>(view, VIEW_RECEIVE_US) >= oldestUs;
}
