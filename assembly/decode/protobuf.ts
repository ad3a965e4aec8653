// A strict, forward-only reader of protobuf messages. Every read is held against the end of the message it is in, and a nested
// message against the end of its parent. Errors set the sticky flag of json.ts, which the number reader uses too.
import { THREAD_QUOTED } from '../memory/layout';
import { thread } from '../memory/thread';
import { at as jsonAt, fail, failed, resumeAt } from './json';
import { readUnits, shortUnits, shortValue } from './number';

export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_FIXED32 = 5;

/** Longest decimal that is read; none that fits 2^53 needs more. */
const DECIMAL_BYTES_MAX: usize = 60;

/** Next byte to read, and the first one behind the message. */
export let at: usize = 0;
export let messageEnd: usize = 0;

/** Field number and wire type of the last key. */
export let field: u32 = 0;
export let wire: u32 = 0;

/** The last string or nested message: its first byte, and the first one behind it. */
export let bytesStart: usize = 0;
export let bytesEnd: usize = 0;

/** Starts reading the message that lies in [from, end). */
// @ts-ignore: decorator
@inline
export function enter(from: usize, end: usize): void {
  at = from;
  messageEnd = end;
}

/** Reads a varint of at most 10 bytes and 64 bits. */
export function readVarint(): u64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 70; shift += 7) {
    if (at >= messageEnd) break;
    const byte = <u64>load<u8>(at++);
    if (shift == 63 && byte > 1) break;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  fail();
  return 0;
}

/** Reads the key of the next field into `field` and `wire`; false at the message's end, or on failure. */
export function nextField(): bool {
  if (failed || at >= messageEnd) return false;
  let key = <u64>load<u8>(at);
  if (key < 0x80) at++;
  else key = readVarint();
  field = <u32>(key >> 3);
  wire = <u32>key & 7;
  if (field == 0 || key > 0xffffffff) fail();
  return !failed;
}

/** Reads a string or nested message, by its length, into `bytesStart` and `bytesEnd`. */
export function readBytes(): bool {
  if (wire != WIRE_BYTES) {
    fail();
    return false;
  }
  let length: u64 = at < messageEnd ? <u64>load<u8>(at) : 0x80;
  if (length < 0x80) at++;
  else length = readVarint();
  if (failed || length > <u64>(messageEnd - at)) {
    fail();
    return false;
  }
  bytesStart = at;
  at += <usize>length;
  bytesEnd = at;
  return true;
}

/** Reads an integer field. One that is negative, or beyond 2^53, is the venue's error. */
export function readInteger(): f64 {
  if (wire != WIRE_VARINT) {
    fail();
    return 0;
  }
  const value = readVarint();
  if (value > <u64>1 << 53) fail();
  return <f64>value;
}

/** Passes a field that is not known. Groups ended with proto2, so a group is an error. */
export function skipField(): void {
  if (wire == WIRE_VARINT) {
    readVarint();
    return;
  }
  if (wire == WIRE_BYTES) {
    readBytes();
    return;
  }
  const length: usize = wire == WIRE_FIXED64 ? 8 : wire == WIRE_FIXED32 ? 4 : 0;
  if (length == 0 || length > messageEnd - at) fail();
  else at += length;
}

/** Units of the decimal that fills [from, end), as exact as `readUnits`, which see; an empty text is none. */
// @ts-ignore: decorator
@inline
export function unitsOfText(from: usize, end: usize, scale: i32): f64 {
  return from < end && shortUnits(from, scale) == end && shortValue >= 0 ? shortValue : longUnitsOfText(from, end, scale);
}

/** The same for decimals of any form, and for one whose next byte looks like one more digit of it. */
function longUnitsOfText(from: usize, end: usize, scale: i32): f64 {
  const length = end - from;
  if (length == 0 || length > DECIMAL_BYTES_MAX) {
    fail();
    return 0;
  }
  // Put between quotes for the reader of long forms, with room behind it for its loads of 16 bytes.
  const quoted = thread + THREAD_QUOTED;
  store<u8>(quoted, 0x22);
  memory.copy(quoted + 1, from, length);
  store<u16>(quoted + 1 + length, 0x0022);
  const before = jsonAt;
  resumeAt(quoted);
  const units = readUnits(scale);
  if (jsonAt != quoted + length + 2) fail();
  resumeAt(before);
  return units;
}
