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
import type { SharedSpreads } from '../ops/spread-api.js';
import { startTerminalView } from '../ops/terminal-view.js';
import type { Config } from './config.js';
import { type Deciding, makeDeciding } from './deciding.js';
import { EXIT_GOOD } from './exit.js';
import { type BooksPlan, DECISION_HISTOGRAM } from './feed-plan.js';
import { type LiveFlags, liveAccess } from './live-access.js';
import { LiveParameters } from './live-parameters.js';
import { type Cleanup, type MarketOptions, prepareMarket, undo } from './market.js';
import type { OperatorThreadData } from './operator-thread.js';
import { startRunLog } from './run-log.js';
import { untilStopped } from './stop-signal.js';
import { startTrading, type Trading } from './trading.js';
import { planTrading } from './trading-plan.js';
import { packageVersion } from './version.js';

export interface RunOptions extends MarketOptions {
  /** Real orders. */
  readonly live?: LiveFlags | undefined;
  /** No live view. */
  readonly quiet: boolean;
  /** Stop by itself after so long. */
  readonly durationMs: number | undefined;
}

const SNAPSHOT_INTERVAL_MS = 250;
const LOG_LINES = 8;
/** How long the accounts have the machine for themselves at the start, where they do not agree with the ledger before. */
const ACCOUNTS_FIRST_MS = 4_000;
/** Multiple of the smallest order that real ones are held to. */
const SMALLEST = 1;

/** Runs the engine until it is told to stop. @returns the exit code */
export async function runEngine(config: Config, options: RunOptions): Promise<number> {
  const clock = new SystemClock();
  const showView = !options.quiet && process.stdout.isTTY === true;
  const tail = new LogTail(LOG_LINES);
  const log = createLogger({ level: config.log.level, pretty: config.log.pretty, ...(showView ? { output: tail } : {}) });
  const stopped = untilStopped(options.durationMs, systemTimers);
  const cleanup: Cleanup = [];
  const startMs = clock.epochUs() / 1000;
  const live = options.live === undefined ? undefined : liveAccess(config, options.live);
  try {
    // It loads while the rest is put together.
    const operatorWorker = new Worker(new URL('./operator-thread.js', import.meta.url), { name: 'operator' });
    cleanup.push(async () => {
      await operatorWorker.terminate();
    });
    const market = await prepareMarket(config, options, clock, log, cleanup);
    const { books, kernel } = market;
    const { recordFolder } = options;
    const multipliers = live === undefined || config.trading.fullSizes ? undefined : [SMALLEST];
    const runLog =
      recordFolder === undefined
        ? undefined
        : await startRunLog(recordFolder, startMs, config, market, systemTimers, log, multipliers);
    cleanup.push(() => runLog?.stop());
    let trading: Trading | undefined;
    const deciding = makeDeciding({
      ...{ config, market: books.universe, kernel, clock, sink: runLog?.sink },
      histogram: kernel.plan.histograms[DECISION_HISTOGRAM] ?? 0,
      emit: (intent) => {
        runLog?.watch(intent);
        trading?.desk.take(intent);
      },
      raise: (event) => {
        log.info({ strategy: event.strategy, ...event.facts }, `Strategy: ${event.kind}`);
        trading?.desk.onStrategyEvent(event);
      },
      ...(multipliers !== undefined && { multipliers }),
    });
    const { engine } = deciding;
    const parameters = new LiveParameters(config, deciding);
    const operator = await startOperator(operatorWorker, config, books, parameters.spreads, clock);
    cleanup.push(() => operator.close());
    log.info({ url: `http://${operator.host}:${operator.port}` }, 'Dashboard is up');
    const { mode, open, when } = planTrading(config, live, market, deciding, cleanup);
    // What was left open at real venues cannot wait; on a small machine feeds that begin at the same time would hold it up.
    const following = systemTimers.after(mode === 'live' ? ACCOUNTS_FIRST_MS : 0, market.start);
    cleanup.push(() => following.cancel());
    const begun = when.then(() => {
      const record = runLog?.record;
      trading = startTrading({ config, mode, open, deciding, kernel, clock, startMs, log, record }, cleanup);
      operator.onControl(trading.control);
      void trading.started.then(market.start);
    });

    parameters.start(clock, systemTimers, runLog?.record, cleanup);
    const collector = new Collector(
      kernel,
      deciding,
      {
        ...collectorOptions(config, options, books, kernel, deciding, () => trading?.desk.report() ?? null),
        delta: () => parameters.report(),
      },
      clock,
    );
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

    const turn = (): void => {
      engine.turn();
      trading?.desk.onTurn(engine.market);
      parameters.look(engine.market);
    };
    const turns = runTurns(kernel.int32, kernel.plan.control, config.engine.busyPoll ? 'busy-poll' : 'event', turn);
    await Promise.race([stopped, turns, begun.then(() => turns)]);
    await trading?.stop();
    stopTurns(kernel.int32, kernel.plan.control);
    await turns;
    log.info({ turns: engine.turns, found: engine.board.found }, 'Stopping');
  } finally {
    await undo(cleanup);
  }
  return EXIT_GOOD;
}

function startOperator(
  worker: Worker,
  config: Config,
  { universe, shared, operatorThread }: BooksPlan,
  spreads: SharedSpreads,
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
    ...{ directory, spreads },
    epochOffsetUs: clock.offsetUs(),
  };
  worker.postMessage(data, [port2]);
  return openOperatorLink(port1);
}

function collectorOptions(
  config: Config,
  { liveData, live }: RunOptions,
  books: BooksPlan,
  kernel: Kernel,
  deciding: Deciding,
  trading: NonNullable<CollectorOptions['trading']>,
): CollectorOptions {
  const { universe } = books;
  const { plan } = kernel;
  const feeds = new Map<number, UniverseBook[]>();
  for (const book of universe.books) feeds.set(book.feed, [...(feeds.get(book.feed) ?? []), book]);
  return {
    version: packageVersion(),
    mode: modeText(config, liveData, live !== undefined),
    trading,
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

function modeText({ simulation }: Config, liveData: boolean, isLive: boolean): string {
  if (isLive) return 'LIVE: real orders';
  return liveData ? 'live data, paper orders' : `simulated venues, paper orders, seed ${simulation.seed}`;
}
