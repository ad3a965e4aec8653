// Order ids: a UUID in lower case is packed into 16 bytes, any other text of up to 36 bytes is kept as it is.
import { ORDER_ID, ORDER_ID_LENGTH } from '../memory/l3-layout';
import { fold, mix } from './l3-table';

/** Bytes of a UUID's text, which are also the most that an id may have. */
const ID_LENGTH_MAX: i32 = 36;

// The id at hand: 0 for a UUID or the length of the text, its bytes filled up with zeros, and its hash.
let idLength: i32 = 0;
let id0: u64 = 0;
let id1: u64 = 0;
let id2: u64 = 0;
let id3: u64 = 0;
let id4: u64 = 0;
export let idHash: u32 = 0;

/** Values 0 to 15 of 16 lower-case hexadecimal digits; any other byte gives a lane above 15. */
// @ts-ignore: decorator
@inline
function hexValues(bytes: v128): v128 {
  const digits = i8x16.sub(bytes, i8x16.splat(0x30));
  const letters = i8x16.sub(bytes, i8x16.splat(0x61));
  const isDigit = i8x16.lt_u(digits, i8x16.splat(10));
  const isLetter = i8x16.lt_u(letters, i8x16.splat(6));
  const value = v128.bitselect(digits, i8x16.add(letters, i8x16.splat(10)), isDigit);
  return v128.or(value, v128.not(v128.or(isDigit, isLetter)));
}

/** Packs the 16 nibbles of the lanes into 8 bytes. */
// @ts-ignore: decorator
@inline
function packNibbles(values: v128): u64 {
  const pairs = v128.or(i16x8.shl(v128.and(values, i16x8.splat(0x0f)), 4), i16x8.shr_u(values, 8));
  return <u64>i64x2.extract_lane(i8x16.narrow_i16x8_u(pairs, pairs), 0);
}

/** Reads 8-4-4-4-12 lower-case hexadecimal digits. @returns false when the text is not that */
function takeUuid(text: usize): bool {
  if (load<u8>(text, 8) != 0x2d || load<u8>(text, 13) != 0x2d || load<u8>(text, 18) != 0x2d || load<u8>(text, 23) != 0x2d) return false;
  const first = v128.load(text);
  const middle = v128.load(text, 14);
  const last = v128.load(text, 20);
  // 0-7, 9-12 and 14-17 of the text, then 19-22 and 24-35
  const high = hexValues(i8x16.shuffle(first, middle, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 16, 17, 18, 19));
  const low = hexValues(i8x16.shuffle(middle, last, 5, 6, 7, 8, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31));
  if (v128.any_true(i8x16.gt_u(v128.or(high, low), i8x16.splat(15)))) return false;
  id0 = packNibbles(high);
  id1 = packNibbles(low);
  return true;
}

/** 8 bytes of a text of which `left` are left. */
// @ts-ignore: decorator
@inline
function word(text: usize, left: i32): u64 {
  if (left <= 0) return 0;
  return left >= 8 ? load<u64>(text) : load<u64>(text) & ((<u64>1 << (<u64>left << 3)) - 1);
}

/** Takes the id of `length` bytes at `text` at hand. @returns false when it is empty or longer than 36 bytes */
export function takeId(text: usize, length: i32): bool {
  if (length <= 0 || length > ID_LENGTH_MAX) return false;
  id2 = id3 = id4 = 0;
  if (length == ID_LENGTH_MAX && takeUuid(text)) {
    idLength = 0;
    idHash = fold(mix(mix(0, id0), id1));
    return true;
  }
  idLength = length;
  id0 = word(text, length);
  id1 = word(text + 8, length - 8);
  id2 = word(text + 16, length - 16);
  id3 = word(text + 24, length - 24);
  id4 = word(text + 32, length - 32);
  idHash = fold(mix(mix(mix(mix(mix(<u64>length, id0), id1), id2), id3), id4));
  return true;
}

/** Whether an order has the id at hand. */
// @ts-ignore: decorator
@inline
export function hasId(order: usize): bool {
  return (
    load<i32>(order, ORDER_ID_LENGTH) == idLength && load<u64>(order, ORDER_ID) == id0 && load<u64>(order, ORDER_ID + 8) == id1 &&
    load<u64>(order, ORDER_ID + 16) == id2 && load<u64>(order, ORDER_ID + 24) == id3 && load<u64>(order, ORDER_ID + 32) == id4
  );
}

/** Writes the id at hand into an order. */
export function storeId(order: usize): void {
  store<i32>(order, idLength, ORDER_ID_LENGTH);
  store<u64>(order, id0, ORDER_ID);
  store<u64>(order, id1, ORDER_ID + 8);
  store<u64>(order, id2, ORDER_ID + 16);
  store<u64>(order, id3, ORDER_ID + 24);
  store<u64>(order, id4, ORDER_ID + 32);
}
