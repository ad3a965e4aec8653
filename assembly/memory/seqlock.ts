// One writer (the feed worker of the book's venue), any number of readers. The word is odd while the writer is at work.
// Both additions are sequentially consistent read-modify-writes: what is stored between them cannot move past either.
import { BOOK_LOCK } from './layout';

/** Told of every version of every book by an instance that is observed: one message may make several of a book. */
// @ts-ignore: decorator
@external("env", "published")
declare function published(book: usize): void;

let isObserved: bool = false;

/** Has the host told of every version that this instance publishes, right after it is; for replays. */
export function observeBooks(): void {
  isObserved = true;
}

/** Opens a book for writing. */
// @ts-ignore: decorator
@inline
export function beginWrite(book: usize): void {
  atomic.add<i32>(book, 1, BOOK_LOCK);
}

/** Publishes what was written. */
// @ts-ignore: decorator
@inline
export function endWrite(book: usize): void {
  atomic.add<i32>(book, 1, BOOK_LOCK);
  if (isObserved) published(book);
}

/** The word before a read; odd means that the writer is at work. */
// @ts-ignore: decorator
@inline
export function beginRead(book: usize): i32 {
  return atomic.load<i32>(book, BOOK_LOCK);
}

/** Whether what was read since `before` is whole. */
// @ts-ignore: decorator
@inline
export function endRead(book: usize, before: i32): bool {
  return atomic.load<i32>(book, BOOK_LOCK) == before;
}

/** A float64 read that the processor may not move past the second look at the lock word (free on x64, needed on arm64). */
// @ts-ignore: decorator
@inline
export function loadShared(address: usize): f64 {
  return reinterpret<f64>(atomic.load<i64>(address));
}
