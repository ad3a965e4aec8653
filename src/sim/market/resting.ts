import { LadderSide, type Level } from './ladder.js';

/** An account's order as a book holds it. The book takes from `leftUnits` as it trades. */
export interface RestingOrder {
  readonly side: 'buy' | 'sell';
  readonly priceUnits: number | null;
  leftUnits: number;
  /** Its place in the queue of its price, while it rests. */
  place: QueuePlace | null;
}

/** One entry of a price's queue: an account's order, or a part of the background's quantity (`order` is null). */
export interface QueuePlace {
  readonly queue: LevelQueue;
  readonly order: RestingOrder | null;
  qtyUnits: number;
  previous: QueuePlace | null;
  next: QueuePlace | null;
}

/** Who waits at one price of one side, the first to come first. Kept only where accounts' orders rest. */
export class LevelQueue {
  head: QueuePlace | null = null;
  /** What the accounts' orders here add up to, and how many they are. */
  ordersUnits = 0;
  orderCount = 0;
  private tail: QueuePlace | null = null;
  private backgroundUnits = 0;

  constructor(
    readonly priceUnits: number,
    backgroundUnits: number,
  ) {
    this.setBackground(backgroundUnits);
  }

  /** Puts an order behind everybody who is here. */
  push(order: RestingOrder): void {
    order.place = this.append(order, order.leftUnits);
    this.ordersUnits += order.leftUnits;
    this.orderCount++;
  }

  /** Takes an order out. */
  remove(order: RestingOrder): void {
    if (order.place === null) return;
    this.ordersUnits -= order.place.qtyUnits;
    this.orderCount--;
    this.unlink(order.place);
    order.place = null;
  }

  /** Takes from the first in the queue, at most what it has. */
  take(qtyUnits: number): void {
    const first = this.head;
    if (first === null) return;
    first.qtyUnits -= qtyUnits;
    if (first.order === null) {
      this.backgroundUnits -= qtyUnits;
      if (first.qtyUnits === 0) this.unlink(first);
      return;
    }
    first.order.leftUnits -= qtyUnits;
    this.ordersUnits -= qtyUnits;
    if (first.qtyUnits === 0) this.remove(first.order);
  }

  /** Makes the background's quantity here what it is now: more of it queues behind, less of it leaves the newest part first. */
  setBackground(qtyUnits: number): void {
    const more = qtyUnits - this.backgroundUnits;
    this.backgroundUnits = qtyUnits;
    if (more > 0) {
      if (this.tail !== null && this.tail.order === null) this.tail.qtyUnits += more;
      else this.append(null, more);
    }
    let less = -more;
    for (let place = this.tail; place !== null && less > 0; place = place.previous) {
      if (place.order !== null) continue;
      const part = Math.min(less, place.qtyUnits);
      place.qtyUnits -= part;
      less -= part;
      if (place.qtyUnits === 0) this.unlink(place);
    }
  }

  private append(order: RestingOrder | null, qtyUnits: number): QueuePlace {
    const place: QueuePlace = { queue: this, order, qtyUnits, previous: this.tail, next: null };
    if (this.tail === null) this.head = place;
    else this.tail.next = place;
    this.tail = place;
    return place;
  }

  private unlink(place: QueuePlace): void {
    if (place.previous === null) this.head = place.next;
    else place.previous.next = place.next;
    if (place.next === null) this.tail = place.previous;
    else place.next.previous = place.previous;
  }
}

/** The accounts' orders on one side of a book, with what of the background stands at the same prices. */
export class RestingSide {
  count = 0;
  private readonly queues = new Map<number, LevelQueue>();
  private readonly sums: LadderSide;

  constructor(bid: boolean) {
    this.sums = new LadderSide(bid);
  }

  at(priceUnits: number): LevelQueue | undefined {
    return this.queues.get(priceUnits);
  }

  /** What accounts' orders add to the book at a price. */
  unitsAt(priceUnits: number): number {
    return this.queues.get(priceUnits)?.ordersUnits ?? 0;
  }

  /** The accounts' best price. */
  best(): Level | undefined {
    return this.sums.best();
  }

  add(order: RestingOrder, priceUnits: number, backgroundUnits: number): void {
    let queue = this.queues.get(priceUnits);
    if (queue === undefined) {
      queue = new LevelQueue(priceUnits, backgroundUnits);
      this.queues.set(priceUnits, queue);
    }
    queue.push(order);
    this.settle(queue, 1);
  }

  remove(order: RestingOrder): void {
    const queue = order.place?.queue;
    if (queue === undefined) return;
    queue.remove(order);
    this.settle(queue, -1);
  }

  take(queue: LevelQueue, qtyUnits: number): void {
    const before = queue.orderCount;
    queue.take(qtyUnits);
    this.settle(queue, queue.orderCount - before);
  }

  private settle(queue: LevelQueue, countChange: number): void {
    this.count += countChange;
    this.sums.set(queue.priceUnits, queue.ordersUnits);
    this.sums.forgetChanges();
    if (queue.orderCount === 0) this.queues.delete(queue.priceUnits);
  }
}
