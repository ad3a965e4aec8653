// Goal: the live engine trades what thresholds say, and earns what the prices of the books give.
// Method: the same frame through the engine on paper venues and through the plain backtest at the same prices.
import { describe, expect, it } from 'vitest';
import { SPREAD_TERMS } from '../../../../src/research/optimizer/spread-analyzer.js';
import { simulateInEngine } from '../../../../src/research/optimizer/strategy/engine-simulation.js';
import { totalReturn } from '../../../../src/research/optimizer/strategy/outcome.js';
import { simulateThresholds } from '../../../../src/research/optimizer/strategy/threshold-strategy.js';
import { thresholdBacktest } from '../../../../src/research/thresholds/delta-neutral-backtest.js';
import type { MarketFrame } from '../../../../src/research/thresholds/market-frame.js';
import { frameOfSpread, revertingSpread } from '../spreads.js';

/** Engines leave books alone whose bid and ask are the same: a gap of a basis point on both sides. */
function withGap(frame: MarketFrame): MarketFrame {
  const moved = (column: Float64Array, by: number): Float64Array => column.map((price) => price + by);
  return {
    tsUs: frame.tsUs,
    spotBidPrice: moved(frame.spotBidPrice, -0.005),
    spotAskPrice: moved(frame.spotAskPrice, 0.005),
    futBidPrice: moved(frame.futBidPrice, -0.005),
    futAskPrice: moved(frame.futAskPrice, 0.005),
  };
}

describe('simulateInEngine', () => {
  const frame = withGap(frameOfSpread(revertingSpread({ mean: 0.5, std: 0.1, halfLifeS: 60 }, 3600, 1)));
  const history = { frame, terms: { ...SPREAD_TERMS, spotFee: 0.0001, futFee: 0.0001 }, periodUs: 600_000_000 };
  const span = { fromUs: frame.tsUs[0] ?? 0, toUs: (frame.tsUs[3599] ?? 0) + 1 };
  const parameters = { entryThresholdPct: 0.58, exitThresholdPct: 0.42 };

  it('earns what both legs at the touch earn, trade by trade', async () => {
    const engine = await simulateInEngine(history, parameters, span);
    const prices = simulateThresholds(history, parameters, span);
    const { entryThresholdPct, exitThresholdPct } = parameters;
    const trades = thresholdBacktest(frame, entryThresholdPct, exitThresholdPct, { ...history.terms, maxHours: 6 });
    const closed = trades.filter(({ reason }) => reason !== 'end').length;
    expect(closed).toBeGreaterThan(3);
    // What is open at the end stays open, and counts at the middle of its books.
    expect(engine.trades).toBe(closed);
    expect(engine.returns).toHaveLength(prices.returns.length);
    // Its orders arrive 20 ms late, at the same prices; sizes are whole lots.
    expect(totalReturn(engine.returns) / totalReturn(prices.returns)).toBeCloseTo(1, 1);
    expect(await simulateInEngine(history, parameters, span)).toEqual(engine);
  });

  it('trades nothing above the spread, or where the exit is not below the entry', async () => {
    const high = await simulateInEngine(history, { entryThresholdPct: 0.99, exitThresholdPct: 0.42 }, span);
    expect(high).toEqual({ returns: new Float64Array(6), trades: 0 });
    expect(await simulateInEngine(history, { entryThresholdPct: 0.5, exitThresholdPct: 0.5 }, span)).toEqual(high);
  });
});
