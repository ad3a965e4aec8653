// What the best levels of both sides say: which side has more, and whether one level stands out.
import {
  LEVEL_STRIDE, BOOK_ASKS, BOOK_BIDS, SIDE_BUFFER, SIDE_SLOTS, SIDE_START,
} from '../memory/layout';
import {
  RULE_LEVELS, SIGNAL_DOWN, SIGNAL_IMBALANCE, SIGNAL_STATE_ASK_WALL, SIGNAL_STATE_BID_WALL, SIGNAL_STATE_IMBALANCE, SIGNAL_UP,
  SIGNAL_WALL, WALL_PRICE, WALL_QTY, WALL_RATIO,
} from '../memory/signal-layout';
import { judge, judgeSigned } from './onset';

/** A side with fewer levels says nothing: there is no usual quantity to compare with. */
const LEVELS_MIN: i32 = 3;

/** Notes the largest of the best levels of a side. @returns the sum of the others; 0 when there are too few */
function lookAt(side: usize, wall: usize, wanted: i32): f64 {
  const first = <usize>load<u32>(side, SIDE_BUFFER) + <usize>load<i32>(side, SIDE_START) * LEVEL_STRIDE;
  let level = first + <usize>load<i32>(side, SIDE_SLOTS) * LEVEL_STRIDE;
  let sum: f64 = 0;
  let largest: f64 = 0;
  let price: f64 = 0;
  let levels = 0;
  while (level != first && levels < wanted) {
    level -= LEVEL_STRIDE;
    const qty = load<f64>(level, 8);
    if (qty == 0) continue;
    levels++;
    sum += qty;
    if (qty > largest) {
      largest = qty;
      price = load<f64>(level);
    }
  }
  const others = levels < LEVELS_MIN ? 0 : sum - largest;
  store<f64>(wall, price, WALL_PRICE);
  store<f64>(wall, largest, WALL_QTY);
  store<f64>(wall, others == 0 ? 0 : largest * <f64>(levels - 1) / others, WALL_RATIO);
  return others;
}

/** Judges imbalance and walls of a book that has just changed. */
export function judgeLevels(book: usize, signals: usize, rules: usize, nowUs: f64): void {
  const wanted = <i32>load<f64>(rules, RULE_LEVELS);
  const bids = lookAt(book + BOOK_BIDS, signals + SIGNAL_STATE_BID_WALL, wanted);
  const asks = lookAt(book + BOOK_ASKS, signals + SIGNAL_STATE_ASK_WALL, wanted);
  // Without each side's largest level, so that one wall is a wall and no imbalance.
  const imbalance = bids == 0 || asks == 0 ? 0 : (bids - asks) / (bids + asks);
  store<f64>(signals, imbalance, SIGNAL_STATE_IMBALANCE);
  judgeSigned(signals, rules, SIGNAL_IMBALANCE, imbalance, nowUs);
  judge(signals, rules, SIGNAL_WALL, SIGNAL_UP, load<f64>(signals, SIGNAL_STATE_BID_WALL + WALL_RATIO), nowUs);
  judge(signals, rules, SIGNAL_WALL, SIGNAL_DOWN, load<f64>(signals, SIGNAL_STATE_ASK_WALL + WALL_RATIO), nowUs);
}
