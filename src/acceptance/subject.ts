import type { Clock, Timers } from '../domain/clock.js';
import { Credentials } from '../domain/credentials.js';
import { ceilToGrid, Decimal, floorToGrid } from '../domain/decimal.js';
import { InvalidInputError, VenueRequestError } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import type { OrderBookSnapshot } from '../domain/market-data.js';
import type { OrderReference, OrderRequest, Side } from '../domain/order.js';
import type { Random } from '../domain/random.js';
import { VenueGateway } from '../gateway/gateway.js';
import type { Nonces } from '../gateway/nonces.js';
import type { PlaceOutcome } from '../gateway/order-desk.js';
import { RateBudgets } from '../gateway/rate-budgets.js';
import { gatewayRules } from '../gateway/requests.js';
import type { HttpTransport } from '../transport/http-transport.js';
import type { ConnectWebSocket, WebSocketConnection } from '../transport/web-socket.js';
import type { FeedProtocol } from '../venues/contract.js';
import { Directory } from '../venues/directory.js';
import type { TradingOptions, TradingProtocol } from '../venues/trading.js';
import { AccountWatch } from './account-watch.js';
import { present } from './demand.js';

/** What a run of the cases is made of. */
export interface SubjectParts {
  makeTrading(options: TradingOptions): TradingProtocol;
  readonly endpoints: TradingOptions['endpoints'];
  readonly feed: FeedProtocol;
  readonly credentials: Credentials;
  readonly nonces: Nonces;
  /** The instrument that is traded; the most liquid one of a major asset when left out. */
  readonly symbol?: string;
  /** Makes client ids of this run differ from those of any other. */
  readonly run: string;
  readonly http: HttpTransport;
  readonly connect: ConnectWebSocket;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  randomBytes(size: number): Uint8Array;
}

/** Bases and quotes to try first, in this order: liquid everywhere, also on testnets. */
const BASES = ['BTC', 'ETH', 'SOL', 'XRP'];
const QUOTES = ['USDT', 'USD', 'USDC'];
const RESTING_AWAY = '0.1';
const VALUE_MARGIN = '1.2';
const RATE_TRIES_MAX = 20;
const RATE_PAUSE_MS = 500;

/** One market of a venue with an account on it, as the cases see it. */
export class Subject {
  readonly watch: AccountWatch;
  readonly protocol: TradingProtocol;
  readonly gateway: VenueGateway;
  private readonly directory = new Directory();
  private readonly connections = new Set<WebSocketConnection>();
  /** All gateways here ask from one address with one key. */
  private budgetMemory: SharedArrayBuffer | undefined;
  private traded: TradableInstrument | undefined;
  private orders = 0;

  constructor(readonly parts: SubjectParts) {
    this.watch = new AccountWatch(parts.timers);
    this.protocol = this.makeProtocol(this.directory);
    this.gateway = this.assemble(this.protocol, this.directory, parts.credentials, this.watch.listener, parts.clock);
  }

  /** @throws InvalidInputError when there is no instrument to trade */
  async start(): Promise<void> {
    await this.gateway.start();
    this.traded = this.pick();
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
  }

  get instrument(): TradableInstrument {
    return present(this.traded, 'the venue was not started');
  }

  /** A further gateway of the same venue, which differs in what is given. */
  makeGateway(
    credentials: Credentials | null,
    {
      listener = () => undefined,
      change = (protocol) => protocol,
      clock = this.parts.clock,
    }: {
      listener?: AccountWatch['listener'];
      change?: (protocol: TradingProtocol) => TradingProtocol;
      clock?: Clock;
    } = {},
  ): VenueGateway {
    const directory = new Directory();
    return this.assemble(change(this.makeProtocol(directory)), directory, credentials, listener, clock);
  }

  /** Ends every connection of the account at once, as a broken network does. */
  cutConnections(): void {
    for (const connection of [...this.connections]) connection.terminate();
  }

  /**
   * Places an order, and waits where the gateway says that there is no room for it now: the cases come faster than trading would, and
   * some venues allow few orders a second. Nothing was sent then.
   */
  async place(order: OrderRequest, gateway: VenueGateway = this.gateway): Promise<PlaceOutcome> {
    for (let tries = 0; ; tries++) {
      const outcome = await gateway.place(order);
      const { error } = outcome.kind === 'refused' ? outcome : { error: undefined };
      if (!(error instanceof VenueRequestError && error.kind === 'rate-limited') || tries === RATE_TRIES_MAX) return outcome;
      await this.pause(error.retryAfterMs ?? RATE_PAUSE_MS);
    }
  }

  /** Lets time pass where nothing tells that the venue is done. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.parts.timers.after(ms, resolve));
  }

  /** The book as REST has it now; both sides are there. */
  async book(levels = 20): Promise<OrderBookSnapshot> {
    return this.gateway.getOrderbookSnapshot(this.instrument.symbol, levels);
  }

  /** A client id that no other order has. */
  newClientOrderId(): string {
    return this.gateway.clientOrderId(`${this.parts.run}:${++this.orders}`);
  }

  /** The least that may be ordered at a price, with some room above the minimum value. */
  smallestQuantity(price: string): string {
    const { rules, contractSize } = this.instrument;
    const byValue = new Decimal(rules.minQuoteAmount).mul(VALUE_MARGIN).div(price).div(contractSize);
    return ceilToGrid(Decimal.max(byValue, rules.minQty, rules.lotSize), rules.lotSize);
  }

  /** A limit order a tenth away from the touch, which will rest. */
  async restingOrder(side: Side = 'buy', changes: Partial<OrderRequest> = {}): Promise<OrderRequest> {
    const { bids, asks } = await this.book(5);
    const { tickSize } = this.instrument.rules;
    const bid = new Decimal(present(bids[0], 'the book has no bids')[0]);
    const ask = new Decimal(present(asks[0], 'the book has no asks')[0]);
    const price =
      side === 'buy'
        ? floorToGrid(bid.mul(new Decimal(1).minus(RESTING_AWAY)), tickSize)
        : ceilToGrid(ask.mul(new Decimal(1).plus(RESTING_AWAY)), tickSize);
    return this.limitOrder(side, price, this.smallestQuantity(price), changes);
  }

  /** A limit order a little through the touch, which will be filled at once. */
  async takingOrder(side: Side, changes: Partial<OrderRequest> = {}): Promise<OrderRequest> {
    const { bids, asks } = await this.book(5);
    const { tickSize } = this.instrument.rules;
    const touch = new Decimal(present((side === 'buy' ? asks : bids)[0], 'the book has an empty side')[0]);
    const price = side === 'buy' ? ceilToGrid(touch.mul('1.01'), tickSize) : floorToGrid(touch.mul('0.99'), tickSize);
    return this.limitOrder(side, price, this.smallestQuantity(price), { timeInForce: 'ioc', ...changes });
  }

  limitOrder(side: Side, price: string, quantity: string, changes: Partial<OrderRequest> = {}): OrderRequest {
    return {
      symbol: this.instrument.symbol,
      side,
      type: 'limit',
      timeInForce: 'gtc',
      quantity,
      quoteAmount: null,
      price,
      clientOrderId: this.newClientOrderId(),
      reduceOnly: false,
      ...changes,
    };
  }

  marketOrder(side: Side, amount: Pick<OrderRequest, 'quantity' | 'quoteAmount'>): OrderRequest {
    return { ...this.limitOrder(side, '1', '1'), type: 'market', timeInForce: 'ioc', price: null, ...amount };
  }

  referenceTo({ symbol, clientOrderId }: OrderRequest, venueOrderId: string | null = null): OrderReference {
    return { symbol, clientOrderId, venueOrderId };
  }

  private readonly tracked: ConnectWebSocket = (options, events) => {
    const connection = this.parts.connect(options, {
      ...events,
      onClose: (reason) => {
        this.connections.delete(connection);
        events.onClose(reason);
      },
    });
    this.connections.add(connection);
    return connection;
  };

  private makeProtocol(directory: Directory): TradingProtocol {
    const { makeTrading, endpoints } = this.parts;
    return makeTrading({ directory, ...(endpoints !== undefined && { endpoints }) });
  }

  private assemble(
    protocol: TradingProtocol,
    directory: Directory,
    credentials: Credentials | null,
    onAccount: AccountWatch['listener'],
    clock: Clock,
  ): VenueGateway {
    const { http, timers, random, nonces, symbol } = this.parts;
    const connect = this.tracked;
    const symbols = symbol === undefined ? [] : [symbol];
    this.budgetMemory ??= new SharedArrayBuffer(RateBudgets.bytes(gatewayRules(protocol)));
    const { budgetMemory } = this;
    const onNotice = (): void => undefined;
    return new VenueGateway({
      ...{
        protocol,
        directory,
        credentials,
        http,
        connect,
        clock,
        timers,
        random,
        nonces,
        symbols,
        onAccount,
        onNotice,
        budgetMemory,
      },
    });
  }

  private pick(): TradableInstrument {
    const { symbol } = this.parts;
    if (symbol !== undefined) return this.gateway.instrument(symbol);
    const { all } = this.directory;
    for (const base of BASES) {
      for (const quote of QUOTES) {
        const found = all.find((instrument) => instrument.base === base && instrument.quote === quote);
        if (found !== undefined) return found;
      }
    }
    const [first] = all;
    if (first === undefined) throw new InvalidInputError('the venue lists no instrument to trade');
    return first;
  }
}

/** The same key with a secret that is wrong but of the right form. */
export function spoiled(credentials: Credentials): Credentials {
  const secret = credentials.secret();
  const first = secret.startsWith('A') ? 'B' : 'A';
  return new Credentials(credentials.apiKey(), first + secret.slice(1), credentials.passphrase());
}
