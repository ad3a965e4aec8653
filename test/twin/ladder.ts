export type Side = 'bid' | 'ask';

/** One level: whole price units, whole quantity units, and the texts they were sent as (for checksums). */
export interface TwinLevel {
  readonly price: number;
  readonly qty: number;
  readonly priceText: string;
  readonly qtyText: string;
}

/** What a change of one level did to a side. */
export type LevelChange = 'set' | 'deleted' | 'unknown-delete' | 'dropped';

/** One side of the plainest book there is: a Map, sorted when it is read. */
export class TwinLadder {
  /** Levels that fell off at the bad end since the last `clear`. */
  truncated = 0;
  private readonly levels = new Map<number, TwinLevel>();
  private sorted: readonly number[] | undefined;

  constructor(
    readonly side: Side,
    readonly capacity: number,
  ) {}

  get count(): number {
    return this.levels.size;
  }

  /** True when price `a` is nearer to the top of this side than price `b`. */
  isBetter(a: number, b: number): boolean {
    return this.side === 'bid' ? a > b : a < b;
  }

  /**
   * Sets the absolute quantity of a price; zero deletes. A side is cut to its capacity after each message; within a message it has
   * room for about as many again, and only beyond that a new level pushes the worst one out, or is dropped when it is the worst.
   */
  set(price: number, qty: number, priceText = '', qtyText = ''): LevelChange {
    if (qty === 0) {
      if (!this.levels.delete(price)) return 'unknown-delete';
      this.sorted = undefined;
      return 'deleted';
    }
    const known = this.levels.has(price);
    if (!known && this.levels.size >= this.capacity * 2 + 12) {
      this.truncated++;
      const worst = this.prices().at(-1);
      if (worst === undefined || this.isBetter(worst, price)) return 'dropped';
      this.levels.delete(worst);
    }
    if (!known) this.sorted = undefined;
    this.levels.set(price, { price, qty, priceText, qtyText });
    return 'set';
  }

  /** Ends a message: keeps the best `depth` levels, zero for as many as there is capacity for. */
  cut(depth: number): void {
    const kept = depth === 0 ? this.capacity : Math.min(depth, this.capacity);
    if (this.levels.size <= kept) return;
    for (const price of this.prices().slice(kept)) {
      this.levels.delete(price);
      this.truncated++;
    }
    this.sorted = undefined;
  }

  clear(): void {
    this.levels.clear();
    this.sorted = undefined;
    this.truncated = 0;
  }

  /** The best `limit` levels, best first. */
  top(limit = Number.POSITIVE_INFINITY): TwinLevel[] {
    const found: TwinLevel[] = [];
    for (const price of this.prices().slice(0, limit)) {
      const level = this.levels.get(price);
      if (level !== undefined) found.push(level);
    }
    return found;
  }

  best(): TwinLevel | undefined {
    return this.top(1)[0];
  }

  private prices(): readonly number[] {
    this.sorted ??= [...this.levels.keys()].sort((a, b) => (this.side === 'bid' ? b - a : a - b));
    return this.sorted;
  }
}
