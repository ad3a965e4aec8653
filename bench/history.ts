import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Catalogue } from '../src/history/catalogue.js';
import { importFile } from '../src/history/import/importer.js';
import type { SeriesName } from '../src/history/series.js';
import { type BenchResult, type Effort, median, type Suite } from './measure.js';

const START_MS = 1_672_531_200_000;
const HEADER = 'open_time_ms,open,high,low,close,volume,trades,quote_volume';
const NAME: SeriesName = { kind: 'klines', interval: '1m', venue: 'x', symbol: 'BTCUSDT' };
const BASELINE = 'split lines, Number, typed arrays; nothing checked or kept';
const MEMORY_MB = 256;

/** Klines a second out of a CSV file into the catalogue, each day a synced Parquet file, and out of the catalogue into columns. */
export const historySuite: Suite = { ids: ['history.import.klines', 'history.stream.klines'], run };

async function run(effort: Effort): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tiercel-bench-history-'));
  const rows = effort.quick ? 3_000 : 60 * 1440;
  const path = join(folder, 'klines-1m.csv');
  const line = (at: number): string => `${START_MS + at * 60_000},100.12,101.5,99.25,${100 + (at % 97) / 10},5.123,9,512.5`;
  writeFileSync(path, `${HEADER}\n${Array.from({ length: rows }, (_, at) => line(at)).join('\n')}\n`);
  const turns = effort.quick ? 1 : 5;
  const [imports, streams, baselines]: [number[], number[], number[]] = [[], [], []];
  try {
    for (let turn = 0; turn < turns; turn++) {
      const catalogue = await Catalogue.open(join(folder, `catalogue-${turn}`), { memoryLimitMb: MEMORY_MB, threads: 1 });
      try {
        imports.push(await seconds(() => importFile({ catalogue }, path, { venue: NAME.venue, symbol: NAME.symbol })));
        let sum = 0;
        streams.push(
          await seconds(async () => {
            for await (const chunk of catalogue.stream(NAME)) for (const close of chunk.column('close')) sum += close;
          }),
        );
        let plain = 0;
        baselines.push(
          await seconds(async () => {
            plain = plainSum(path);
          }),
        );
        if (Math.abs(sum - plain) > 1e-6 * plain) throw new Error(`catalogue and file disagree: ${sum} and ${plain}`);
      } finally {
        catalogue.close();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const rate = (times: number[]): number => rows / median(times);
  const baselineValue = rate(baselines);
  return [
    { id: 'history.import.klines', times: imports },
    { id: 'history.stream.klines', times: streams },
  ].map(({ id, times }) => {
    return { id, value: rate(times), unit: 'klines/s', baseline: BASELINE, baselineValue, ratio: rate(times) / baselineValue };
  });
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function plainSum(path: string): number {
  const lines = readFileSync(path, 'utf8').split('\n').slice(1, -1);
  const columns = Array.from({ length: 8 }, () => new Float64Array(lines.length));
  lines.forEach((line, row) => {
    line.split(',').forEach((cell, column) => {
      const target = columns[column];
      if (target !== undefined) target[row] = Number(cell);
    });
  });
  return (columns[4] ?? new Float64Array()).reduce((total, close) => total + close, 0);
}
