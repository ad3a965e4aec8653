import type { ExecutionView, TradingReport } from '../../src/trading/trading-report.js';

const START_US = 1_795_000_000_000_000;
const COINS = ['SOL', 'LINK', 'AVAX', 'PEPE', 'ARB', 'DOT'] as const;

/** What a busy desk reports. */
export function fakeTrading(overrides: Partial<TradingReport> = {}): TradingReport {
  return {
    mode: 'paper',
    state: 'trading',
    reason: '',
    halt: null,
    haltPersisted: true,
    intents: { emitted: 420, refused: 31, executed: 388, succeeded: 379, failed: 8 },
    refusals: [
      { reason: 'stale book', count: 22 },
      { reason: 'symbol exposure', count: 9 },
    ],
    openOrders: [
      {
        strategy: 'three-tier',
        venue: 'mexc',
        market: 'spot',
        symbol: 'PEPEUSDT',
        side: 'buy',
        quantity: '81000000',
        price: '0.0000112331',
        filled: '12000000',
        state: 'partially-filled',
        ageMs: 412,
      },
      {
        strategy: 'basis',
        venue: 'gateio',
        market: 'futures',
        symbol: 'SOL_USDT',
        side: 'sell',
        quantity: '7.5',
        price: null,
        filled: '0',
        state: 'sent',
        ageMs: 38,
      },
    ],
    executions: Array.from({ length: 14 }, (_, age) => execution(age)),
    positions: [
      {
        strategy: 'basis',
        venue: null,
        market: 'spot',
        symbol: 'SOL/USDT',
        quantity: '7.5',
        averagePrice: '142.31',
        unrealised: '1.8025',
        asset: 'USDT',
      },
      {
        strategy: 'basis',
        venue: 'gateio',
        market: 'futures',
        symbol: 'SOL_USDT',
        quantity: '-7.5',
        averagePrice: '142.66',
        unrealised: '-0.4125',
        asset: 'USDT',
      },
    ],
    profit: [
      {
        strategy: 'three-tier',
        asset: 'USDT',
        realised: '128.40332',
        fees: '41.20118',
        funding: '0',
        net: '87.20214',
        turnover: '41201.18',
        fills: 1804,
      },
      {
        strategy: 'basis',
        asset: 'USDT',
        realised: '-3.1125',
        fees: '2.0043',
        funding: '1.25',
        net: '-3.8668',
        turnover: '4008.6',
        fills: 22,
      },
    ],
    risk: {
      dailyProfit: -41.25,
      dailyLossMax: 100,
      drawdownFraction: 0.012,
      drawdownFractionMax: 0.1,
      exposure: 2680.4,
      exposureMax: 3000,
      openOrders: 2,
      openOrdersMax: 40,
    },
    unhedged: [{ asset: 'PEPE', base: '-1200', isDust: true, ageMs: 61_000 }],
    reconciliation: { holdings: 38, drifts: [] },
    ledger: { entries: 5123, isHealthy: true },
    cycleUs: {
      count: 388,
      intentToSent: { p50: 92, p99: 310.5 },
      sentToAcknowledged: { p50: 3120, p99: 21_400 },
      sentToFilled: { p50: 5870, p99: 64_000 },
    },
    ...overrides,
  };
}

/** A desk that a person and a limit have stopped. */
export function haltedTrading(): TradingReport {
  return fakeTrading({
    state: 'halted',
    reason: 'daily-loss: lost 104.2 of at most 100 USDT',
    halt: {
      level: 'everything',
      reasons: [
        { trigger: 'daily-loss', text: 'lost 104.2 of at most 100 USDT', epochUs: START_US + 61_000_000 },
        { trigger: 'manual', text: 'looking into it (anna)', epochUs: START_US + 95_000_000 },
      ],
    },
    unhedged: [{ asset: 'SOL', base: '2.5', isDust: false, ageMs: 4_200 }],
    reconciliation: {
      holdings: 38,
      drifts: [{ venue: 'mexc', market: 'spot', asset: 'PEPE', expected: '81000000', actual: '80000000' }],
    },
  });
}

function execution(age: number): ExecutionView {
  const base = COINS[age % COINS.length] ?? 'SOL';
  const isGood = age % 5 !== 3;
  const order = { market: 'spot', quantity: '7.5', isHedge: false } as const;
  return {
    executionId: `x-${9000 - age}`,
    epochUs: START_US - age * 1_900_000,
    strategy: age % 4 === 2 ? 'basis' : 'three-tier',
    purpose: 'open',
    symbol: `${base}/USDT`,
    asset: 'USDT',
    expectedNet: 0.3125 - age / 100,
    realised: isGood ? (0.3012 - age / 90).toFixed(4) : '-0.4406',
    success: isGood,
    reason: isGood ? null : 'second leg not filled, hedged',
    latencyMs: 0.092 + age / 10,
    orders: [
      { ...order, venue: 'mexc', side: 'buy', filled: '7.5', state: 'filled' },
      { ...order, venue: 'gateio', side: 'sell', filled: isGood ? '7.5' : '0', state: isGood ? 'filled' : 'cancelled' },
      ...(isGood ? [] : [{ ...order, venue: 'mexc', side: 'sell' as const, filled: '7.5', isHedge: true, state: 'filled' }]),
    ],
  };
}
