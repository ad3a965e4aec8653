// Members that are passed over, and read once it is known what they mean: a frame's kind or symbol may come last.
import { isoUs } from './iso-time';
import { at, fail, noteValue, peek, readText, resumeAt, skipValue, text, textLength } from './json';
import { notDigits, readCount, readPlain, readUnits } from './number';

/** Notes a value that may come once only; `noted` is where it stood before, 0 for nowhere. */
// @ts-ignore: decorator
@inline
export function once(noted: usize): usize {
  if (noted != 0) fail();
  return noteValue();
}

/** Passes a value, and at once if it is a whole number of up to 15 digits: most of what is passed are times and ids. */
export function passValue(): void {
  const digits = ctz<i32>(notDigits(v128.load(at)));
  const next = <u32>load<u8>(at + <usize>digits);
  if (<u32>digits - 1 < 15 && (next == 0x2c || next == 0x7d) && load<u8>(at) != 0x30) resumeAt(at + <usize>digits);
  else skipValue();
}

/** Reads a count that may come once only; `read` is what came before, -1 for nothing. */
// @ts-ignore: decorator
@inline
export function countOnce(read: f64): f64 {
  if (read >= 0) fail();
  return readCount();
}

/** Goes to the value noted at `where`; fails when there is none. */
// @ts-ignore: decorator
@inline
export function goTo(where: usize): bool {
  if (where == 0) {
    fail();
    return false;
  }
  resumeAt(where);
  return true;
}

/** Whether nothing, null or an empty text was noted at `where`. */
// @ts-ignore: decorator
@inline
export function isEmptyAt(where: usize): bool {
  return where == 0 || load<u8>(where) == 0x6e || (load<u8>(where) == 0x22 && load<u8>(where, 1) == 0x22);
}

/** Reads the count noted at `where`; fails when there is none. */
export function countAt(where: usize): f64 {
  return goTo(where) ? readCount() : 0;
}

/** As `countAt`, but 0 when there is none or null; an empty text is no count. */
export function maybeCountAt(where: usize): f64 {
  return where == 0 || load<u8>(where) == 0x6e ? 0 : countAt(where);
}

/** Reads the decimal noted at `where` as whole units; fails when there is none. */
export function unitsAt(where: usize, scale: i32): f64 {
  return goTo(where) ? readUnits(scale) : 0;
}

/** As `unitsAt`, but 0 when there is none: a side of a ticker may be empty. */
export function maybeUnitsAt(where: usize, scale: i32): f64 {
  return isEmptyAt(where) ? 0 : unitsAt(where, scale);
}

/** Reads the plain decimal noted at `where`; NaN when there is none. */
export function plainAt(where: usize): f64 {
  if (where == 0) return NaN;
  resumeAt(where);
  return readPlain();
}

/** Reads the text noted at `where`; fails when there is none. */
export function textAt(where: usize): bool {
  return goTo(where) && readText();
}

/** Reads a time in ISO form that stands here, as microseconds since the epoch; 0 for a value of any other form. */
export function readIsoUs(): f64 {
  if (peek() != 0x22) {
    noteValue();
    return 0;
  }
  return readText() ? isoUs(text, textLength) : 0;
}

/** As `readIsoUs`, of the value noted at `where`; 0 when there is none. */
export function isoUsAt(where: usize): f64 {
  if (where == 0) return 0;
  resumeAt(where);
  return readIsoUs();
}
