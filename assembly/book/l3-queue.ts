// The orders of one price, in the order in which they are filled: by rank, then by arrival.
import {
  L3_FREE_LEVEL, L3_LEVELS, L3_LEVELS_TOUCHED, ORDER_ARRIVAL, ORDER_LEVEL, ORDER_NEXT, ORDER_PREVIOUS, ORDER_QTY,
  ORDER_RANK, QUEUE_HASH, QUEUE_HEAD, QUEUE_KNOWN, QUEUE_ORDERS, QUEUE_PRICE, QUEUE_QTY, QUEUE_SIGN, QUEUE_TAIL,
} from '../memory/l3-layout';
import { entryAt, entryHash, entryNumber, fold, insertEntry, mix, orderAt, queueAt, queueTable, removeEntry, tableMask } from './l3-table';

// @ts-ignore: decorator
@inline
function hashOf(sign: f64, price: f64): u32 {
  return fold(mix(reinterpret<u64>(sign), reinterpret<u64>(price)));
}

/** Number of the queue at a price, 0 when no order stands there. */
export function findQueue(base: usize, sign: f64, price: f64): i32 {
  const table = queueTable(base);
  const mask = tableMask(base);
  const hash = hashOf(sign, price);
  let slot = hash & mask;
  while (true) {
    const entry = entryAt(table, slot);
    const number = entryNumber(entry);
    if (number == 0) return 0;
    if (entryHash(entry) == hash) {
      const queue = queueAt(base, number);
      if (load<f64>(queue, QUEUE_PRICE) == price && <f64>load<i32>(queue, QUEUE_SIGN) == sign) return number;
    }
    slot = (slot + 1) & mask;
  }
}

/** Number of the queue at a price, opened when there is none. There is one for every order, so that one is always free. */
export function openQueue(base: usize, sign: f64, price: f64): i32 {
  let number = findQueue(base, sign, price);
  if (number != 0) return number;
  number = load<i32>(base, L3_FREE_LEVEL);
  if (number != 0) {
    store<i32>(base, load<i32>(queueAt(base, number), QUEUE_HEAD), L3_FREE_LEVEL);
  } else {
    number = load<i32>(base, L3_LEVELS_TOUCHED) + 1;
    store<i32>(base, number, L3_LEVELS_TOUCHED);
  }
  store<i32>(base, load<i32>(base, L3_LEVELS) + 1, L3_LEVELS);
  const queue = queueAt(base, number);
  const hash = hashOf(sign, price);
  store<f64>(queue, price, QUEUE_PRICE);
  store<f64>(queue, 0, QUEUE_QTY);
  store<i32>(queue, 0, QUEUE_HEAD);
  store<i32>(queue, 0, QUEUE_TAIL);
  store<i32>(queue, 0, QUEUE_ORDERS);
  store<i32>(queue, <i32>sign, QUEUE_SIGN);
  store<i32>(queue, 0, QUEUE_KNOWN);
  store<u32>(queue, hash, QUEUE_HASH);
  insertEntry(queueTable(base), tableMask(base), hash, number);
  return number;
}

/** Gives up a queue that no order is left in. */
export function closeQueue(base: usize, number: i32): void {
  const queue = queueAt(base, number);
  removeEntry(queueTable(base), tableMask(base), load<u32>(queue, QUEUE_HASH), number);
  store<i32>(queue, load<i32>(base, L3_FREE_LEVEL), QUEUE_HEAD);
  store<i32>(base, number, L3_FREE_LEVEL);
  store<i32>(base, load<i32>(base, L3_LEVELS) - 1, L3_LEVELS);
}

/** Puts an order into the queue: behind all that rank before it, and behind those of its rank that arrived earlier. */
export function enqueue(base: usize, number: i32, orderNumber: i32): void {
  const queue = queueAt(base, number);
  const order = orderAt(base, orderNumber);
  const rank = load<u64>(order, ORDER_RANK);
  const arrival = load<f64>(order, ORDER_ARRIVAL);
  let next = 0;
  let previous = load<i32>(queue, QUEUE_TAIL);
  while (previous != 0) {
    const before = orderAt(base, previous);
    const rankBefore = load<u64>(before, ORDER_RANK);
    if (rankBefore < rank || (rankBefore == rank && load<f64>(before, ORDER_ARRIVAL) < arrival)) break;
    next = previous;
    previous = load<i32>(before, ORDER_PREVIOUS);
  }
  store<i32>(order, number, ORDER_LEVEL);
  store<i32>(order, previous, ORDER_PREVIOUS);
  store<i32>(order, next, ORDER_NEXT);
  if (previous != 0) store<i32>(orderAt(base, previous), orderNumber, ORDER_NEXT);
  else store<i32>(queue, orderNumber, QUEUE_HEAD);
  if (next != 0) store<i32>(orderAt(base, next), orderNumber, ORDER_PREVIOUS);
  else store<i32>(queue, orderNumber, QUEUE_TAIL);
  store<i32>(queue, load<i32>(queue, QUEUE_ORDERS) + 1, QUEUE_ORDERS);
  store<f64>(queue, load<f64>(queue, QUEUE_QTY) + load<f64>(order, ORDER_QTY), QUEUE_QTY);
  store<i32>(queue, 0, QUEUE_KNOWN);
}

/** Takes an order out of its queue. */
export function dequeue(base: usize, order: usize): void {
  const queue = queueAt(base, load<i32>(order, ORDER_LEVEL));
  const previous = load<i32>(order, ORDER_PREVIOUS);
  const next = load<i32>(order, ORDER_NEXT);
  if (previous != 0) store<i32>(orderAt(base, previous), next, ORDER_NEXT);
  else store<i32>(queue, next, QUEUE_HEAD);
  if (next != 0) store<i32>(orderAt(base, next), previous, ORDER_PREVIOUS);
  else store<i32>(queue, previous, QUEUE_TAIL);
  store<i32>(queue, load<i32>(queue, QUEUE_ORDERS) - 1, QUEUE_ORDERS);
  store<f64>(queue, load<f64>(queue, QUEUE_QTY) - load<f64>(order, ORDER_QTY), QUEUE_QTY);
  store<i32>(queue, 0, QUEUE_KNOWN);
}
