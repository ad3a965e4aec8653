import { BacktestEngine } from '../../src/research/backtest/backtest-engine.js';
import { type KlineSpan, klineBacktest } from '../kline-year.js';
import { type L2Size, l2Backtest, l2History } from '../l2-history.js';

/** A backtest for a pool of threads. */
export type BacktestTask = L2Size;

/** The hash of the state that it came to, and what its thread holds then: heap, with what is garbage, and buffers. */
export interface BacktestEnd {
  readonly hash: string;
  readonly bytes: number;
}

export async function runBacktest(task: BacktestTask): Promise<BacktestEnd> {
  const { hash } = await new BacktestEngine(l2Backtest(l2History(task))).run();
  const { heapUsed, external } = process.memoryUsage();
  return { hash, bytes: heapUsed + external };
}

/** What came of a part of the year. */
export interface KlineRun {
  readonly hash: string;
  readonly turns: number;
  readonly trades: number;
}

export async function runKlines(span: KlineSpan): Promise<KlineRun> {
  const { hash, counts, trades } = await new BacktestEngine(klineBacktest(span)).run();
  return { hash, turns: counts.turns, trades: trades.length };
}
