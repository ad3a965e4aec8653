import type { Timers } from '../../src/domain/clock.js';
import { Credentials } from '../../src/domain/credentials.js';
import { ceilToGrid, Decimal, floorToGrid } from '../../src/domain/decimal.js';
import type { TradableInstrument } from '../../src/domain/instrument.js';
import type { OrderRequest, Side } from '../../src/domain/order.js';
import { SeededRandom } from '../../src/domain/random.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import type { AccountEvent, GatewayNotice } from '../../src/gateway/events.js';
import { VenueGateway } from '../../src/gateway/gateway.js';
import type { GatewaySettings } from '../../src/gateway/settings.js';
import type { FaultRuleInput } from '../../src/sim/faults/rules.js';
import { marketEndpoints } from '../../src/sim/fronts/front.js';
import { LoopbackHost } from '../../src/sim/hosts/loopback-host.js';
import type { EngineOrder } from '../../src/sim/matching/types.js';
import { parseSimulationOptions } from '../../src/sim/options.js';
import { type Simulation, startSimulation } from '../../src/sim/server.js';
import { Directory } from '../../src/venues/directory.js';
import type { TradingEndpoints } from '../../src/venues/trading.js';
import type { TradingEntry } from '../../src/venues/trading-registry.js';

export interface SimulatedOptions {
  readonly seed: number;
  /** How often the market moves; long runs do with less. */
  readonly stepMs?: number;
  readonly updatesPerSecond?: number;
  readonly settings?: Partial<GatewaySettings>;
  /** Faults from the start on. */
  readonly faults?: readonly FaultRuleInput[];
}

/** A gateway with the real protocol of a venue, and that venue simulated, in one process on one virtual time. */
export class SimulatedVenue {
  readonly events: AccountEvent[] = [];
  readonly notices: GatewayNotice[] = [];
  readonly gateway: VenueGateway;
  readonly random: SeededRandom;
  private constructor(
    readonly entry: TradingEntry,
    readonly time: VirtualTime,
    readonly host: LoopbackHost,
    readonly simulation: Simulation,
    private readonly options: SimulatedOptions,
  ) {
    this.random = new SeededRandom(options.seed).fork('trader');
    this.gateway = this.newGateway();
  }

  /** One that knows nothing of what any other did, as after a restart. */
  newGateway(): VenueGateway {
    const { entry, time, host, simulation, options } = this;
    const { venue, market } = entry;
    const key = simulation.keys[venue];
    if (key === undefined) throw new Error(`${venue} has no customer`);
    const directory = new Directory();
    return new VenueGateway({
      protocol: entry.make({ endpoints: endpointsOf(simulation, entry), directory }),
      directory,
      credentials: new Credentials(key.apiKey, key.secret, key.passphrase),
      http: host.http({ timeoutMs: 5_000 }),
      connect: host.connect,
      clock: time,
      timers: time,
      random: new SeededRandom(options.seed).fork('gateway'),
      onAccount: (event) => this.events.push(event),
      onNotice: (notice) => this.notices.push(notice),
      symbols: this.symbols(market),
      ...(options.settings !== undefined && { settings: options.settings }),
    });
  }

  static async create(entry: TradingEntry, options: SimulatedOptions): Promise<SimulatedVenue> {
    const time = new VirtualTime();
    const latency = new SeededRandom(options.seed).fork('latency');
    const host = new LoopbackHost({ clock: time, timers: time, oneWayMs: () => 1 + latency.next() * 9 });
    const { stepMs = 50, updatesPerSecond = 40 } = options;
    const parsed = parseSimulationOptions({
      venues: [entry.venue],
      symbols: 3,
      futuresSymbols: 3,
      seed: options.seed,
      updatesPerSecond,
      plantIntervalMs: 1e9,
      faults: options.faults ?? [],
    });
    const timers: Timers = {
      after: (delayMs, action) => time.after(delayMs, action),
      every: (intervalMs, action) => time.every(intervalMs < stepMs ? stepMs : intervalMs, action),
    };
    const simulation = await startSimulation(parsed, { clock: time, timers, host });
    return new SimulatedVenue(entry, time, host, simulation, options);
  }

  pass(ms: number): Promise<void> {
    return this.time.run(ms * 1000);
  }

  /** Lets time pass until a promise settles, or until so long is over. @returns whether it settled */
  async settles(promise: Promise<unknown>, withinMs: number, stepMs = 50): Promise<boolean> {
    let done = false;
    const finish = (): void => {
      done = true;
    };
    promise.then(finish, finish);
    for (let ms = 0; !done && ms < withinMs; ms += stepMs) await this.pass(stepMs);
    return done;
  }

  /** Every order that the venue's engine took with that client id. */
  engineOrders(clientOrderId: string): EngineOrder[] {
    return this.allEngineOrders().filter((order) => order.clientOrderId?.endsWith(clientOrderId) === true);
  }

  allEngineOrders(): EngineOrder[] {
    const { venue } = this.entry;
    const customers = this.simulation.access.get(venue)?.customers() ?? [];
    return customers.flatMap(({ account }) => [...account.orders()]);
  }

  /** An order of a random kind near the market that keeps all rules. */
  randomOrder(clientOrderId: string): OrderRequest {
    const { random, entry } = this;
    const symbols = this.symbols(entry.market);
    const symbol = symbols[random.below(symbols.length)] ?? '';
    const instrument = this.gateway.instrument(symbol);
    const side: Side = random.next() < 0.5 ? 'buy' : 'sell';
    const draw = random.next();
    if (draw < 0.15) return this.order(instrument, side, null, 'ioc', clientOrderId);
    const timeInForce = draw < 0.65 ? 'gtc' : draw < 0.8 ? 'post-only' : draw < 0.9 ? 'ioc' : 'fok';
    // From a little behind the best price to well across it.
    const towards = (random.next() - 0.6) * 0.004 * (side === 'buy' ? 1 : -1);
    return this.order(instrument, side, towards, timeInForce, clientOrderId);
  }

  /**
   * @param away of the market's price, as a fraction; null for a market order
   */
  order(
    instrument: TradableInstrument,
    side: Side,
    away: number | null,
    timeInForce: OrderRequest['timeInForce'],
    clientOrderId: string,
  ): OrderRequest {
    const { rules, contractSize } = instrument;
    const market = this.price(instrument.symbol);
    const price = away === null ? null : floorToGrid(new Decimal(market).mul(1 + away), rules.tickSize);
    const worth = new Decimal(rules.minQuoteAmount).mul(2).div(new Decimal(market).mul(contractSize));
    const quantity = ceilToGrid(Decimal.max(worth, rules.minQty), rules.lotSize);
    const base = { symbol: instrument.symbol, side, clientOrderId, reduceOnly: false, quoteAmount: null, quantity, price };
    return { ...base, type: price === null ? 'market' : 'limit', timeInForce };
  }

  /** Stops everything. @returns what was left behind */
  async stop(): Promise<{
    readonly stopped: boolean;
    readonly timers: number;
    readonly sockets: number;
    readonly requests: number;
  }> {
    const stopped = await this.settles(this.gateway.stop(), 120_000);
    await this.pass(30_000);
    await this.simulation.stop();
    await this.pass(30_000);
    return { stopped, timers: this.time.pending(), sockets: this.host.openSockets, requests: this.host.pendingRequests };
  }

  private price(symbol: string): string {
    const book = this.simulation.market
      .booksOf(this.entry.venue, this.entry.market)
      .find(({ instrument }) => instrument.symbol === symbol);
    if (book === undefined) throw new Error(`no ${symbol}`);
    const units = book.bids.best()?.priceUnits ?? book.asks.best()?.priceUnits;
    if (units === undefined) throw new Error(`the book of ${symbol} is empty`);
    return new Decimal(units).div(new Decimal(10).pow(book.instrument.priceDecimals)).toFixed();
  }

  symbols(market: TradingEntry['market']): string[] {
    return this.simulation.market.booksOf(this.entry.venue, market).map(({ instrument }) => instrument.symbol);
  }
}

export const NOTHING_LEFT = { stopped: true, timers: 0, sockets: 0, requests: 0 };

function endpointsOf(simulation: Simulation, { venue, market }: TradingEntry): TradingEndpoints {
  const found = simulation.endpoints[venue];
  if (found === undefined) throw new Error(`${venue} is not simulated`);
  return marketEndpoints(found, market);
}
