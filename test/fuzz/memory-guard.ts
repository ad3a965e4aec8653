import { BOOK_CAPACITY, FEED_STRIDE, INPUT_SLACK, LEVEL_STRIDE } from '../../assembly/memory/layout.js';
import { l3StoreBytes } from '../../src/kernel/l3-plan.js';
import { ladderRoom, type MemoryPlan } from '../../src/kernel/plan.js';

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Byte that is put where nothing is kept, so that a stray zero is noticed too. */
const CANARY = 0xa5;

/**
 * Watches the memory of a duel: whatever does not belong to the first feed, its books and the first thread must stay as it was. That
 * is the tables, the names, the second feed with its books and ladders, the second thread (which begins where the first one's areas
 * end) and the settings at the end of each header.
 */
export class MemoryGuard {
  private readonly watched: readonly Range[];
  private readonly copy: Buffer;
  private readonly now: Buffer;

  constructor(memory: Uint8Array, plan: MemoryPlan) {
    this.now = Buffer.from(memory.buffer, memory.byteOffset, memory.length);
    this.watched = watchedRanges(plan, memory.length);
    const tail = this.watched.at(-1);
    if (tail !== undefined && tail.to === memory.length)
      this.now.fill(CANARY, Math.min(tail.to, tail.from + INPUT_SLACK * 4), tail.to);
    this.copy = Buffer.from(this.now);
  }

  /** Address of the first watched byte that was written since the last look, or undefined. What was written is forgiven after. */
  violation(): number | undefined {
    for (const { from, to } of this.watched) {
      if (this.now.compare(this.copy, from, to, from, to) === 0) continue;
      let at = from;
      while (this.now[at] === this.copy[at]) at++;
      this.now.copy(this.copy, from, from, to);
      return at;
    }
    return undefined;
  }
}

/** Everything but the regions that a frame of the first feed may change. */
function watchedRanges(plan: MemoryPlan, end: number): Range[] {
  const open: Range[] = [
    { from: plan.control, to: plan.feeds[0] ?? 0 },
    { from: plan.feeds[0] ?? 0, to: (plan.feeds[0] ?? 0) + FEED_STRIDE },
    { from: plan.threads[0] ?? 0, to: plan.threads[1] ?? 0 },
  ];
  plan.request.books.forEach(({ feed, capacity, orders }, index) => {
    if (feed !== 0) return;
    const header = plan.books[index] ?? 0;
    const ladder = plan.ladders[index] ?? 0;
    const store = plan.l3Stores[index] ?? 0;
    open.push({ from: header, to: header + BOOK_CAPACITY });
    open.push({ from: ladder, to: ladder + ladderRoom(capacity) * LEVEL_STRIDE * 2 });
    if (orders > 0) open.push({ from: store, to: store + l3StoreBytes(orders) });
  });
  open.sort((a, b) => a.from - b.from);
  const watched: Range[] = [];
  let from = 0;
  for (const range of open) {
    if (range.from > from) watched.push({ from, to: range.from });
    from = Math.max(from, range.to);
  }
  watched.push({ from, to: end });
  return watched.filter((range) => range.to > range.from);
}
