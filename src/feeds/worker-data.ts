import type { Market, VenueId } from '../domain/venue.js';
import type { MemoryPlan } from '../kernel/plan.js';
import type { FeedOptions } from '../venues/contract.js';
import type { FeedSettings } from './settings.js';
import type { FeedBook, FeedEvent } from './transport.js';

/** One feed of a worker. Plain data: it crosses a thread boundary. */
export interface WorkerFeed {
  readonly venue: VenueId;
  readonly market: Market;
  readonly options: FeedOptions;
  /** Address of the feed in the shared memory. */
  readonly feed: number;
  readonly books: readonly FeedBook[];
  /** Ring into which all frames are recorded; null when nothing is. */
  readonly recording: SharedArrayBuffer | null;
}

/** What a feed worker starts from. */
export interface FeedWorkerData {
  readonly memory: WebAssembly.Memory;
  readonly plan: MemoryPlan;
  readonly module: WebAssembly.Module;
  /** Index of this worker's scratch among the plan's threads. */
  readonly thread: number;
  /** Address of the histogram of receive-to-published times; 0 for none. */
  readonly histogram: number;
  /** Epoch minus monotonic time, as the main thread measured it. */
  readonly epochOffsetUs: number;
  readonly seed: number;
  readonly settings: FeedSettings;
  readonly feeds: readonly WorkerFeed[];
}

/** What the main thread tells a feed worker. */
export interface FeedWorkerCommand {
  readonly type: 'stop';
}

/** What a feed worker tells the main thread: rarely anything. */
export type FeedWorkerMessage = { readonly type: 'event'; readonly event: FeedEvent } | { readonly type: 'stopped' };

/** Indexes the books of one feed, given by symbol and address in the shared memory. */
export function feedBooks(books: readonly { readonly symbol: string; readonly address: number }[]): FeedBook[] {
  return books.map(({ symbol, address }, index) => ({ index, symbol, address }));
}
