import { z } from 'zod';
import type { OrderSettings } from './hedged-position.js';
import { LEVERAGE_CAP } from './margin-terms.js';

const fraction = (value: number) => z.number().min(0).max(1).default(value);

/** Parameters that both strategies of hedged futures positions share. */
export const hedgedConfig = {
  /** Most that one position's spot or long side may cost, in the quote asset. */
  maxPositionQuote: z.number().positive().max(10_000_000).default(1000),
  /** Least net profit expected to the horizon, in basis points of what is paid. */
  minNetBps: z.number().min(-1000).max(10_000).default(5),
  /** A greater distance is another asset or a broken book, never a profit: it is told and not traded. */
  maxDistanceBps: z.number().positive().max(100_000).default(1000),
  /** Hours until the position is expected to be closed. */
  horizonHours: z.number().positive().max(8760).default(24),
  /** Hours after which it is closed whatever has come of it. */
  maxHoldHours: z.number().positive().max(8760).default(72),
  /** Part of the present distance from the target that is expected to close until the horizon. */
  convergence: fraction(1),
  /** Part of the next funding rate that every payment after it is expected at. */
  fundingPersistence: fraction(0.5),
  leverage: z.number().min(1).max(LEVERAGE_CAP).default(3),
  minLiquidationDistance: z.number().min(0.01).max(0.9).default(0.2),
  maintenanceRate: z.number().min(0).max(0.5).default(0.01),
  liquidationFeeRate: z.number().min(0).max(0.1).default(0.005),
  /** A move of a futures price against its leg after which the position is closed before its margin is in danger, as a fraction. */
  maxAdverseMove: z.number().positive().max(1).default(0.1),
  /** How much worse than decided is still taken, in basis points, opening and closing. */
  openSlackBps: z.number().min(0).max(1000).default(2),
  closeSlackBps: z.number().min(0).max(5000).default(50),
  /** Within so long orders have left, and are hedged; what was not filled is tried again after `retryMs`. */
  expireMs: z.number().positive().max(60_000).default(50),
  hedgeMs: z.number().positive().max(60_000).default(1000),
  retryMs: z.number().positive().max(600_000).default(1000),
  /** The same verdict about the same pair is noted once in so long. */
  noteMs: z.number().min(0).max(3_600_000).default(1000),
};

/** The orders of positions with these parameters. */
export function orderSettings(config: {
  readonly openSlackBps: number;
  readonly closeSlackBps: number;
  readonly expireMs: number;
  readonly hedgeMs: number;
  readonly retryMs: number;
}): OrderSettings {
  return {
    openSlack: config.openSlackBps / 10_000,
    closeSlack: config.closeSlackBps / 10_000,
    expireUs: config.expireMs * 1000,
    hedgeUs: config.hedgeMs * 1000,
    retryUs: config.retryMs * 1000,
  };
}
