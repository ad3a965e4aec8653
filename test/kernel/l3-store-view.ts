import {
  L3_CAPACITY,
  L3_ENTRY_STRIDE,
  L3_HEADER_BYTES,
  L3_LEVELS,
  L3_ORDERS,
  ORDER_ID,
  ORDER_ID_LENGTH,
  ORDER_NEXT,
  ORDER_PREVIOUS,
  ORDER_QTY,
  ORDER_STRIDE,
  QUEUE_HEAD,
  QUEUE_ORDERS,
  QUEUE_PRICE,
  QUEUE_QTY,
  QUEUE_SIGN,
  QUEUE_STRIDE,
  QUEUE_TAIL,
} from '../../assembly/memory/l3-layout.js';
import { BOOK_L3 } from '../../assembly/memory/layout.js';
import type { Kernel } from '../../src/kernel/kernel.js';

/** A queue as it lies in the store. */
export interface StoredQueue {
  readonly side: 'bid' | 'ask';
  readonly price: number;
  readonly qty: number;
  readonly orders: readonly { readonly id: string; readonly qty: number }[];
}

/** Reads the store of a book's single orders straight from memory, and complains about links that do not fit. */
export function readStore(kernel: Kernel, book: number): { orders: number; queues: StoredQueue[] } {
  const base = kernel.uint32[(book + BOOK_L3) >> 2] ?? 0;
  const capacity = kernel.int32At(base + L3_CAPACITY);
  let entries = 16;
  while (entries < capacity * 2) entries *= 2;
  const queueTable = base + L3_HEADER_BYTES + entries * L3_ENTRY_STRIDE;
  const orderPool = queueTable + entries * L3_ENTRY_STRIDE;
  const queuePool = orderPool + capacity * ORDER_STRIDE;
  const queues: StoredQueue[] = [];
  for (let slot = 0; slot < entries; slot++) {
    const number = kernel.int32At(queueTable + slot * L3_ENTRY_STRIDE + 4);
    if (number !== 0) queues.push(readQueue(kernel, queuePool + (number - 1) * QUEUE_STRIDE, orderPool));
  }
  if (queues.length !== kernel.int32At(base + L3_LEVELS)) throw new Error('the count of queues is wrong');
  return { orders: kernel.int32At(base + L3_ORDERS), queues };
}

function readQueue(kernel: Kernel, queue: number, orderPool: number): StoredQueue {
  const orders: { id: string; qty: number }[] = [];
  let previous = 0;
  for (let number = kernel.int32At(queue + QUEUE_HEAD); number !== 0; ) {
    const order = orderPool + (number - 1) * ORDER_STRIDE;
    if (kernel.int32At(order + ORDER_PREVIOUS) !== previous) throw new Error('an order does not know the one before it');
    orders.push({ id: idOf(kernel, order), qty: kernel.float64At(order + ORDER_QTY) });
    previous = number;
    number = kernel.int32At(order + ORDER_NEXT);
  }
  if (kernel.int32At(queue + QUEUE_TAIL) !== previous) throw new Error('a queue does not end with its last order');
  if (kernel.int32At(queue + QUEUE_ORDERS) !== orders.length) throw new Error('the count of orders in a queue is wrong');
  return {
    side: kernel.int32At(queue + QUEUE_SIGN) > 0 ? 'bid' : 'ask',
    price: kernel.float64At(queue + QUEUE_PRICE),
    qty: kernel.float64At(queue + QUEUE_QTY),
    orders,
  };
}

function idOf(kernel: Kernel, order: number): string {
  const length = kernel.int32At(order + ORDER_ID_LENGTH);
  const bytes = Buffer.from(kernel.bytes.slice(order + ORDER_ID, order + ORDER_ID + (length === 0 ? 16 : length)));
  return length === 0 ? bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : bytes.toString();
}
