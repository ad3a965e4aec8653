import type { Clock, Timer, Timers } from '../domain/clock.js';
import type { VenueId } from '../domain/venue.js';
import { VENUES } from '../domain/venue.js';
import type { TestKey } from './access/keys.js';
import { VenueAccess } from './access/venue-access.js';
import { controlApp } from './faults/control.js';
import { concerns, Faults } from './faults/faults.js';
import { FaultyVenue } from './faults/faulty-venue.js';
import { BinanceFront } from './fronts/binance/front.js';
import { CoinbaseFront } from './fronts/coinbase/front.js';
import type { Front, FrontDependencies, VenueEndpoints } from './fronts/front.js';
import { GateioFront } from './fronts/gateio/front.js';
import { KrakenFront } from './fronts/kraken/front.js';
import { MexcFront } from './fronts/mexc/front.js';
import type { Host } from './fronts/port.js';
import { UwsHost } from './hosts/uws-host.js';
import type { BookBatch, SimulatedBook } from './market/book.js';
import { SimulatedMarket } from './market/market.js';
import type { Plant } from './market/planter.js';
import { createMatchingEngine } from './matching/engine.js';
import type { MatchingEngine } from './matching/types.js';
import type { SimulationOptions } from './options.js';
import { playRecordings } from './recorded/playback.js';
import { readTape } from './recorded/tape.js';
import { AccountFile } from './state/account-file.js';

/** Where each simulated venue is reached; the paths under these bases are the venue's real ones. */
export type SimulatedEndpoints = Partial<Record<VenueId, VenueEndpoints>>;

/** A running simulation. */
export interface Simulation {
  readonly endpoints: SimulatedEndpoints;
  /** The first test key pair of each venue. */
  readonly keys: Partial<Record<VenueId, TestKey>>;
  /** Base URL of the control endpoint, or null. */
  readonly control: string | null;
  /** The market behind the fronts. */
  readonly market: SimulatedMarket;
  /** What accounts trade on, and what happened to them. */
  readonly engines: ReadonlyMap<VenueId, MatchingEngine>;
  /** The customers of each venue. */
  readonly access: ReadonlyMap<VenueId, VenueAccess>;
  readonly faults: Faults;
  /** Closes every port and connection and clears the timers. May be called twice. */
  stop(): Promise<void>;
  /** The spreads planted so far. */
  plants(): readonly Plant[];
}

/** What a simulation runs on; real ports unless a host is given. */
export interface SimulationDependencies {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly host?: Host;
  /** Called when accounts cannot be kept any more: what the venues then said would be lost. Throws the error unless given. */
  readonly stateLost?: (error: unknown) => never;
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
 * @throws InvalidInputError when a port or a capture cannot be had; what was started before it is stopped again
 */
export async function startSimulation(
  options: SimulationOptions,
  { clock, timers, host = new UwsHost(timers), stateLost = rethrow }: SimulationDependencies,
): Promise<Simulation> {
  const fronts = new Map<VenueId, Front>();
  const faulty: FaultyVenue[] = [];
  const engines = new Map<VenueId, MatchingEngine>();
  const access = new Map<VenueId, VenueAccess>();
  const files: AccountFile[] = [];
  const faults = new Faults(options.seed, timers);
  const recordings = (await Promise.all(options.captures.map(readTape)))
    .flat()
    .filter(({ venue }) => options.venues.includes(venue));
  const tell = (book: SimulatedBook, batch: BookBatch): void => fronts.get(book.instrument.venue)?.onBatch(book, batch);
  const market = new SimulatedMarket(options, clock.epochUs(), tell, recordings);
  const running: Timer[] = [];
  const stop = (): Promise<void> => {
    for (const timer of running) timer.cancel();
    faults.clear();
    host.stop();
    for (const venue of faulty) venue.stop();
    fronts.clear();
    for (const file of files) file.close();
    return Promise.resolve();
  };
  const endpoints: SimulatedEndpoints = {};
  const keys: Partial<Record<VenueId, TestKey>> = {};
  let control: string | null = null;
  faults.onChange(({ venues, fault }) => {
    if (fault.kind !== 'maintenance') return;
    for (const [venue, engine] of engines) if (concerns(venues, venue)) engine.setClosed(faults.closed(venue));
  });
  try {
    for (const venue of VENUES) {
      if (!options.venues.includes(venue)) continue;
      const { seed, keepLog, ordersKept, tapeKept } = options;
      const keeper = openFile(options, venue, clock.epochUs(), stateLost);
      if (keeper !== undefined) files.push(keeper);
      const now = (): number => clock.epochUs();
      const kept = { keepLog, ordersKept, tapeKept, ...(keeper !== undefined && { keeper }) };
      const engine = createMatchingEngine({ market, venue, seed, now, ...kept });
      const customers = new VenueAccess(venue, seed, engine, market, options.keys);
      const front = new FRONTS[venue]({ clock: faults.clockOf(venue, clock), market, engine, access: customers });
      fronts.set(venue, front);
      engines.set(venue, engine);
      access.set(venue, customers);
      engine.onEvent((event) => front.onEvent?.(event));
      const guarded = new FaultyVenue(venue, front.app, faults, front, clock, timers);
      faulty.push(guarded);
      const port = options.basePort === 0 ? 0 : options.basePort + VENUES.indexOf(venue);
      endpoints[venue] = front.endpoints(await host.listen(guarded, options.host, port));
      const [customer] = customers.customers();
      if (customer !== undefined) keys[venue] = customer.key;
    }
    if (options.control) control = `http://${await host.listen(controlApp(faults, clock), '127.0.0.1', 0)}`;
    for (const rule of options.faults) faults.add(rule);
  } catch (error) {
    await stop();
    throw error;
  }
  playRecordings(market, recordings);
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
  return { endpoints, keys, control, market, engines, access, faults, stop, plants: () => market.plants() };
}

function openFile(
  options: SimulationOptions,
  venue: VenueId,
  nowUs: number,
  lost: (error: unknown) => never,
): AccountFile | undefined {
  const { stateFolder, venues, symbols, futuresSymbols, seed, captures } = options;
  if (stateFolder === undefined) return undefined;
  const market = `seed ${seed}, ${symbols} symbols, ${futuresSymbols} futures at ${[...venues, ...captures].join(', ')}`;
  return new AccountFile({ folder: stateFolder, venue, market, nowUs, lost });
}

function rethrow(error: unknown): never {
  throw error;
}
