// The ends that every decoder's road comes to.
import {
  BOOK_OTHER_CHANNEL, FEED_MALFORMED, FEED_OVERSIZED, FEED_UNKNOWN_FRAMES, FEED_UNKNOWN_SYMBOLS, STATUS_MALFORMED,
  STATUS_OTHER_CHANNEL, STATUS_OVERSIZED, STATUS_UNKNOWN, STATUS_UNKNOWN_SYMBOL,
} from '../memory/layout';
import { malformed, precisionError } from '../book/publish';
import { count } from '../memory/counters';
import { dropEvents, report } from '../memory/thread';
import { NUMBER_PRECISION, numberError } from './number';
import { oversized } from './levels';

/** Not for the kernel. */
export function unknownFrame(feed: usize): i32 {
  count(feed + FEED_UNKNOWN_FRAMES);
  return STATUS_UNKNOWN;
}

export function unknownSymbol(feed: usize): i32 {
  count(feed + FEED_UNKNOWN_SYMBOLS);
  return STATUS_UNKNOWN_SYMBOL;
}

/** A frame that cannot be read and names no book of ours. */
export function malformedFrame(feed: usize): i32 {
  count(feed + FEED_MALFORMED);
  return STATUS_MALFORMED;
}

/** A trade, ticker or mark frame that could not be read to its end: counted, and the book is as it was. */
export function failedEventFrame(feed: usize): i32 {
  dropEvents();
  return malformedFrame(feed);
}

/** More levels, orders or bytes than there is room for, outside any book. */
export function oversizedFrame(feed: usize): i32 {
  count(feed + FEED_OVERSIZED);
  return STATUS_OVERSIZED;
}

/**
 * A book message that could not be read to its end: the book may have missed something, so it has to be synchronised again.
 * @param book 0 when the frame failed before it named one
 */
export function failedBookFrame(feed: usize, book: usize): i32 {
  dropEvents();
  if (oversized) count(feed + FEED_OVERSIZED);
  if (book == 0) return malformedFrame(feed);
  if (numberError == NUMBER_PRECISION) return precisionError(book);
  count(feed + FEED_MALFORMED);
  return malformed(book);
}

/** A channel that the book does not follow. */
export function otherChannel(book: usize): i32 {
  count(book + BOOK_OTHER_CHANNEL);
  return report(book, STATUS_OTHER_CHANNEL);
}
