import type { FuturesContract, TradableInstrument } from '../../domain/instrument.js';
import type { Direction } from './basis-look.js';

/** The touch of a book, as decimal texts. */
export interface TouchPrices {
  readonly instrument: TradableInstrument;
  readonly bidPrice: string;
  readonly askPrice: string;
}

/** The touch of a futures book with what is known of its funding. */
export interface FuturesTouch extends TouchPrices {
  /** Fraction due at the next payment; null when it was not told. */
  readonly fundingRate: string | null;
  /** Milliseconds since the epoch; null when it was not told. */
  readonly nextFundingMs: number | null;
}

/** Spot against a futures contract. Amounts are in the quote asset for one base asset. */
export interface BasisArbitrageOpportunity {
  readonly spotSymbol: string;
  readonly futuresContract: FuturesContract;
  /** 1: spot is bought and the contract sold; -1: spot that is held is sold and the contract bought. */
  readonly direction: Direction;
  /** Prices at which it would be entered. */
  readonly spotPrice: string;
  readonly futuresPrice: string;
  readonly fairValue: string;
  /** Of those prices, above 0 when the contract is dearer. */
  readonly basisPoints: number;
  /** Funding expected to be paid until the horizon, negative when received. */
  readonly fundingCost: string;
  /** After the costs of all four trades. */
  readonly expectedProfit: string;
  /** Expected profit over the spot value and the margin that it binds, less the part of it that `expiryRisk` puts in doubt. */
  readonly riskAdjustedReturn: number;
  /** 0 for a perpetual; else the rollover window over the time that is left, at most 1. */
  readonly expiryRisk: number;
}

/** What receiving a contract's funding against spot is worth. */
export interface FundingArbitrageOpportunity {
  readonly futuresContract: FuturesContract;
  readonly fundingRate: string;
  /** Percent a year, without compounding. */
  readonly annualisedPct: string;
  /** 1: the contract is sold, -1: it is bought; 0 where there is no funding. */
  readonly direction: Direction | 0;
  /** Fees and slippage of all four trades, in basis points of one trade's value. */
  readonly costBps: string;
  /** Least payments that cover the costs, and hours until then when they come at every interval; null when none do. */
  readonly breakEvenPayments: number | null;
  readonly breakEvenHours: number | null;
  /** Payments until the horizon, and what is left after them when the rate goes on as expected. */
  readonly payments: number;
  readonly expectedProfitBps: string;
}
