import type { Clock } from '../../domain/clock.js';
import type { BookBatch, SimulatedBook } from '../market/book.js';
import type { SimulatedMarket } from '../market/market.js';
import type { VenueApp } from './venue-app.js';

/** Where a venue's interfaces are: base URL of REST and URL of the public WebSocket, for each of its markets. */
export interface VenueEndpoints {
  rest: string;
  wsPublic: string;
  restFutures?: string;
  wsPublicFutures?: string;
}

/** What a front is built from. */
export interface FrontDependencies {
  readonly clock: Clock;
  readonly market: SimulatedMarket;
}

/** A venue's protocol in front of its books. */
export interface Front {
  readonly app: VenueApp;
  /** Tells subscribers what happened to one of the venue's books. */
  onBatch(book: SimulatedBook, batch: BookBatch): void;
  /** Heartbeats, deadlines and everything else that has the pace of a second. */
  everySecond(): void;
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
