import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { SIZES_MAX } from '../../assembly/memory/scan-layout.js';
import { InvalidInputError } from '../domain/errors.js';
import { VENUES } from '../domain/venue.js';

import { DEFAULT_SIGNAL_RULES, type SignalRule } from '../kernel/signal-plan.js';
import { RiskConfigSchema } from '../risk/config.js';
import { UNATTRIBUTED_POLICIES } from '../trading/desk-types.js';

const Endpoints = z.strictObject({
  rest: z.url().optional(),
  wsPublic: z.url().optional(),
  wsPrivate: z.url().optional(),
  wsTrade: z.url().optional(),
});

const Venue = z.strictObject({
  enabled: z.boolean().default(true),
  spot: z.boolean().default(true),
  /** Follow the venue's perpetuals too, where it has them. */
  futures: z.boolean().default(true),
  /** Taker fees as the account pays them, in basis points. */
  takerFeeBps: z.number().min(-50).max(500).optional(),
  futuresTakerFeeBps: z.number().min(-50).max(500).optional(),
  /** Replaces the real URLs; left out, they are the venue's own, or those of the simulation. */
  endpoints: Endpoints.optional(),
  futuresEndpoints: Endpoints.optional(),
});

const venueDefaults = Object.fromEntries(VENUES.map((venue) => [venue, Venue.prefault({})])) as Record<
  (typeof VENUES)[number],
  z.ZodPrefault<typeof Venue>
>;

/** A signal ends below the strength at which it begins, so that it does not flicker. */
const signalRule = ({ on, off, holdUs }: SignalRule, strongest: number) =>
  z
    .strictObject({
      on: z.number().positive().max(strongest).default(on),
      off: z.number().min(0).max(strongest).default(off),
      holdUs: z.number().min(0).max(60_000_000).default(holdUs),
    })
    .refine((rule) => rule.off < rule.on, 'off must be below on')
    .prefault({});

/** The whole configuration. Every default stands here and nowhere else; a key that is not here is an error. */
export const ConfigSchema = z.strictObject({
  venues: z.strictObject(venueDefaults).prefault({}),
  universe: z
    .strictObject({
      /** Instruments of one market to follow, those on most venues first. */
      symbolsMax: z.int().min(1).max(5000).default(1000),
      /** Only these quote assets; an empty list takes all. */
      quotes: z.array(z.string().min(1)).default(['USDT', 'USD', 'USDC']),
    })
    .prefault({}),
  books: z
    .strictObject({
      /** Levels that a side of a book holds; what is worse falls off. */
      levels: z.int().min(10).max(50_000).default(1200),
      /** A side that stays crossed for longer is synchronised again. */
      crossedMsMax: z.number().positive().default(500),
    })
    .prefault({}),
  engine: z
    .strictObject({
      /** Net spread from which on an opportunity is shown, in basis points after both taker fees. */
      minNetBps: z.number().min(0).max(10_000).default(20),
      /** A quote older than this takes no part in a decision. */
      quoteAgeMsMax: z.number().positive().default(5_000),
      /** Poll for changes instead of waiting: for a dedicated core. */
      busyPoll: z.boolean().default(false),
    })
    .prefault({}),
  /** What counts as a signal of a book; computed in the feed workers on every update. */
  signals: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Best levels of a side that are looked at. */
      levels: z.int().min(3).max(100).default(DEFAULT_SIGNAL_RULES.levels),
      /** Buckets of 250 ms that a micro-move is measured over, and that volume is summed over beside the open one. */
      moveBuckets: z.int().min(1).max(40).default(DEFAULT_SIGNAL_RULES.moveBuckets),
      volumeBuckets: z.int().min(0).max(40).default(DEFAULT_SIGNAL_RULES.volumeBuckets),
      volumeTrades: z.int().min(1).max(10_000).default(DEFAULT_SIGNAL_RULES.volumeTrades),
      /** Where each kind begins and ends: shares of 1, multiples of the other levels' mean, basis points, shares of 1. */
      imbalance: signalRule(DEFAULT_SIGNAL_RULES.imbalance, 1),
      wall: signalRule(DEFAULT_SIGNAL_RULES.wall, 10_000),
      microMove: signalRule(DEFAULT_SIGNAL_RULES.microMove, 10_000),
      volume: signalRule(DEFAULT_SIGNAL_RULES.volume, 1),
    })
    .prefault({}),
  /** How orders are sized and what they cost beside fees; one model for all strategies. */
  decisions: z
    .strictObject({
      /** Sizes are these multiples of the larger of both venues' least order values. */
      multipliers: z
        .array(z.number().positive().max(10_000))
        .min(1)
        .max(SIZES_MAX)
        .refine((list) => list.every((value, index) => index === 0 || value > (list[index - 1] ?? 0)), 'must ascend')
        .default([1, 2, 5, 10]),
      /** Least order value that is aimed at where the venues ask for less, in the quote asset. */
      minOrderQuote: z.number().positive().default(5),
      /** What moving the funds of one cycle back costs, in basis points of its value. */
      rebalanceBps: z.number().min(0).max(1000).default(2),
      /** Slippage expected of a book of which no fill was seen, in basis points. */
      slippageBps: z.number().min(0).max(1000).default(1),
      /** Paper capital of every account, in USDT worth of quote assets; base assets are given for as much. */
      paperBalanceQuote: z.number().positive().default(1_000),
    })
    .prefault({}),
  /** Strategies to run; `tiercel strategies` lists the kinds and their parameters. */
  strategies: z
    .array(
      z.strictObject({
        kind: z.string().min(1),
        name: z.string().min(1).optional(),
        budgetQuote: z.number().positive().default(1_000),
        parameters: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .default([{ kind: 'three-tier', budgetQuote: 1_000, parameters: {} }]),
  /** Thresholds of delta strategies are looked for again while they trade; how often and over how long is among their parameters. */
  optimization: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** An update that takes longer is given up. */
      timeoutS: z.number().min(1).max(3600).default(60),
      /** Folder of a history catalogue, for what happened before the engine began. */
      catalogue: z.string().min(1).optional(),
    })
    .prefault({}),
  /** Limits of the risk check. Real orders need them written down; on paper their defaults hold. */
  risk: RiskConfigSchema.optional(),
  trading: z
    .strictObject({
      /** Folder of the ledgers, of the record of stops, and of the file STOP that stops everything while it is there. */
      folder: z.string().min(1).default('tiercel-data'),
      /** A difference to a venue that is worth more stops all opening, in the reference currency. */
      driftQuoteMax: z.number().min(0).default(5),
      /** Within so long every leg is hedged or unwound, unless the strategy says sooner. */
      hedgeMs: z.number().min(100).max(60_000).default(5_000),
      /** How long a stop of the engine may wait for its orders to end. */
      stopMsMax: z.number().min(100).max(60_000).default(3_000),
      /** Real orders of all configured sizes, and not only of the smallest. */
      fullSizes: z.boolean().default(false),
      /** The positions that a real account has already are taken over when its ledger begins. */
      adoptPositions: z.boolean().default(false),
      /** Contracts that an account holds and no strategy asked for: tell a person, or close them as well. */
      unattributed: z.enum(UNATTRIBUTED_POLICIES).default('alert'),
    })
    .prefault({}),
  operator: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(8686),
    })
    .prefault({}),
  simulation: z
    .strictObject({
      symbols: z.int().min(1).max(5000).default(300),
      futuresSymbols: z.int().min(0).max(5000).default(30),
      updatesPerSecond: z.number().positive().max(200_000).default(3000),
      plantIntervalMs: z.number().positive().default(1500),
      seed: z.int().min(0).max(0xffffffff).default(1),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
      pretty: z.boolean().default(false),
    })
    .prefault({}),
});

export type Config = z.infer<typeof ConfigSchema>;

/**
 * Reads a YAML or JSON file and checks it. `overrides` are merged on top, as the command line gives them.
 * @throws InvalidInputError with one sentence that names the file, the key and what was expected
 */
export function loadConfig(path: string | undefined, overrides: Readonly<Record<string, unknown>> = {}): Config {
  const parsed = ConfigSchema.safeParse(merge(path === undefined ? {} : readTree(path), overrides));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unknownKeys = issue?.code === 'unrecognized_keys' ? `unknown key ${issue.keys.join(', ')}` : undefined;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` ${issue.path.join('.')}:`;
  throw new InvalidInputError(`${path ?? 'command line'}:${where} ${unknownKeys ?? issue?.message ?? 'cannot be used'}`, {
    path,
  });
}

/**
 * Reads a YAML or JSON file; an empty one is an empty object.
 * @throws InvalidInputError when it cannot be read, or is neither
 */
export function readTree(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InvalidInputError(`the file ${path} cannot be read`, { path }, { cause });
  }
  try {
    return parse(text) ?? {};
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new InvalidInputError(`${path}: no valid YAML: ${reason}`, { path }, { cause });
  }
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merge(base: unknown, overrides: Readonly<Record<string, unknown>>): unknown {
  if (!isTree(base)) return base;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(overrides)) {
    if (value === undefined) continue;
    merged[key] = isTree(value) ? merge(isTree(merged[key]) ? merged[key] : {}, value) : value;
  }
  return merged;
}
