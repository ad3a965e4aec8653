// Level lists as Kraken writes them, without white space and with short numbers: read with the place kept in a local. Anything else
// is left to the general readers of levels.ts, which begin again.
import { LEVEL_STRIDE } from '../memory/layout';
import { levelsMax } from '../memory/thread';
import { keyOf } from './json';
import { keep } from './levels';
import { fractionDigits, shortUnits, shortValue } from './number';

const OBJECT_PRICE = keyOf('{"price"');
const COMMA_QTY = keyOf(',"qty":');
const SEVEN_BYTES: u64 = 0xffffffffffffff;

/** Address behind the list that was read last; 0 when it is not of the plain form. */
export let listEnd: usize = 0;

/** Whether a bare number begins with a zero that is followed by a digit, as JSON forbids. */
// @ts-ignore: decorator
@inline
function hasLeadingZero(from: usize): bool {
  return load<u8>(from) == 0x30 && <u32>load<u8>(from, 1) - 0x30 <= 9;
}

/** Reads what follows the opening bracket of `[{"price":1.5,"qty":2},...]` at `from`. @returns levels, if `listEnd` is not 0 */
export function readPlainObjects(from: usize, target: usize, priceScale: i32, qtyScale: i32): i32 {
  listEnd = 0;
  if (load<u8>(from) == 0x5d) {
    listEnd = from + 1;
    return 0;
  }
  for (let count = 1; count <= levelsMax; count++) {
    if (load<u64>(from) != OBJECT_PRICE || load<u8>(from, 8) != 0x3a || hasLeadingZero(from + 9)) return 0;
    const priceEnd = shortUnits(from + 9, priceScale);
    const price = shortValue;
    const priceDigits = fractionDigits;
    if (priceEnd == 0 || price <= 0 || (load<u64>(priceEnd) & SEVEN_BYTES) != COMMA_QTY || hasLeadingZero(priceEnd + 7)) return 0;
    const qtyEnd = shortUnits(priceEnd + 7, qtyScale);
    if (qtyEnd == 0 || shortValue < 0 || load<u8>(qtyEnd) != 0x7d) return 0;
    keep(target, price, shortValue, priceDigits, fractionDigits);
    target += LEVEL_STRIDE;
    const next = <u32>load<u8>(qtyEnd, 1);
    from = qtyEnd + 2;
    if (next == 0x5d) {
      listEnd = from;
      return count;
    }
    if (next != 0x2c) return 0;
  }
  return 0;
}

/** Address of the quote that ends a text of up to 31 plain bytes at `from`; 0 when there is none. */
// @ts-ignore: decorator
@inline
export function plainTextEnd(from: usize): usize {
  const low = v128.load(from);
  const high = v128.load(from, 16);
  const quotes = i8x16.bitmask(i8x16.eq(low, i8x16.splat(0x22))) | (i8x16.bitmask(i8x16.eq(high, i8x16.splat(0x22))) << 16);
  const others =
    i8x16.bitmask(v128.or(i8x16.eq(low, i8x16.splat(0x5c)), i8x16.lt_u(low, i8x16.splat(0x20)))) |
    (i8x16.bitmask(v128.or(i8x16.eq(high, i8x16.splat(0x5c)), i8x16.lt_u(high, i8x16.splat(0x20)))) << 16);
  const length = ctz<i32>(quotes);
  return quotes != 0 && ctz<i32>(others) > length ? from + <usize>length : 0;
}

/** Reads what follows the opening bracket of `[["1.5","2","1617666423.690142"],...]`, levels with or without the mark "r". */
export function readPlainTriples(from: usize, target: usize, priceScale: i32, qtyScale: i32): i32 {
  listEnd = 0;
  for (let count = 1; count <= levelsMax; count++) {
    if (load<u16>(from) != 0x225b) return 0;
    const priceEnd = shortUnits(from + 2, priceScale);
    const price = shortValue;
    const priceDigits = fractionDigits;
    if (priceEnd == 0 || price <= 0 || (load<u32>(priceEnd) & 0xffffff) != 0x222c22) return 0;
    const qtyEnd = shortUnits(priceEnd + 3, qtyScale);
    if (qtyEnd == 0 || shortValue < 0 || (load<u32>(qtyEnd) & 0xffffff) != 0x222c22) return 0;
    const timeEnd = plainTextEnd(qtyEnd + 3);
    if (timeEnd == 0) return 0;
    keep(target, price, shortValue, priceDigits, fractionDigits);
    target += LEVEL_STRIDE;
    from = timeEnd + 1;
    // ,"r"
    if (load<u32>(from) == 0x2272222c) from += 4;
    const next = <u32>load<u8>(from, 1);
    if (load<u8>(from) != 0x5d || (next != 0x2c && next != 0x5d)) return 0;
    from += 2;
    if (next == 0x5d) {
      listEnd = from;
      return count;
    }
  }
  return 0;
}
