import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';
import { MARKETS } from '../domain/venue.js';

const LIMIT_MAX = 100;
const DEPTH_MAX = 100;
const DEPTH_DEFAULT = 20;
const HOURS_MAX = 48;
const HOURS_SENTENCE = `hours must be a number above 0 and at most ${HOURS_MAX}`;

function wholeNumber(name: string, min: number, max: number) {
  const sentence = `${name} must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,6}$/, sentence)
    .transform(Number)
    .refine((value) => value >= min && value <= max, sentence);
}

const OpportunitiesQuery = z.strictObject({
  limit: wholeNumber('limit', 1, LIMIT_MAX).default(LIMIT_MAX),
  minNetBps: z
    .string()
    .regex(/^-?\d{1,6}(\.\d{1,6})?$/, 'minNetBps must be a number such as 12.5')
    .transform(Number)
    .optional(),
});

const DecisionsQuery = z.strictObject({
  limit: wholeNumber('limit', 1, LIMIT_MAX).default(LIMIT_MAX),
  strategy: z.string().min(1).optional(),
});

const BookQuery = z.strictObject({
  market: z.enum(MARKETS, `market must be one of ${MARKETS.join(', ')}`).default('spot'),
  depth: wholeNumber('depth', 1, DEPTH_MAX).default(DEPTH_DEFAULT),
});

const SpreadQuery = z.strictObject({
  pair: wholeNumber('pair', 0, 999).default(0),
  hours: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,4})?$/, HOURS_SENTENCE)
    .transform(Number)
    .refine((hours) => hours > 0 && hours <= HOURS_MAX, HOURS_SENTENCE)
    .default(1),
  points: wholeNumber('points', 10, 2000).default(600),
});

/** @throws InvalidInputError naming the parameter */
export function parseSpreadQuery(query: string): z.output<typeof SpreadQuery> {
  return parse(SpreadQuery, query);
}

/** @throws InvalidInputError naming the parameter */
export function parseOpportunitiesQuery(query: string): z.output<typeof OpportunitiesQuery> {
  return parse(OpportunitiesQuery, query);
}

/** @throws InvalidInputError naming the parameter */
export function parseDecisionsQuery(query: string): z.output<typeof DecisionsQuery> {
  return parse(DecisionsQuery, query);
}

/** @throws InvalidInputError naming the parameter */
export function parseBookQuery(query: string): z.output<typeof BookQuery> {
  return parse(BookQuery, query);
}

/** One segment of a path, decoded. @throws InvalidInputError when its percent encoding is broken */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new InvalidInputError(
      `The path segment ${JSON.stringify(segment)} is not valid percent encoding.`,
      { segment },
      { cause },
    );
  }
}

function parse<T extends z.ZodType>(schema: T, query: string): z.output<T> {
  const given = Object.fromEntries(new URLSearchParams(query));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new InvalidInputError(sentence(result.error.issues[0], given), { query });
}

function sentence(issue: z.core.$ZodIssue | undefined, given: Record<string, string>): string {
  if (issue?.code === 'unrecognized_keys') return `Unknown query parameter ${JSON.stringify(issue.keys[0])}.`;
  const name = String(issue?.path[0]);
  return `${issue?.message}, but is ${JSON.stringify(given[name])}.`;
}
