// Goal: what comes of backtests on a pool is what comes of them one by one, whatever the number of threads; a failed one ends the rest.
import { afterAll, describe, expect, it } from 'vitest';
import { type KlineSpan, klineBacktest } from '../../../bench/kline-year.js';
import { BacktestEngine } from '../../../src/research/backtest/backtest-engine.js';
import { type BacktestOrder, joinedBacktests, runBacktests } from '../../../src/research/backtest/pooled-backtests.js';
import { ResearchPool, TaskCancelledError } from '../../../src/research/pool/research-pool.js';
import { workerModule } from '../../../src/research/pool/worker-module.js';

const factory = { module: workerModule(import.meta.url, '../../../bench/kline-year.js'), name: 'klineBacktest' };
const PARTS = 2;
const spans = Array.from({ length: PARTS }, (_, part): KlineSpan => {
  return { firstSymbol: part * 2, symbols: 2, minutes: 4_000, seed: 7 };
});
const orders = spans.map((input): BacktestOrder => ({ runId: `part-${input.firstSymbol}`, factory, input }));

const pools = { one: new ResearchPool({ threads: 1 }), two: new ResearchPool({ threads: 2 }) };
afterAll(() => Promise.all([pools.one.close(), pools.two.close()]));

describe('a market in parts', () => {
  it('comes to the same on one thread, on two, and without any: ids, profit and ledger', async () => {
    const told: number[] = [];
    const one = await runBacktests(pools.one, orders, { onProgress: ({ share }) => told.push(share) });
    const two = await runBacktests(pools.two, orders);
    expect(told).toEqual([1 / 2, 1]);
    for (const [part, { runId, input }] of orders.entries()) {
      const alone = await new BacktestEngine({ ...klineBacktest(input as KlineSpan), runId }).run();
      for (const run of [one[part], two[part]]) {
        const { memoryBytes, ...same } = run ?? { memoryBytes: 0 };
        expect(memoryBytes).toBeGreaterThan(0);
        expect(same).toEqual({ ...alone, runId });
      }
    }
    const [joined, again] = [joinedBacktests(one), joinedBacktests(two)];
    expect(again).toEqual(joined);
    expect(joined.trades.length).toBeGreaterThan(2);
    expect(joined.trades.map(({ tsUs }) => tsUs)).toEqual(joined.trades.map(({ tsUs }) => tsUs).toSorted((a, b) => a - b));
    // Profit is what the parts made, and no order of one has the name of another's.
    const [strategy, ...others] = joined.strategies;
    expect(others).toEqual([]);
    const nets = one.flatMap(({ strategies }) => strategies.map(({ net }) => Number(net)));
    expect(Number(strategy?.net)).toBeCloseTo(
      nets.reduce((sum, net) => sum + net, 0),
      9,
    );
    expect(strategy?.trades).toBe(joined.trades.length);
    const namesOf = one.map(
      ({ entries }) => new Set(entries.flatMap((entry) => (entry.kind === 'order' ? [entry.clientOrderId] : []))),
    );
    const names = namesOf.flatMap((own) => [...own]);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(4);
  }, 60_000);

  it('ends with the first part that fails', async () => {
    const broken: BacktestOrder = { runId: 'broken', factory, input: { ...spans[0], minutes: 0 } };
    await expect(runBacktests(pools.one, [broken, ...orders])).rejects.toThrow('holds no events');
    const stop = new AbortController();
    stop.abort();
    await expect(runBacktests(pools.one, orders, { signal: stop.signal })).rejects.toThrow(TaskCancelledError);
  });
});
