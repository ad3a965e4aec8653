// Goal: `tiercel backtest` takes captures of any origin as one market, at the times of their recorder or of their venue, and refuses those that
// have neither with one sentence.
// Method: the simultaneous books of Binance spot and USD-M of the development set, their first messages.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BacktestFlags, runBacktest } from '../../src/cli/backtest.js';
import { loadConfig } from '../../src/cli/config.js';
import { EXIT_GOOD } from '../../src/cli/exit.js';
import { readCapture } from '../../src/feeds/capture/reader.js';

const FLAGS: BacktestFlags = {
  set: [],
  vary: [],
  threads: 2,
  seed: 1,
  toVenueMs: 20,
  fromVenueMs: 20,
  slippageBps: 0,
  json: true,
};
const LINES = 4_000;
const DATA = join(process.env.TIERCEL_DATA ?? '', 'captures');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiercel-backtest-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(paths: readonly string[], flags: Partial<BacktestFlags> = {}) {
  let shown = '';
  const code = await runBacktest(paths, loadConfig(undefined), { ...FLAGS, ...flags }, { write: (text) => (shown += text) });
  expect(code).toBe(EXIT_GOOD);
  return JSON.parse(shown);
}

describe('a backtest on captures', () => {
  it('refuses what has no times, and a folder together with anything else', async () => {
    const path = join(folder, 'binance-spot.ndjson');
    const raw = '{"stream":"btcusdt@depth20","data":{"lastUpdateId":7,"bids":[["10.5","1"]],"asks":[["11.5","1"]]}}';
    writeFileSync(path, `${JSON.stringify({ t: null, dir: 'in', kind: 'ws', conn: 'binance', url: null, raw })}\n`);
    await expect(run([path])).rejects.toThrow('has no receive times');
    await expect(run([path], { receiveLatencyMs: 20 })).rejects.toThrow('say no times of their venue');
    await expect(run([folder, path])).rejects.toThrow('is backtested alone');
  });

  it.skipIf(process.env.TIERCEL_DATA === undefined || !existsSync(DATA))(
    'plays them by either clock, the same each time (needs TIERCEL_DATA)',
    async () => {
      const files: string[] = [];
      let events = 0;
      for (const name of ['binance-spot.hftbacktest-20240808.btcusdt', 'binance-usdm.hftbacktest-20240808.btcusdt']) {
        const lines: string[] = [];
        for await (const { record } of readCapture(join(DATA, `${name}.ndjson.gz`))) {
          if (lines.length === LINES) break;
          lines.push(JSON.stringify(record));
          if (record.dir === 'in') events++;
        }
        files.push(join(folder, `${name}.ndjson`));
        writeFileSync(join(folder, `${name}.ndjson`), lines.join('\n'));
      }
      const own = await run(files);
      expect(own.counts.events).toBe(events);
      expect(await run(files)).toEqual(own);
      // The recorder's clock was 1.27 s behind the venue's.
      const venues = await run(files, { receiveLatencyMs: 20 });
      expect(venues.counts.events).toBe(events);
      expect((venues.startUs - own.startUs) / 1e6).toBeCloseTo(1.29, 1);
    },
    120_000,
  );
});
