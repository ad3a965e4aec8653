import { LEVEL_STRIDE } from '../memory/layout';
import { bestPrice, sideEnd, sideStart } from './copied';

/** Quantities by their nearness to mid, doubled so that it is whole. The factor mid, the same everywhere, is left out. */
function weight(asks: bool, levels: i32, bid: f64, ask: f64): f64 {
  let sum: f64 = 0;
  const end = sideEnd(asks, levels);
  for (let level = sideStart(asks); level < end; level += LEVEL_STRIDE) {
    const price = load<f64>(level);
    sum += load<f64>(level, 8) / abs(price - bid + (price - ask)); // exact near mid, where it counts
  }
  return sum;
}

/**
 * Weighs each quantity of the best `levels` copied levels with mid / |price - mid| and compares bids with asks, in [-1, 1].
 * NaN when a side is empty, and when a price is mid itself, which only a locked or crossed book has.
 */
export function pressure(levels: i32): f64 {
  const bid = bestPrice(false);
  const ask = bestPrice(true);
  if (bid == 0 || ask == 0) return NaN;
  const bids = weight(false, levels, bid, ask);
  const asks = weight(true, levels, bid, ask);
  return (bids - asks) / (bids + asks);
}
