import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkParity } from '../../../src/research/backtest/parity/parity.js';
import { setup } from './history.js';

it('parity', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parity-'));
  try {
    const started = performance.now();
    const { report, run, backtest, replay } = await checkParity({
      ...{ seed: 1, minutes: Number(process.env.MINUTES ?? 1), symbols: 20, futuresSymbols: 4, updatesPerSecond: 400, plantIntervalMs: 1_500 },
      ...{ levels: 64, viewLevels: 20, folder, latencySeed: 2, withinUs: 1_000_000, sameUs: 1_000 },
      wire: { distribution: 'lognormal', medianMs: 3, sigma: 0.3 },
      orders: { distribution: 'lognormal', medianMs: 15, sigma: 0.4 },
      setup: (universe, modelsOf) => setup(universe, modelsOf === undefined ? {} : { modelsOf }),
    });
    console.log(performance.now() - started, report, run.intents, run.turns, backtest.counts, replay);
    console.log(backtest.report.latency, backtest.strategies);
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(1).toBe(1);
}, 600_000);
