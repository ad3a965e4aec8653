// A whole message on one side of a book. Venues sort their updates, so that all positions can be found first, and what lies
// between them moved once, however many levels come and go.
import { BOOK_ROOM, BOOK_UNKNOWN_DELETES, LEVEL_STRIDE, SIDE_BUFFER, SIDE_COUNT, SIDE_START } from '../memory/layout';
import { count } from '../memory/counters';
import { ladderChanges, spare } from '../memory/thread';
import { gallop, LEVEL_SHIFT, moveLevels, recentre, WINDOW, windowBelow, windowDown } from './levels';

/** 1 when the keys of at least one update grow strictly, -1 when they fall strictly, 0 when neither. */
export function orderOf(sign: f64, updates: usize, levels: i32): i32 {
  const end = updates + (<usize>levels << LEVEL_SHIFT);
  const falling = sign * load<f64>(updates) > sign * load<f64>(updates, LEVEL_STRIDE);
  const direction = falling ? -sign : sign;
  for (let at = updates + LEVEL_STRIDE; at < end; at += LEVEL_STRIDE) {
    if (!(direction * load<f64>(at - LEVEL_STRIDE) < direction * load<f64>(at))) return 0;
  }
  return falling ? -1 : 1;
}

// One change, 16 bytes: its position in the ladder as it was before the message; the address of the update that inserts, or 0
// when the level goes; by how much the levels behind it move (negative: towards the worst).
const CHANGE_POSITION = 0;
const CHANGE_UPDATE = 4;
const CHANGE_SHIFT = 8;
// Not of the change but of the update with the same number: the address of the level that it overwrites.
const CHANGE_TARGET = 12;
const CHANGE_STRIDE: usize = 16;

/**
 * Applies updates whose keys are in strict order (`direction` as `orderOf` gave it). The side must have room for all of them
 * as if all were new, so that nothing falls off half-way.
 */
export function applySorted(book: usize, side: usize, sign: f64, updates: usize, levels: i32, direction: i32): void {
  const held = load<i32>(side, SIDE_COUNT);
  const first = <usize>load<u32>(side, SIDE_BUFFER) + (<usize>load<i32>(side, SIDE_START) << LEVEL_SHIFT);
  // Updates are visited from the best to the worst: most messages begin near the top.
  const step = direction < 0 ? LEVEL_STRIDE : -LEVEL_STRIDE;
  const best = direction < 0 ? updates : updates + (<usize>(levels - 1) << LEVEL_SHIFT);
  let update = best;
  const end = best + levels * step;
  const isSmall = held < WINDOW;
  const unread = spare;
  const signs = f64x2.splat(sign < 0 ? -0.0 : 0);
  let change = ladderChanges;
  let slot = ladderChanges;
  let insertions = 0;
  let unknown = 0;
  let index = held;
  let low = held - WINDOW;
  // Whether a level is held, and whether it stays, is as good as random: no branch depends on either.
  for (; update != end; update += step) {
    const key = sign * load<f64>(update);
    if (isSmall) {
      index = gallop(first, held, sign, key, index);
    } else {
      low = windowDown(first, low, sign, signs, key);
      index = low + windowBelow(first + (<usize>low << LEVEL_SHIFT), signs, f64x2.splat(key));
    }
    const level = first + (<usize>index << LEVEL_SHIFT);
    const known = <i32>(index < held) & <i32>(load<u64>(level) == load<u64>(update));
    const stays = <i32>(load<u64>(update, 8) != 0);
    store<u32>(slot, <u32>select(level, unread, known & stays), CHANGE_TARGET);
    slot += CHANGE_STRIDE;
    store<u64>(change, <u64>index | (<u64>(<u32>update & -stays) << 32));
    change += <usize>(known ^ stays) * CHANGE_STRIDE;
    insertions += stays & ~known;
    unknown += ~(known | stays) & 1;
  }
  // Written only now, since searches would have to wait for levels that have just been written.
  slot = ladderChanges;
  for (update = best; update != end; update += step) {
    v128.store(load<u32>(slot, CHANGE_TARGET), v128.load(update));
    slot += CHANGE_STRIDE;
  }
  if (unknown > 0) count(book + BOOK_UNKNOWN_DELETES, <f64>unknown);
  if (change == ladderChanges) return;
  moveAll(book, side, insertions, change);
}

/** Carries out the listed changes: every level that has to move is moved once, straight to where it stays. */
function moveAll(book: usize, side: usize, insertions: i32, changesEnd: usize): void {
  const held = load<i32>(side, SIDE_COUNT);
  let start = load<i32>(side, SIDE_START);
  if (start + held + insertions > load<i32>(book, BOOK_ROOM)) start = recentre(book, side);
  const first = <usize>load<u32>(side, SIDE_BUFFER) + (<usize>start << LEVEL_SHIFT);
  // Changes are listed from the best position to the worst, and visited the other way round.
  const step = -CHANGE_STRIDE;
  const end = ladderChanges - CHANGE_STRIDE;
  let shift = 0;
  let change = changesEnd - CHANGE_STRIDE;
  while (change != end) {
    const before = shift;
    shift += load<u32>(change, CHANGE_UPDATE) != 0 ? 1 : -1;
    if (shift <= 0) {
      // Levels move towards the worst, or stay: nothing behind them is in the way.
      moveSegment(first, change, change + step, end, held, shift);
      place(first, change, before);
      change += step;
      continue;
    }
    // Levels move towards the best: from the last one of the run backwards.
    let last = change;
    while (true) {
      store<i32>(last, shift, CHANGE_SHIFT);
      const next = last + step;
      if (next == end) break;
      const nextShift = shift + (load<u32>(next, CHANGE_UPDATE) != 0 ? 1 : -1);
      if (nextShift <= 0) break;
      shift = nextShift;
      last = next;
    }
    for (let run = last; ; run -= step) {
      const runShift = load<i32>(run, CHANGE_SHIFT);
      moveSegment(first, run, run + step, end, held, runShift);
      place(first, run, run == change ? before : load<i32>(run - step, CHANGE_SHIFT));
      if (run == change) break;
    }
    change = last + step;
  }
  store<i32>(side, held + shift, SIDE_COUNT);
}

/** Moves the levels between a change and the next one (or the best) by `shift`. */
// @ts-ignore: decorator
@inline
function moveSegment(first: usize, change: usize, next: usize, end: usize, held: i32, shift: i32): void {
  const from = load<i32>(change, CHANGE_POSITION) + <i32>(load<u32>(change, CHANGE_UPDATE) == 0);
  const to = next == end ? held : load<i32>(next, CHANGE_POSITION);
  if (shift == 0) return;
  const source = first + (<usize>from << LEVEL_SHIFT);
  moveLevels(source + (<usize>shift << LEVEL_SHIFT), source, to - from);
}

/** Writes the level that a change inserts, into the place that the moves have freed. */
// @ts-ignore: decorator
@inline
function place(first: usize, change: usize, shiftBefore: i32): void {
  const update = load<u32>(change, CHANGE_UPDATE);
  if (update == 0) return;
  v128.store(first + (<usize>(load<i32>(change, CHANGE_POSITION) + shiftBefore) << LEVEL_SHIFT), v128.load(update));
}
