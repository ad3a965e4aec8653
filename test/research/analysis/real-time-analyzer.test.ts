// Goal: live trading is told apart from its predictions only where it differs, and advice follows its rules.
import { describe, expect, it } from 'vitest';
import { CalculationError } from '../../../src/domain/calculation-error.js';
import { SeededRandom } from '../../../src/domain/random.js';
import type { ExecutionResult } from '../../../src/execution/execution-types.js';
import { emptyColumns } from '../../../src/history/kline-columns.js';
import { type AlignedMarketData, alignKlines } from '../../../src/history/quality/align.js';
import { MarketRegime } from '../../../src/history/quality/market-condition.js';
import { type LiveOpportunity, opportunitiesOf } from '../../../src/research/analysis/live-opportunities.js';
import { backtestResult, performanceMetrics } from '../../../src/research/analysis/performance-metrics.js';
import { RealTimeAnalyzer } from '../../../src/research/analysis/real-time-analyzer.js';
import { MarketRegimeAnalyzer } from '../../../src/research/regimes/market-regime-analyzer.js';
import type { ArbitrageOpportunity } from '../../../src/strategy/three-tier/types.js';
import { DAY_MS, run, START_MS, trade } from './runs.js';

const analyzer = new RealTimeAnalyzer(new MarketRegimeAnalyzer({ windowRows: 20, usualRows: 200, stepRows: 5 }));
const HOUR_MS = 3_600_000;

function sighting(ms: number, spreadPct: number, buyExchange = 'binance'): ArbitrageOpportunity {
  const best = {
    ...{ symbol: 'BTC/USDT', buyExchange, sellExchange: 'kraken', buyPrice: 1, sellPrice: 1, orderAmount: '1', quoteAmount: 1 },
    ...{ grossProfit: 1, netProfit: 1, spreadPct, confidence: 1, levelsUsed: 1, requiredQuote: 1 },
  };
  const about = { id: 1, row: 0, symbol: 'BTC/USDT', baseAsset: 'BTC', quoteAsset: 'USDT', timestamp: ms * 1000, successRate: 1 };
  return { ...about, sizedOpportunities: [best], bestOpportunity: best };
}

function result(profit: number | null, failureReason: string | null = null): ExecutionResult {
  const order = {
    ...{ leg: 0, clientOrderId: 'a', venue: 'binance', market: 'spot', symbol: 'BTCUSDT', side: 'buy', isHedge: false },
    ...{ quantity: '1', filled: profit === null ? '0' : '1', state: 'filled', reason: null, timing: {} },
  } as unknown as ExecutionResult['orders'][number];
  return {
    executionId: 'x',
    opportunity: {
      strategy: 0,
      purpose: 'arbitrage' as never,
      symbol: 'BTC/USDT',
      expectedNet: 1,
      expectedNetFraction: 0.01,
      legs: [],
    },
    ...{ buyOrder: order, sellOrder: null, orders: [order], realizedProfit: String(profit ?? 0), unhedgedBase: '0' },
    ...{ executionLatencyMs: 40, success: failureReason === null, failureReason, timestampUs: 0 },
  };
}

describe('opportunities', () => {
  it('that are seen again and again are one that lasts', () => {
    const seen = [sighting(0, 0.1), sighting(600, 0.3), sighting(1_500, 0.2), sighting(2_501, 0.1), sighting(700, 0.4, 'mexc')];
    expect(opportunitiesOf(seen)).toMatchObject([
      { buyExchange: 'binance', firstMs: 0, lastMs: 1_500, spreadPct: 0.3, isSuccess: null },
      { buyExchange: 'mexc', firstMs: 700, lastMs: 700, spreadPct: 0.4 },
      { buyExchange: 'binance', firstMs: 2_501, lastMs: 2_501 },
    ]);
  });

  it('are counted in a stretch of time and by regime', () => {
    const one = (firstMs: number, spreadPct: number, isSuccess: boolean | null): LiveOpportunity => {
      return { symbol: 'a', buyExchange: 'b', sellExchange: 'c', firstMs, lastMs: firstMs + 100, spreadPct, isSuccess };
    };
    const found = [one(0, 1, true), one(HOUR_MS, 2, false), one(HOUR_MS + 1, 6, null), one(2 * HOUR_MS, 100, true)];
    const spans = [{ fromMs: HOUR_MS, toMs: 3 * HOUR_MS, regime: MarketRegime.RANGING }];
    expect(analyzer.monitorOpportunityFrequency(found, { fromMs: 0, toMs: 2 * HOUR_MS }, spans)).toEqual({
      ...{ totalOpportunities: 3, opportunitiesPerHour: 1.5, avgSpread: 3, medianSpread: 2, maxSpread: 6 },
      ...{ successRate: 0.5, avgDurationMs: 100, frequencyByMarketCondition: { [MarketRegime.RANGING]: 2 } },
    });
    expect(analyzer.monitorOpportunityFrequency([], { fromMs: 0, toMs: 1 })).toMatchObject({
      totalOpportunities: 0,
      successRate: null,
    });
  });
});

/** One exchange, prices that go up and down by turns: quiet, then `size` for the last 30 minutes. */
function market(size: number): AlignedMarketData {
  const rows = 240;
  const columns = emptyColumns(rows);
  let close = 100;
  for (let row = 0; row < rows; row++) {
    close *= Math.exp((row % 2 === 0 ? 1 : -1) * (row < 210 ? 1e-3 : size));
    columns.openMs[row] = START_MS + row * 60_000;
    for (const name of ['open', 'high', 'low', 'close'] as const) columns[name][row] = close;
    columns.volume[row] = columns.quoteVolume[row] = 1;
  }
  return alignKlines({ binance: { BTC: columns } }, { intervalMs: 60_000 });
}

describe('the market now', () => {
  it('is the last condition, how long it has held, and what is likely next', () => {
    const { regime, heldForMs, forecast, dataQuality } = analyzer.assessCurrentMarketConditions(market(8e-3));
    expect(regime).toBe('CRISIS');
    expect(heldForMs).toBeGreaterThan(0);
    expect(heldForMs).toBeLessThanOrEqual(30 * 60_000);
    expect(forecast.chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12);
    expect(dataQuality).toBe(1);
    expect(analyzer.assessCurrentMarketConditions(market(1e-3)).regime).toBe('RANGING');
    const few = alignKlines({ a: { b: { ...emptyColumns(1), openMs: Float64Array.of(0) } } }, { intervalMs: 60_000 });
    expect(() => analyzer.assessCurrentMarketConditions(few)).toThrow(CalculationError);
  });
});

describe('live against a backtest', () => {
  const random = new SeededRandom(2);
  const drawn = (count: number, mean: number): number[] => Array.from({ length: count }, () => mean + random.normal());
  const backtest = (profits: readonly number[]) =>
    backtestResult(
      run(
        Array.from({ length: 21 }, () => 100),
        profits.map((profit, nth) => trade((19.9 * nth) / profits.length, profit)),
      ),
    );

  it('is as predicted when only chance differs', () => {
    const report = analyzer.compareLiveVsBacktestPerformance(
      drawn(120, 1).map((profit) => result(profit)),
      backtest(drawn(1_200, 1)),
      2 * DAY_MS,
    );
    expect(report).toMatchObject({ liveTrades: 120, predictedTrades: 1_200, isAsPredicted: true, executionLatencyMs: 40 });
    expect(report.figures[0]).toMatchObject({ name: 'tradesPerHour', live: 2.5, predicted: 2.5, difference: 0 });
  });

  it('is not when profits, wins or frequencies are others', () => {
    const live = [...drawn(60, 0.2).map((profit) => result(profit)), result(null, 'refused'), result(null, 'refused')];
    const report = analyzer.compareLiveVsBacktestPerformance(live, backtest(drawn(1_200, 1)), 2 * DAY_MS);
    expect(report.isAsPredicted).toBe(false);
    expect(report.figures.filter(({ isAsPredicted }) => !isAsPredicted).map(({ name }) => name)).toEqual([
      'tradesPerHour',
      'winRate',
      'profitPerTrade',
      'profitPerHour',
    ]);
    expect(report.failureReasons).toEqual({ refused: 2 });
    // 60 in 48 hours against 1,200 in 480.
    const rate = (60 + 1_200) / (48 + 480);
    expect(report.figures[0]?.standardErrors).toBeCloseTo((1.25 - 2.5) / Math.sqrt(rate * (1 / 48 + 1 / 480)), 9);
  });

  it('has nothing to hold against where nothing was traded', () => {
    const report = analyzer.compareLiveVsBacktestPerformance([], backtestResult(run([100, 100])), DAY_MS);
    expect(report).toMatchObject({ isAsPredicted: true, executionLatencyMs: null });
  });
});

describe('advice', () => {
  const good = { ...performanceMetrics(run([100, 101, 102])), sharpeRatio: 3, winRate: 0.7, maxDrawdown: 0.05 };
  const calm = analyzer.assessCurrentMarketConditions(market(1e-3));
  const kinds = (...asked: Parameters<RealTimeAnalyzer['recommendStrategyAdjustments']>): string[] =>
    analyzer.recommendStrategyAdjustments(...asked).adjustments.map(({ kind }) => kind);

  it('is none while all is well', () => {
    expect(analyzer.recommendStrategyAdjustments(calm, good)).toEqual({ adjustments: [], sizeFactor: 1 });
  });

  it('follows the regime and the data', () => {
    expect(kinds(analyzer.assessCurrentMarketConditions(market(3e-3)), good)).toEqual(['reduce-size', 'raise-thresholds']);
    expect(analyzer.recommendStrategyAdjustments(analyzer.assessCurrentMarketConditions(market(8e-3)), good)).toMatchObject({
      ...{ adjustments: [{ kind: 'pause' }], sizeFactor: 0 },
    });
    expect(kinds({ ...calm, dataQuality: 0.8 }, good)).toEqual(['pause']);
    expect(kinds({ ...calm, forecast: { ...calm.forecast, mostLikely: MarketRegime.CRISIS } }, good)).toEqual(['reduce-size']);
  });

  it('follows the gates and the comparison, the most urgent first', () => {
    expect(analyzer.recommendStrategyAdjustments(calm, { ...good, maxDrawdown: 0.2, winRate: 0.5 })).toMatchObject({
      ...{ adjustments: [{ kind: 'reduce-size', factor: 0.5 }, { kind: 'retrain' }], sizeFactor: 0.5 },
    });
    expect(kinds(calm, { ...good, maxDrawdown: 0.3, sharpeRatio: 1 })).toEqual(['pause', 'retrain']);
    const worse = {
      name: 'winRate',
      live: 0.4,
      predicted: 0.6,
      difference: -1 / 3,
      standardErrors: -9,
      isAsPredicted: false,
    } as const;
    const comparison = {
      ...{
        liveTrades: 9,
        predictedTrades: 9,
        figures: [worse],
        executionLatencyMs: null,
        failureReasons: {},
        isAsPredicted: false,
      },
    };
    expect(kinds(calm, good, comparison)).toEqual(['retrain', 'investigate']);
  });
});
