import { Credentials } from '../domain/credentials.js';
import type { Market, VenueId } from '../domain/venue.js';
import type { FeedEndpoints } from '../venues/contract.js';
import type { TradingEndpoints } from '../venues/trading.js';
import type { Config } from './config.js';
import type { SimulationEndpoints } from './simulation-process.js';

/** Where one market of a venue is reached; undefined leaves the venue's own URLs. */
export interface MarketEndpoints {
  readonly feed: FeedEndpoints | undefined;
  readonly trading: TradingEndpoints | undefined;
}

/** Addresses of a market: the simulation's if there is one, else what the configuration names, else the venue's own. */
export function marketEndpoints(
  config: Config,
  simulated: SimulationEndpoints | undefined,
  venue: VenueId,
  market: Market,
): MarketEndpoints {
  const futures = market === 'futures';
  const found = simulated?.[venue];
  if (found !== undefined) {
    const rest = (futures ? found.restFutures : found.rest) ?? found.rest;
    const wsPublic = (futures ? found.wsPublicFutures : found.wsPublic) ?? found.wsPublic;
    const wsPrivate = (futures ? found.wsPrivateFutures : found.wsPrivate) ?? null;
    const wsTrade = (futures ? found.wsTradeFutures : found.wsTrade) ?? null;
    return { feed: { rest, wsPublic }, trading: { rest, wsPrivate, wsTrade } };
  }
  const { endpoints, futuresEndpoints } = config.venues[venue];
  const { rest, wsPublic, wsPrivate = null, wsTrade = null } = (futures ? futuresEndpoints : endpoints) ?? {};
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
