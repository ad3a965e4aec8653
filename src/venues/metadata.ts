import { z } from 'zod';
import { VenueProtocolError } from '../domain/errors.js';
import type { VenueId } from '../domain/venue.js';

/** A decimal as text, from a text or a JSON number. */
export const decimal = z.union([z.string().regex(/^-?\d+(\.\d*)?([eE][-+]?\d+)?$/), z.number()]).transform(String);

/**
 * Reads a metadata answer.
 * @throws VenueProtocolError naming the first field that is not as the venue documents it
 */
export function parseMetadata<T>(venue: VenueId, schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new VenueProtocolError(`${venue}: the metadata cannot be read at "${field}": ${issue?.message ?? 'unknown'}`, {
    venue,
    field,
  });
}

/**
 * Rows of a listing that are as expected; one odd row, of a contract just being listed for example, must not hide all others.
 * @throws VenueProtocolError when there are rows, and none can be read
 */
export function readRows<T>(venue: VenueId, schema: z.ZodType<T>, rows: readonly unknown[]): T[] {
  const read: T[] = [];
  for (const row of rows) {
    const parsed = schema.safeParse(row);
    if (parsed.success) read.push(parsed.data);
  }
  const first = rows[0];
  if (read.length === 0 && first !== undefined) parseMetadata(venue, schema, first);
  return read;
}

/** Decimals that multiples of a step may have: "0.0500" has 2, "1e-7" has 7, "10" has none. */
export function decimalsOfStep(step: string): number {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(step) ?? [];
  const digits = fraction.replace(/0+$/, '');
  return whole === '' ? 0 : Math.max(0, digits.length - Number(exponent));
}

/** A fraction (0.001 is 0.1 %) in basis points. */
export function feeBpsOfFraction(fraction: string): number {
  return Number((Number(fraction) * 1e4).toFixed(6));
}
