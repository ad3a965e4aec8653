import {
  BOOK_RULE_DELTAS,
  BOOK_RULE_REPLACE,
  CHECKSUM_ENFORCE,
  CHECKSUM_OFF,
  DECODER_KRAKEN,
  DECODER_KRAKEN_L3,
} from '../../../assembly/memory/layout.js';
import { type BookRequest, type MemoryPlan, type MemoryRequest, planMemory } from '../../kernel/plan.js';
import type { FeedProtocol } from '../../venues/contract.js';
import { feedProtocol } from '../../venues/registry.js';
import type { FeedSettings } from '../settings.js';
import { ORIGINS } from './origin.js';
import type { QuantityCodes } from './quantity-codes.js';
import { type CaptureSurvey, type FeedSurvey, hasOrders, type SymbolSurvey } from './survey.js';

const SYMBOL_BYTES_MAX = 64;
/** Room beyond what the survey counted, so that no book is full to the brim. */
/** Best levels that whoever follows a replay may copy. */
const COPY_LEVELS_MAX = 128;
const SLACK = 16;
/** What Kraken sends when a subscription names no depth. */
const KRAKEN_DEPTH = 10;
/** More than anything a capture asks for; finite, so that it can be reckoned with. */
const PLENTY = 1e9;

/** The patience of a replay: what a file lacks never comes, so nothing is ever overdue, and no pause is too long. Memory is bounded. */
export const REPLAY_SETTINGS: FeedSettings = {
  buffer: { framesMax: 1_000_000, bytesMax: 64 * 1024 * 1024 },
  firstDeltaWaitMs: Number.POSITIVE_INFINITY,
  ackTimeoutMs: Number.POSITIVE_INFINITY,
  snapshotTimeoutMs: Number.POSITIVE_INFINITY,
  snapshotsInFlightMax: Number.POSITIVE_INFINITY,
  triesMax: Number.POSITIVE_INFINITY,
  brokenRetryMs: Number.POSITIVE_INFINITY,
  stableMs: Number.POSITIVE_INFINITY,
  crossedMsMax: Number.POSITIVE_INFINITY,
  silenceMsMin: Number.POSITIVE_INFINITY,
  silenceFactor: 1,
  bookBackoff: { initialMs: 0, maxMs: 0 },
  connectBackoff: { initialMs: 0, maxMs: 0 },
  breaker: { failuresMax: Number.POSITIVE_INFINITY, openMs: 0 },
};

/** One feed of a replay: its protocol, and its symbols in the order of its books. */
export interface ReplayFeed {
  readonly decoder: number;
  readonly protocol: FeedProtocol;
  readonly connections: readonly string[];
  readonly symbols: readonly SymbolSurvey[];
}

/** Memory and protocols that hold a whole capture. The books lie in the order of the feeds and of their symbols. */
export interface ReplayPlan {
  readonly memory: MemoryPlan;
  readonly feeds: readonly ReplayFeed[];
}

/**
 * Plans the books of a capture from what the survey found.
 * @param more what else the memory is to hold, for whoever decides on the books
 * @throws KernelError when they do not fit the shared memory
 */
export function planReplay(
  survey: CaptureSurvey,
  codes: ReadonlyMap<number, QuantityCodes>,
  more: Partial<MemoryRequest> = {},
): ReplayPlan {
  const feeds = [...survey.feeds.values()].map(replayFeed);
  const books = feeds.flatMap((feed, index) => {
    const names = namesOf(feed);
    return feed.symbols.map((symbol) => bookRequest(feed, index, symbol, names.get(symbol) ?? [], codes.get(feed.decoder)));
  });
  const memory = planMemory({
    feeds: feeds.map(({ decoder }) => decoder),
    books,
    // A quantity may be shorter than the code that stands for it.
    threads: [
      {
        inputBytes: survey.bytesMax * (codes.size > 0 ? 2 : 1) + SLACK,
        levelsMax: survey.figuresMax + SLACK,
        copyLevelsMax: COPY_LEVELS_MAX,
        eventsMax: survey.figuresMax + SLACK,
      },
    ],
    histograms: 0,
    ...more,
  });
  return { memory, feeds };
}

function replayFeed({ decoder, symbols, connections, depth }: FeedSurvey): ReplayFeed {
  const origin = ORIGINS[decoder] ?? { venue: 'binance', market: 'spot' };
  // Captures of single answers have no connection; the session wants one to believe in.
  const names = connections.size === 0 ? ['http'] : [...connections];
  const isKraken = decoder === DECODER_KRAKEN || decoder === DECODER_KRAKEN_L3;
  const protocol: FeedProtocol = {
    ...feedProtocol(origin.venue, origin.market),
    decoder,
    depth: depth === 0 && isKraken ? KRAKEN_DEPTH : depth,
    limits: { symbolsPerConnection: PLENTY, requestsPerSecond: PLENTY, connectsPerMinute: PLENTY },
    // The file answers, in its own time; a book in the stream is taken all the same.
    snapshot: {
      kind: 'rest',
      path: (symbol) => symbol,
      tiers: [{ levels: PLENTY, weight: 0 }],
      weightPerSecond: PLENTY,
      weightBurst: PLENTY,
    },
    heartbeat: null,
    idleMsMax: Number.POSITIVE_INFINITY,
    plan: (all) => names.map((url, index) => ({ url, kind: index === 0 ? 'books' : 'extras', symbols: index === 0 ? all : [] })),
    // What the recorder subscribed to is in the file; its answers are none to us.
    subscribe: () => [],
    unsubscribe: () => [],
  };
  return { decoder, protocol, connections: names, symbols: replayedSymbols(symbols.values()) };
}

/** The symbols that get a book, in the order of their books: those whose names the kernel can hold. */
export function replayedSymbols(symbols: Iterable<SymbolSurvey>): SymbolSurvey[] {
  return [...symbols].filter(({ symbol }) => Buffer.byteLength(symbol) <= SYMBOL_BYTES_MAX);
}

/** The names of each symbol: its own, and those aliases that nobody else has. */
function namesOf({ symbols, protocol }: ReplayFeed): ReadonlyMap<SymbolSurvey, readonly string[]> {
  const taken = new Set(symbols.map(({ symbol }) => symbol));
  return new Map(
    symbols.map((survey) => {
      const aliases = protocol
        .aliases(survey.symbol)
        .filter((name) => !taken.has(name) && Buffer.byteLength(name) <= SYMBOL_BYTES_MAX);
      for (const name of aliases) taken.add(name);
      return [survey, [survey.symbol, ...new Set(aliases)]];
    }),
  );
}

function bookRequest(
  { decoder, protocol }: ReplayFeed,
  feed: number,
  survey: SymbolSurvey,
  names: readonly string[],
  codes: QuantityCodes | undefined,
): BookRequest {
  const isCoded = codes?.has(survey.symbol) === true;
  return {
    feed,
    names,
    priceScale: survey.priceDecimals,
    qtyScale: isCoded ? 0 : survey.qtyDecimals,
    capacity: survey.levels + SLACK,
    depth: protocol.depth,
    rule: survey.replacing > 0 && survey.changing === 0 ? BOOK_RULE_REPLACE : BOOK_RULE_DELTAS,
    // Checksums are made of the quantities' digits, which a code does not have.
    checksumPolicy: isCoded ? CHECKSUM_OFF : CHECKSUM_ENFORCE,
    orders: hasOrders(decoder) ? survey.orders + SLACK : 0,
  };
}
