import { CONTROL_EPOCH_OFFSET_US } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../domain/random.js';
import { type SystemClock, systemTimers } from '../domain/system-clock.js';
import type { Market as MarketKind, VenueId } from '../domain/venue.js';
import { DEFAULT_FEED_SETTINGS } from '../feeds/settings.js';
import { FeedSupervisor, type FeedWorkerSpec } from '../feeds/supervisor.js';
import type { FeedEvent } from '../feeds/transport.js';
import { feedBooks, type WorkerFeed } from '../feeds/worker-data.js';
import { Kernel } from '../kernel/kernel.js';
import type { Logger } from '../ops/log.js';
import { HttpClient } from '../transport/http.js';
import type { Config } from './config.js';
import { type BooksPlan, loadInstruments, type PlannedFeed, planBooks, planFeeds } from './feed-plan.js';
import { type Recording, startRecording } from './recording.js';
import { type SimulationEndpoints, SimulationProcess } from './simulation-process.js';

export interface MarketOptions {
  /** The real venues' public feeds instead of simulated ones. */
  readonly liveData: boolean;
  /** Record every frame into this folder. */
  readonly recordFolder: string | undefined;
}

/** Steps that undo what was started, run in reverse. */
export type Cleanup = (() => Promise<void> | void)[];

/** The market side of a run: shared books, and the workers that will keep them. */
export interface Market {
  readonly books: BooksPlan;
  /** The feeds, in the order of the plan. */
  readonly feeds: readonly { readonly venue: VenueId; readonly market: MarketKind }[];
  readonly kernel: Kernel;
  /** Addresses and test keys of the simulated venues; undefined when the venues are real. */
  readonly simulated: SimulationEndpoints | undefined;
  /** Starts the feed workers, once. */
  start(): void;
}

const METADATA_TIMEOUT_MS = 20_000;
const METADATA_BYTES_MAX = 256 * 2 ** 20;

/**
 * Finds out what the venues list, lays out the books, and prepares the feed workers. What it starts is undone by `cleanup`.
 * @throws InvalidInputError when the configuration leaves nothing to compare
 * @throws VenueConnectionError when fewer than two venues can be reached
 */
export async function prepareMarket(
  config: Config,
  options: MarketOptions,
  clock: SystemClock,
  log: Logger,
  cleanup: Cleanup,
): Promise<Market> {
  const simulated = options.liveData ? undefined : await startSimulated(config, log, cleanup);
  const http = new HttpClient(
    { timeoutMs: METADATA_TIMEOUT_MS, bodyBytesMax: METADATA_BYTES_MAX, connectionsMax: 4 },
    systemTimers,
  );
  const feeds = planFeeds(config, simulated);
  const recording = options.recordFolder === undefined ? undefined : startRecording(options.recordFolder, feeds, clock, log);
  cleanup.push(() => recording?.stop());
  const loaded = await loadInstruments(feeds, http, {
    answer: (protocol, url, body) => recording?.answer(protocol, url, body),
    failure: ({ venue, market }, error) =>
      log.error({ venue, market, err: error }, 'Venue left out: its instruments could not be loaded'),
  }).finally(() => http.close());
  const planned = loaded.map((feed) => feed.planned);
  const books = planBooks(
    config,
    loaded.map((feed) => feed.universe),
  );
  for (const { instrument, reason } of books.universe.rejected) {
    log.debug({ venue: instrument.venue, market: instrument.market, symbol: instrument.symbol, reason }, 'Instrument left out');
  }
  const kernel = new Kernel(books.shared, 0);
  kernel.float64[(kernel.plan.control + CONTROL_EPOCH_OFFSET_US) >> 3] = clock.offsetUs();
  const supervisor = new FeedSupervisor({
    kernel,
    workers: workerSpecs(books, planned, kernel, recording),
    settings: { ...DEFAULT_FEED_SETTINGS, crossedMsMax: config.books.crossedMsMax },
    epochOffsetUs: clock.offsetUs(),
    seed: config.simulation.seed,
    timers: systemTimers,
    clock,
    random: new SeededRandom(config.simulation.seed),
    listener: (event) => logFeedEvent(log, event),
  });
  let mayStart = true;
  cleanup.push(() => {
    mayStart = false;
    return supervisor.stop();
  });
  return {
    books,
    feeds: planned.map(({ protocol: { venue, market } }) => ({ venue, market })),
    kernel,
    simulated,
    start() {
      if (!mayStart) return;
      mayStart = false;
      supervisor.start();
      log.info(
        { rows: books.universe.rows.length, books: books.universe.books.length, venues: books.venues },
        'Following the market',
      );
    },
  };
}

/** Runs the steps of `cleanup`, the last one first. */
export async function undo(cleanup: Cleanup): Promise<void> {
  for (const step of cleanup.reverse()) await step();
}

async function startSimulated(config: Config, log: Logger, cleanup: Cleanup): Promise<SimulationEndpoints> {
  const { simulation, endpoints } = await SimulationProcess.start(config.simulation, systemTimers, (message, facts) =>
    log.warn(facts, message),
  );
  cleanup.push(() => simulation.stop());
  log.info({ pid: simulation.pid, venues: Object.keys(endpoints) }, 'Simulated venues are up');
  return endpoints;
}

/** One worker for each venue, with all feeds of it. */
function workerSpecs(
  books: BooksPlan,
  feeds: readonly PlannedFeed[],
  kernel: Kernel,
  recording: Recording | undefined,
): FeedWorkerSpec[] {
  const { plan } = kernel;
  return books.venues.map((venue, index) => ({
    venue,
    thread: index + 1,
    histogram: plan.histograms[index + 1] ?? 0,
    feeds: feeds.flatMap(({ protocol, options }, feed): WorkerFeed[] => {
      if (protocol.venue !== venue) return [];
      const own = books.universe.books.flatMap((book, position) =>
        book.feed === feed ? [{ symbol: book.instrument.symbol, address: plan.books[position] ?? 0 }] : [],
      );
      if (own.length === 0) return [];
      return [
        {
          venue,
          market: protocol.market,
          options,
          feed: plan.feeds[feed] ?? 0,
          books: feedBooks(own),
          recording: recording?.ring(protocol) ?? null,
        },
      ];
    }),
  }));
}

function logFeedEvent(log: Logger, { level, kind, ...facts }: FeedEvent): void {
  if (level === 'alert') log.error(facts, `Feed: ${kind}`);
  else log[level](facts, `Feed: ${kind}`);
}
