// What taking an amount costs against the best price and against mid.
import {
  THREAD_AVERAGE_PRICE, THREAD_BEST_BPS, THREAD_MID_BPS, THREAD_WORST_BPS, THREAD_WORST_PRICE,
} from '../memory/layout';
import { thread } from '../memory/thread';
import { bestPrice } from './copied';
import { walkBase, walkQuote } from './walk';

/** Basis points by which `price` is worse than `reference` for the taker; NaN when either is missing. */
function costBps(asks: bool, price: f64, reference: f64): f64 {
  if (reference == 0) return NaN;
  return ((asks ? price - reference : reference - price) / reference) * 10000;
}

/**
 * Walks as `walkBase` or `walkQuote` (`quote`) do, with their answers, and prices the filled part.
 * Units:  basis points, positive when it costs money: THREAD_BEST_BPS and THREAD_MID_BPS of the average price against the best
 *         price and mid, THREAD_WORST_BPS of the worst price against the best. NaN when nothing was filled or there is no mid.
 * Errors: as `walkBase`.
 * @returns whether the copied levels held the whole amount
 */
export function impact(asks: bool, quote: bool, high: f64, low: f64): bool {
  const full = quote ? walkQuote(asks, high, low) : walkBase(asks, high, low);
  const best = bestPrice(asks);
  const other = bestPrice(!asks);
  const average = load<f64>(thread, THREAD_AVERAGE_PRICE);
  store<f64>(thread, costBps(asks, average, best), THREAD_BEST_BPS);
  store<f64>(thread, costBps(asks, average, other == 0 ? 0 : (best + other) / 2), THREAD_MID_BPS);
  store<f64>(thread, costBps(asks, load<f64>(thread, THREAD_WORST_PRICE), best), THREAD_WORST_BPS);
  return full;
}
