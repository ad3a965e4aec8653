import type { FundingEffect, PositionFigures, PositionSide } from '../domain/margin.js';
import type { MarginRequirement } from '../strategy/cross-futures/types.js';

/** A futures position as reports take it. Decimals are plain texts. */
export interface FuturesPosition {
  readonly book: number;
  readonly side: PositionSide;
  readonly contracts: string;
  readonly entry: string;
  readonly mark: string;
  /** Fraction that the longs pay at the next funding; left out where nothing is known. */
  readonly fundingRate?: string;
  readonly addedMargin?: string;
  /** Funding received so far, negative when paid. */
  readonly funding?: string;
}

/** A futures order that is thought of. Decimals are plain texts. */
export interface FuturesTradeRequest {
  readonly book: number;
  readonly side: PositionSide;
  readonly contracts: string;
  readonly price: string;
}

/** Whether the margin of every account suffices for some trades together. */
export interface MarginCheckResult {
  readonly approved: boolean;
  /** The limit that refused; null when approved. */
  readonly reason: 'halted' | 'leverage' | 'margin-use' | 'liquidation-buffer' | null;
  readonly requirement: MarginRequirement;
}

export interface LiquidationRisk {
  readonly position: FuturesPosition;
  readonly figures: PositionFigures;
  /** Nearer to its liquidation than the configured buffer. */
  readonly isAtRisk: boolean;
}

export interface LiquidationRiskAssessment {
  readonly positions: readonly LiquidationRisk[];
  /** Percent of the mark price; null when no price liquidates any position. */
  readonly nearestPct: string | null;
  readonly isAtRisk: boolean;
}

export interface FundingImpact {
  readonly position: FuturesPosition;
  /** What the next payment does. */
  readonly effect: FundingEffect;
}

export interface FundingImpactAnalysis {
  readonly positions: readonly FundingImpact[];
  /** Received at the next payments by all positions, negative when paid; reference currency. */
  readonly totalQuote: number;
  readonly isOverLimit: boolean;
}

/** Why positions are to be reduced, and the books that it is about. */
export interface RiskTrigger {
  readonly kind: 'liquidation' | 'margin' | 'funding' | 'manual';
  readonly books: readonly number[];
}

/** Where a strategy's position is to go: nearer to zero. */
export interface ReductionTarget {
  readonly strategy: number;
  readonly book: number;
  readonly positionUnits: number;
  readonly targetUnits: number;
  readonly reduceOnly: true;
}

export interface DeleveragingResult {
  readonly trigger: RiskTrigger;
  readonly epochUs: number;
  /** What execution has to carry out; both sides of a hedge are reduced alike. */
  readonly targets: readonly ReductionTarget[];
}
