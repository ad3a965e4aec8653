import { LEVEL_STRIDE } from '../memory/layout';
import { sideEnd, sideStart } from './copied';
import { sideQty } from './imbalance';

/** Average price of a side's best levels, weighted with their quantities, in price units; NaN when it is empty. */
function averagePrice(asks: bool, levels: i32, qty: f64): f64 {
  let quote: f64 = 0;
  const end = sideEnd(asks, levels);
  for (let level = sideStart(asks); level < end; level += LEVEL_STRIDE) quote += load<f64>(level) * load<f64>(level, 8);
  return quote / qty;
}

/**
 * Both sides' average prices over the best `levels` copied levels, each weighted with the other side's quantity: with one level
 * (ask * bidQty + bid * askQty) / (bidQty + askQty). In price units, with a fraction; NaN when a side is empty.
 */
export function microprice(levels: i32): f64 {
  const bids = sideQty(false, levels);
  const asks = sideQty(true, levels);
  return (averagePrice(false, levels, bids) * asks + averagePrice(true, levels, asks) * bids) / (asks + bids);
}
