import type { Side } from './ladder.js';

/** One resting order. `rank` orders the queue at its price (a timestamp, or 0 where arrival decides); ties go by arrival. */
export interface TwinOrder {
  readonly id: string;
  readonly side: Side;
  readonly price: number;
  readonly qty: number;
  readonly priceText: string;
  readonly qtyText: string;
  readonly rank: bigint;
}

/** All orders of one price, in queue order. */
export interface TwinQueue {
  readonly price: number;
  readonly qty: number;
  readonly orders: readonly TwinOrder[];
}

interface Resting extends TwinOrder {
  readonly arrival: number;
}

/** The plainest book of single orders: a Map by id; queues and levels are worked out when read. */
export class TwinL3Book {
  /** Price levels that fell off at the bad end since the last `clear`. */
  truncated = 0;
  private readonly orders = new Map<string, Resting>();
  private readonly byPrice = { bid: new Map<number, Set<string>>(), ask: new Map<number, Set<string>>() };
  private arrivals = 0;

  get orderCount(): number {
    return this.orders.size;
  }

  get(id: string): TwinOrder | undefined {
    return this.orders.get(id);
  }

  /** Puts an order at the end of its queue (or where its rank says); an order of the same id is replaced. */
  add(order: TwinOrder): void {
    this.put(order, this.arrivals++);
  }

  /** Changes an order and keeps its place among orders of the same rank. False when the order is not there. */
  amend(order: TwinOrder): boolean {
    const known = this.orders.get(order.id);
    if (known === undefined) return false;
    this.put(order, known.arrival);
    return true;
  }

  /** False when the order is not there. */
  delete(id: string): boolean {
    const order = this.orders.get(id);
    if (order === undefined) return false;
    this.orders.delete(id);
    const ids = this.byPrice[order.side].get(order.price);
    ids?.delete(id);
    if (ids?.size === 0) this.byPrice[order.side].delete(order.price);
    return true;
  }

  /** Keeps the best `depth` price levels of a side; zero keeps all. */
  cut(side: Side, depth: number): void {
    if (depth === 0) return;
    for (const price of this.prices(side).slice(depth)) {
      for (const id of [...(this.byPrice[side].get(price) ?? [])]) this.delete(id);
      this.truncated++;
    }
  }

  clear(): void {
    this.orders.clear();
    this.byPrice.bid.clear();
    this.byPrice.ask.clear();
    this.truncated = 0;
  }

  levelCount(side: Side): number {
    return this.byPrice[side].size;
  }

  /** The best `limit` price levels with their orders in queue order, best first. */
  top(side: Side, limit = Number.POSITIVE_INFINITY): TwinQueue[] {
    return this.prices(side)
      .slice(0, limit)
      .map((price) => {
        const orders = [...(this.byPrice[side].get(price) ?? [])].flatMap((id) => this.orders.get(id) ?? []);
        orders.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.arrival - b.arrival));
        return { price, qty: orders.reduce((sum, order) => sum + order.qty, 0), orders };
      });
  }

  private put(order: TwinOrder, arrival: number): void {
    this.delete(order.id);
    this.orders.set(order.id, { ...order, arrival });
    const ids = this.byPrice[order.side].get(order.price);
    if (ids === undefined) this.byPrice[order.side].set(order.price, new Set([order.id]));
    else ids.add(order.id);
  }

  private prices(side: Side): number[] {
    return [...this.byPrice[side].keys()].sort((a, b) => (side === 'bid' ? b - a : a - b));
  }
}
