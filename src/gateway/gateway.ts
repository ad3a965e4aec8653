import type { Balance, FeeTier, FundingRate, MarginMode, MarginSetting, PastFunding, PositionInfo } from '../domain/account.js';
import type { Clock, Timer, Timers } from '../domain/clock.js';
import type { Credentials } from '../domain/credentials.js';
import { InvalidInputError, VenueRequestError } from '../domain/errors.js';
import type { MinOrderInfo, TradableInstrument } from '../domain/instrument.js';
import type { KlineBatch, KlineInterval, OrderBookSnapshot, PastTrades, Ticker } from '../domain/market-data.js';
import type { Fill, OrderReference, OrderReport, OrderRequest, Side } from '../domain/order.js';
import type { Random } from '../domain/random.js';
import type { LatencyPercentiles } from '../kernel/histogram.js';
import type { HttpTransport } from '../transport/http-transport.js';
import type { ConnectWebSocket } from '../transport/web-socket.js';
import type { Directory } from '../venues/directory.js';
import { minOrderInfo } from '../venues/order-info.js';
import type { FuturesProtocol, TradingFeatures, TradingProtocol } from '../venues/trading.js';
import { AccountStream } from './account-stream.js';
import { AccountView } from './account-view.js';
import { SwitchKeeper } from './dead-mans-switch.js';
import { type AccountListener, type GatewayNotice, type NoticeListener, type Notify, reasonOf } from './events.js';
import { FillMemory } from './fill-memory.js';
import { klineBatches } from './klines.js';
import { LatencyRecorder, type OrderPath } from './latency.js';
import { calculateExecutionPrice, type ExecutionPrice, estimateMarketImpact, type MarketImpact } from './market-impact.js';
import { Nonces } from './nonces.js';
import { OrderDesk, type PlaceOutcome } from './order-desk.js';
import { OrderLine } from './order-line.js';
import { OrderMemory } from './order-memory.js';
import { Pauses } from './pauses.js';
import { RateBudgets } from './rate-budgets.js';
import { RequestQueue } from './request-queue.js';
import { gatewayRules, Requests } from './requests.js';
import { DEFAULT_GATEWAY_SETTINGS, type GatewaySettings } from './settings.js';
import { type SettleOutcome, settle } from './settlement.js';
import { VenueClock, type VenueClockFigures } from './venue-clock.js';

export interface GatewayParts {
  readonly protocol: TradingProtocol;
  /** The one that the protocol was made with; `loadInstruments` fills it. */
  readonly directory: Directory;
  /** Null for the public side alone. */
  readonly credentials: Credentials | null;
  readonly http: HttpTransport;
  readonly connect: ConnectWebSocket;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly onAccount: AccountListener;
  readonly onNotice: NoticeListener;
  readonly settings?: Partial<GatewaySettings>;
  /** Shared by all gateways of the venue at this address, also on other threads: of `RateBudgets.bytes(gatewayRules(protocol))` zeros. */
  readonly budgetMemory?: SharedArrayBuffer;
  /** Shared by all gateways that use the same key. */
  readonly nonces?: Nonces;
  /** Symbols that the account may hold orders or fills of from before; needed where the venue wants a symbol named. */
  readonly symbols?: readonly string[];
}

/** An order for a contract with the leverage that it is to have. */
export interface FuturesOrderRequest extends OrderRequest {
  readonly leverage: number;
  /** Isolated when left out. */
  readonly marginMode?: MarginMode;
}

/** How long the last requests may wait and be repeated. */
const STOP_MS_MAX = 1_500;
const TOLD_AT_THE_END: ReadonlySet<GatewayNotice['kind']> = new Set(['dead-mans-switch', 'rate-limited', 'release-failed']);

/**
 * One market of one venue, ready to trade: metadata, reads, orders, and the account as it changes. Nothing live is kept: every read asks
 * the venue. Reads throw VenueRequestError or VenueProtocolError.
 */
export class VenueGateway {
  private readonly protocol: TradingProtocol;
  private readonly settings: GatewaySettings;
  private readonly pauses: Pauses;
  private readonly queue: RequestQueue;
  private readonly budgets: RateBudgets;
  private readonly venueClock: VenueClock;
  private readonly requests: Requests;
  private readonly orders: OrderMemory;
  private readonly desk: OrderDesk;
  private readonly line: OrderLine | null;
  private readonly latencies: Readonly<Record<OrderPath, LatencyRecorder>> = {
    ws: new LatencyRecorder(),
    rest: new LatencyRecorder(),
  };
  private readonly notify: Notify;
  private readonly fillMemory: FillMemory;
  private readonly view: AccountView;
  private stream: AccountStream | undefined;
  private keeper: SwitchKeeper | undefined;
  private clockTimer: Timer | undefined;
  private stopping: Promise<void> | undefined;

  constructor(private readonly parts: GatewayParts) {
    const { protocol, directory, credentials, http, connect, clock, timers, random, onAccount, onNotice } = parts;
    const { venue, market } = protocol;
    this.protocol = protocol;
    this.settings = { ...DEFAULT_GATEWAY_SETTINGS, ...parts.settings };
    const settings = this.settings;
    this.notify = (kind, level, reason, line) => {
      // What does not work any more because we stop is no news.
      if (this.stopping !== undefined && !TOLD_AT_THE_END.has(kind)) return;
      onNotice({ kind, level, venue, market, reason, ...(line !== undefined && { line }) });
    };
    this.pauses = new Pauses(timers);
    this.budgets = new RateBudgets(gatewayRules(protocol), clock, parts.budgetMemory);
    this.queue = new RequestQueue(this.budgets, timers, settings);
    this.venueClock = new VenueClock(clock, protocol.serverTimeStepMs);
    this.orders = new OrderMemory(settings.ordersRemembered);
    const nonces = parts.nonces ?? new Nonces(clock);
    const { pauses, budgets, queue, venueClock, orders, notify, latencies } = this;
    const shared = { protocol, credentials, clock, random, budgets, queue, venueClock, pauses, settings, notify };
    this.requests = new Requests({ ...shared, http, nonces, latency: latencies.rest });
    const { requests } = this;
    this.fillMemory = new FillMemory(settings.fillsRemembered);
    this.view = new AccountView({
      protocol,
      requests,
      orders,
      fills: this.fillMemory,
      fillOverlapMs: settings.fillOverlapMs,
      instruments: () => this.tradedInstruments(),
      venueMs: () => venueClock.nowMs(),
      clock,
      listener: onAccount,
    });
    const { view } = this;
    this.line =
      credentials === null || protocol.orderEntry === null
        ? null
        : new OrderLine({
            ...shared,
            protocol: protocol.orderEntry,
            venue,
            credentials,
            requests,
            connect,
            timers,
            latency: latencies.ws,
            name: 'orders',
            onLateOrder: (order) => void view.tellOrder(order),
          });
    this.desk = new OrderDesk({ protocol, directory, requests, orders, view, venueClock, line: this.line });
  }

  /**
   * Measures the venue's clock, loads the instruments, and, with keys, begins to follow the account.
   * @throws VenueRequestError, VenueProtocolError when the venue cannot be read
   */
  async start(): Promise<void> {
    const { protocol, directory, credentials, connect, clock, timers, random, onAccount } = this.parts;
    const { requests, orders, pauses, settings, notify, view, fillMemory: fills } = this;
    await requests.measureClock();
    await this.loadInstruments();
    if (this.stopping !== undefined) return;
    this.clockTimer = timers.every(settings.clockResyncMs, () => void this.resyncClock());
    if (credentials === null) return;
    // What was filled before is history, and asked for as such.
    fills.complete(clock.monotonicUs() / 1000);
    const shared = { protocol, requests, credentials, connect, clock, timers, random, settings, notify, orders, pauses };
    this.stream = new AccountStream({ ...shared, view, fills, directory, listener: onAccount, name: 'private' });
    this.stream.start();
    this.line?.start();
    if (protocol.deadMansSwitch === null || settings.deadMansSwitchSeconds === null) return;
    const symbols = (): string[] => this.tradedInstruments().map(({ requestName }) => requestName);
    this.keeper = new SwitchKeeper(protocol.deadMansSwitch, settings.deadMansSwitchSeconds, symbols, requests, timers, notify);
    this.keeper.start();
  }

  /** Places nothing from now on; disarms, gives back what the venue lent, closes every connection, and leaves no timer behind. */
  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  // Metadata and public reads

  async loadInstruments(): Promise<readonly TradableInstrument[]> {
    const instruments = await this.requests.run(this.protocol.instruments());
    this.parts.directory.fill(instruments);
    return instruments;
  }

  /** @throws InvalidInputError when the venue has no such instrument */
  instrument(symbol: string): TradableInstrument {
    const found = this.parts.directory.find(symbol);
    if (found !== undefined) return found;
    const { venue, market } = this.protocol;
    throw new InvalidInputError(`${venue} has no ${market} instrument "${symbol}"`, { venue, market, symbol });
  }

  /** The venue's clock, asked now; milliseconds since the epoch. */
  serverTime(): Promise<number> {
    return this.requests.run(this.protocol.serverTime());
  }

  tickers(): Promise<readonly Ticker[]> {
    return this.requests.run(this.protocol.tickers());
  }

  async getOrderbookSnapshot(symbol: string, levels: number): Promise<OrderBookSnapshot> {
    return this.requests.run(this.protocol.orderBook(this.instrument(symbol), levels));
  }

  /** The same of a contract. */
  async getFuturesOrderbook(symbol: string, levels: number): Promise<OrderBookSnapshot> {
    this.futures();
    return this.getOrderbookSnapshot(symbol, levels);
  }

  /** What a market order would pay in a snapshot; `amount` in base units or contracts. */
  calculateExecutionPrice(snapshot: OrderBookSnapshot, side: Side, amount: string): ExecutionPrice {
    return calculateExecutionPrice(snapshot, side, amount);
  }

  /** How far a market order would move the price of a snapshot. */
  estimateMarketImpact(snapshot: OrderBookSnapshot, side: Side, amount: string): MarketImpact {
    return estimateMarketImpact(snapshot, side, amount);
  }

  getMinOrderInfo(symbol: string): MinOrderInfo {
    return minOrderInfo(this.instrument(symbol));
  }

  /** Whether the venue tells its trades from the beginning on. */
  get hasPastTrades(): boolean {
    return this.protocol.pastTrades !== undefined;
  }

  /**
   * Trades of the market after a moment, as many as one answer holds; the first page begins where the next one is asked from.
   * @param afterNs nanoseconds since the epoch
   * @throws VenueRequestError where the venue does not tell them
   */
  async pastTrades(symbol: string, afterNs: bigint): Promise<PastTrades> {
    const { pastTrades, venue } = this.protocol;
    if (pastTrades === undefined) throw new VenueRequestError('invalid-request', `${venue} does not tell past trades`, { venue });
    return this.requests.run(pastTrades(this.instrument(symbol), afterNs));
  }

  /** Klines that open in [fromMs, toMs), oldest first, a batch at a time, of stretches in which nothing was traded an empty one. */
  klines(symbol: string, interval: KlineInterval, fromMs: number, toMs: number): AsyncGenerator<KlineBatch> {
    return klineBatches(this.requests, this.protocol, this.instrument(symbol), interval, Math.floor(fromMs), Math.floor(toMs));
  }

  // Futures

  async getFundingRate(symbol: string): Promise<FundingRate> {
    return this.requests.run(this.futures().fundingRate(this.instrument(symbol)));
  }

  async fundingHistory(symbol: string, fromMs: number, toMs: number): Promise<readonly PastFunding[]> {
    return this.requests.run(this.futures().fundingHistory(this.instrument(symbol), Math.floor(fromMs), Math.floor(toMs)));
  }

  async positions(): Promise<readonly PositionInfo[]> {
    return this.requests.run(this.futures().positions());
  }

  /** Null when there is no position in that contract. */
  async getPositionInfo(symbol: string): Promise<PositionInfo | null> {
    const instrument = this.instrument(symbol);
    return (await this.positions()).find(({ contract }) => contract.symbol === instrument.contract?.symbol) ?? null;
  }

  /**
   * Has a contract margined so at the venue, its open position too.
   * @throws InvalidInputError when the contract does not allow the leverage; VenueRequestError when the venue does not do it
   */
  async setMargin(symbol: string, { mode, leverage }: MarginSetting): Promise<void> {
    const instrument = this.instrument(symbol);
    const most = instrument.contract?.maxLeverage ?? 1;
    if (!(Number.isSafeInteger(leverage) && leverage >= 1 && leverage <= most))
      throw new InvalidInputError(`leverage ${leverage} of ${symbol} is no whole number from 1 to ${most}`, {
        symbol,
        leverage,
        most,
      });
    const taken = await this.requests.run(this.futures().setMargin(instrument, { mode, leverage }));
    if (taken.mode === mode && taken.leverage === leverage) return;
    const { venue } = this.protocol;
    throw new VenueRequestError('invalid-request', `${venue}: ${symbol} stays ${taken.mode} with leverage ${taken.leverage}`, {
      ...{ venue, symbol, wanted: { mode, leverage }, taken },
    });
  }

  /** Sets margin mode and leverage, then places the order; it is refused when they cannot be set. */
  async placeFuturesOrder({ leverage, marginMode = 'isolated', ...order }: FuturesOrderRequest): Promise<PlaceOutcome> {
    try {
      await this.setMargin(order.symbol, { mode: marginMode, leverage });
    } catch (error) {
      if (error instanceof VenueRequestError || error instanceof InvalidInputError) return { kind: 'refused', error };
      throw error;
    }
    return this.place(order);
  }

  // Orders and account

  /** Arms the venue's dead man's switch once; 0 disarms. @throws InvalidInputError when the venue has none */
  async armDeadMansSwitch(timeoutSeconds: number, symbols: readonly string[]): Promise<void> {
    const { deadMansSwitch, venue, market } = this.protocol;
    if (deadMansSwitch === null) throw new InvalidInputError(`${venue} ${market} has no dead man's switch`, { venue, market });
    const names = symbols.map((symbol) => this.instrument(symbol).requestName);
    await this.requests.run(deadMansSwitch.arm(timeoutSeconds, names));
  }

  /** A client id for an intent: the same for the same key, in the venue's alphabet and length. */
  clientOrderId(key: string): string {
    return this.protocol.clientOrderId(key);
  }

  /** Places an order: over the standing connection within this very call, else over REST. Never rejects. */
  place(order: OrderRequest): Promise<PlaceOutcome> {
    return this.desk.place(order);
  }

  /** @throws VenueRequestError `order-closed` or `unknown-order` when there is nothing to cancel */
  cancel(reference: OrderReference): Promise<OrderReport | null> {
    return this.desk.cancel(reference);
  }

  /** Cancels all orders of a symbol, or of the whole market. */
  async cancelAll(symbol: string | null = null): Promise<void> {
    const all = symbol === null && this.protocol.features.cancelAllOfAll;
    const instruments = symbol === null ? (all ? [null] : this.tradedInstruments()) : [this.instrument(symbol)];
    for (const instrument of instruments) await this.requests.run(this.protocol.cancelAll(instrument));
  }

  /** Finds out what became of an order whose outcome is unknown. */
  settle(reference: OrderReference): Promise<SettleOutcome> {
    const { protocol, requests, orders, view, venueClock, pauses, settings, notify } = this;
    return settle(
      { protocol, requests, orders, view, venueClock, pauses, settings, notify, random: this.parts.random },
      reference,
    );
  }

  /** Null when the venue knows no such order. */
  order(reference: OrderReference): Promise<OrderReport | null> {
    return this.requests.run(this.protocol.order(reference));
  }

  /** @param symbol null for all; where the venue wants one named, those that were traded or given at the start */
  async openOrders(symbol: string | null = null): Promise<readonly OrderReport[]> {
    const found: OrderReport[] = [];
    for (const instrument of this.scope(symbol, this.protocol.features.openOrdersOfAll))
      found.push(...(await this.requests.run(this.protocol.openOrders(instrument))));
    return found;
  }

  /** Oldest first, from a moment of the venue's clock on. */
  async fills(symbol: string | null, sinceMs: number): Promise<readonly Fill[]> {
    const found: Fill[] = [];
    for (const instrument of this.scope(symbol, this.protocol.features.fillsOfAll))
      found.push(...(await this.requests.run(this.protocol.fills(instrument, Math.floor(sinceMs)))));
    return found.sort((left, right) => left.timeMs - right.timeMs);
  }

  balances(): Promise<readonly Balance[]> {
    return this.requests.run(this.protocol.balances());
  }

  async feeTier(symbol: string): Promise<FeeTier> {
    return this.requests.run(this.protocol.feeTier(this.instrument(symbol)));
  }

  // What is known of the gateway itself

  /** What orders can do here. */
  get features(): TradingFeatures {
    return this.protocol.features;
  }

  /** Whether the account is followed and everything up to now was told. */
  get isLive(): boolean {
    return this.stream?.isLive ?? false;
  }

  /** Whether orders leave over the standing connection. */
  get hasOrderLine(): boolean {
    return this.line?.isReady ?? false;
  }

  /** Milliseconds since the epoch by the venue's clock. */
  venueMs(): number {
    return this.venueClock.nowMs();
  }

  clockFigures(): VenueClockFigures {
    return this.venueClock.figures();
  }

  /** Microseconds from sending an order or a cancel to its answer, by path. */
  latencyFigures(): Readonly<Record<OrderPath, LatencyPercentiles>> {
    return { ws: this.latencies.ws.figures(), rest: this.latencies.rest.figures() };
  }

  /** How much of each budget is spent. */
  budgetFigures(): readonly { readonly name: string; readonly used: number; readonly limit: number }[] {
    return this.protocol.budgets.map(({ name }) => ({ name, ...this.budgets.usage(name) }));
  }

  private async shutDown(): Promise<void> {
    this.desk.close();
    this.queue.close();
    this.clockTimer?.cancel();
    const endWaits = (): void => {
      this.pauses.stop();
      this.queue.stop();
    };
    // A venue that does not take its things back is not waited for.
    const hurry = this.parts.timers.after(STOP_MS_MAX, endWaits);
    await Promise.all([this.keeper?.stop(), this.stream?.stop(), this.line?.stop()]);
    hurry.cancel();
    endWaits();
  }

  private async resyncClock(): Promise<void> {
    try {
      await this.requests.measureClock();
    } catch (error) {
      this.notify('clock', 'warn', `the venue's clock could not be read: ${reasonOf(error)}`);
    }
  }

  private scope(symbol: string | null, all: boolean): readonly (TradableInstrument | null)[] {
    if (symbol !== null) return [this.instrument(symbol)];
    return all ? [null] : this.tradedInstruments();
  }

  /** What was named at the start, and what orders were seen of since. */
  private tradedInstruments(): TradableInstrument[] {
    const symbols = new Set(this.parts.symbols ?? []);
    for (const symbol of this.orders.symbols) symbols.add(symbol);
    const found = new Set<TradableInstrument>();
    for (const symbol of symbols) {
      const instrument = this.parts.directory.find(symbol);
      if (instrument !== undefined) found.add(instrument);
    }
    return [...found];
  }

  private futures(): FuturesProtocol {
    const { futures, venue, market } = this.protocol;
    if (futures === null) throw new InvalidInputError(`${venue} ${market} has no contracts`, { venue, market });
    return futures;
  }
}
