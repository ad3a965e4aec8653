import { z } from 'zod';

const share = (usual: number) => z.number().min(0).max(1).default(usual);
const bps = (usual: number, max = 1000) => z.number().min(0).max(max).default(usual);

/** Stage 1: what counts as a signal. */
const SignalSchema = z.strictObject({
  /** How much each kind is believed at full strength: the share of cases in which the price follows. Half of it at the threshold. */
  imbalanceWeight: share(0.5),
  wallWeight: share(0.3),
  microMoveWeight: share(0.4),
  volumeWeight: share(0.5),
  /** Least composite strength that goes on. */
  minStrength: share(0.2),
  /** After this time a signal that is still active counts for nothing: the price has had its chance to follow. */
  maxAgeMs: z.number().min(10).max(16_000).default(3000),
  /** A signal that was refused is looked at again, while it lasts, this much later. */
  reviewMs: z.number().min(1).max(16_000).default(250),
});

/** Stage 2: what the market around the signal must look like. */
const ContextSchema = z.strictObject({
  minScore: share(0.55),
  /** Buckets of 250 ms that the signalling book must have behind it. */
  minBuckets: z.number().int().min(2).max(60).default(8),
  /** Other venues that must agree. */
  minConfirmations: z.number().int().min(0).max(7).default(0),
  /** Greatest standard deviation of the return over one second. */
  maxVolatilityBps: bps(50),
  trendWeight: share(0.3),
  flowWeight: share(0.3),
  volumeWeight: share(0.15),
  confirmationWeight: share(0.25),
  /** Farthest lead or lag that is looked for, in buckets of 250 ms. */
  maxLagBuckets: z.number().int().min(0).max(8).default(4),
  /** Least correlation of two venues' returns for one to be said to lead. */
  minCorrelation: share(0.4),
});

/** Stage 3: what may be risked. Scores are in [0, 1], 1 being unacceptable. */
const RiskSchema = z.strictObject({
  maxRisk: share(0.6),
  /** No single score may reach this. */
  vetoAt: z.number().min(0.05).max(1).default(0.95),
  positionWeight: share(0.5),
  liquidityWeight: share(0.5),
  counterpartyWeight: share(0.5),
  slippageWeight: share(0.5),
  /** Spread at which the liquidity score is 1. */
  maxSpreadBps: z.number().min(0.1).max(1000).default(30),
  /** Expected slippage at which the slippage score is 1; also how far from the touch an order may reach. */
  maxSlippageBps: z.number().min(0.1).max(1000).default(15),
  /** Losses of synchronisation, each forgotten with a half-life of a minute, at which the counterparty score is 1. */
  maxDrops: z.number().min(0.5).max(100).default(4),
  /** Time that an order takes to arrive, over which the price may run away. */
  orderLatencyMs: z.number().min(0).max(5000).default(50),
  /** Trust in venues, 1 being full and also that of a venue that is not named. */
  venueTrust: z.record(z.string(), z.number().min(0).max(1)).default({}),
});

/** Stage 4: how much is traded, and when it ends. */
const PlanSchema = z.strictObject({
  /** Most value of one position, at full strength, full score and no risk. */
  maxPositionQuote: z.number().positive().max(1e12).default(1000),
  /** Rows with a position or an order at a time. */
  maxOpenRows: z.number().int().min(1).max(1024).default(16),
  /** The price is expected to move for this long; then the position is closed. */
  horizonMs: z.number().min(50).max(600_000).default(5000),
  /** Move expected of a signal of full strength and full score, in standard deviations of the return over the horizon. */
  alpha: z.number().min(0).max(10).default(1),
  /** Part of what a venue lags behind the leader that it is expected to make up. */
  catchUp: share(0.5),
  minNetBps: bps(1),
  /** Loss of the mid against the entry at which the position is closed. */
  stopBps: z.number().min(1).max(5000).default(20),
  /** Composite strength in the other direction that closes a position. */
  exitStrength: share(0.4),
  /** How far through the touch closing orders reach. */
  exitReachBps: bps(20),
  /** A closing order that filled in part, or a book that cannot be traded, is tried again this much later. */
  retryMs: z.number().min(1).max(60_000).default(200),
  /** After a position a row rests for this long. */
  cooldownMs: z.number().min(0).max(600_000).default(1000),
  expiresMs: z.number().min(1).max(5000).default(50),
  hedgeByMs: z.number().min(1).max(60_000).default(1000),
  /** Value that one unit of margin carries on futures. */
  leverage: z.number().min(1).max(20).default(1),
  /** Whether a cross-venue edge of the row is taken as a pair of buying and selling. */
  pairs: z.boolean().default(true),
  minPairNetBps: bps(2),
  /** How long a pair has to have been worth it, at the same size, before it is believed. */
  pairConfirmMs: z.number().min(0).max(60_000).default(3),
});

/** Every parameter of the pipeline with its default and its bounds. */
export const HifaConfigSchema = z.strictObject({
  signal: SignalSchema.prefault({}),
  context: ContextSchema.prefault({}),
  risk: RiskSchema.prefault({}),
  plan: PlanSchema.prefault({}),
});

export type HifaConfig = z.infer<typeof HifaConfigSchema>;
export type SignalConfig = HifaConfig['signal'];
export type ContextConfig = HifaConfig['context'];
export type RiskConfig = HifaConfig['risk'];
export type PlanConfig = HifaConfig['plan'];

export const BPS = 1e-4;
