// Goal: the simulation of the source documents says of books, by hand, what pays and what is left of it, and of a history what the
// backtest says.
import { describe, expect, it } from 'vitest';
import { BacktestEngine } from '../../../src/research/backtest/backtest-engine.js';
import type { MarketSnapshot, SnapshotBook } from '../../../src/research/backtest/simulation-types.js';
import { StrategySimulationEngine } from '../../../src/research/backtest/strategy-simulation-engine.js';
import { scenario } from './history.js';

const pair = { symbol: 'ABCUSDT', base: 'ABC', quote: 'USDT', takerFeeBps: 10 };
const cheap: SnapshotBook = {
  ...pair,
  venue: 'mexc',
  bids: [[99, 5]],
  asks: [
    [100, 5],
    [101, 5],
    [102, 5],
  ],
};
const dear: SnapshotBook = {
  ...pair,
  venue: 'gateio',
  bids: [
    [102, 7],
    [101, 9],
  ],
  asks: [[103, 5]],
};
const snapshot = (...books: SnapshotBook[]): MarketSnapshot => ({ timestampMs: 5, books });
const engine = new StrategySimulationEngine();

describe('opportunities', () => {
  it('go as deep as the next part pays after both fees', () => {
    const [found, ...others] = engine.simulateOpportunityDetection(snapshot(cheap, dear));
    expect(others).toEqual([]);
    // 5 at 100 and 2 at 101 for 7 at 102; then 101 against 101 pays nothing.
    expect(found?.opportunity).toMatchObject({ buyVenue: 'mexc', sellVenue: 'gateio', quantity: 7, sellPrice: 102 });
    expect(found?.opportunity.feesQuote).toBeCloseTo(0.702 + 0.714, 12);
    expect(found?.opportunity.netProfit).toBeCloseTo(714 - 702 - 1.416, 12);
    expect(found?.expectedSlippage).toBeCloseTo(702 / 7 / 100 - 1, 12);
    expect(found?.simulatedTimestamp).toBe(5);
    expect(found?.executionFeasibility).toBeGreaterThan(0.5);
    expect(found?.executionFeasibility).toBeLessThan(1);
  });

  it('are none where fees eat the spread, or assets differ', () => {
    expect(engine.simulateOpportunityDetection(snapshot(cheap, { ...dear, bids: [[100.1, 5]] }))).toEqual([]);
    expect(engine.simulateOpportunityDetection(snapshot(cheap, { ...dear, quote: 'USDC' }))).toEqual([]);
  });

  it('leave less when others come first and prices move', () => {
    const [found] = engine.simulateOpportunityDetection(snapshot(cheap, dear));
    if (found === undefined) throw new RangeError('there is one');
    const calm = engine.modelExecutionReality(found, { volatilityPerSecond: 0, competition: 0 });
    expect(calm).toMatchObject({ success: true, executedQuantity: 7, slippage: 0, executionTimeMs: 200 });
    expect(calm.realizedProfit).toBeCloseTo(calm.expectedProfit, 12);
    const rough = engine.modelExecutionReality(found, { volatilityPerSecond: 0.1, competition: 0.5 });
    expect(rough.executedQuantity).toBe(3.5);
    expect(rough.slippage).toBeCloseTo(0.1 * Math.sqrt(0.1) * Math.sqrt(2 / Math.PI), 12);
    expect(rough.success).toBe(false);
    expect(() => engine.modelExecutionReality(found, { volatilityPerSecond: 0, competition: 2 })).toThrow('competition');
  });
});

it('a backtest is the engine’s own, in the fields of the source documents', async () => {
  const options = scenario();
  const result = await new StrategySimulationEngine(20).runBacktest({ minNetBps: 50 }, options, 500);
  const { trades, counts } = await new BacktestEngine(scenario()).run();
  expect(result).toMatchObject({
    ...{ strategyName: 'three-tier', parameters: { minNetBps: 50 }, totalTrades: trades.length, winRate: 1 },
    ...{ opportunityCaptureRate: trades.length / counts.emitted, avgTradeDurationMs: 40, maxDrawdown: 0 },
  });
  expect(result.executionResults).toHaveLength(trades.length);
  expect(result.totalReturn).toBeGreaterThan(0.003);
  await expect(new StrategySimulationEngine().runBacktest({}, scenario(), 0)).rejects.toThrow('above 0');
}, 30_000);
