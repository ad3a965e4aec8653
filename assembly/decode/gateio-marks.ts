// futures.tickers of Gate.io: a list of contracts with their marks and the funding that is due next.
import { STATUS_EVENT } from '../memory/layout';
import { findSymbol } from '../memory/symbols';
import { noteMark } from './events';
import {
  at, fail, failed, firstElement, firstKey, keyOf, nextElement, nextKey, peek, readText, resumeAt, skipValue, text, textLength,
} from './json';
import { once, plainAt } from './noted';
import { failedEventFrame, unknownSymbol } from './outcome';

const SYMBOL = keyOf('contract');
const MARK_PRICE = keyOf('mark_price');
const INDEX_PRICE = keyOf('index_price');
const FUNDING_RATE = keyOf('funding_rate');
const NEXT_FUNDING = keyOf('funding_next_apply');

/** Lists within one another. */
const LISTS_MAX = 2;

let known: i32;

/** Reads one contract, and notes its figures if that is wanted. One that is not ours is passed over. */
function readContract(feed: usize, noted: bool): void {
  let book: usize = 0;
  let named = false;
  let markAt: usize = 0;
  let indexAt: usize = 0;
  let rateAt: usize = 0;
  let nextAt: usize = 0;
  for (let key = firstKey(); key != 0 && !failed; key = nextKey()) {
    if (key == SYMBOL) {
      if (named) fail();
      if (readText()) book = findSymbol(feed, text, textLength);
      named = true;
    } else if (key == MARK_PRICE) markAt = once(markAt);
    else if (key == INDEX_PRICE) indexAt = once(indexAt);
    else if (key == FUNDING_RATE) rateAt = once(rateAt);
    else if (key == NEXT_FUNDING) nextAt = once(nextAt);
    else skipValue();
  }
  if (!named) fail();
  if (failed) return;
  const after = at;
  const mark = plainAt(markAt);
  const index = plainAt(indexAt);
  const rate = plainAt(rateAt);
  const nextUs = plainAt(nextAt) * 1e6;
  if (failed) return;
  resumeAt(after);
  if (book == 0) return;
  known++;
  if (noted) noteMark(book, mark, index, rate, nextUs);
}

/** Reads a contract or a list of them; in 2021 the list came within another one. */
function readContracts(feed: usize, noted: bool, lists: i32): void {
  if (peek() != 0x5b || lists == 0) readContract(feed, noted);
  else if (firstElement()) {
    do {
      readContracts(feed, noted, lists - 1);
    } while (!failed && nextElement());
  }
}

function readResult(feed: usize, resultAt: usize, noted: bool): void {
  known = 0;
  resumeAt(resultAt);
  readContracts(feed, noted, LISTS_MAX);
}

/** Reads the contracts at `resultAt`, a list or a single one, of a frame that is known to be whole: all of them or none. */
export function readGateMarks(feed: usize, resultAt: usize): i32 {
  if (resultAt == 0) return failedEventFrame(feed);
  readResult(feed, resultAt, false);
  if (failed) return failedEventFrame(feed);
  if (known == 0) return unknownSymbol(feed);
  readResult(feed, resultAt, true);
  return STATUS_EVENT;
}
