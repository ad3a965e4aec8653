// A strict, forward-only JSON reader over the bytes of one frame. It accepts what RFC 8259 and JSON.parse accept (nesting to
// 64), in any key order and with any white space. The frame is followed by zero bytes, which no valid JSON holds, so nothing
// here compares against an end address: every loop stops at the first zero. Errors set `failed` and are sticky.

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const ONES: u64 = 0x0101010101010101;
const HIGHS: u64 = 0x8080808080808080;
const MIX: u64 = 0x9e3779b97f4a7c15;

/** Next byte to read. */
export let at: usize = 0;
export let failed: bool = false;

/** The last text read, without its quotes, as it stands in the frame (escapes are not resolved). */
export let text: usize = 0;
export let textLength: i32 = 0;

/** Starts reading at `address`. */
export function begin(address: usize): void {
  at = address;
  failed = false;
}

/** Goes on reading at `address`, for a value that was passed over with `noteValue`. */
// @ts-ignore: decorator
@inline
export function resumeAt(address: usize): void {
  at = address;
}

export function fail(): void {
  failed = true;
}

/** Passes white space; answers the byte after it. */
// @ts-ignore: decorator
@inline
export function peek(): u32 {
  let byte = <u32>load<u8>(at);
  while (byte <= 0x20 && (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09)) byte = load<u8>(++at);
  return byte;
}

/** Passes `byte` after white space, or fails. */
// @ts-ignore: decorator
@inline
export function expect(byte: u32): bool {
  if (peek() != byte) {
    failed = true;
    return false;
  }
  at++;
  return true;
}

/** Whether nothing but white space is left before `end`. */
export function finished(end: usize): bool {
  peek();
  return !failed && at == end;
}

// --- keys ------------------------------------------------------------------------------------------------------------

/** Identity of a key of up to 8 bytes is its bytes; of a longer one a 64-bit hash. */
// @ts-ignore: decorator
@inline
function extend(hash: u64, chunk: u64): u64 {
  return (rotl<u64>(hash, 29) ^ chunk) * MIX;
}

/** Identity that `firstKey` and `nextKey` give to the key `name` (ASCII); for constants made once, at start. */
export function keyOf(name: string): u64 {
  let hash: u64 = 0;
  let chunk: u64 = 0;
  for (let i = 0; i < name.length; i++) {
    if (i > 0 && (i & 7) == 0) {
      hash = extend(hash, chunk);
      chunk = 0;
    }
    chunk |= <u64>name.charCodeAt(i) << (<u64>(i & 7) << 3);
  }
  return name.length > 8 ? extend(hash, chunk) : chunk;
}

/** Bytes of `word` equal to `byte`, as high bits; exact up to and including the first hit. */
// @ts-ignore: decorator
@inline
function bytesEqual(word: u64, byte: u64): u64 {
  const difference = word ^ (ONES * byte);
  return (difference - ONES) & ~difference & HIGHS;
}

/** Bytes of `word` below 0x20, as high bits; exact up to and including the first hit. */
// @ts-ignore: decorator
@inline
function bytesControl(word: u64): u64 {
  return (word - ONES * 0x20) & ~word & HIGHS;
}

/** Reads `"key":`. A key with an escape fails: no venue sends one, and it could hide a second copy of a field. */
function readKey(): u64 {
  if (peek() != QUOTE) {
    failed = true;
    return 0;
  }
  at++;
  let hash: u64 = 0;
  let first = true;
  while (true) {
    const word = load<u64>(at);
    const stop = bytesEqual(word, QUOTE) | bytesEqual(word, BACKSLASH) | bytesControl(word);
    if (stop != 0) {
      const bits = ctz<u64>(stop) - 7;
      const length = bits >> 3;
      at += <usize>length;
      if (load<u8>(at) != QUOTE) {
        failed = true;
        return 0;
      }
      at++;
      if (!expect(0x3a)) return 0;
      const tail = word & ((<u64>1 << bits) - 1);
      // A key that ends on a multiple of 8 has no tail chunk of its own, as in keyOf.
      if (first) return tail;
      return length == 0 ? hash : extend(hash, tail);
    }
    if (first && load<u8>(at + 8) == QUOTE) {
      at += 9;
      return expect(0x3a) ? word : 0;
    }
    hash = extend(hash, word);
    at += 8;
    first = false;
  }
}

/** Enters an object and reads its first key; 0 when it is empty, or on failure. The empty key counts as failure. */
export function firstKey(): u64 {
  if (!expect(0x7b)) return 0;
  if (peek() == 0x7d) {
    at++;
    return 0;
  }
  return keyOrFail();
}

/** Reads the next key of the object, after the value of the one before; 0 at the object's end, or on failure. */
export function nextKey(): u64 {
  const byte = peek();
  if (byte == 0x2c) {
    at++;
    return keyOrFail();
  }
  if (byte == 0x7d) at++;
  else failed = true;
  return 0;
}

// @ts-ignore: decorator
@inline
function keyOrFail(): u64 {
  const key = readKey();
  if (key == 0) failed = true;
  return failed ? 0 : key;
}

// --- arrays ----------------------------------------------------------------------------------------------------------

/** Enters an array; false when it is empty, or on failure. */
export function firstElement(): bool {
  if (!expect(0x5b)) return false;
  if (peek() == 0x5d) {
    at++;
    return false;
  }
  return true;
}

/** After an element: true when another one follows; false at the array's end, or on failure. */
// @ts-ignore: decorator
@inline
export function nextElement(): bool {
  const byte = peek();
  if (byte == 0x2c) {
    at++;
    return true;
  }
  if (byte == 0x5d) at++;
  else failed = true;
  return false;
}

// --- texts -----------------------------------------------------------------------------------------------------------

/** Reads a text into `text` and `textLength`; fails on anything else. */
export function readText(): bool {
  if (!expect(QUOTE)) return false;
  text = at;
  while (true) {
    const bytes = v128.load(at);
    const stop =
      i8x16.bitmask(
        v128.or(
          v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
          i8x16.lt_u(bytes, i8x16.splat(0x20)),
        ),
      );
    if (stop == 0) {
      at += 16;
      continue;
    }
    at += <usize>ctz<i32>(stop);
    const byte = <u32>load<u8>(at);
    if (byte == QUOTE) {
      textLength = <i32>(at - text);
      at++;
      return true;
    }
    if (byte != BACKSLASH || !passEscape()) {
      failed = true;
      return false;
    }
  }
}

/** Passes one escape sequence, `at` being on its backslash. */
function passEscape(): bool {
  const byte = <u32>load<u8>(at, 1);
  at += 2;
  // " \ / b f n r t
  if (byte == 0x22 || byte == 0x5c || byte == 0x2f || byte == 0x62 || byte == 0x66 || byte == 0x6e || byte == 0x72 || byte == 0x74) return true;
  if (byte != 0x75) return false;
  for (let i = 0; i < 4; i++) {
    const digit = <u32>load<u8>(at++);
    const letter = digit | 0x20;
    if (!((digit >= 0x30 && digit <= 0x39) || (letter >= 0x61 && letter <= 0x66))) return false;
  }
  return true;
}

/** Whether the last text is the 1 to 8 bytes of `word` (as `keyOf` gives them). */
// @ts-ignore: decorator
@inline
export function textIs(word: u64, length: i32): bool {
  return textLength == length && (load<u64>(text) & (<u64>-1 >> (<u64>(8 - length) << 3))) == word;
}

/** Whether the last text has the identity `key` (made by `keyOf`), for texts of any length. */
export function textEquals(key: u64): bool {
  if (textLength <= 0) return false;
  let hash: u64 = 0;
  let left = textLength;
  let from = text;
  while (left > 8) {
    hash = extend(hash, load<u64>(from));
    from += 8;
    left -= 8;
  }
  const tail = load<u64>(from) & (<u64>-1 >> (<u64>(8 - left) << 3));
  return (textLength > 8 ? extend(hash, tail) : tail) == key;
}

// --- values that are passed over ------------------------------------------------------------------------------------

/** Passes a number, by the grammar of JSON. */
function passNumber(): bool {
  let byte = <u32>load<u8>(at);
  if (byte == 0x2d) byte = load<u8>(++at);
  if (byte == 0x30) byte = load<u8>(++at);
  else if (byte - 0x31 > 8) return false;
  else while (byte - 0x30 <= 9) byte = load<u8>(++at);
  if (byte == 0x2e) {
    byte = load<u8>(++at);
    if (byte - 0x30 > 9) return false;
    while (byte - 0x30 <= 9) byte = load<u8>(++at);
  }
  if ((byte | 0x20) == 0x65) {
    byte = load<u8>(++at);
    if (byte == 0x2b || byte == 0x2d) byte = load<u8>(++at);
    if (byte - 0x30 > 9) return false;
    while (byte - 0x30 <= 9) byte = load<u8>(++at);
  }
  return true;
}

/** Passes a text, number or word. */
function passScalar(byte: u32): bool {
  if (byte == QUOTE) return readText();
  if (byte == 0x74) return passWord(0x65757274, 4); // true
  if (byte == 0x66) return passWord(0x736c6166, 5) && load<u8>(at - 1) == 0x65; // fals, e
  if (byte == 0x6e) return passWord(0x6c6c756e, 4); // null
  return passNumber();
}

// @ts-ignore: decorator
@inline
function passWord(word: u32, length: usize): bool {
  if (load<u32>(at) != word) return false;
  at += length;
  return true;
}

/** Whether the value at `at` is null, which is then passed. */
export function readNull(): bool {
  return peek() == 0x6e && passWord(0x6c6c756e, 4);
}

/** Reads true or false; fails on anything else. */
export function readBool(): bool {
  const byte = peek();
  if ((byte != 0x74 && byte != 0x66) || !passScalar(byte)) failed = true;
  return byte == 0x74;
}

/** Passes any value, checking it in full. */
export function skipValue(): void {
  let containers: u64 = 0; // one bit a level of nesting, the lowest the innermost: 1 object, 0 array
  let depth = 0;
  while (true) {
    const byte = peek();
    if (byte == 0x7b || byte == 0x5b) {
      if (depth == 64) {
        failed = true;
        return;
      }
      depth++;
      at++;
      containers = (containers << 1) | <u64>(byte == 0x7b);
      const inner = peek();
      if (inner == byte + 2) {
        at++; // empty
      } else {
        if (byte == 0x7b && !passKey()) return;
        continue;
      }
      depth--;
      containers >>= 1;
    } else if (!passScalar(byte)) {
      failed = true;
      return;
    }
    // after a value: close as many containers as end here, or go on to the next element
    while (true) {
      if (depth == 0) return;
      const next = peek();
      const inObject = (containers & 1) != 0;
      at++;
      if (next == 0x2c) {
        if (inObject && !passKey()) return;
        break;
      }
      if (next != (inObject ? 0x7d : 0x5d)) {
        failed = true;
        return;
      }
      depth--;
      containers >>= 1;
    }
  }
}

function passKey(): bool {
  if (peek() != QUOTE) {
    failed = true;
    return false;
  }
  return readText() && expect(0x3a);
}

/** Passes a value and answers where it begins, so that it can be read once its meaning is known. */
export function noteValue(): usize {
  peek();
  const start = at;
  skipValue();
  return start;
}
