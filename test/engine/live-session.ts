// A live run for tests: simulated venues in a process of their own, feed workers on threads of their own, everything over sockets;
// the frames and the turns are recorded. What the engine found is written down as text, to be compared byte for byte.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { LEVEL_STRIDE } from '../../assembly/memory/layout.js';
import { VIEW_LEVELS } from '../../assembly/memory/scan-layout.js';
import { SIGNAL_STATE_BYTES } from '../../assembly/memory/signal-layout.js';
import { ConfigSchema } from '../../src/cli/config.js';
import { type Cleanup, type Market, prepareMarket, undo } from '../../src/cli/market.js';
import { SystemClock } from '../../src/domain/system-clock.js';
import { AssumedFills } from '../../src/engine/assumed-fills.js';
import { type DecisionEngine, makeDecisionEngine } from '../../src/engine/decision-engine.js';
import { TurnLogWriter } from '../../src/engine/turn-log.js';
import { TurnLogFile } from '../../src/engine/turn-log-file.js';
import type { RecordedBook, ReplayedEngine } from '../../src/engine/turn-replay.js';
import { runTurns, stopTurns } from '../../src/engine/wake.js';
import type { Kernel } from '../../src/kernel/kernel.js';
import { BUY, SELL, type TakerSide } from '../../src/kernel/pricing.js';
import { createLogger } from '../../src/ops/log.js';
import { strategyUniverse } from '../../src/strategy/build-universe.js';
import { DEFAULT_COST_SETTINGS } from '../../src/strategy/cost-model.js';
import type { Intent } from '../../src/strategy/intent.js';
import type { HostedStrategy } from '../../src/strategy/strategy.js';
import type { StrategyUniverse } from '../../src/strategy/universe.js';

/** What was found, turn by turn, one line each. */
export class Transcript {
  readonly lines: string[] = [];

  constructor(
    private readonly deciding: () => DecisionEngine,
    private readonly bytes: Uint8Array,
  ) {}

  add(what: string, facts: object): void {
    this.lines.push(`${what} ${JSON.stringify(facts)}`);
  }

  /** Of all that strategies see of a book: its header, its levels, its signals and their history. */
  private checksum(book: number): number {
    const { views } = this.deciding();
    const at = views.address(book);
    const levels = (side: TakerSide, from: number): Uint8Array =>
      this.bytes.subarray(from, from + views.levelCount(book, side) * LEVEL_STRIDE);
    let sum = crc32(this.bytes.subarray(at, at + VIEW_LEVELS));
    sum = crc32(levels(SELL, at + VIEW_LEVELS), sum);
    sum = crc32(levels(BUY, at + VIEW_LEVELS + views.levelsMax * LEVEL_STRIDE), sum);
    sum = crc32(this.bytes.subarray(views.signalState(book), views.signalState(book) + SIGNAL_STATE_BYTES), sum);
    return crc32(this.history(book), sum);
  }

  /** The past of a book that strategies read where it lies. */
  private history(book: number): Uint8Array {
    const { signals } = this.deciding().engine.market;
    if (signals === undefined) return new Uint8Array();
    const ages = Array.from({ length: signals.bucketCount(book) }, (_, age) => age);
    const past = ages.flatMap((age) => [
      signals.midUnits(book, age),
      signals.flowUnits(book, age),
      signals.tradeCount(book, age),
    ]);
    return new Uint8Array(Float64Array.from(past).buffer);
  }

  /** The pairs and sizes of the rows that the last turn looked at, and what is open and closed. */
  turn(): void {
    const { engine, scanner, views } = this.deciding();
    const { market, board } = engine;
    for (let index = 0; index < market.rowCount; index++) {
      const row = market.row(index);
      if (!scanner.hasPair(row)) continue;
      const sizes = Array.from({ length: scanner.sizeCount(row) }, (_, size) => [
        scanner.sizeStatus(row, size),
        scanner.sizeBaseUnits(row, size),
        scanner.sizeCostUnits(row, size),
        scanner.sizeProceedsUnits(row, size),
        scanner.sizeNet(row, size),
      ]);
      const pair = [row, scanner.buyVenue(row), scanner.sellVenue(row), scanner.net(row), scanner.bestSize(row)];
      const touch = [scanner.askPriceUnits(row), scanner.buySequence(row), scanner.bidPriceUnits(row), scanner.sellSequence(row)];
      this.add('row', { turn: market.turn, pair, touch, sizes });
    }
    const books = Array.from({ length: market.bookCount }, (_, index) => market.book(index));
    this.add('turn', {
      turn: market.turn,
      nowUs: market.nowUs,
      books: books.map((book) => [book, views.version(book), this.checksum(book)]),
      open: board.listOpen(100),
      closed: board.listClosed(1),
    });
  }
}

/** Makes the strategies of a run; `tell` adds to its transcript. */
export type StrategiesFor = (
  universe: StrategyUniverse,
  tell: (what: string, facts: object) => void,
) => readonly HostedStrategy[];

/** The engine of the test, the same live and in replay, and its transcript. */
export function engineFor(
  kernel: Kernel,
  universe: StrategyUniverse,
  strategies: StrategiesFor,
  wanted: (intent: Intent) => void,
  log?: TurnLogWriter,
): DecisionEngine & { readonly transcript: Transcript } {
  const transcript = new Transcript(() => deciding, kernel.bytes);
  let fills: AssumedFills | undefined;
  const deciding: DecisionEngine = makeDecisionEngine({
    kernel,
    universe,
    strategies: strategies(universe, (what, facts) => transcript.add(what, facts)),
    options: { minNet: 0.0005, maxQuoteAgeUs: 2_000_000, fullScanIntervalUs: 100_000 },
    sizing: { multipliers: [1, 2, 5, 10], minOrderQuote: '5', rounding: 'up', fromNet: -0.002 },
    costs: DEFAULT_COST_SETTINGS,
    clock: new SystemClock(),
    histogram: kernel.plan.histograms[0] ?? 0,
    emit: (intent) => {
      transcript.add('intent', { ...intent, legs: intent.legs.slice(0, intent.legCount) });
      wanted(intent);
      fills?.take(intent);
    },
    raise: ({ strategy, kind, facts }) => transcript.add('event', { strategy, kind, facts }),
    ...(log !== undefined && { sink: log }),
  });
  const { views, capital, host, decisions } = deciding;
  decisions.listener = ({ figures, figureCount, ...decision }) =>
    transcript.add('decision', { ...decision, figures: [...figures.subarray(0, figureCount)] });
  fills = new AssumedFills(universe, views, capital, (strategy, update) => host.tell(strategy, update));
  for (const { account, scale } of universe.accounts) capital.setBalance(account, 1_000_000 * 10 ** scale);
  return { ...deciding, transcript };
}

/** The engine as a replay drives it. */
export function replayedEngine({ engine, host, capital, transcript }: ReturnType<typeof engineFor>): ReplayedEngine {
  return {
    turnAt(nowUs, epochUs, isFull) {
      engine.turnAt(nowUs, epochUs, isFull);
      transcript.turn();
    },
    tell: (strategy, update) => host.tell(strategy, update),
    setBalance: (account, units) => capital.setBalance(account, units),
  };
}

export interface LiveSession {
  readonly universe: StrategyUniverse;
  readonly market: Market;
  readonly books: readonly RecordedBook[];
  readonly lines: readonly string[];
  readonly logPath: string;
  readonly recordings: ReadonlyMap<string, readonly string[]>;
  /** Versions of books that no turn saw. */
  readonly conflated: number;
}

/** Runs until `isEnough`, at most about `secondsMax`. */
export async function runLive(
  folder: string,
  seed: number,
  strategies: StrategiesFor,
  isEnough: (deciding: DecisionEngine) => boolean,
  secondsMax: number,
): Promise<LiveSession> {
  const clock = new SystemClock();
  const cleanup: Cleanup = [];
  const recordFolder = join(folder, 'frames');
  const logPath = join(folder, 'run.turns');
  mkdirSync(folder, { recursive: true });
  try {
    const config = ConfigSchema.parse({
      simulation: { symbols: 24, futuresSymbols: 6, updatesPerSecond: 2_000, plantIntervalMs: 300, seed },
      log: { level: 'error' },
    });
    const log = createLogger({ level: 'error', pretty: false });
    const market = await prepareMarket(config, { liveData: false, recordFolder }, clock, log, cleanup);
    const { kernel, books } = market;
    const universe = strategyUniverse(books.universe, (instrument) => instrument);
    const recorded = universe.books.map(({ instrument }) => ({
      feed: `${instrument.venue}-${instrument.market}`,
      symbol: instrument.symbol,
    }));
    const file = await TurnLogFile.create(logPath);
    const writer = new TurnLogWriter({ memory: kernel.plan.request, books: recorded }, universe.books.length, file);
    const live = engineFor(kernel, universe, strategies, (intent) => writer.intent(intent), writer);
    const endUs = clock.monotonicUs() + secondsMax * 1e6;
    market.start();
    await runTurns(kernel.int32, kernel.plan.control, 'event', () => {
      live.engine.turn();
      live.transcript.turn();
      if (isEnough(live) || clock.monotonicUs() > endUs) stopTurns(kernel.int32, kernel.plan.control);
    });
    writer.flush();
    await file.close();
    await undo(cleanup);
    const recordings = filesByFeed(recordFolder);
    const conflated = universe.books.reduce((sum, { book }) => sum + live.views.conflated(book), 0);
    return { universe, market, books: recorded, lines: live.transcript.lines, logPath, recordings, conflated };
  } catch (error) {
    await undo(cleanup);
    throw error;
  }
}

/** Files of each feed, in the order in which they were begun. */
function filesByFeed(folder: string): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, string[]>();
  for (const name of readdirSync(folder).sort()) {
    const feed = name.split('.')[0] ?? '';
    files.set(feed, [...(files.get(feed) ?? []), join(folder, name)]);
  }
  return files;
}
