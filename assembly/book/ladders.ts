// Books that nobody sent: evenly spaced levels round a middle, as histories that tell no books assume them. Many books change in one
// call, each as by a snapshot of its venue.
import {
  LADDER_BOOK, LADDER_DEPTH, LADDER_HALF, LADDER_MIDDLE, LADDER_SEQUENCE, LADDER_STEP, LADDER_STRIDE, LADDER_TICK, LEVEL_STRIDE,
  PHASE_RUNNING,
} from '../memory/layout';
import { askLevels, beginAnswer, bidLevels, levelsMax } from '../memory/thread';
import { applySnapshot } from './publish';

/**
 * Replaces the books of `count` ladders that follow each other from `ladders` on (LADDER_... says what each is).
 * Level i of a side stands half + i * step away from the middle, on the grid and away from the touch, at a price of its own; it offers
 * depth * growth^i, rounded down. Levels that offer nothing are left out, and so are bids at 0 and below; a middle that is not above 0
 * leaves its book empty.
 * @param levels of each side
 * @param atUs by the venue's clock, microseconds since the epoch
 * @returns levels that the books were given in all; -1 when the thread has no room for so many a side, and then nothing has changed
 */
export function applyLadders(ladders: usize, count: i32, levels: i32, growth: f64, atUs: f64): i32 {
  beginAnswer();
  if (levels > levelsMax) return -1;
  const end = ladders + <usize>count * LADDER_STRIDE;
  let total = 0;
  for (let ladder = ladders; ladder < end; ladder += LADDER_STRIDE) total += applyLadder(ladder, levels, growth, atUs);
  return total;
}

function applyLadder(ladder: usize, levels: i32, growth: f64, atUs: f64): i32 {
  const middle = load<f64>(ladder, LADDER_MIDDLE);
  const step = load<f64>(ladder, LADDER_STEP);
  const tick = load<f64>(ladder, LADDER_TICK);
  const half = load<f64>(ladder, LADDER_HALF);
  let depth = load<f64>(ladder, LADDER_DEPTH);
  let bid: f64 = Infinity, ask: f64 = 0;
  let bids: usize = 0, asks: usize = 0;
  if (middle > 0) {
    for (let level = 0; level < levels; level++) {
      const away = half + step * <f64>level;
      // Each level at a price of its own, and the sides apart, however fine the distances are.
      bid = Math.min(bid - tick, Math.floor((middle - away) / tick) * tick);
      ask = Math.max(Math.max(ask, bid) + tick, Math.ceil((middle + away) / tick) * tick);
      const qty = Math.floor(depth);
      depth *= growth;
      if (!(qty > 0)) continue;
      if (bid > 0) {
        store<f64>(bidLevels + bids, bid);
        store<f64>(bidLevels + bids, qty, 8);
        bids += LEVEL_STRIDE;
      }
      store<f64>(askLevels + asks, ask);
      store<f64>(askLevels + asks, qty, 8);
      asks += LEVEL_STRIDE;
    }
  }
  const bidCount = <i32>(bids / LEVEL_STRIDE), askCount = <i32>(asks / LEVEL_STRIDE);
  applySnapshot(load<u32>(ladder, LADDER_BOOK), bidCount, askCount, load<f64>(ladder, LADDER_SEQUENCE), atUs, PHASE_RUNNING);
  return bidCount + askCount;
}
