// Goal: a recording is backtested at the times at which it was made, however long the machine had been up.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { BacktestEngine } from '../../../src/research/backtest/backtest-engine.js';
import type { EngineResult } from '../../../src/research/backtest/backtest-types.js';
import { recordRun } from '../../../src/research/backtest/parity/recorded-run.js';
import { RunRecorder } from '../../../src/research/backtest/parity/recorder.js';
import { openRecording } from '../../../src/research/backtest/recording.js';
import { localUniverse } from '../../../src/sim/framework/local-market.js';
import { setup } from './history.js';

const DAY_US = 86_400_000_000;
const LEVELS = 64;
const folder = mkdtempSync(join(tmpdir(), 'tiercel-recording-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function backtest(recorded: string): Promise<EngineResult> {
  const recording = await openRecording({
    folder: recorded,
    universeOf: (feeds) => localUniverse(feeds, LEVELS),
    memory: { viewLevels: 20 },
  });
  return new BacktestEngine({ ...recording, setup: setup(recording.market.universe), runId: 'test' }).run();
}

/** The same as a machine would have recorded it that was up for a day longer. */
function laterMonotonic(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from).filter((file) => file.endsWith('.gz'))) {
    const lines = gunzipSync(readFileSync(join(from, name)))
      .toString()
      .trimEnd()
      .split('\n');
    const moved = lines.map((line) => {
      const record = JSON.parse(line) as { us?: number };
      return JSON.stringify(record.us === undefined ? record : { ...record, us: record.us + DAY_US });
    });
    writeFileSync(join(to, name), gzipSync(`${moved.join('\n')}\n`));
  }
}

it('begins when the run began, and trades the same on a machine that was up for long', async () => {
  const own = join(folder, 'own');
  mkdirSync(own);
  const fixed = { distribution: 'fixed', ms: 5 } as const;
  const run = await recordRun(
    {
      ...{ seed: 1, minutes: 0.5, symbols: 12, futuresSymbols: 2, updatesPerSecond: 300, plantIntervalMs: 1_500 },
      ...{ levels: LEVELS, viewLevels: 20, wire: fixed, orders: fixed },
      setup: (universe, modelsOf) => setup(universe, modelsOf === undefined ? {} : { modelsOf }),
    },
    (time) => new RunRecorder(own, time),
  );
  const first = await backtest(own);
  expect(first.trades.length).toBeGreaterThanOrEqual(run.trades.length * 0.9);
  expect(first.trades.length).toBeGreaterThan(3);
  const later = join(folder, 'later');
  laterMonotonic(own, later);
  const second = await backtest(later);
  expect([second.startUs, second.endUs]).toEqual([first.startUs, first.endUs]);
  expect(second.trades).toEqual(first.trades);
}, 120_000);
