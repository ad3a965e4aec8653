// Goal: what lies in the catalogue is played into the books exactly, and in the order of time over all series.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Catalogue } from '../../../src/history/catalogue.js';
import { sqlColumns } from '../../../src/history/kinds.js';
import type { SeriesName } from '../../../src/history/series.js';
import { BUY, SELL } from '../../../src/kernel/pricing.js';
import { BacktestEngine } from '../../../src/research/backtest/backtest-engine.js';
import { rowMarket } from '../../../src/research/backtest/backtest-market.js';
import { catalogueSource, type PlayedSeries } from '../../../src/research/backtest/catalogue-source.js';
import { tradable } from '../../../src/sim/lab/instrument.js';
import { Budget } from '../../../src/strategy/capital.js';
import type { MarketView } from '../../../src/strategy/market-view.js';
import { setup } from './history.js';

const START_US = Date.parse('2023-03-01T00:00:00Z') * 1000;

let root: string;
let catalogue: Catalogue;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tiercel-played-'));
  catalogue = await Catalogue.open(root, { memoryLimitMb: 128, threads: 1 });
});

afterEach(() => {
  catalogue.close();
  rmSync(root, { recursive: true, force: true });
});

async function store(name: SeriesName, rows: readonly string[]): Promise<void> {
  await catalogue.database.run(`CREATE OR REPLACE TEMP TABLE given (${sqlColumns(name.kind)}, line BIGINT)`);
  await catalogue.database.run(`INSERT INTO given VALUES ${rows.map((row, at) => `(${row}, ${at + 1})`).join(', ')}`);
  await catalogue.store(name, 'given', { hash: `${name.venue}-${name.kind}`.padEnd(64, '0') });
}

it('level changes and bars of two venues become books', async () => {
  const levels: SeriesName = { kind: 'incremental_book_L2', interval: null, venue: 'mexc', symbol: 'ABCUSDT' };
  const bars: SeriesName = { kind: 'klines', interval: '1m', venue: 'gateio', symbol: 'ABCUSDT' };
  const level = (seconds: number, flag: boolean, side: string, price: string, amount: string): string =>
    `${START_US + seconds * 1e6}, ${START_US}, ${flag}, '${side}', '${price}', '${amount}'`;
  await store(levels, [
    level(10, false, 'bid', '9', '1'),
    level(30, true, 'bid', '0.9999', '12.34'),
    level(30, true, 'ask', '1.0001', '5'),
    level(90, false, 'ask', '1.0001', '0'),
    level(90, false, 'ask', '1.0002', '7'),
  ]);
  await store(bars, [`${START_US}, 1, 1, 1, 1, 100000, NULL, 3`, `${START_US + 60e6}, 1, 1.1, 1, 1.1, NULL, NULL, 3`]);
  const market = rowMarket([tradable({ venue: 'mexc' }), tradable({ venue: 'gateio' })]);
  const [first, second] = market.universe.books;
  if (first === undefined || second === undefined) throw new RangeError('there are two books');
  const series: PlayedSeries[] = [
    { name: levels, info: first },
    { name: bars, info: second },
  ];
  const seen: (readonly number[])[] = [];
  const strategy = {
    onMarket: ({ nowUs, views, bookCount }: MarketView) => {
      if (bookCount === 0) return;
      const touch = [first.book, second.book].flatMap((book) => [
        views.levelPriceUnits(book, SELL, 0),
        views.levelPriceUnits(book, BUY, 0),
      ]);
      seen.push([Math.floor((nowUs - START_US) / 1e6), ...touch]);
    },
  };
  const { counts } = await new BacktestEngine({
    ...{ market, source: catalogueSource(catalogue, series), epochOffsetUs: 0 },
    setup: setup(market.universe, { strategies: [{ name: 'watcher', strategy, budget: new Budget(1) }], idleMs: 1_000 }),
  }).run();
  expect(seen).toEqual([
    [30, 9_999, 10_001, 0, 0],
    [60, 9_999, 10_001, 9_999, 10_001],
    [90, 9_999, 10_002, 9_999, 10_001],
    [120, 9_999, 10_002, 10_950, 11_050],
  ]);
  expect(counts.events).toBe(5 + 20);
});
