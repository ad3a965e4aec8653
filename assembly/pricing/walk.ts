// Taking an amount from one side of the copied book, level by level from the touch.
import {
  LEVEL_STRIDE, THREAD_AVERAGE_PRICE, THREAD_FILLED_BASE, THREAD_FILLED_QUOTE, THREAD_LEVELS_USED, THREAD_WORST_PRICE,
} from '../memory/layout';
import { thread } from '../memory/thread';
import { sideEnd, sideStart } from './copied';
import { multiply, productHigh, productLow } from './exact';

/** An amount is high * AMOUNT_RADIX + low: two float64 hold what a quote amount in units needs. */
const AMOUNT_RADIX: f64 = 9007199254740992; // 2^53
/** No side holds more than this times AMOUNT_RADIX; larger amounts are as good as this one. */
const HIGH_MAX: f64 = 4611686018427387904; // 2^62
/** Float64 sums over a few thousand levels are closer than this part of the amount to the exact ones. */
const DOUBT: f64 = 1.0 / 274877906944.0; // 2^-38

function answer(base: f64, quote: f64, used: i32, worst: f64, full: bool): bool {
  store<f64>(thread, base, THREAD_FILLED_BASE);
  store<f64>(thread, quote, THREAD_FILLED_QUOTE);
  store<f64>(thread, used == 0 ? NaN : quote / base, THREAD_AVERAGE_PRICE);
  store<f64>(thread, used == 0 ? NaN : worst, THREAD_WORST_PRICE);
  store<f64>(thread, <f64>used, THREAD_LEVELS_USED);
  return full;
}

/**
 * Takes `high * 2^53 + low` quantity units from the copied asks (`asks`) or bids.
 * Units:  answers in THREAD_FILLED_BASE (quantity units), THREAD_FILLED_QUOTE (price units x quantity units), average and worst
 *         price (price units; NaN when nothing was filled), levels used.
 * Exact:  levels used, full and worst; the sums are float64. `high` is whole, `low` in [0, 2^53) and may have a fraction.
 * Errors: throws nothing; an amount that is not positive, or NaN, fills nothing and is not full.
 * @returns whether the copied levels held the whole amount
 */
export function walkBase(asks: bool, high: f64, low: f64): bool {
  if (high > 0) return walkExactly(asks, false, min(high, HIGH_MAX), low);
  if (!(low > 0)) return answer(0, 0, 0, 0, false);
  let level = sideStart(asks);
  const end = sideEnd(asks);
  let left = low;
  let base: f64 = 0;
  let quote: f64 = 0;
  let used = 0;
  while (level < end) {
    const price = load<f64>(level);
    const held = load<f64>(level, 8);
    used++;
    if (left <= held) return answer(base + left, quote + price * left, used, price, true);
    base += held;
    quote += price * held;
    left -= held; // held is whole and below 2^53, and so is left or it is finer: exact
    level += LEVEL_STRIDE;
  }
  return answer(base, quote, used, used == 0 ? 0 : load<f64>(end - LEVEL_STRIDE), false);
}

/**
 * Takes levels worth `high * 2^53 + low` of quote, without fees, in price units x quantity units; the last fill is not rounded
 * to a lot. Answers, exactness and errors as in `walkBase`. Float64 decides where a level's end is clearly before or behind the
 * amount, 128-bit whole numbers where it is not.
 */
export function walkQuote(asks: bool, high: f64, low: f64): bool {
  const amount = high * AMOUNT_RADIX + low;
  if (!(amount > 0)) return answer(0, 0, 0, 0, false);
  let level = sideStart(asks);
  const end = sideEnd(asks);
  const doubt = amount * DOUBT;
  let left = amount;
  let base: f64 = 0;
  let quote: f64 = 0;
  let used = 0;
  while (level < end) {
    const price = load<f64>(level);
    const held = load<f64>(level, 8);
    const worth = price * held;
    const rest = left - worth;
    used++;
    if (rest <= doubt) {
      if (rest >= -doubt) return walkExactly(asks, true, min(high, HIGH_MAX), low);
      return answer(base + left / price, amount, used, price, true);
    }
    base += held;
    quote += worth;
    left = rest;
    level += LEVEL_STRIDE;
  }
  return answer(base, quote, used, used == 0 ? 0 : load<f64>(end - LEVEL_STRIDE), false);
}

/** `walkQuote` (`quoted`) or `walkBase` in 128-bit whole numbers. */
function walkExactly(asks: bool, quoted: bool, high: f64, low: f64): bool {
  // Levels are whole, so that the amount reaches as far as the next whole number does; what that is too much comes off at the end.
  const wholeLow = ceil(low);
  const excess = wholeLow - low;
  let leftLow = (<u64>high << 53) + <u64>wholeLow;
  let leftHigh = (<u64>high >> 11) + u64(leftLow < <u64>wholeLow);
  let level = sideStart(asks);
  const end = sideEnd(asks);
  let base: f64 = 0;
  let quote: f64 = 0;
  let used = 0;
  let worst: f64 = 0;
  while (level < end) {
    worst = load<f64>(level);
    const held = load<f64>(level, 8);
    used++;
    multiply(quoted ? <u64>worst : 1, <u64>held);
    if (leftHigh < productHigh || (leftHigh == productHigh && leftLow <= productLow)) {
      const whole = leftHigh == productHigh && leftLow == productLow && excess == 0;
      const taken = <f64>leftHigh * 18446744073709551616.0 + <f64>leftLow - excess;
      if (quoted) return answer(base + (whole ? held : taken / worst), quote + taken, used, worst, true);
      return answer(base + taken, quote + worst * taken, used, worst, true);
    }
    base += held;
    quote += worst * held;
    leftHigh -= productHigh + u64(leftLow < productLow);
    leftLow -= productLow;
    level += LEVEL_STRIDE;
  }
  return answer(base, quote, used, worst, false);
}
