import type { Clock, Timer, Timers } from '../domain/clock.js';
import type { VenueId } from '../domain/venue.js';
import { VENUES } from '../domain/venue.js';
import { BinanceFront } from './fronts/binance.js';
import { CoinbaseFront } from './fronts/coinbase.js';
import type { Front, FrontDependencies, VenueEndpoints } from './fronts/front.js';
import { GateioFront } from './fronts/gateio.js';
import { KrakenFront } from './fronts/kraken.js';
import { MexcFront } from './fronts/mexc.js';
import { SimulatedMarket } from './market/market.js';
import type { Plant } from './market/planter.js';
import type { SimulationOptions } from './options.js';

/** Where each simulated venue is reached; the paths under these bases are the venue's real ones. */
export type SimulatedEndpoints = Partial<Record<VenueId, VenueEndpoints>>;

/** A running simulation. */
export interface Simulation {
  readonly endpoints: SimulatedEndpoints;
  /** The market behind the fronts. */
  readonly market: SimulatedMarket;
  /** Closes every port and connection and clears the timers. May be called twice. */
  stop(): Promise<void>;
  /** The spreads planted so far. */
  plants(): readonly Plant[];
}

const FRONTS: Record<VenueId, new (dependencies: FrontDependencies) => Front> = {
  binance: BinanceFront,
  coinbase: CoinbaseFront,
  kraken: KrakenFront,
  mexc: MexcFront,
  gateio: GateioFront,
};

const STEP_MS = 5;
/** A process that was held up for longer lets the market sleep as long, instead of sending everything at once. */
const CATCH_UP_US_MAX = 500_000;

/**
 * Starts the venues on loopback and lets the market live.
 * @throws InvalidInputError when a port cannot be had; what was started before it is stopped again
 */
export async function startSimulation(
  options: SimulationOptions,
  { clock, timers }: { clock: Clock; timers: Timers },
): Promise<Simulation> {
  const fronts = new Map<VenueId, Front>();
  const market = new SimulatedMarket(options, clock.epochUs(), (book, batch) =>
    fronts.get(book.instrument.venue)?.onBatch(book, batch),
  );
  const running: Timer[] = [];
  const stop = (): Promise<void> => {
    for (const timer of running) timer.cancel();
    for (const front of fronts.values()) front.app.stop();
    fronts.clear();
    return Promise.resolve();
  };
  const endpoints: SimulatedEndpoints = {};
  try {
    for (const venue of VENUES) {
      if (!options.venues.includes(venue)) continue;
      const front = new FRONTS[venue]({ clock, market });
      fronts.set(venue, front);
      const port = await front.app.listen(options.host, options.basePort === 0 ? 0 : options.basePort + VENUES.indexOf(venue));
      endpoints[venue] = front.endpoints(`${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  let originUs = clock.monotonicUs();
  running.push(
    timers.every(STEP_MS, () => {
      const dueUs = clock.monotonicUs() - originUs;
      const lateUs = dueUs - market.elapsedUs() - CATCH_UP_US_MAX;
      if (lateUs > 0) {
        originUs += lateUs;
        market.skip(lateUs);
      }
      market.advance(dueUs - Math.max(0, lateUs));
    }),
    timers.every(1_000, () => {
      for (const front of fronts.values()) front.everySecond();
    }),
  );
  return { endpoints, market, stop, plants: () => market.plants() };
}
