import { Credentials } from '../../src/domain/credentials.js';
import type { OrderRequest } from '../../src/domain/order.js';
import { SeededRandom } from '../../src/domain/random.js';
import type { Market, VenueId } from '../../src/domain/venue.js';
import { OpenOrderSweep, type OrderBook, type SweepEvent } from '../../src/execution/open-order-sweep.js';
import { type KnownFill, PositionReconciler } from '../../src/execution/reconciler.js';
import type { AccountName } from '../../src/execution/reconciliation-types.js';
import { type ReconciliationEvent, ReconciliationWatch } from '../../src/execution/reconciliation-watch.js';
import {
  type StartEvent,
  type StartOrder,
  type StartSnapshot,
  StartUp,
  type StartUpParts,
} from '../../src/execution/start-up.js';
import type { AccountListener } from '../../src/gateway/events.js';
import { VenueGateway } from '../../src/gateway/gateway.js';
import { type OpportunityLeg, opportunityBetween, touchOf } from '../../src/sim/framework/opportunity.js';
import type { Seat } from '../../src/sim/framework/seat.js';
import { TradingFloor } from '../../src/sim/framework/trading-floor.js';
import { marketEndpoints } from '../../src/sim/fronts/front.js';
import { Directory } from '../../src/venues/directory.js';
import { TRADING } from '../../src/venues/trading-registry.js';

export const HERE: AccountName = { venue: 'binance', market: 'spot' };
export const THERE: AccountName = { venue: 'gateio', market: 'futures' };
const BASE = 'ETH';

/** What outlives a process. */
export type Kept = ReadonlyMap<string, StartSnapshot>;

/** Two markets of simulated venues on virtual time. The seats' own gateways stand for somebody else who uses the same accounts. */
export async function openFloor(seed = 1, accounts: readonly AccountName[] = [HERE, THERE]): Promise<TradingFloor> {
  const entries = TRADING.filter((entry) =>
    accounts.some(({ venue, market }) => entry.venue === venue && entry.market === market),
  );
  return TradingFloor.open({ seed, entries, symbols: 3, futuresSymbols: 3, updatesPerSecond: 20 });
}

export const seatOf = (floor: TradingFloor, { venue, market }: AccountName): Seat => floor.seat(venue, market);

/**
 * A limit order for the least amount both markets take, buying on spot and selling contracts: a little through the touch, or far from
 * it so that it rests.
 */
export function orderOf(floor: TradingFloor, { market }: AccountName, clientOrderId: string, rests = false): OrderRequest {
  const [spot, futures] = (['spot', 'futures'] as const).map((kind) => {
    const seat = floor.seats.find((one) => one.market === kind);
    if (seat === undefined) throw new Error(`no ${kind} on the floor`);
    return seat;
  }) as [Seat, Seat];
  const touch = opportunityBetween(BASE, spot, futures);
  const priceOf = ({ price, instrument, side }: OpportunityLeg): string =>
    scaled(price, (side === 'buy') === rests ? 0.98 : 1.02, instrument.rules.tickSize);
  // The least value counts at the price of the order.
  const { buy, sell } = opportunityBetween(BASE, spot, futures, { buy: priceOf(touch.buy), sell: priceOf(touch.sell) });
  const leg = market === 'spot' ? buy : sell;
  return {
    symbol: leg.instrument.symbol,
    side: leg.side,
    type: 'limit',
    timeInForce: rests ? 'gtc' : 'ioc',
    quantity: leg.quantity,
    quoteAmount: null,
    price: leg.price,
    clientOrderId,
    reduceOnly: false,
  };
}

function scaled(price: string, factor: number, tick: string): string {
  const steps = Math.round((Number(price) * factor) / Number(tick));
  return (steps * Number(tick)).toFixed(tick.includes('.') ? tick.length - tick.indexOf('.') - 1 : 0);
}

/** A gateway of our own to an account of the floor; what it draws from chance depends on the name. */
export function gatewayOn(floor: TradingFloor, account: AccountName, name: string, onAccount: AccountListener): VenueGateway {
  const { simulation, host, time, options } = floor;
  const { venue, market } = account;
  const entry = TRADING.find((one) => one.venue === venue && one.market === market);
  const [key, endpoints] = [simulation.keys[venue], simulation.endpoints[venue]];
  if (entry === undefined || key === undefined || endpoints === undefined) throw new Error(`${venue} is not simulated`);
  const directory = new Directory();
  return new VenueGateway({
    protocol: entry.make({ endpoints: marketEndpoints(endpoints, market), directory }),
    directory,
    credentials: new Credentials(key.apiKey, key.secret, key.passphrase),
    http: host.http({ timeoutMs: 5_000 }),
    connect: host.connect,
    clock: time,
    timers: time,
    random: new SeededRandom(options.seed).fork(name),
    onNotice: () => undefined,
    onAccount,
    symbols: seatOf(floor, account).instruments.map(({ symbol }) => symbol),
  });
}

/** One life of our process: gateways, reconciler, watch and sweep over the floor's accounts. */
export class Life {
  readonly events: (ReconciliationEvent | SweepEvent | StartEvent)[] = [];
  readonly gateways = new Map<string, VenueGateway>();
  readonly reconciler: PositionReconciler;
  readonly watch: ReconciliationWatch;
  readonly sweep: OpenOrderSweep;
  readonly startUp: StartUp;
  readonly fills: KnownFill[] = [];
  /** Our orders that have not ended. */
  readonly orders = new Map<string, StartOrder & AccountName & { wordUs: number }>();
  private sent = 0;

  constructor(
    readonly floor: TradingFloor,
    private readonly name: string,
    kept: Kept = new Map(),
    more: Pick<StartUpParts, 'movements' | 'settings'> = {},
  ) {
    const { time } = floor;
    const accounts = floor.seats.map(({ venue, market }) => ({ venue, market }));
    const onEvent = (event: ReconciliationEvent | SweepEvent | StartEvent): void => {
      this.events.push(event);
      if (event.kind === 'missed-fill') this.fills.push(event.fill);
      if (event.kind === 'settled' || event.kind === 'order-ended') this.orders.delete(event.reference.clientOrderId ?? '');
    };
    for (const { venue, market } of accounts) this.gateways.set(`${venue} ${market}`, this.gatewayOf(venue, market));
    const port = ({ venue, market }: AccountName): VenueGateway => this.gateways.get(`${venue} ${market}`) as VenueGateway;
    const watched = accounts.map((account) => ({ ...account, port: port(account) }));
    this.reconciler = new PositionReconciler({
      clock: time,
      accounts,
      instruments: accounts.flatMap((account) => seatOf(floor, account).instruments),
      prices: (account, symbol) => {
        const price = touchOf(seatOf(floor, account).book(symbol), 'asks');
        return { bid: price, ask: price };
      },
    });
    const { reconciler } = this;
    this.watch = new ReconciliationWatch({ reconciler, accounts: watched, clock: time, timers: time, onEvent });
    const expected: OrderBook = {
      expected: ({ venue, market }) => [...this.orders.values()].filter((one) => one.venue === venue && one.market === market),
    };
    this.sweep = new OpenOrderSweep({
      accounts: watched,
      orders: expected,
      clock: time,
      timers: time,
      intervalMs: 10_000,
      graceMs: 3_000,
      onEvent,
    });
    this.startUp = new StartUp({
      reconciler,
      accounts: watched.map((account) => ({ ...account, snapshot: kept.get(`${account.venue} ${account.market}`) ?? null })),
      timers: time,
      onEvent,
      ...more,
    });
  }

  /** Starts, and watches and sweeps once the start is over. */
  async start(): Promise<void> {
    await this.floor.drive(Promise.all([...this.gateways.values()].map((gateway) => gateway.start())));
    await this.floor.drive(this.startUp.run());
    if (this.startUp.state.kind !== 'ready') return;
    this.watch.start();
    this.sweep.start();
  }

  /** Places an order and waits for the answer. */
  async place(account: AccountName, rests = false): Promise<string> {
    const gateway = this.gateways.get(`${account.venue} ${account.market}`) as VenueGateway;
    const clientOrderId = gateway.clientOrderId(`${this.name} ${++this.sent}`);
    const order = orderOf(this.floor, account, clientOrderId, rests);
    const { symbol, side } = order;
    const wordUs = this.floor.time.monotonicUs();
    const known = { ...account, symbol, clientOrderId, venueOrderId: null, side, filledQty: '0', filledQuote: '0', wordUs };
    this.orders.set(clientOrderId, known);
    await this.floor.drive(gateway.place(order));
    return clientOrderId;
  }

  async pass(ms: number): Promise<void> {
    await this.floor.drive(this.floor.pause(ms));
  }

  of<K extends (ReconciliationEvent | SweepEvent | StartEvent)['kind']>(kind: K) {
    return this.events.filter(
      (event): event is Extract<ReconciliationEvent | SweepEvent | StartEvent, { kind: K }> => event.kind === kind,
    );
  }

  /** What a process that dies now leaves behind. */
  kept(): Kept {
    return new Map(
      this.reconciler.snapshot().map((account) => {
        const name = `${account.venue} ${account.market}`;
        const openOrders = [...this.orders.values()].filter((one) => `${one.venue} ${one.market}` === name);
        const sinceMs = this.gateways.get(name)?.venueMs() ?? 0;
        return [name, { account, sinceMs, fills: [...this.fills], openOrders }];
      }),
    );
  }

  async stop(): Promise<void> {
    this.watch.stop();
    this.sweep.stop();
    await this.floor.drive(Promise.all([...this.gateways.values()].map((gateway) => gateway.stop())));
  }

  private gatewayOf(venue: VenueId, market: Market): VenueGateway {
    return gatewayOn(this.floor, { venue, market }, this.name, (event) => {
      if (event.kind === 'fill') this.takeFill(event.fill);
      if (event.kind === 'order' && ['filled', 'canceled', 'expired', 'rejected'].includes(event.order.state))
        this.orders.delete(event.order.clientOrderId ?? '');
      this.watch.onAccount(venue, market, event);
    });
  }

  private takeFill(fill: KnownFill): void {
    this.fills.push(fill);
  }
}
