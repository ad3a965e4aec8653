import { SystemClock, systemTimers } from '../../src/domain/system-clock.js';
import type { Market, VenueId } from '../../src/domain/venue.js';
import type { TestKey } from '../../src/sim/access/keys.js';
import type { VenueEndpoints } from '../../src/sim/fronts/front.js';
import type { SimulatedBook } from '../../src/sim/market/book.js';
import type { EngineAccount, MatchingEngine } from '../../src/sim/matching/types.js';
import { parseSimulationOptions, type SimulationOptions } from '../../src/sim/options.js';
import { type Simulation, startSimulation } from '../../src/sim/server.js';

/** One simulated venue on real sockets in this process, with its first customer. */
export interface ConformanceVenue {
  readonly simulation: Simulation;
  readonly endpoints: VenueEndpoints;
  readonly key: TestKey;
  readonly engine: MatchingEngine;
  readonly account: EngineAccount;
  book(market: Market, base: string): SimulatedBook;
  stop(): Promise<void>;
}

/** Starts one venue with a small, lively market. */
export async function startVenue(venue: VenueId, options: Partial<SimulationOptions> = {}): Promise<ConformanceVenue> {
  const simulation = await startSimulation(
    parseSimulationOptions({ venues: [venue], symbols: 12, futuresSymbols: 4, updatesPerSecond: 400, seed: 7, ...options }),
    { clock: new SystemClock(), timers: systemTimers },
  );
  const endpoints = simulation.endpoints[venue];
  const engine = simulation.engines.get(venue);
  const customer = simulation.access.get(venue)?.customers()[0];
  if (endpoints === undefined || engine === undefined || customer === undefined) throw new Error(`${venue} did not start`);
  return {
    simulation,
    endpoints,
    key: customer.key,
    engine,
    account: customer.account,
    book(market, base) {
      const found = simulation.market.booksOf(venue, market).find((book) => book.instrument.base === base);
      if (found === undefined) throw new Error(`no ${market} book of ${base}`);
      return found;
    },
    stop: () => simulation.stop(),
  };
}
