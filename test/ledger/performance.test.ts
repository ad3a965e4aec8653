// Goal: the edges of the statistics: which fault is told first, what has no figure, and numbers far from 1.
import { describe, expect, test } from 'vitest';
import { equityFigures, tradeFigures } from '../../src/ledger/performance.js';

const curve = (equity: readonly string[], intervalMs = 86_400_000): Parameters<typeof equityFigures>[0] => ({
  equity,
  intervalMs,
  riskFreeRate: '0',
});

describe('equity', () => {
  test.each([
    ['INSUFFICIENT_DATA', [], 0],
    ['NOT_FINITE', ['0', 'Infinity'], 0],
    ['NON_POSITIVE_EQUITY', ['1', '0'], 0],
    ['INVALID_INTERVAL', ['1'], 0],
  ] as const)('%s', (fault, equity, intervalMs) => {
    expect(() => equityFigures(curve(equity, intervalMs))).toThrow(expect.objectContaining({ fault }));
  });

  test('one value has no year, no risk and no drawdown', () => {
    expect(equityFigures(curve(['5']))).toEqual({
      totalReturn: '0',
      annualisedReturn: null,
      volatility: null,
      sharpe: null,
      sortino: null,
      maxDrawdown: '0',
      drawdownStart: null,
      drawdownTrough: null,
      drawdownRecovery: null,
      calmar: null,
    });
  });

  test('of equal drawdowns the first is told, with the first place of its peak', () => {
    expect(equityFigures(curve(['8', '9', '9', '6', '9', '3', '9', '3', '2']))).toMatchObject({
      drawdownStart: 1,
      drawdownTrough: 8,
      drawdownRecovery: null,
    });
    expect(equityFigures(curve(['9', '6', '12', '8', '12']))).toMatchObject({
      drawdownStart: 0,
      drawdownTrough: 1,
      drawdownRecovery: 2,
    });
  });

  test('even growth has no deviation', () => {
    expect(equityFigures(curve(['1', '2', '4', '8']))).toMatchObject({
      volatility: '0',
      sharpe: null,
      sortino: null,
      calmar: null,
    });
  });
});

describe('trades', () => {
  const trade = { entryMs: 10, exitMs: 20, pnl: '1', capital: '100' };

  test.each([
    ['INVALID_PERIOD', { pnl: 'NaN' }, 0],
    ['NOT_FINITE', { pnl: 'NaN', capital: '0', exitMs: 5 }, 100],
    ['INVALID_TRADE', { capital: '0', exitMs: 5 }, 100],
    ['INVALID_CAPITAL', { capital: '0' }, 100],
  ] as const)('%s', (fault, changes, endMs) => {
    const list = { trades: [{ ...trade, ...changes }], startMs: 0, endMs };
    expect(() => tradeFigures(list)).toThrow(expect.objectContaining({ fault }));
  });

  test('overlapping trades count their time once and their capital twice', () => {
    const trades = [trade, { ...trade, entryMs: 15, exitMs: 30, pnl: '-0.5' }, { ...trade, pnl: '0' }];
    expect(tradeFigures({ trades, startMs: 0, endMs: 100 })).toMatchObject({
      trades: 3,
      wins: 1,
      losses: 1,
      exposure: '0.2',
      averageCapital: '35',
      profitFactor: '2',
    });
  });

  test('profit without a loss', () => {
    expect(tradeFigures({ trades: [trade], startMs: 0, endMs: 100 })).toMatchObject({
      profitFactor: 'Infinity',
      payoffRatio: null,
    });
  });
});
