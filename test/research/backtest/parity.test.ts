// Goal: a backtest of a recorded run trades what the run traded, although it knows of the orders' latency only its distribution, and a
// replay of the recording comes to the same turns and intents.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { reportOf } from '../../../src/ledger/report.js';
import { compareTrades } from '../../../src/research/backtest/parity/compare-trades.js';
import { checkParity } from '../../../src/research/backtest/parity/parity.js';
import type { BacktestTrade } from '../../../src/research/backtest/trades.js';
import { setup } from './history.js';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-parity-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('of half a minute: every trade has its twin, profits agree, and the replay is the same', async () => {
  const { report, run, backtest } = await checkParity({
    ...{ seed: 1, minutes: 0.5, symbols: 12, futuresSymbols: 2, updatesPerSecond: 300, plantIntervalMs: 1_500 },
    ...{ levels: 64, viewLevels: 20, folder, latencySeed: 2, withinUs: 1_000_000, sameUs: 1_000 },
    wire: { distribution: 'lognormal', medianMs: 3, sigma: 0.3 },
    orders: { distribution: 'lognormal', medianMs: 15, sigma: 0.4 },
    setup: (universe, modelsOf) => setup(universe, modelsOf === undefined ? {} : { modelsOf }),
  });
  expect(report.trades).toBeGreaterThanOrEqual(10);
  expect(report.tradesMatchedRatio).toBeGreaterThan(0.9);
  expect(report.profitDifferencePct).toBeLessThan(5);
  expect(report.replayIdentical).toBe(true);
  expect(backtest.trades[0]?.planned).toEqual(run.trades[0]?.planned);
  const taken = reportOf(run.entries, { fromUs: 0, toUs: Number.POSITIVE_INFINITY }).trades;
  for (const { completedRate } of taken) expect(completedRate).toBeGreaterThan(0.95);
  expect(taken.length).toBeGreaterThan(0);
}, 120_000);

describe('trades of two runs', () => {
  const trade = (tsUs: number, more: Partial<BacktestTrade> = {}): BacktestTrade => {
    const leg = { venue: 'mexc', market: 'spot', symbol: 'ABCUSDT', side: 'buy', quantity: '10' } as const;
    return {
      ...{
        intent: `i${tsUs}`,
        strategy: 's',
        purpose: 'open',
        tsUs,
        endUs: tsUs + 1,
        expected: '1',
        realised: '1',
        asset: 'USDT',
      },
      ...{ isMatched: true, planned: [leg], legs: [{ ...leg, averagePrice: '1', fee: '0' }] },
      ...more,
    };
  };
  const within = { withinUs: 100, sameUs: 10 };

  it('that are the same have no differences', () => {
    expect(compareTrades([trade(0), trade(500)], [trade(0), trade(500)], within)).toEqual({
      ...{ trades: 2, matched: 2, matchedRatio: 1 },
      differencesByCause: { missing: 0, extra: 0, fillPrice: 0, fillAmount: 0, latency: 0 },
    });
  });

  it('are paired one to one, and what is left has a cause', () => {
    const [leg] = trade(0).legs;
    if (leg === undefined) throw new RangeError('a trade has a leg');
    const worse = { legs: [{ ...leg, averagePrice: '1.1' }] };
    const less = { legs: [{ ...leg, quantity: '9' }] };
    const other = { planned: [{ ...leg, side: 'sell' as const }] };
    const second = [trade(0, worse), trade(520, less), trade(5_000), trade(5_010), trade(9_000, other)];
    expect(compareTrades([trade(0), trade(500), trade(5_000), trade(9_000)], second, within)).toEqual({
      ...{ trades: 4, matched: 3, matchedRatio: 3 / 5 },
      differencesByCause: { missing: 1, extra: 2, fillPrice: 1, fillAmount: 1, latency: 1 },
    });
  });

  it('of which there are none agree', () => {
    expect(compareTrades([], [], within).matchedRatio).toBe(1);
  });
});
