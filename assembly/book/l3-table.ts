// The hash tables of an L3 store: open addressing, linear probing, and deletion by moving what follows back, so that no
// tombstones pile up however long a book runs.
import { L3_CAPACITY, L3_ENTRY_STRIDE, L3_HEADER_BYTES, ORDER_STRIDE, QUEUE_STRIDE } from '../memory/l3-layout';

const MIX: u64 = 0x9e3779b97f4a7c15;
const ENTRY_NUMBER: usize = 4;

/** Entries of a table, a power of two, less one. The plan reckons the same (src/kernel/l3-plan.ts). */
// @ts-ignore: decorator
@inline
export function tableMask(base: usize): u32 {
  const orders = load<i32>(base, L3_CAPACITY);
  return max<u32>((<u32>-1 >> clz<u32>(<u32>(orders * 2 - 1))), 15);
}

// @ts-ignore: decorator
@inline
export function orderTable(base: usize): usize {
  return base + L3_HEADER_BYTES;
}

// @ts-ignore: decorator
@inline
export function queueTable(base: usize): usize {
  return orderTable(base) + <usize>(tableMask(base) + 1) * L3_ENTRY_STRIDE;
}

/** Address of order `number`. */
// @ts-ignore: decorator
@inline
export function orderAt(base: usize, number: i32): usize {
  return orderTable(base) + <usize>(tableMask(base) + 1) * (L3_ENTRY_STRIDE * 2) + <usize>(number - 1) * ORDER_STRIDE;
}

/** Address of queue `number`. */
// @ts-ignore: decorator
@inline
export function queueAt(base: usize, number: i32): usize {
  return orderAt(base, load<i32>(base, L3_CAPACITY) + 1) + <usize>(number - 1) * QUEUE_STRIDE;
}

/** Mixes one more word into a hash. */
// @ts-ignore: decorator
@inline
export function mix(hash: u64, word: u64): u64 {
  return (rotl<u64>(hash, 23) ^ word) * MIX;
}

/** The 32 bits of a mixed hash that the tables use. */
// @ts-ignore: decorator
@inline
export function fold(hash: u64): u32 {
  return <u32>(hash >> 32);
}

// @ts-ignore: decorator
@inline
export function entryAt(table: usize, slot: u32): usize {
  return table + <usize>slot * L3_ENTRY_STRIDE;
}

// @ts-ignore: decorator
@inline
export function entryHash(entry: usize): u32 {
  return load<u32>(entry);
}

/** Number of the record an entry leads to, 0 when the entry is free. */
// @ts-ignore: decorator
@inline
export function entryNumber(entry: usize): i32 {
  return load<i32>(entry, ENTRY_NUMBER);
}

/** Adds a record that is not in the table. */
export function insertEntry(table: usize, mask: u32, hash: u32, number: i32): void {
  let slot = hash & mask;
  while (entryNumber(entryAt(table, slot)) != 0) slot = (slot + 1) & mask;
  const entry = entryAt(table, slot);
  store<u32>(entry, hash);
  store<i32>(entry, number, ENTRY_NUMBER);
}

/** Takes a record out that is in the table, and moves back whatever could not stand at its own place because of it. */
export function removeEntry(table: usize, mask: u32, hash: u32, number: i32): void {
  let gap = hash & mask;
  while (entryNumber(entryAt(table, gap)) != number) gap = (gap + 1) & mask;
  let next = (gap + 1) & mask;
  for (let entry = entryAt(table, next); entryNumber(entry) != 0; entry = entryAt(table, next)) {
    const home = entryHash(entry) & mask;
    if (((next - home) & mask) >= ((next - gap) & mask)) {
      store<u64>(entryAt(table, gap), load<u64>(entry));
      gap = next;
    }
    next = (next + 1) & mask;
  }
  store<u64>(entryAt(table, gap), 0);
}
