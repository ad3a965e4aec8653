import { LEVEL_STRIDE } from '../memory/layout';
import { sideEnd, sideStart } from './copied';

/** Quantity units on the best `levels` copied levels of a side, or on as many as there are. */
export function sideQty(asks: bool, levels: i32): f64 {
  let qty: f64 = 0;
  const end = sideEnd(asks, levels);
  for (let level = sideStart(asks); level < end; level += LEVEL_STRIDE) qty += load<f64>(level, 8);
  return qty;
}

/** (B - A) / (B + A) over the quantities of the best `levels` copied levels, in [-1, 1]; NaN when both sides are empty. */
export function imbalance(levels: i32): f64 {
  const bids = sideQty(false, levels);
  const asks = sideQty(true, levels);
  return (bids - asks) / (bids + asks);
}
