import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';
import { VENUES } from '../domain/venue.js';
import { FaultRuleSchema } from './faults/rules.js';

const SimulationOptionsSchema = z.strictObject({
  /** Venues to simulate. */
  venues: z
    .array(z.enum(VENUES))
    .min(1)
    .default([...VENUES]),
  /** Assets in the market; each is listed at two to all of the venues. */
  symbols: z.int().min(1).max(5_000).default(300),
  /** How many of these assets, majors first, have a perpetual contract as well. */
  futuresSymbols: z.int().min(0).max(5_000).default(30),
  /** Decides names, prices and everything that happens. */
  seed: z.int().min(0).max(0xffffffff).default(1),
  /** Book updates a second, all venues together. */
  updatesPerSecond: z.number().positive().max(200_000).default(3_000),
  /** First port; the venues take the following ones in the order of VENUES. 0: any free ports. */
  basePort: z
    .int()
    .min(0)
    .max(65_535 - VENUES.length)
    .default(0),
  /** Address to listen on. */
  host: z.string().min(1).default('127.0.0.1'),
  /** Mean time between planted spreads. */
  plantIntervalMs: z.number().positive().default(1_500),
  /** Accounts a venue has from the start, each with a test key. */
  keys: z.int().min(1).max(1_000).default(1),
  /** Whether everything that happens to accounts is kept, for those who compare; it grows without end. */
  keepLog: z.boolean().default(true),
  /** About how many orders that have ended an account remembers, with their fills; all when left out. */
  ordersKept: z.int().min(1).optional(),
  /** How many public trades of a book, and minutes of them, are remembered; two days of them when left out. */
  tapeKept: z.strictObject({ trades: z.int().min(1), minutes: z.int().min(1) }).optional(),
  /** Folder in which the venues keep their accounts; without one every start is with rich new accounts. */
  stateFolder: z.string().min(1).optional(),
  /** Capture files whose books replace the invented background of the same instruments, or come on top. */
  captures: z.array(z.string().min(1)).default([]),
  /** What goes wrong from the start on. */
  faults: z.array(FaultRuleSchema).default([]),
  /** Whether faults can be changed over HTTP, at a port of its own on 127.0.0.1. */
  control: z.boolean().default(false),
});

/** How a simulation is set up; see the schema above for the meaning and the default of each field. */
export type SimulationOptions = z.infer<typeof SimulationOptionsSchema>;

/**
 * Fills in defaults and checks ranges.
 * @throws InvalidInputError naming the field that cannot be used
 */
export function parseSimulationOptions(input: unknown): SimulationOptions {
  const parsed = SimulationOptionsSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InvalidInputError(`simulation option ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'cannot be used'}`, {
    input,
  });
}
