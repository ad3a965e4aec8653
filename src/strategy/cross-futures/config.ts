import { z } from 'zod';
import { hedgedConfig } from '../hedged/config.js';

/** Parameters of the strategy of one contract on several venues. */
export const crossFuturesConfig = z.strictObject({
  ...hedgedConfig,
  /** What an entry has to leave before its exit and its funding, in basis points: the first cheap look. */
  minEntryNetBps: z.number().min(-1000).max(10_000).default(0),
  /** How long a pair of venues has to have been worth it, at the same size, before it is believed. */
  confirmMs: z.number().min(0).max(60_000).default(3),
  /** Most legs of one plan: 2 for one venue on each side. */
  maxLegs: z.number().int().min(2).max(8).default(4),
  /** Executable distance, with the funding to come, at which a position is closed; basis points. */
  targetSpreadBps: z.number().min(-5000).max(5000).default(0),
  /** Hours before its end from which on a dated contract is not opened any more, and is closed. */
  rolloverWindowHours: z.number().positive().max(720).default(24),
});

export type CrossFuturesConfig = z.infer<typeof crossFuturesConfig>;
