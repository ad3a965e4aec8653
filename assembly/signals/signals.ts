// Signals of a book, computed while its messages are decoded, so that every update counts however seldom the engine looks. Called
// with the book's lock held by the one who writes it.
import { BOOK_RULE, BOOK_RULE_REPLACE, BOOK_SIGNALS } from '../memory/layout';
import { SIGNAL_STATE_BOUGHT, SIGNAL_STATE_SOLD, SIGNAL_STATE_TRADES, SIGNAL_VOLUME } from '../memory/signal-layout';
import { receiveUs } from '../memory/thread';
import { addFlow, forgetTouch, judgeMove, judgeVolume } from './flow';
import { forgetHistory, rollHistory } from './history';
import { judgeLevels } from './levels';
import { endAll, rulesOf, stands } from './onset';

/**
 * A message has changed the book, and it is not crossed.
 * @param isSnapshot whether it replaced the book, so that what changed is no flow; a channel that sends nothing else has flow all the same
 */
// @ts-ignore: decorator
@inline
export function bookChanged(book: usize, isSnapshot: bool): void {
  const signals = <usize>load<u32>(book, BOOK_SIGNALS);
  if (signals != 0) judgeBook(book, signals, isSnapshot && load<i32>(book, BOOK_RULE) != BOOK_RULE_REPLACE);
}

function judgeBook(book: usize, signals: usize, isSnapshot: bool): void {
  const nowUs = receiveUs();
  rollHistory(signals, nowUs);
  if (isSnapshot) forgetTouch(signals);
  addFlow(book, signals);
  const rules = rulesOf(signals);
  judgeMove(book, signals, rules, nowUs);
  judgeLevels(book, signals, rules, nowUs);
  // Volume changes with trades; without any it only ages.
  if (stands(signals, SIGNAL_VOLUME)) judgeVolume(signals, nowUs);
}

/** One trade of the book's instrument. @param side 1 when the taker bought, -1 when it sold, 0 when the venue does not say */
export function traded(book: usize, qty: f64, side: f64): void {
  const signals = <usize>load<u32>(book, BOOK_SIGNALS);
  if (signals == 0 || side == 0) return;
  const nowUs = receiveUs();
  rollHistory(signals, nowUs);
  const sum = signals + (side > 0 ? SIGNAL_STATE_BOUGHT : SIGNAL_STATE_SOLD);
  store<f64>(sum, load<f64>(sum) + qty);
  store<f64>(signals, load<f64>(signals, SIGNAL_STATE_TRADES) + 1, SIGNAL_STATE_TRADES);
  judgeVolume(signals, nowUs);
}

/** The book is crossed: what its levels say is not to be believed, and nothing stands. */
export function bookDoubted(book: usize): void {
  const signals = <usize>load<u32>(book, BOOK_SIGNALS);
  if (signals == 0) return;
  forgetTouch(signals);
  endAll(signals);
}

/** The book is empty, or no longer the venue's: nothing that it signalled stands, and what comes next has no past. */
export function bookLost(book: usize): void {
  const signals = <usize>load<u32>(book, BOOK_SIGNALS);
  if (signals == 0) return;
  bookDoubted(book);
  forgetHistory(signals);
}
