import { z } from 'zod';
import { VENUES } from '../../domain/venue.js';
import { LEVERAGE_CAP } from '../hedged/margin-terms.js';

/** What no configuration and no optimisation goes beyond. */
export const SAFETY = {
  maxEntryThresholdPct: 1,
  minExitThresholdPct: 0.05,
  maxHoldMinutes: 360,
  maxPositionMultiplier: 5,
  minDataPoints: 100,
} as const;

const venue = z.enum(VENUES).nullable().default(null);

const fields = z.strictObject({
  /** The asset pair; spot and perpetual are both quoted in `quote`. */
  symbol: z.strictObject({ base: z.string().min(1), quote: z.string().min(1) }),
  /** The venues; null for whichever shows the greatest spread. */
  spotVenue: venue,
  futuresVenue: venue,
  /** Value of the spot leg of a position, in the quote asset, and the most that it may be multiplied by. */
  basePositionSize: z.number().positive().max(10_000_000).default(100),
  maxPositionMultiplier: z.number().positive().max(SAFETY.maxPositionMultiplier).default(2),
  /** What an optimiser is asked for. */
  optimizationLookbackHours: z.number().positive().max(8760).default(24),
  parameterUpdateIntervalMinutes: z.number().positive().max(1440).default(5),
  minSpreadDataPoints: z.number().int().min(SAFETY.minDataPoints).default(100),
  targetHitRate: z.number().min(0).max(1).default(0.7),
  minDailyTrades: z.number().min(0).default(5),
  maxDrawdownTolerance: z.number().positive().max(1).default(0.02),
  /** Bounds of the thresholds in per cent, and of the time that a position is held. They may be narrowed, never widened. */
  maxEntryThreshold: z.number().positive().max(SAFETY.maxEntryThresholdPct).default(SAFETY.maxEntryThresholdPct),
  minExitThreshold: z.number().min(SAFETY.minExitThresholdPct).default(SAFETY.minExitThresholdPct),
  maxPositionHoldMinutes: z.number().positive().max(SAFETY.maxHoldMinutes).default(SAFETY.maxHoldMinutes),
  /** What decides until the first update. */
  entryThresholdPct: z.number().positive().default(0.5),
  exitThresholdPct: z.number().positive().default(0.1),
  positionMultiplier: z.number().positive().default(1),
  /** Weight of a new update against what is in use, in (0, 1]; the first one counts wholly. */
  smoothingWeight: z.number().positive().max(1).default(0.5),
  leverage: z.number().min(1).max(LEVERAGE_CAP).default(3),
  minLiquidationDistance: z.number().min(0.01).max(0.9).default(0.2),
  maintenanceRate: z.number().min(0).max(0.5).default(0.01),
  liquidationFeeRate: z.number().min(0).max(0.1).default(0.005),
  /** A rise of the futures price, as a fraction, after which the position is closed before its margin is in danger. */
  maxAdverseMove: z.number().positive().max(1).default(0.1),
  /** How much worse than decided is still taken, in basis points. */
  openSlackBps: z.number().min(0).max(1000).default(0),
  closeSlackBps: z.number().min(0).max(5000).default(50),
  /** Within so long orders have left, and are hedged; what was not filled is tried again after `retryMs`. */
  expireMs: z.number().positive().max(60_000).default(50),
  hedgeMs: z.number().positive().max(60_000).default(1000),
  retryMs: z.number().positive().max(600_000).default(250),
});

/** Parameters of the delta strategy. */
export const deltaConfig = fields.superRefine((config, refinement) => {
  const say = (path: string, message: string) => refinement.addIssue({ code: 'custom', path: [path], message });
  if (config.entryThresholdPct > config.maxEntryThreshold) say('entryThresholdPct', 'is above maxEntryThreshold');
  if (config.exitThresholdPct < config.minExitThreshold) say('exitThresholdPct', 'is below minExitThreshold');
  if (config.exitThresholdPct >= config.entryThresholdPct) say('exitThresholdPct', 'has to be below entryThresholdPct');
  if (config.positionMultiplier > config.maxPositionMultiplier) say('positionMultiplier', 'is above maxPositionMultiplier');
  if (config.maxAdverseMove >= config.minLiquidationDistance) say('maxAdverseMove', 'has to be below minLiquidationDistance');
});

export type DeltaArbitrageConfig = z.infer<typeof deltaConfig>;
