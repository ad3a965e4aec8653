// The decimal digits of a price or quantity as Kraken's checksums see them: as sent, without the point and leading zeros. They
// are made from whole units and the number of decimals on the wire, and are never stored: only their CRC and count are.
import { powerOfTen } from '../decode/number';
import { advance, crcByte, crcWord } from './crc';

const ASCII_ZEROS: u64 = 0x3030303030303030;
const BLOCK: f64 = 100000000;
/** Values below this have at most 16 digits. */
const DIGITS_16: f64 = 10000000000000000;

/** Plain CRC of the digits that were added since `beginDigits`, and their count. */
export let digitsCrc: u32 = 0;
export let digitsCount: i32 = 0;

export function beginDigits(): void {
  digitsCrc = 0;
  digitsCount = 0;
}

/** Eight digits of a value below 10^8 as bytes 0 to 9, the first in the lowest byte. */
// @ts-ignore: decorator
@inline
function eightDigits(value: u32): u64 {
  const high = value / 10000;
  let lanes = <u64>high | (<u64>(value - high * 10000) << 32);
  const hundreds = ((lanes * 10486) >> 20) & 0x0000007f0000007f;
  lanes = hundreds | ((lanes - hundreds * 100) << 16);
  const tens = ((lanes * 103) >> 10) & 0x000f000f000f000f;
  return tens | ((lanes - tens * 10) << 8);
}

/** Adds the digits of `units`, which were sent with `decimals` digits behind the point and are counted in 10^-scale. */
export function addDigits(units: f64, scale: i32, decimals: i32): void {
  let value = units;
  let zeros = decimals - scale;
  if (zeros < 0) {
    value = units / powerOfTen(-zeros);
    zeros = 0;
  } else if (zeros > 0 && zeros <= 16 && units * powerOfTen(zeros) < DIGITS_16) {
    value = units * powerOfTen(zeros);
    zeros = 0;
  }
  if (value < 1) return; // all zeros, which count as leading ones
  let crc: u32 = 0;
  let count = 0;
  let low = value;
  if (value >= BLOCK) {
    let high = <u32>(value / BLOCK);
    low = value - <f64>high * BLOCK;
    if (low < 0) { // the quotient was rounded up to the next whole number
      high--;
      low += BLOCK;
    }
    const digits = eightDigits(high);
    const leading = ctz<u64>(digits) >> 3;
    crc = crcWord(0, (digits | ASCII_ZEROS) & (<u64>-1 << (leading << 3)));
    crc = crcWord(crc, eightDigits(<u32>low) | ASCII_ZEROS);
    count = 16 - <i32>leading;
  } else {
    const digits = eightDigits(<u32>low);
    const leading = ctz<u64>(digits) >> 3;
    crc = crcWord(0, (digits | ASCII_ZEROS) & (<u64>-1 << (leading << 3)));
    count = 8 - <i32>leading;
  }
  for (; zeros > 0; zeros--, count++) crc = crcByte(crc, 0x30);
  digitsCrc = advance(digitsCrc, count) ^ crc;
  digitsCount += count;
}
