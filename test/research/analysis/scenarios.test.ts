// Goal: scenarios differ in risk alone, compound as one reckons by hand, and pass gates by the margins that are told.
import { describe, expect, it } from 'vitest';
import { CalculationError } from '../../../src/domain/calculation-error.js';
import { SeededRandom } from '../../../src/domain/random.js';
import { drawnTrades, gateResults, returnsOnRisk, runScenarios } from '../../../src/research/analysis/scenarios.js';
import { DAY_MS, START_MS } from './runs.js';

const period = { startMs: START_MS, endMs: START_MS + 100 * DAY_MS, capitalQuote: 1_000 };
const at = (day: number, value: number) => ({
  entryMs: START_MS + day * DAY_MS,
  exitMs: START_MS + (day + 0.5) * DAY_MS,
  returnOnRisk: value,
});

describe('gates', () => {
  it('are passed above the bound, or below it for the drawdown, with the margin told', () => {
    expect(gateResults({ sharpeRatio: 2, winRate: 0.5, maxDrawdown: 0.1 })).toEqual([
      { name: 'sharpeRatio', bound: 1.5, value: 2, margin: 0.5, isPassed: true, text: '2.00 (+0.50)' },
      { name: 'winRate', bound: 0.55, value: 0.5, margin: expect.closeTo(-0.05, 12), isPassed: false, text: '50.00 % (-5.00)' },
      { name: 'maxDrawdown', bound: 0.15, value: 0.1, margin: expect.closeTo(0.05, 12), isPassed: true, text: '10.00 % (+5.00)' },
    ]);
    const edge = gateResults({ sharpeRatio: 1.5, winRate: 0.55, maxDrawdown: 0.15 });
    expect(edge.map(({ isPassed }) => isPassed)).toEqual([false, false, false]);
    expect(gateResults({ sharpeRatio: null, winRate: 1, maxDrawdown: 0 })[0]).toMatchObject({ isPassed: false, text: 'none' });
  });
});

describe('scenarios', () => {
  it('compound the same trades at 1, 3 and 5 per cent of the account', () => {
    const { outcomes } = runScenarios(() => [at(0, 1), at(1, -1), at(2, 2)], period);
    expect(outcomes.map(({ name, riskPct }) => [name, riskPct])).toEqual([
      ['conservative', 1],
      ['balanced', 3],
      ['aggressive', 5],
    ]);
    for (const { riskPct, totalReturn, metrics } of outcomes) {
      const risk = riskPct / 100;
      expect(totalReturn).toBeCloseTo((1 + risk) * (1 - risk) * (1 + 2 * risk) - 1, 12);
      expect(metrics?.maxDrawdown).toBeCloseTo(risk, 12);
      expect(metrics?.winRate).toBeCloseTo(2 / 3, 12);
    }
  });

  it('that risk more fall deeper: of one strategy the careful pass and the bold do not', () => {
    const random = new SeededRandom(9);
    const trades = drawnTrades([1, 1, 1, -1], { random, tradesPerDay: 4, holdMs: 3_600_000, ...period });
    const { outcomes } = runScenarios(trades, period);
    const falls = outcomes.map(({ metrics }) => metrics?.maxDrawdown ?? 1);
    expect(falls).toEqual(falls.toSorted((a, b) => a - b));
    expect(outcomes.map(({ isPassed }) => isPassed)).toEqual([true, (falls[1] as number) < 0.15, false]);
    expect(outcomes[2]?.gates.map(({ isPassed }) => isPassed)).toEqual([true, true, false]);
    expect(new Set(outcomes.map(({ trades: count }) => count))).toEqual(new Set([400]));
  });

  it('that lose everything end there', () => {
    const [lost] = runScenarios(() => [at(0, 1), at(1, -101), at(2, 5)], period).outcomes;
    expect(lost).toMatchObject({ totalReturn: -1, metrics: null, trades: 2, isPassed: false });
    expect(lost?.gates[2]).toMatchObject({ value: 1, isPassed: false });
  });

  it('are refused without capital, time or trades', () => {
    expect(() => runScenarios(() => [], { ...period, capitalQuote: 0 })).toThrow(CalculationError);
    expect(() => runScenarios(() => [], { ...period, endMs: START_MS })).toThrow(CalculationError);
    const random = new SeededRandom(1);
    expect(() => drawnTrades([], { random, tradesPerDay: 1, holdMs: 1, ...period })).toThrow(CalculationError);
    expect(runScenarios(() => [], period).outcomes[0]).toMatchObject({ totalReturn: 0, isPassed: false });
  });
});

describe('risk of a trade', () => {
  it('is the loss that nearly all losers stayed within, or the least gain where nobody lost', () => {
    expect(returnsOnRisk([0.02, -0.01, 0.03])).toEqual([2, -1, 3]);
    const losses = Array.from({ length: 100 }, (_, nth) => -(nth + 1) / 100);
    expect(returnsOnRisk(losses)[95]).toBe(-1);
    expect(returnsOnRisk([0.01, 0.02])).toEqual([1, 2]);
    expect(() => returnsOnRisk([0])).toThrow(CalculationError);
  });
});
