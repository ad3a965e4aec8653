// A whole message on one side of a book that may have vacant places.
import {
  BOOK_ROOM, LEVEL_STRIDE, SIDE_BUFFER, SIDE_COUNT, SIDE_SLOTS, SIDE_START, SIDE_TRUNCATED,
} from '../memory/layout';
import { gallop, LEVEL_SHIFT, moveLevels, recentre, WINDOW, windowBelow, windowDown } from './levels';

/** Places of the buffer that are never all in use, so that there is always one to move into. */
export const SPARE_PLACES: i32 = 4;

/** Vacant places that are kept at least, before they are taken out. */
const VACANT_MIN: i32 = 32;

/** 1 when the keys grow strictly, -1 when they fall strictly, 0 when neither. */
function orderOf(sign: f64, updates: usize, levels: i32): i32 {
  const end = updates + (<usize>levels << LEVEL_SHIFT);
  const falling = sign * load<f64>(updates) > sign * load<f64>(updates, LEVEL_STRIDE);
  const direction = falling ? -sign : sign;
  for (let at = updates + LEVEL_STRIDE; at < end; at += LEVEL_STRIDE) {
    if (!(direction * load<f64>(at - LEVEL_STRIDE) < direction * load<f64>(at))) return 0;
  }
  return falling ? -1 : 1;
}

/** Longest list that is sorted here; longer ones come sorted, or only once. */
const SORTED_MAX: i32 = 64;

/** Sorts updates from the best to the worst, those of one price in their order. */
function sortBestFirst(sign: f64, updates: usize, levels: i32): void {
  const end = updates + (<usize>levels << LEVEL_SHIFT);
  for (let next = updates + LEVEL_STRIDE; next < end; next += LEVEL_STRIDE) {
    const update = v128.load(next);
    const key = sign * load<f64>(next);
    let place = next;
    for (; place > updates && sign * load<f64>(place - LEVEL_STRIDE) < key; place -= LEVEL_STRIDE) {
      v128.store(place, v128.load(place - LEVEL_STRIDE));
    }
    v128.store(place, update);
  }
}

// @ts-ignore: decorator
@inline
function firstPlace(side: usize): usize {
  return <usize>load<u32>(side, SIDE_BUFFER) + (<usize>load<i32>(side, SIDE_START) << LEVEL_SHIFT);
}

/**
 * Applies updates from the best to the worst, since most messages begin near the top; long unsorted lists in their order. A side
 * is cut to its capacity after the message; only a message that fills even the room beyond loses levels on the way, in its order.
 * @returns deletions of prices that were not held
 */
export function applyMessage(book: usize, side: usize, sign: f64, updates: usize, levels: i32): i32 {
  const limit = load<i32>(book, BOOK_ROOM) - SPARE_PLACES;
  let held = load<i32>(side, SIDE_COUNT);
  let direction = held + levels > limit ? 0 : orderOf(sign, updates, levels);
  if (direction == 0 && levels <= SORTED_MAX && held + levels <= limit) {
    sortBestFirst(sign, updates, levels);
    direction = -1;
  }
  const step = direction <= 0 ? LEVEL_STRIDE : -LEVEL_STRIDE;
  let update = direction <= 0 ? updates : updates + (<usize>(levels - 1) << LEVEL_SHIFT);
  const end = update + levels * step;
  const signs = f64x2.splat(sign < 0 ? -0.0 : 0);
  let slots = load<i32>(side, SIDE_SLOTS);
  let first = firstPlace(side);
  let low = slots - WINDOW;
  let index = slots;
  let unknown = 0;
  for (; update != end; update += step) {
    const key = sign * load<f64>(update);
    if (direction == 0 || slots < WINDOW) {
      index = gallop(first, slots, sign, key, index);
    } else {
      low = windowDown(first, low, sign, signs, key);
      index = low + windowBelow(first + (<usize>low << LEVEL_SHIFT), signs, f64x2.splat(key));
    }
    const place = first + (<usize>index << LEVEL_SHIFT);
    const known = index < slots && load<u64>(place) == load<u64>(update);
    const stays = <i32>(load<u64>(update, 8) != 0);
    const stood = known ? <i32>(load<u64>(place, 8) != 0) : 0;
    if (held == limit && stays > stood) {
      // One more than there is room for: the worst one falls off, which may be the new one.
      const worst = worstHeld(first);
      store<i32>(side, load<i32>(side, SIDE_TRUNCATED) + 1, SIDE_TRUNCATED);
      if (index <= worst) continue;
      dropWorst(side, worst + 1);
      first = firstPlace(side);
      slots -= worst + 1;
      low = max(low - worst - 1, 0);
      index -= worst + 1;
      held--;
      if (known) v128.store(first + (<usize>index << LEVEL_SHIFT), v128.load(update));
    } else if (known) {
      v128.store(place, v128.load(update));
    }
    held += stays - stood;
    unknown += ~(stays | stood) & 1;
    if (known || !stays) continue;
    insert(book, side, sign, index, update);
    first = firstPlace(side);
    slots = load<i32>(side, SIDE_SLOTS);
    if (slots < index) index = slots;
    low = min(low, slots - WINDOW);
  }
  while (slots > 0 && load<u64>(first + (<usize>(slots - 1) << LEVEL_SHIFT), 8) == 0) slots--;
  store<i32>(side, held, SIDE_COUNT);
  store<i32>(side, slots, SIDE_SLOTS);
  if (slots - held > VACANT_MIN + (held >> 2)) closeUp(side);
  return unknown;
}

/** Number of the worst place that is not vacant; there is one. */
function worstHeld(first: usize): i32 {
  let place = 0;
  while (load<u64>(first + (<usize>place << LEVEL_SHIFT), 8) == 0) place++;
  return place;
}

/** Takes the worst `places` places off. */
function dropWorst(side: usize, places: i32): void {
  store<i32>(side, load<i32>(side, SIDE_START) + places, SIDE_START);
  store<i32>(side, load<i32>(side, SIDE_SLOTS) - places, SIDE_SLOTS);
}

/** Moves the levels together, so that no place is vacant. */
export function closeUp(side: usize): void {
  const first = firstPlace(side);
  const end = first + (<usize>load<i32>(side, SIDE_SLOTS) << LEVEL_SHIFT);
  let target = first;
  for (let place = first; place < end; place += LEVEL_STRIDE) {
    const level = v128.load(place);
    v128.store(target, level);
    target += <usize>(i64x2.extract_lane(level, 1) != 0) << LEVEL_SHIFT;
  }
  store<i32>(side, <i32>((target - first) >> LEVEL_SHIFT), SIDE_SLOTS);
}

/** Puts a new price before place `index`: into a vacant place next to it, or by moving what lies on the shorter side. */
function insert(book: usize, side: usize, sign: f64, index: i32, update: usize): void {
  const level = v128.load(update);
  let first = firstPlace(side);
  let slots = load<i32>(side, SIDE_SLOTS);
  const place = first + (<usize>index << LEVEL_SHIFT);
  if (index < slots && load<u64>(place, 8) == 0) {
    v128.store(place, level);
    return;
  }
  if (index > 0 && load<u64>(place - LEVEL_STRIDE, 8) == 0) {
    v128.store(place - LEVEL_STRIDE, level);
    return;
  }
  if (slots + 2 >= load<i32>(book, BOOK_ROOM)) {
    closeUp(side);
    slots = load<i32>(side, SIDE_SLOTS);
    index = gallop(first, slots, sign, sign * load<f64>(update), slots);
  }
  const above = slots - index;
  let start = load<i32>(side, SIDE_START);
  if (above <= index) {
    if (start + slots == load<i32>(book, BOOK_ROOM)) recentre(book, side);
    const gap = firstPlace(side) + (<usize>index << LEVEL_SHIFT);
    moveLevels(gap + LEVEL_STRIDE, gap, above);
  } else {
    if (start == 0) start = recentre(book, side);
    first = firstPlace(side);
    moveLevels(first - LEVEL_STRIDE, first, index);
    store<i32>(side, start - 1, SIDE_START);
  }
  v128.store(firstPlace(side) + (<usize>index << LEVEL_SHIFT), level);
  store<i32>(side, slots + 1, SIDE_SLOTS);
}
