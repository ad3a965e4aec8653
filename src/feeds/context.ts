import type { Random } from '../domain/random.js';
import type { Kernel } from '../kernel/kernel.js';
import type { FeedProtocol } from '../venues/contract.js';
import type { FeedSettings } from './settings.js';
import type { BookJournal } from './tap.js';
import type { FeedEvent, FeedEventKind, FeedEventLevel, FeedListener, FeedTransport } from './transport.js';

/** What a feed session is made of. */
export interface FeedParts {
  readonly protocol: FeedProtocol;
  readonly kernel: Kernel;
  /** Address of the feed in the shared memory. */
  readonly feed: number;
  readonly transport: FeedTransport;
  readonly settings: FeedSettings;
  readonly random: Random;
  /** Milliseconds since the epoch, for requests that carry the time. */
  epochMs(): number;
  readonly listener: FeedListener;
  /** Where what is done to the books is recorded; nowhere when left out. */
  readonly journal?: BookJournal;
}

/** A request is not refused for a clock that is nearer to the venue's: the strictest venue of those that look allows a minute. */
const CLOCK_OFF_MS = 30_000;

/** What the parts of one session share: its surroundings, its time and its counters. */
export class FeedContext {
  /** Monotonic milliseconds of the last chunk or tick. A typed array, so that setting it allocates nothing. */
  private readonly time = new Float64Array(1);
  /** What the venue's clock shows more than this machine's, as far as a refusal told. */
  private clockOffsetMs = 0;

  constructor(readonly parts: FeedParts) {}

  get nowMs(): number {
    return this.time[0] ?? 0;
  }
  set nowMs(ms: number) {
    this.time[0] = ms;
  }

  /** Milliseconds since the epoch, for requests that carry the time: by the venue's clock where this machine's was refused. */
  epochMs(): number {
    return this.parts.epochMs() + this.clockOffsetMs;
  }

  /** Goes by the venue's clock from now on when it is far from ours. @returns whether it is */
  correctClock(venueMs: number): boolean {
    const offMs = venueMs - this.epochMs();
    if (Math.abs(offMs) < CLOCK_OFF_MS) return false;
    this.clockOffsetMs += offMs;
    this.emit('clock', 'alert', {
      reason: `the clock of this machine is ${(this.clockOffsetMs / 1000).toFixed(1)} s from the venue's`,
    });
    return true;
  }

  /** Adds to a float64 counter of the feed (FEED_...). */
  count(offset: number, amount = 1): void {
    const { kernel, feed } = this.parts;
    const index = (feed + offset) >> 3;
    kernel.float64[index] = (kernel.float64[index] ?? 0) + amount;
  }

  /** Tells the log. */
  emit(kind: FeedEventKind, level: FeedEventLevel, details: Partial<FeedEvent> = {}): void {
    const { venue, market } = this.parts.protocol;
    this.parts.listener({ ...details, kind, level, venue, market });
  }
}
