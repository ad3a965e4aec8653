import { z } from 'zod';
import { hedgedConfig } from '../hedged/config.js';

/** Parameters of the basis strategy. */
export const basisConfig = z.strictObject({
  ...hedgedConfig,
  /** Part of what a book shows within the view that one opening may take. */
  depthShare: z.number().positive().max(1).default(0.5),
  /** Looks that are further than this below the threshold are not noted. */
  noteWithinBps: z.number().min(0).max(20_000).default(100),
  /** Whether spot that the account holds may be sold against a long contract. */
  sellSpot: z.boolean().default(true),
  /** Basis at which a position is closed, in basis points of spot; the fair value when null. */
  targetBasisBps: z.number().min(-5000).max(5000).nullable().default(null),
  /** Funding against a position that was opened with funding for it, from which on it is closed; basis points a payment. */
  fundingFlipBps: z.number().min(0).max(1000).default(0.5),
  /** Interest of the quote asset and yield of the base asset, fractions a year. */
  interestRate: z.number().min(-1).max(5).default(0.05),
  baseYield: z.number().min(-1).max(5).default(0),
  /** Hours before its end from which on a dated contract is not opened any more, and is rolled or closed. */
  rolloverWindowHours: z.number().positive().max(720).default(24),
});

export type BasisConfig = z.infer<typeof basisConfig>;
