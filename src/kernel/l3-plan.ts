import { L3_CAPACITY, L3_ENTRY_STRIDE, L3_HEADER_BYTES, ORDER_STRIDE, QUEUE_STRIDE } from '../../assembly/memory/l3-layout.js';

/** Entries of a table that `orders` records leave at most half full. The kernel reckons the same (assembly/book/l3-table.ts). */
function tableEntries(orders: number): number {
  let entries = 16;
  while (entries < orders * 2) entries *= 2;
  return entries;
}

/** Bytes of the store that holds `orders` orders of an L3 book. */
export function l3StoreBytes(orders: number): number {
  return L3_HEADER_BYTES + tableEntries(orders) * L3_ENTRY_STRIDE * 2 + orders * (ORDER_STRIDE + QUEUE_STRIDE);
}

/** Tells the store at `address` how many orders it may hold; all the rest of it starts as zeros. */
export function writeL3Header(view: DataView, address: number, orders: number): void {
  view.setInt32(address + L3_CAPACITY, orders, true);
}
