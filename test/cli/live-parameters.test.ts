// Goal: a run with the delta strategy looks for thresholds while it trades: they are found on another thread, taken over between turns, put
// into the ledger, shown by the API; and `tiercel replay` hands the same parameters over before the same turns and finds the same intents.
// Method: the compiled program on its simulated venues, with a catalogue of made-up quotes for what happened before it began.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EXIT_GOOD } from '../../src/cli/exit.js';
import { runReplay } from '../../src/cli/replay.js';
import { SystemClock } from '../../src/domain/system-clock.js';
import { TurnLog } from '../../src/engine/turn-log-reader.js';
import { Catalogue } from '../../src/history/catalogue.js';
import { JournalReader } from '../../src/ledger/journal.js';
import type { DeltaReport } from '../../src/ops/delta-report.js';
import { TiercelProcess } from '../e2e/process.js';
import { storeQuotes } from '../research/live/catalogued.js';
import { revertingSpread } from '../research/optimizer/spreads.js';

const SECONDS = 3600;
const UPDATES = 3;
const folder = mkdtempSync(join(tmpdir(), 'tiercel-live-parameters-'));
const recorded = join(folder, 'recorded');
let engine: TiercelProcess | undefined;
let reports: DeltaReport[] = [];
let epochS: number[] = [];

beforeAll(async () => {
  const catalogueFolder = join(folder, 'history');
  mkdirSync(catalogueFolder);
  const catalogue = await Catalogue.open(catalogueFolder);
  const endUs = Math.floor(new SystemClock().epochUs());
  const spread = revertingSpread({ mean: 0.4, std: 0.3, halfLifeS: 40 }, SECONDS, 9);
  const at = (second: number): number => endUs - (SECONDS - 1 - second) * 1_000_000;
  const spot = [...spread.keys()].map((second) => [at(second), 99.99, 5, 100, 5] as const);
  const futures = [...spread].map(
    (pct, second) => [at(second), (100 + pct).toFixed(4), 5, (100.01 + pct).toFixed(4), 5] as const,
  );
  await storeQuotes(catalogue, { venue: 'mexc', symbol: 'BTCUSDT' }, spot);
  await storeQuotes(
    catalogue,
    { venue: 'gateio-futures', symbol: 'BTC_USDT' },
    futures.map(([tsUs, bid, bidQty, ask, askQty]) => [tsUs, Number(bid), bidQty, Number(ask), askQty]),
  );
  catalogue.close();
  const config = {
    strategies: [
      {
        kind: 'delta',
        budgetQuote: 1000,
        parameters: {
          symbol: { base: 'BTC', quote: 'USDT' },
          spotVenue: 'mexc',
          futuresVenue: 'gateio',
          optimizationLookbackHours: 1,
          parameterUpdateIntervalMinutes: 0.05,
          minDailyTrades: 0,
          targetHitRate: 0.5,
        },
      },
    ],
    optimization: { catalogue: catalogueFolder },
    simulation: { symbols: 6, futuresSymbols: 3, updatesPerSecond: 300 },
    trading: { folder: join(folder, 'ledgers') },
  };
  const configFile = join(folder, 'config.yaml');
  writeFileSync(configFile, JSON.stringify(config));
  mkdirSync(recorded);
  const run = new TiercelProcess(['run', '--config', configFile, '--port', '0', '--quiet', '--record', recorded], folder);
  engine = run;
  const { url } = await run.line(({ msg }) => msg === 'Dashboard is up');
  let updates = 0;
  await run.line(({ msg }) => msg === 'Strategy: parameter-update' && ++updates === UPDATES);
  const get = async (path: string) => (await fetch(`${url}${path}`)).json();
  // What the API tells is up to a quarter of a second old.
  const told = async (): Promise<void> => {
    reports = ((await get('/api/v1/delta')) as { strategies: DeltaReport[] }).strategies;
    expect(reports[0]?.schedule.counts.updated).toBeGreaterThanOrEqual(UPDATES);
  };
  await vi.waitFor(told, { timeout: 10_000 });
  epochS = ((await get('/api/v1/delta/delta/spread?hours=1&points=100')) as { epochS: number[] }).epochS;
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(EXIT_GOOD);
}, 110_000);
afterAll(() => {
  engine?.kill();
  rmSync(folder, { recursive: true, force: true });
});

const turnLog = (): Promise<TurnLog> => {
  const name = readdirSync(recorded).find((entry) => entry.endsWith('.turns')) ?? '';
  return TurnLog.read(join(recorded, name));
};

describe('a run that looks for thresholds while it trades', () => {
  it('finds them, and the API tells of each', () => {
    const [report] = reports;
    expect(report).toMatchObject({ strategy: 'delta', pairs: ['mexc BTCUSDT / gateio BTC_USDT perpetual'], pair: 0 });
    expect(report?.schedule.counts.updated).toBeGreaterThanOrEqual(UPDATES);
    expect(report?.schedule.counts.failed).toBe(0);
    const updated = report?.news.filter(({ outcome }) => outcome === 'updated') ?? [];
    expect(updated.length).toBeGreaterThanOrEqual(UPDATES);
    for (const { entryThresholdPct, exitThresholdPct, confidenceScore } of updated) {
      expect(entryThresholdPct).toBeGreaterThan(exitThresholdPct ?? 1);
      expect(entryThresholdPct).toBeLessThanOrEqual(1);
      expect(confidenceScore).toBeGreaterThan(0.3);
    }
    expect(report?.parameters.optimizationTimestamp).toBeGreaterThan(0);
    expect(epochS.length).toBeGreaterThan(0);
  });

  it('puts every change into the ledger', () => {
    const ledgers = join(folder, 'ledgers');
    const journal = JournalReader.open(join(ledgers, readdirSync(ledgers).find((name) => name.endsWith('.ledger')) ?? ''));
    const changes = [...journal.read()].filter((entry) => entry.kind === 'parameter');
    journal.close();
    expect(changes.length).toBeGreaterThanOrEqual(2);
    expect(changes[0]).toMatchObject({ kind: 'parameter', strategy: 'delta', name: 'EntryThreshold', before: '0.5' });
  });

  it('is replayed with the same parameters before the same turns', async () => {
    const log = await turnLog();
    const handed = [...log.records()].filter(({ type }) => type === 'parameters');
    expect(handed.length).toBeGreaterThanOrEqual(UPDATES);
    let text = '';
    expect(await runReplay(recorded, true, { write: (part) => (text += part) })).toBe(EXIT_GOOD);
    const { runs } = JSON.parse(text) as { runs: { turns: number; difference: unknown }[] };
    expect(runs[0]?.difference).toBeNull();
    expect(runs[0]?.turns).toBeGreaterThan(20);
  }, 60_000);
});
