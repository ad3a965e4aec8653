import type { BackoffOptions } from '../domain/backoff.js';
import type { BreakerOptions } from './breaker.js';
import type { FrameBufferLimits } from './frame-buffer.js';

/** The patience of a feed. */
export interface FeedSettings {
  /** What a book keeps while it waits for its snapshot. */
  readonly buffer: FrameBufferLimits;
  /** How long the first delta is waited for before the snapshot is asked for without it. */
  readonly firstDeltaWaitMs: number;
  readonly ackTimeoutMs: number;
  /** For a REST answer, and for the first whole book of a stream. */
  readonly snapshotTimeoutMs: number;
  readonly snapshotsInFlightMax: number;
  /** Resynchronisations in a row after which a book is broken. */
  readonly triesMax: number;
  /** How long a broken book rests before it is tried again. */
  readonly brokenRetryMs: number;
  /** A book or a connection that has been well for so long starts with a clean record. */
  readonly stableMs: number;
  /** A book that stays crossed for longer is wrong. */
  readonly crossedMsMax: number;
  /** A book is stale when it was silent for `silenceFactor` times its usual interval, but not before `silenceMsMin`. */
  readonly silenceMsMin: number;
  readonly silenceFactor: number;
  readonly bookBackoff: BackoffOptions;
  readonly connectBackoff: BackoffOptions;
  readonly breaker: BreakerOptions;
}

export const DEFAULT_FEED_SETTINGS: FeedSettings = {
  buffer: { framesMax: 4096, bytesMax: 8 * 1024 * 1024 },
  firstDeltaWaitMs: 1_000,
  ackTimeoutMs: 10_000,
  snapshotTimeoutMs: 15_000,
  snapshotsInFlightMax: 8,
  triesMax: 8,
  brokenRetryMs: 60_000,
  stableMs: 30_000,
  crossedMsMax: 500,
  silenceMsMin: 10_000,
  silenceFactor: 12,
  bookBackoff: { initialMs: 250, maxMs: 10_000 },
  connectBackoff: { initialMs: 250, maxMs: 10_000 },
  breaker: { failuresMax: 8, openMs: 5_000 },
};
