import type { Market, VenueId } from './venue.js';

export type Side = 'buy' | 'sell';
export type OrderType = 'limit' | 'market';

/** `gtc` rests until cancelled; `ioc` takes what is there; `fok` takes all or nothing; `post-only` never takes. */
export type TimeInForce = 'gtc' | 'ioc' | 'fok' | 'post-only';

/**
 * What is asked of a venue. Amounts are exact decimal texts on the instrument's own grid: base units on spot, contracts on futures.
 * Exactly one of `quantity` and `quoteAmount` is set, and the latter only for market orders.
 */
export interface OrderRequest {
  /** The venue's own name of the instrument. */
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  /** A market order is `ioc`. */
  readonly timeInForce: TimeInForce;
  readonly quantity: string | null;
  /** Market orders by value: what to spend (buy) or to receive (sell) of the quote asset. */
  readonly quoteAmount: string | null;
  /** Null for a market order. */
  readonly price: string | null;
  /** Unique and derived from the intent, so that a repetition cannot double the order; see clientOrderId in src/venues. */
  readonly clientOrderId: string;
  /** Futures: may only make a position smaller. */
  readonly reduceOnly: boolean;
}

/**
 * `pending`: taken by the venue's front, not confirmed by its engine. `unknown`: the answer is lost, and only the venue can say what
 * became of it. `filled`, `canceled`, `expired` and `rejected` are final; the middle two may have fills.
 */
export const ORDER_STATES = [
  'pending',
  'open',
  'partially-filled',
  'filled',
  'canceled',
  'expired',
  'rejected',
  'unknown',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** Whether nothing more can happen to an order in this state. */
export function isFinal(state: OrderState): boolean {
  return state === 'filled' || state === 'canceled' || state === 'expired' || state === 'rejected';
}

/** How to name an order to its venue: by either id. */
export interface OrderReference {
  readonly symbol: string;
  readonly venueOrderId: string | null;
  readonly clientOrderId: string | null;
}

/** What a venue says of an order; null where this message of the venue does not tell. Decimals are plain texts. */
export interface OrderReport {
  readonly venue: VenueId;
  readonly market: Market;
  readonly symbol: string;
  readonly venueOrderId: string | null;
  readonly clientOrderId: string | null;
  readonly side: Side | null;
  readonly state: OrderState;
  readonly price: string | null;
  readonly quantity: string | null;
  /** Filled so far: base units or contracts, and their value in the quote asset. */
  readonly filledQty: string | null;
  readonly filledQuote: string | null;
  /** Milliseconds since the epoch, by the venue's clock. */
  readonly updatedMs: number | null;
  /** The venue's own word for why it ended. */
  readonly reason: string | null;
}

/** One execution of one of our orders. */
export interface Fill {
  readonly venue: VenueId;
  readonly market: Market;
  readonly symbol: string;
  /** Unique within the venue, market and symbol: a fill told twice is one fill. */
  readonly tradeId: string;
  readonly venueOrderId: string;
  readonly clientOrderId: string | null;
  readonly side: Side;
  readonly price: string;
  /** Base units on spot, contracts on futures. */
  readonly quantity: string;
  /** What it cost; negative for a rebate; null where this message does not tell. */
  readonly fee: string | null;
  /** Canonical asset of the fee. */
  readonly feeAsset: string | null;
  readonly liquidity: 'maker' | 'taker' | null;
  readonly timeMs: number;
}
