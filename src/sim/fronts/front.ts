import type { Clock } from '../../domain/clock.js';
import type { Market } from '../../domain/venue.js';
import type { VenueAccess } from '../access/venue-access.js';
import type { BookBatch, SimulatedBook } from '../market/book.js';
import type { SimulatedMarket } from '../market/market.js';
import type { EngineEvent, MatchingEngine } from '../matching/types.js';
import type { RestAnswer } from './rest.js';
import type { VenueApp } from './venue-app.js';

/** Where a venue's interfaces are, as bases of the real ones' shape, for each of its markets. Null: the venue has none. */
export interface VenueEndpoints {
  rest: string;
  wsPublic: string;
  wsPrivate?: string | null | undefined;
  wsTrade?: string | null | undefined;
  restFutures?: string | undefined;
  wsPublicFutures?: string | undefined;
  wsPrivateFutures?: string | null | undefined;
  wsTradeFutures?: string | null | undefined;
}

/** Where one market of a venue is reached; null: the venue has no such interface. */
export interface MarketEndpoints {
  readonly rest: string;
  readonly wsPublic: string;
  readonly wsPrivate: string | null;
  readonly wsTrade: string | null;
}

/** The endpoints of one market among those of its venue. */
export function marketEndpoints(venue: Readonly<VenueEndpoints>, market: Market): MarketEndpoints {
  const { rest, wsPublic, wsPrivate = null, wsTrade = null } = venue;
  if (market === 'spot') return { rest, wsPublic, wsPrivate, wsTrade };
  const { restFutures, wsPublicFutures, wsPrivateFutures = null, wsTradeFutures = null } = venue;
  return {
    rest: restFutures ?? rest,
    wsPublic: wsPublicFutures ?? wsPublic,
    wsPrivate: wsPrivateFutures,
    wsTrade: wsTradeFutures,
  };
}

/** What a front is built from. */
export interface FrontDependencies {
  /** The venue's own clock, which may be wrong. */
  readonly clock: Clock;
  readonly market: SimulatedMarket;
  readonly engine: MatchingEngine;
  readonly access: VenueAccess;
}

/** A venue's protocol in front of its books. */
export interface Front {
  readonly app: VenueApp;
  /** Tells subscribers what happened to one of the venue's books. */
  onBatch(book: SimulatedBook, batch: BookBatch): void;
  /** Tells the accounts' connections what happened to them. */
  onEvent?(event: EngineEvent): void;
  /** Heartbeats, deadlines and everything else that has the pace of a second. */
  everySecond(): void;
  /** What every REST request is answered with while the venue is closed. */
  maintenance?(): RestAnswer;
  /** A frame with a wrong checksum; null when it carries none. */
  corrupt?(frame: string | Uint8Array): string | Uint8Array | null;
  /** The endpoints, once it is known where the venue listens. */
  endpoints(authority: string): VenueEndpoints;
}

/** Milliseconds since the epoch, as most venues stamp. */
export function epochMs(clock: Clock): number {
  return Math.floor(clock.epochUs() / 1000);
}

/** Microseconds since the epoch as RFC 3339 with six digits, as Coinbase and Kraken stamp. */
export function isoMicroseconds(us: number): string {
  const whole = Math.floor(us);
  const micros = whole % 1000;
  return `${new Date((whole - micros) / 1000).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
