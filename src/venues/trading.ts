import type {
  Balance,
  FeeTier,
  FundingRate,
  MarginSetting,
  PastFunding,
  PositionInfo,
  PositionReport,
} from '../domain/account.js';
import type { Credentials } from '../domain/credentials.js';
import type { RefusalKind } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import type { Kline, KlineInterval, OrderBookSnapshot, PastTrades, Ticker } from '../domain/market-data.js';
import type { Fill, OrderReference, OrderReport, OrderRequest, Side, TimeInForce } from '../domain/order.js';
import type { Market, VenueId } from '../domain/venue.js';

/** Where one market of a venue is traded; the defaults are the real URLs, a simulation or a testnet replaces them. */
export interface TradingEndpoints {
  readonly rest: string;
  /** Null where the venue has no such interface. */
  readonly wsPrivate: string | null;
  readonly wsTrade: string | null;
}

/** Names and values in the order in which they are signed and sent, not yet encoded. */
export type Params = readonly (readonly [name: string, value: string])[];

export type RestMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Part of a budget that a call takes. */
export interface RateCost {
  readonly budget: string;
  readonly amount: number;
}

/** One request to a venue's REST interface, before it is signed. */
export interface RestCall {
  readonly method: RestMethod;
  readonly path: string;
  readonly query: Params;
  /** JSON is the exact text that is signed and sent. */
  readonly body: { readonly kind: 'form'; readonly params: Params } | { readonly kind: 'json'; readonly text: string } | null;
  /** `key`: the API key alone, no signature. */
  readonly security: 'public' | 'key' | 'signed';
  /** Cancels have a reserve of the budgets that nothing else may use; reads give way to orders. */
  readonly purpose: 'read' | 'order' | 'cancel' | 'session';
  readonly costs: readonly RateCost[];
  /** Whether sending it twice changes nothing more than once. Orders are never repeatable. */
  readonly repeatable: boolean;
}

/** A request as it goes over the wire. */
export interface SignedRequest {
  readonly method: RestMethod;
  /** Path and query, encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Facts of the moment that signatures need. */
export interface RequestStamp {
  /** Milliseconds since the epoch by the venue's clock, as estimated. */
  readonly epochMs: number;
  /** Strictly increasing for each key, also over restarts. */
  readonly nonce: number;
}

/** A whole answer. */
export interface RestReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON in which numbers that a double cannot hold exactly are texts; undefined when it is no JSON. */
  readonly body: unknown;
}

/** What a venue's error means. */
export interface VenueRefusal {
  readonly kind: RefusalKind;
  /** The venue's own code and text. */
  readonly code: string;
  readonly text: string;
  readonly retryAfterMs?: number;
}

/**
 * An operation as a conversation: it yields calls, is given the parsed body of each successful answer, and returns the result. Pure:
 * whoever drives it sends the calls. A refusal is thrown into it as a VenueRequestError. It throws VenueProtocolError when an answer
 * is not as the venue documents it.
 */
export type Dialogue<T> = Generator<RestCall, T, unknown>;

/** A limit of the venue. `window`: so much in any stretch of that length. `decay`: a counter that sinks steadily. */
export type RateBudgetRule = {
  readonly name: string;
  readonly limit: number;
  readonly scope: 'address' | 'account';
  /** Where neither orders nor cancels count in it: the part of it that reads may fill; the rest is kept back for what keeps a session. */
  readonly readShare?: number;
} & ({ readonly kind: 'window'; readonly windowMs: number } | { readonly kind: 'decay'; readonly perSecond: number });

/** What an answer's headers say about a budget. */
export interface BudgetReading {
  readonly budget: string;
  readonly used: number;
  readonly limit?: number;
  /** Milliseconds until it is whole again. */
  readonly resetMs?: number;
}

/** Looks instruments up by symbol, request name or alias. Filled by the gateway once the metadata is there. */
export interface InstrumentDirectory {
  find(name: string): TradableInstrument | undefined;
  readonly all: readonly TradableInstrument[];
}

/** Client heartbeats; pings of the server are always answered. */
export interface StreamHeartbeat {
  readonly intervalMs: number;
  text(epochMs: number): string;
}

/** What a frame of a private stream says. */
export type StreamItem =
  | { readonly kind: 'order'; readonly order: OrderReport }
  | { readonly kind: 'fill'; readonly fill: Fill }
  | { readonly kind: 'balance'; readonly balance: Balance }
  | { readonly kind: 'position'; readonly position: PositionReport }
  /** Logged on, every subscription stands: from here on nothing is missed. Exactly once a session. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'alive' }
  /** The venue wants this text back. */
  | { readonly kind: 'reply'; readonly text: string }
  /** Log-on or subscription refused. */
  | { readonly kind: 'refused'; readonly refusal: VenueRefusal }
  /** The session is over or has lost something (expired key, gap in its numbers, announced shutdown): connect anew. */
  | { readonly kind: 'lost'; readonly reason: string };

/** One connection of a private stream: holds what its protocol must remember, does no input or output. */
export interface PrivateSession {
  readonly url: string;
  /** Frames to send as soon as the connection is open. */
  opened(stamp: RequestStamp): readonly string[];
  /** Reads a frame and may answer with `reply` items. Never throws; what cannot be read is `lost`. */
  read(frame: Uint8Array, binary: boolean, stamp: RequestStamp): readonly StreamItem[];
}

/** How orders, fills, balances and positions of the account are followed. */
export interface PrivateStreamProtocol {
  /** Asks REST for what a session needs (listen key, token, user id); an empty text where it needs nothing. */
  prepare(): Dialogue<string>;
  /** Keeps that alive; null where there is nothing to renew. */
  readonly renewal: { readonly everyMs: number; renew(ticket: string): Dialogue<void> } | null;
  /** Gives it back at the end; null where that is not possible. */
  readonly release: ((ticket: string) => Dialogue<void>) | null;
  session(ticket: string, credentials: Credentials): PrivateSession;
  readonly heartbeat: StreamHeartbeat | null;
  /** Silence that means the connection is dead. Infinity where the venue may be silent and only pings tell. */
  readonly idleMsMax: number;
  /** The venue ends connections after this long; they are replaced shortly before. */
  readonly lifetimeMs: number;
  /** Whether every fill comes with its fee and id on the stream; otherwise fills are fetched when an order says it was filled. */
  readonly tellsFills: boolean;
}

/** What a frame on an order entry connection says. */
export type OrderEntryItem =
  | { readonly kind: 'ready' }
  | { readonly kind: 'order'; readonly requestId: number; readonly order: OrderReport }
  | { readonly kind: 'refusal'; readonly requestId: number; readonly refusal: VenueRefusal }
  /** Log-on refused. */
  | { readonly kind: 'refused'; readonly refusal: VenueRefusal }
  | { readonly kind: 'reply'; readonly text: string }
  | { readonly kind: 'usage'; readonly readings: readonly BudgetReading[] }
  | { readonly kind: 'alive' }
  | { readonly kind: 'lost'; readonly reason: string };

/** One connection for order entry. `place` and `cancel` do no more than build and sign one text: they are on the hot path. */
export interface OrderEntrySession {
  readonly url: string;
  opened(stamp: RequestStamp): readonly string[];
  place(order: OrderRequest, instrument: TradableInstrument, requestId: number, stamp: RequestStamp): string;
  cancel(order: OrderReference, requestId: number, stamp: RequestStamp): string;
  /** Never throws; what cannot be read is `lost`. */
  read(frame: Uint8Array, binary: boolean, stamp: RequestStamp): readonly OrderEntryItem[];
}

/** Order entry over WebSocket. */
export interface OrderEntryProtocol {
  prepare(): Dialogue<string>;
  /** Whether an order can be said over this line; left out where every one can. Others go over REST. */
  takes?(order: OrderRequest): boolean;
  session(ticket: string, credentials: Credentials): OrderEntrySession;
  readonly heartbeat: StreamHeartbeat | null;
  readonly idleMsMax: number;
  readonly lifetimeMs: number;
  /** What a placement and a cancel take of the budgets. */
  readonly placeCosts: readonly RateCost[];
  readonly cancelCosts: readonly RateCost[];
}

/** What only a futures market has. */
export interface FuturesProtocol {
  fundingRate(instrument: TradableInstrument): Dialogue<FundingRate>;
  /** Oldest first; one batch. */
  fundingHistory(instrument: TradableInstrument, fromMs: number, toMs: number): Dialogue<readonly PastFunding[]>;
  /** Open positions. */
  positions(): Dialogue<readonly PositionInfo[]>;
  /** Has a contract margined so; setting again what is so already changes nothing. @returns what the venue says it is then */
  setMargin(instrument: TradableInstrument, setting: MarginSetting): Dialogue<MarginSetting>;
}

/** Cancels everything when it is not armed again in time. It cancels hedges and stops as well. */
export interface DeadMansSwitch {
  readonly minSeconds: number;
  readonly maxSeconds: number;
  /** Whether it must be armed for each symbol. */
  readonly scope: 'account' | 'symbol';
  /** @param timeoutSeconds 0 disarms */
  arm(timeoutSeconds: number, symbols: readonly string[]): Dialogue<void>;
}

/** What a venue's orders can do. */
export interface TradingFeatures {
  readonly timeInForce: readonly TimeInForce[];
  /** Sides on which market orders by quote amount are taken. */
  readonly marketByQuote: readonly Side[];
  readonly reduceOnly: boolean;
  /** Whether open orders and all orders can be asked for or cancelled without naming a symbol. */
  readonly openOrdersOfAll: boolean;
  readonly cancelAllOfAll: boolean;
  /** Whether fills can be asked for without naming a symbol. */
  readonly fillsOfAll: boolean;
}

/**
 * Everything that a gateway must know to trade one market of one venue. Pure: it turns intentions into calls and frames, and answers
 * into facts; it holds no state beyond its directory, no clock and no socket.
 */
export interface TradingProtocol {
  readonly venue: VenueId;
  readonly market: Market;
  readonly endpoints: TradingEndpoints;
  readonly features: TradingFeatures;
  readonly budgets: readonly RateBudgetRule[];
  /** How long after it was sent the venue may still take a request: only after that is "unknown order" its last word. */
  readonly requestValidityMs: number;
  /** Set where signed calls of one key must arrive in the order of their nonces: they are made one after the other. */
  readonly serialNonces?: true;

  // Requests
  sign(call: RestCall, credentials: Credentials | null, stamp: RequestStamp): SignedRequest;
  /** What an answer means if it is a refusal, by status, headers and body; null when it is a good answer. */
  refusal(reply: RestReply, call: RestCall): VenueRefusal | null;
  usage(reply: RestReply, call: RestCall): readonly BudgetReading[];
  /** The same text for the same key, in the venue's alphabet and length. */
  clientOrderId(key: string): string;

  // Public
  /** Milliseconds since the epoch. */
  serverTime(): Dialogue<number>;
  /** How coarse that is. */
  readonly serverTimeStepMs: number;
  instruments(): Dialogue<readonly TradableInstrument[]>;
  orderBook(instrument: TradableInstrument, levels: number): Dialogue<OrderBookSnapshot>;
  readonly klineBatchMax: number;
  /** Oldest first, those that open in [fromMs, toMs); a stretch of at most `klineBatchMax` intervals, told whole. */
  klines(instrument: TradableInstrument, interval: KlineInterval, fromMs: number, toMs: number): Dialogue<readonly Kline[]>;
  /** Trades of the market after a moment, oldest first, one answer of them; where the venue tells them from the beginning on. */
  readonly pastTrades?: (instrument: TradableInstrument, afterNs: bigint) => Dialogue<PastTrades>;
  /** All instruments. */
  tickers(): Dialogue<readonly Ticker[]>;

  // Private
  /** The order must have passed `checkOrder`. */
  place(order: OrderRequest, instrument: TradableInstrument): Dialogue<OrderReport>;
  cancel(order: OrderReference): Dialogue<OrderReport | null>;
  /** @param instrument null for all, where the venue can */
  cancelAll(instrument: TradableInstrument | null): Dialogue<void>;
  /** By client id where the reference has one. Null when the venue says that it knows no such order. */
  order(order: OrderReference): Dialogue<OrderReport | null>;
  openOrders(instrument: TradableInstrument | null): Dialogue<readonly OrderReport[]>;
  /** Oldest first, from that moment on. */
  fills(instrument: TradableInstrument | null, sinceMs: number): Dialogue<readonly Fill[]>;
  balances(): Dialogue<readonly Balance[]>;
  feeTier(instrument: TradableInstrument): Dialogue<FeeTier>;

  readonly futures: FuturesProtocol | null;
  readonly deadMansSwitch: DeadMansSwitch | null;
  readonly privateStream: PrivateStreamProtocol;
  /** Null where orders go over REST only. */
  readonly orderEntry: OrderEntryProtocol | null;
}

/** What may be chosen when a trading protocol is made. */
export interface TradingOptions {
  readonly endpoints?: TradingEndpoints;
  readonly directory: InstrumentDirectory;
}
