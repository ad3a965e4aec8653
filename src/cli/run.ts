import { MessageChannel, Worker } from 'node:worker_threads';
import { SystemClock, systemTimers } from '../domain/system-clock.js';
import { runTurns, stopTurns } from '../engine/wake.js';
import type { Kernel } from '../kernel/kernel.js';
import { kernelModule } from '../kernel/module.js';
import type { UniverseBook } from '../market/universe.js';
import { Collector, type CollectorOptions, type WatchedRow } from '../ops/collector.js';
import { createLogger } from '../ops/log.js';
import { LogTail } from '../ops/log-tail.js';
import type { OperatorSnapshot } from '../ops/messages.js';
import { type OperatorLink, openOperatorLink } from '../ops/operator-link.js';
import type { DirectoryEntry } from '../ops/shared-book-reader.js';
import { startTerminalView } from '../ops/terminal-view.js';
import type { Config } from './config.js';
import { type Deciding, makeDeciding } from './deciding.js';
import { EXIT_GOOD } from './exit.js';
import { type BooksPlan, DECISION_HISTOGRAM } from './feed-plan.js';
import { type Cleanup, type MarketOptions, prepareMarket, undo } from './market.js';
import type { OperatorThreadData } from './operator-thread.js';
import { startRunLog } from './run-log.js';
import { untilStopped } from './stop-signal.js';
import { packageVersion } from './version.js';

export interface RunOptions extends MarketOptions {
  /** No live view. */
  readonly quiet: boolean;
  /** Stop by itself after so long. */
  readonly durationMs: number | undefined;
}

const SNAPSHOT_INTERVAL_MS = 250;
const LOG_LINES = 8;

/** Runs the engine until it is told to stop. @returns the exit code */
export async function runEngine(config: Config, options: RunOptions): Promise<number> {
  const clock = new SystemClock();
  const showView = !options.quiet && process.stdout.isTTY === true;
  const tail = new LogTail(LOG_LINES);
  const log = createLogger({ level: config.log.level, pretty: config.log.pretty, ...(showView ? { output: tail } : {}) });
  const stopped = untilStopped(options.durationMs, systemTimers);
  const cleanup: Cleanup = [];
  const startMs = clock.epochUs() / 1000;
  try {
    const market = await prepareMarket(config, options, clock, log, cleanup);
    const { books, kernel } = market;
    const { recordFolder } = options;
    const runLog =
      recordFolder === undefined ? undefined : await startRunLog(recordFolder, startMs, config, market, systemTimers, log);
    cleanup.push(() => runLog?.stop());
    const deciding = makeDeciding(
      config,
      books.universe,
      kernel,
      clock,
      kernel.plan.histograms[DECISION_HISTOGRAM] ?? 0,
      ({ strategy, kind, facts }) => log.info({ strategy, ...facts }, `Strategy: ${kind}`),
      runLog?.watch,
      runLog?.sink,
    );
    const { engine } = deciding;
    const operator = await startOperator(config, books, clock);
    cleanup.push(() => operator.close());
    log.info({ url: `http://${operator.host}:${operator.port}` }, 'Dashboard is up');
    market.start();

    const collector = new Collector(kernel, deciding, collectorOptions(config, options, books, kernel, deciding), clock);
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
    await undo(cleanup);
  }
  return EXIT_GOOD;
}

function startOperator(
  config: Config,
  { universe, shared, operatorThread }: BooksPlan,
  clock: SystemClock,
): Promise<OperatorLink> {
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

function collectorOptions(
  config: Config,
  { liveData }: RunOptions,
  books: BooksPlan,
  kernel: Kernel,
  deciding: Deciding,
): CollectorOptions {
  const { universe } = books;
  const { plan } = kernel;
  const feeds = new Map<number, UniverseBook[]>();
  for (const book of universe.books) feeds.set(book.feed, [...(feeds.get(book.feed) ?? []), book]);
  return {
    version: packageVersion(),
    mode: liveData ? 'live data, paper fills' : `simulated venues, paper fills, seed ${config.simulation.seed}`,
    feeds: [...feeds].flatMap(([feed, [first]]) =>
      first === undefined
        ? []
        : [
            {
              venue: first.instrument.venue,
              market: first.instrument.market,
              feed: plan.feeds[feed] ?? 0,
              books: universe.books.flatMap((book, position) => (book.feed === feed ? [position] : [])),
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
    universe: deciding.universe,
    strategies: deciding.readings,
    receiveToDecision: plan.histograms[DECISION_HISTOGRAM] ?? 0,
    decode: plan.histograms.slice(1),
  };
}
