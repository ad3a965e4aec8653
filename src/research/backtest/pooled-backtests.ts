import { createHash } from 'node:crypto';
import { Exact } from '../../domain/decimal.js';
import { groupBy } from '../../domain/group-by.js';
import type { ResearchPool, RunOptions } from '../pool/research-pool.js';
import type { TaskAddress } from '../pool/task.js';
import { workerModule } from '../pool/worker-module.js';
import type { EngineResult, StrategyResult } from './backtest-types.js';
import type { BacktestTrade } from './trades.js';

/** A backtest for a thread. Its options hold functions, which cannot go there; what they are made of can. */
export interface BacktestOrder {
  /** Names the run and all that is in its ledger; no two of a batch are the same. */
  readonly runId: string;
  /** Takes `input` and returns `BacktestOptions`, or a promise of them. */
  readonly factory: TaskAddress;
  /** Cloned, or shared. */
  readonly input: unknown;
}

/** What came of a backtest on a thread. */
export interface PooledBacktest extends EngineResult {
  readonly runId: string;
  /** Heap, with what is garbage, and buffers that the thread held at its end; the kernel's memory is not among them. */
  readonly memoryBytes: number;
}

const BACKTEST_TASK: TaskAddress = { module: workerModule(import.meta.url, './backtest-task.js'), name: 'runOrderedBacktest' };

/**
 * Runs backtests on a pool, as many at once as it has threads. Each has its own kernel, ledger and capital, so that what comes of one
 * depends neither on the others nor on the number of threads.
 * @returns in the order of `orders`
 * @throws the first error of a run, with which the others are called off; TaskCancelledError; PoolFullError
 */
export function runBacktests(
  pool: ResearchPool,
  orders: readonly BacktestOrder[],
  { signal, onProgress }: RunOptions = {},
): Promise<PooledBacktest[]> {
  const failed = new AbortController();
  const stop = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  let done = 0;
  const run = async (order: BacktestOrder): Promise<PooledBacktest> => {
    try {
      const result = await pool.run<PooledBacktest>(BACKTEST_TASK, order, { signal: stop });
      onProgress?.({ share: ++done / orders.length, label: order.runId });
      return result;
    } catch (error) {
      failed.abort();
      throw error;
    }
  };
  return Promise.all(orders.map(run));
}

/** Runs that are parts of one whole, each with its own capital. */
export interface JoinedBacktests {
  /** By the time of their decision; those of one moment in the order of the runs. */
  readonly trades: readonly (BacktestTrade & { readonly runId: string })[];
  /** Sums by strategy and asset. */
  readonly strategies: readonly StrategyResult[];
  /** SHA-256 over names and hashes of the runs in their order, in hexadecimal. */
  readonly hash: string;
}

/** Joins what came of the parts of a history, such as the symbols of a market in groups. */
export function joinedBacktests(runs: readonly PooledBacktest[]): JoinedBacktests {
  const trades = runs.flatMap(({ runId, trades: own }) => own.map((trade) => ({ ...trade, runId })));
  const groups = groupBy(
    runs.flatMap(({ strategies }) => strategies),
    ({ strategy, asset }) => JSON.stringify([strategy, asset]),
  );
  const hash = createHash('sha256');
  for (const run of runs) hash.update(`${run.runId} ${run.hash}\n`);
  return {
    trades: trades.sort((one, other) => one.tsUs - other.tsUs),
    strategies: [...groups.values()].map((group) => group.reduce(sumOf)),
    hash: hash.digest('hex'),
  };
}

function sumOf(one: StrategyResult, other: StrategyResult): StrategyResult {
  const text = (name: 'turnover' | 'realised' | 'fees' | 'funding' | 'net'): string =>
    new Exact(one[name]).plus(other[name]).toFixed();
  return {
    ...{ strategy: one.strategy, asset: one.asset },
    ...{ trades: one.trades + other.trades, wins: one.wins + other.wins, fills: one.fills + other.fills },
    ...{ turnover: text('turnover'), realised: text('realised') },
    ...{ fees: text('fees'), funding: text('funding'), net: text('net') },
  };
}
