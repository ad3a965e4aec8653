import type { Decimal } from '../domain/decimal.js';
import type { Side } from '../domain/order.js';
import type { Market, VenueId } from '../domain/venue.js';

/** One account of a venue: spot and futures wallets are apart. */
export interface AccountName {
  readonly venue: VenueId;
  readonly market: Market;
}

/** Money that came or went without a trade. Decimals are plain texts. */
export interface Movement extends AccountName {
  /** Unique: a movement told twice is one. */
  readonly id: string;
  /** `adjustment`: a difference that was looked into and taken over. */
  readonly kind: 'transfer' | 'funding' | 'adjustment';
  readonly asset: string;
  /** Above zero came in, below went. */
  readonly amount: string;
}

/** A funding payment that fell due: about so much will come or go, and the wallet will tell exactly how much. */
export interface FundingDue extends AccountName {
  readonly symbol: string;
  /** When it fell due, by the venue's clock: who held the contracts then pays or receives. */
  readonly dueMs: number;
  /** Exact fraction of the notional that longs pay. */
  readonly rate: string;
  readonly markPrice: string;
}

/** What funding payments are thought to come to together. */
export interface FundingEstimate {
  readonly amount: Decimal;
  /** Of all of them without their signs: each may differ by a share of itself, also where they cancel out. */
  readonly size: Decimal;
}

/** What one holding came to by a fill or a movement. */
export interface HoldingChange extends AccountName {
  readonly asset: string;
  /** The contract, counted in contracts; null for a wallet, counted in the asset. */
  readonly symbol: string | null;
  readonly change: string;
  readonly expected: string;
}

/** What a fill changed; nothing when it was told before. */
export interface PositionUpdate {
  readonly isNew: boolean;
  readonly changes: readonly HoldingChange[];
}

/** A holding that is not what fills and movements make it. Amounts are in contracts where `symbol` names one. */
export interface PositionImbalance extends AccountName {
  /** Of a contract: its base asset. */
  readonly asset: string;
  readonly symbol: string | null;
  readonly expectedBalance: string;
  readonly actualBalance: string;
  /** Actual less expected. */
  readonly imbalanceAmount: string;
  readonly withinTolerance: boolean;
  /** False while it is within the tolerance, or so young that the venue's word may be on its way. */
  readonly correctionRequired: boolean;
  /** How long it has been beyond the tolerance. */
  readonly ageMs: number;
}

/** What one check found. */
export interface ReconciliationResult {
  readonly checkedUs: number;
  readonly holdings: number;
  readonly imbalances: readonly PositionImbalance[];
  /** Accounts that cannot be checked now: without a start, or not followed. */
  readonly blind: readonly AccountName[];
  /** Facts that no holding could be found for. */
  readonly unexplained: readonly string[];
}

/** An order that is proposed; nothing is sent here. */
export interface CorrectionOrder extends AccountName {
  readonly symbol: string;
  readonly asset: string;
  readonly side: Side;
  /** On the instrument's grid: base units on spot, contracts on futures. */
  readonly quantity: string;
  /** Takes at once at the prices of now, on the instrument's grid. */
  readonly limitPrice: string;
  readonly reduceOnly: boolean;
}

/** How an imbalance can be corrected. */
export type CorrectionResult =
  | {
      readonly kind: 'order';
      readonly imbalance: PositionImbalance;
      readonly order: CorrectionOrder;
      readonly rest: DustAmount | null;
    }
  /** Too small for any order here: to be carried. */
  | { readonly kind: 'dust'; readonly imbalance: PositionImbalance; readonly dust: DustAmount }
  /** No order helps: money is missing or too much, or there is no price or instrument. */
  | { readonly kind: 'not-correctable'; readonly imbalance: PositionImbalance; readonly reason: string }
  | { readonly kind: 'not-required'; readonly imbalance: PositionImbalance };

/** Exposure too small to trade where it is, in base units: above zero is too much, below too little. */
export interface DustAmount extends AccountName {
  readonly asset: string;
  readonly amount: string;
}

/** What became of dust: each asset's `carried` and `sweeps` sum up to what was given. */
export interface DustHandlingResult {
  /** What stays, by asset, over all accounts. */
  readonly carried: readonly { readonly asset: string; readonly amount: string; readonly accounts: readonly DustAmount[] }[];
  /** What together is enough for an order, with the exposure in base units that it takes away. */
  readonly sweeps: readonly { readonly order: CorrectionOrder; readonly baseAmount: string }[];
}

/** The prices an order would meet now; null when they are not known or too old. */
export type PriceSource = (account: AccountName, symbol: string) => { readonly bid: string; readonly ask: string } | null;

/** What is expected of an account, as it is kept over a restart. Decimals are plain texts. */
export interface AccountSnapshot extends AccountName {
  /** `closes` is how many fills closed something in a futures wallet: so often may the venue have rounded. */
  readonly balances: readonly { readonly asset: string; readonly total: string; readonly closes?: number }[];
  /** Contracts, and what they cost in the quote asset, negative for a short position. */
  readonly positions: readonly { readonly symbol: string; readonly signedSize: string; readonly openCost: string }[];
}

/** When a difference counts. */
export interface ReconciliationSettings {
  /** How long the venue's word on a fill may take: a difference counts when nothing has moved for so long. */
  readonly settleMs: number;
  /** A difference that has lasted so long counts, however much is moving. */
  readonly settleMsMax: number;
  /** Differences up to this are no difference; by asset, else the default. In contracts for positions there is none. */
  readonly tolerance: Readonly<Record<string, string>>;
  readonly toleranceDefault: string;
  /** A futures wallet may differ by this for each fill that closed something: the venue rounds what it realised. */
  readonly roundingPerClose: string;
  /** Part of an estimated funding payment by which the real one may differ. */
  readonly fundingSlack: string;
  /** Trade and movement ids that are remembered. */
  readonly idsRemembered: number;
  /** How far beyond the best price a correction may go, in basis points. */
  readonly slippageBps: number;
}

export const DEFAULT_RECONCILIATION_SETTINGS: ReconciliationSettings = {
  settleMs: 3_000,
  settleMsMax: 30_000,
  tolerance: {},
  toleranceDefault: '0.00000001',
  roundingPerClose: '0.00000001',
  fundingSlack: '0.05',
  idsRemembered: 50_000,
  slippageBps: 50,
};
