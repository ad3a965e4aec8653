import { HOUR_US } from '../hedged/funding.js';
import type { HedgedPosition } from '../hedged/hedged-position.js';
import type { MarketView } from '../market-view.js';
import type { BasisLook, Direction } from './basis-look.js';
import type { BasisPair } from './basis-pair.js';
import type { BasisConfig } from './config.js';
import { ADVERSE_MOVE, CONVERGED, FUNDING_FLIPPED, HOLD, MAXIMUM_HOLD, ROLLOVER_WINDOW } from './stages.js';

const BPS = 10_000;

/** A basis position and what it was opened on; a roll changes its pair. */
export interface HeldBasis {
  readonly position: HedgedPosition;
  pair: BasisPair;
  /** The pair it is being rolled from. */
  previous: BasisPair | null;
  readonly direction: Direction;
  entryBasisBps: number;
  /** Rate that was due next when it was opened. */
  entryFundingBps: number;
  entryFuturesPrice: number;
}

/** How far the futures price has gone against its leg since it was opened, in basis points. */
export function adverseMoveBps({ direction, entryFuturesPrice }: HeldBasis, { futuresAsk, futuresBid }: BasisLook): number {
  return (direction === 1 ? futuresAsk / entryFuturesPrice - 1 : 1 - futuresBid / entryFuturesPrice) * BPS;
}

/** Hours since it was opened. */
export function heldHours({ position }: HeldBasis, { epochUs }: MarketView): number {
  return (epochUs - position.openedEpochUs) / HOUR_US;
}

/** Why a position should be closed now, or HOLD; `look` faces its direction. What endangers it comes first. */
export function exitVerdict(held: HeldBasis, look: BasisLook, config: BasisConfig, market: MarketView): number {
  if (adverseMoveBps(held, look) >= config.maxAdverseMove * BPS) return ADVERSE_MOVE;
  if (look.hoursToExpiry <= config.rolloverWindowHours) return ROLLOVER_WINDOW;
  const { direction } = held;
  if (direction * (look.exitBasisBps - (config.targetBasisBps ?? look.fairBps)) <= 0) return CONVERGED;
  const isAgainst = direction * look.nextFundingBps <= -Math.max(config.fundingFlipBps, Number.MIN_VALUE);
  if (direction * held.entryFundingBps > 0 && isAgainst) return FUNDING_FLIPPED;
  return heldHours(held, market) >= config.maxHoldHours ? MAXIMUM_HOLD : HOLD;
}
