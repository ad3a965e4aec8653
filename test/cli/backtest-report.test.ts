// Goal: a run of the engine becomes a report whose figures are those of its ledger, in files that can be read again.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeBacktestReport } from '../../src/cli/backtest-report.js';
import { InvalidInputError } from '../../src/domain/errors.js';
import { BacktestEngine } from '../../src/research/backtest/backtest-engine.js';
import type { EngineResult } from '../../src/research/backtest/backtest-types.js';
import type { ResearchReport } from '../../src/research/reports/report-data.js';
import { market, scenario } from '../research/backtest/history.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiercel-backtest-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the report of a backtest', () => {
  it('has trades, equity, scenarios and the exchanges by what the ledger says of them', async () => {
    const result = await new BacktestEngine(scenario()).run();
    const text = await writeBacktestReport(join(folder, 'out'), result, { universe: market().universe, seed: 1 });
    expect(text).toMatch(/Win rate +100\.00 %/);
    expect(text).toContain('Only 20 trades');
    // A minute of profit is no year's.
    expect(text).toContain('Only 1.0 minutes: annual figures are an extrapolation');
    expect(text).toMatch(/Annualised return +none/);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['equity.parquet', 'report.html', 'report.json', 'trades.parquet']);
    const report = JSON.parse(readFileSync(join(folder, 'out/report.json'), 'utf8')) as ResearchReport;
    const exchanges = new Set(result.trades.flatMap(({ legs }) => legs.map(({ venue }) => venue)));
    expect(new Set(report.venues?.rankings.map(({ exchange }) => exchange))).toEqual(exchanges);
    for (const { executionQuality, apiReliability } of report.venues?.rankings ?? []) {
      // Everything filled, nothing refused, and 40 ms there and back: 100 / (100 + 40 and the turns).
      expect(executionQuality).toBeGreaterThan(0.6);
      expect(executionQuality).toBeLessThan(100 / 140 + 1e-9);
      expect(apiReliability).toBe(1);
    }
    expect(report.tables?.[0]?.rows[0]?.slice(0, 4)).toEqual(['three-tier', 'USDT', '20', '20']);
    expect(report.equity?.curves[0]?.chart.equity.at(-1)).toBe(result.equity.equity.at(-1));
  });

  it('is refused in a sentence where there is nothing to tell, or nowhere to write', async () => {
    const result = await new BacktestEngine(scenario()).run();
    const none = { tsUs: new Float64Array(), equity: new Float64Array(), exposure: new Float64Array(), intervalMs: 1000 };
    const empty: EngineResult = { ...result, trades: [], equity: none };
    const { universe } = market();
    await expect(writeBacktestReport(folder, empty, { universe, seed: 1 })).rejects.toThrow(InvalidInputError);
    writeFileSync(join(folder, 'file'), '');
    await expect(writeBacktestReport(join(folder, 'file'), result, { universe, seed: 1 })).rejects.toThrow(
      /--report .* cannot be written/,
    );
  });
});
