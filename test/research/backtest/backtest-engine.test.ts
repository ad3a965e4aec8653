// Goal: a backtest is the live engine over history: it trades what is there, books it in the live ledger, decides on nothing that is
// later than its time, and the same again is the same to the last byte.
import { describe, expect, it } from 'vitest';
import { Exact } from '../../../src/domain/decimal.js';
import { BacktestEngine } from '../../../src/research/backtest/backtest-engine.js';
import { EVENT_SNAPSHOT, EventBuilder, type EventColumns } from '../../../src/research/backtest/event-columns.js';
import { fixedLatency } from '../../../src/research/backtest/latency.js';
import { Budget } from '../../../src/strategy/capital.js';
import type { MarketView } from '../../../src/strategy/market-view.js';
import { history, market, START_US, scenario, setup } from './history.js';
import { verifyEntries } from './ledger-check.js';

describe('a backtest', () => {
  it('trades what stands apart, and its ledger, report and equity tell the same profit', async () => {
    const { trades, strategies, counts, equity, entries, report, isClean } = await new BacktestEngine(scenario()).run();
    expect(counts).toMatchObject({ emitted: 20, executed: 20, succeeded: 20, orders: 40, fills: 40, alerts: {} });
    expect(isClean).toBe(true);
    expect(trades).toHaveLength(20);
    const net = trades.reduce((sum, { realised }) => sum.plus(realised), new Exact(0));
    expect(strategies).toMatchObject([{ strategy: 'three-tier', trades: 20, wins: 20, net: net.toFixed() }]);
    expect(report.total).toMatchObject([{ net: net.toFixed() }]);
    expect(equity.equity.at(-1)).toBeCloseTo(1_500 + net.toNumber(), 9);
    expect(equity.tsUs.length).toBeGreaterThan(50);
    verifyEntries(entries);
  });

  it('is the same to the last byte when it is made again, and another with other latencies', async () => {
    const run = (ms: number) =>
      new BacktestEngine(scenario({ setup: { modelsOf: () => ({ latency: fixedLatency(ms, ms) }) } })).run();
    const [first, again, slower] = [await run(20), await run(20), await run(150)];
    expect(again.hash).toBe(first.hash);
    expect(again.trades).toEqual(first.trades);
    expect(slower.hash).not.toBe(first.hash);
  });

  it('finds no profit where orders come too late for it', async () => {
    const late = () => ({ latency: fixedLatency(700, 20) });
    const columns = history({ apartSteps: 3 });
    const { trades, counts } = await new BacktestEngine(scenario({ columns, setup: { modelsOf: late } })).run();
    const wins = trades.filter(({ realised }) => Number(realised) > 0);
    expect(counts.executed).toBeGreaterThan(5);
    expect(wins.length).toBeLessThan(counts.executed / 2);
  });

  it('refuses orders while a venue is out of order', async () => {
    const down = { isDown: (epochUs: number) => epochUs > START_US + 5e6 };
    const result = await new BacktestEngine(
      scenario({ setup: { modelsOf: ({ venue }) => (venue === 'mexc' ? down : {}) } }),
    ).run();
    const last = result.trades.filter(({ tsUs, legs }) => tsUs > START_US + 5e6 && legs.some(({ venue }) => venue === 'mexc'));
    expect(last).toEqual([]);
    expect(result.counts.causes['refused: account-not-followed']).toBeGreaterThan(0);
  });
});

describe('looking ahead', () => {
  /** The first part of a history; what comes later is another. */
  function until(columns: EventColumns, untilUs: number, later: EventColumns): EventColumns {
    const builder = new EventBuilder();
    for (const [from, isLater] of [
      [columns, false],
      [later, true],
    ] as const) {
      for (let event = 0; event < from.count; event++) {
        const atUs = from.atUs[event] ?? 0;
        if (atUs >= untilUs !== isLater) continue;
        for (let row = from.rowsEnd[event - 1] ?? 0; row < (from.rowsEnd[event] ?? 0); row++)
          builder.row(from.side[row] ?? 0, from.priceUnits[row] ?? 0, from.qtyUnits[row] ?? 0);
        builder.end(EVENT_SNAPSHOT, from.book[event] ?? 0, atUs, atUs);
      }
    }
    return builder;
  }

  it('nothing up to a moment depends on what comes after it', async () => {
    const untilUs = START_US + 30e6;
    const one = await new BacktestEngine(scenario({ columns: history({ seed: 7 }) })).run();
    const columns = until(history({ seed: 7 }), untilUs, history({ seed: 8 }));
    const other = await new BacktestEngine(scenario({ columns })).run();
    const earlier = ({ entries }: typeof one) => entries.filter(({ tsUs }) => tsUs < untilUs);
    expect(earlier(one).length).toBeGreaterThan(50);
    expect(earlier(other)).toEqual(earlier(one));
    expect(other.hash).not.toBe(one.hash);
  });

  it('that is planted is caught: a source that plays events early changes what was decided before them', async () => {
    const untilUs = START_US + 30e6;
    const early = (columns: EventColumns): EventColumns => {
      const builder = new EventBuilder();
      for (let event = 0; event < columns.count; event++) {
        for (let row = columns.rowsEnd[event - 1] ?? 0; row < (columns.rowsEnd[event] ?? 0); row++)
          builder.row(columns.side[row] ?? 0, columns.priceUnits[row] ?? 0, columns.qtyUnits[row] ?? 0);
        builder.end(EVENT_SNAPSHOT, columns.book[event] ?? 0, (columns.atUs[event] ?? 0) - 4e6);
      }
      return builder;
    };
    const one = await new BacktestEngine(scenario({ columns: early(history({ seed: 7 })) })).run();
    const columns = early(until(history({ seed: 7 }), untilUs, history({ seed: 8 })));
    const other = await new BacktestEngine(scenario({ columns })).run();
    const earlier = ({ entries }: typeof one) => entries.filter(({ tsUs }) => tsUs < untilUs);
    expect(earlier(other)).not.toEqual(earlier(one));
  });

  it('no turn sees a book that was received after it', async () => {
    const made = market();
    const seen: number[] = [];
    const strategy = {
      onMarket: (view: MarketView) => {
        for (let index = 0; index < view.bookCount; index++) seen.push(view.nowUs - view.views.receiveUs(view.book(index)));
      },
    };
    const strategies = [{ name: 'watcher', strategy, budget: new Budget(1) }];
    await new BacktestEngine({ ...scenario(), market: made, setup: setup(made.universe, { strategies }) }).run();
    expect(seen.length).toBeGreaterThan(1_000);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...seen)).toBeLessThanOrEqual(50);
  });
});
