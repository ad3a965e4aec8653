import { Credentials } from '../domain/credentials.js';
import type { Market, VenueId } from '../domain/venue.js';
import { marketEndpoints } from '../sim/fronts/front.js';
import type { FeedEndpoints } from '../venues/contract.js';
import type { TradingEndpoints } from '../venues/trading.js';
import type { Config } from './config.js';
import type { SimulationEndpoints } from './simulation-process.js';

/** Where one market of a venue is reached; undefined leaves the venue's own URLs. */
export interface ReachedMarket {
  readonly feed: FeedEndpoints | undefined;
  readonly trading: TradingEndpoints | undefined;
}

/** Addresses of a market: the simulation's if there is one, else what the configuration names, else the venue's own. */
export function reachedMarket(
  config: Config,
  simulated: SimulationEndpoints | undefined,
  venue: VenueId,
  market: Market,
): ReachedMarket {
  const found = simulated?.[venue];
  if (found !== undefined) {
    const { rest, wsPublic, wsPrivate, wsTrade } = marketEndpoints(found, market);
    return { feed: { rest, wsPublic }, trading: { rest, wsPrivate, wsTrade } };
  }
  const { endpoints, futuresEndpoints } = config.venues[venue];
  const { rest, wsPublic, wsPrivate = null, wsTrade = null } = (market === 'futures' ? futuresEndpoints : endpoints) ?? {};
  return {
    feed: rest === undefined || wsPublic === undefined ? undefined : { rest, wsPublic },
    trading: rest === undefined ? undefined : { rest, wsPrivate, wsTrade },
  };
}

/** The test key of a simulated venue. */
export function simulatedCredentials(simulated: SimulationEndpoints, venue: VenueId): Credentials | undefined {
  const found = simulated[venue];
  return found === undefined ? undefined : new Credentials(found.apiKey, found.secret, found.passphrase);
}
