import type { Credentials } from '../domain/credentials.js';
import { InvalidInputError } from '../domain/errors.js';
import type { VenueId } from '../domain/venue.js';
import type { Config } from './config.js';
import { loadCredentials } from './credentials.js';
import type { SimulationEndpoints } from './simulation-process.js';
import type { TradingAccess } from './trading-venues.js';
import { reachedMarket, simulatedCredentials } from './venue-access.js';

/** What a person has to say and give before real orders are sent. */
export interface LiveFlags {
  readonly acceptRealOrders: boolean;
  readonly keysFile: string | undefined;
}

/** With fewer there is nothing to hedge on. */
const VENUES_MIN = 2;

/**
 * Access to the accounts at the real venues.
 * @throws InvalidInputError naming what is missing: the consent, limits that were written down, or keys of two venues
 */
export function liveAccess(config: Config, { acceptRealOrders, keysFile }: LiveFlags, environment = process.env): TradingAccess {
  if (!acceptRealOrders)
    throw new InvalidInputError('--live sends real orders with real money; say so with --i-accept-real-orders');
  if (config.risk === undefined)
    throw new InvalidInputError(
      '--live needs limits that somebody chose: write a `risk` section into the configuration; `tiercel doctor` prints the defaults',
    );
  const keys = loadCredentials(environment, keysFile);
  const usable = [...keys.keys()].filter((venue) => config.venues[venue].enabled);
  if (usable.length < VENUES_MIN)
    throw new InvalidInputError(
      `--live needs keys of at least two venues, and there are those of ${usable.length}: --keys FILE or TIERCEL_<VENUE>_API_KEY and _SECRET`,
    );
  return (venue, market) => accessWith(keys.get(venue), reachedMarket(config, undefined, venue, market).trading);
}

/** Access to the accounts that simulated venues made for this run. */
export function simulatedAccess(config: Config, simulated: SimulationEndpoints): TradingAccess {
  return (venue: VenueId, market) =>
    accessWith(simulatedCredentials(simulated, venue), reachedMarket(config, simulated, venue, market).trading);
}

function accessWith(
  credentials: Credentials | undefined,
  endpoints: ReturnType<typeof reachedMarket>['trading'],
): ReturnType<TradingAccess> {
  return credentials === undefined ? null : { credentials, endpoints };
}
