// Single orders of a book (L3): found by id, queued by price; the book's ladder shows each price's sum. The store is written by
// the thread that writes the book, with the book's lock held. `base` is its address (BOOK_L3), 0 for a book without one.
import {
  BOOK_ASKS, BOOK_BIDS, BOOK_DEPTH, BOOK_L3, BOOK_PHASE, BOOK_PRECISION_ERRORS, BOOK_STATE, BOOK_UNKNOWN_DELETES, PHASE_WAITING,
  SIDE_BUFFER, SIDE_COUNT, SIDE_START, SIDE_TRUNCATED, STATE_MALFORMED, STATE_PRECISION, STATUS_OVERSIZED, STATUS_PRECISION,
} from '../memory/layout';
import {
  L3_ARRIVALS, L3_CAPACITY, L3_ENTRY_STRIDE, L3_FREE_ORDER, L3_HEADER_BYTES, L3_ORDERS, L3_ORDERS_TOUCHED, ORDER_ARRIVAL, ORDER_CRC,
  ORDER_DIGITS, ORDER_HASH, ORDER_LEVEL, ORDER_NEXT, ORDER_QTY, ORDER_QTY_DECIMALS, ORDER_RANK, QUEUE_HEAD, QUEUE_KNOWN,
  QUEUE_ORDERS, QUEUE_PRICE, QUEUE_QTY, QUEUE_SIGN,
} from '../memory/l3-layout';
import { count } from '../memory/counters';
import { digitsCount, digitsCrc } from './digits';
import { hasId, idHash, storeId, takeId } from './l3-id';
import { closeQueue, dequeue, enqueue, findQueue, openQueue } from './l3-queue';
import { entryAt, entryHash, entryNumber, insertEntry, orderAt, orderTable, queueAt, removeEntry, tableMask } from './l3-table';
import { clearSide, cutSide, setLevel } from './ladder';

const UNITS_MAX: f64 = 9007199254740992;

/** Digits behind the point of the quantity that is about to be stored, for the record. */
let qtyDecimals: i32 = 0;

/** Says how the quantity of the next order was written; its digits' CRC is the one in book/digits.ts. */
export function noteQtyDecimals(decimals: i32): void {
  qtyDecimals = decimals;
}

/** Forgets all orders and empties the ladder. */
export function clearOrders(book: usize): void {
  const base = <usize>load<u32>(book, BOOK_L3);
  const capacity = load<i32>(base, L3_CAPACITY);
  memory.fill(base, 0, L3_HEADER_BYTES + <usize>(tableMask(base) + 1) * (L3_ENTRY_STRIDE * 2));
  store<i32>(base, capacity, L3_CAPACITY);
  clearSide(book, book + BOOK_BIDS);
  clearSide(book, book + BOOK_ASKS);
}

/** Number of the order with this id, 0 when it is not held. The id stays at hand for `addOrder`. */
export function findOrder(book: usize, id: usize, idLength: i32): i32 {
  if (!takeId(id, idLength)) return 0;
  const base = <usize>load<u32>(book, BOOK_L3);
  const table = orderTable(base);
  const mask = tableMask(base);
  let slot = idHash & mask;
  while (true) {
    const entry = entryAt(table, slot);
    const number = entryNumber(entry);
    if (number == 0 || (entryHash(entry) == idHash && hasId(orderAt(base, number)))) return number;
    slot = (slot + 1) & mask;
  }
}

/** 1 for a bid, -1 for an ask. */
export function signOf(book: usize, number: i32): f64 {
  const base = <usize>load<u32>(book, BOOK_L3);
  return <f64>load<i32>(queueAt(base, load<i32>(orderAt(base, number), ORDER_LEVEL)), QUEUE_SIGN);
}

export function priceOf(book: usize, number: i32): f64 {
  const base = <usize>load<u32>(book, BOOK_L3);
  return load<f64>(queueAt(base, load<i32>(orderAt(base, number), ORDER_LEVEL)), QUEUE_PRICE);
}

export function qtyOf(book: usize, number: i32): f64 {
  return load<f64>(orderAt(<usize>load<u32>(book, BOOK_L3), number), ORDER_QTY);
}

/** Brings the ladder's level up to its queue, which is given up when it is empty. */
function showQueue(book: usize, base: usize, number: i32): void {
  const queue = queueAt(base, number);
  const sign = <f64>load<i32>(queue, QUEUE_SIGN);
  const side = sign > 0 ? book + BOOK_BIDS : book + BOOK_ASKS;
  const hint = max(load<i32>(side, SIDE_COUNT) - 1, 0);
  if (load<i32>(queue, QUEUE_ORDERS) != 0) {
    setLevel(book, side, sign, load<f64>(queue, QUEUE_PRICE), load<f64>(queue, QUEUE_QTY), hint);
    return;
  }
  setLevel(book, side, sign, load<f64>(queue, QUEUE_PRICE), 0, hint);
  closeQueue(base, number);
}

/** Writes quantity and digits into an order. */
// @ts-ignore: decorator
@inline
function storeQty(order: usize, qty: f64): void {
  store<f64>(order, qty, ORDER_QTY);
  store<u32>(order, digitsCrc, ORDER_CRC);
  store<i32>(order, digitsCount, ORDER_DIGITS);
  store<i32>(order, qtyDecimals, ORDER_QTY_DECIMALS);
}

/** Ends the book's trading until its next snapshot, the lock being held: the store is full. */
function full(book: usize): i32 {
  store<i32>(book, STATE_MALFORMED, BOOK_STATE);
  store<i32>(book, PHASE_WAITING, BOOK_PHASE);
  return STATUS_OVERSIZED;
}

/** The same when the sum of a price is beyond 2^53 units and could no longer be told exactly. */
function inexact(book: usize): i32 {
  store<i32>(book, STATE_PRECISION, BOOK_STATE);
  store<i32>(book, PHASE_WAITING, BOOK_PHASE);
  count(book + BOOK_PRECISION_ERRORS);
  return STATUS_PRECISION;
}

/**
 * Adds the order whose id is at hand (from `findOrder`, which did not find it) to the queue of its price.
 * @param rank sorts the queue; 0 where arrival decides
 * @returns 0, or the STATUS_... with which the book has left trading
 */
export function addOrder(book: usize, sign: f64, price: f64, qty: f64, rank: u64): i32 {
  const base = <usize>load<u32>(book, BOOK_L3);
  let number = load<i32>(base, L3_FREE_ORDER);
  if (number != 0) {
    store<i32>(base, load<i32>(orderAt(base, number), ORDER_NEXT), L3_FREE_ORDER);
  } else {
    number = load<i32>(base, L3_ORDERS_TOUCHED) + 1;
    if (number > load<i32>(base, L3_CAPACITY)) return full(book);
    store<i32>(base, number, L3_ORDERS_TOUCHED);
  }
  const order = orderAt(base, number);
  const arrival = load<f64>(base, L3_ARRIVALS) + 1;
  store<f64>(base, arrival, L3_ARRIVALS);
  store<i32>(base, load<i32>(base, L3_ORDERS) + 1, L3_ORDERS);
  storeId(order);
  storeQty(order, qty);
  store<u64>(order, rank, ORDER_RANK);
  store<f64>(order, arrival, ORDER_ARRIVAL);
  store<u32>(order, idHash, ORDER_HASH);
  insertEntry(orderTable(base), tableMask(base), idHash, number);
  return place(book, base, number, sign, price);
}

/** Puts an order into the queue of a price, and shows it. */
function place(book: usize, base: usize, number: i32, sign: f64, price: f64): i32 {
  const queue = openQueue(base, sign, price);
  enqueue(base, queue, number);
  showQueue(book, base, queue);
  return load<f64>(queueAt(base, queue), QUEUE_QTY) > UNITS_MAX ? inexact(book) : 0;
}

/** Removes an order that is held. */
export function removeOrder(book: usize, number: i32): void {
  const base = <usize>load<u32>(book, BOOK_L3);
  const order = orderAt(base, number);
  dequeue(base, order);
  showQueue(book, base, load<i32>(order, ORDER_LEVEL));
  removeEntry(orderTable(base), tableMask(base), load<u32>(order, ORDER_HASH), number);
  store<i32>(order, load<i32>(base, L3_FREE_ORDER), ORDER_NEXT);
  store<i32>(base, number, L3_FREE_ORDER);
  store<i32>(base, load<i32>(base, L3_ORDERS) - 1, L3_ORDERS);
}

/** Gives an order that is held a new quantity and rank at its price. It keeps its place unless the rank says otherwise. */
export function amendOrder(book: usize, number: i32, qty: f64, rank: u64): i32 {
  const base = <usize>load<u32>(book, BOOK_L3);
  const order = orderAt(base, number);
  const queueNumber = load<i32>(order, ORDER_LEVEL);
  if (load<u64>(order, ORDER_RANK) == rank) {
    const queue = queueAt(base, queueNumber);
    store<f64>(queue, load<f64>(queue, QUEUE_QTY) - load<f64>(order, ORDER_QTY) + qty, QUEUE_QTY);
    store<i32>(queue, 0, QUEUE_KNOWN);
    storeQty(order, qty);
  } else {
    dequeue(base, order);
    storeQty(order, qty);
    store<u64>(order, rank, ORDER_RANK);
    enqueue(base, queueNumber, number);
  }
  showQueue(book, base, queueNumber);
  return load<f64>(queueAt(base, queueNumber), QUEUE_QTY) > UNITS_MAX ? inexact(book) : 0;
}

/** Moves an order that is held to the end of the queue of a price. */
export function moveOrder(book: usize, number: i32, price: f64, qty: f64): i32 {
  const base = <usize>load<u32>(book, BOOK_L3);
  const order = orderAt(base, number);
  const sign = signOf(book, number);
  dequeue(base, order);
  showQueue(book, base, load<i32>(order, ORDER_LEVEL));
  const arrival = load<f64>(base, L3_ARRIVALS) + 1;
  store<f64>(base, arrival, L3_ARRIVALS);
  store<f64>(order, arrival, ORDER_ARRIVAL);
  storeQty(order, qty);
  return place(book, base, number, sign, price);
}

/** Counts an event about an order that is not held: harmless, since venues also tell of orders that never rested. */
export function noteUnknownOrder(book: usize): void {
  count(book + BOOK_UNKNOWN_DELETES);
}

/** Cuts both sides to the subscribed number of price levels, with all orders beyond. */
export function cutOrders(book: usize): void {
  const depth = load<i32>(book, BOOK_DEPTH);
  if (depth == 0) return;
  cutOrdersOf(book, book + BOOK_BIDS, 1, depth);
  cutOrdersOf(book, book + BOOK_ASKS, -1, depth);
}

function cutOrdersOf(book: usize, side: usize, sign: f64, depth: i32): void {
  const base = <usize>load<u32>(book, BOOK_L3);
  for (let excess = load<i32>(side, SIDE_COUNT) - depth; excess > 0; excess--) {
    const worst = <usize>load<u32>(side, SIDE_BUFFER) + (<usize>load<i32>(side, SIDE_START) << 4);
    const queue = findQueue(base, sign, load<f64>(worst));
    if (queue == 0) return cutSide(side, depth);
    for (let left = load<i32>(queueAt(base, queue), QUEUE_ORDERS); left > 0; left--) {
      removeOrder(book, load<i32>(queueAt(base, queue), QUEUE_HEAD));
    }
    store<i32>(side, load<i32>(side, SIDE_TRUNCATED) + 1, SIDE_TRUNCATED);
  }
}
