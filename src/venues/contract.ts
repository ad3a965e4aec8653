import type { TradableInstrument } from '../domain/instrument.js';
import type { Market, VenueId } from '../domain/venue.js';

/** Base URLs of one venue's public side; the defaults are the real ones, a simulation replaces them. */
export interface FeedEndpoints {
  readonly rest: string;
  readonly wsPublic: string;
}

/** What may be chosen when a protocol is made. */
export interface FeedOptions {
  readonly endpoints?: FeedEndpoints;
  /** Follow the venue's trades as well. */
  readonly trades?: boolean;
  /** Follow the venue's own top-of-book channel as well. */
  readonly tickers?: boolean;
}

/** One request to the venue over a socket that must be acknowledged. */
export interface SubscribeRequest {
  readonly text: string;
  /** Symbols it asks for; those not acknowledged in time are asked for again. */
  readonly symbols: readonly string[];
}

/** `books` connections carry the book channels; `extras` only what may be missed, such as mark prices. */
export type ConnectionKind = 'books' | 'extras';

/** One socket of a feed, as `plan` shards the symbols. */
export interface ConnectionPlan {
  readonly url: string;
  readonly kind: ConnectionKind;
  readonly symbols: readonly string[];
}

/**
 * What a frame that the kernel handed back turned out to mean. An answer names the request by its id or the symbols, whatever the
 * venue tells; with neither it belongs to the oldest open request of its connection.
 */
export type ControlMessage =
  | { readonly kind: 'acknowledged'; readonly requestId: number | null; readonly symbols: readonly string[] }
  /**
   * `atomic`: nothing of the request stands, also where only some of its symbols are to blame. `venueMs`: what the venue's clock showed, at
   * venues that refuse requests for their time.
   */
  | {
      readonly kind: 'refused';
      readonly requestId: number | null;
      readonly symbols: readonly string[];
      readonly atomic: boolean;
      readonly reason: string;
      readonly venueMs?: number;
    }
  | { readonly kind: 'alive' } // heartbeats, pongs, status: the connection lives
  | { readonly kind: 'reply'; readonly text: string } // the venue's ping wants this answer
  | { readonly kind: 'closing'; readonly reason: string } // the venue announces that it will close: reconnect now
  | { readonly kind: 'error'; readonly reason: string } // the venue complains; counted and logged
  | { readonly kind: 'other' }; // a channel that is not ours

/** A size of REST snapshot, and what it costs of the venue's budget. */
export interface SnapshotTier {
  readonly levels: number;
  readonly weight: number;
}

/** How a book gets its first state. */
export type SnapshotSource =
  /** A REST answer, joined to buffered deltas by sequence. */
  | {
      readonly kind: 'rest';
      path(symbol: string, levels: number): string;
      /** Largest first; a feed takes the largest that its books can all have within a minute. */
      readonly tiers: readonly SnapshotTier[];
      readonly weightPerSecond: number;
      /** What may be spent at once; with a minute of `weightPerSecond` still below the venue's limit. */
      readonly weightBurst: number;
    }
  /** The stream sends it after each subscription; resynchronising means subscribing again. */
  | { readonly kind: 'stream' };

/** Limits of the venue that a feed keeps to by itself. */
export interface FeedLimits {
  readonly symbolsPerConnection: number;
  /** Messages of the client a second on one connection. */
  readonly requestsPerSecond: number;
  readonly connectsPerMinute: number;
}

/** Client heartbeats of the venue's kind; servers' protocol pings are always answered. */
export interface Heartbeat {
  readonly intervalMs: number;
  text(epochMs: number): string;
}

/**
 * Everything the feed session must know of one venue and market. Pure: it turns facts into messages and messages into facts,
 * holds no state, no clock and no socket.
 */
export interface FeedProtocol {
  readonly venue: VenueId;
  readonly market: Market;
  /** DECODER_... */
  readonly decoder: number;
  readonly endpoints: FeedEndpoints;
  readonly limits: FeedLimits;
  readonly snapshot: SnapshotSource;
  /** Whether a lost book frame shows by itself: by sequence numbers or checksums. */
  readonly detectsLoss: boolean;
  readonly heartbeat: Heartbeat | null;
  /** Silence on a connection that means it is dead, whatever the socket says. */
  readonly idleMsMax: number;
  /** Levels the subscribed channel carries, 0 for all; the kernel cuts the book to it. */
  readonly depth: number;
  /** BOOK_RULE_... of the subscribed book channel. */
  readonly rule: number;
  /** Names besides the symbol under which frames may call an instrument. */
  aliases(symbol: string): readonly string[];
  /** Shards symbols over connections within the limits. */
  plan(symbols: readonly string[]): readonly ConnectionPlan[];
  /** Requests numbered from `requestId` on, in order. */
  subscribe(kind: ConnectionKind, symbols: readonly string[], requestId: number, epochMs: number): readonly SubscribeRequest[];
  unsubscribe(kind: ConnectionKind, symbols: readonly string[], requestId: number, epochMs: number): readonly SubscribeRequest[];
  /** Reads a text frame that the kernel did not take. Never throws; what cannot be read is `error`. */
  control(text: string): ControlMessage;
  /** Paths of the REST metadata, and the reader of their answers in the same order. @throws VenueProtocolError */
  readonly metadataPaths: readonly string[];
  instruments(answers: readonly unknown[]): readonly TradableInstrument[];
}
