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

/** What the parts of one session share: its surroundings, its time and its counters. */
export class FeedContext {
  /** Monotonic milliseconds of the last chunk or tick. A typed array, so that setting it allocates nothing. */
  private readonly time = new Float64Array(1);

  constructor(readonly parts: FeedParts) {}

  get nowMs(): number {
    return this.time[0] ?? 0;
  }
  set nowMs(ms: number) {
    this.time[0] = ms;
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
