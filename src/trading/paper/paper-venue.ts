import type { Balance, PositionInfo } from '../../domain/account.js';
import type { Clock, Timer, Timers } from '../../domain/clock.js';
import { InvalidInputError, OrderRuleError, TiercelError, VenueRequestError } from '../../domain/errors.js';
import type { Fill, OrderReference, OrderReport, OrderRequest } from '../../domain/order.js';
import type { VenuePort } from '../../execution/ports.js';
import { type AccountListener, reasonOf } from '../../gateway/events.js';
import type { PlaceOutcome } from '../../gateway/order-desk.js';
import { Pauses } from '../../gateway/pauses.js';
import type { SettleOutcome } from '../../gateway/settlement.js';
import type { Views } from '../../kernel/views.js';
import type { BookInfo, StrategyUniverse } from '../../strategy/universe.js';
import { checkOrder } from '../../venues/order-filters.js';
import type { TradingProtocol } from '../../venues/trading.js';
import { PaperExchange } from './exchange.js';
import { markOf, PaperFunding } from './funding.js';
import { PaperFunds } from './funds.js';
import { PaperLine } from './line.js';
import { PaperLiquidity } from './liquidity.js';
import { fixedModels, type PaperModels } from './models.js';
import { PaperOrders, reportOf } from './orders.js';
import { PaperQueues } from './queues.js';
import { DEFAULT_PAPER_SETTINGS, type PaperSettings } from './settings.js';
import { type PaperOpening, PaperWallet } from './wallet.js';

export interface PaperVenueParts {
  /** Of the venue that is played: its names of orders, and which orders it takes. */
  readonly protocol: Pick<TradingProtocol, 'venue' | 'market' | 'features' | 'clientOrderId'>;
  readonly universe: StrategyUniverse;
  /** The books as the engine copies them. */
  readonly views: Views;
  /** What the account holds at the start: after a restart, what the ledger says. */
  readonly opening: PaperOpening;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onAccount: AccountListener;
  readonly settings?: Partial<PaperSettings>;
  /** In the place of the settings' fixed times and of a venue that is always there. */
  readonly models?: Partial<PaperModels>;
}

/**
 * One market of a venue, traded on paper: orders are matched with the real books as they stand when they arrive, and nothing leaves.
 * It promises what the venue's gateway promises, at the same distance in time.
 */
export class PaperVenue implements VenuePort {
  private readonly settings: PaperSettings;
  private readonly models: PaperModels;
  private readonly outgoing: PaperLine;
  private readonly incoming: PaperLine;
  private readonly books = new Map<string, BookInfo>();
  private readonly pauses: Pauses;
  private readonly wallet: PaperWallet;
  private readonly orders: PaperOrders;
  private readonly funds: PaperFunds;
  private readonly funding: PaperFunding;
  private readonly exchange: PaperExchange;
  /** Client ids of orders that have left and are not answered. */
  private readonly underWay = new Set<string>();
  private timer: Timer | undefined;
  private isFollowed = false;
  private isStopped = false;

  /** @throws InvalidInputError when the opening names a contract that is not followed */
  constructor(private readonly parts: PaperVenueParts) {
    const { protocol, universe, views, opening, clock, timers } = parts;
    const settings = { ...DEFAULT_PAPER_SETTINGS, ...parts.settings };
    this.settings = settings;
    this.models = { ...fixedModels(settings), ...parts.models };
    const own = universe.books.filter(
      ({ instrument }) => instrument.venue === protocol.venue && instrument.market === protocol.market,
    );
    for (const info of own) {
      const { symbol, requestName, aliases } = info.instrument;
      for (const name of [...aliases, requestName, symbol]) this.books.set(name, info);
    }
    this.pauses = new Pauses(timers);
    this.outgoing = new PaperLine(this.pauses);
    this.incoming = new PaperLine(this.pauses);
    this.wallet = new PaperWallet(opening, (symbol) => this.book(symbol).instrument);
    this.orders = new PaperOrders(settings.ordersKept, settings.fillsKept);
    const { wallet, orders } = this;
    this.funds = new PaperFunds(protocol.venue, wallet, orders, settings);
    this.funding = new PaperFunding(protocol.market === 'futures' ? own : [], views, wallet);
    this.exchange = new PaperExchange({
      ...{ wallet, orders, funds: this.funds, nowMs: () => this.venueMs() },
      liquidity: new PaperLiquidity(views, clock, settings),
      queues: settings.queues ? new PaperQueues(views) : null,
      liquidationFeeRate: settings.liquidationFeeRate,
      idPrefix: `paper-${Math.floor(clock.epochUs()).toString(36)}-`,
    });
  }

  /** Follows the account and matches what rests, from now on; resolves when everything there is was told. */
  async start(): Promise<void> {
    const { onAccount, timers, protocol } = this.parts;
    onAccount({ kind: 'connected' });
    await this.ask(() => {
      this.timer ??= timers.every(this.settings.lookMs, () => this.look());
    });
    for (const balance of this.funds.balances()) onAccount({ kind: 'balance', balance });
    if (protocol.market === 'futures')
      for (const { instrument } of this.wallet.positions)
        onAccount({ kind: 'position', position: this.funds.positionReport(this.book(instrument.symbol)) });
    this.isFollowed = true;
    onAccount({ kind: 'reconciled' });
  }

  /** Takes no more orders and leaves no timer behind; what is under way is answered at once. */
  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.isFollowed = false;
    this.timer?.cancel();
    this.pauses.stop();
  }

  /** What another paper venue would have to open with to go on where this one is. */
  snapshot(): PaperOpening {
    return this.wallet.snapshot();
  }

  get isLive(): boolean {
    return this.isFollowed && !this.isDown;
  }

  /** Whether anything rests here that a change of the books may fill. */
  get hasResting(): boolean {
    return this.orders.hasOpen;
  }

  venueMs(): number {
    return Math.floor(this.parts.clock.epochUs() / 1000);
  }

  clientOrderId(key: string): string {
    return this.parts.protocol.clientOrderId(key);
  }

  /** The order leaves within this call. Never rejects. */
  place(order: OrderRequest): Promise<PlaceOutcome> {
    const { clientOrderId, symbol } = order;
    let info: BookInfo;
    try {
      info = this.check(order);
    } catch (error) {
      return Promise.resolve({ kind: 'refused', error: asTiercelError(error) });
    }
    const reference: OrderReference = { symbol, venueOrderId: null, clientOrderId };
    if (this.underWay.has(clientOrderId) || this.orders.find(reference) !== undefined) return this.askForEarlier(reference);
    this.underWay.add(clientOrderId);
    return this.send(order, info, reference);
  }

  /** @throws VenueRequestError `order-closed` or `unknown-order` when there is nothing to cancel */
  cancel(reference: OrderReference): Promise<OrderReport | null> {
    return this.ask(() => this.exchange.cancel(reference));
  }

  /** What is asked after an order has left arrives after it: the first word is the last. */
  async settle(reference: OrderReference): Promise<SettleOutcome> {
    try {
      const order = await this.order(reference);
      return order === null ? { kind: 'never-arrived' } : { kind: 'found', order };
    } catch (error) {
      return { kind: 'unknown', error: asTiercelError(error) };
    }
  }

  /** Null when there is no such order. */
  order(reference: OrderReference): Promise<OrderReport | null> {
    return this.ask(() => {
      const order = this.orders.find(reference);
      return order === undefined ? null : reportOf(order);
    });
  }

  async openOrders(symbol: string | null = null): Promise<readonly OrderReport[]> {
    const name = this.nameOf(symbol);
    return this.ask(() => this.orders.open(name).map(reportOf));
  }

  /** Oldest first. */
  async fills(symbol: string | null, sinceMs: number): Promise<readonly Fill[]> {
    const name = this.nameOf(symbol);
    return this.ask(() => this.orders.fillsSince(name, Math.floor(sinceMs)));
  }

  balances(): Promise<readonly Balance[]> {
    return this.ask(() => this.funds.balances());
  }

  /** @throws InvalidInputError where there are no contracts */
  async positions(): Promise<readonly PositionInfo[]> {
    const { protocol, views } = this.parts;
    const { venue, market } = protocol;
    if (market !== 'futures') throw new InvalidInputError(`${venue} ${market} has no contracts`, { venue, market });
    return this.ask(() =>
      this.wallet.positions.map((position) => {
        const mark = markOf(this.book(position.instrument.symbol), views);
        return this.funds.positionInfo(position, mark, this.venueMs());
      }),
    );
  }

  private async send(order: OrderRequest, info: BookInfo, reference: OrderReference): Promise<PlaceOutcome> {
    try {
      return { kind: 'placed', order: await this.ask(() => this.exchange.place(order, info)) };
    } catch (cause) {
      const error = asTiercelError(cause);
      return error === cause ? { kind: 'refused', error } : { kind: 'unknown', error, reference };
    } finally {
      this.underWay.delete(order.clientOrderId);
    }
  }

  /** An order of that client id left before: it is not sent again. */
  private async askForEarlier(reference: OrderReference): Promise<PlaceOutcome> {
    const { venue } = this.parts.protocol;
    const text = `${venue}: an order ${reference.clientOrderId} left before; it is not sent again`;
    const outcome = await this.settle(reference);
    if (outcome.kind === 'found') return { kind: 'placed', order: outcome.order };
    return { kind: 'unknown', error: new VenueRequestError('duplicate-client-id', text, { venue }), reference };
  }

  /** What the gateway of the venue checks before anything leaves. */
  private check(order: OrderRequest): BookInfo {
    const { venue, features } = this.parts.protocol;
    const { symbol, clientOrderId, timeInForce, quoteAmount, side, reduceOnly } = order;
    if (this.isStopped) throw new VenueRequestError('invalid-request', `${venue}: the paper venue is stopped`, { venue });
    const info = this.books.get(symbol);
    if (info === undefined) throw new VenueRequestError('unknown-instrument', `${venue} has no ${symbol}`, { venue });
    checkOrder(order, info.instrument);
    const isTaken =
      features.timeInForce.includes(timeInForce) &&
      (quoteAmount === null || features.marketByQuote.includes(side)) &&
      (!reduceOnly || features.reduceOnly);
    if (!isTaken) throw new OrderRuleError(`${venue} ${symbol}: no such orders here`, { venue, symbol, clientOrderId });
    return info;
  }

  /**
   * Does something at the venue: as much later as it takes there, with the answer as much later as it takes back. What there is to tell
   * of it is told just before.
   */
  private async ask<Answer>(work: () => Answer): Promise<Answer> {
    const { venue } = this.parts.protocol;
    if (!(await this.outgoing.wait(this.models.latency.toVenueMs())))
      throw new VenueRequestError('venue-down', `${venue}: the paper venue was stopped`, { venue });
    try {
      if (this.isDown) throw new VenueRequestError('venue-down', `${venue}: the venue is out of order`, { venue });
      return work();
    } finally {
      await this.tellNews();
    }
  }

  private async tellNews(): Promise<void> {
    const news = this.exchange.news.splice(0);
    await this.incoming.wait(this.models.latency.fromVenueMs());
    for (const event of news) this.parts.onAccount(event);
  }

  /** Matches what rests with the books of now, pays funding that is due, and closes what its margin does not hold any more. */
  look(): void {
    if (this.isDown || !this.isFollowed) return;
    this.exchange.matchResting();
    if (this.settings.liquidates) this.liquidate();
    for (const { asset, amount } of this.funding.due(this.parts.clock.epochUs())) this.exchange.pay(asset, amount);
    if (this.exchange.news.length > 0) void this.tellNews();
  }

  private liquidate(): void {
    const { views } = this.parts;
    for (const position of this.wallet.positions) {
      const info = this.book(position.instrument.symbol);
      const mark = markOf(info, views);
      if (mark !== null && this.funds.isLiquidated(position, mark)) this.exchange.liquidate(info);
    }
  }

  private get isDown(): boolean {
    return this.models.isDown(this.parts.clock.epochUs());
  }

  private nameOf(symbol: string | null): string | null {
    return symbol === null ? null : this.book(symbol).instrument.symbol;
  }

  private book(symbol: string): BookInfo {
    const info = this.books.get(symbol);
    if (info !== undefined) return info;
    const { venue, market } = this.parts.protocol;
    throw new InvalidInputError(`${venue} has no ${market} instrument "${symbol}"`, { venue, market, symbol });
  }
}

function asTiercelError(error: unknown): TiercelError {
  return error instanceof TiercelError ? error : new VenueRequestError('outcome-unknown', reasonOf(error), {}, { cause: error });
}
