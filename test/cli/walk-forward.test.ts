// Goal: a file with the touch of two books becomes trainings, tests and a report of everything that was found.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runWalkForward, type WalkForwardFlags } from '../../src/cli/walk-forward.js';
import { InvalidInputError } from '../../src/domain/errors.js';
import { SeededRandom } from '../../src/domain/random.js';
import { SystemClock } from '../../src/domain/system-clock.js';
import type { WalkForwardReport } from '../../src/research/analysis/walk-forward.js';
import type { ResearchReport } from '../../src/research/reports/report-data.js';

const START_MS = Date.UTC(2023, 2, 1);
const ROWS = 14_400;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiercel-walk-'));
  const random = new SeededRandom(21);
  let [price, basis] = [20_000, 0];
  const lines = Array.from({ length: ROWS }, (_, row) => {
    price *= Math.exp(random.normal() * 3e-4);
    basis = basis * 0.97 + random.normal() * 7e-4;
    const future = price * (1 + basis);
    const touch = [price - 0.5, price + 0.5, future - 0.5, future + 0.5].map((each) => each.toFixed(2));
    return [START_MS + row * 60_000, ...touch].join(',');
  });
  const head = 'timestamp,spot_bid_price,spot_ask_price,fut_bid_price,fut_ask_price';
  writeFileSync(join(folder, 'touch.csv'), `${[head, ...lines].join('\n')}\n`);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function run(file: string, more: Partial<WalkForwardFlags> = {}): Promise<string> {
  let written = '';
  const flags = {
    trainShare: 0.6,
    retrainDays: 1,
    spotFeeBps: 5,
    futuresFeeBps: 5,
    maxHours: 6,
    hitRate: 0.7,
    minTrades: 5,
    maxDrawdown: 0.02,
    seed: 1,
    ...more,
  };
  const output = {
    write: (text: string) => {
      written += text;
    },
  };
  const code = await runWalkForward(join(folder, file), flags, output, new SystemClock());
  expect(code).toBe(0);
  return written;
}

describe('tiercel walk-forward', () => {
  it('trains on 60 %, tests day by day on the rest, and earns on what it has not seen', async () => {
    const report = JSON.parse(await run('touch.csv', { json: true })) as WalkForwardReport;
    expect(report.folds).toHaveLength(4);
    expect(report.folds[0]?.test.from).toBe(START_MS * 1000 + 0.6 * ((ROWS - 1) * 60e6 + 1));
    expect(report.declined).toBe(0);
    expect(report.outOfSample).toBeGreaterThan(0);
  });

  it('tells it at a terminal and writes a page, JSON and tables', async () => {
    const text = await run('touch.csv', { out: join(folder, 'out') });
    for (const part of ['Sharpe ratio', 'by regime', 'conservative', 'entry threshold %', 'persistence', '! Funding']) {
      expect(text).toContain(part);
    }
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['equity.parquet', 'report.html', 'report.json', 'trades.parquet']);
    const report = JSON.parse(readFileSync(join(folder, 'out/report.json'), 'utf8')) as ResearchReport;
    expect(report.equity?.curves.map(({ name }) => name)).toEqual(['walk-forward', 'trained once', 'static']);
    expect(report.spread?.thresholds).toHaveLength(4);
    expect(report.sweep?.profit).toHaveLength(1600);
    expect(report.scenarios?.outcomes).toHaveLength(3);
    expect(report.regimes?.shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    const trades = report.spread?.trades.length ?? 0;
    expect(report.regimePerformance?.reduce((sum, row) => sum + row.trades, 0)).toBeLessThanOrEqual(trades);
  });

  it('says in a sentence what cannot be used', async () => {
    await expect(run('none.csv')).rejects.toThrow(InvalidInputError);
    await expect(run('touch.csv', { trainShare: 2 })).rejects.toThrow(/INVALID_PERIOD/);
  });
});
