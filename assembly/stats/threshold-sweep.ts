// Threshold backtests by events instead of rows: which rows reach a threshold is one bit a row, packed once a threshold, and a pair
// of thresholds then jumps from trade to trade over those bits.
import {
  SWEEP_DRAWDOWN, SWEEP_ENDS, SWEEP_HELD, SWEEP_PROFIT, SWEEP_PROFIT_SQUARES, SWEEP_TIMEOUTS, SWEEP_TRADES, SWEEP_WINS,
} from '../memory/sweep-layout';

/**
 * Packs which rows reach a threshold: bit i is set where sign * values[i] >= sign * threshold. NaN, a missing row, never does.
 * Shape: `values` f64 of 64 * words rows, filled up with NaN; `bits` u64, all `words` of them written. `sign` 1 or -1.
 */
export function packReached(values: usize, words: i32, threshold: f64, sign: f64, bits: usize): void {
  const signs = f64x2.splat(sign);
  const level = f64x2.splat(sign * threshold);
  const end = bits + (<usize>words << 3);
  while (bits < end) {
    let word: u64 = 0;
    for (let pair: u64 = 0; pair < 64; pair += 2) {
      word |= (<u64>i64x2.bitmask(f64x2.ge(f64x2.mul(v128.load(values), signs), level))) << pair;
      values += 16;
    }
    store<u64>(bits, word);
    bits += 8;
  }
}

/** First row in [from, end) whose bit is set, or `end`. Needs from < end. */
// @ts-ignore: decorator
@inline
function nextRow(bits: usize, from: i32, end: i32): i32 {
  let base = from & ~63;
  let word = load<u64>(bits + (<usize>base >> 3)) & (<u64>-1 << (from & 63));
  while (word == 0) {
    base += 64;
    if (base >= end) return end;
    word = load<u64>(bits + (<usize>base >> 3));
  }
  return min(base + <i32>ctz(word), end);
}

/**
 * Backtests one pair of thresholds: enters at the first row whose entry bit is set, leaves at the first later one whose exit bit is
 * set, at its deadline, or at the last row; a row does one of these at most.
 * Shape:  `entryBits`, `exitBits` as packed; rows 0..last; `entryValues`, `exitValues`, `places`, `deadlines` f64 a row. A deadline
 *         is the first row that is not missing at which a position entered there is over its limit; beyond `last` for none.
 * Units:  a trade's profit is entryValues[entry] - exitValues[exit] - fee, its holding places[exit] - places[entry].
 * Writes: the figures of the pair at `figures`, SWEEP_STRIDE bytes. Sums are taken in the order of the trades, so that they equal
 *         those of a plain walk to the last digit.
 * Errors: throws nothing. Row `last` must not be missing.
 */
export function sweepPair(
  entryBits: usize,
  exitBits: usize,
  entryValues: usize,
  exitValues: usize,
  places: usize,
  deadlines: usize,
  last: i32,
  fee: f64,
  figures: usize,
): void {
  let trades = 0;
  let wins = 0;
  let timeouts = 0;
  let ends = 0;
  let profit: f64 = 0;
  let squares: f64 = 0;
  let top: f64 = 0;
  let fall: f64 = 0;
  let held: f64 = 0;
  let row = 0;
  while (row < last) {
    const entry = nextRow(entryBits, row, last);
    if (entry == last) break;
    const deadline = <i32>load<f64>(deadlines + (<usize>entry << 3));
    const limit = min(deadline, last);
    let exit = nextRow(exitBits, entry + 1, limit + 1);
    if (exit > limit) {
      exit = limit;
      if (deadline <= last) timeouts++;
      else ends++;
    }
    const entryAt = <usize>entry << 3;
    const exitAt = <usize>exit << 3;
    const gain = load<f64>(entryValues + entryAt) - load<f64>(exitValues + exitAt) - fee;
    trades++;
    if (gain > 0) wins++;
    profit += gain;
    squares += gain * gain;
    top = max(top, profit);
    fall = max(fall, top - profit);
    held += load<f64>(places + exitAt) - load<f64>(places + entryAt);
    row = exit + 1;
  }
  store<f64>(figures, trades, SWEEP_TRADES);
  store<f64>(figures, wins, SWEEP_WINS);
  store<f64>(figures, profit, SWEEP_PROFIT);
  store<f64>(figures, squares, SWEEP_PROFIT_SQUARES);
  store<f64>(figures, fall, SWEEP_DRAWDOWN);
  store<f64>(figures, timeouts, SWEEP_TIMEOUTS);
  store<f64>(figures, ends, SWEEP_ENDS);
  store<f64>(figures, held, SWEEP_HELD);
}
