import { entrySpreadPct, exitSpreadPct } from '../../strategy/delta/pair.js';
import { HOUR_US } from '../../strategy/hedged/funding.js';
import type { MarketFrame } from './market-frame.js';

/** Taker fees as fractions of what is traded, paid when entering and again when leaving. */
export interface DeltaFees {
  readonly spotFee: number;
  readonly futFee: number;
}

/** A round trip of one base unit: spot bought and the perpetual sold, then both undone, all at the touch. */
export interface DeltaTrade {
  readonly entryRow: number;
  readonly exitRow: number;
  readonly entryTsUs: number;
  readonly exitTsUs: number;
  readonly hours: number;
  readonly entrySpotAskPrice: number;
  readonly entryFutBidPrice: number;
  readonly exitSpotBidPrice: number;
  readonly exitFutAskPrice: number;
  /** Profit of each leg and of both after fees, in the quote asset a base unit. */
  readonly spotProfit: number;
  readonly futProfit: number;
  readonly totalProfit: number;
  /** `totalProfit` in per cent of what the spot leg cost, its fee included. */
  readonly netProfitPct: number;
  /** The spread entered at and the one left at, as the delta strategy reckons them; positive when futures are dearer. */
  readonly entrySpreadPct: number;
  readonly exitSpreadPct: number;
  /** Why it was left: 'end' when the data ended, else as the backtest says. */
  readonly reason: string;
}

/** Profit after fees, in per cent of what the spot leg cost, of a position entered in one row and left in another. */
export function netProfitPct(frame: MarketFrame, entryRow: number, exitRow: number, fees: DeltaFees): number {
  return deltaTrade(frame, entryRow, exitRow, fees, '').netProfitPct;
}

/** The trade of a position entered in one row and left in another. */
export function deltaTrade(frame: MarketFrame, entryRow: number, exitRow: number, fees: DeltaFees, reason: string): DeltaTrade {
  const entryTsUs = frame.tsUs[entryRow] as number;
  const exitTsUs = frame.tsUs[exitRow] as number;
  const entrySpotAskPrice = frame.spotAskPrice[entryRow] as number;
  const entryFutBidPrice = frame.futBidPrice[entryRow] as number;
  const exitSpotBidPrice = frame.spotBidPrice[exitRow] as number;
  const exitFutAskPrice = frame.futAskPrice[exitRow] as number;
  const spotCost = entrySpotAskPrice * (1 + fees.spotFee);
  const spotProfit = exitSpotBidPrice * (1 - fees.spotFee) - spotCost;
  const futProfit = entryFutBidPrice * (1 - fees.futFee) - exitFutAskPrice * (1 + fees.futFee);
  const totalProfit = spotProfit + futProfit;
  return {
    entryRow,
    exitRow,
    entryTsUs,
    exitTsUs,
    hours: (exitTsUs - entryTsUs) / HOUR_US,
    entrySpotAskPrice,
    entryFutBidPrice,
    exitSpotBidPrice,
    exitFutAskPrice,
    spotProfit,
    futProfit,
    totalProfit,
    netProfitPct: (totalProfit / spotCost) * 100,
    entrySpreadPct: entrySpreadPct(entrySpotAskPrice, entryFutBidPrice),
    exitSpreadPct: exitSpreadPct(exitSpotBidPrice, frame.spotAskPrice[exitRow] as number, exitFutAskPrice),
    reason,
  };
}
