import { z } from 'zod';
import { VENUES } from '../../src/domain/venue.js';

/**
 * Entries of the ledger by what they say: an order's three steps apart; `opening` for what an account begins with (transfers and the note
 * after them), `ready` for the note that a start is over. `checkpoint` is what all entries so far come to, kept beside them.
 */
export const STEPS = [
  ...(['start', 'opening', 'ready', 'intent', 'sending', 'acknowledged', 'changed', 'fill'] as const),
  ...(['fee', 'funding', 'parameter', 'risk', 'reconciliation', 'checkpoint'] as const),
] as const;
export type Step = (typeof STEPS)[number];

/** At which entry: of a step, or of all of them. */
const at = { step: z.enum([...STEPS, 'any']), nth: z.int().positive() };

/** What goes wrong inside an engine process, and at which entry of that life. */
export const EngineFaultSchema = z.discriminatedUnion('kind', [
  /** SIGKILL right before an entry is written, or right after it was. */
  z.strictObject({ kind: z.literal('kill'), when: z.enum(['before', 'after']), ...at }),
  /** The database may not grow any more. */
  z.strictObject({ kind: z.literal('full-disk'), ...at }),
  /** The database refuses every change. */
  z.strictObject({ kind: z.literal('read-only'), ...at }),
  /** The thread of a venue's feeds is ended. */
  z.strictObject({ kind: z.literal('kill-feed'), venue: z.enum(VENUES), ...at }),
  /** The time of day of the engine jumps. */
  z.strictObject({ kind: z.literal('clock-jump'), hours: z.number(), ...at }),
  /** The machine's time of day is wrong from the start. */
  z.strictObject({ kind: z.literal('wrong-clock'), hours: z.number() }),
]);

export type EngineFault = z.infer<typeof EngineFaultSchema>;
