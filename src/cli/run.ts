import { MessageChannel, Worker } from 'node:worker_threads';
import { CONTROL_EPOCH_OFFSET_US } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../domain/random.js';
import { SystemClock, systemTimers } from '../domain/system-clock.js';
import { Engine } from '../engine/engine.js';
import { runTurns, stopTurns } from '../engine/wake.js';
import { DEFAULT_FEED_SETTINGS } from '../feeds/settings.js';
import { HttpClient } from '../feeds/socket/http.js';
import { FeedSupervisor, type FeedWorkerSpec } from '../feeds/supervisor.js';
import type { FeedEvent } from '../feeds/transport.js';
import { feedBooks, type WorkerFeed } from '../feeds/worker-data.js';
import { Kernel } from '../kernel/kernel.js';
import { kernelModule } from '../kernel/module.js';
import { Scanner } from '../kernel/scan.js';
import type { UniverseBook } from '../market/universe.js';
import { Collector, type WatchedRow } from '../ops/collector.js';
import { createLogger, type Logger } from '../ops/log.js';
import { LogTail } from '../ops/log-tail.js';
import type { OperatorSnapshot } from '../ops/messages.js';
import { type OperatorLink, openOperatorLink } from '../ops/operator-link.js';
import type { DirectoryEntry } from '../ops/shared-book-reader.js';
import { startTerminalView } from '../ops/terminal-view.js';
import type { Config } from './config.js';
import { EXIT_GOOD } from './exit.js';
import { type BooksPlan, DECISION_HISTOGRAM, loadInstruments, type PlannedFeed, planBooks, planFeeds } from './feed-plan.js';
import type { OperatorThreadData } from './operator-thread.js';
import { type Recording, startRecording } from './recording.js';
import { SimulationProcess } from './simulation-process.js';
import { untilAskedToStop } from './stop-signal.js';
import { packageVersion } from './version.js';

export interface RunOptions {
  /** The real venues' public feeds instead of simulated ones. */
  readonly liveData: boolean;
  /** No live view. */
  readonly quiet: boolean;
  /** Stop by itself after so long. */
  readonly durationMs: number | undefined;
  /** Record every frame into this folder. */
  readonly recordFolder: string | undefined;
}

const SNAPSHOT_INTERVAL_MS = 250;
const FULL_SCAN_INTERVAL_US = 100_000;
const METADATA_TIMEOUT_MS = 20_000;
const METADATA_BYTES_MAX = 256 * 2 ** 20;
const LOG_LINES = 8;
const BPS = 1e-4;

/** Runs the engine until it is told to stop. @returns the exit code */
export async function runEngine(config: Config, options: RunOptions): Promise<number> {
  const clock = new SystemClock();
  const showView = !options.quiet && process.stdout.isTTY === true;
  const tail = new LogTail(LOG_LINES);
  const log = createLogger({ level: config.log.level, pretty: config.log.pretty, ...(showView ? { output: tail } : {}) });
  const stopped = options.durationMs === undefined ? untilAskedToStop() : Promise.race([untilAskedToStop(), passed(options.durationMs)]);

  const cleanup: (() => Promise<void> | void)[] = [];
  try {
    const simulated = options.liveData ? undefined : await startSimulated(config, log, cleanup);
    const http = new HttpClient({ timeoutMs: METADATA_TIMEOUT_MS, bodyBytesMax: METADATA_BYTES_MAX, connectionsMax: 4 }, systemTimers);
    const loaded = await loadInstruments(planFeeds(config, simulated), http, ({ venue, market }, error) =>
      log.error({ venue, market, err: error }, 'Venue left out: its instruments could not be loaded'),
    ).finally(() => http.close());
    const planned = loaded.map((feed) => feed.planned);
    const books = planBooks(config, loaded.map((feed) => feed.universe));
    for (const { instrument, reason } of books.universe.rejected) {
      log.debug({ venue: instrument.venue, market: instrument.market, symbol: instrument.symbol, reason }, 'Instrument left out');
    }
    const kernel = new Kernel(books.shared, 0);
    kernel.float64[(kernel.plan.control + CONTROL_EPOCH_OFFSET_US) >> 3] = clock.offsetUs();

    const recording = options.recordFolder === undefined ? undefined : startRecording(options.recordFolder, planned, log);
    const supervisor = new FeedSupervisor({
      kernel,
      workers: workerSpecs(books, planned, kernel, recording),
      settings: { ...DEFAULT_FEED_SETTINGS, crossedMsMax: config.books.crossedMsMax },
      epochOffsetUs: clock.offsetUs(),
      seed: config.simulation.seed,
      timers: systemTimers,
      random: new SeededRandom(config.simulation.seed),
      listener: (event) => logFeedEvent(log, event),
    });
    const engine = makeEngine(config, books, kernel, clock);
    const operator = await startOperator(config, books, clock);
    cleanup.push(() => operator.close());
    log.info({ url: `http://${operator.host}:${operator.port}` }, 'Dashboard is up');

    supervisor.start();
    cleanup.push(async () => {
      await supervisor.stop();
      await recording?.stop();
    });
    log.info({ rows: books.universe.rows.length, books: books.universe.books.length, venues: books.venues }, 'Following the market');

    const collector = new Collector(kernel, engine, collectorOptions(config, options, books, kernel), clock);
    let newest: OperatorSnapshot | null = null;
    const ticking = systemTimers.every(SNAPSHOT_INTERVAL_MS, () => {
      newest = collector.collect();
      operator.post(newest);
    });
    const stopView = options.quiet
      ? () => undefined
      : startTerminalView({ output: process.stdout, timers: systemTimers, snapshot: () => newest, logLines: () => tail.lines() });
    cleanup.push(() => {
      stopView();
      ticking.cancel();
      if (showView) for (const line of tail.lines()) process.stderr.write(`${line}\n`);
    });

    const turns = runTurns(kernel.int32, kernel.plan.control, config.engine.busyPoll ? 'busy-poll' : 'event', engine.turn);
    await Promise.race([stopped, turns]);
    stopTurns(kernel.int32, kernel.plan.control);
    await turns;
    log.info({ turns: engine.turns, found: engine.board.found }, 'Stopping');
  } finally {
    for (const step of cleanup.reverse()) await step();
  }
  return EXIT_GOOD;
}

function passed(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    systemTimers.after(durationMs, resolve);
  });
}

async function startSimulated(config: Config, log: Logger, cleanup: (() => Promise<void> | void)[]) {
  const { simulation, endpoints } = await SimulationProcess.start(config.simulation, systemTimers, (message, facts) => log.warn(facts, message));
  cleanup.push(() => simulation.stop());
  log.info({ pid: simulation.pid, venues: Object.keys(endpoints) }, 'Simulated venues are up');
  return endpoints;
}

/** One worker for each venue, with all feeds of it. */
function workerSpecs(books: BooksPlan, feeds: readonly PlannedFeed[], kernel: Kernel, recording: Recording | undefined): FeedWorkerSpec[] {
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
        { venue, market: protocol.market, options, feed: plan.feeds[feed] ?? 0, books: feedBooks(own), recording: recording?.ring(feed) ?? null },
      ];
    }),
  }));
}

/** Taker fee of a book's venue and market, as a fraction. */
function takerFee(config: Config, { instrument }: UniverseBook): number {
  const { takerFeeBps, futuresTakerFeeBps } = config.venues[instrument.venue];
  return ((instrument.market === 'futures' ? futuresTakerFeeBps : takerFeeBps) ?? instrument.takerFeeBps) * BPS;
}

function makeEngine(config: Config, { universe }: BooksPlan, kernel: Kernel, clock: SystemClock): Engine {
  const scanner = new Scanner(kernel);
  const { books: addresses, histograms } = kernel.plan;
  universe.rows.forEach((row, index) => {
    scanner.setRow(
      index,
      row.books.map((position) => {
        const book = universe.books[position] as UniverseBook;
        const basePerUnit = 10 ** -row.qtyScale * Number(book.instrument.contractSize);
        return { book: addresses[position] ?? 0, takerFee: takerFee(config, book), basePerUnit };
      }),
    );
  });
  return new Engine(
    kernel,
    scanner,
    universe.rows.map((row) => ({ books: row.books.map((position) => addresses[position] ?? 0) })),
    histograms[DECISION_HISTOGRAM] ?? 0,
    {
      minNet: config.engine.minNetBps * BPS,
      maxQuoteAgeUs: config.engine.quoteAgeMsMax * 1000,
      fullScanIntervalUs: FULL_SCAN_INTERVAL_US,
    },
    clock,
  );
}

function startOperator(config: Config, { universe, shared, operatorThread }: BooksPlan, clock: SystemClock): Promise<OperatorLink> {
  const { port1, port2 } = new MessageChannel();
  const directory: DirectoryEntry[] = universe.books.map(({ instrument }, position) => ({
    venue: instrument.venue,
    market: instrument.market,
    symbol: instrument.symbol,
    base: instrument.base,
    quote: instrument.quote,
    book: shared.plan.books[position] ?? 0,
  }));
  const data: OperatorThreadData = {
    port: port2,
    host: config.operator.host,
    listenPort: config.operator.port,
    shared,
    module: kernelModule(),
    thread: operatorThread,
    directory,
    epochOffsetUs: clock.offsetUs(),
  };
  new Worker(new URL('./operator-thread.js', import.meta.url), { workerData: data, transferList: [port2], name: 'operator' });
  return openOperatorLink(port1);
}

function collectorOptions(config: Config, { liveData }: RunOptions, books: BooksPlan, kernel: Kernel) {
  const { universe } = books;
  const { plan } = kernel;
  const feeds = new Map<number, UniverseBook[]>();
  for (const book of universe.books) feeds.set(book.feed, [...(feeds.get(book.feed) ?? []), book]);
  return {
    version: packageVersion(),
    mode: liveData ? 'live data, no orders' : `simulated venues, seed ${config.simulation.seed}`,
    feeds: [...feeds].flatMap(([feed, [first]]) =>
      first === undefined
        ? []
        : [
            {
              venue: first.instrument.venue,
              market: first.instrument.market,
              feed: plan.feeds[feed] ?? 0,
              books: universe.books.flatMap((book, position) => (book.feed === feed ? [plan.books[position] ?? 0] : [])),
            },
          ],
    ),
    rows: universe.rows.map(
      (row): WatchedRow => ({
        symbol: `${row.base}/${row.quote}`,
        market: row.market,
        venues: row.books.map((position) => (universe.books[position] as UniverseBook).instrument.venue),
        priceScale: row.priceScale,
        qtyScale: row.qtyScale,
      }),
    ),
    receiveToDecision: plan.histograms[DECISION_HISTOGRAM] ?? 0,
    decode: plan.histograms.slice(1),
  };
}

function logFeedEvent(log: Logger, { level, kind, ...facts }: FeedEvent): void {
  if (level === 'alert') log.error(facts, `Feed: ${kind}`);
  else log[level](facts, `Feed: ${kind}`);
}
