// Symbol tables: the name of an instrument as it stands in a frame, to the address of its book.
import {
  FEED_SYMBOLS, FEED_SYMBOL_MASK, SYMBOL_BOOK, SYMBOL_HASH, SYMBOL_LENGTH, SYMBOL_LENGTH_MAX, SYMBOL_NAME, SYMBOL_STRIDE,
} from './layout';

const MIX: u64 = 0x9e3779b97f4a7c15;

/** Hash of `length` bytes, never 0. Reads up to 7 bytes behind the text, which the callers' areas have. */
function hashOf(text: usize, length: i32): u64 {
  let hash: u64 = <u64>length * MIX;
  let left = length;
  let at = text;
  while (left >= 8) {
    hash = (rotl<u64>(hash, 23) ^ load<u64>(at)) * MIX;
    at += 8;
    left -= 8;
  }
  if (left > 0) hash = (rotl<u64>(hash, 23) ^ (load<u64>(at) & ((<u64>1 << (<u64>left << 3)) - 1))) * MIX;
  hash ^= hash >> 29;
  return hash | 1;
}

/** As `hashOf`, reads up to 7 bytes behind both texts. */
function sameText(a: usize, b: usize, length: i32): bool {
  let left = length;
  for (; left > 8; left -= 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
    a += 8;
    b += 8;
  }
  return (load<u64>(a) ^ load<u64>(b)) << (<u64>(8 - left) << 3) == 0;
}

/**
 * Adds a name (which must stay where it lies) to a feed's table. Several names may lead to one book.
 * @returns false when the name is too long, or already leads elsewhere
 */
export function addSymbol(feed: usize, name: usize, length: i32, book: usize): bool {
  if (length <= 0 || length > SYMBOL_LENGTH_MAX) return false;
  const table = <usize>load<u32>(feed, FEED_SYMBOLS);
  const mask = load<u32>(feed, FEED_SYMBOL_MASK);
  const hash = hashOf(name, length);
  let index = <u32>(hash >> 32) & mask;
  for (let tries: u32 = 0; tries <= mask; tries++) {
    const entry = table + index * SYMBOL_STRIDE;
    const found = load<u64>(entry, SYMBOL_HASH);
    if (found == 0) {
      store<u64>(entry, hash, SYMBOL_HASH);
      store<u32>(entry, <u32>name, SYMBOL_NAME);
      store<i32>(entry, length, SYMBOL_LENGTH);
      store<u32>(entry, <u32>book, SYMBOL_BOOK);
      return true;
    }
    if (found == hash && load<i32>(entry, SYMBOL_LENGTH) == length && sameText(load<u32>(entry, SYMBOL_NAME), name, length)) {
      return load<u32>(entry, SYMBOL_BOOK) == <u32>book;
    }
    index = (index + 1) & mask;
  }
  return false;
}

/** Book of a name, 0 when the feed does not carry it. */
export function findSymbol(feed: usize, name: usize, length: i32): usize {
  if (length <= 0 || length > SYMBOL_LENGTH_MAX) return 0;
  const table = <usize>load<u32>(feed, FEED_SYMBOLS);
  const mask = load<u32>(feed, FEED_SYMBOL_MASK);
  const hash = hashOf(name, length);
  let index = <u32>(hash >> 32) & mask;
  for (let tries: u32 = 0; tries <= mask; tries++) {
    const entry = table + index * SYMBOL_STRIDE;
    const found = load<u64>(entry, SYMBOL_HASH);
    if (found == 0) return 0;
    if (found == hash && load<i32>(entry, SYMBOL_LENGTH) == length && sameText(load<u32>(entry, SYMBOL_NAME), name, length)) {
      return load<u32>(entry, SYMBOL_BOOK);
    }
    index = (index + 1) & mask;
  }
  return 0;
}
