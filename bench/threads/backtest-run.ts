import { BacktestEngine } from '../../src/research/backtest/backtest-engine.js';
import { type L2Size, l2Backtest, l2History } from '../l2-history.js';

/** A backtest for a pool of threads. */
export type BacktestTask = L2Size;

/** @returns the hash of the state that it came to */
export async function runBacktest(task: BacktestTask): Promise<string> {
  const { hash } = await new BacktestEngine(l2Backtest(l2History(task))).run();
  return hash;
}
