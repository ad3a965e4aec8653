// Goal: `tiercel backtest` trades a catalogue: books from whatever tells most of an instrument, at the pace of bars where there is nothing
// else, several strategies at once, the same each time.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runBacktest } from '../../../src/cli/backtest.js';
import { loadConfig } from '../../../src/cli/config.js';
import { Catalogue } from '../../../src/history/catalogue.js';
import { sqlColumns } from '../../../src/history/kinds.js';
import type { SeriesName } from '../../../src/history/series.js';
import { HistoryInstrumentSchema, openCatalogueHistory } from '../../../src/research/backtest/catalogue-history.js';

const START_US = Date.parse('2023-03-01T00:00:00Z') * 1000;
const MINUTES = 240;

let root: string;
let catalogue: Catalogue;

const listed = (['mexc', 'gateio'] as const).map((venue) =>
  HistoryInstrumentSchema.parse({
    ...{ venue, symbol: venue === 'gateio' ? 'ABC_USDT' : 'ABCUSDT', base: 'ABC', quote: 'USDT' },
    ...{ priceDecimals: 4, qtyDecimals: 2, takerFeeBps: 5 },
  }),
);
const bars = (venue: string, symbol: string, interval: '1m' | '5m' = '1m'): SeriesName => ({
  ...{ kind: 'klines', interval, venue, symbol },
});

async function store(name: SeriesName, rows: readonly string[]): Promise<void> {
  await catalogue.database.run(`CREATE OR REPLACE TEMP TABLE given (${sqlColumns(name.kind)}, line BIGINT)`);
  await catalogue.database.run(`INSERT INTO given VALUES ${rows.map((row, at) => `(${row}, ${at + 1})`).join(', ')}`);
  await catalogue.store(name, 'given', { hash: `${name.venue}-${name.kind}`.padEnd(64, '0') });
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tiercel-catalogue-'));
  catalogue = await Catalogue.open(join(root, 'catalogue'), { memoryLimitMb: 128, threads: 1 });
  const row = (minute: number, close: number): string =>
    `${START_US + minute * 60e6}, ${close}, ${close}, ${close}, ${close}, 100000, NULL, NULL`;
  // Once in twenty minutes the second venue is three percent dearer, and as often as much cheaper.
  const apart = (minute: number): number => (minute % 20 === 9 ? 1.03 : minute % 20 === 19 ? 0.97 : 1);
  const minutes = Array.from({ length: MINUTES }, (_, minute) => minute);
  await store(
    bars('mexc', 'ABCUSDT'),
    minutes.map((minute) => row(minute, 1)),
  );
  await store(
    bars('gateio', 'ABC_USDT'),
    minutes.map((minute) => row(minute, apart(minute))),
  );
});

afterEach(() => {
  catalogue.close();
  rmSync(root, { recursive: true, force: true });
});

it('what tells most of an instrument keeps its book, and bars alone have their pace', async () => {
  await store(bars('mexc', 'ABCUSDT', '5m'), [`${START_US}, 1, 1, 1, 1, 100000, NULL, NULL`]);
  const plain = await openCatalogueHistory(catalogue, listed);
  expect(plain.series).toEqual([bars('mexc', 'ABCUSDT'), bars('gateio', 'ABC_USDT')]);
  expect(plain.pace?.equityMs).toBe(60_000);
  const levels: SeriesName = { kind: 'incremental_book_L2', interval: null, venue: 'mexc', symbol: 'ABCUSDT' };
  await store(levels, [`${START_US}, NULL, true, 'bid', '0.9', '1'`]);
  const mixed = await openCatalogueHistory(catalogue, listed);
  expect(mixed.series).toEqual([levels, bars('gateio', 'ABC_USDT')]);
  expect(mixed.pace).toBeNull();
  const other = listed.map((one) => ({ ...one, symbol: 'XYZ' }));
  await expect(openCatalogueHistory(catalogue, other)).rejects.toThrow('nothing of mexc XYZ');
});

it('the command trades it with several strategies, the same each time, and only the part that was asked for', async () => {
  const instruments = join(root, 'instruments.json');
  writeFileSync(instruments, JSON.stringify(listed));
  const threeTier = (name: string, minNetBps: number) => ({
    ...{ name, kind: 'three-tier', budgetQuote: 500 },
    parameters: { minNetBps },
  });
  const config = loadConfig(undefined, { strategies: [threeTier('wide', 150), threeTier('narrow', 50)] });
  const run = async (to?: string) => {
    let text = '';
    const drawn = { seed: 1, toVenueMs: 20, fromVenueMs: 20, slippageBps: 0 };
    const flags = { ...drawn, set: [], vary: [], threads: 1, json: true, instruments, to };
    const exit = await runBacktest([join(root, 'catalogue')], config, flags, {
      write: (part: string) => {
        text += part;
      },
    });
    expect(exit).toBe(0);
    return JSON.parse(text) as {
      trades: number;
      hash: string;
      isClean: boolean;
      counts: { turns: number };
      strategies: { strategy: string; trades: number }[];
    };
  };
  const whole = await run();
  expect(whole.isClean).toBe(true);
  expect(whole.trades).toBeGreaterThanOrEqual(MINUTES / 20);
  expect(whole.strategies.map(({ strategy }) => strategy).sort()).toEqual(['narrow', 'wide']);
  // A turn a bar, and some for the orders of each trade.
  expect(whole.counts.turns).toBeLessThan(MINUTES + whole.trades * 40 + 100);
  expect((await run()).hash).toBe(whole.hash);
  const half = await run('2023-03-01T02:00:00Z');
  expect(half.trades).toBeGreaterThan(0);
  expect(half.trades).toBeLessThan(whole.trades);
});
