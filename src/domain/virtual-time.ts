import { setImmediate } from 'node:timers';
import type { Clock, Timer, Timers } from './clock.js';

interface Entry {
  dueUs: number;
  /** Of timers due at the same moment the one set first goes first. */
  order: number;
  readonly intervalUs: number;
  readonly action: () => void;
  cancelled: boolean;
}

/** A clock that moves only when told, and timers that follow it: an hour passes in as long as its work takes, always in one order. */
export class VirtualTime implements Clock, Timers {
  private readonly heap: Entry[] = [];
  /** Like every real clock it does not begin at zero, which stands for `never` in many places. */
  private nowUs = 1_000_000;
  private orders = 0;
  private live = 0;

  /** @param originEpochUs what `epochUs` says at the start; may be set later, as clocks are */
  constructor(public originEpochUs = 1_767_225_600_000_000) {}

  monotonicUs(): number {
    return this.nowUs;
  }

  epochUs(): number {
    return this.originEpochUs + this.nowUs;
  }

  after(delayMs: number, action: () => void): Timer {
    return this.set(delayMs, 0, action);
  }

  /** An interval below a microsecond counts as one, so that time always goes on. */
  every(intervalMs: number, action: () => void): Timer {
    return this.set(intervalMs, Math.max(1, intervalMs * 1000), action);
  }

  /** When the next timer is due, on the monotonic clock; infinity when none is set. */
  nextDueUs(): number {
    return this.next()?.dueUs ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Moves the clock on at once, where nothing can happen on the way: for histories, whose events are no timers.
   * @param toUs on the monotonic clock
   * @throws RangeError when a timer is due before, or the time is past
   */
  passTo(toUs: number): void {
    if (toUs < this.nowUs || this.nextDueUs() < toUs)
      throw new RangeError(`time cannot pass from ${this.nowUs} to ${toUs}: a timer is due at ${this.nextDueUs()}`);
    this.nowUs = toUs;
  }

  /** Lets everything that was promised so far settle, while the clock stands. */
  async settle(): Promise<void> {
    await nextTurn();
  }

  /** How many timers are set. */
  pending(): number {
    return this.live;
  }

  /**
   * Lets time pass. Between any two timers everything that was promised meanwhile settles, so that code with `await` runs in one order.
   * @param us how long
   */
  run(us: number): Promise<void> {
    return this.runTo(this.nowUs + us);
  }

  /** As `run`, up to a moment of the monotonic clock. */
  async runTo(endUs: number): Promise<void> {
    await nextTurn();
    for (let next = this.next(); next !== undefined && next.dueUs <= endUs; next = this.next()) {
      this.nowUs = Math.max(this.nowUs, next.dueUs);
      this.fire(next);
      await nextTurn();
    }
    this.nowUs = endUs;
  }

  private set(delayMs: number, intervalUs: number, action: () => void): Timer {
    const dueUs = this.nowUs + Math.max(0, delayMs * 1000);
    const entry: Entry = { dueUs, order: this.orders++, intervalUs, action, cancelled: false };
    this.push(entry);
    this.live++;
    return { cancel: () => this.cancel(entry) };
  }

  private cancel(entry: Entry): void {
    if (entry.cancelled) return;
    entry.cancelled = true;
    this.live--;
  }

  /** Takes a due timer off the heap, and sets it again if it repeats. */
  private fire(entry: Entry): void {
    this.pop();
    if (entry.intervalUs === 0) this.cancel(entry);
    else {
      entry.dueUs += entry.intervalUs;
      entry.order = this.orders++;
      this.push(entry);
    }
    entry.action();
  }

  /** The timer due next; cancelled ones are thrown away on the way. */
  private next(): Entry | undefined {
    while (this.heap[0]?.cancelled === true) this.pop();
    return this.heap[0];
  }

  private push(entry: Entry): void {
    let at = this.heap.length;
    this.heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.heap[parent];
      if (above === undefined || !before(entry, above)) break;
      this.heap[at] = above;
      at = parent;
    }
    this.heap[at] = entry;
  }

  private pop(): void {
    const last = this.heap.pop();
    const { heap } = this;
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      if (left === undefined) break;
      const right = heap[2 * at + 2];
      const takeRight = right !== undefined && before(right, left);
      const child = takeRight ? right : left;
      if (!before(child, last)) break;
      heap[at] = child;
      at = 2 * at + (takeRight ? 2 : 1);
    }
    heap[at] = last;
  }
}

function before(left: Entry, right: Entry): boolean {
  return left.dueUs < right.dueUs || (left.dueUs === right.dueUs && left.order < right.order);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
