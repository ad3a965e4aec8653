import { beforeAll, describe, expect, it } from 'vitest';
import { ledgerComparisonText } from '../../../src/cli/ledger-comparison.js';
import type { JournalEntry } from '../../../src/ledger/entries.js';
import { compareWithLedger } from '../../../src/research/analysis/ledger-comparison.js';
import { BacktestEngine } from '../../../src/research/backtest/backtest-engine.js';
import type { EngineResult } from '../../../src/research/backtest/backtest-types.js';
import { tradesOf } from '../../../src/research/backtest/trades.js';
import { scenario } from '../backtest/history.js';

describe('a backtest against the ledger of the run that was recorded', () => {
  let result: EngineResult;
  beforeAll(async () => {
    result = await new BacktestEngine(scenario()).run();
  });

  it('agrees with itself in everything', () => {
    const comparison = compareWithLedger(tradesOf(result.entries), result);
    expect(comparison).toMatchObject({ trades: 20, matched: 20, matchedRatio: 1, netDifferencePct: 0 });
    expect(Object.values(comparison.differencesByCause)).toEqual([0, 0, 0, 0, 0]);
    expect(comparison.figures.map(({ name, difference }) => [name, difference])).toEqual([
      ['tradesPerHour', 0],
      ['winRate', 0],
      ['profitPerTrade', 0],
      ['profitPerHour', 0],
    ]);
  });

  it('misses what it did not trade, and says what that came to', () => {
    const [first, ...others] = result.trades;
    if (first === undefined) throw new RangeError('nothing was traded');
    const comparison = compareWithLedger(tradesOf(result.entries), { ...result, trades: others });
    expect(comparison).toMatchObject({ trades: 20, matched: 19, matchedRatio: 0.95 });
    expect(comparison.differencesByCause).toMatchObject({ missing: 1, extra: 0 });
    const net = result.trades.reduce((sum, { realised }) => sum + Number(realised), 0);
    expect(comparison.netDifferencePct).toBeCloseTo((100 * Number(first.realised)) / net, 9);
    expect(comparison.figures[0]?.difference).toBeCloseTo(20 / 19 - 1, 12);
    expect(ledgerComparisonText(comparison)).toContain('20 trades there in this time, 95.00 % of them here one to one');
  });

  it('leaves out what the ledger traded before and after', () => {
    const moved = (byUs: number): JournalEntry[] =>
      result.entries.map((entry) => {
        const named = (name: string): string => `${name} ${byUs}`;
        const own = { ...entry, tsUs: entry.tsUs + byUs };
        if (own.kind === 'intent') return { ...own, intent: named(own.intent) };
        if (own.kind === 'order')
          return { ...own, intent: own.intent === null ? null : named(own.intent), clientOrderId: named(own.clientOrderId) };
        return own.kind === 'fill' ? { ...own, clientOrderId: named(own.clientOrderId), tradeId: named(own.tradeId) } : own;
      });
    const dayUs = 86_400_000_000;
    const comparison = compareWithLedger(tradesOf([...moved(-dayUs), ...result.entries, ...moved(dayUs)]), result);
    expect(comparison).toMatchObject({ trades: 20, matched: 20 });
  });
});
