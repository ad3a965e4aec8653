import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InvalidInputError } from '../../domain/errors.js';

const Level = z.tuple([z.string(), z.string()]);
const Sequence = z.union([z.string(), z.number()]);
const OptionalLevel = z.union([Level, z.null()]);

const Checkpoint = z.object({
  line: z.number(),
  seq: Sequence,
  bid: OptionalLevel,
  ask: OptionalLevel,
  bidLevels: z.number(),
  askLevels: z.number(),
});

const Book = z.object({
  lastSequence: Sequence,
  bidLevels: z.number(),
  askLevels: z.number(),
  bestBid: OptionalLevel,
  bestAsk: OptionalLevel,
  top10: z.object({
    bids: z.array(Level),
    asks: z.array(Level),
    bidQtySum: z.string(),
    askQtySum: z.string(),
    bidNotionalSum: z.string(),
    askNotionalSum: z.string(),
  }),
  topDigest: z.object({ algo: z.literal('sha256'), lines: z.number(), hex: z.string() }).optional(),
  checkpoints: z.array(Checkpoint).default([]),
});

const Trades = z.object({
  count: z.number(),
  firstId: z.number().optional(),
  lastId: z.number().optional(),
  qtySum: z.string(),
  notionalSum: z.string(),
  lastPrice: z.string(),
});

const Verified = z.object({
  applied: z.number(),
  stale: z.number(),
  gap: z.number(),
  snapshots: z.number(),
  updates: z.number(),
  l2updates: z.number(),
  checksumOk: z.number(),
  deleteOfUnknownLevel: z.number(),
});

const SymbolFindings = z.object({
  verified: Verified.partial().default({}),
  book: Book,
  trades: Trades.optional(),
  aggTrades: Trades.optional(),
  tradesFromUpdates: Trades.optional(),
  bookTicker: z
    .object({ count: z.number(), last: z.object({ u: z.number(), bid: OptionalLevel, ask: OptionalLevel }).optional() })
    .optional(),
  markPrice: z
    .object({ count: z.number(), last: z.object({ p: z.string(), i: z.string(), r: z.string(), T: z.number() }) })
    .optional(),
});

const Decoded = z.object({
  bidPrice: z.string(),
  bidQuantity: z.string(),
  askPrice: z.string(),
  askQuantity: z.string(),
  version: z.string(),
  bids: z.array(Level),
  asks: z.array(Level),
  deals: z.array(z.object({ price: z.string(), quantity: z.string(), tradeType: z.number(), time: z.number() })),
});

const Frame = z.object({
  line: z.number(),
  symbol: z.string().optional(),
  body: z.string().optional(),
  decoded: Decoded.partial().optional(),
});

/** What the file of a capture says was found in it; what else stands there is not compared. */
const Expected = z.object({
  lines: z.number().optional(),
  symbols: z.record(z.string(), SymbolFindings).default({}),
  connection: z.object({ messages: z.number(), sequenceGaps: z.number(), lastSequenceNum: z.number() }).optional(),
  frames: z.array(Frame).default([]),
  // Single answers and numbered streams of one product.
  product: z.string().optional(),
  sequence: z.number().optional(),
  orders: z.object({ bids: z.number(), asks: z.number(), uniqueOrderIds: z.number() }).optional(),
  book: Book.optional(),
  top10OrderCounts: z.object({ bids: z.array(z.number()), asks: z.array(z.number()) }).optional(),
  messages: z.number().optional(),
  types: z.record(z.string(), z.number()).optional(),
  firstSequence: z.number().optional(),
  lastSequence: z.number().optional(),
  sequenceGaps: z.number().optional(),
});

export type ExpectedCapture = z.infer<typeof Expected>;
export type ExpectedBook = z.infer<typeof Book>;
export type ExpectedSymbol = z.infer<typeof SymbolFindings>;
export type ExpectedTrades = z.infer<typeof Trades>;
export type ExpectedFrame = z.infer<typeof Frame>;

/**
 * Reads what is expected of a capture.
 * @returns undefined when the folder has no file for it
 * @throws InvalidInputError when the file is not of the form
 */
export function readExpected(folder: string, name: string): ExpectedCapture | undefined {
  const path = join(folder, `${name}.json`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new InvalidInputError(`${path} cannot be read`, { path }, { cause });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InvalidInputError(`${path} is not JSON; expected what was found in the capture`, { path }, { cause });
  }
  const parsed = Expected.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidInputError(`${path} field ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected form'}`, { path });
}

/** Digest lines at which the expected file knows the state of a symbol's book. */
export function checkpointLines(expected: ExpectedCapture | undefined, symbol: string): ReadonlySet<number> {
  return new Set(expected?.symbols[symbol]?.book.checkpoints.map(({ line }) => line));
}
