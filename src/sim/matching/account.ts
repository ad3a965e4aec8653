import type { OrderType, Side, TimeInForce } from '../../domain/order.js';
import type { SimulatedBook } from '../market/book.js';
import type { QueuePlace, RestingOrder } from '../market/resting.js';
import { PositionRecord } from './position-record.js';
import type {
  EndReason,
  EngineAccount,
  EngineBalance,
  EngineFill,
  EngineOrder,
  EngineOrderState,
  Money,
  NewOrder,
} from './types.js';

export type Wallet = 'spot' | 'futures';

/** Orders are forgotten many at a time, when they are so many times as many as are to be kept. */
const FORGET_FROM = 1.25;

/** Money of one asset in one wallet. */
export interface Pocket {
  total: Money;
  locked: Money;
}

/** An account as the engine keeps it. */
export class Account implements EngineAccount {
  /** Orders that rest or are being matched, in order of arrival. */
  readonly open = new Map<number, OrderRecord>();
  private readonly wallets: Record<Wallet, Map<string, Pocket>> = { spot: new Map(), futures: new Map() };
  private readonly byId = new Map<number, OrderRecord>();
  private readonly byClientId = new Map<string, OrderRecord>();
  private allFills: EngineFill[] = [];
  private readonly positionOf = new Map<SimulatedBook, PositionRecord>();

  /** @param ordersKept about how many orders that have ended are remembered, with their fills */
  constructor(
    readonly id: number,
    private readonly ordersKept = Number.POSITIVE_INFINITY,
  ) {}

  balances(wallet: Wallet): readonly EngineBalance[] {
    return [...this.wallets[wallet]].map(([asset, { total, locked }]) => ({ asset, total, locked }));
  }

  balance(wallet: Wallet, asset: string): EngineBalance {
    const { total, locked } = this.wallets[wallet].get(asset) ?? { total: 0n, locked: 0n };
    return { asset, total, locked };
  }

  /** What is not bound. */
  available(wallet: Wallet, asset: string): Money {
    const pocket = this.wallets[wallet].get(asset);
    return pocket === undefined ? 0n : pocket.total - pocket.locked;
  }

  pocket(wallet: Wallet, asset: string): Pocket {
    let pocket = this.wallets[wallet].get(asset);
    if (pocket === undefined) {
      pocket = { total: 0n, locked: 0n };
      this.wallets[wallet].set(asset, pocket);
    }
    return pocket;
  }

  openOrders(book?: SimulatedBook): readonly OrderRecord[] {
    return of(book, [...this.open.values()]);
  }

  orders(book?: SimulatedBook): readonly OrderRecord[] {
    return of(book, [...this.byId.values()]);
  }

  fills(book?: SimulatedBook): readonly EngineFill[] {
    return book === undefined ? this.allFills.slice() : this.allFills.filter(({ order }) => order.book === book);
  }

  order(id: number): OrderRecord | undefined {
    return this.byId.get(id);
  }

  orderByClientId(clientOrderId: string): OrderRecord | undefined {
    return this.byClientId.get(clientOrderId);
  }

  positions(): readonly PositionRecord[] {
    return [...this.positionOf.values()];
  }

  /** The position of a contract; one is made, flat, where there was none. */
  position(book: SimulatedBook): PositionRecord {
    let position = this.positionOf.get(book);
    if (position === undefined) {
      position = new PositionRecord(book);
      this.positionOf.set(book, position);
    }
    return position;
  }

  /** Takes an order into the books of this account. */
  addOrder(order: OrderRecord): void {
    this.byId.set(order.id, order);
    this.open.set(order.id, order);
    if (order.clientOrderId !== null) this.byClientId.set(order.clientOrderId, order);
    if (this.byId.size > this.ordersKept * FORGET_FROM) this.forgetOldest();
  }

  addFill(fill: EngineFill): void {
    this.allFills.push(fill);
  }

  private forgetOldest(): void {
    for (const [id, { clientOrderId }] of this.byId) {
      if (this.byId.size <= this.ordersKept) break;
      if (this.open.has(id)) continue;
      this.byId.delete(id);
      if (clientOrderId !== null && this.byClientId.get(clientOrderId)?.id === id) this.byClientId.delete(clientOrderId);
    }
    this.allFills = this.allFills.filter(({ order }) => this.byId.has(order.id));
  }
}

/** An order as the engine keeps it. */
export class OrderRecord implements EngineOrder, RestingOrder {
  readonly book: SimulatedBook;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly priceUnits: number | null;
  readonly qtyUnits: number | null;
  readonly quoteAmount: Money | null;
  readonly clientOrderId: string | null;
  readonly reduceOnly: boolean;
  readonly selfTrade: NonNullable<NewOrder['selfTrade']>;
  state: EngineOrderState = 'open';
  endReason: EndReason | null = null;
  filledUnits = 0;
  filledQuote: Money = 0n;
  readonly fills: EngineFill[] = [];
  updatedUs: number;
  leftUnits: number;
  place: QueuePlace | null = null;
  /** What it binds of the account's money. */
  lock: Money = 0n;

  constructor(
    readonly id: number,
    readonly account: Account,
    order: NewOrder,
    readonly createdUs: number,
    /** Placed by the venue to close a position that has run out of margin. */
    readonly liquidation: boolean,
  ) {
    this.book = order.book;
    this.side = order.side;
    this.type = order.type;
    this.timeInForce = order.timeInForce;
    this.priceUnits = order.priceUnits;
    this.qtyUnits = order.qtyUnits;
    this.quoteAmount = order.quoteAmount;
    this.clientOrderId = order.clientOrderId;
    this.reduceOnly = order.reduceOnly;
    this.selfTrade = order.selfTrade ?? 'cancel-taker';
    this.leftUnits = order.qtyUnits ?? 0;
    this.updatedUs = createdUs;
  }

  /** The order as it is now; it does not change any more. */
  snapshot(): EngineOrder {
    return {
      id: this.id,
      account: this.account,
      book: this.book,
      side: this.side,
      type: this.type,
      timeInForce: this.timeInForce,
      priceUnits: this.priceUnits,
      qtyUnits: this.qtyUnits,
      quoteAmount: this.quoteAmount,
      clientOrderId: this.clientOrderId,
      reduceOnly: this.reduceOnly,
      selfTrade: this.selfTrade,
      state: this.state,
      endReason: this.endReason,
      filledUnits: this.filledUnits,
      filledQuote: this.filledQuote,
      fills: this.fills.slice(),
      createdUs: this.createdUs,
      updatedUs: this.updatedUs,
    };
  }
}

function of(book: SimulatedBook | undefined, orders: OrderRecord[]): readonly OrderRecord[] {
  return book === undefined ? orders : orders.filter((order) => order.book === book);
}
