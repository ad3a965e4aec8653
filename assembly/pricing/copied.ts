// The copy that `copyBook` took, as pricing reads it: a side is a run of (price units f64, quantity units f64), best first.
import { LEVEL_STRIDE, THREAD_ANSWER, THREAD_COPY, THREAD_COPY_LEVELS_MAX } from '../memory/layout';
import { thread } from '../memory/thread';

/** Address of the best copied level of a side. */
// @ts-ignore: decorator
@inline
export function sideStart(asks: bool): usize {
  const bids = <usize>load<u32>(thread, THREAD_COPY);
  return asks ? bids + <usize>load<i32>(thread, THREAD_COPY_LEVELS_MAX) * LEVEL_STRIDE : bids;
}

/** Address behind the last of the best `levels` copied levels of a side, or of as many as there are. */
// @ts-ignore: decorator
@inline
export function sideEnd(asks: bool, levels: i32 = i32.MAX_VALUE): usize {
  const copied = <i32>load<f64>(thread + (asks ? 8 : 0), THREAD_ANSWER);
  return sideStart(asks) + <usize>max(min(copied, levels), 0) * LEVEL_STRIDE;
}

/** Best copied price of a side in units; 0 when it is empty. */
// @ts-ignore: decorator
@inline
export function bestPrice(asks: bool): f64 {
  const best = sideStart(asks);
  return best == sideEnd(asks) ? 0 : load<f64>(best);
}
