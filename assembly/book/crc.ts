// CRC-32 (IEEE, reflected, as zlib), and the arithmetic that puts the CRC of a text together from those of its parts.
//
// A "plain" CRC starts at 0 and is not inverted at the end, so that it is linear: zero bytes in front of a text do not change
// it, and plain(a + b) = advance(plain(a), length of b) ^ plain(b).

import { TABLE_CRC_SLICES, TABLE_CRC_STEPS } from '../memory/layout';

const POLYNOMIAL: u32 = 0xedb88320;

/** SLICES[k][b]: what byte b does to the CRC k bytes later. */
const SLICES: usize = TABLE_CRC_SLICES;
/**
 * Steps over 0 to 31 bytes, then over 0 to 15 times 32 bytes, then over 512, 1024, 2048, ... bytes: for each of the 4 bytes of a
 * CRC, what becomes of its 256 values.
 */
const STEPS: usize = TABLE_CRC_STEPS;
const STEP_SHIFT: usize = 12;
const BLOCK_STEPS: i32 = 32;
const LONG_STEPS: i32 = 48;
const ALL_STEPS: i32 = 64;

// @ts-ignore: decorator
@inline
function slice(table: usize, byte: u32): u32 {
  return load<u32>(SLICES + (table << 10) + (<usize>byte << 2));
}

/** Moves a CRC over the zero bytes of one step. */
// @ts-ignore: decorator
@inline
function take(step: usize, crc: u32): u32 {
  return (
    load<u32>(step + (<usize>(crc & 0xff) << 2)) ^ load<u32>(step + (<usize>((crc >> 8) & 0xff) << 2), 1024) ^
    load<u32>(step + (<usize>((crc >> 16) & 0xff) << 2), 2048) ^ load<u32>(step + (<usize>(crc >> 24) << 2), 3072)
  );
}

/** Fills the tables; every instance writes the same bytes, so it does not matter how many do, or when. */
export function fillCrcTables(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    store<u32>(SLICES + (<usize>byte << 2), crc);
  }
  for (let table: usize = 1; table < 8; table++) {
    for (let byte: u32 = 0; byte < 256; byte++) {
      const before = slice(table - 1, byte);
      store<u32>(SLICES + (table << 10) + (<usize>byte << 2), (before >> 8) ^ slice(0, before & 0xff));
    }
  }
  for (let step = 0; step < ALL_STEPS; step++) fillStep(step);
}

// @ts-ignore: decorator
@inline
function stepAt(step: i32): usize {
  return STEPS + (<usize>step << STEP_SHIFT);
}

function fillStep(step: i32): void {
  const target = stepAt(step);
  for (let index: u32 = 0; index < 4; index++) {
    const row = <usize>index << 10;
    store<u32>(target + row, 0);
    // It is linear: what becomes of a value is the sum of what becomes of its bits.
    for (let bit: u32 = 1; bit < 256; bit <<= 1) {
      const entry = row + (<usize>bit << 2);
      const alone = stepped(step, entry, bit << (index << 3));
      for (let rest: u32 = 0; rest < bit; rest++) {
        const lower = load<u32>(target + row + (<usize>rest << 2));
        store<u32>(target + entry + (<usize>rest << 2), alone ^ lower);
      }
    }
  }
}

/** What step number `step` makes of a CRC, by the steps before it, which have it at the same `entry`. */
function stepped(step: i32, entry: usize, crc: u32): u32 {
  if (step == 0 || step == BLOCK_STEPS) return crc;
  if (step == BLOCK_STEPS + 1) return crcByte(load<u32>(stepAt(BLOCK_STEPS - 1) + entry), 0);
  const before = load<u32>(stepAt(step - 1) + entry);
  if (step < BLOCK_STEPS) return crcByte(before, 0);
  return take(step <= LONG_STEPS ? stepAt(BLOCK_STEPS + 1) : stepAt(step - 1), before);
}

/** A plain CRC after `length` more zero bytes. */
// @ts-ignore: decorator
@inline
export function advance(crc: u32, length: i32): u32 {
  const short = take(stepAt(length & 31), crc);
  if (length < 32) return short;
  const long = take(stepAt(BLOCK_STEPS + ((length >> 5) & 15)), short);
  return length < 512 ? long : advanceLong(long, length >> 9);
}

/** A plain CRC after `blocks` times 512 more zero bytes. */
function advanceLong(crc: u32, blocks: i32): u32 {
  for (let step = LONG_STEPS; blocks != 0; blocks >>= 1, step++) {
    if (blocks & 1) crc = take(stepAt(step), crc);
  }
  return crc;
}

/** A CRC after 8 more bytes, the first the lowest. */
// @ts-ignore: decorator
@inline
export function crcWord(crc: u32, bytes: u64): u32 {
  const low = <u32>bytes ^ crc;
  const high = <u32>(bytes >> 32);
  return (
    slice(7, low & 0xff) ^ slice(6, (low >> 8) & 0xff) ^ slice(5, (low >> 16) & 0xff) ^ slice(4, low >> 24) ^
    slice(3, high & 0xff) ^ slice(2, (high >> 8) & 0xff) ^ slice(1, (high >> 16) & 0xff) ^ slice(0, high >> 24)
  );
}

/** A CRC after one more byte. */
// @ts-ignore: decorator
@inline
export function crcByte(crc: u32, byte: u32): u32 {
  return (crc >> 8) ^ slice(0, (crc ^ byte) & 0xff);
}

/** CRC-32 of `length` bytes. */
export function crc32(bytes: usize, length: i32): u32 {
  let crc: u32 = 0xffffffff;
  let left = length;
  for (; left >= 8; left -= 8, bytes += 8) crc = crcWord(crc, load<u64>(bytes));
  for (; left > 0; left--, bytes++) crc = crcByte(crc, load<u8>(bytes));
  return ~crc;
}
