// Reads the level lists of JSON frames into the thread's scratch, where they wait until the whole frame has proved valid.
import { LEVEL_STRIDE } from '../memory/layout';
import { levelsMax } from '../memory/thread';
import { at, fail, failed, firstElement, firstKey, nextElement, nextKey, resumeAt, skipValue } from './json';
import { fractionDigits, notDigits, readUnits, unitsOfDigits } from './number';

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

/**
 * Reads as many levels as are written `["price","quantity"]` without white space, in 32 bytes and with short numbers, the form
 * of nearly all traffic: one mask of quotes tells where everything is. Stops in front of anything else.
 * @returns levels read; the reader stands at the first level that was not, or behind the list when `listEnded`
 */
function readShortLevels(target: usize, priceScale: i32, qtyScale: i32, countMax: i32): i32 {
  let from = at;
  let count = 0;
  listEnded = false;
  while (count < countMax) {
    const low = v128.load(from);
    const high = v128.load(from, 16);
    const quotes = i8x16.bitmask(i8x16.eq(low, i8x16.splat(0x22))) | (i8x16.bitmask(i8x16.eq(high, i8x16.splat(0x22))) << 16);
    const others = notDigits(low) | (notDigits(high) << 16);
    let rest = quotes & ~3;
    const priceEnd = ctz<i32>(rest);
    rest &= rest - 1;
    const qtyStart = ctz<i32>(rest) + 1;
    rest &= rest - 1;
    const qtyEnd = ctz<i32>(rest);
    // [" at the front, "," in the middle, "] at the end
    if (rest == 0 || load<u16>(from) != 0x225b || qtyStart != priceEnd + 3) break;
    if (load<u8>(from + <usize>priceEnd, 1) != 0x2c || load<u8>(from + <usize>qtyEnd, 1) != 0x5d) break;

    const pricePoint = others & ((1 << priceEnd) - 4);
    const qtyPoint = others & ((1 << qtyEnd) - (1 << qtyStart));
    if ((pricePoint & (pricePoint - 1)) | (qtyPoint & (qtyPoint - 1))) break;
    let priceDigits = priceEnd - 2;
    let priceWhole = priceDigits;
    if (pricePoint != 0) {
      priceWhole = ctz<i32>(pricePoint) - 2;
      if (load<u8>(from + 2 + <usize>priceWhole) != 0x2e || priceWhole == --priceDigits) break;
    }
    let qtyDigits = qtyEnd - qtyStart;
    let qtyWhole = qtyDigits;
    if (qtyPoint != 0) {
      qtyWhole = ctz<i32>(qtyPoint) - qtyStart;
      if (load<u8>(from + <usize>(qtyStart + qtyWhole)) != 0x2e || qtyWhole == --qtyDigits) break;
    }
    if (<u32>(priceDigits - 1) > 14 || <u32>(qtyDigits - 1) > 14 || priceWhole == 0 || qtyWhole == 0) break;
    const price = unitsOfDigits(from + 2, priceWhole, priceDigits, priceScale);
    const qty = unitsOfDigits(from + <usize>qtyStart, qtyWhole, qtyDigits, qtyScale);
    const next = <u32>load<u8>(from + <usize>qtyEnd, 2);
    if (price <= 0 || qty < 0 || (next != 0x2c && next != 0x5d)) break;

    keep(target, price, qty, priceDigits - priceWhole, qtyDigits - qtyWhole);
    target += LEVEL_STRIDE;
    count++;
    from += <usize>qtyEnd + 3;
    if (next == 0x5d) {
      listEnded = true;
      break;
    }
  }
  resumeAt(from);
  return count;
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
  if (!firstElement()) return 0;
  do {
    const read = readShortLevels(target, priceScale, qtyScale, levelsMax - count);
    count += read;
    target += <usize>read * LEVEL_STRIDE;
    if (listEnded) return count;
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
