// The part of a pooled backtest that runs on a thread.
import type { TaskContext, TaskFunction } from '../pool/task.js';
import { taskFunction } from '../pool/task-function.js';
import { BacktestEngine } from './backtest-engine.js';
import type { BacktestOptions } from './backtest-types.js';
import type { BacktestOrder, PooledBacktest } from './pooled-backtests.js';

/** Makes the options of a backtest and plays it. Throws what the factory and `BacktestEngine.run` throw. */
export async function runOrderedBacktest(
  { runId, factory, input }: BacktestOrder,
  context: TaskContext,
): Promise<PooledBacktest> {
  const make: TaskFunction<unknown, BacktestOptions> = await taskFunction(factory);
  const result = await new BacktestEngine({ ...(await make(input, context)), runId }).run();
  const { heapUsed, external } = process.memoryUsage();
  return { ...result, runId, memoryBytes: heapUsed + external };
}
