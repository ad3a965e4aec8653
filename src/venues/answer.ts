import { isSafeNumber, parse } from 'lossless-json';
import { z } from 'zod';
import { Decimal, plainText } from '../domain/decimal.js';
import { VenueProtocolError } from '../domain/errors.js';
import type { VenueId } from '../domain/venue.js';

/**
 * Parses JSON so that no digit is lost: numbers that a double would change (long order ids, decimals with many digits) become texts.
 * @returns undefined when the text is no JSON
 */
export function parseExactJson(text: string): unknown {
  try {
    return parse(text, undefined, (digits) => (isSafeNumber(digits, { approx: false }) ? Number(digits) : digits));
  } catch {
    return undefined;
  }
}

/** A decimal, from a text or a JSON number, as plain text: no exponent, no zeros at the end. */
export const plainDecimal = z
  .union([z.string().regex(/^[-+]?\d+(\.\d*)?([eE][-+]?\d+)?$/), z.number()])
  .transform((value) => plainText(new Decimal(value)));

/** An id, from a text or a JSON number. */
export const idText = z.union([z.string().min(1), z.number().int()]).transform(String);

/**
 * Reads a part of an answer.
 * @param what names the answer in the error ("GET /api/v3/order")
 * @throws VenueProtocolError naming the first field that is not as the venue documents it
 */
export function readAnswer<T>(venue: VenueId, what: string, schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new VenueProtocolError(`${venue}: the answer to ${what} cannot be read at "${field}": ${issue?.message ?? 'unknown'}`, {
    venue,
    field,
  });
}
