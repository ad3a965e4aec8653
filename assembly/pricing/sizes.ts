// What the sizes of a row's best pair come to: multiples of the larger of both least order values, rounded to what both venues take,
// walked through both books, after all costs. Whole numbers decide what is feasible; sums of money are float64, and rank.
import { LEVEL_STRIDE } from '../memory/layout';
import { FAILING_DEPTH, FAILING_MAX_QTY, FAILING_MIN_QTY, FAILING_MIN_VALUE, FAILING_SELL_SHIFT, SCAN_ROW_BEST_SIZE, SCAN_ROW_BUY, SCAN_ROW_EXTRAS, SCAN_ROW_FEES, SCAN_ROW_SELL, SCAN_ROW_SIZES, SCAN_ROW_SIZING, SCAN_ROW_VIEWS, SIZE_ABOVE_MAXIMUM, SIZE_BASE, SIZE_BELOW_MINIMUM, SIZE_BUY_AVAILABLE, SIZE_BUY_LEVELS, SIZE_BUY_QUOTE, SIZE_BUY_WORST, SIZE_COST, SIZE_FAILING, SIZE_FEASIBLE, SIZE_NET, SIZE_NET_FRACTION, SIZE_OFF_GRID, SIZE_PROCEEDS, SIZE_SELL_QUOTE, SIZE_STATUS, SIZE_STRIDE, SIZE_TOO_THIN, SIZING_COUNT, SIZING_LOTS, SIZING_MAX, SIZING_MIN, SIZING_ROUND_UP, SIZING_SIZES, SIZING_TARGETS, SIZING_UNITS, SIZING_VALUE_HIGH, SIZING_VALUE_LOW, SIZING_VENUES, SIZING_VENUE_STRIDE, VENUES_MAX, VIEW_ASK_LEVELS, VIEW_ASK_PRICE, VIEW_BID_LEVELS, VIEW_BID_PRICE, VIEW_LEVELS } from '../memory/scan-layout';
import { multiply, productHigh, productLow } from './exact';

const RADIX: f64 = 9007199254740992; // 2^53
/** A quotient nearer to a whole number than this part of it may lie on either side of it. */
const DOUBT: f64 = 1.0 / 562949953421312.0; // 2^-49

/** Sign of `base * price - (high * 2^53 + low)`, exactly as long as base and price are whole numbers below 2^53. */
function compareValue(base: f64, price: f64, high: f64, low: f64): i32 {
  multiply(<u64>base, <u64>price);
  const wholeLow = floor(low);
  const targetLow = (<u64>high << 53) + <u64>wholeLow;
  const targetHigh = (<u64>high >> 11) + u64(targetLow < <u64>wholeLow);
  if (productHigh != targetHigh) return productHigh < targetHigh ? -1 : 1;
  if (productLow != targetLow) return productLow < targetLow ? -1 : 1;
  return low > wholeLow ? -1 : 0;
}

/**
 * The whole multiple of `lot` that an amount of quote buys at `ask`, rounded down or up, by one division.
 * Units: base units and price units; the amount in quote units.
 */
function wholeLots(high: f64, low: f64, ask: f64, lot: f64, up: bool): f64 {
  const quotient = (high * RADIX + low) / (ask * lot);
  const near = nearest(quotient);
  if (abs(quotient - near) > quotient * DOUBT || near * lot >= RADIX) return (up ? ceil(quotient) : floor(quotient)) * lot;
  const sign = compareValue(near * lot, ask, high, low);
  if (sign == 0) return near * lot;
  if (sign < 0) return (up ? near + 1 : near) * lot;
  return (up ? near : near - 1) * lot;
}

// A walk along one side, continued from size to size: what lies before `level` is taken.
let level: usize = 0;
let end: usize = 0;
let takenBase: f64 = 0;
let takenQuote: f64 = 0;
let takenLevels: i32 = 0;
/** Answers of the last step. */
let quote: f64 = 0;
let worst: f64 = 0;
let levels: i32 = 0;

function beginWalk(view: usize, viewLevels: i32, asks: bool): void {
  level = view + VIEW_LEVELS + (asks ? <usize>viewLevels * LEVEL_STRIDE : 0);
  end = level + <usize>load<i32>(view + (asks ? VIEW_ASK_LEVELS : VIEW_BID_LEVELS)) * LEVEL_STRIDE;
  takenBase = takenQuote = 0;
  takenLevels = 0;
}

/** Goes on until `base` units are taken. @returns false when the copied side holds less */
function walkTo(base: f64, units: f64): bool {
  while (level < end) {
    const price = load<f64>(level);
    const held = load<f64>(level, 8) * units;
    if (takenBase + held >= base) {
      quote = takenQuote + price * (base - takenBase);
      worst = price;
      levels = takenLevels + 1;
      return true;
    }
    takenBase += held;
    takenQuote += price * held;
    takenLevels++;
    level += LEVEL_STRIDE;
  }
  return false;
}

/** Which minimums of a venue an order breaks, as bits of SIZE_FAILING. */
// @ts-ignore: decorator
@inline
function belowMinimum(venue: usize, base: f64, price: f64): i32 {
  let failing = base < load<f64>(venue, SIZING_MIN) ? FAILING_MIN_QTY : 0;
  const high = load<f64>(venue, SIZING_VALUE_HIGH);
  const low = load<f64>(venue, SIZING_VALUE_LOW);
  const value = base * price;
  const least = high * RADIX + low;
  // Far from the bound float64 tells; beyond 2^53 base units the order is refused elsewhere.
  if (abs(value - least) <= least * DOUBT && base < RADIX ? compareValue(base, price, high, low) < 0 : value < least) failing |= FAILING_MIN_VALUE;
  return failing;
}

/** Decides what can be told without the books behind the touch: the amount, and whether both venues take it. */
function sizeUp(size: usize, sizing: usize, index: i32, buy: usize, sell: usize, lot: f64, ask: f64, bid: f64): void {
  const offset = <usize>index << 4;
  const buyHigh = load<f64>(buy + offset, SIZING_TARGETS);
  const buyLow = load<f64>(buy + offset, SIZING_TARGETS + 8);
  const sellHigh = load<f64>(sell + offset, SIZING_TARGETS);
  const sellLow = load<f64>(sell + offset, SIZING_TARGETS + 8);
  const larger = sellHigh > buyHigh || (sellHigh == buyHigh && sellLow > buyLow);
  const base = wholeLots(larger ? sellHigh : buyHigh, larger ? sellLow : buyLow, ask, lot, load<i32>(sizing, SIZING_ROUND_UP) != 0);
  store<f64>(size, base, SIZE_BASE);
  let failing = 0;
  let status = SIZE_FEASIBLE;
  if (base == 0) {
    status = SIZE_OFF_GRID;
  } else {
    failing = belowMinimum(buy, base, ask) | (belowMinimum(sell, base, bid) << FAILING_SELL_SHIFT);
    if (failing != 0) {
      status = SIZE_BELOW_MINIMUM;
    } else {
      if (base > load<f64>(buy, SIZING_MAX)) failing = FAILING_MAX_QTY;
      if (base > load<f64>(sell, SIZING_MAX)) failing |= FAILING_MAX_QTY << FAILING_SELL_SHIFT;
      if (failing != 0) status = SIZE_ABOVE_MAXIMUM;
    }
  }
  store<i32>(size, status, SIZE_STATUS);
  store<i32>(size, failing, SIZE_FAILING);
}

/** Takes the feasible sizes from one side, the smallest first; what it holds too little of becomes too thin. */
function walkSide(sizing: usize, count: i32, view: usize, viewLevels: i32, units: f64, asks: bool): void {
  beginWalk(view, viewLevels, asks);
  let size = sizing + SIZING_SIZES;
  for (let index = 0; index < count; index++, size += SIZE_STRIDE) {
    const status = load<i32>(size, SIZE_STATUS);
    if (status != SIZE_FEASIBLE && status != SIZE_TOO_THIN) continue;
    const base = load<f64>(size, SIZE_BASE);
    const full = walkTo(base, units);
    // What is told of the selling side lies behind the same of the buying side.
    store<f64>(size + (asks ? 0 : 8), full ? base : takenBase, SIZE_BUY_AVAILABLE);
    if (full) {
      store<f64>(size + (asks ? 0 : 8), quote, SIZE_BUY_QUOTE);
      store<f64>(size + (asks ? 0 : 8), worst, SIZE_BUY_WORST);
      store<i32>(size + (asks ? 0 : 4), levels, SIZE_BUY_LEVELS);
    } else {
      store<i32>(size, SIZE_TOO_THIN, SIZE_STATUS);
      store<i32>(size, load<i32>(size, SIZE_FAILING) | (asks ? FAILING_DEPTH : FAILING_DEPTH << FAILING_SELL_SHIFT), SIZE_FAILING);
    }
  }
}

/**
 * Prices all sizes of a row for the pair that its scan has found.
 * @param viewLevels room for levels in each side of a view
 */
export function priceSizes(row: usize, viewLevels: i32): void {
  const buy = load<i32>(row, SCAN_ROW_BUY);
  const sell = load<i32>(row, SCAN_ROW_SELL);
  const sizing = <usize>load<u32>(row, SCAN_ROW_SIZING);
  const count = load<i32>(sizing, SIZING_COUNT);
  const buyRules = sizing + SIZING_VENUES + <usize>buy * SIZING_VENUE_STRIDE;
  const sellRules = sizing + SIZING_VENUES + <usize>sell * SIZING_VENUE_STRIDE;
  const buyView = <usize>load<u32>(row + (<usize>buy << 2), SCAN_ROW_VIEWS);
  const sellView = <usize>load<u32>(row + (<usize>sell << 2), SCAN_ROW_VIEWS);
  const ask = load<f64>(buyView, VIEW_ASK_PRICE);
  const bid = load<f64>(sellView, VIEW_BID_PRICE);
  const lot = load<f64>(sizing + (<usize>(buy * VENUES_MAX + sell) << 3), SIZING_LOTS);
  for (let index = 0; index < count; index++) {
    sizeUp(sizing + SIZING_SIZES + <usize>index * SIZE_STRIDE, sizing, index, buyRules, sellRules, lot, ask, bid);
  }
  walkSide(sizing, count, buyView, viewLevels, load<f64>(buyRules, SIZING_UNITS), true);
  walkSide(sizing, count, sellView, viewLevels, load<f64>(sellRules, SIZING_UNITS), false);
  const buyRate = 1 + (load<f64>(row + (<usize>buy << 3), SCAN_ROW_FEES) + load<f64>(row + (<usize>buy << 3), SCAN_ROW_EXTRAS));
  const sellRate = 1 - (load<f64>(row + (<usize>sell << 3), SCAN_ROW_FEES) + load<f64>(row + (<usize>sell << 3), SCAN_ROW_EXTRAS));
  let best = -1;
  let bestNet: f64 = -Infinity;
  for (let index = 0; index < count; index++) {
    const size = sizing + SIZING_SIZES + <usize>index * SIZE_STRIDE;
    if (load<i32>(size, SIZE_STATUS) != SIZE_FEASIBLE) continue;
    const cost = load<f64>(size, SIZE_BUY_QUOTE) * buyRate;
    const proceeds = load<f64>(size, SIZE_SELL_QUOTE) * sellRate;
    const net = proceeds - cost;
    store<f64>(size, cost, SIZE_COST);
    store<f64>(size, proceeds, SIZE_PROCEEDS);
    store<f64>(size, net, SIZE_NET);
    store<f64>(size, net / cost, SIZE_NET_FRACTION);
    if (net > bestNet) {
      best = index;
      bestNet = net;
    }
  }
  store<i32>(row, count, SCAN_ROW_SIZES);
  store<i32>(row, best, SCAN_ROW_BEST_SIZE);
}
