import type { Timer } from '../../domain/clock.js';
import { type Market, VENUES, type VenueId } from '../../domain/venue.js';
import type { VirtualTime } from '../../domain/virtual-time.js';
import type { FeedProtocol } from '../../venues/contract.js';
import { FEEDS } from '../../venues/registry.js';
import { VenueAccess } from '../access/venue-access.js';
import { Faults } from '../faults/faults.js';
import { FaultyVenue } from '../faults/faulty-venue.js';
import { BinanceFront } from '../fronts/binance/front.js';
import { CoinbaseFront } from '../fronts/coinbase/front.js';
import { type Front, type FrontDependencies, marketEndpoints, type VenueEndpoints } from '../fronts/front.js';
import { GateioFront } from '../fronts/gateio/front.js';
import { KrakenFront } from '../fronts/kraken/front.js';
import { MexcFront } from '../fronts/mexc/front.js';
import { LoopbackHost } from '../hosts/loopback-host.js';
import type { SimulatedBook } from '../market/book.js';
import type { GivenInstrument } from '../market/instruments.js';
import { SimulatedMarket } from '../market/market.js';
import { createMatchingEngine } from '../matching/engine.js';
import type { EngineAccount, MatchingEngine } from '../matching/types.js';

const FRONTS: Record<VenueId, new (dependencies: FrontDependencies) => Front> = {
  binance: BinanceFront,
  coinbase: CoinbaseFront,
  kraken: KrakenFront,
  mexc: MexcFront,
  gateio: GateioFront,
};

/** So rare that nothing of it ever happens: all that moves here is scripted. */
const NEVER = 1e-9;
const SECOND_MS = 1_000;

/** One customer's end of a venue: what a judge trades with. */
export interface VenueDesk {
  readonly engine: MatchingEngine;
  readonly account: EngineAccount;
}

/**
 * The five venues with books that do nothing of themselves: real protocols and matching engines around instruments and liquidity that
 * a script decides, in one process and on virtual time.
 */
export class ScriptedVenues {
  readonly host: LoopbackHost;
  readonly faults: Faults;
  readonly market: SimulatedMarket;
  private readonly fronts = new Map<VenueId, Front>();
  private readonly desks = new Map<VenueId, VenueDesk>();
  private readonly endpoints = new Map<VenueId, VenueEndpoints>();
  private readonly guards: FaultyVenue[] = [];
  private readonly everySecond: Timer;

  private constructor(
    readonly time: VirtualTime,
    seed: number,
    given: readonly GivenInstrument[],
    oneWayMs: number,
  ) {
    this.host = new LoopbackHost({ clock: time, timers: time, oneWayMs: () => oneWayMs });
    this.faults = new Faults(seed, time);
    const options = {
      venues: [...VENUES],
      symbols: 0,
      futuresSymbols: 0,
      seed,
      updatesPerSecond: NEVER,
      plantIntervalMs: 1 / NEVER,
    };
    this.market = new SimulatedMarket(
      options,
      time.epochUs(),
      (book, batch) => this.fronts.get(book.instrument.venue)?.onBatch(book, batch),
      given,
    );
    this.everySecond = time.every(SECOND_MS, () => {
      for (const front of this.fronts.values()) front.everySecond();
    });
  }

  /** Puts the venues behind a loopback host. @param oneWayMs what every frame takes */
  static async open(
    time: VirtualTime,
    seed: number,
    given: readonly GivenInstrument[],
    oneWayMs: number,
  ): Promise<ScriptedVenues> {
    const venues = new ScriptedVenues(time, seed, given, oneWayMs);
    for (const venue of VENUES) await venues.listen(venue, seed);
    return venues;
  }

  /** The feeds of everything that is listed here. */
  protocols(): FeedProtocol[] {
    return FEEDS.flatMap(({ venue, market, make }) => {
      const endpoints = this.endpoints.get(venue);
      if (endpoints === undefined || this.market.booksOf(venue, market).length === 0) return [];
      const { rest, wsPublic } = marketEndpoints(endpoints, market);
      return [make({ endpoints: { rest, wsPublic }, trades: true })];
    });
  }

  /** A venue's own book; undefined where the asset is not listed. */
  bookOf(venue: VenueId, market: Market, base: string): SimulatedBook | undefined {
    return this.market.booksOf(venue, market).find(({ instrument }) => instrument.base === base);
  }

  /** The matching engine of a venue, and an account with plenty of everything. */
  desk(venue: VenueId): VenueDesk | undefined {
    return this.desks.get(venue);
  }

  stop(): void {
    this.everySecond.cancel();
    this.faults.clear();
    this.host.stop();
    for (const guard of this.guards) guard.stop();
  }

  private async listen(venue: VenueId, seed: number): Promise<void> {
    const { time, market, faults, host } = this;
    const engine = createMatchingEngine({ market, venue, seed, keepLog: false, now: () => time.epochUs() });
    const access = new VenueAccess(venue, seed, engine, market);
    const front = new FRONTS[venue]({ clock: time, market, engine, access });
    const guard = new FaultyVenue(venue, front.app, faults, front, time, time);
    this.fronts.set(venue, front);
    this.guards.push(guard);
    const [customer] = access.customers();
    if (customer !== undefined) this.desks.set(venue, { engine, account: customer.account });
    this.endpoints.set(venue, front.endpoints(await host.listen(guard, 'loopback', 0)));
  }
}
