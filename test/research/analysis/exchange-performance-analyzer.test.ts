// Goal: what is seen of books and orders becomes the means, shares and scores that one reckons by hand.
import { describe, expect, it } from 'vitest';
import { CalculationError } from '../../../src/domain/calculation-error.js';
import { ExchangePerformanceAnalyzer } from '../../../src/research/analysis/exchange-performance-analyzer.js';
import type { ExecutionLog, MarketSummary } from '../../../src/research/analysis/exchange-types.js';
import { executionLogsOf } from '../../../src/research/analysis/execution-logs.js';
import { MarketSummaryBuilder } from '../../../src/research/analysis/market-summary.js';
import { BacktestEngine } from '../../../src/research/backtest/backtest-engine.js';
import { scenario } from '../backtest/history.js';

const analyzer = new ExchangePerformanceAnalyzer();
const HOUR_MS = 3_600_000;

function market(exchange: string, more: Partial<MarketSummary> = {}): MarketSummary {
  const figures = { durationMs: HOUR_MS, spreadBps: 2, depthQuote: 1000, updates: 3600, gaps: 0, downMs: 0 };
  return { exchange, symbol: 'BTC/USDT', ...figures, ...more };
}

function log(exchange: string, more: Partial<ExecutionLog> = {}): ExecutionLog {
  const order = { venue: 'binance', market: 'spot', symbol: 'BTCUSDT', clientOrderId: 'a', sentUs: 0 } as const;
  const outcome = {
    acknowledgedUs: 10_000,
    firstFillUs: 20_000,
    quantity: '2',
    filledQuantity: '2',
    isRejected: false,
    reason: null,
  };
  return { exchange, ...order, ...outcome, ...more };
}

describe('a summary of a book', () => {
  it('weighs what was seen by the time it held, and leaves out when it could not be relied upon', () => {
    const builder = new MarketSummaryBuilder('binance', 'BTC/USDT');
    builder.update(1_000, 99, 101, 500); // 200 basis points for 3 s
    builder.update(4_000, 100, 100, 100); // 0 for 1 s
    builder.gap(5_000); // 2 s of nothing
    builder.gap(6_000); // still the same one
    builder.update(7_000, 99.5, 100.5, 300); // 100 for 4 s
    expect(builder.summary(11_000)).toEqual({
      ...{ exchange: 'binance', symbol: 'BTC/USDT', durationMs: 10_000, updates: 3, gaps: 1, downMs: 2_000 },
      spreadBps: expect.closeTo((200 * 3 + 0 + 100 * 4) / 8, 9),
      depthQuote: expect.closeTo((500 * 3 + 100 + 300 * 4) / 8, 9),
    });
    expect(() => builder.update(10_000, 99, 100, 1)).toThrow(/INVALID_INTERVAL/);
    expect(() => builder.update(12_000, 101, 100, 1)).toThrow(/INVALID_PRICE/);
    expect(() => new MarketSummaryBuilder('a', 'b').summary(1)).toThrow(CalculationError);
  });
});

describe('liquidity', () => {
  it('is the median over the instruments, rates and times their mean', () => {
    const { exchanges } = analyzer.analyzeLiquidityMetrics([
      market('kraken', { spreadBps: 8, updates: 720, gaps: 6, downMs: HOUR_MS / 10 }),
      market('binance', { spreadBps: 1, depthQuote: 100 }),
      market('binance', { spreadBps: 3, depthQuote: 300, updates: 7200 }),
    ]);
    expect(exchanges).toEqual([
      { exchange: 'binance', instruments: 2, spreadBps: 2, depthQuote: 200, updatesPerSecond: 1.5, gapsPerHour: 0, uptime: 1 },
      { exchange: 'kraken', instruments: 1, spreadBps: 8, depthQuote: 1000, updatesPerSecond: 0.2, gapsPerHour: 6, uptime: 0.9 },
    ]);
  });
});

describe('fees', () => {
  it('say what a trade has to bring between each two exchanges', () => {
    const report = analyzer.compareFeeStructures([
      { exchange: 'kraken', takerFeeBps: 26, makerFeeBps: 16 },
      { exchange: 'mexc', takerFeeBps: 5, makerFeeBps: 0 },
      { exchange: 'binance', takerFeeBps: 10, makerFeeBps: 10 },
    ]);
    expect(report.exchanges.map(({ exchange, aboveCheapestBps }) => [exchange, aboveCheapestBps])).toEqual([
      ['mexc', 0],
      ['binance', 5],
      ['kraken', 21],
    ]);
    expect(report.pairs).toEqual([
      { buyExchange: 'mexc', sellExchange: 'binance', breakEvenBps: 15, makerTakerBps: 10 },
      { buyExchange: 'mexc', sellExchange: 'kraken', breakEvenBps: 31, makerTakerBps: 21 },
      { buyExchange: 'binance', sellExchange: 'kraken', breakEvenBps: 36, makerTakerBps: 26 },
    ]);
    expect(report.roundTripBps).toEqual({ mexc: 20, binance: 40, kraken: 104 });
  });
});

describe('execution logs', () => {
  it('become latencies, shares and reasons', () => {
    const { exchanges } = analyzer.monitorApiPerformance([
      log('binance'),
      log('binance', { acknowledgedUs: 30_000, filledQuantity: '1' }),
      log('binance', { acknowledgedUs: null, firstFillUs: null, filledQuantity: '0', isRejected: true, reason: 'below-minimum' }),
      log('binance', { acknowledgedUs: null, firstFillUs: null, filledQuantity: '0' }),
      log('kraken', { quantity: null, firstFillUs: null }),
    ]);
    expect(exchanges[0]).toMatchObject({
      ...{ exchange: 'binance', orders: 4, fillRatio: 1.5 / 4, lostRate: 0.25, rejectRate: 0.25 },
      ...{ rejectReasons: { 'below-minimum': 1 }, acknowledgement: { count: 2, p50Ms: 20, maxMs: 30 }, firstFill: { p50Ms: 20 } },
    });
    expect(exchanges[1]).toMatchObject({ exchange: 'kraken', fillRatio: null, firstFill: null, rejectReasons: {} });
  });

  it('are read off the ledger of a run', async () => {
    const { entries } = await new BacktestEngine(scenario()).run();
    const logs = executionLogsOf(entries);
    expect(logs).toHaveLength(40);
    for (const { acknowledgedUs, sentUs, firstFillUs, quantity, filledQuantity, isRejected } of logs) {
      // 20 ms there and 20 ms back; turns are at most every few milliseconds.
      expect((acknowledgedUs ?? firstFillUs ?? 0) - sentUs).toBeGreaterThanOrEqual(40_000);
      expect(Number(filledQuantity)).toBe(Number(quantity));
      expect(isRejected).toBe(false);
    }
    expect(executionLogsOf([...entries, ...entries.filter(({ kind }) => kind === 'fill')])).toEqual(logs);
  });
});

describe('the ranking', () => {
  const liquidity = analyzer.analyzeLiquidityMetrics([
    market('binance', { spreadBps: 1, depthQuote: 4000 }),
    market('kraken', { spreadBps: 2, depthQuote: 1000, updates: 1800, gaps: 12, downMs: HOUR_MS / 10 }),
  ]);
  const fees = [
    { exchange: 'binance', takerFeeBps: 10, makerFeeBps: 10 },
    { exchange: 'kraken', takerFeeBps: 20, makerFeeBps: 10 },
  ];
  const api = analyzer.monitorApiPerformance([
    log('binance', { acknowledgedUs: 100_000 }),
    log('kraken', { acknowledgedUs: 100_000, filledQuantity: '1' }),
  ]);

  it('scores each criterion as it says, weighs them, and holds the whole down by the worst', () => {
    const { rankings, overallScores } = analyzer.rankExchangesForArbitrage(analyzer.analysesOf({ liquidity, fees, api }));
    const [first, second] = rankings;
    expect(first).toMatchObject({
      exchange: 'binance',
      liquidityScore: 1,
      feeCompetitiveness: 1,
      apiReliability: 1,
      supportedInstruments: 1,
    });
    expect(first?.executionQuality).toBeCloseTo(0.5, 12);
    expect(second?.exchange).toBe('kraken');
    expect(second?.liquidityScore).toBeCloseTo(0.4 * 0.5 + 0.4 * 0.25 + 0.2 * 0.5, 12);
    expect(second?.feeCompetitiveness).toBeCloseTo(0.5, 12);
    expect(second?.apiReliability).toBeCloseTo(0.9 * 0.5, 12);
    expect(second?.executionQuality).toBeCloseTo(0.25, 12);
    const overall = 0.35 * 0.4 + 0.25 * 0.5 + 0.2 * 0.45 + 0.2 * 0.25;
    expect(overallScores['kraken']).toBeCloseTo(overall, 12);
    expect(second?.arbitrageSuitability).toBeCloseTo(Math.sqrt(overall * 0.25), 12);
  });

  it('says what it advises, and of what it knows nothing', () => {
    const { recommendations } = analyzer.rankExchangesForArbitrage([
      ...analyzer.analysesOf({ liquidity, fees, api }),
      { exchange: 'mexc', fees: { exchange: 'mexc', takerFeeBps: 5, makerFeeBps: 0 } },
    ]);
    expect(recommendations[0]).toMatch(/^Begin with binance against mexc/);
    expect(recommendations).toContain('kraken: books could be relied upon 90.0 % of the time; keep positions there small.');
    expect(recommendations).toContain('mexc: nothing is known of liquidity and execution; these score 0.5.');
  });

  it('refuses weights that are none', () => {
    const weights = { liquidity: 0.5, fees: 0.5, reliability: 0.5, execution: -0.5 };
    expect(() => new ExchangePerformanceAnalyzer(weights).rankExchangesForArbitrage([])).toThrow(CalculationError);
    expect(analyzer.rankExchangesForArbitrage([])).toMatchObject({ rankings: [], recommendations: [] });
  });
});
