import { parse } from 'yaml';
import { z } from 'zod';
import { InvalidInputError } from '../../domain/errors.js';
import { VENUES } from '../../domain/venue.js';
import { SOCKET_TRAFFIC } from '../fronts/port.js';
import { REST_METHODS } from '../fronts/rest.js';

const Milliseconds = z.number().min(0).max(86_400_000);
const Pattern = z.string().refine(isPattern, 'is no regular expression');

/** How long something takes, in milliseconds. */
const Distribution = z.discriminatedUnion('distribution', [
  z.strictObject({ distribution: z.literal('fixed'), ms: Milliseconds }),
  z
    .strictObject({ distribution: z.literal('uniform'), minMs: Milliseconds, maxMs: Milliseconds })
    .refine(({ minMs, maxMs }) => minMs <= maxMs, 'minMs must not be above maxMs'),
  z.strictObject({ distribution: z.literal('exponential'), meanMs: Milliseconds }),
  z.strictObject({ distribution: z.literal('lognormal'), medianMs: Milliseconds, sigma: z.number().min(0).max(5) }),
]);

const Fault = z.discriminatedUnion('kind', [
  /** Requests, answers and frames take so long one way; their order is kept, as TCP keeps it. */
  z.strictObject({ kind: z.literal('latency'), each: Distribution }),
  /** A frame or an answer is late by itself; those after it overtake it. */
  z.strictObject({ kind: z.literal('delay'), each: Distribution }),
  /** A frame is lost; a request gets no answer and is not processed. */
  z.strictObject({ kind: z.literal('drop') }),
  z.strictObject({ kind: z.literal('duplicate') }),
  /** A frame comes after the one that follows it, or after a second. */
  z.strictObject({ kind: z.literal('reorder') }),
  /**
   * The TCP connection ends: instead of the answer or frame, in the middle of the frame, or at once when the rule becomes active, for
   * all connections it matches.
   */
  z.strictObject({ kind: z.literal('disconnect'), at: z.enum(['frame', 'mid-frame', 'now']).default('frame') }),
  /** Connections are refused: cut off, or answered with that status. */
  z.strictObject({ kind: z.literal('refuse'), status: z.int().min(400).max(599).optional() }),
  /** The answer is HTTP 429, or 418; the request is not processed. */
  z.strictObject({
    kind: z.literal('rate-limit'),
    status: z.union([z.literal(429), z.literal(418)]).default(429),
    retryAfterS: z.int().min(0).max(86_400).default(1),
    body: z.string().optional(),
  }),
  /** The answer is this; the request is not processed. */
  z.strictObject({
    kind: z.literal('server-error'),
    status: z.int().min(500).max(599).default(503),
    body: z.string().optional(),
  }),
  /** The request is processed, and its answer does not arrive. */
  z.strictObject({
    kind: z.literal('lost-answer'),
    how: z.enum(['timeout', 'disconnect', 'status']).default('timeout'),
    status: z.int().min(500).max(599).default(502),
  }),
  /** Frames that carry a checksum carry a wrong one. */
  z.strictObject({ kind: z.literal('bad-checksum') }),
  /** A public frame of a book is swallowed. */
  z.strictObject({ kind: z.literal('sequence-gap') }),
  /** The venue's clock is off by so much; positive is ahead. */
  z.strictObject({ kind: z.literal('clock-skew'), skewMs: z.number().min(-86_400_000).max(86_400_000) }),
  /** The venue is closed: REST is refused in its own words, connections end, the market takes no orders. */
  z.strictObject({ kind: z.literal('maintenance') }),
]);

/** What goes wrong, where, how often and when. */
export const FaultRuleSchema = z
  .strictObject({
    /** Empty list or left out: all venues. */
    venues: z.array(z.enum(VENUES)).default([]),
    /** Left out: all traffic. */
    traffic: z.array(z.enum(['rest', ...SOCKET_TRAFFIC])).default([]),
    methods: z.array(z.enum(REST_METHODS)).default([]),
    /** Regular expression that the path of the request or of the connection must match. */
    path: Pattern.optional(),
    /** Regular expression that a frame's topic, or else the text of the frame, must match. */
    channel: Pattern.optional(),
    /** Of each chance that the rule gets. */
    probability: z.number().min(0).max(1).default(1),
    /** How often in all; unbounded when left out. */
    count: z.int().min(1).optional(),
    /** Milliseconds after the rule was added from which, and up to which, it holds. */
    fromMs: Milliseconds.default(0),
    untilMs: Milliseconds.optional(),
    fault: Fault,
  })
  .refine(({ fromMs, untilMs }) => untilMs === undefined || untilMs > fromMs, {
    path: ['untilMs'],
    message: 'must be above fromMs',
  })
  .refine(
    ({ fault, probability, count }) =>
      (fault.kind !== 'clock-skew' && fault.kind !== 'maintenance') || (probability === 1 && count === undefined),
    { message: 'clock-skew and maintenance hold for a time and take neither probability nor count' },
  );

/** A rule with its defaults filled in, and as it may be written. */
export type FaultRule = z.output<typeof FaultRuleSchema>;
export type FaultRuleInput = z.input<typeof FaultRuleSchema>;
export type FaultKind = FaultRule['fault']['kind'];
export type DelayDistribution = z.output<typeof Distribution>;

const FaultFile = z.strictObject({ faults: z.array(FaultRuleSchema) });

/**
 * Checks one rule.
 * @throws InvalidInputError naming the key that cannot be used
 */
export function parseFaultRule(input: unknown): FaultRule {
  return check(FaultRuleSchema, input, 'fault rule');
}

/**
 * Reads a file of rules: YAML or JSON, `faults:` and a list.
 * @param name what to call it should it be wrong
 * @throws InvalidInputError naming the file and the key that cannot be used
 */
export function parseFaultFile(name: string, text: string): readonly FaultRule[] {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new InvalidInputError(`${name} is no YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`, {
      name,
    });
  }
  return check(FaultFile, content, name).faults;
}

function check<T>(schema: z.ZodType<T>, input: unknown, name: string): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [fault] = parsed.error.issues;
  const path = fault?.path.join('.') ?? '';
  throw new InvalidInputError(`${name}: ${path === '' ? '' : `${path}: `}${fault?.message ?? 'cannot be used'}`, { name, path });
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}
