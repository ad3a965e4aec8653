import { Credentials } from '../../src/domain/credentials.js';
import { VenueConnectionError } from '../../src/domain/errors.js';
import { SeededRandom } from '../../src/domain/random.js';
import type { Market, VenueId } from '../../src/domain/venue.js';
import type { VirtualTime } from '../../src/domain/virtual-time.js';
import type { AccountListener, NoticeListener } from '../../src/gateway/events.js';
import { VenueGateway } from '../../src/gateway/gateway.js';
import { Nonces } from '../../src/gateway/nonces.js';
import type { GatewaySettings } from '../../src/gateway/settings.js';
import { marketEndpoints } from '../../src/sim/fronts/front.js';
import { LoopbackHost } from '../../src/sim/hosts/loopback-host.js';
import { parseSimulationOptions } from '../../src/sim/options.js';
import { type Simulation, startSimulation } from '../../src/sim/server.js';
import type { FeedProtocol } from '../../src/venues/contract.js';
import { Directory } from '../../src/venues/directory.js';
import { FEEDS } from '../../src/venues/registry.js';
import { TRADING, type TradingEntry } from '../../src/venues/trading-registry.js';

/** The simulated exchanges of a day. */
export interface ExchangeOptions {
  readonly seed: number;
  readonly venues: readonly VenueId[];
  readonly symbols: number;
  readonly futuresSymbols: number;
  readonly updatesPerSecond: number;
  readonly plantIntervalMs: number;
}

/** A market of an exchange, and our gateway to it. */
export interface TradedMarket {
  readonly venue: VenueId;
  readonly market: Market;
  readonly gateway: VenueGateway;
}

/** Milliseconds that everything takes one way. */
const ONE_WAY_MS = 5;
const REQUEST_TIMEOUT_MS = 5_000;
/** Small, so that what is remembered is full long before the day is over. */
const KEPT = { keepLog: false, ordersKept: 100, tapeKept: { trades: 8, minutes: 8 } };
const GATEWAY: Partial<GatewaySettings> = { fillsRemembered: 100, ordersRemembered: 100, deadMansSwitchSeconds: 60 };

/** All simulated exchanges with their real protocols, in this process and on virtual time, and how to reach them. */
export class Exchanges {
  private readonly nonces = new Map<VenueId, Nonces>();

  private constructor(
    private readonly seed: number,
    readonly time: VirtualTime,
    readonly host: LoopbackHost,
    readonly simulation: Simulation,
  ) {}

  static async open(time: VirtualTime, options: ExchangeOptions): Promise<Exchanges> {
    const host = new LoopbackHost({ clock: time, timers: time, oneWayMs: () => ONE_WAY_MS });
    const parsed = parseSimulationOptions({ ...options, venues: [...options.venues], ...KEPT });
    const simulation = await startSimulation(parsed, { clock: time, timers: time, host });
    return new Exchanges(options.seed, time, host, simulation);
  }

  /** The feeds of everything that is listed. */
  protocols(): FeedProtocol[] {
    const { market, endpoints } = this.simulation;
    return FEEDS.flatMap(({ venue, market: kind, make }) => {
      const found = endpoints[venue];
      if (found === undefined || market.booksOf(venue, kind).length === 0) return [];
      const { rest, wsPublic } = marketEndpoints(found, kind);
      return [make({ endpoints: { rest, wsPublic }, trades: true })];
    });
  }

  /** A gateway to each market, not yet started. */
  gateways(onAccount: (entry: TradingEntry) => AccountListener, onNotice: NoticeListener): TradedMarket[] {
    const isListed = ({ venue, market }: TradingEntry): boolean => this.simulation.market.booksOf(venue, market).length > 0;
    return TRADING.filter(isListed).map((entry) => {
      const { venue, market } = entry;
      return { venue, market, gateway: this.gateway(entry, onAccount(entry), onNotice) };
    });
  }

  private gateway(entry: TradingEntry, onAccount: AccountListener, onNotice: NoticeListener): VenueGateway {
    const { venue, market, make } = entry;
    const { time, host, simulation, seed, nonces } = this;
    const key = simulation.keys[venue];
    const endpoints = simulation.endpoints[venue];
    if (key === undefined || endpoints === undefined) throw new VenueConnectionError(`${venue} is not simulated`, { venue });
    const ofKey = nonces.get(venue) ?? new Nonces(time);
    nonces.set(venue, ofKey);
    const directory = new Directory();
    return new VenueGateway({
      ...{ directory, onAccount, onNotice, clock: time, timers: time, connect: host.connect, nonces: ofKey, settings: GATEWAY },
      protocol: make({ endpoints: marketEndpoints(endpoints, market), directory }),
      credentials: new Credentials(key.apiKey, key.secret, key.passphrase),
      http: host.http({ timeoutMs: REQUEST_TIMEOUT_MS }),
      random: new SeededRandom(seed).fork(`${venue} ${market}`),
      symbols: simulation.market.booksOf(venue, market).map(({ instrument }) => instrument.symbol),
    });
  }
}
