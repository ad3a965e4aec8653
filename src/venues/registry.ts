import { InvalidInputError } from '../domain/errors.js';
import type { Market, VenueId } from '../domain/venue.js';
import { binanceFutures, binanceSpot } from './binance/feed.js';
import { coinbaseSpot } from './coinbase/feed.js';
import type { FeedOptions, FeedProtocol } from './contract.js';
import { gateioFutures, gateioSpot } from './gateio/feed.js';
import { krakenSpot } from './kraken/feed.js';
import { mexcFutures } from './mexc/futures-feed.js';
import { mexcSpot } from './mexc/spot-feed.js';

/** Makes the protocol of one venue and market. */
export type FeedFactory = (options?: FeedOptions) => FeedProtocol;

/** A feed that Tiercel can follow. */
export interface FeedEntry {
  readonly venue: VenueId;
  readonly market: Market;
  readonly make: FeedFactory;
}

/** All feeds, in the order of tables and reports. A new venue is one line here. */
export const FEEDS: readonly FeedEntry[] = [
  { venue: 'binance', market: 'spot', make: binanceSpot },
  { venue: 'binance', market: 'futures', make: binanceFutures },
  { venue: 'coinbase', market: 'spot', make: coinbaseSpot },
  { venue: 'kraken', market: 'spot', make: krakenSpot },
  { venue: 'mexc', market: 'spot', make: mexcSpot },
  { venue: 'mexc', market: 'futures', make: mexcFutures },
  { venue: 'gateio', market: 'spot', make: gateioSpot },
  { venue: 'gateio', market: 'futures', make: gateioFutures },
];

/** Whether there is a feed of this market at this venue. */
export function hasFeed(venue: VenueId, market: Market): boolean {
  return FEEDS.some((feed) => feed.venue === venue && feed.market === market);
}

/**
 * The protocol of one venue and market.
 * @throws InvalidInputError when Tiercel has no such feed
 */
export function feedProtocol(venue: VenueId, market: Market, options: FeedOptions = {}): FeedProtocol {
  const entry = FEEDS.find((feed) => feed.venue === venue && feed.market === market);
  if (entry === undefined) throw new InvalidInputError(`there is no ${market} feed of ${venue}`, { venue, market });
  return entry.make(options);
}
