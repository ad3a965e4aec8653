// Goal: `tiercel optimize` reads what people have, says what it found, and answers bad input with one sentence.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from '../../src/cli/exit.js';
import { type OptimizeFlags, runOptimize } from '../../src/cli/optimize.js';
import { InvalidInputError } from '../../src/domain/errors.js';
import { SystemClock } from '../../src/domain/system-clock.js';
import { Catalogue } from '../../src/history/catalogue.js';
import { HistoryDatabase, sqlText } from '../../src/history/database.js';
import { readFrameFile } from '../../src/research/optimizer/frame-file.js';
import { type QuoteRow, storeQuotes } from '../research/live/catalogued.js';
import { revertingSpread, wanderingSpread } from '../research/optimizer/spreads.js';

const FLAGS: OptimizeFlags = {
  hours: 24,
  spotFeeBps: 1,
  futuresFeeBps: 1,
  hitRate: 0.7,
  minTrades: 5,
  maxDrawdown: 0.02,
  objective: 'return',
  simulation: 'prices',
  evaluations: 40,
  folds: 2,
  seed: 1,
  threads: 1,
};
const START_MS = Date.parse('2024-08-08T00:00:00Z');
const HEADER = 'timestamp,spot_ask_price,spot_bid_price,fut_ask_price,fut_bid_price';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiercel-optimize-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

function spreadFile(name: string, spread: Float64Array): string {
  return file(name, [
    HEADER,
    ...Array.from(spread, (value, s) => `${START_MS + s * 1000},100,100,${100 + value},${100 + value}`),
  ]);
}

async function run(path: string, flags: Partial<OptimizeFlags> = {}): Promise<{ code: number; text: string }> {
  let text = '';
  const output = { write: (part: string) => (text += part) };
  const code = await runOptimize(path, { ...FLAGS, ...flags }, output, { clock: new SystemClock() });
  return { code, text };
}

describe('tiercel optimize', () => {
  it('finds thresholds, or advises against trading', async () => {
    const good = spreadFile('good.csv', revertingSpread({ mean: 0.5, std: 0.1, halfLifeS: 120 }, 43_200, 1));
    const found = await run(good);
    expect(found.code).toBe(EXIT_GOOD);
    expect(found.text).toMatch(/12\.0 h, 43.?200 rows/);
    expect(found.text).toMatch(/best pair: enter at 0\.\d{3} %, leave at 0\.\d{3} %: \d+ trades/);
    expect(JSON.parse((await run(good, { json: true, hours: 6 })).text)).toMatchObject({
      declined: null,
      dataPointsAnalyzed: 21_601,
    });
    const walk = await run(spreadFile('walk.csv', wanderingSpread(0.5, 0.001, 43_200, 2)));
    expect(walk.code).toBe(EXIT_FOUND_FAULT);
    expect(walk.text).toMatch(/do not trade on it|stay as you are/);
  });

  it('searches with the optimiser of strategies', async () => {
    const path = spreadFile('search.csv', revertingSpread({ mean: 0.5, std: 0.1, halfLifeS: 60 }, 86_400, 3));
    const { code, text } = await run(path, { method: 'bayesian', json: true });
    expect(code).toBe(EXIT_GOOD);
    const result = JSON.parse(text);
    expect(result).toMatchObject({ method: 'bayesian', finalists: expect.any(Array) });
    expect(result.outOfSamplePerformance.totalReturn).toBeGreaterThan(0);
    expect((await run(path, { method: 'grid' })).text).toMatch(/grid: \d+ parameter sets looked at, 5 simulated in full/);
  });

  it('takes a pair of books of a catalogue', async () => {
    const root = join(folder, 'catalogue');
    const catalogue = await Catalogue.open(root);
    const spread = revertingSpread({ mean: 0.5, std: 0.1, halfLifeS: 60 }, 7200, 5);
    const spot = { venue: 'binance', symbol: 'BTCUSDT' };
    const futures = { venue: 'binance-futures', symbol: 'BTCUSDT' };
    const rows = (of: (value: number) => number) =>
      Array.from(spread, (value, s): QuoteRow => [START_MS * 1000 + s * 1_000_000 + 500_000, of(value), 1, of(value), 1]);
    await storeQuotes(
      catalogue,
      spot,
      rows(() => 100),
    );
    await storeQuotes(
      catalogue,
      futures,
      rows((value) => 100 + value),
    );
    catalogue.close();
    const books = { spot: 'binance/BTCUSDT', futures: 'binance-futures/BTCUSDT' };
    const whole = JSON.parse((await run(root, { ...books, json: true })).text);
    const file = JSON.parse((await run(spreadFile('same.csv', spread), { json: true })).text);
    expect(whole.found.figures.entry).toBeCloseTo(file.found.figures.entry, 2);
    expect(whole.dataPointsAnalyzed).toBeGreaterThan(7190);
    expect(JSON.parse((await run(root, { ...books, hours: 1, json: true })).text).dataPointsAnalyzed).toBeLessThanOrEqual(3600);
    await expect(run(root, { spot: 'binance/BTCUSDT' })).rejects.toThrow(
      /--futures: a catalogue needs the book as venue\/symbol/,
    );
    await expect(run(root, { ...books, spot: 'mexc/BTCUSDT' })).rejects.toThrow(/no quotes of mexc\/BTCUSDT/);
  });

  it('answers bad input with a sentence', async () => {
    const short = spreadFile('short.csv', Float64Array.of(0.1, 0.2, 0.3));
    await expect(run(join(folder, 'none.csv'))).rejects.toThrow(/no such file/);
    await expect(run(short)).rejects.toThrow(/3 rows have all prices, 100 are needed/);
    await expect(run(short)).rejects.toThrow(InvalidInputError);
    await expect(run(file('odd.csv', ['a,b', '1,2']))).rejects.toThrow(/has no column spotBidPrice or spot_bid_price/);
    await expect(run(file('empty.csv', [HEADER]))).rejects.toThrow(/cannot be read as a frame|no row/);
    await expect(run(file('text.csv', [HEADER, 'x,y,z,a,b']))).rejects.toThrow(/cannot be read as a frame/);
    await expect(run(file('bad.parquet', ['no parquet']))).rejects.toThrow(/cannot be read as a frame/);
    await expect(run(short, { method: 'luck' })).rejects.toThrow(/expected one of grid/);
    await expect(run(short, { method: 'grid', simulation: 'dream' })).rejects.toThrow(InvalidInputError);
    await expect(run(short, { method: 'grid', objective: 'fame' })).rejects.toThrow(InvalidInputError);
    const flat = spreadFile('flat.csv', new Float64Array(500).fill(0.3));
    await expect(run(flat)).rejects.toThrow(InvalidInputError);
  });
});

describe('readFrameFile', () => {
  it('sorts by time, keeps the last of equal times, and takes what is missing as missing', async () => {
    const path = file('rows.csv', [
      'tsUs,spotBidPrice,spotAskPrice,futBidPrice,futAskPrice,spot_bid_quantity',
      '1700000002000000,2,3,4,5,1',
      '1700000001000000,1,2,3,4,',
      '1700000002000000,2,3,4,,7',
    ]);
    const frame = await readFrameFile(path, folder);
    expect(frame).toEqual({
      tsUs: Float64Array.of(1700000001000000, 1700000002000000),
      spotBidPrice: Float64Array.of(1, 2),
      spotAskPrice: Float64Array.of(2, 3),
      futBidPrice: Float64Array.of(3, 4),
      futAskPrice: Float64Array.of(4, Number.NaN),
      spotBidQty: Float64Array.of(Number.NaN, 7),
    });
  });

  it('knows times in every unit, and as texts', async () => {
    for (const time of ['1700000001', '1700000001000', '1700000001000000', '1700000001000000000', '2023-11-14 22:13:21']) {
      const { tsUs } = await readFrameFile(file('time.csv', [HEADER, `${time},1,1,1,1`]), folder);
      expect([...tsUs]).toEqual([1700000001000000]);
    }
  });

  it('reads Parquet', async () => {
    const csv = spreadFile('source.csv', Float64Array.of(0.1, 0.2, 0.3));
    const path = join(folder, 'frame.parquet');
    const database = await HistoryDatabase.open({ memoryLimitMb: 64, threads: 1, temporaryFolder: folder });
    await database.run(`COPY (SELECT * FROM read_csv(${sqlText(csv)})) TO ${sqlText(path)} (FORMAT parquet)`);
    database.close();
    expect(await readFrameFile(path, folder)).toEqual(await readFrameFile(csv, folder));
  });
});
