// Goal: figures of backtests are those that one reckons by hand, patterns are found where they were put, and strategies are ranked.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CalculationError } from '../../../src/domain/calculation-error.js';
import { BacktestAnalyzer } from '../../../src/research/analysis/backtest-analyzer.js';
import { runOfBacktest, runOfDelta } from '../../../src/research/analysis/backtest-run.js';
import { drawdowns } from '../../../src/research/analysis/drawdown.js';
import { extremePlaces } from '../../../src/research/analysis/performance-report.js';
import { BacktestEngine } from '../../../src/research/backtest/backtest-engine.js';
import type { SimulatedOpportunity } from '../../../src/research/backtest/simulation-types.js';
import { deltaNeutralBacktest } from '../../../src/research/thresholds/delta-neutral-backtest.js';
import { scenario } from '../backtest/history.js';
import { DAY_MS, run, START_MS, trade } from './runs.js';

const analyzer = new BacktestAnalyzer();

describe('metrics', () => {
  it('are those of a small run reckoned by hand', () => {
    // Returns: +10 %, -20 %, +25 %: mean 5 %, squares of the deviations 0.05^2 + 0.25^2 + 0.2^2 = 0.105, variance 0.0525.
    const metrics = analyzer.calculatePerformanceMetrics(
      run([100, 110, 88, 110], [trade(0, 10), trade(1, -22), trade(2, 22), trade(2, 0)]),
    );
    expect(metrics.totalReturn).toBeCloseTo(0.1, 12);
    expect(metrics.annualizedReturn).toBeCloseTo(1.1 ** (365 / 3) - 1, 4);
    expect(metrics.sharpeRatio).toBeCloseTo((0.05 / Math.sqrt(0.0525)) * Math.sqrt(365), 10);
    expect(metrics.sortinoRatio).toBeCloseTo((0.05 / Math.sqrt(0.04 / 3)) * Math.sqrt(365), 10);
    expect(metrics.maxDrawdown).toBeCloseTo(0.2, 12);
    expect(metrics.calmarRatio).toBeCloseTo((1.1 ** (365 / 3) - 1) / 0.2, 3);
    expect(metrics.winRate).toBe(0.5);
    expect(metrics.profitFactor).toBeCloseTo(32 / 22, 12);
    expect(metrics.avgTradeReturn).toBeCloseTo(0.025, 12);
    // Four hours of 100 in three days bind 100 * 4 / 72 on average.
    expect(metrics.capitalEfficiency).toBeCloseTo(10 / ((100 * 4) / 72), 10);
    expect(metrics.riskAdjustedReturn).toBeCloseTo((1.1 ** (365 / 3) - 1) / Math.sqrt(0.0525 * 365), 4);
  });

  it('are null where there are none, and a run that lost everything is an error by name', () => {
    expect(analyzer.calculatePerformanceMetrics(run([100, 100]))).toMatchObject({
      ...{ totalReturn: 0, maxDrawdown: 0 },
      ...{ sharpeRatio: null, sortinoRatio: null, calmarRatio: null, winRate: null, profitFactor: null },
    });
    expect(analyzer.calculatePerformanceMetrics(run([100, 101], [trade(0, 1)])).profitFactor).toBe(Number.POSITIVE_INFINITY);
    expect(() => analyzer.calculatePerformanceMetrics(run([100, 0, 50]))).toThrow(CalculationError);
    expect(() => analyzer.calculatePerformanceMetrics(run([100, 0, 50]))).toThrow(/NON_POSITIVE_EQUITY/);
  });

  it('keep the deepest drawdown of a curve that is thinned for the ratios', () => {
    const equity = Array.from({ length: 25_000 }, (_, at) => (at === 12_346 ? 50 : 100 + at / 1000));
    const { maxDrawdown, totalReturn } = analyzer.calculatePerformanceMetrics(run(equity));
    expect(maxDrawdown).toBeCloseTo(1 - 50 / 112.345, 12);
    expect(totalReturn).toBeCloseTo(0.24999, 12);
  });

  it('have the drawdowns that looking back at every point finds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 60 }), (equity) => {
        const slow = equity.map((value, at) => 1 - value / Math.max(...equity.slice(0, at + 1)));
        drawdowns(equity).forEach((depth, at) => {
          expect(depth).toBeCloseTo(slow[at] as number, 12);
        });
      }),
    );
  });
});

describe('a run', () => {
  it('of the engine has its trades, what they bound, and its equity', async () => {
    const result = await new BacktestEngine(scenario()).run();
    const backtest = analyzer.resultOf(runOfBacktest(result, { strategyName: 'three-tier' }));
    expect(backtest).toMatchObject({ totalTrades: 20, winRate: 1, opportunityCaptureRate: 1, maxDrawdown: 0 });
    const first = result.trades[0];
    const value = (first?.legs ?? []).reduce((sum, leg) => sum + Number(leg.quantity) * Number(leg.averagePrice), 0);
    expect(Number(backtest.executionResults[0]?.capital)).toBeCloseTo(value, 6);
    const profit = result.trades.reduce((sum, { realised }) => sum + Number(realised), 0);
    expect(backtest.totalReturn).toBeCloseTo(profit / (result.equity.equity[0] as number), 9);
    expect(backtest.avgTradeDurationMs).toBeGreaterThan(0);
  });

  it('of delta trades compounds their profits', () => {
    const minutes = (count: number, at: (row: number) => number): Float64Array =>
      Float64Array.from({ length: count }, (_, row) => at(row));
    const [spot, future] = [100, (row: number): number => (row % 10 < 5 ? 101 : 100)];
    const frame = {
      tsUs: minutes(40, (row) => (START_MS + row * 60_000) * 1000),
      spotBidPrice: minutes(40, () => spot),
      spotAskPrice: minutes(40, () => spot),
      futBidPrice: minutes(40, future),
      futAskPrice: minutes(40, future),
    };
    const trades = deltaNeutralBacktest(frame, { maxEntryCostPct: -0.5 });
    expect(trades.length).toBe(4);
    const terms = { strategyName: 'delta', pair: 'BTC/USDT', venues: ['binance'], capitalQuote: 1000 };
    const { equity, executionResults } = runOfDelta(frame, trades, terms);
    const grown = trades.reduce((worth, { netProfitPct }) => worth * (1 + netProfitPct / 100), 1000);
    expect(equity.equity[0]).toBe(1000);
    expect(equity.equity.at(-1)).toBeCloseTo(grown, 9);
    expect(executionResults.reduce((sum, { pnl }) => sum + Number(pnl), 1000)).toBeCloseTo(grown, 9);
    expect(equity.equity[4]).toBe(1000); // before the first exit
    expect(equity.equity[5]).toBeGreaterThan(1000);
  });
});

describe('patterns of opportunities', () => {
  const opportunity = (ms: number, base: string, spreadPct: number): SimulatedOpportunity => ({
    opportunity: {
      ...{ base, quote: 'USDT', buyVenue: 'binance', sellVenue: 'kraken', buyPrice: 1, sellPrice: 1, quantity: 1 },
      ...{ netProfit: spreadPct / 100, netSpread: spreadPct / 100, feesQuote: 0 },
    },
    marketSnapshot: { timestampMs: ms, books: [] },
    ...{ executionFeasibility: 0.5, expectedSlippage: 0, simulatedTimestamp: ms },
  });

  it('show by hour, weekday, pair, venues, and with volatility', () => {
    const hour = 3_600_000;
    // Period p of four has p opportunities with a spread of p; Wednesday from 00:00 on.
    const found = [1, 2, 3].flatMap((period) =>
      Array.from({ length: period }, (_, nth) => opportunity(START_MS + period * hour + nth * 1000, `S${period}`, period)),
    );
    const analysis = analyzer.analyzeOpportunityPatterns(found, {
      periodMs: hour,
      tsMs: [0, 1, 2, 3].map((period) => START_MS + period * hour),
      volatility: [10, 20, 30, 40],
    });
    expect(analysis.total).toMatchObject({ count: 6, avgFeasibility: 0.5 });
    expect(analysis.total.avgSpreadPct).toBeCloseTo(14 / 6, 12);
    expect(analysis.byHour.map((group) => group?.count ?? 0).slice(0, 5)).toEqual([0, 1, 2, 3, 0]);
    expect(analysis.byWeekday.map((group) => group?.count ?? 0)).toEqual([0, 0, 0, 6, 0, 0, 0]);
    expect(analysis.byPair).toMatchObject({ 'S1/USDT': { count: 1 }, 'S2/USDT': { count: 2 }, 'S3/USDT': { count: 3 } });
    expect(analysis.byVenuePair).toMatchObject({ 'binance > kraken': { count: 6 } });
    expect(analysis.volatilityCorrelation.count).toBeCloseTo(1, 12);
    expect(analysis.volatilityCorrelation.spread).toBeCloseTo(1, 12);
    const calm = analyzer.analyzeOpportunityPatterns(found, { periodMs: hour, tsMs: [START_MS], volatility: [1] });
    expect(calm.volatilityCorrelation).toEqual({ count: null, spread: null });
  });
});

describe('strategies', () => {
  it('are ranked by each metric and over all, the drawdown the other way', () => {
    const steady = analyzer.resultOf(run([100, 101, 102, 103.5], [trade(0, 1), trade(1, 1), trade(2, 1.5)], 'steady'));
    const wild = analyzer.resultOf(run([100, 130, 80, 105], [trade(0, 30), trade(1, -50), trade(2, 25)], 'wild'));
    const idle = analyzer.resultOf(run([100, 100, 100, 100], [], 'idle'));
    const report = analyzer.compareStrategies([idle, wild, steady]);
    expect(report.strategies.map(({ strategyName }) => strategyName)).toEqual(['steady', 'wild', 'idle']);
    expect(report.bestBy).toMatchObject({ totalReturn: 'wild', sharpeRatio: 'steady', winRate: 'steady' });
    expect(report.strategies[0]?.ranks).toMatchObject({ totalReturn: 2, maxDrawdown: 1, winRate: 1 });
    // What never moves is not correlated with anything.
    expect(report.returnCorrelations[2]).toEqual([null, null, null]);
    expect(report.returnCorrelations[0]?.[0]).toBeCloseTo(1, 12);
  });

  it('are told with what their figures mean and what to be careful about', () => {
    const result = analyzer.resultOf(run([100, 110, 88, 110], [trade(0, 10), trade(1, -22), trade(2, 22)]));
    const report = analyzer.generatePerformanceReport(analyzer.calculatePerformanceMetrics(result), result);
    const texts = Object.fromEntries(report.figures.map(({ name, text }) => [name, text]));
    expect(texts).toMatchObject({
      'Total return': '10.00 %',
      'Largest drawdown': '20.00 %',
      'Profit factor': '1.45',
      Trades: '3',
    });
    expect(report.chart).toMatchObject({ equity: [100, 110, 88, 110], tsMs: [0, 1, 2, 3].map((day) => START_MS + day * DAY_MS) });
    expect(report.chart?.drawdownPct[2]).toBeCloseTo(-20, 12);
    expect(report.warnings).toHaveLength(2);
    expect(analyzer.generatePerformanceReport(report.metrics).chart).toBeNull();
  });

  it('have charts with every extreme of their curves', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 3, max: 60 }),
        (values, countMax) => {
          const kept = extremePlaces(values, countMax);
          const shown = kept.map((at) => values[at] as number);
          expect(kept.length).toBeLessThanOrEqual(countMax);
          expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
          expect([Math.min(...shown), Math.max(...shown), kept.at(-1)]).toEqual([
            Math.min(...values),
            Math.max(...values),
            values.length - 1,
          ]);
        },
      ),
    );
  });
});
