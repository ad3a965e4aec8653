import type { VenueId, VenueInstrument } from './venue.js';

/** How far away the end of a contract is; `perpetual` has none. */
const CONTRACT_TYPES = ['perpetual', 'quarterly', 'monthly', 'weekly'] as const;
export type ContractType = (typeof CONTRACT_TYPES)[number];

/** A futures contract as its venue describes it. Decimals are texts, exactly as sent. */
export interface FuturesContract {
  readonly venue: VenueId;
  /** The venue's own name of the contract. */
  readonly symbol: string;
  /** Canonical assets that its price compares. */
  readonly underlying: { readonly base: string; readonly quote: string };
  readonly contractType: ContractType;
  /** Milliseconds since the epoch; null for a perpetual. */
  readonly settlementDate: number | null;
  /** Base units in one contract. */
  readonly contractSize: string;
  readonly tickSize: string;
  /** Hours between funding payments; 0 where there are none. */
  readonly fundingInterval: number;
  readonly maxLeverage: number;
}

/** What a venue demands of an order of one instrument. Decimals are texts; null where the venue sets no such bound. */
export interface OrderRules {
  /** Prices are multiples of it. */
  readonly tickSize: string;
  /** Quantities (base units on spot, contracts on futures) are multiples of it. */
  readonly lotSize: string;
  readonly minQty: string;
  readonly maxQty: string | null;
  /** Bound of its own for market orders; null where `maxQty` holds for them as well. */
  readonly maxMarketQty: string | null;
  /** Least and greatest value of an order in the quote asset. */
  readonly minQuoteAmount: string;
  readonly maxQuoteAmount: string | null;
  /** Amounts of market orders in the quote asset are multiples of it; null where the venue takes no such orders. */
  readonly quoteStep: string | null;
}

/** An instrument with everything that trading it takes. */
export interface TradableInstrument extends VenueInstrument {
  /** What private REST requests call it; the same as `symbol` at most venues. */
  readonly requestName: string;
  /** Further names by which the venue's answers may call it. */
  readonly aliases: readonly string[];
  readonly rules: OrderRules;
  readonly makerFeeBps: number;
  /** Null on spot. */
  readonly contract: FuturesContract | null;
}

/** The least that can be ordered of an instrument, and how finely. */
export interface MinOrderInfo {
  readonly symbol: string;
  /** In the quote asset. */
  readonly minQuoteAmount: string;
  /** Decimals of quantities, of quote amounts and of prices. */
  readonly basePrecision: number;
  readonly quotePrecision: number;
  readonly pricePrecision: number;
}
