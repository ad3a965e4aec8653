// The decimal digits of a price or quantity as Kraken's checksums see them: as sent, without the point and leading zeros. They
// are reckoned from whole units and the number of decimals on the wire. No text is made: a table knows the CRC of every pair of
// digits at every place, and what the leading zeros of 16 digits would add to it.
import { TABLE_DIGIT_PAIRS } from '../memory/layout';
import { powerOfTen } from '../decode/number';
import { advance, crcByte } from './crc';

/** PAIRS[k][v]: plain CRC of the two digits of v with 2k bytes behind them. */
const PAIRS: usize = TABLE_DIGIT_PAIRS;
const PAIRS_STRIDE: usize = 400;
/** LEADING[n]: plain CRC of 16 - n zeros with n bytes behind them. */
const LEADING: usize = TABLE_DIGIT_PAIRS + 8 * PAIRS_STRIDE;
const BLOCK: f64 = 100000000;
/** Values below this have at most 16 digits. */
const DIGITS_16: f64 = 10000000000000000;

/** Plain CRC of the digits that were added since `beginDigits`, and their count. */
export let digitsCrc: u32 = 0;
export let digitsCount: i32 = 0;

/** Fills the tables, once those of book/crc.ts are; every instance writes the same bytes. */
export function fillDigitTables(): void {
  for (let place = 0; place < 8; place++) {
    for (let value: u32 = 0; value < 100; value++) {
      const crc = crcByte(crcByte(0, 0x30 + value / 10), 0x30 + (value % 10));
      store<u32>(PAIRS + <usize>place * PAIRS_STRIDE + (<usize>value << 2), advance(crc, place * 2));
    }
  }
  let zeros: u32 = 0;
  for (let count = 16; count >= 0; count--) {
    store<u32>(LEADING + (<usize>count << 2), advance(zeros, count));
    zeros = crcByte(zeros, 0x30);
  }
}

export function beginDigits(): void {
  digitsCrc = 0;
  digitsCount = 0;
}

/** Goes on behind digits that were added before. */
export function resumeDigits(crc: u32, count: i32): void {
  digitsCrc = crc;
  digitsCount = count;
}

// @ts-ignore: decorator
@inline
function pair(place: usize, value: u32): u32 {
  return load<u32>(PAIRS + place * PAIRS_STRIDE + (<usize>value << 2));
}

/** Plain CRC of the eight digits of a value below 10^8 that `place` pairs follow. */
// @ts-ignore: decorator
@inline
function eightDigits(value: u32, place: usize): u32 {
  // Divisions by 10000 and by 100 as multiplications, exact for values of this size.
  const high = <u32>((<u64>value * 3518437209) >> 45);
  const low = value - high * 10000;
  const first = (high * 5243) >> 19;
  const third = (low * 5243) >> 19;
  return pair(place + 3, first) ^ pair(place + 2, high - first * 100) ^ pair(place + 1, third) ^ pair(place, low - third * 100);
}

/** Adds the digits of `units`, which were sent with `decimals` digits behind the point and are counted in 10^-scale. */
export function addDigits(units: f64, scale: i32, decimals: i32): void {
  let value = units;
  let zeros = decimals - scale;
  if (zeros < 0) {
    value = floor(units / powerOfTen(-zeros));
    zeros = 0;
  } else if (zeros > 0 && zeros <= 16 && units * powerOfTen(zeros) < DIGITS_16) {
    value = units * powerOfTen(zeros);
    zeros = 0;
  }
  if (value < 1) return; // all zeros, which count as leading ones
  let high = floor(value * 1e-8);
  let low = value - high * BLOCK;
  // The product is rounded, so it may be one off.
  if (low < 0) {
    high -= 1;
    low += BLOCK;
  } else if (low >= BLOCK) {
    high += 1;
    low -= BLOCK;
  }
  const bits = 64 - <i32>clz<u64>(<u64>value);
  const guess = (bits * 1233) >> 12;
  let count = guess + <i32>(value >= powerOfTen(guess));
  let crc = eightDigits(<u32>high, 4) ^ eightDigits(<u32>low, 0) ^ load<u32>(LEADING + (<usize>count << 2));
  for (; zeros > 0; zeros--, count++) crc = crcByte(crc, 0x30);
  digitsCrc = digitsCount == 0 ? crc : advance(digitsCrc, count) ^ crc;
  digitsCount += count;
}
