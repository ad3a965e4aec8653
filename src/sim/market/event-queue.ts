interface Entry {
  readonly timeUs: number;
  readonly order: number;
  readonly action: (timeUs: number) => void;
}

/** What is to happen when, as a binary heap; events of the same time run in the order in which they were added. */
export class EventQueue {
  private readonly heap: Entry[] = [];
  private added = 0;

  /** Adds an event. */
  add(timeUs: number, action: (timeUs: number) => void): void {
    const entry = { timeUs, order: this.added++, action };
    let at = this.heap.push(entry) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = this.heap[up] as Entry;
      if (!before(entry, parent)) break;
      this.heap[at] = parent;
      at = up;
    }
    this.heap[at] = entry;
  }

  /** Runs everything that is due at `toUs` or earlier, also what these events add. */
  runUntil(toUs: number): void {
    for (let next = this.heap[0]; next !== undefined && next.timeUs <= toUs; next = this.heap[0]) {
      this.removeFirst();
      next.action(next.timeUs);
    }
  }

  private removeFirst(): void {
    const last = this.heap.pop();
    const length = this.heap.length;
    if (last === undefined || length === 0) return;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      const right = child + 1;
      if (right < length && before(this.heap[right] as Entry, this.heap[child] as Entry)) child = right;
      const smaller = this.heap[child] as Entry;
      if (!before(smaller, last)) break;
      this.heap[at] = smaller;
      at = child;
    }
    this.heap[at] = last;
  }
}

function before(left: Entry, right: Entry): boolean {
  return left.timeUs < right.timeUs || (left.timeUs === right.timeUs && left.order < right.order);
}
