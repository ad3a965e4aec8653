import { z } from 'zod';

/** Parameters of the three-tier strategy. */
export const threeTierConfig = z.strictObject({
  /** Least net profit of a size after all costs of both sides, in basis points of what is paid. */
  minNetBps: z.number().min(-1000).max(10_000).default(100),
  /** Gross spread, or disagreement of a row's books, above which it is taken for an error and not for a profit; a fraction. */
  maxSpread: z.number().positive().max(10).default(0.2),
  /** How long a size has to have stood, and at how many later looks, before it is believed. */
  confirmMs: z.number().min(0).max(60_000).default(3),
  confirmations: z.number().int().min(0).max(1000).default(1),
  /** Least confidence to trade on. */
  minConfidence: z.number().min(0).max(1).default(0.5),
  /** How many times a size has to rest within its limit for full confidence in its depth. */
  depthMultiple: z.number().min(1).max(100).default(2),
  /** Plans that are taken to have succeeded and failed before any was made. */
  successPrior: z.number().positive().max(1000).default(2),
  failurePrior: z.number().positive().max(1000).default(1),
  /** By how much each level walked beyond the two touches lowers a rank, as a fraction. */
  complexityPenalty: z.number().min(0).max(10).default(0.05),
  /** Most that one plan, and so one row at a time, may cost; quote asset. */
  maxRowQuote: z.number().positive().max(10_000_000).default(1000),
  /** Plans that one turn may make, opportunities that may wait, and how long one waits before it is stale. */
  plansPerTurn: z.number().int().min(1).max(64).default(4),
  queueSize: z.number().int().min(1).max(4096).default(64),
  queueMs: z.number().positive().max(60_000).default(50),
  /** How much worse than the worst level walked is still taken, in basis points. */
  slackBps: z.number().min(0).max(1000).default(5),
  /** Within so long orders have left, and every leg is hedged. */
  expireMs: z.number().positive().max(60_000).default(50),
  hedgeMs: z.number().positive().max(600_000).default(5000),
  /** Rest of a row, and of a pair of venues in it, after a plan was made. */
  rowCooldownMs: z.number().min(0).max(3_600_000).default(100),
  pairCooldownMs: z.number().min(0).max(3_600_000).default(1000),
  /** The same verdict about the same row is noted once in so long. */
  noteMs: z.number().min(0).max(3_600_000).default(1000),
  /** Closed opportunities that are kept for reports. */
  recordSize: z.number().int().min(1).max(100_000).default(1024),
});

export type ThreeTierConfig = z.infer<typeof threeTierConfig>;
