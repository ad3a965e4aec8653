import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { CONTROL_STOP } from '../assembly/memory/layout.js';
import { SeededRandom } from '../src/domain/random.js';
import { SystemClock } from '../src/domain/system-clock.js';
import { makeDecisionEngine } from '../src/engine/decision-engine.js';
import { runTurns, stopTurns } from '../src/engine/wake.js';
import { DEFAULT_SIGNAL_RULES } from '../src/kernel/signal-plan.js';
import { type Level, Rig } from '../src/sim/lab/rig.js';
import { DEFAULT_COST_SETTINGS } from '../src/strategy/cost-model.js';
import { makeStrategies } from '../src/strategy/registry.js';
import { type BenchResult, compared, percentile, type Suite } from './measure.js';
import { ObjectMarket } from './object-market.js';
import { startThread } from './threads/start.js';
import type { PostedFrame, UpdateFeedData } from './threads/update-feed.js';

const VENUES = ['binance', 'coinbase', 'kraken', 'mexc', 'gateio'] as const;
const LEVELS = 20;
const FRAMES_PER_SECOND = 50_000;
/** A touch this far below the others' is an opportunity of several percent. */
const CHEAP_EVERY = 250;
const AGE_US = 1e12;
const FEE_BPS = 10;

/**
 * From the receipt of a frame to the intent that it led to, on an engine that follows 1000 instruments on five venues at 50,000 updates
 * a second: a writer thread decodes into shared memory, the engine runs in event mode with the three-tier strategy. The rival gets the
 * same frames as texts over a message port and keeps objects.
 */
export const receiveToIntentSuite: Suite = {
  ids: ['receive.to.intent.p50', 'receive.to.intent.p99', 'universe.conflated'],
  run: async (effort) => {
    const rows = effort.quick ? 20 : 1000;
    const seconds = effort.quick ? 0.2 : 6;
    const own = await measureOwn(rows, seconds);
    const rival = await measureRival(rows, seconds);
    const name = 'texts over a message port, JSON.parse, objects';
    const at = (share: number, suffix: string): BenchResult =>
      compared(`receive.to.intent.${suffix}`, 'us', percentile(own.latencies, share), name, percentile(rival.latencies, share));
    return [
      at(0.5, 'p50'),
      at(0.99, 'p99'),
      compared('universe.conflated', 'of 1000 updates', (1000 * own.conflated) / own.sent, 'updates decided on one by one', 1000),
    ];
  },
};

interface Measured {
  readonly latencies: readonly number[];
  readonly sent: number;
  readonly conflated: number;
}

async function measureOwn(rowCount: number, seconds: number): Promise<Measured> {
  const { rig, mids } = makeMarket(rowCount);
  const { kernel, universe } = rig;
  const clock = new SystemClock();
  const latencies: number[] = [];
  const decidedUs = new Float64Array(universe.rows.length);
  // Believed at first sight, and without rest: what is timed is the way, not the waiting.
  const parameters = { confirmMs: 0, confirmations: 0, minConfidence: 0, rowCooldownMs: 0, pairCooldownMs: 0, noteMs: 0 };
  const { engine, views, capital, host } = makeDecisionEngine({
    kernel,
    universe,
    strategies: makeStrategies([{ kind: 'three-tier', budgetQuote: 1e9, parameters }], universe),
    options: { minNet: 0.002, maxQuoteAgeUs: AGE_US, fullScanIntervalUs: 100_000 },
    sizing: { multipliers: [1, 2, 5, 10], minOrderQuote: '5', rounding: 'up', fromNet: 0 },
    costs: DEFAULT_COST_SETTINGS,
    clock,
    histogram: kernel.plan.histograms[0] ?? 0,
    emit: (intent) => {
      const nowUs = clock.monotonicUs();
      let newestUs = 0;
      for (let leg = 0; leg < intent.legCount; leg++) newestUs = Math.max(newestUs, views.receiveUs(intent.legs[leg]?.book ?? 0));
      // An opportunity that stands is taken again and again; only a frame that is new counts.
      if (newestUs > (decidedUs[intent.row] ?? 0)) latencies.push(nowUs - newestUs);
      decidedUs[intent.row] = newestUs;
      for (let leg = 0; leg < intent.legCount; leg++) {
        const book = intent.legs[leg]?.book ?? 0;
        host.tell(intent.strategy, {
          intent: intent.id,
          leg,
          book,
          filledUnits: 0,
          filledQuoteUnits: 0,
          feeQuote: 0,
          isFinal: true,
        });
      }
    },
    raise: () => undefined,
  });
  for (const { account } of universe.accounts) capital.setBalance(account, 2 ** 52);
  const feed = await startFeed(rig, mids, false);
  const turns = runTurns(kernel.int32, kernel.plan.control, 'event', engine.turn);
  const sent = await runFor(feed.worker, rig, seconds);
  await turns;
  await feed.stop();
  let conflated = 0;
  for (let book = 0; book < views.count; book++) conflated += views.conflated(book);
  return { latencies, sent, conflated };
}

async function measureRival(rowCount: number, seconds: number): Promise<Measured> {
  const { rig, mids, books } = makeMarket(rowCount);
  const market = new ObjectMarket(books, VENUES.length, FEE_BPS * 1e-4);
  const clock = new SystemClock();
  const latencies: number[] = [];
  const feed = await startFeed(rig, mids, true);
  feed.worker.on('message', (message: PostedFrame | { readonly sent: number }) => {
    if ('sent' in message) return;
    if (market.take(message.book, message.text)) latencies.push(clock.monotonicUs() - message.receivedUs);
  });
  const sent = await runFor(feed.worker, rig, seconds);
  await feed.stop();
  return { latencies, sent, conflated: 0 };
}

function startFeed({ kernel, universe }: Rig, mids: readonly number[], posts: boolean) {
  const data: UpdateFeedData = {
    shared: kernel.shared,
    symbols: universe.books.map(({ instrument }) => instrument.symbol),
    mids,
    framesPerSecond: FRAMES_PER_SECOND,
    cheapEvery: CHEAP_EVERY,
    posts,
    seed: 5,
  };
  return startThread('update-feed.js', data);
}

/** Lets the feed run. @returns frames it has sent */
async function runFor(worker: Worker, { kernel }: Rig, seconds: number): Promise<number> {
  Atomics.store(kernel.int32, (kernel.plan.control + CONTROL_STOP) >> 2, 0);
  worker.postMessage('go');
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  stopTurns(kernel.int32, kernel.plan.control);
  for (;;) {
    const [message] = (await once(worker, 'message')) as [PostedFrame | { readonly sent: number }];
    if ('sent' in message) return message.sent;
  }
}

/** Rows on five venues with books of some depth that agree on the price. */
function makeMarket(rowCount: number): { rig: Rig; mids: number[]; books: { bids: Level[]; asks: Level[] }[] } {
  const random = new SeededRandom(17);
  const thread = { inputBytes: 2 ** 16, levelsMax: 512, copyLevelsMax: 64, eventsMax: 64 };
  const rig = new Rig({
    rows: Array.from({ length: rowCount }, (_, row) =>
      VENUES.map((venue) => ({ venue, base: `S${row}`, takerFeeBps: FEE_BPS, priceDecimals: 4, qtyDecimals: 2 })),
    ),
    memory: { threads: [thread, thread], signals: DEFAULT_SIGNAL_RULES },
  });
  rig.nowUs = new SystemClock().monotonicUs();
  const mids: number[] = [];
  const books = rig.universe.books.map((info) => {
    const mid = info.place === 0 ? 1 + random.next() * 3 : (mids[info.book - info.place] ?? 1);
    mids.push(mid);
    const side = (sign: number): Level[] =>
      Array.from({ length: LEVELS }, (_, level) => [
        (mid * (1 + sign * (0.0005 + level * 0.0004))).toFixed(4),
        (2 + random.next() * 30).toFixed(2),
      ]);
    const [bids, asks] = [side(-1), side(1)];
    rig.setBook(info, bids, asks);
    return { bids, asks };
  });
  return { rig, mids, books };
}
