// Reads the level lists of JSON frames into the thread's scratch, where they wait until the whole frame has proved valid.
import { LEVEL_STRIDE } from '../memory/layout';
import { levelsMax } from '../memory/thread';
import { at, fail, failed, firstElement, firstKey, nextElement, nextKey, resumeAt, skipValue } from './json';
import {
  fractionDigits, front, groupsOfFour, hundredsFactors, nines, powerOfTen, readUnits, tensFactors, tenThousandsFactors,
  unitShuffle, valuesOf, zeroCharacters,
} from './number';

/** Set when a list holds more levels than the scratch. */
export let oversized: bool = false;

/** Bitwise or and and of the digits behind the point, over the levels since `beginLevels`; equal when all levels are written alike. */
export let priceDigitsOr: i32 = 0;
export let priceDigitsAnd: i32 = -1;
export let qtyDigitsOr: i32 = 0;
export let qtyDigitsAnd: i32 = -1;

/** Forgets what the previous frame's levels looked like. */
export function beginLevels(): void {
  oversized = false;
  priceDigitsOr = 0;
  priceDigitsAnd = -1;
  qtyDigitsOr = 0;
  qtyDigitsAnd = -1;
}

/** Writes one level, and notes how its decimals were written. */
// @ts-ignore: decorator
@inline
export function keep(target: usize, price: f64, qty: f64, priceDigits: i32, qtyDigits: i32): void {
  if (price <= 0) fail();
  store<f64>(target, price);
  store<f64>(target, qty, 8);
  priceDigitsOr |= priceDigits;
  priceDigitsAnd &= priceDigits;
  // A deletion is often written shorter ("0"), so only quantities that stay tell how the venue writes them.
  if (qty != 0) {
    qtyDigitsOr |= qtyDigits;
    qtyDigitsAnd &= qtyDigits;
  }
}

/** Whether there is room for one more level; fails when not. */
// @ts-ignore: decorator
@inline
export function room(count: i32): bool {
  if (count < levelsMax) return true;
  oversized = true;
  fail();
  return false;
}

const OPENING = 0x225b; // ["
const BETWEEN = 0x222c22; // ","
const CLOSING = 0x2c5d22; // "],
const LAST = 0x5d5d22 ^ CLOSING; // "]]
const THREE_BYTES = 0xffffff;

/**
 * Reads as many levels as are written `["price","quantity"]` without white space, in 31 bytes and with short numbers, the form
 * of nearly all traffic. The closing bracket tells where the next level begins. Prices of a list are written alike, so the shape
 * of one is kept for the next; that of the quantity is worked out without a branch. What is no digit must stand exactly where
 * the shape has it. Stops in front of anything else.
 * @returns levels read; the reader stands at the first level that was not, or behind the list when `listEnded`. -1 when one of
 * them is to be refused: nothing was read
 */
function readShortLevels(target: usize, priceScale: i32, qtyScale: i32, countMax: i32): i32 {
  listEnded = false;
  if (<u32>priceScale > 14 || <u32>qtyScale > 14) return 0;
  const zeros = zeroCharacters();
  const nine = nines();
  const tens = tensFactors();
  const hundreds = hundredsFactors();
  const tenThousands = tenThousandsFactors();
  const hundredMillions = f64x2.splat(powerOfTen(8));
  const brackets = i8x16.splat(0x5d);
  const begin = target;
  const end = target + (<usize>countMax << 4);
  let from = at;
  // Shape of the price: what is no digit up to the quantity, and where; which bytes count, and which must be zero.
  let shapeMask = 0;
  let shape = -1;
  let pointAt: usize = 0;
  let pointByte = 0;
  let priceEnd = 0;
  let priceFront = i64x2(0, 0);
  let priceBeyond = i64x2(0, 0);
  let priceShuffle = i64x2(0, 0);
  let beyond = i64x2(0, 0);
  let least = f64x2.splat(Infinity);
  while (target < end) {
    const low = v128.load(from);
    const high = v128.load(from, 16);
    const lowDigits = i8x16.sub(low, zeros);
    const highDigits = i8x16.sub(high, zeros);
    const others = ~(
      i8x16.bitmask(i8x16.eq(i8x16.min_u(lowDigits, nine), lowDigits)) | (i8x16.bitmask(i8x16.eq(i8x16.min_u(highDigits, nine), highDigits)) << 16)
    );
    const close = ctz<i32>(i8x16.bitmask(i8x16.eq(low, brackets)) | (i8x16.bitmask(i8x16.eq(high, brackets)) << 16));
    if ((others & shapeMask) != shape) {
      const rest = others & ~3;
      const point = ctz<i32>(rest);
      const hasPoint = <i32>(load<u8>(from + <usize>point) == 0x2e);
      priceEnd = ctz<i32>(rest & (rest - hasPoint));
      const whole = point - 2;
      const fraction = priceEnd - point - hasPoint;
      shapeMask = (8 << priceEnd) - 1;
      shape = 3 | (hasPoint << point) | (7 << priceEnd);
      if (whole < 1 || whole + priceScale > 15 || fraction < hasPoint || priceEnd > 18 || (others & shapeMask) != shape) break;
      pointAt = hasPoint ? point : 0;
      pointByte = hasPoint ? 0x2e : 0x5b;
      priceFront = front(priceEnd - 2);
      priceBeyond = v128.andnot(priceFront, front(whole + priceScale + 1));
      priceShuffle = unitShuffle(whole, priceScale);
    }
    const qtyFrom = from + <usize>priceEnd + 3;
    const qtyLength = close - priceEnd - 4;
    const rest = others >>> (priceEnd + 3);
    const qtyWhole = ctz<i32>(rest);
    const hasPoint = <i32>(load<u8>(qtyFrom + <usize>qtyWhole) == 0x2e);
    const wrong =
      (<i32>load<u16>(from) ^ OPENING) |
      (<i32>load<u8>(from + pointAt) ^ pointByte) |
      ((load<i32>(qtyFrom - 3) & THREE_BYTES) ^ BETWEEN) |
      ((rest & ((4 << qtyLength) - 1)) ^ ((hasPoint << qtyWhole) | (3 << qtyLength)));
    // Negative: no digit, more than there is room for, or a point without a digit behind it.
    const outside = (qtyWhole - 1) | (15 - qtyScale - qtyWhole) | (16 - qtyLength) | (qtyLength - qtyWhole - hasPoint * 2) | (30 - close);
    if ((wrong | (outside >>> 31)) != 0) break;

    const price = i8x16.sub(v128.load(from, 2), zeros);
    const qty = v128.and(i8x16.sub(v128.load(qtyFrom), zeros), front(qtyLength));
    beyond = v128.or(beyond, v128.or(v128.and(price, priceBeyond), v128.andnot(qty, front(qtyWhole + qtyScale + 1))));
    const level = valuesOf(
      groupsOfFour(i8x16.swizzle(v128.and(price, priceFront), priceShuffle), tens, hundreds),
      groupsOfFour(i8x16.swizzle(qty, unitShuffle(qtyWhole, qtyScale)), tens, hundreds),
      tenThousands,
      hundredMillions,
    );
    least = f64x2.pmin(least, level);
    v128.store(target, level);
    const behind = (load<i32>(qtyFrom + <usize>qtyLength) & THREE_BYTES) ^ CLOSING;
    if (behind != 0 && behind != LAST) break;
    target += LEVEL_STRIDE;
    from += <usize>close + 2;
    if (behind != 0) {
      listEnded = true;
      break;
    }
  }
  // A digit beyond the scale, or a price of zero: the careful reader says which came first.
  if (v128.any_true(beyond) || f64x2.extract_lane(least, 0) <= 0) return -1;
  resumeAt(from);
  return <i32>((target - begin) >> 4);
}

/** Whether `readShortLevels` came to the end of the list. */
let listEnded: bool = false;

/** Reads one level `[price, quantity, ...]`; what follows the quantity (a time, a count, a mark) is checked and left. */
function readLevelArray(target: usize, priceScale: i32, qtyScale: i32): void {
  if (!firstElement()) {
    fail();
    return;
  }
  const price = readUnits(priceScale);
  const priceDigits = fractionDigits;
  if (failed || !nextElement()) {
    fail();
    return;
  }
  const qty = readUnits(qtyScale);
  const qtyDigits = fractionDigits;
  while (!failed && nextElement()) skipValue();
  if (!failed) keep(target, price, qty, priceDigits, qtyDigits);
}

/**
 * Reads `[[price, quantity, ...], ...]`.
 * @returns levels written to `target`; meaningless when the reader failed
 */
export function readLevelArrays(target: usize, priceScale: i32, qtyScale: i32): i32 {
  let count = 0;
  let careful = false;
  if (!firstElement()) return 0;
  do {
    if (!careful) {
      const read = readShortLevels(target, priceScale, qtyScale, levelsMax - count);
      if (read > 0) {
        count += read;
        target += <usize>read * LEVEL_STRIDE;
        if (listEnded) return count;
      } else careful = read < 0;
    }
    if (!room(count)) return count;
    readLevelArray(target, priceScale, qtyScale);
    target += LEVEL_STRIDE;
    count++;
  } while (!failed && nextElement());
  return count;
}

/** Reads `[{priceKey: price, qtyKey: quantity, ...}, ...]`. @returns levels written to `target` */
export function readLevelObjects(target: usize, priceScale: i32, qtyScale: i32, priceKey: u64, qtyKey: u64): i32 {
  let count = 0;
  if (!firstElement()) return 0;
  do {
    if (!room(count)) return count;
    let price: f64 = 0;
    let priceDigits = 0;
    let qty: f64 = 0;
    let qtyDigits = 0;
    let seen = 0;
    for (let key = firstKey(); key != 0; key = nextKey()) {
      if (key == priceKey) {
        if (seen & 1) fail();
        price = readUnits(priceScale);
        priceDigits = fractionDigits;
        seen |= 1;
      } else if (key == qtyKey) {
        if (seen & 2) fail();
        qty = readUnits(qtyScale);
        qtyDigits = fractionDigits;
        seen |= 2;
      } else skipValue();
      if (failed) return count;
    }
    if (failed || seen != 3) {
      fail();
      return count;
    }
    keep(target, price, qty, priceDigits, qtyDigits);
    target += LEVEL_STRIDE;
    count++;
  } while (!failed && nextElement());
  return count;
}
