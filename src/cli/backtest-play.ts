import { SeededRandom } from '../domain/random.js';
import { BacktestEngine } from '../research/backtest/backtest-engine.js';
import type { BacktestProgress, EngineResult } from '../research/backtest/backtest-types.js';
import { calibrateLatency, fixedLatency, type LatencySamples, latencyOf } from '../research/backtest/latency.js';
import type { Pace } from '../research/backtest/pace.js';
import type { TradingSetup } from '../research/backtest/paper-trading.js';
import type { StrategyUniverse } from '../strategy/universe.js';
import { type HistoryFlags, withHistory } from './backtest-history.js';
import { backtestSetup } from './backtest-setup.js';
import type { Config } from './config.js';
import { readingLedger } from './ledger-file.js';

/** What decides, beside history and configuration, what comes of a backtest. */
export interface PlayFlags extends HistoryFlags {
  readonly seed: number;
  /** What orders take to a venue, and answers back. */
  readonly toVenueMs: number;
  readonly fromVenueMs: number;
  /** Ledger of an earlier run, whose round trips say how long orders take. */
  readonly latencyFrom?: string | undefined;
  /** What was taken of a book is there again after so long; with the book's next version when left out. */
  readonly recoveryMs?: number | undefined;
  readonly slippageBps: number;
}

/**
 * Plays a backtest of the strategies of a configuration.
 * @throws InvalidInputError for paths, a ledger or a parameter that cannot be used
 */
export async function playBacktest(
  paths: readonly string[],
  config: Config,
  flags: PlayFlags,
  onProgress?: (progress: BacktestProgress) => void,
): Promise<{ readonly result: EngineResult; readonly universe: StrategyUniverse }> {
  const { seed, latencyFrom, recoveryMs = null, slippageBps } = flags;
  const samples = latencyFrom === undefined ? null : readingLedger(latencyFrom, (journal) => calibrateLatency(journal.read()));
  return withHistory(paths, config, flags, async ({ pace, ...history }) => {
    const { universe } = history.market;
    const models = latencyModels(flags, samples, new SeededRandom(seed));
    const setup = atPace(backtestSetup(config, universe, models, { recoveryMs, slippageBps }), pace);
    const engine = new BacktestEngine({
      ...{ ...history, setup, runId: `backtest-${seed}` },
      ...(pace !== null && { equityMs: pace.equityMs }),
      ...(onProgress !== undefined && { onProgress }),
    });
    return { result: await engine.run(), universe };
  });
}

/** What came of a backtest, in short. */
export type BacktestSummary = Pick<EngineResult, 'startUs' | 'endUs' | 'strategies' | 'counts' | 'hash' | 'isClean'> & {
  readonly trades: number;
};

/** The result without its long lists. */
export function summaryOf(result: EngineResult): BacktestSummary {
  const { startUs, endUs, strategies, counts, hash, isClean, trades } = result;
  return { startUs, endUs, trades: trades.length, strategies, counts, hash, isClean };
}

/** What the pace says beside what the configuration says. */
function atPace(setup: TradingSetup, pace: Pace | null): TradingSetup {
  if (pace === null) return setup;
  const { paper, desk, ...own } = pace.setup;
  return { ...setup, ...own, paper: { ...setup.paper, ...paper }, desk: { ...setup.desk, ...desk } };
}

function latencyModels(
  { toVenueMs, fromVenueMs }: PlayFlags,
  samples: ReadonlyMap<string, LatencySamples> | null,
  random: SeededRandom,
): TradingSetup['modelsOf'] {
  return (account) => {
    const own = random.fork(`${account.venue} ${account.market}`);
    const latency = samples === null ? undefined : latencyOf(samples, account, own);
    return { latency: latency ?? fixedLatency(toVenueMs, fromVenueMs) };
  };
}
