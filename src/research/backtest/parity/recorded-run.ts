import { CONTROL_EPOCH_OFFSET_US } from '../../../../assembly/memory/layout.js';
import { SeededRandom } from '../../../domain/random.js';
import { VirtualTime } from '../../../domain/virtual-time.js';
import { sampleMs } from '../../../sim/faults/distribution.js';
import type { DelayDistribution } from '../../../sim/faults/rules.js';
import { LocalMarket, listFeeds } from '../../../sim/framework/local-market.js';
import { marketEndpoints } from '../../../sim/fronts/front.js';
import { LoopbackHost } from '../../../sim/hosts/loopback-host.js';
import { parseSimulationOptions } from '../../../sim/options.js';
import { type Simulation, startSimulation } from '../../../sim/server.js';
import { strategyUniverse } from '../../../strategy/build-universe.js';
import type { StrategyUniverse } from '../../../strategy/universe.js';
import type { PaperLatency } from '../../../trading/paper/models.js';
import type { FeedProtocol } from '../../../venues/contract.js';
import { FEEDS } from '../../../venues/registry.js';
import type { EngineResult } from '../backtest-types.js';
import { PaperTrading, type TradingSetup } from '../paper-trading.js';
import { tradesOf } from '../trades.js';
import { feedName, type RunRecorder } from './recorder.js';

/** A run on simulated venues, with orders on paper. */
export interface RecordedRunOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Assets of the simulated market, those with contracts, its book updates a second, and the mean time between planted spreads. */
  readonly symbols: number;
  readonly futuresSymbols: number;
  readonly updatesPerSecond: number;
  readonly plantIntervalMs: number;
  /** Levels that a side of a book holds, and that a decision sees. */
  readonly levels: number;
  readonly viewLevels: number;
  setup(universe: StrategyUniverse, modelsOf: TradingSetup['modelsOf']): TradingSetup;
  /** What every frame takes from a venue, and orders on their way there and back. */
  readonly wire: DelayDistribution;
  readonly orders: DelayDistribution;
  readonly onProgress?: (share: number) => void;
}

/** What came of a recorded run. */
export interface RecordedRun extends Pick<EngineResult, 'trades' | 'entries'> {
  readonly intents: number;
  readonly turns: number;
  readonly ledgerHash: string;
}

const SLICE_US = 250_000;
const LISTS_US = 2_000_000;
const DRAIN_US = 3_000_000;

/** The feeds of simulated venues that list anything. */
function protocolsOf({ endpoints, market }: Simulation): FeedProtocol[] {
  return FEEDS.flatMap(({ venue, market: kind, make }) => {
    const own = endpoints[venue];
    if (own === undefined || market.booksOf(venue, kind).length === 0) return [];
    const { rest, wsPublic } = marketEndpoints(own, kind);
    return [make({ endpoints: { rest, wsPublic }, trades: true })];
  });
}

/**
 * Trades on paper over simulated venues that speak their own protocols, for so many minutes of virtual time, and records every frame and
 * every turn as a live run does. How long orders take is drawn for each of them.
 */
export async function recordRun(
  options: RecordedRunOptions,
  recorderAt: (time: VirtualTime) => RunRecorder,
): Promise<RecordedRun> {
  const { seed, symbols, futuresSymbols, updatesPerSecond, plantIntervalMs, levels, viewLevels, wire, orders } = options;
  const time = new VirtualTime();
  const recorder = recorderAt(time);
  const random = new SeededRandom(seed);
  const delays = random.fork('wire');
  const host = new LoopbackHost({ clock: time, timers: time, oneWayMs: () => sampleMs(wire, delays) });
  const simulated = parseSimulationOptions({ symbols, futuresSymbols, updatesPerSecond, plantIntervalMs, seed, keepLog: false });
  const simulation = await startSimulation(simulated, { clock: time, timers: time, host });
  const listing = listFeeds(host, protocolsOf(simulation), (protocol, url, body) => recorder.tap(protocol).answer(url, body));
  await time.run(LISTS_US);
  let isOver = false;
  const local = new LocalMarket({
    feeds: await listing,
    ...{ host, levels, viewLevels, clock: time, timers: time, random: random.fork('feeds') },
    onDelivered: () => {
      if (!isOver) trading.changed();
    },
    tapOf: (protocol, receivedUs) => recorder.tap(protocol, receivedUs),
  });
  const { kernel } = local;
  kernel.float64[(kernel.plan.control + CONTROL_EPOCH_OFFSET_US) >> 3] = time.originEpochUs;
  const universe = strategyUniverse(local.universe, (instrument) => instrument);
  const books = universe.books.map(({ instrument }) => ({ feed: feedName(instrument), symbol: instrument.symbol }));
  const log = recorder.turnLog({ memory: kernel.plan.request, books }, universe.books.length);
  const latency = (name: string): PaperLatency => {
    const own = random.fork(name);
    return { toVenueMs: () => sampleMs(orders, own), fromVenueMs: () => sampleMs(orders, own) };
  };
  let intents = 0;
  const trading: PaperTrading = new PaperTrading({
    ...options.setup(universe, (account) => ({ latency: latency(`orders ${feedName(account)}`) })),
    ...{ market: { universe, kernel }, time, runId: 'paper', sink: log, record: log },
    onIntent: () => intents++,
  });
  const endUs = time.monotonicUs() + options.minutes * 60e6;
  const beginUs = time.monotonicUs();
  while (time.monotonicUs() < endUs) {
    await drive(time, trading, Math.min(endUs, time.monotonicUs() + SLICE_US));
    await recorder.drain();
    options.onProgress?.((time.monotonicUs() - beginUs) / (endUs - beginUs));
  }
  // The recording ends here; what is under way may end, over books that stand.
  isOver = true;
  local.stop();
  log.flush();
  const lost = log.lost;
  await recorder.close();
  const turns = trading.deciding.engine.turns;
  const stopping = trading.stop(DRAIN_US / 1000);
  await time.run(DRAIN_US);
  await stopping;
  await simulation.stop();
  if (lost > 0) throw new RangeError(`${lost} records of turns were lost`);
  const { entries } = trading.ledger;
  return { trades: tradesOf(entries), entries, intents, turns, ledgerHash: trading.ledger.digest() };
}

/** Lets time pass, with the engine's turns in between. */
async function drive(time: VirtualTime, trading: PaperTrading, endUs: number): Promise<void> {
  while (time.monotonicUs() < endUs) {
    const { dueUs } = trading;
    const timerUs = time.nextDueUs();
    if (timerUs <= dueUs) await time.runTo(Math.min(timerUs, endUs));
    else {
      const atUs = Math.min(dueUs, endUs);
      time.passTo(atUs);
      if (dueUs > endUs) return;
      trading.turn();
      if (trading.isStirred) await time.settle();
    }
  }
}
