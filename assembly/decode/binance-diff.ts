// The short way through a depth diff that is written as Binance writes it: keys in its order, no white space, the symbol one of
// ours. It checks every byte it passes; whatever does not fit leaves the frame to the reader of any order in binance.ts.
import { BOOK_PRICE_SCALE, BOOK_QTY_SCALE } from '../memory/layout';
import { findSymbol } from '../memory/symbols';
import { askLevels, bidLevels } from '../memory/thread';
import { at, failed, keyOf, resumeAt } from './json';
import { readLevelArrays } from './levels';
import { countEnd, countValue, shortCount } from './number';

const OPEN = keyOf('{"stream');
const STREAM = keyOf('ream":"');
const DATA = keyOf('","data"');
const DEPTH = keyOf(':{"e":"d');
const UPDATE = keyOf('epthUpda');
const TIME = keyOf('te","E":');
const RAW_DEPTH = keyOf('{"e":"de');
const RAW_UPDATE = keyOf('pthUpdat');
const RAW_TIME = keyOf('e","E":');
const SYMBOL = keyOf(',"s":"');
const FIRST = keyOf('","U":');
const LAST = keyOf(',"u":');
const TRANSACTION_TIME = keyOf(',"T":');
const PREVIOUS = keyOf(',"pu":');
const BIDS = keyOf(',"b":[[');
const ASKS = keyOf(',"a":[[');
const BIDS_EMPTY = keyOf(',"b":[]');
const ASKS_EMPTY = keyOf(',"a":[]');

/** What `readPlainDiff` has read. */
export let diffStreamAt: usize = 0;
export let diffBook: usize = 0;
export let diffTime: f64 = 0;
export let diffFirst: f64 = 0;
export let diffLast: f64 = 0;
/** -1 when the frame has none. */
export let diffPrevious: f64 = 0;
export let diffBids: i32 = 0;
export let diffAsks: i32 = 0;

// @ts-ignore: decorator
@inline
function is(from: usize, word: u64, length: u64): bool {
  return load<u64>(from) << ((8 - length) << 3) == word << ((8 - length) << 3);
}

/** Where the text that begins at `from` ends, 0 when that is not within 32 bytes or an escape or control character comes first. */
// @ts-ignore: decorator
@inline
function endOfText(from: usize): usize {
  const low = v128.load(from);
  const high = v128.load(from, 16);
  const quotes = i8x16.bitmask(i8x16.eq(low, i8x16.splat(0x22))) | (i8x16.bitmask(i8x16.eq(high, i8x16.splat(0x22))) << 16);
  const odd =
    i8x16.bitmask(v128.or(i8x16.eq(low, i8x16.splat(0x5c)), i8x16.lt_u(low, i8x16.splat(0x20)))) |
    (i8x16.bitmask(v128.or(i8x16.eq(high, i8x16.splat(0x5c)), i8x16.lt_u(high, i8x16.splat(0x20)))) << 16);
  return quotes == 0 || (odd & (quotes - 1) & ~quotes) != 0 ? 0 : from + <usize>ctz<i32>(quotes);
}

/** Whether the frame from `from` to `end` is such a diff; if so it has been read whole. */
export function readPlainDiff(feed: usize, from: usize, end: usize): bool {
  diffStreamAt = 0;
  const isWrapped = load<u64>(from) == OPEN;
  if (isWrapped) {
    if (!is(from + 4, STREAM, 7)) return false;
    diffStreamAt = from + 10;
    from = endOfText(from + 11);
    if (from == 0 || load<u64>(from) != DATA || load<u64>(from, 8) != DEPTH || load<u64>(from, 16) != UPDATE || load<u64>(from, 24) != TIME) return false;
    from += 32;
  } else {
    if (load<u64>(from) != RAW_DEPTH || load<u64>(from, 8) != RAW_UPDATE || !is(from + 16, RAW_TIME, 7)) return false;
    from += 23;
  }
  if (!shortCount(from)) return false;
  diffTime = countValue;
  from = countEnd;
  if (is(from, TRANSACTION_TIME, 5)) {
    if (!shortCount(from + 5)) return false;
    from = countEnd;
  }
  if (!is(from, SYMBOL, 6)) return false;
  const name = from + 6;
  from = endOfText(name);
  if (from == 0 || !is(from, FIRST, 6) || !shortCount(from + 6)) return false;
  diffFirst = countValue;
  diffBook = findSymbol(feed, name, <i32>(from - name));
  if (diffBook == 0 || !is(countEnd, LAST, 5) || !shortCount(countEnd + 5)) return false;
  diffLast = countValue;
  diffPrevious = -1;
  if (is(countEnd, PREVIOUS, 6)) {
    if (!shortCount(countEnd + 6)) return false;
    diffPrevious = countValue;
  }
  from = countEnd;
  const priceScale = load<i32>(diffBook, BOOK_PRICE_SCALE);
  const qtyScale = load<i32>(diffBook, BOOK_QTY_SCALE);
  if (!is(from, BIDS, 7) && !is(from, BIDS_EMPTY, 7)) return false;
  resumeAt(from + 5);
  diffBids = readLevelArrays(bidLevels, priceScale, qtyScale);
  if (failed || (!is(at, ASKS, 7) && !is(at, ASKS_EMPTY, 7))) return false;
  resumeAt(at + 5);
  diffAsks = readLevelArrays(askLevels, priceScale, qtyScale);
  if (failed || load<u8>(at) != 0x7d || (isWrapped && load<u8>(at, 1) != 0x7d)) return false;
  return at + 1 + <usize>isWrapped == end;
}
