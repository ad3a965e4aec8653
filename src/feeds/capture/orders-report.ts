import {
  L3_CAPACITY,
  L3_LEVELS_TOUCHED,
  L3_ORDERS,
  QUEUE_ORDERS,
  QUEUE_PRICE,
  QUEUE_SIGN,
  QUEUE_STRIDE,
} from '../../../assembly/memory/l3-layout.js';
import { BOOK_L3 } from '../../../assembly/memory/layout.js';
import type { LevelText } from '../../kernel/book-view.js';
import type { Kernel } from '../../kernel/kernel.js';
import { l3StoreBytes } from '../../kernel/l3-plan.js';
import type { BookTally } from './book-tally.js';

/** The single orders of a book. */
export interface OrdersReport {
  readonly bids: number;
  readonly asks: number;
  readonly uniqueOrderIds: number;
  /** Orders on each of the ten best levels. */
  readonly top10OrderCounts: { readonly bids: readonly number[]; readonly asks: readonly number[] };
}

/** Counts the orders of a book, in all and on its best levels. */
export function readOrders(
  kernel: Kernel,
  tally: BookTally,
  bids: readonly LevelText[],
  asks: readonly LevelText[],
): OrdersReport {
  const store = kernel.uint32[(tally.address + BOOK_L3) >> 2] ?? 0;
  const capacity = kernel.int32At(store + L3_CAPACITY);
  // The queues are the last part of the store, one record of room for each order.
  const queues = store + l3StoreBytes(capacity) - capacity * QUEUE_STRIDE;
  const counts = { bid: new Map<string, number>(), ask: new Map<string, number>() };
  const totals = { bid: 0, ask: 0 };
  for (let record = 0; record < kernel.int32At(store + L3_LEVELS_TOUCHED); record++) {
    const queue = queues + record * QUEUE_STRIDE;
    const orders = kernel.int32At(queue + QUEUE_ORDERS);
    if (orders === 0) continue;
    const side = kernel.int32At(queue + QUEUE_SIGN) > 0 ? 'bid' : 'ask';
    totals[side] += orders;
    counts[side].set(tally.priceText(kernel.float64At(queue + QUEUE_PRICE)), orders);
  }
  return {
    bids: totals.bid,
    asks: totals.ask,
    uniqueOrderIds: kernel.int32At(store + L3_ORDERS),
    top10OrderCounts: {
      bids: bids.map(([price]) => counts.bid.get(price) ?? 0),
      asks: asks.map(([price]) => counts.ask.get(price) ?? 0),
    },
  };
}
