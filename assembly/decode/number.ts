// Decimals to whole units, exactly. A venue's number is either held exactly by a float64 or an error; nothing is rounded.
import { TABLE_CONSTANTS, TABLE_FRONT, TABLE_POWERS, TABLE_SHUFFLES } from '../memory/layout';
import { at, expect, fail, peek, resumeAt } from './json';

/** Why the last number was refused. */
export const NUMBER_GOOD = 0;
export const NUMBER_MALFORMED = 1;
export const NUMBER_PRECISION = 2;
export let numberError: i32 = NUMBER_GOOD;

/** Digits behind the point of the last decimal, as written. */
export let fractionDigits: i32 = 0;

const UNITS_MAX: i64 = 1 << 53;
/** 2^63: pricing reckons with 64-bit integers, so nothing as large is let in, exact or not. */
const UNITS_END: f64 = 9223372036854775808.0;

/** 10^0 .. 10^22, all exact. */
const POWERS: usize = TABLE_POWERS;
/** Byte shuffles that move `digits` digits with a point after the first `whole` of them to the right edge of 16 bytes. */
const SHUFFLES: usize = TABLE_SHUFFLES;
/** 16 set bytes and 16 clear ones: from FRONT + 16 - n on, the first n of 16 bytes are set. */
const FRONT: usize = TABLE_FRONT;

/** Fills the tables above; every instance writes the same bytes, so it does not matter how many do, or when. */
export function fillNumberTables(): void {
  let power: f64 = 1;
  for (let i = 0; i < 23; i++) {
    store<f64>(POWERS + (<usize>i << 3), power);
    power *= 10;
  }
  fillConstants();
  v128.store(FRONT, i64x2(-1, -1));
  for (let whole = 0; whole < 16; whole++) {
    for (let digits = 0; digits < 16; digits++) {
      const shuffle = SHUFFLES + (<usize>((whole << 4) | digits) << 4);
      for (let lane = 0; lane < 16; lane++) {
        const digit = lane - (16 - digits);
        const source = digit < 0 ? 0xff : digit < whole ? digit : digit + 1;
        store<u8>(shuffle + lane, <u8>source);
      }
    }
  }
}

/** 10^exponent for 0 <= exponent <= 22. */
// @ts-ignore: decorator
@inline
export function powerOfTen(exponent: i32): f64 {
  return load<f64>(POWERS + (<usize>exponent << 3));
}

// @ts-ignore: decorator
@inline
function refuse(error: i32): f64 {
  numberError = error;
  fail();
  return 0;
}

// The constants of digit arithmetic. Read from memory into locals in front of a loop: the compiler would rebuild literal ones
// in every round, with three instructions each.
const CONSTANTS: usize = TABLE_CONSTANTS;
// @ts-ignore: decorator
@inline
export function zeroCharacters(): v128 {
  return v128.load(CONSTANTS);
}
// @ts-ignore: decorator
@inline
export function nines(): v128 {
  return v128.load(CONSTANTS, 16);
}
/** x * 2561 >> 8 is low byte * 10 + high byte of a lane of 16 bits. */
// @ts-ignore: decorator
@inline
export function tensFactors(): v128 {
  return v128.load(CONSTANTS, 32);
}
// @ts-ignore: decorator
@inline
export function hundredsFactors(): v128 {
  return v128.load(CONSTANTS, 48);
}
// @ts-ignore: decorator
@inline
export function tenThousandsFactors(): v128 {
  return v128.load(CONSTANTS, 64);
}

function fillConstants(): void {
  v128.store(CONSTANTS, i8x16.splat(0x30));
  v128.store(CONSTANTS, i8x16.splat(9), 16);
  v128.store(CONSTANTS, i16x8.splat(2561), 32);
  v128.store(CONSTANTS, i16x8(100, 1, 100, 1, 100, 1, 100, 1), 48);
  v128.store(CONSTANTS, i16x8(10000, 1, 10000, 1, 10000, 1, 10000, 1), 64);
}

/** Sixteen lanes of digits 0..9, the first the most significant, as four numbers of four digits. */
// @ts-ignore: decorator
@inline
export function groupsOfFour(digits: v128, tens: v128, hundreds: v128): v128 {
  return i32x4.dot_i16x8_s(i16x8.shr_u(i16x8.mul(digits, tens), 8), hundreds);
}

/** Two numbers of four groups of four digits each, at most 15 digits, as two float64. */
// @ts-ignore: decorator
@inline
export function valuesOf(first: v128, second: v128, tenThousands: v128, hundredMillions: v128): v128 {
  const halves = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_u(first, second), tenThousands);
  const high = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(halves, halves, 0, 2, 0, 2));
  const low = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(halves, halves, 1, 3, 1, 3));
  return f64x2.add(f64x2.mul(high, hundredMillions), low);
}

/** Value of 16 lanes of digits, at most 15 of them not zero. */
// @ts-ignore: decorator
@inline
function valueOf(digits: v128): f64 {
  const groups = groupsOfFour(digits, tensFactors(), hundredsFactors());
  const halves = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_u(groups, groups), tenThousandsFactors());
  return <f64>i32x4.extract_lane(halves, 0) * 100000000 + <f64>i32x4.extract_lane(halves, 1);
}

/** The first `length` (up to 16) of 16 bytes set. */
// @ts-ignore: decorator
@inline
export function front(length: i32): v128 {
  return v128.load(FRONT + <usize>(16 - length));
}

/** Moves digits to the right edge as units of 10^-scale, `whole` of them before a point: whole + scale must be within 15. */
// @ts-ignore: decorator
@inline
export function unitShuffle(whole: i32, scale: i32): v128 {
  return v128.load(SHUFFLES + (<usize>((whole << 4) + whole + scale) << 4));
}

/** mantissa * 10^shift as whole units; -1 when that is no whole number, or one that a double cannot be counted on to hold. */
function scaled(mantissa: i64, shift: i32): f64 {
  if (mantissa == 0) return 0;
  if (mantissa > UNITS_MAX || shift > 22 || shift < -22) return -1;
  if (shift >= 0) {
    // Both factors are exact; a product within 2^53 is, and one beyond it is beyond it when rounded too.
    const units = <f64>mantissa * powerOfTen(shift);
    return units > <f64>UNITS_MAX && (units >= UNITS_END || !isHeld(mantissa, shift)) ? -1 : units;
  }
  // Dividing exact numbers below 2^53 gives a whole result only if it is one: any fraction is at least 10^shift, which is
  // more than half a step of the quotient.
  const units = <f64>mantissa / powerOfTen(-shift);
  return floor(units) == units ? units : -1;
}

/** Whether a double holds mantissa * 10^shift for certain: it is digits * 5^n * 2^n, of which digits * 5^n must be within 2^53. */
function isHeld(mantissa: i64, shift: i32): bool {
  let digits = mantissa;
  let power = shift;
  for (; digits % 10 == 0; digits /= 10) power++;
  return power <= 22 && <f64>digits * (powerOfTen(power) / <f64>(1 << power)) <= <f64>UNITS_MAX;
}

/**
 * Units of a decimal of `digits` (1 to 15) digits at `start`, the point behind the first `whole` of them where whole < digits.
 * The caller has seen that it is one. @returns -1 when they are no whole number, or none that a float64 holds
 */
// @ts-ignore: decorator
@inline
export function unitsOfDigits(start: usize, whole: i32, digits: i32, scale: i32): f64 {
  const bytes = v128.and(i8x16.sub(v128.load(start), zeroCharacters()), front(digits + <i32>(whole < digits)));
  if (whole + scale > 15) return longUnits(bytes, whole, digits, scale);
  // Zeros may be written beyond the scale, other digits not.
  if (v128.any_true(v128.andnot(bytes, front(whole + scale + 1)))) return -1;
  return valueOf(i8x16.swizzle(bytes, unitShuffle(whole, scale)));
}

/** As `unitsOfDigits`, of digits that may come to more than 15 with the zeros up to the scale. */
function longUnits(bytes: v128, whole: i32, digits: i32, scale: i32): f64 {
  const fraction = digits - whole;
  return scaled(<i64>valueOf(i8x16.swizzle(bytes, unitShuffle(whole, fraction))), scale - fraction);
}

/** Bits of the bytes that are not digits. */
// @ts-ignore: decorator
@inline
export function notDigits(bytes: v128): i32 {
  const digits = i8x16.sub(bytes, zeroCharacters());
  return i8x16.bitmask(i8x16.eq(i8x16.min_u(digits, nines()), digits)) ^ 0xffff;
}

/** Units of the last number that `shortUnits` read; -1 when they are no whole number, or none that a float64 holds. */
export let shortValue: f64 = 0;

/**
 * Reads a decimal of at most 15 digits without sign and exponent that begins at `start`, without touching the reader's place:
 * one load, no loop. Nearly all prices and quantities are of this form.
 * @returns the address behind its last digit, with the units in `shortValue`; 0 when it is of another form or no number
 */
// @ts-ignore: decorator
@inline
export function shortUnits(start: usize, scale: i32): usize {
  const others = notDigits(v128.load(start));
  const whole = ctz<i32>(others); // 32 when all 16 bytes are digits
  if (whole == 0 || whole > 15) return 0;
  if (load<u8>(start + <usize>whole) != 0x2e) {
    fractionDigits = 0;
    shortValue = unitsOfDigits(start, whole, whole, scale);
    return start + <usize>whole;
  }
  const end = ctz<i32>(others & (others - 1));
  const fraction = end - whole - 1;
  if (end > 15 || fraction == 0) return 0;
  fractionDigits = fraction;
  shortValue = unitsOfDigits(start, whole, end - 1, scale);
  return start + <usize>end;
}

/** Whether the byte behind a bare number ends it, and whether it may begin as it does (no zero before another digit). */
// @ts-ignore: decorator
@inline
function bareNumberEnds(start: usize, end: usize): bool {
  const byte = <u32>load<u8>(end);
  const second = <u32>load<u8>(start, 1);
  return (byte == 0x2c || byte == 0x5d || byte == 0x7d || byte <= 0x20) && (load<u8>(start) != 0x30 || second - 0x30 > 9);
}

/**
 * Reads a decimal, bare or as a text, as whole units of 10^-scale.
 * @returns the units; on failure 0, with `numberError` saying why and the reader failed
 */
export function readUnits(scale: i32): f64 {
  const quoted = peek() == 0x22;
  const start = at + <usize>quoted;
  const end = shortUnits(start, scale);
  if (end != 0 && (quoted ? load<u8>(end) == 0x22 : bareNumberEnds(start, end))) {
    resumeAt(end + <usize>quoted);
    return shortValue < 0 ? refuse(NUMBER_PRECISION) : shortValue;
  }
  return readLongForm(start, quoted, scale);
}

/** Any length, sign, exponent, any number of zeros on either end: one digit at a time. */
function readLongForm(start: usize, quoted: bool, scale: i32): f64 {
  let from = start;
  let byte = <u32>load<u8>(from);
  const negative = byte == 0x2d;
  if (negative) byte = load<u8>(++from);
  let mantissa: i64 = 0;
  let exponent = 0; // of the last digit taken into the mantissa
  let zeros = 0; // zeros seen since then
  let digits = 0;
  let fraction = 0;
  let tooLong = false;
  let behindPoint = false;
  const firstDigit = byte;
  while (true) {
    const digit = byte - 0x30;
    if (digit <= 9) {
      digits++;
      if (behindPoint) fraction++;
      if (digit == 0) {
        if (mantissa != 0) zeros++;
      } else {
        if (mantissa == 0) zeros = 0;
        for (let i = 0; i <= zeros && !tooLong; i++) {
          if (mantissa > 900719925474099200) tooLong = true;
          else mantissa *= 10;
        }
        mantissa += digit;
        zeros = 0;
        if (behindPoint) exponent = -fraction;
      }
    } else if (byte == 0x2e && !behindPoint && digits > 0) {
      behindPoint = true;
      if (mantissa != 0) {
        // whole part ends in `zeros` zeros: they count once digits follow, and as exponent if none do
        exponent = zeros;
      }
      if (!quoted && digits > 1 && firstDigit == 0x30) return refuse(NUMBER_MALFORMED);
    } else break;
    byte = load<u8>(++from);
  }
  if (digits == 0 || (behindPoint && fraction == 0 && !quoted)) return refuse(NUMBER_MALFORMED);
  if (!behindPoint) {
    exponent = zeros;
    if (!quoted && digits > 1 && firstDigit == 0x30) return refuse(NUMBER_MALFORMED);
  }
  if ((byte | 0x20) == 0x65) {
    byte = load<u8>(++from);
    const negativeExponent = byte == 0x2d;
    if (negativeExponent || byte == 0x2b) byte = load<u8>(++from);
    if (byte - 0x30 > 9) return refuse(NUMBER_MALFORMED);
    let written = 0;
    while (byte - 0x30 <= 9) {
      if (written < 100000) written = written * 10 + <i32>(byte - 0x30);
      byte = load<u8>(++from);
    }
    exponent += negativeExponent ? -written : written;
  }
  if (quoted && load<u8>(from) != 0x22) return refuse(NUMBER_MALFORMED); // no white space inside a text
  resumeAt(from + <usize>quoted);
  fractionDigits = fraction;
  if (mantissa == 0) return 0;
  if (negative) return refuse(NUMBER_MALFORMED);
  const units: f64 = tooLong ? -1 : scaled(mantissa, exponent + scale);
  return units < 0 ? refuse(NUMBER_PRECISION) : units;
}

/** Reads a whole number that is not negative, bare or as a text; fails on anything else and beyond 2^53. */
// @ts-ignore: decorator
@inline
export function readCount(): f64 {
  const count = readUnits(0);
  return count > <f64>UNITS_MAX ? refuse(NUMBER_PRECISION) : count;
}

/** Value of the last number that `shortCount` read, and the address behind it. */
export let countValue: f64 = 0;
export let countEnd: usize = 0;

/** Reads the whole number of 1 to 15 digits that begins at `start`, not with a zero, without touching the reader's place. */
// @ts-ignore: decorator
@inline
export function shortCount(start: usize): bool {
  const bytes = v128.load(start);
  const length = ctz<i32>(notDigits(bytes));
  if (<u32>(length - 1) > 14 || load<u8>(start) == 0x30) return false;
  countValue = valueOf(i8x16.swizzle(v128.and(i8x16.sub(bytes, zeroCharacters()), front(length)), unitShuffle(length, 0)));
  countEnd = start + <usize>length;
  return true;
}

/** Last value of `readPlain`: false when it was null or an empty text. */
export let plainGiven: bool = false;

/**
 * Reads a decimal of any sign as the nearest double; for marks, rates and other figures that are not money. A null or an
 * empty text gives NaN.
 */
export function readPlain(): f64 {
  const byte = peek();
  plainGiven = true;
  if (byte == 0x6e || (byte == 0x22 && load<u8>(at, 1) == 0x22)) {
    plainGiven = false;
    if (byte == 0x22) resumeAt(at + 2);
    else if (load<u32>(at) == 0x6c6c756e) resumeAt(at + 4);
    else fail();
    return NaN;
  }
  const quoted = byte == 0x22;
  let from = at + <usize>quoted;
  const negative = load<u8>(from) == 0x2d;
  if (negative) from++;
  let mantissa: u64 = 0;
  let exponent = 0;
  let digits = 0;
  let behindPoint = false;
  let next = <u32>load<u8>(from);
  while (true) {
    const digit = next - 0x30;
    if (digit <= 9) {
      digits++;
      if (mantissa < 900719925474099) {
        mantissa = mantissa * 10 + digit;
        if (behindPoint) exponent--;
      } else if (!behindPoint) exponent++;
    } else if (next == 0x2e && !behindPoint) behindPoint = true;
    else break;
    next = load<u8>(++from);
  }
  if (digits == 0) {
    fail();
    return NaN;
  }
  if ((next | 0x20) == 0x65) {
    next = load<u8>(++from);
    const negativeExponent = next == 0x2d;
    if (negativeExponent || next == 0x2b) next = load<u8>(++from);
    if (next - 0x30 > 9) fail();
    let written = 0;
    while (next - 0x30 <= 9) {
      if (written < 1000) written = written * 10 + <i32>(next - 0x30);
      next = load<u8>(++from);
    }
    exponent += negativeExponent ? -written : written;
  }
  resumeAt(from);
  if (quoted) expect(0x22);
  let value = <f64>mantissa;
  for (; exponent < -22 && value != 0; exponent += 22) value /= powerOfTen(22);
  for (; exponent > 22 && value < Infinity && value != 0; exponent -= 22) value *= powerOfTen(22);
  if (value != 0 && value < Infinity) value = exponent < 0 ? value / powerOfTen(-exponent) : value * powerOfTen(exponent);
  return negative ? -value : value;
}

/** Forgets the last refusal; every decoder begins with this. */
// @ts-ignore: decorator
@inline
export function beginNumbers(): void {
  numberError = NUMBER_GOOD;
}
