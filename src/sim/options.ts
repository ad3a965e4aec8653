import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';
import { VENUES } from '../domain/venue.js';

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
