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

it('snapshots of the best levels become whole books, exactly', async () => {
  const name: SeriesName = { kind: 'book_snapshots', interval: null, venue: 'mexc', symbol: 'ABCUSDT' };
  const texts = (...values: string[]): string => `[${values.map((value) => `'${value}'`).join(', ')}]`;
  await store(name, [
    `${START_US + 10e6}, ${START_US}, ${texts('0.9999', '0.9998')}, ${texts('12.34', '1')}, ${texts('1.0001')}, ${texts('5')}`,
    // A level that is not told any more is gone.
    `${START_US + 20e6}, NULL, ${texts('0.9998')}, ${texts('0.5')}, ${texts('1', '1.0001')}, ${texts('3', '4')}`,
  ]);
  const market = rowMarket([tradable({ venue: 'mexc' })]);
  const [info] = market.universe.books;
  if (info === undefined) throw new RangeError('there is a book');
  const seen: (readonly number[])[] = [];
  const strategy = {
    onMarket: ({ views, bookCount }: MarketView) => {
      if (bookCount === 0) return;
      const levels = (side: typeof BUY | typeof SELL) =>
        Array.from({ length: views.levelCount(info.book, side) }, (_, place) => [
          views.levelPriceUnits(info.book, side, place),
          views.levelQtyUnits(info.book, side, place),
        ]);
      seen.push([...levels(SELL), ...levels(BUY)].flat());
    },
  };
  const { counts } = await new BacktestEngine({
    ...{ market, source: catalogueSource(catalogue, [{ name, info }]), epochOffsetUs: 0 },
    setup: setup(market.universe, { strategies: [{ name: 'watcher', strategy, budget: new Budget(1) }], idleMs: 1_000 }),
  }).run();
  expect(seen).toEqual([
    [9_999, 1_234, 9_998, 100, 10_001, 500],
    [9_998, 50, 10_000, 300, 10_001, 400],
  ]);
  expect(counts.events).toBe(6);
});
