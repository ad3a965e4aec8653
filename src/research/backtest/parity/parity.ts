import { SeededRandom } from '../../../domain/random.js';
import { makeDecisionEngine } from '../../../engine/decision-engine.js';
import { TurnLog } from '../../../engine/turn-log-reader.js';
import { replayTurns, type TurnReplayReport } from '../../../engine/turn-replay.js';
import { planMemory } from '../../../kernel/plan.js';
import { localUniverse } from '../../../sim/framework/local-market.js';
import type { StrategyUniverse } from '../../../strategy/universe.js';
import { BacktestEngine } from '../backtest-engine.js';
import type { EngineResult } from '../backtest-types.js';
import { calibrateLatency, latencyOf } from '../latency.js';
import type { TradingSetup } from '../paper-trading.js';
import { filesByFeed, openRecording } from '../recording.js';
import {
  type CompareOptions,
  compareTrades,
  type DifferenceCause,
  netDifferencePct,
  type TradeComparison,
} from './compare-trades.js';
import { type RecordedRun, type RecordedRunOptions, recordRun } from './recorded-run.js';
import { feedName, RunRecorder } from './recorder.js';

export interface ParityOptions extends RecordedRunOptions, CompareOptions {
  /** Where the recording goes; it must be empty. */
  readonly folder: string;
  /** Seed of the latencies that the backtest draws: another one than the run's, for nobody knows those. */
  readonly latencySeed: number;
}

/** How far a backtest and a replay of a recorded run agree with it. */
export interface ParityReport {
  readonly trades: number;
  readonly tradesMatchedRatio: number;
  /** Of the net profit: the difference as a percentage of the run's own; 0 when both are nothing. */
  readonly profitDifferencePct: number;
  readonly replayIdentical: boolean;
  readonly differencesByCause: Readonly<Record<DifferenceCause, number>>;
}

/** The report with everything that it was made of. */
export interface ParityRun {
  readonly report: ParityReport;
  readonly run: RecordedRun;
  readonly backtest: EngineResult;
  readonly replay: TurnReplayReport;
  readonly comparison: TradeComparison;
}

/**
 * Trades on paper over simulated venues and records it, then plays the recording twice: as a backtest, which knows the frames and, of
 * the orders, only what the ledger tells of their round trips; and as a replay of the turns, which has to come to the same intents.
 */
export async function checkParity(options: ParityOptions): Promise<ParityRun> {
  let recorder: RunRecorder | undefined;
  const run = await recordRun(options, (time) => {
    recorder = new RunRecorder(options.folder, time);
    return recorder;
  });
  const backtest = await backtestRun(options, run);
  const replay = await replayRun(options, recorder?.turnLogPath ?? '');
  const comparison = compareTrades(run.trades, backtest.trades, options);
  const report: ParityReport = {
    trades: run.trades.length,
    tradesMatchedRatio: comparison.matchedRatio,
    profitDifferencePct: netDifferencePct(run.trades, backtest.trades),
    replayIdentical: replay.difference === null && replay.intents === run.intents,
    differencesByCause: comparison.differencesByCause,
  };
  return { report, run, backtest, replay, comparison };
}

async function backtestRun(options: ParityOptions, run: RecordedRun): Promise<EngineResult> {
  const { folder, levels, viewLevels, latencySeed } = options;
  const recording = await openRecording({
    folder,
    universeOf: (feeds) => localUniverse(feeds, levels),
    memory: { viewLevels },
  });
  const samples = calibrateLatency(run.entries);
  const random = new SeededRandom(latencySeed);
  const modelsOf: TradingSetup['modelsOf'] = (account) => {
    const latency = latencyOf(samples, account, random.fork(feedName(account)));
    return latency === undefined ? {} : { latency };
  };
  const setup = options.setup(recording.market.universe, modelsOf);
  return new BacktestEngine({ ...recording, setup, runId: 'backtest' }).run();
}

async function replayRun(options: ParityOptions, path: string): Promise<TurnReplayReport> {
  const { folder, levels, viewLevels } = options;
  const log = await TurnLog.read(path);
  const { memory, books } = log.header as ReplayHeader;
  const { market } = await openRecording({ folder, universeOf: (feeds) => localUniverse(feeds, levels), memory: { viewLevels } });
  const clock = { monotonicUs: () => 0, epochUs: () => 0 };
  const plan = planMemory(memory);
  return replayTurns({
    ...{ log, plan, books, recordings: filesByFeed(folder) },
    make: (kernel, emit) => {
      const { strategies, decisions } = setupOf(options, market.universe);
      const histogram = plan.histograms[0] ?? 0;
      const { universe } = market;
      const { engine, host, capital } = makeDecisionEngine({
        ...{ kernel, universe, strategies, clock, histogram, emit, raise: () => undefined, ...decisions },
      });
      return {
        turnAt: (nowUs, epochUs, isFull) => engine.turnAt(nowUs, epochUs, isFull),
        tell: (strategy, update) => host.tell(strategy, update),
        setBalance: (account, units) => capital.setBalance(account, units),
      };
    },
  });
}

/** What the recorder of this very process wrote at the head of the turn log. */
interface ReplayHeader {
  readonly memory: Parameters<typeof planMemory>[0];
  readonly books: readonly { readonly feed: string; readonly symbol: string }[];
}

function setupOf({ setup }: ParityOptions, universe: StrategyUniverse): TradingSetup {
  return setup(universe, undefined);
}
