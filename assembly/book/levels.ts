// What all work on a ladder's levels is made of: moving them, and finding a price among them.
import { BOOK_ROOM, LEVEL_STRIDE, SIDE_BUFFER, SIDE_COUNT, SIDE_START } from '../memory/layout';

export const LEVEL_SHIFT: usize = 4; // LEVEL_STRIDE is 16

/** Moves whole levels; overlapping is fine. Short moves stay in the module, since a bulk copy costs a call out of it. */
export function moveLevels(target: usize, source: usize, levels: i32): void {
  if (levels > 24) {
    memory.copy(target, source, <usize>levels << LEVEL_SHIFT);
  } else if (target < source) {
    for (let i = 0; i < levels; i++) {
      v128.store(target, v128.load(source));
      target += LEVEL_STRIDE;
      source += LEVEL_STRIDE;
    }
  } else {
    target += <usize>levels << LEVEL_SHIFT;
    source += <usize>levels << LEVEL_SHIFT;
    for (let i = 0; i < levels; i++) {
      target -= LEVEL_STRIDE;
      source -= LEVEL_STRIDE;
      v128.store(target, v128.load(source));
    }
  }
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
  const held = load<i32>(side, SIDE_COUNT);
  const start = (load<i32>(book, BOOK_ROOM) - held) >> 1;
  const buffer = <usize>load<u32>(side, SIDE_BUFFER);
  moveLevels(buffer + (<usize>start << LEVEL_SHIFT), buffer + (<usize>load<i32>(side, SIDE_START) << LEVEL_SHIFT), held);
  store<i32>(side, start, SIDE_START);
  return start;
}
