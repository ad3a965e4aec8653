/** The plainest book there is: everything in one list in order of arrival, searched from the start. */
export interface NaiveEntry {
  /** Null for the background. */
  readonly id: number | null;
  readonly owner: number | null;
  readonly buy: boolean;
  readonly price: number;
  left: number;
}

export interface NaiveFill {
  readonly maker: number | null;
  readonly taker: number | null;
  readonly price: number;
  readonly qty: number;
}

export class NaiveBook {
  entries: NaiveEntry[] = [];
  readonly fills: NaiveFill[] = [];

  /** Price-time priority: the best price first, among equals the one that came first. */
  first(buyerIsTaker: boolean, limit: number | null): NaiveEntry | undefined {
    let best: NaiveEntry | undefined;
    for (const entry of this.entries) {
      if (entry.buy === buyerIsTaker) continue;
      if (limit !== null && (buyerIsTaker ? entry.price > limit : entry.price < limit)) continue;
      if (best === undefined || (buyerIsTaker ? entry.price < best.price : entry.price > best.price)) best = entry;
    }
    return best;
  }

  /** Matches an order; what is left of it rests when `rests` says so. An order that meets its owner's ends there. */
  submit(id: number, owner: number, buy: boolean, price: number | null, qty: number, rests: boolean): void {
    let left = qty;
    while (left > 0) {
      const maker = this.first(buy, price);
      if (maker === undefined) break;
      if (maker.owner === owner) return;
      left -= this.trade(maker, left, id);
    }
    if (left > 0 && rests && price !== null) this.entries.push({ id, owner, buy, price, left });
  }

  cancel(id: number): void {
    this.entries = this.entries.filter((entry) => entry.id !== id);
  }

  /** The background takes. */
  backgroundTrade(buy: boolean, price: number, qty: number): void {
    let left = qty;
    for (let maker = this.first(buy, price); maker !== undefined && left > 0; maker = this.first(buy, price)) {
      left -= this.trade(maker, left, null);
    }
  }

  /** The background becomes exactly these levels; what crosses accounts' orders trades with them. */
  background(levels: readonly { readonly buy: boolean; readonly price: number; readonly qty: number }[]): void {
    for (const buy of [true, false]) {
      const own = () => this.entries.filter((entry) => entry.id === null && entry.buy === buy);
      const wanted = new Map(levels.filter((level) => level.buy === buy).map((level) => [level.price, level.qty]));
      for (const price of new Set([...own().map((entry) => entry.price), ...wanted.keys()])) {
        const here = own().filter((entry) => entry.price === price);
        let change = (wanted.get(price) ?? 0) - here.reduce((sum, { left }) => sum + left, 0);
        if (change > 0) this.entries.push({ id: null, owner: null, buy, price, left: change });
        for (const entry of here.reverse()) {
          const part = Math.min(entry.left, Math.max(0, -change));
          entry.left -= part;
          change += part;
        }
      }
      this.entries = this.entries.filter(({ left }) => left > 0);
    }
    for (const buy of [true, false]) {
      for (;;) {
        const taker = this.first(!buy, null);
        const maker = taker === undefined ? undefined : this.firstOrder(buy, taker.price);
        if (taker?.id !== null || maker === undefined) break;
        taker.left -= this.trade(maker, taker.left, null);
        this.entries = this.entries.filter(({ left }) => left > 0);
      }
    }
  }

  /** Sums by price, best first. */
  levels(buy: boolean): [number, number][] {
    const sums = new Map<number, number>();
    for (const entry of this.entries) if (entry.buy === buy) sums.set(entry.price, (sums.get(entry.price) ?? 0) + entry.left);
    return [...sums].sort(([left], [right]) => (buy ? right - left : left - right));
  }

  private firstOrder(buyerIsTaker: boolean, limit: number): NaiveEntry | undefined {
    const maker = this.first(buyerIsTaker, limit);
    return maker?.id === null ? undefined : maker;
  }

  private trade(maker: NaiveEntry, most: number, taker: number | null): number {
    const qty = Math.min(maker.left, most);
    maker.left -= qty;
    this.fills.push({ maker: maker.id, taker, price: maker.price, qty });
    this.entries = this.entries.filter(({ left }) => left > 0);
    return qty;
  }
}
