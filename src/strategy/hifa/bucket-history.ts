import type { SignalSource } from './signal-source.js';

/** Places of the ring of a book: a power of two, more than are ever asked for. */
const RING = 64;

/**
 * Complete buckets of all books, taken over one by one as they end, so that reading a quarter of a minute is a loop over arrays. What a
 * complete bucket holds never changes: it makes no difference when it is taken over. Nothing here allocates after construction.
 */
export class BucketHistory {
  readonly mids: Float64Array;
  readonly flows: Float64Array;
  readonly bought: Float64Array;
  readonly sold: Float64Array;
  /** Number of the open bucket up to which each book was taken over. */
  private readonly upTo: Float64Array;

  constructor(books: number) {
    this.mids = new Float64Array(books * RING);
    this.flows = new Float64Array(books * RING);
    this.bought = new Float64Array(books * RING);
    this.sold = new Float64Array(books * RING);
    this.upTo = new Float64Array(books);
  }

  /** Place of a bucket by its number. */
  place(book: number, bucket: number): number {
    return book * RING + (bucket & (RING - 1));
  }

  /** Takes over what has ended since. Cheap when nothing has. */
  track(source: SignalSource, book: number): void {
    const open = source.newestBucket(book);
    const before = this.upTo[book] ?? 0;
    if (open === before) return;
    // A book that was built anew starts over.
    const ended = open > before ? open - before : RING;
    for (let age = Math.min(ended, source.bucketCount(book) - 1); age > 0; age--) {
      const at = this.place(book, open - age);
      this.mids[at] = source.midUnits(book, age);
      this.flows[at] = source.flowUnits(book, age);
      this.bought[at] = source.boughtUnits(book, age);
      this.sold[at] = source.soldUnits(book, age);
    }
    this.upTo[book] = open;
  }
}
