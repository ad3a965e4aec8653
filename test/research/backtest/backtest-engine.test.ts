// Goal: a backtest is the live engine over history: it trades what is there, books it in the live ledger, and the same again is the
// same to the last byte.
import { describe, expect, it } from 'vitest';
import { Exact } from '../../../src/domain/decimal.js';
import { BacktestEngine } from '../../../src/research/backtest/backtest-engine.js';
import { scenario } from './history.js';

describe('a backtest', () => {
  it('prints', async () => {
    const result = await new BacktestEngine(scenario()).run();
    console.log(result.counts, result.strategies, result.trades.length, result.trades[0], result.equity.equity.slice(-3), result.hash, result.isClean);
    expect(Exact).toBeDefined();
  });
});
