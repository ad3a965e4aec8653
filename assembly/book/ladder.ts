// One side of a book: levels sorted from the worst to the best, in a window [start, start + slots) of a buffer with room to slide,
// so that an update near the top touches few bytes. A level that goes leaves its place vacant (quantity 0, the price kept), and
// mostly comes back to it or makes room for a neighbour: nothing has to move. The best place is never vacant.
// `sign` is 1 for bids and -1 for asks: sign * price grows towards the best level on both sides.
import {
  BOOK_CAPACITY, BOOK_DENSE, BOOK_ROOM, BOOK_UNKNOWN_DELETES, LEVEL_STRIDE, SIDE_BUFFER, SIDE_COUNT, SIDE_SLOTS, SIDE_START,
  SIDE_TRUNCATED,
} from '../memory/layout';
import { count } from '../memory/counters';
import { applyMessage, closeUp, SPARE_PLACES } from './ladder-message';
import { gallop, LEVEL_SHIFT, moveLevels, recentre } from './levels';

/** Empties a side; its window starts in the middle of the buffer again. */
export function clearSide(book: usize, side: usize): void {
  store<i32>(side, load<i32>(book, BOOK_ROOM) >> 1, SIDE_START);
  store<i32>(side, 0, SIDE_TRUNCATED);
  setHeld(side, 0);
}

/** A side without vacant places holds as many levels as it has places. */
// @ts-ignore: decorator
@inline
function setHeld(side: usize, held: i32): void {
  store<i32>(side, held, SIDE_COUNT);
  store<i32>(side, held, SIDE_SLOTS);
}

/** Cuts a side to its `depth` best levels. */
export function cutSide(side: usize, depth: i32): void {
  const excess = load<i32>(side, SIDE_COUNT) - depth;
  if (excess <= 0) return;
  const start = load<i32>(side, SIDE_START);
  const first = <usize>load<u32>(side, SIDE_BUFFER) + (<usize>start << LEVEL_SHIFT);
  let dropped = 0;
  for (let left = excess; left > 0; dropped++) left -= <i32>(load<u64>(first + (<usize>dropped << LEVEL_SHIFT), 8) != 0);
  store<i32>(side, start + dropped, SIDE_START);
  store<i32>(side, load<i32>(side, SIDE_SLOTS) - dropped, SIDE_SLOTS);
  store<i32>(side, depth, SIDE_COUNT);
  store<i32>(side, load<i32>(side, SIDE_TRUNCATED) + excess, SIDE_TRUNCATED);
}

/** Inserts into a side without vacant places. */
function insert(book: usize, side: usize, index: i32, price: f64, qty: f64): i32 {
  const buffer = <usize>load<u32>(side, SIDE_BUFFER);
  let start = load<i32>(side, SIDE_START);
  let held = load<i32>(side, SIDE_COUNT);
  if (held == load<i32>(book, BOOK_ROOM) - SPARE_PLACES) {
    store<i32>(side, load<i32>(side, SIDE_TRUNCATED) + 1, SIDE_TRUNCATED);
    if (index == 0) return 0; // worse than everything held: it is the one that falls off
    store<i32>(side, ++start, SIDE_START);
    setHeld(side, --held);
    index--;
  }
  const above = held - index;
  if (above <= index) {
    if (start + held == load<i32>(book, BOOK_ROOM)) start = recentre(book, side);
    const gap = buffer + (<usize>(start + index) << LEVEL_SHIFT);
    moveLevels(gap + LEVEL_STRIDE, gap, above);
  } else {
    if (start == 0) start = recentre(book, side);
    const first = buffer + (<usize>start << LEVEL_SHIFT);
    moveLevels(first - LEVEL_STRIDE, first, index);
    store<i32>(side, --start, SIDE_START);
  }
  const level = buffer + (<usize>(start + index) << LEVEL_SHIFT);
  store<f64>(level, price);
  store<f64>(level, qty, 8);
  setHeld(side, held + 1);
  return index;
}

function remove(side: usize, index: i32): void {
  const start = load<i32>(side, SIDE_START);
  const held = load<i32>(side, SIDE_COUNT) - 1;
  const level = <usize>load<u32>(side, SIDE_BUFFER) + (<usize>(start + index) << LEVEL_SHIFT);
  const above = held - index;
  if (above <= index) {
    moveLevels(level, level + LEVEL_STRIDE, above);
  } else {
    const first = level - (<usize>index << LEVEL_SHIFT);
    moveLevels(first + LEVEL_STRIDE, first, index);
    store<i32>(side, start + 1, SIDE_START);
  }
  setHeld(side, held);
}

/**
 * Sets the absolute quantity of one price in a side without vacant places; 0 deletes. Deleting a price that is not held changes nothing and is counted.
 * @param hint index near which the price is expected
 * @returns the index at which the price is or would be, the hint for the next update
 */
export function setLevel(book: usize, side: usize, sign: f64, price: f64, qty: f64, hint: i32): i32 {
  const levels = <usize>load<u32>(side, SIDE_BUFFER) + (<usize>load<i32>(side, SIDE_START) << LEVEL_SHIFT);
  const held = load<i32>(side, SIDE_COUNT);
  const index = gallop(levels, held, sign, sign * price, hint);
  const level = levels + (<usize>index << LEVEL_SHIFT);
  const known = index < held && load<f64>(level) == price;
  if (qty == 0) {
    if (known) remove(side, index);
    else count(book + BOOK_UNKNOWN_DELETES);
  } else if (known) {
    store<f64>(level, qty, 8);
  } else {
    return insert(book, side, index, price, qty);
  }
  return index;
}

/** Applies `levels` updates (price, quantity), in order. */
export function applySide(book: usize, side: usize, sign: f64, updates: usize, levels: i32): void {
  if (!load<i32>(book, BOOK_DENSE)) {
    if (levels == 0) return;
    const unknown = applyMessage(book, side, sign, updates, levels);
    if (unknown > 0) count(book + BOOK_UNKNOWN_DELETES, <f64>unknown);
    cutSide(side, load<i32>(book, BOOK_CAPACITY));
    return;
  }
  let hint = max(load<i32>(side, SIDE_COUNT) - 1, 0);
  const end = updates + (<usize>levels << LEVEL_SHIFT);
  for (let at = updates; at < end; at += LEVEL_STRIDE) {
    hint = setLevel(book, side, sign, load<f64>(at), load<f64>(at, 8), hint);
  }
  cutSide(side, load<i32>(book, BOOK_CAPACITY));
}

/**
 * Replaces a side by `levels` levels. Best first, distinct and without zeros, as venues send them, they are copied straight;
 * in any other order they are set like a message, where the last word about a price counts and zeros are left out.
 */
export function replaceSide(book: usize, side: usize, sign: f64, updates: usize, levels: i32): void {
  clearSide(book, side);
  const end = updates + (<usize>levels << LEVEL_SHIFT);
  let previous: f64 = Infinity;
  for (let at = updates; at < end; at += LEVEL_STRIDE) {
    const key = sign * load<f64>(at);
    if (!(key < previous) || load<f64>(at, 8) == 0) {
      applyMessage(book, side, sign, updates, levels);
      cutSide(side, load<i32>(book, BOOK_CAPACITY));
      closeUp(side);
      return;
    }
    previous = key;
  }
  const capacity = load<i32>(book, BOOK_CAPACITY);
  const kept = min(levels, capacity);
  const start = (load<i32>(book, BOOK_ROOM) - kept) >> 1;
  let target = <usize>load<u32>(side, SIDE_BUFFER) + (<usize>(start + kept - 1) << LEVEL_SHIFT);
  for (let i = 0; i < kept; i++) {
    v128.store(target, v128.load(updates + (<usize>i << LEVEL_SHIFT)));
    target -= LEVEL_STRIDE;
  }
  store<i32>(side, start, SIDE_START);
  setHeld(side, kept);
  store<i32>(side, levels - kept, SIDE_TRUNCATED);
}

/** Address of the best level, 0 when the side is empty. */
// @ts-ignore: decorator
@inline
export function bestLevel(side: usize): usize {
  const slots = load<i32>(side, SIDE_SLOTS);
  if (slots == 0) return 0;
  return <usize>load<u32>(side, SIDE_BUFFER) + (<usize>(load<i32>(side, SIDE_START) + slots - 1) << LEVEL_SHIFT);
}
