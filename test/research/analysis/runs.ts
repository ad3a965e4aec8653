import type { AnalysedTrade, BacktestRun } from '../../../src/research/analysis/backtest-run.js';

export const DAY_MS = 86_400_000;
/** A Wednesday, midnight UTC. */
export const START_MS = Date.UTC(2023, 2, 1);

/** A trade that binds 100 for an hour of a day. */
export function trade(day: number, pnl: number, more: Partial<AnalysedTrade> = {}): AnalysedTrade {
  const entryMs = START_MS + day * DAY_MS;
  return {
    strategy: 'test',
    pair: 'BTC/USDT',
    venues: ['binance', 'kraken'],
    entryMs,
    exitMs: entryMs + 3_600_000,
    pnl: String(pnl),
    capital: '100',
    ...more,
  };
}

/** A run with daily values of equity. */
export function run(equity: readonly number[], trades: readonly AnalysedTrade[] = [], name = 'test'): BacktestRun {
  return {
    strategyName: name,
    parameters: {},
    startMs: START_MS,
    endMs: START_MS + Math.max(1, equity.length - 1) * DAY_MS,
    executionResults: trades,
    equity: {
      intervalMs: DAY_MS,
      tsMs: Float64Array.from(equity, (_, day) => START_MS + day * DAY_MS),
      equity: Float64Array.from(equity),
    },
    opportunityCaptureRate: null,
  };
}
