import { decode, Encoder } from '@msgpack/msgpack';
import { z } from 'zod';
import { isDecimal } from '../domain/decimal.js';
import { ORDER_STATES } from '../domain/order.js';
import { MARKETS, VENUES } from '../domain/venue.js';
import { LedgerError } from './errors.js';
import { isPlainEntry } from './plain-entries.js';

/** How trade ids of fills begin that were worked out, because the venue did not list them. */
export const SYNTHETIC = 'synthetic:';

const text = z.string().min(1).max(500);
const prose = z.string().max(10_000);
/** An exact decimal; signs as the field says. */
const amount = z.string().max(400).refine(isDecimal, 'no plain decimal');
const positive = amount.refine((value) => !/^(-|[0.]*$)/.test(value), 'not above 0');
const count = z.number().int().nonnegative();

/** When and in which turn: microseconds since the epoch and on the monotonic clock of that run. */
const stamp = { tsUs: z.number().nonnegative(), monotonicUs: z.number().nonnegative(), turn: count };

/** What an entry may be about; null where it does not apply. */
const about = {
  strategy: text.nullable().default(null),
  venue: z.enum(VENUES).nullable().default(null),
  market: z.enum(MARKETS).nullable().default(null),
  symbol: text.nullable().default(null),
  clientOrderId: text.nullable().default(null),
};
/** An instrument at a venue, by the venue's own name. */
const instrument = { venue: z.enum(VENUES), market: z.enum(MARKETS), symbol: text };
/** Canonical assets of an instrument, and the base units in one of its contracts ("1" on spot). */
const assets = { base: text, quote: text, contractSize: positive };
const side = z.enum(['buy', 'sell']);

/** A run of the engine begins: monotonic times before and after have nothing to do with each other. */
const start = z.strictObject({ kind: z.literal('start'), ...stamp, mode: z.enum(['paper', 'live']), version: text });

/** What a strategy wants done, before any of its orders leaves. */
const intent = z.strictObject({
  kind: z.literal('intent'),
  ...stamp,
  /** Unique in the ledger. */
  intent: text,
  strategy: text,
  purpose: text,
  /** What it should leave after all costs, in units of `expectedAsset`. */
  expectedNet: amount,
  expectedAsset: text,
  legs: z
    .array(z.strictObject({ ...instrument, side, quantity: amount, limitPrice: amount.nullable(), reduceOnly: z.boolean() }))
    .min(1),
});

/** A step in the life of an order: written before it leaves, when the venue has taken it, and whenever its state changes. */
const order = z.strictObject({
  kind: z.literal('order'),
  ...stamp,
  ...instrument,
  strategy: text,
  clientOrderId: text,
  /** Null for an order that belongs to none, such as one found at the venue. */
  intent: text.nullable(),
  leg: count.nullable(),
  step: z.enum(['sending', 'acknowledged', 'changed']),
  state: z.enum(ORDER_STATES),
  venueOrderId: text.nullable(),
  side,
  quantity: amount.nullable(),
  /** Null for a market order. */
  price: amount.nullable(),
  filledQuantity: amount.nullable(),
  reason: text.nullable(),
});

/** An execution. Its fee may be told later, by an entry of its own. */
const fill = z.strictObject({
  kind: z.literal('fill'),
  ...stamp,
  ...instrument,
  ...assets,
  strategy: text,
  clientOrderId: text,
  /** Unique within venue, market and symbol. */
  tradeId: text,
  venueOrderId: text.nullable(),
  side,
  price: positive,
  /** Base units on spot, contracts on futures. */
  quantity: positive,
  /** Negative for a rebate; null where the venue has not told it yet. */
  fee: amount.nullable(),
  feeAsset: text.nullable(),
  /** Quote units for one unit of a fee in a third asset. */
  feeConversion: amount.nullable(),
  liquidity: z.enum(['maker', 'taker']).nullable(),
  venueTimeMs: z.number().nonnegative(),
});

/** A fee by itself: of a fill that was told without, or of something that is no fill. */
const fee = z.strictObject({
  kind: z.literal('fee'),
  ...stamp,
  ...instrument,
  ...assets,
  strategy: text,
  tradeId: text.nullable(),
  asset: text,
  /** Negative for a rebate. */
  amount,
  /** Quote units for one unit, where the asset is not the quote asset. */
  conversion: amount.nullable(),
});

/** An asset comes in, or goes when negative: deposits, withdrawals, moves between accounts (one entry each), opening balances. */
const transfer = z.strictObject({
  kind: z.literal('transfer'),
  ...stamp,
  ...about,
  venue: z.enum(VENUES),
  market: z.enum(MARKETS),
  asset: text,
  amount,
  reason: text,
});

/** Funding of a futures position, negative when paid. */
const funding = z.strictObject({
  kind: z.literal('funding'),
  ...stamp,
  ...instrument,
  ...assets,
  strategy: text,
  amount,
  rate: amount.nullable(),
  markPrice: amount.nullable(),
  /** When it fell due, by the venue's clock; null where nobody knows. */
  dueMs: z.number().nonnegative().nullable().default(null),
});

/** A setting was changed. */
const parameter = z.strictObject({
  kind: z.literal('parameter'),
  ...stamp,
  ...about,
  name: text,
  before: prose.nullable(),
  after: prose,
  by: text,
});

/** A limit refused, a halt, its clearance: whatever the risk side did. */
const risk = z.strictObject({
  kind: z.literal('risk'),
  ...stamp,
  ...about,
  /** What it was: refusal, halt, cleared, ... */
  event: text,
  /** The limit, with its bound and the value that passed it, where there is one. */
  limit: text.nullable().default(null),
  bound: amount.nullable().default(null),
  value: amount.nullable().default(null),
  text: prose,
});

/** What was compared with a venue, and what was done about the difference. */
const reconciliation = z
  .strictObject({
    kind: z.literal('reconciliation'),
    ...stamp,
    ...about,
    subject: z.enum(['balance', 'position', 'order']),
    /** The asset of a balance. */
    asset: text.nullable().default(null),
    expected: text,
    actual: text,
    action: text,
    /** Units of `asset` that the venue has and the ledger had not: booked, so that both agree again. "0" books nothing. */
    adjustment: amount.default('0'),
  })
  .refine(({ adjustment, asset, venue, market }) => Number(adjustment) === 0 || (asset && venue && market), {
    path: ['adjustment'],
    message: 'needs an asset, a venue and a market',
  });

/** Anything else worth keeping. */
const note = z.strictObject({
  kind: z.literal('note'),
  ...stamp,
  ...about,
  topic: text,
  text: prose,
});

const LedgerEntrySchema = z.discriminatedUnion('kind', [
  start,
  intent,
  order,
  fill,
  fee,
  transfer,
  funding,
  parameter,
  risk,
  reconciliation,
  note,
]);

/** An entry as it is handed to the journal. */
export type LedgerEntry = z.input<typeof LedgerEntrySchema>;
/** An entry as the journal tells it: with its place, from 1 on. */
export type JournalEntry = z.output<typeof LedgerEntrySchema> & { readonly sequence: number };
/** The entries of one kind. */
export type EntryOf<K extends JournalEntry['kind']> = Extract<JournalEntry, { readonly kind: K }>;

const encoder = new Encoder();

/** An entry's bytes. @throws LedgerError invalid-entry when it does not have the form of its kind */
export function encodeEntry(entry: LedgerEntry): Uint8Array {
  return encoder.encode(
    isPlainEntry(entry) ? entry : checked(entry, 'invalid-entry', `an entry of kind ${entry.kind} cannot be kept`),
  );
}

/** Reads what `encodeEntry` wrote. @throws LedgerError corrupt for anything else */
export function decodeEntry(sequence: number, bytes: Uint8Array): JournalEntry {
  const what = `entry ${sequence} of the ledger cannot be read`;
  let raw: unknown;
  try {
    raw = decode(bytes);
  } catch (cause) {
    throw new LedgerError('corrupt', what, { sequence }, { cause });
  }
  return Object.assign(checked(raw, 'corrupt', what), { sequence });
}

function checked(raw: unknown, fault: 'corrupt' | 'invalid-entry', what: string): z.output<typeof LedgerEntrySchema> {
  const result = LedgerEntrySchema.safeParse(raw);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw new LedgerError(fault, `${what}: ${first?.path.join('.') ?? ''} ${first?.message ?? ''}`, {
    issues: result.error.issues,
  });
}
