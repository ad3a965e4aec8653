// What all work on a ladder's levels is made of: moving them, and finding a price among them.
import { spare } from '../memory/thread';
import { BOOK_ROOM, LEVEL_STRIDE, SIDE_BUFFER, SIDE_SLOTS, SIDE_START } from '../memory/layout';

export const LEVEL_SHIFT: usize = 4; // LEVEL_STRIDE is 16

/** From here on a bulk copy, which costs a call out of the module, is the faster one. */
const BULK_LEVELS: i32 = 64;

// @ts-ignore: decorator
@inline
function put(target: usize, index: i32, count: i32, unread: usize, level: v128): void {
  v128.store(select(target + (<usize>index << LEVEL_SHIFT), unread, index < count), level);
}

/** Moves up to four levels without a branch; reads four. */
// @ts-ignore: decorator
@inline
function moveFour(target: usize, source: usize, levels: i32): void {
  const unread = spare;
  const a = v128.load(source);
  const b = v128.load(source, 16);
  const c = v128.load(source, 32);
  const d = v128.load(source, 48);
  put(target, 0, levels, unread, a);
  put(target, 1, levels, unread, b);
  put(target, 2, levels, unread, c);
  put(target, 3, levels, unread, d);
}

/** Moves up to eight levels without a branch; reads eight. */
// @ts-ignore: decorator
@inline
function moveEight(target: usize, source: usize, levels: i32): void {
  const unread = spare;
  const a = v128.load(source);
  const b = v128.load(source, 16);
  const c = v128.load(source, 32);
  const d = v128.load(source, 48);
  const e = v128.load(source, 64);
  const f = v128.load(source, 80);
  const g = v128.load(source, 96);
  const h = v128.load(source, 112);
  put(target, 0, levels, unread, a);
  put(target, 1, levels, unread, b);
  put(target, 2, levels, unread, c);
  put(target, 3, levels, unread, d);
  put(target, 4, levels, unread, e);
  put(target, 5, levels, unread, f);
  put(target, 6, levels, unread, g);
  put(target, 7, levels, unread, h);
}

/** Moves whole levels; overlapping is fine. Reads up to SLACK_LEVELS behind them. */
export function moveLevels(target: usize, source: usize, levels: i32): void {
  if (levels <= 8) {
    moveEight(target, source, levels);
  } else if (levels > BULK_LEVELS) {
    memory.copy(target, source, <usize>levels << LEVEL_SHIFT);
  } else if (target < source) {
    let left = levels;
    for (; left >= 4; left -= 4) {
      const a = v128.load(source);
      const b = v128.load(source, 16);
      const c = v128.load(source, 32);
      const d = v128.load(source, 48);
      v128.store(target, a);
      v128.store(target, b, 16);
      v128.store(target, c, 32);
      v128.store(target, d, 48);
      source += 64;
      target += 64;
    }
    moveFour(target, source, left);
  } else {
    let left = levels;
    const distance = target - source;
    source += <usize>levels << LEVEL_SHIFT;
    for (; left >= 4; left -= 4) {
      source -= 64;
      target = source + distance;
      const a = v128.load(source);
      const b = v128.load(source, 16);
      const c = v128.load(source, 32);
      const d = v128.load(source, 48);
      v128.store(target, a);
      v128.store(target, b, 16);
      v128.store(target, c, 32);
      v128.store(target, d, 48);
    }
    source -= <usize>left << LEVEL_SHIFT;
    moveFour(source + distance, source, left);
  }
}

/** Levels that `windowBelow` looks at. */
export const WINDOW: i32 = 16;

// @ts-ignore: decorator
@inline
function pairBelow(first: usize, second: usize, signs: v128, keys: v128): v128 {
  return f64x2.lt(v128.xor(v128.shuffle<f64>(v128.load(first), v128.load(second), 0, 2), signs), keys);
}

// @ts-ignore: decorator
@inline
function quadBelow(from: usize, stride: usize, signs: v128, keys: v128): v128 {
  return i64x2.add(pairBelow(from, from + stride, signs, keys), pairBelow(from + 2 * stride, from + 3 * stride, signs, keys));
}

/** How many of WINDOW levels have a key below `key`, without a branch. */
// @ts-ignore: decorator
@inline
export function windowBelow(from: usize, signs: v128, keys: v128): i32 {
  const below = i64x2.add(
    i64x2.add(quadBelow(from, 16, signs, keys), quadBelow(from + 64, 16, signs, keys)),
    i64x2.add(quadBelow(from + 128, 16, signs, keys), quadBelow(from + 192, 16, signs, keys)),
  );
  return -<i32>(i64x2.extract_lane(below, 0) + i64x2.extract_lane(below, 1));
}

/** How many of the eight levels `stride` bytes apart have a key below `key`. */
// @ts-ignore: decorator
@inline
function probesBelow(from: usize, stride: usize, signs: v128, keys: v128): i32 {
  const below = i64x2.add(quadBelow(from, stride, signs, keys), quadBelow(from + 4 * stride, stride, signs, keys));
  return -<i32>(i64x2.extract_lane(below, 0) + i64x2.extract_lane(below, 1));
}

/** Steps of WINDOW levels that are taken one by one. */
const STEPS: i32 = 10;

const NEAR: i32 = 8 * WINDOW;
const FAR: i32 = 8 * NEAR;

/**
 * The lowest level of a window of WINDOW levels in which `key` belongs, or behind which it comes first. `low` is such a level for a
 * higher key: most likely the window is the same or the next. It depends on no index found before, so that the processor can
 * search for several keys at once. For sides of at least WINDOW levels.
 */
// @ts-ignore: decorator
@inline
export function windowDown(levels: usize, low: i32, sign: f64, signs: v128, key: f64): i32 {
  const stop = low - STEPS * WINDOW;
  while (low > 0) {
    if (sign * load<f64>(levels + (<usize>low << LEVEL_SHIFT)) < key) return low;
    low -= WINDOW;
    if (low < stop) return max(searchFar(levels, low + WINDOW, sign, signs, key) - 1, 0);
  }
  return 0;
}

/** First index whose key is not below `key`, where that of `high` and of all behind it is not: steps of 16, then of 128 levels, then halves. */
function searchFar(levels: usize, high: i32, sign: f64, signs: v128, key: f64): i32 {
  const keys = f64x2.splat(key);
  let top = high;
  if (top >= FAR && !(sign * load<f64>(levels + (<usize>(top - FAR) << LEVEL_SHIFT)) < key)) return search(levels, 0, top - FAR, sign, key);
  if (top >= NEAR && !(sign * load<f64>(levels + (<usize>(top - NEAR) << LEVEL_SHIFT)) < key)) {
    top -= NEAR;
    if (top < FAR) return search(levels, 0, top, sign, key);
    top -= probesNotBelow(levels, top, NEAR, signs, keys) * NEAR;
  }
  if (top < NEAR) return search(levels, 0, top, sign, key);
  top -= probesNotBelow(levels, top, WINDOW, signs, keys) * WINDOW;
  const low = top - WINDOW;
  return low + windowBelow(levels + (<usize>low << LEVEL_SHIFT), signs, keys);
}

/** Of the eight levels at `step`, 2 * `step` ... below `top`, how many are not below `key`: 7 at most, the last one being below. */
// @ts-ignore: decorator
@inline
function probesNotBelow(levels: usize, top: i32, step: i32, signs: v128, keys: v128): i32 {
  return 8 - probesBelow(levels + (<usize>(top - 8 * step) << LEVEL_SHIFT), <usize>step << LEVEL_SHIFT, signs, keys);
}

/** How many of `levels` levels, an even number up to 16, have a key below `key`: no branch on what they hold. */
// @ts-ignore: decorator
@inline
function countBelow(from: usize, levels: i32, sign: f64, key: f64): i32 {
  const signs = f64x2.splat(sign);
  const keys = f64x2.splat(key);
  let below = i64x2(0, 0);
  const end = from + (<usize>levels << LEVEL_SHIFT);
  for (let level = from; level < end; level += 2 * LEVEL_STRIDE) {
    const prices = v128.shuffle<f64>(v128.load(level), v128.load(level, 16), 0, 2);
    below = i64x2.sub(below, f64x2.lt(f64x2.mul(prices, signs), keys));
  }
  return <i32>(i64x2.extract_lane(below, 0) + i64x2.extract_lane(below, 1));
}

/** First index in [low, high) whose key is not below `key`; `high` when there is none. Halves without branches. */
function search(levels: usize, low: i32, high: i32, sign: f64, key: f64): i32 {
  let length = high - low;
  while (length > 16) {
    const half = length >>> 1;
    const below = <i32>(sign * load<f64>(levels + (<usize>(low + half - 1) << LEVEL_SHIFT)) < key);
    low += half & -below;
    length -= half;
  }
  if (length & 1) {
    const below = <i32>(sign * load<f64>(levels + (<usize>(low + length - 1) << LEVEL_SHIFT)) < key);
    if (below) return low + length;
    length--;
  }
  return low + countBelow(levels + (<usize>low << LEVEL_SHIFT), length, sign, key);
}

/** As `search` over the whole side, but galloping away from `hint`: consecutive updates of a message lie close together. */
export function gallop(levels: usize, held: i32, sign: f64, key: f64, hint: i32): i32 {
  let step = 16;
  if (hint < held && sign * load<f64>(levels + (<usize>hint << LEVEL_SHIFT)) < key) {
    let low = hint + 1;
    let high = low + step;
    while (high < held && sign * load<f64>(levels + (<usize>high << LEVEL_SHIFT)) < key) {
      low = high + 1;
      step <<= 2;
      high += step;
    }
    return search(levels, low, min(high, held), sign, key);
  }
  let high = min(hint, held);
  let low = high - step;
  while (low >= 0 && sign * load<f64>(levels + (<usize>low << LEVEL_SHIFT)) >= key) {
    high = low;
    step <<= 2;
    low -= step;
  }
  return search(levels, max(low + 1, 0), high, sign, key);
}

/** Puts the window back into the middle of its buffer. Happens once in about half a buffer of one-sided moves. */
export function recentre(book: usize, side: usize): i32 {
  const slots = load<i32>(side, SIDE_SLOTS);
  const start = (load<i32>(book, BOOK_ROOM) - slots) >> 1;
  const buffer = <usize>load<u32>(side, SIDE_BUFFER);
  moveLevels(buffer + (<usize>start << LEVEL_SHIFT), buffer + (<usize>load<i32>(side, SIDE_START) << LEVEL_SHIFT), slots);
  store<i32>(side, start, SIDE_START);
  return start;
}
