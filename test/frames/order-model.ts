import type { SeededRandom } from '../../src/domain/random.js';
import type { Side } from '../twin/ladder.js';
import type { InstrumentSpec } from './book-model.js';

/** One resting order of the imagined exchange. `rank` is its place in time, for the queue at its price. */
export interface ModelOrder {
  readonly id: string;
  readonly side: Side;
  readonly price: number;
  readonly qty: number;
  readonly rank: number;
}

/** What happened to one order. */
export type ModelOrderEvent =
  | { readonly type: 'open'; readonly order: ModelOrder }
  | { readonly type: 'fill'; readonly order: ModelOrder; readonly qty: number; readonly leftQty: number }
  | { readonly type: 'shrink'; readonly order: ModelOrder; readonly qty: number }
  | { readonly type: 'cancel'; readonly order: ModelOrder };

/** Single orders around a mid that walks; never crossed. */
export class OrderModel {
  readonly orders = new Map<string, ModelOrder>();
  private mid: number;
  private rank = 0;

  constructor(
    private readonly random: SeededRandom,
    readonly spec: InstrumentSpec,
    private readonly newId: (random: SeededRandom) => string,
    private readonly size: number,
  ) {
    this.mid = spec.startPrice;
    while (this.orders.size < size) this.open();
  }

  /** One event: an order opens, is filled, made smaller or cancelled. */
  step(): ModelOrderEvent {
    const dice = this.random.next();
    if (dice < 0.45 || this.orders.size < this.size / 2) return { type: 'open', order: this.open() };
    if (dice < 0.6) return this.fill();
    const order = this.any();
    if (dice < 0.7 && order.qty > 1) {
      const qty = 1 + this.random.below(order.qty - 1);
      this.orders.set(order.id, { ...order, qty });
      return { type: 'shrink', order, qty };
    }
    this.orders.delete(order.id);
    return { type: 'cancel', order };
  }

  /** Orders of the best `depth` prices of a side: best price first, queue order within. */
  top(side: Side, depth = Number.POSITIVE_INFINITY): ModelOrder[] {
    const orders = [...this.orders.values()].filter((order) => order.side === side);
    orders.sort((a, b) => (a.price === b.price ? a.rank - b.rank : side === 'bid' ? b.price - a.price : a.price - b.price));
    const prices = [...new Set(orders.map(({ price }) => price))].slice(0, depth);
    const worst = prices.at(-1);
    return orders.filter(({ price }) => worst !== undefined && (side === 'bid' ? price >= worst : price <= worst));
  }

  private open(): ModelOrder {
    const side: Side = this.random.next() < 0.5 ? 'bid' : 'ask';
    if (this.random.next() < 0.1) this.walk();
    const distance = Math.floor(-Math.log(1 - this.random.next()) * 12);
    const order: ModelOrder = {
      id: this.newId(this.random),
      side,
      price: side === 'bid' ? this.mid - distance : this.mid + 1 + distance,
      qty: 1 + this.random.below(this.spec.typicalQty * 2),
      rank: this.rank++,
    };
    this.orders.set(order.id, order);
    return order;
  }

  /** The mid moves only where nothing rests in its way. */
  private walk(): void {
    const mid = this.mid + (this.random.next() < 0.5 ? 1 : -1);
    const bid = this.top('bid', 1)[0]?.price ?? 0;
    const ask = this.top('ask', 1)[0]?.price ?? Number.POSITIVE_INFINITY;
    if (bid <= mid && ask > mid) this.mid = mid;
  }

  private fill(): ModelOrderEvent {
    const side: Side = this.random.next() < 0.5 ? 'bid' : 'ask';
    const order = this.top(side, 1)[0] ?? this.any();
    const qty = this.random.next() < 0.5 ? order.qty : 1 + this.random.below(order.qty);
    const leftQty = order.qty - qty;
    if (leftQty === 0) this.orders.delete(order.id);
    else this.orders.set(order.id, { ...order, qty: leftQty });
    return { type: 'fill', order, qty, leftQty };
  }

  private any(): ModelOrder {
    const orders = [...this.orders.values()];
    const order = orders[this.random.below(orders.length)];
    if (order === undefined) throw new RangeError('no orders left');
    return order;
  }
}

/** A lower-case UUID, as Coinbase uses for orders. */
export function uuid(random: SeededRandom): string {
  const hex = (length: number): string => Array.from({ length }, () => random.below(16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

/** An order id of Kraken's form. */
export function krakenOrderId(random: SeededRandom): string {
  const letters = (length: number): string =>
    Array.from({ length }, () => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(random.below(32))).join('');
  return `O${letters(5)}-${letters(5)}-${letters(6)}`;
}
