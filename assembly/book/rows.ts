// Books from rows instead of frames: a history that was taken apart before is put straight into the ladders. The caller has written the
// levels into the thread's scratch, as a decoder does; from there on everything is as with frames.
import { BOOK_PHASE, PHASE_RUNNING, PHASE_WAITING, STATUS_BUFFER, STATUS_OVERSIZED } from '../memory/layout';
import { beginAnswer, levelsMax, report } from '../memory/thread';
import { commitTrades, listTrade, noteMark } from '../decode/events';
import { applyDelta, applySnapshot } from './publish';

/**
 * Applies one message of rows. Changes of a book that has no snapshot yet are left out.
 * @param isSnapshot 1 when the rows are the whole book
 * @returns STATUS_...
 */
export function applyLevels(book: usize, bids: i32, asks: i32, isSnapshot: i32, sequence: f64, exchangeUs: f64): i32 {
  beginAnswer();
  if (bids > levelsMax || asks > levelsMax) return report(book, STATUS_OVERSIZED);
  if (isSnapshot != 0) return applySnapshot(book, bids, asks, sequence, exchangeUs, PHASE_RUNNING);
  if (load<i32>(book, BOOK_PHASE) == PHASE_WAITING) return report(book, STATUS_BUFFER);
  return applyDelta(book, bids, asks, sequence, exchangeUs);
}

/** Books one trade. @param side 1 when the taker bought, -1 when it sold, 0 when nobody says */
export function applyTrade(book: usize, price: f64, qty: f64, id: f64, tsUs: f64, side: f64): i32 {
  beginAnswer();
  if (!listTrade(book, price, qty, id, tsUs, side)) return report(book, STATUS_OVERSIZED);
  return commitTrades();
}

/** Notes marks and funding of a contract; NaN leaves a figure as it was. */
export function applyMark(book: usize, markPrice: f64, indexPrice: f64, fundingRate: f64, nextFundingUs: f64): i32 {
  beginAnswer();
  return noteMark(book, markPrice, indexPrice, fundingRate, nextFundingUs);
}
