/** The venues that Tiercel speaks to. The order is the one of tables and reports. */
export const VENUES = ['binance', 'coinbase', 'kraken', 'mexc', 'gateio'] as const;
export type VenueId = (typeof VENUES)[number];

/** `futures` are linear perpetual contracts settled in a stablecoin. */
export const MARKETS = ['spot', 'futures'] as const;
export type Market = (typeof MARKETS)[number];

/** One instrument at one venue, as its metadata describes it. Decimals are texts, exactly as sent. */
export interface VenueInstrument {
  readonly venue: VenueId;
  readonly market: Market;
  /** The venue's own name, as its market data frames carry it ("BTCUSDT", "BTC-USD", "BTC/USD", "BTC_USDT"). */
  readonly symbol: string;
  /** Canonical assets, after the venue's own codes (XBT, XDG, 1000X contracts) are resolved. */
  readonly base: string;
  readonly quote: string;
  /** Decimals that prices and quantities of this instrument may have on the wire. */
  readonly priceDecimals: number;
  readonly qtyDecimals: number;
  /** Base units in one contract; "1" on spot. */
  readonly contractSize: string;
  /** Taker fee in basis points (10 = 0.1 %), from the venue's list where it publishes one. */
  readonly takerFeeBps: number;
}
