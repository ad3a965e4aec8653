import type { MarginMode } from '../../domain/account.js';
import type { OrderType, Side, TimeInForce } from '../../domain/order.js';
import type { SimulatedBook } from '../market/book.js';

/** An amount of money: whole units of 10^-18 of its asset. Exact, whatever is multiplied. */
export type Money = bigint;

/** Why the engine does not take an order at all. The fronts say it in their venue's words. */
const REFUSALS = [
  'insufficient-balance',
  'price-off-grid',
  'price-out-of-band',
  'quantity-off-grid',
  'quantity-too-small',
  'quantity-too-large',
  'value-too-small',
  'value-too-large',
  'duplicate-client-id',
  'reduce-only',
  'too-many-orders',
  'market-closed',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Why an order ended before it was filled. */
export const END_REASONS = [
  'user', // cancelled by its owner
  'countdown', // cancelled by a dead man's switch
  'ioc', // what an IOC or market order could not take
  'fok',
  'post-only', // would have taken
  'self-trade',
  'reduce-only', // nothing left to reduce
  'liquidation',
  'restart', // the venue was down, and opened without the orders it had
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Where an order stands in the engine. An ended order may have fills. */
export type EngineOrderState = 'open' | 'filled' | 'ended';

/** What an account asks for. Prices and quantities are whole units of the instrument's decimals. */
export interface NewOrder {
  readonly book: SimulatedBook;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** Null for a market order. */
  readonly priceUnits: number | null;
  /** Null for a market order by value. */
  readonly qtyUnits: number | null;
  /** Market orders by value: what to spend or to receive. */
  readonly quoteAmount: Money | null;
  readonly clientOrderId: string | null;
  readonly reduceOnly: boolean;
  /** What happens when the order meets one of the same account; by default the incoming one ends. */
  readonly selfTrade?: 'cancel-taker' | 'cancel-maker' | 'cancel-both';
}

/** An order that the engine took; the engine alone changes it. */
export interface EngineOrder extends NewOrder {
  /** Counts up over all orders of the venue. */
  readonly id: number;
  readonly account: EngineAccount;
  readonly state: EngineOrderState;
  /** Set when `state` is `ended`. */
  readonly endReason: EndReason | null;
  readonly filledUnits: number;
  /** Quote asset paid or received for the fills, without fees. */
  readonly filledQuote: Money;
  readonly fills: readonly EngineFill[];
  /** Microseconds since the epoch. */
  readonly createdUs: number;
  readonly updatedUs: number;
}

/** One execution of one account's order. */
export interface EngineFill {
  /** The public trade's id: unique within the book. The two orders of one trade share it. */
  readonly tradeId: number;
  readonly order: EngineOrder;
  readonly priceUnits: number;
  readonly qtyUnits: number;
  readonly quote: Money;
  /** Positive; of `feeAsset`. Spot: the asset received, unless the venue charges in quote. Futures: the settlement asset. */
  readonly fee: Money;
  readonly feeAsset: string;
  readonly maker: boolean;
  /** Futures: profit that this execution realised, before its fee. */
  readonly realizedPnl: Money;
  readonly timeUs: number;
}

/** What an account holds of an asset in one of its wallets. */
export interface EngineBalance {
  readonly asset: string;
  /** Everything, bound or not. */
  readonly total: Money;
  /** Bound by open orders and, in the futures wallet, by the margin of positions. */
  readonly locked: Money;
}

/** A position of isolated margin; `qtyUnits` is negative for a short one and 0 when flat. */
export interface EnginePosition {
  readonly book: SimulatedBook;
  readonly qtyUnits: number;
  /** What the quantity cost, exactly. */
  readonly entryValue: Money;
  /** Average price in the quote asset, 10^-18 units. */
  readonly entryPrice: Money;
  /** Margin set aside for it. */
  readonly margin: Money;
  readonly leverage: number;
  readonly marginMode: MarginMode;
  readonly realizedPnl: Money;
  readonly updatedUs: number;
}

/** What a position is worth now. */
export interface PositionValue {
  readonly markPrice: Money;
  readonly unrealizedPnl: Money;
  readonly maintenanceMargin: Money;
  /** 0 where no price can liquidate it. */
  readonly liquidationPrice: Money;
}

/** A customer of the venue. Spot and futures wallets are apart, as the venues have them. */
export interface EngineAccount {
  /** Counts up from 10001. */
  readonly id: number;
  /** All balances that are or were not zero. */
  balances(wallet: 'spot' | 'futures'): readonly EngineBalance[];
  balance(wallet: 'spot' | 'futures', asset: string): EngineBalance;
  /** Open orders in order of arrival. */
  openOrders(book?: SimulatedBook): readonly EngineOrder[];
  /** All orders ever, the newest last. */
  orders(book?: SimulatedBook): readonly EngineOrder[];
  /** All fills ever, the newest last. */
  fills(book?: SimulatedBook): readonly EngineFill[];
  order(id: number): EngineOrder | undefined;
  /** The newest order of that client id. */
  orderByClientId(clientOrderId: string): EngineOrder | undefined;
  /** Every contract the account ever had a position or a leverage of. */
  positions(): readonly EnginePosition[];
  position(book: SimulatedBook): EnginePosition;
}

/**
 * What happened to an account, in the order in which it happened: also the log that clients are measured against. An action (a call,
 * or an update of the background) is told when it is done: first its orders and fills, then balances, then positions. `order`,
 * `balance` and `position` are copies of that moment, which do not change any more; the id names the order.
 */
export type EngineEvent =
  | { readonly kind: 'order-opened'; readonly account: EngineAccount; readonly order: EngineOrder; readonly timeUs: number }
  /** `order` is as after this fill; a completely filled order says so in its state and has no event of its own. */
  | {
      readonly kind: 'fill';
      readonly account: EngineAccount;
      readonly order: EngineOrder;
      readonly fill: EngineFill;
      readonly timeUs: number;
    }
  | { readonly kind: 'order-ended'; readonly account: EngineAccount; readonly order: EngineOrder; readonly timeUs: number }
  | {
      readonly kind: 'balance';
      readonly account: EngineAccount;
      readonly wallet: 'spot' | 'futures';
      readonly balance: EngineBalance;
      /** What `total` and `locked` moved by. */
      readonly totalChange: Money;
      readonly lockedChange: Money;
      readonly cause: 'order' | 'trade' | 'fee' | 'funding' | 'liquidation' | 'deposit' | 'margin';
      readonly timeUs: number;
    }
  | { readonly kind: 'position'; readonly account: EngineAccount; readonly position: EnginePosition; readonly timeUs: number }
  | {
      readonly kind: 'funding';
      readonly account: EngineAccount;
      readonly book: SimulatedBook;
      /** Negative when the account paid. */
      readonly amount: Money;
      readonly rate: string;
      readonly timeUs: number;
    };

export type SubmitResult =
  | { readonly kind: 'accepted'; readonly order: EngineOrder }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** The funding of a perpetual. */
export interface EngineFunding {
  /** Exact decimal fraction due at `nextUs`. */
  readonly rate: string;
  readonly nextUs: number;
  readonly intervalHours: number;
}

/** A payment of the past. */
export interface EnginePastFunding {
  readonly timeUs: number;
  readonly rate: string;
  readonly markPrice: Money;
}

/** A public trade. */
export interface EngineTrade {
  readonly id: number;
  readonly priceUnits: number;
  readonly qtyUnits: number;
  readonly buyerIsTaker: boolean;
  readonly timeUs: number;
}

/** A kline of the engine's own trades; prices in units. */
export interface EngineKline {
  /** Microseconds since the epoch. */
  readonly openUs: number;
  readonly openUnits: number;
  readonly highUnits: number;
  readonly lowUnits: number;
  readonly closeUnits: number;
  readonly qtyUnits: number;
  readonly quote: Money;
  readonly trades: number;
}

/**
 * The matching engine of one venue: price-time priority over the background's liquidity and the accounts' orders alike, on all of
 * the venue's books. Deterministic: time and seed decide everything. Calls are synchronous; the public batches (through the market's
 * listener) and the events come during the call, public first. A listener of events may call the engine again, one of batches must
 * not. Made by `createMatchingEngine` in engine.ts.
 */
export interface MatchingEngine {
  /** @param balances by wallet and asset, as decimals */
  openAccount(balances: {
    readonly spot: Readonly<Record<string, string>>;
    readonly futures: Readonly<Record<string, string>>;
  }): EngineAccount;
  account(id: number): EngineAccount | undefined;
  /** Money comes to an account from outside, or goes when negative; what is bound must stay covered. */
  deposit(account: EngineAccount, wallet: 'spot' | 'futures', asset: string, amount: Money): void;
  /** All of them, in the order of their ids. */
  accounts(): readonly EngineAccount[];
  submit(account: EngineAccount, order: NewOrder): SubmitResult;
  /** Whether an order at this price would take from the book now; for venues that refuse post-only orders outright. */
  wouldTake(order: NewOrder): boolean;
  /** Whether a FOK order could be filled now. */
  couldFill(order: NewOrder): boolean;
  /** @returns false when the order is not open any more */
  cancel(order: EngineOrder, reason?: EndReason): boolean;
  /** Cancels the account's open orders, of one book or of all; @returns them. */
  cancelAll(account: EngineAccount, book?: SimulatedBook, reason?: EndReason): readonly EngineOrder[];
  /**
   * Changes the margin of the position and of the orders that are there.
   * @returns `value-too-large` beyond the instrument's greatest leverage, `insufficient-balance` when the margin for it is not there
   */
  setLeverage(account: EngineAccount, book: SimulatedBook, leverage: number): Refusal | null;
  /** @returns `reduce-only` while a position or an order of that book is open, or null */
  setMarginMode(account: EngineAccount, book: SimulatedBook, mode: MarginMode): Refusal | null;
  value(position: EnginePosition): PositionValue;
  markPrice(book: SimulatedBook): Money;
  indexPrice(book: SimulatedBook): Money;
  funding(book: SimulatedBook): EngineFunding;
  pastFunding(book: SimulatedBook): readonly EnginePastFunding[];
  /** Newest last; some thousand are kept. */
  trades(book: SimulatedBook): readonly EngineTrade[];
  /** Klines of one interval that ended or are under way, oldest first; minutes since the market began, and made-up ones before. */
  klines(book: SimulatedBook, intervalMs: number, fromUs: number, toUs: number): readonly EngineKline[];
  /** Closes or opens the whole market (maintenance): closed books take no orders, cancels still work. */
  setClosed(closed: boolean): void;
  /** Registers a listener; @returns what removes it */
  onEvent(listener: (event: EngineEvent) => void): () => void;
  /** Everything that happened so far, the newest last. */
  readonly log: readonly EngineEvent[];
}
