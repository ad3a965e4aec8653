import type { Market, VenueId } from '../domain/venue.js';

/** One book of a feed. */
export interface FeedBook {
  /** Index among the books of this feed. */
  readonly index: number;
  readonly symbol: string;
  /** Address of its header in the shared memory. */
  readonly address: number;
}

/**
 * What a feed session needs of the world. The answers come back through the session's own methods: `connected`, `disconnected`,
 * `frame`, `snapshot`, `snapshotFailed`; none of them from within these calls.
 */
export interface FeedTransport {
  /** Opens connection number `connection`; ends in `connected` or `disconnected`. */
  connect(connection: number, url: string): void;
  send(connection: number, text: string): void;
  /** Closes a connection that is open or opening; ends in `disconnected`. */
  close(connection: number): void;
  /** Asks for `path` below the REST base; ends in `snapshot` or `snapshotFailed` of that book. */
  requestSnapshot(book: FeedBook, path: string): void;
}

/** What happened, for the log: rare changes of state, never one for each update. */
export type FeedEventKind =
  | 'connected'
  | 'disconnected'
  | 'closing'
  | 'breaker'
  | 'refused'
  | 'clock'
  | 'resync'
  | 'stale'
  | 'broken'
  | 'snapshot-failed'
  | 'venue-error'
  | 'synced'
  | 'stopped'
  | 'worker-started'
  | 'worker-lost';

/** `alert`: an operator should look. */
export type FeedEventLevel = 'info' | 'warn' | 'alert';

/** One line for the log. */
export interface FeedEvent {
  readonly kind: FeedEventKind;
  readonly level: FeedEventLevel;
  readonly venue: VenueId;
  /** Left out where all markets of the venue are concerned. */
  readonly market?: Market;
  readonly symbol?: string;
  readonly connection?: number;
  readonly reason?: string;
  /** Books that are synchronised now, and books of the feed. */
  readonly synced?: number;
  readonly books?: number;
}

export type FeedListener = (event: FeedEvent) => void;
