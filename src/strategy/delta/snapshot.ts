import { z } from 'zod';
import { isDecimal } from '../../domain/decimal.js';
import { InvalidInputError } from '../../domain/errors.js';
import { VENUES } from '../../domain/venue.js';
import { POSITION_STATES } from '../hedged/hedged-position.js';

/** One side of what is held. Books are named by venue and symbol: their numbers are of one run only. */
const side = z.strictObject({
  venue: z.enum(VENUES),
  symbol: z.string(),
  /** Base units (spot) or contracts (futures), signed. */
  quantity: z.string().refine(isDecimal),
});

const snapshotSchema = z.strictObject({
  version: z.literal(1),
  state: z.enum(POSITION_STATES),
  /** Null before the first position. */
  spot: side.nullable(),
  futures: side.nullable(),
  openedEpochUs: z.number(),
  entrySpreadPct: z.number(),
  entryFuturesPrice: z.number(),
  exitReason: z.number().int(),
  exitEpochUs: z.number(),
  exitSpreadPct: z.number().nullable(),
  cashQuote: z.number(),
  feesQuote: z.number(),
  entryQuote: z.number(),
  parameters: z.strictObject({
    entryThresholdPct: z.number(),
    exitThresholdPct: z.number(),
    positionMultiplier: z.number(),
    confidenceScore: z.number(),
    optimizationTimestamp: z.number(),
  }),
  lastUpdateTimestamp: z.number().nullable(),
});

/** What the strategy has to know to go on after a restart: plain data, the same after JSON. */
export type DeltaSnapshot = z.infer<typeof snapshotSchema>;

/** Reads a snapshot that was stored. @throws InvalidInputError */
export function parseSnapshot(stored: unknown): DeltaSnapshot {
  const parsed = snapshotSchema.safeParse(stored);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidInputError(`delta snapshot ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'cannot be used'}`, { stored });
}
