// What rests within x percent of a reference price.
import {
  LEVEL_STRIDE, THREAD_ASK_DEPTH_BASE, THREAD_BID_DEPTH_BASE,
} from '../memory/layout';
import { thread } from '../memory/thread';
import { bestPrice, sideEnd, sideStart } from './copied';
import { productAtMost } from './exact';

/** Millionths of a percent in 100 %. */
const WHOLE: f64 = 100000000;
/** A wider band changes nothing, and products stay below 2^115. */
const PCT_MAX: f64 = 4503599627370496; // 2^52

/** @param twice the reference price, doubled so that a mid is whole; 0 when there is none */
function depthSide(asks: bool, twice: u64, share: u64, answer: usize): void {
  let base: f64 = twice == 0 ? NaN : 0;
  let quote: f64 = base;
  let levels: f64 = base;
  let level = sideStart(asks);
  const end = twice == 0 ? level : sideEnd(asks);
  while (level < end) {
    const price = load<f64>(level);
    // price against reference * share / WHOLE, both sides times 2 * WHOLE
    const within = asks
      ? productAtMost(<u64>price, <u64>WHOLE * 2, twice, share)
      : productAtMost(twice, share, <u64>price, <u64>WHOLE * 2);
    if (!within) break;
    const held = load<f64>(level, 8);
    base += held;
    quote += price * held;
    levels++;
    level += LEVEL_STRIDE;
  }
  store<f64>(answer, base);
  store<f64>(answer, quote, 8);
  store<f64>(answer, levels, 16);
}

/**
 * Sums the copied levels within a percentage of mid (`mid`) or of each side's own best price, the limit itself included.
 * Units:  `pctMillionths` whole millionths of a percent, 0 and up; answers from THREAD_BID_DEPTH_BASE and THREAD_ASK_DEPTH_BASE on,
 *         f64 each: base (quantity units), quote (price units x quantity units), levels. NaN for a side without a reference.
 * Exact:  which levels count, also where one lies on the limit.
 * Errors: throws nothing.
 */
export function depthWithin(mid: bool, pctMillionths: f64): void {
  const bid = <u64>bestPrice(false);
  const ask = <u64>bestPrice(true);
  const middle = bid == 0 || ask == 0 ? 0 : bid + ask;
  const pct = min(pctMillionths, PCT_MAX);
  depthSide(false, mid ? middle : bid * 2, <u64>max(WHOLE - pct, 0), thread + THREAD_BID_DEPTH_BASE);
  depthSide(true, mid ? middle : ask * 2, <u64>(WHOLE + pct), thread + THREAD_ASK_DEPTH_BASE);
}
