/** Kinds of signals, in the order of their numbers. */
export const SIGNAL_KINDS = ['imbalance', 'wall', 'microMove', 'volume'] as const;
export const KINDS = SIGNAL_KINDS.length;

/** Directions in which a price is expected to move. */
export const UP = 0;
export const DOWN = 1;

/** Length of a bucket of history. */
export const BUCKET_US = 250_000;

/**
 * What was computed of every book while its messages were decoded, as of the copy that this turn decides on. Kinds and directions are
 * numbers as above. Nothing here allocates.
 */
export interface SignalSource {
  /** How often the signal has begun since the book did; never lost to conflation. */
  onsets(book: number, kind: number, direction: number): number;
  isActive(book: number, kind: number, direction: number): boolean;
  /** How far beyond its threshold it is, or was when it last ended, in [0, 1]. */
  strength(book: number, kind: number, direction: number): number;
  /** Monotonic microseconds at which it last began. */
  sinceUs(book: number, kind: number, direction: number): number;

  /** Number of the newest bucket: its beginning in monotonic microseconds, divided by BUCKET_US. */
  newestBucket(book: number): number;
  /** Buckets kept, the newest included. */
  bucketCount(book: number): number;
  /** Mid at the end of a bucket in price units, by its age in buckets: 0 is the newest. */
  midUnits(book: number, age: number): number;
  /** Order-flow imbalance of a bucket in quantity units: what came in to bids and left asks, less the other way round. */
  flowUnits(book: number, age: number): number;
  /** What takers bought and sold in a bucket, in quantity units. */
  boughtUnits(book: number, age: number): number;
  soldUnits(book: number, age: number): number;
}
