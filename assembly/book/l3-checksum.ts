// Kraken's checksum of a book of single orders: CRC-32 over the digits of price and quantity of every order at the ten best asks,
// then at the ten best bids, in queue order. Orders and queues keep the CRC of their own digits, so that only queues that
// changed are put together again.
import { BOOK_ASKS, BOOK_BIDS, BOOK_L3, LEVEL_STRIDE, SIDE_COUNT } from '../memory/layout';
import { ORDER_CRC, ORDER_DIGITS, ORDER_NEXT, QUEUE_CRC, QUEUE_DIGITS, QUEUE_HEAD, QUEUE_KNOWN } from '../memory/l3-layout';
import { CHECKSUM_LEVELS, crcOfTwo } from './checksum';
import { advance } from './crc';
import { bestLevel } from './ladder';
import { findQueue } from './l3-queue';
import { orderAt, queueAt } from './l3-table';

let sideCrc: u32 = 0;
let sideDigits: i32 = 0;

function printQueue(base: usize, queue: usize): void {
  let crc: u32 = 0;
  let digits = 0;
  for (let number = load<i32>(queue, QUEUE_HEAD); number != 0; ) {
    const order = orderAt(base, number);
    const count = load<i32>(order, ORDER_DIGITS);
    crc = advance(crc, count) ^ load<u32>(order, ORDER_CRC);
    digits += count;
    number = load<i32>(order, ORDER_NEXT);
  }
  store<u32>(queue, crc, QUEUE_CRC);
  store<i32>(queue, digits, QUEUE_DIGITS);
  store<i32>(queue, 1, QUEUE_KNOWN);
}

function printSide(base: usize, side: usize, sign: f64): void {
  sideCrc = 0;
  sideDigits = 0;
  const held = min(load<i32>(side, SIDE_COUNT), CHECKSUM_LEVELS);
  let level = bestLevel(side);
  for (let i = 0; i < held; i++) {
    const number = findQueue(base, sign, load<f64>(level));
    if (number == 0) return;
    const queue = queueAt(base, number);
    if (load<i32>(queue, QUEUE_KNOWN) == 0) printQueue(base, queue);
    const digits = load<i32>(queue, QUEUE_DIGITS);
    sideCrc = advance(sideCrc, digits) ^ load<u32>(queue, QUEUE_CRC);
    sideDigits += digits;
    level -= LEVEL_STRIDE;
  }
}

/** The checksum of a book of single orders as it stands. For the thread that writes the book. */
export function checksumOfOrders(book: usize): u32 {
  const base = <usize>load<u32>(book, BOOK_L3);
  printSide(base, book + BOOK_ASKS, -1);
  const asksCrc = sideCrc;
  const asksDigits = sideDigits;
  printSide(base, book + BOOK_BIDS, 1);
  return crcOfTwo(asksCrc, asksDigits, sideCrc, sideDigits);
}
