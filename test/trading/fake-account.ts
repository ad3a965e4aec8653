import type { Balance, PositionInfo } from '../../src/domain/account.js';
import { type Decimal, Exact } from '../../src/domain/decimal.js';
import { VenueRequestError } from '../../src/domain/errors.js';
import type { Fill, OrderReference, OrderReport, OrderRequest } from '../../src/domain/order.js';
import type { Market, VenueId } from '../../src/domain/venue.js';
import type { VirtualTime } from '../../src/domain/virtual-time.js';
import type { VenuePort } from '../../src/execution/ports.js';
import type { AccountEvent } from '../../src/gateway/events.js';
import type { PlaceOutcome } from '../../src/gateway/order-desk.js';
import type { SettleOutcome } from '../../src/gateway/settlement.js';
import { Lots } from '../../src/ledger/lots.js';
import type { BookInfo } from '../../src/strategy/universe.js';

/** How a venue treats the orders that come from now on. */
export interface Treatment {
  /** Part of each order that is filled. */
  readonly share: number;
  /** The order stays open until it is cancelled. */
  readonly rests: boolean;
  readonly isRefused: boolean;
  /** Fees are taken of what was bought. */
  readonly feeInBase: boolean;
}

const ZERO = new Exact(0);
const ANSWER_MS = 5;
const TELL_MS = 10;

/** An account at a venue: the truth that everything else is compared with. Orders fill at their limits; the fee is a thousandth. */
export class FakeAccount implements VenuePort {
  isLive = true;
  /** How long questions take; requests fail while it is out of reach. */
  latencyMs = 0;
  isUnreachable = false;
  /** How far its clock is ahead of ours. */
  aheadMs = 0;
  treatment: Treatment = { share: 1, rests: false, isRefused: false, feeInBase: false };
  readonly sent: OrderRequest[] = [];
  readonly history: Fill[] = [];
  readonly orders = new Map<string, OrderReport>();
  readonly wallet = new Map<string, Decimal>();
  readonly contracts = new Map<string, Decimal>();
  private readonly lots = new Map<string, Lots>();
  private trades = 0;

  constructor(
    readonly venue: VenueId,
    readonly market: Market,
    public time: VirtualTime,
    private readonly books: readonly BookInfo[],
  ) {}

  /** Told of everything that happens. */
  listener: (event: AccountEvent) => void = () => {};

  clientOrderId(key: string): string {
    return `cid-${key}`;
  }
  venueMs(): number {
    return this.time.epochUs() / 1000 + this.aheadMs;
  }

  place(request: OrderRequest): Promise<PlaceOutcome> {
    this.sent.push(request);
    const { share, rests, isRefused } = this.treatment;
    if (isRefused) {
      const error = new VenueRequestError('insufficient-balance', 'no funds', {});
      return this.later(ANSWER_MS, () => ({ kind: 'refused', error }));
    }
    const { clientOrderId, side, price, symbol } = request;
    const quantity = request.quantity ?? '0';
    const { instrument } = this.book(symbol);
    const filled = new Exact(quantity).mul(share).toDecimalPlaces(instrument.qtyDecimals);
    const { venue, market } = this;
    const order: OrderReport = {
      ...{ venue, market, symbol, side, price, quantity, clientOrderId, venueOrderId: `v-${clientOrderId}` },
      ...{ state: rests ? 'open' : filled.eq(quantity) ? 'filled' : 'canceled', filledQty: filled.toFixed() },
      ...{ filledQuote: null, updatedMs: null, reason: null },
    };
    this.orders.set(clientOrderId, order);
    const fill = filled.isZero() ? null : this.trade(symbol, side, filled.toFixed(), price ?? '0', clientOrderId);
    this.time.after(TELL_MS, () => {
      if (fill !== null) this.tellFill(fill);
      this.listener({ kind: 'order', order: this.reportOf(clientOrderId) });
    });
    return this.later(ANSWER_MS, () => ({ kind: 'placed', order: { ...order, state: 'pending', filledQty: '0' } }));
  }

  /** A trade that happens to the account; nothing is told of it. */
  trade(symbol: string, side: 'buy' | 'sell', quantity: string, price: string, clientOrderId: string | null = null): Fill {
    const { instrument } = this.book(symbol);
    const { base, quote } = instrument;
    const { venue, market } = this;
    const signed = new Exact(side === 'buy' ? quantity : `-${quantity}`);
    const feeAsset = this.treatment.feeInBase && side === 'buy' && market === 'spot' ? base : quote;
    const fee = new Exact(quantity)
      .mul(feeAsset === base ? 1 : price)
      .mul(instrument.contractSize)
      .div(1000);
    this.move(feeAsset, fee.neg());
    if (market === 'spot') {
      this.move(base, signed);
      this.move(quote, signed.mul(price).neg());
    } else {
      this.contracts.set(symbol, (this.contracts.get(symbol) ?? ZERO).plus(signed));
      const lots = this.lots.get(symbol) ?? new Lots('average');
      this.lots.set(symbol, lots);
      this.move(quote, lots.change(signed.mul(instrument.contractSize), new Exact(price)));
    }
    const tradeId = String(++this.trades);
    const fill: Fill = {
      ...{ venue, market, symbol, side, quantity, price, feeAsset, tradeId, clientOrderId, liquidity: 'taker' },
      ...{ venueOrderId: `v-${clientOrderId ?? tradeId}`, fee: fee.toFixed(), timeMs: this.venueMs() },
    };
    this.history.push(fill);
    return fill;
  }
  tellFill(fill: Fill): void {
    this.listener({ kind: 'fill', fill });
    this.tellAll();
  }
  /** Money comes or goes; nothing is told of it. */
  move(asset: string, change: Decimal | string): void {
    this.wallet.set(asset, (this.wallet.get(asset) ?? ZERO).plus(change));
  }
  /** Tells what it holds. */
  tellAll(): void {
    for (const balance of this.list()) this.listener({ kind: 'balance', balance });
    for (const [symbol, size] of this.contracts) {
      const position = { venue: this.venue, symbol, signedSize: size.toFixed(), entryPrice: null };
      this.listener({ kind: 'position', position });
    }
  }

  settle({ clientOrderId }: OrderReference): Promise<SettleOutcome> {
    const order = this.orders.get(clientOrderId ?? '');
    return Promise.resolve(order === undefined ? { kind: 'never-arrived' } : { kind: 'found', order });
  }
  cancel({ clientOrderId, venueOrderId }: OrderReference): Promise<OrderReport | null> {
    const id = clientOrderId ?? (venueOrderId ?? '').slice(2);
    const order = this.orders.get(id);
    if (order === undefined) return Promise.reject(new VenueRequestError('unknown-order', 'no such order', {}));
    if (order.state === 'open') this.orders.set(id, { ...order, state: 'canceled' });
    return Promise.resolve(this.reportOf(id));
  }
  order({ clientOrderId }: OrderReference): Promise<OrderReport | null> {
    return this.ask(() => this.orders.get(clientOrderId ?? '') ?? null);
  }
  openOrders(): Promise<readonly OrderReport[]> {
    return this.ask(() => [...this.orders.values()].filter(({ state }) => state === 'open'));
  }
  fills(): Promise<readonly Fill[]> {
    return this.ask(() => [...this.history]);
  }
  balances(): Promise<readonly Balance[]> {
    return this.ask(() => this.list());
  }
  positions(): Promise<readonly PositionInfo[]> {
    return this.ask(() =>
      [...this.contracts].flatMap(([symbol, size]): PositionInfo[] => {
        const { contract } = this.book(symbol).instrument;
        if (contract === null || size.isZero()) return [];
        const side = size.isNegative() ? 'sell' : 'buy';
        const figures = { entryPrice: '100', markPrice: '100', unrealizedPnl: '0', marginUsed: '0', liquidationPrice: '0' };
        return [{ contract, side, size: size.abs().toFixed(), ...figures, leverage: 3, timestamp: this.venueMs() }];
      }),
    );
  }

  private list(): Balance[] {
    return [...this.wallet].map(([asset, total]) => ({ venue: this.venue, asset, total: total.toFixed(), available: null }));
  }
  private book(symbol: string): BookInfo {
    const found = this.books.find(({ instrument }) => instrument.symbol === symbol);
    if (found === undefined) throw new RangeError(`${this.venue} lists no ${symbol}`);
    return found;
  }
  private reportOf(id: string): OrderReport {
    const order = this.orders.get(id);
    if (order === undefined) throw new RangeError(`no order ${id}`);
    return order;
  }
  private ask<T>(answer: () => T): Promise<T> {
    if (this.isUnreachable) return Promise.reject(new VenueRequestError('venue-down', 'the venue cannot be reached', {}));
    return this.latencyMs === 0 ? Promise.resolve(answer()) : this.later(this.latencyMs, answer);
  }
  private later<T>(ms: number, answer: () => T): Promise<T> {
    return new Promise((resolve) => this.time.after(ms, () => resolve(answer())));
  }
}
