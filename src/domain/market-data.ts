/** Interval of klines; the ones that every venue has, or that can be made of those it has. */
export const KLINE_INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;
export type KlineInterval = (typeof KLINE_INTERVALS)[number];

export const KLINE_INTERVAL_MS: Readonly<Record<KlineInterval, number>> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
};

/** One kline. Decimals are texts; volumes in base units and in the quote asset, null where the venue does not tell. */
export interface Kline {
  /** Milliseconds since the epoch. */
  readonly openMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly baseVolume: string | null;
  readonly quoteVolume: string | null;
}

/** Klines of a stretch of time, and its end. */
export interface KlineBatch {
  /** Oldest first; none where nothing was traded. */
  readonly klines: readonly Kline[];
  /** All that opened before was asked for and answered, milliseconds since the epoch. */
  readonly toMs: number;
}

/** A trade of the market, by its venue's clock. */
export interface PastTrade {
  /** Milliseconds since the epoch, with their fraction. */
  readonly timeMs: number;
  readonly price: string;
  /** In base units. */
  readonly quantity: string;
}

/** Some trades of the market that follow each other. */
export interface PastTrades {
  /** Oldest first. */
  readonly trades: readonly PastTrade[];
  /** Where they end, nanoseconds since the epoch; what follows is asked for with it. */
  readonly lastNs: bigint;
}

/** The last 24 hours of an instrument; null where the venue does not tell. */
export interface Ticker {
  readonly symbol: string;
  readonly last: string;
  readonly bid: string | null;
  readonly ask: string | null;
  readonly quoteVolume24h: string | null;
}

/** One level of a snapshot: price, and quantity in base units or contracts. */
export type SnapshotLevel = readonly [price: string, quantity: string];

/** A book as a venue's REST interface gives it; both sides best first. Never kept: what is older than a decision is no truth. */
export interface OrderBookSnapshot {
  readonly symbol: string;
  /** The venue's own sequence number of the state; null where it has none. */
  readonly sequence: number | null;
  readonly bids: readonly SnapshotLevel[];
  readonly asks: readonly SnapshotLevel[];
}
