// What moves at the touch: orders that come and go there, the mid, and trades.
import { BOOK_ASK_PRICE, BOOK_ASK_QTY, BOOK_BID_PRICE, BOOK_BID_QTY } from '../memory/layout';
import {
  HISTORY_BOUGHT, HISTORY_MID, HISTORY_SOLD, HISTORY_TRADES, RULE_MOVE_BUCKETS, RULE_VOLUME_BUCKETS, RULE_VOLUME_TRADES,
  SIGNAL_MICRO_MOVE, SIGNAL_STATE_ASK_PRICE, SIGNAL_STATE_ASK_QTY, SIGNAL_STATE_BID_PRICE, SIGNAL_STATE_BID_QTY, SIGNAL_STATE_BOUGHT,
  SIGNAL_STATE_FLOW, SIGNAL_STATE_MID, SIGNAL_STATE_MOVE_BPS, SIGNAL_STATE_SOLD, SIGNAL_STATE_TRADES, SIGNAL_STATE_VOLUME,
  SIGNAL_VOLUME,
} from '../memory/signal-layout';
import { bucketBefore } from './history';
import { judgeSigned, rulesOf } from './onset';

/** Forgets the last touch: what comes next is no flow. */
export function forgetTouch(signals: usize): void {
  store<f64>(signals, 0, SIGNAL_STATE_BID_PRICE);
  store<f64>(signals, 0, SIGNAL_STATE_ASK_PRICE);
}

/**
 * Adds what the touch's change says of orders that came and went: a better or larger bid counts up, a better or larger ask down.
 * Source: R. Cont, A. Kukanov, S. Stoikov, The Price Impact of Order Book Events, 2014, equation for e_n.
 */
export function addFlow(book: usize, signals: usize): void {
  const bidBefore = load<f64>(signals, SIGNAL_STATE_BID_PRICE);
  const askBefore = load<f64>(signals, SIGNAL_STATE_ASK_PRICE);
  const bid = load<f64>(book, BOOK_BID_PRICE);
  const ask = load<f64>(book, BOOK_ASK_PRICE);
  const bidQty = load<f64>(book, BOOK_BID_QTY);
  const askQty = load<f64>(book, BOOK_ASK_QTY);
  if (bidBefore > 0 && askBefore > 0 && bid > 0 && ask > 0) {
    let flow: f64 = 0;
    if (bid >= bidBefore) flow += bidQty;
    if (bid <= bidBefore) flow -= load<f64>(signals, SIGNAL_STATE_BID_QTY);
    if (ask <= askBefore) flow -= askQty;
    if (ask >= askBefore) flow += load<f64>(signals, SIGNAL_STATE_ASK_QTY);
    store<f64>(signals, load<f64>(signals, SIGNAL_STATE_FLOW) + flow, SIGNAL_STATE_FLOW);
  }
  store<f64>(signals, bid, SIGNAL_STATE_BID_PRICE);
  store<f64>(signals, bidQty, SIGNAL_STATE_BID_QTY);
  store<f64>(signals, ask, SIGNAL_STATE_ASK_PRICE);
  store<f64>(signals, askQty, SIGNAL_STATE_ASK_QTY);
}

/** Judges how far the mid has come within the last moments. */
export function judgeMove(book: usize, signals: usize, rules: usize, nowUs: f64): void {
  const bid = load<f64>(book, BOOK_BID_PRICE);
  const ask = load<f64>(book, BOOK_ASK_PRICE);
  const mid = bid > 0 && ask > 0 ? (bid + ask) / 2 : 0;
  const before = bucketBefore(signals, load<f64>(rules, RULE_MOVE_BUCKETS));
  const reference = before == 0 ? 0 : load<f64>(before, HISTORY_MID);
  const moveBps = mid > 0 && reference > 0 ? (mid - reference) / reference * 10000 : 0;
  store<f64>(signals, mid, SIGNAL_STATE_MID);
  store<f64>(signals, moveBps, SIGNAL_STATE_MOVE_BPS);
  judgeSigned(signals, rules, SIGNAL_MICRO_MOVE, moveBps, nowUs);
}

/** Judges whether takers of one side trade most of what is traded. */
export function judgeVolume(signals: usize, nowUs: f64): void {
  const rules = rulesOf(signals);
  const before = bucketBefore(signals, load<f64>(rules, RULE_VOLUME_BUCKETS) + 1);
  const bought = load<f64>(signals, SIGNAL_STATE_BOUGHT) - (before == 0 ? 0 : load<f64>(before, HISTORY_BOUGHT));
  const sold = load<f64>(signals, SIGNAL_STATE_SOLD) - (before == 0 ? 0 : load<f64>(before, HISTORY_SOLD));
  const trades = load<f64>(signals, SIGNAL_STATE_TRADES) - (before == 0 ? 0 : load<f64>(before, HISTORY_TRADES));
  const isEnough = trades >= load<f64>(rules, RULE_VOLUME_TRADES) && bought + sold > 0;
  const imbalance = isEnough ? (bought - sold) / (bought + sold) : 0;
  store<f64>(signals, imbalance, SIGNAL_STATE_VOLUME);
  judgeSigned(signals, rules, SIGNAL_VOLUME, imbalance, nowUs);
}
