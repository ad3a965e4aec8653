import type { Clock } from '../../domain/clock.js';
import { Credentials } from '../../domain/credentials.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import { SeededRandom } from '../../domain/random.js';
import type { Market, VenueId } from '../../domain/venue.js';
import type { VirtualTime } from '../../domain/virtual-time.js';
import type { GatewayNotice } from '../../gateway/events.js';
import { VenueGateway } from '../../gateway/gateway.js';
import type { Nonces } from '../../gateway/nonces.js';
import { RateBudgets } from '../../gateway/rate-budgets.js';
import { gatewayRules } from '../../gateway/requests.js';
import type { GatewaySettings } from '../../gateway/settings.js';
import { Directory } from '../../venues/directory.js';
import type { TradingEndpoints, TradingProtocol } from '../../venues/trading.js';
import type { TradingEntry } from '../../venues/trading-registry.js';
import { withoutRules } from '../../venues/without-rules.js';
import { marketEndpoints } from '../fronts/front.js';
import type { LoopbackHost } from '../hosts/loopback-host.js';
import type { SimulatedBook } from '../market/book.js';
import type { EngineAccount, EngineOrder, MatchingEngine } from '../matching/types.js';
import type { Simulation } from '../server.js';
import { AccountTape } from './account-tape.js';
import { WireTap } from './wire-tap.js';

/** What a seat is built on. */
export interface SeatParts {
  readonly entry: TradingEntry;
  readonly seed: number;
  readonly time: VirtualTime;
  readonly host: LoopbackHost;
  readonly simulation: Simulation;
  /** Shared by the seats of one venue, which share its key. */
  readonly nonces: Nonces;
  readonly stopwatch: Clock | null;
  readonly settings: Partial<GatewaySettings>;
}

const REQUEST_TIMEOUT_MS = 5_000;

/** One market of a simulated venue: our gateway to it on one end, its books, its engine and the account on the other. */
export class Seat {
  readonly gateway: VenueGateway;
  /** The same venue and account without our own order filters: what it sends, only the venue refuses. Orders go over REST. */
  readonly unchecked: VenueGateway;
  readonly tape: AccountTape;
  readonly tap: WireTap;
  readonly notices: GatewayNotice[] = [];
  readonly protocol: TradingProtocol;
  readonly engine: MatchingEngine;
  readonly account: EngineAccount;
  private readonly books: ReadonlyMap<string, SimulatedBook>;
  private readonly directory = new Directory();

  /** @throws InvalidInputError when the simulation has no such venue */
  constructor(private readonly parts: SeatParts) {
    const { entry, time, simulation, stopwatch } = parts;
    const { venue, market } = entry;
    const engine = simulation.engines.get(venue);
    const customer = simulation.access.get(venue)?.customers()[0];
    if (engine === undefined || customer === undefined) throw new InvalidInputError(`${venue} is not simulated`, { venue });
    this.engine = engine;
    this.account = customer.account;
    this.books = new Map(simulation.market.booksOf(venue, market).map((book) => [book.instrument.symbol, book]));
    this.tape = new AccountTape(time, time);
    this.tap = new WireTap(time, stopwatch);
    this.protocol = this.makeProtocol(this.directory);
    const budgetMemory = new SharedArrayBuffer(RateBudgets.bytes(gatewayRules(this.protocol)));
    this.gateway = this.assemble(this.protocol, this.directory, budgetMemory, 'gateway');
    const open = new Directory();
    this.unchecked = this.assemble(withoutRules(this.makeProtocol(open)), open, budgetMemory, 'unchecked');
  }

  get venue(): VenueId {
    return this.parts.entry.venue;
  }

  get market(): Market {
    return this.parts.entry.market;
  }

  /** Such as `binance futures`. */
  get name(): string {
    return `${this.venue} ${this.market}`;
  }

  /** Follows the account; @throws VenueRequestError, VenueProtocolError when the venue cannot be read */
  async start(): Promise<void> {
    await this.gateway.start();
    await this.unchecked.loadInstruments();
  }

  async stop(): Promise<void> {
    await Promise.all([this.gateway.stop(), this.unchecked.stop()]);
  }

  /** Everything that can be traded here. */
  get instruments(): readonly TradableInstrument[] {
    return this.directory.all;
  }

  /** The instrument of a base asset; undefined when it is not listed here. */
  instrumentOf(base: string): TradableInstrument | undefined {
    return this.directory.all.find((instrument) => instrument.base === base);
  }

  /** The venue's own book. @throws InvalidInputError when there is none */
  book(symbol: string): SimulatedBook {
    const book = this.books.get(symbol);
    if (book === undefined) throw new InvalidInputError(`${this.name} has no book of ${symbol}`, { symbol });
    return book;
  }

  /** The engine's orders with a client id: more than one means that an order was doubled. Some venues put a prefix before it. */
  engineOrders(clientOrderId: string): readonly EngineOrder[] {
    return this.account.orders().filter((order) => order.clientOrderId?.endsWith(clientOrderId) === true);
  }

  /** How often the venue itself refused for rate. */
  get rateRefusals(): number {
    return this.notices.filter(({ kind }) => kind === 'rate-limited').length;
  }

  private makeProtocol(directory: Directory): TradingProtocol {
    const { entry, simulation } = this.parts;
    return entry.make({ endpoints: endpointsOf(simulation, entry), directory });
  }

  private assemble(
    protocol: TradingProtocol,
    directory: Directory,
    budgetMemory: SharedArrayBuffer,
    label: string,
  ): VenueGateway {
    const { entry, seed, time, host, simulation, nonces, settings } = this.parts;
    const key = simulation.keys[entry.venue];
    if (key === undefined) throw new InvalidInputError(`${entry.venue} has no test key`, { venue: entry.venue });
    return new VenueGateway({
      protocol,
      directory,
      credentials: new Credentials(key.apiKey, key.secret, key.passphrase),
      http: this.tap.http(host.http({ timeoutMs: REQUEST_TIMEOUT_MS })),
      connect: this.tap.connect(host.connect),
      clock: time,
      timers: time,
      random: new SeededRandom(seed).fork(`${this.name} ${label}`),
      onAccount: label === 'gateway' ? this.tape.listener : () => undefined,
      onNotice: (notice) => this.notices.push(notice),
      symbols: [...this.books.keys()],
      settings,
      budgetMemory,
      nonces,
    });
  }
}

function endpointsOf({ endpoints }: Simulation, { venue, market }: TradingEntry): TradingEndpoints {
  const found = endpoints[venue];
  if (found === undefined) throw new InvalidInputError(`${venue} is not simulated`, { venue });
  return marketEndpoints(found, market);
}
