// Goal: the examples run, and say what they promise. They are run as their readers run them: the built files, in a process.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startOperatorServer } from '../src/ops/operator-server.js';
import { FakeBooks, fakeSnapshot, noControl } from './ops/fake-engine.js';

const run = promisify(execFile);
const { TIERCEL_DATA: dataFolder } = process.env;
const example = (name: string): string => fileURLToPath(new URL(`../build/examples/${name}.js`, import.meta.url));

describe('examples', () => {
  it('decode-a-frame builds a book and prices an order through it', async () => {
    const { stdout } = await run(process.execPath, [example('decode-a-frame')]);
    expect(stdout).toContain('SYNCED 104');
    expect(stdout).toContain('asks [["3120.6","0.75"],["3121","2.25"]]');
    expect(stdout).toContain('bids [["3120.4","4"]]');
    expect(stdout).toContain('buying 1 ETH: filled at 3120.7 over 2 levels');
  });

  it('watch-opportunities prints what is open', async () => {
    const server = await startOperatorServer({ host: '127.0.0.1', port: 0, books: new FakeBooks(), control: noControl });
    const snapshot = fakeSnapshot(1);
    server.update(snapshot);
    const { stdout } = await run(process.execPath, [example('watch-opportunities'), `http://127.0.0.1:${server.port}`, '1']);
    server.close();
    const best = snapshot.opportunities.list[0];
    expect(stdout).toContain(`${best?.symbol}: ${best?.qty} from ${best?.buyVenue} at ${best?.buyPrice}`);
  });

  it.each([
    [
      'three-tier',
      ['detect: unconfirmed', 'plan: emit', 'intent, expected to leave 1.7607 USDT', 'mexc: to 50.00 ABC, limit 1.0056'],
    ],
    ['delta', ['entry: enter', 'holds 10 spot and -10 in the perpetual', 'exit: convergence', 'parameter-update {']],
    ['live-thresholds', ['updated entry', 'failed 0', 'began with 0.9 % and 0.1 %, ends with', 'trades left']],
    ['basis', ['entry: below-threshold', 'entry: enter', 'open ABCUSDT-PERP: from 0 to -50', 'exit: hold']],
    ['cross-futures', ['open gateio: from 0 to -1000 contracts of 0.01', 'allocated 5:', 'exit: converged']],
    ['hifa', ['signal: goes on', 'context: goes on', 'risk: goes on', 'plan: split', 'exit: timer', 'reduce only']],
  ])('%s decides, and says why', async (name, sentences) => {
    const { stdout } = await run(process.execPath, [example(name)]);
    for (const sentence of sentences) expect(stdout).toContain(sentence);
  });

  it('optimised-backtest follows a level that shifts, and beats what was found first', async () => {
    const { stdout } = await run(process.execPath, [example('optimised-backtest')]);
    expect(stdout.match(/^after \d+ h: enter at 0\.\d+ %, leave at 0\.\d+ %, confidence 0\.\d+/gm)).toHaveLength(7);
    const netOf = (name: string): number =>
      Number(new RegExp(`^${name}: .* (-?\\d+\\.\\d+) % of a position$`, 'm').exec(stdout)?.[1]);
    expect(netOf('optimised')).toBeGreaterThan(2 * netOf('kept'));
  });

  it('parameter-analysis says what hangs on each parameter, and what the search itself is worth', async () => {
    const { stdout } = await run(process.execPath, [example('parameter-analysis')]);
    expect(stdout).toMatch(/^best of 144: enter at 0\.\d+ %, leave at 0\.\d+ %$/m);
    expect(stdout.match(/^sensitivity (entry|exit)ThresholdPct: /gm)).toHaveLength(2);
    expect(stdout.match(/^regime of (48\.0|23\.9) h: mean-reverting/gm)).toHaveLength(2);
    const netOf = (name: string): number => Number(new RegExp(`^${name}: (?:.* )?(-?\\d+\\.\\d+) %$`, 'm').exec(stdout)?.[1]);
    expect(netOf('optimised, in sample')).toBeGreaterThan(netOf('static defaults'));
    expect(netOf('out of sample, walking forward over the last two fifths')).toBeGreaterThan(0);
  });

  it.each([
    ['usdc-break', 'candles'],
    ['basis-2024-08-08', 'recorded books'],
  ])('%s says what it needs when there is no data', async (name, what) => {
    const { stdout } = await run(process.execPath, [example(`${name}/main`)], { env: {} });
    expect(stdout).toBe(`skipped: this example needs ${what}; name their folder, or set TIERCEL_DATA\n`);
  });
});

describe.skipIf(dataFolder === undefined)('examples on recorded markets (TIERCEL_DATA)', () => {
  it('usdc-break: the spread of the break is another currency, and what is left of it cannot be had', async () => {
    const reports = mkdtempSync(join(tmpdir(), 'tiercel-examples-'));
    try {
      const klines = join(dataFolder ?? '', 'history', 'klines-1m-202303');
      const { stdout } = await run(process.execPath, [example('usdc-break/main'), klines, reports, '2023-03-01', '2023-04-01']);
      expect(stdout).toContain('imported 11 files, 190605 rows, 0 malformed');
      expect(stdout).toMatch(/2023-03-10\s+5\.3 \/ 43\.2 \/ 79\.5\s+5\.0 \/ 18\.9 \/ 68\.2\s+0\.9916/);
      // The level of the nominal spread shifts in the evening of the break; that of the converted one does not.
      expect(stdout).toMatch(
        /nominal spread: [\s\S]*2023-03-10T2[0-2]:\d\d to 2023-03-11T00:00 [\s\S]*converted spread: half-life/,
      );
      // Three trades win at closes that were not of the same moment, and lose a minute later.
      expect(stdout).toMatch(/nominal spread, 5 bps a fill\n[\s\S]*?optimised\s+3\s+3\s+0\s+0\s+0\.54\s+-0\.71\s+0\.55/);
      // The best pair of each training wins nearly every unseen trade, and none of it could be had; the optimiser declines.
      const walked =
        /nominal spread, 5 bps a fill\n[\s\S]*?walk-forward: (8 trainings, tested from 2023-03-09T09:36) on\n([\s\S]*?)\n\n/.exec(
          stdout,
        );
      expect(walked?.[2]).toMatch(/best of the sweep\s+89\s+84\s+0\s+0\s+7\.26\s+-19\.00\s+7\.13\n/);
      expect(walked?.[2]).toContain(
        '8 of 8 trainings declined, and their tests were sat out. 5 more had no data to be tested on.',
      );
      const report: unknown = JSON.parse(readFileSync(join(reports, 'report.json'), 'utf8'));
      expect(report).toMatchObject({
        walkForward: { folds: expect.any(Array) as unknown },
        warnings: expect.any(Array) as unknown,
      });
      expect(readFileSync(join(reports, 'report.html'), 'utf8')).toContain('The break of USDC, March 2023');
    } finally {
      rmSync(reports, { recursive: true, force: true });
    }
  }, 120_000);

  it('basis-2024-08-08: the engine does not trade what does not pay, and a forced round costs its fees', async () => {
    const captures = join(dataFolder ?? '', 'captures');
    const reports = mkdtempSync(join(tmpdir(), 'tiercel-examples-'));
    try {
      const { stdout } = await run(process.execPath, [example('basis-2024-08-08/main'), captures, reports, '75']);
      expect(stdout).toContain('both books from 2024-08-08T23:54:15.319Z to 2024-08-08T23:55:30.319Z, 75.0 s');
      expect(stdout).toMatch(/the perpetual stands -[2-5]\.\d\d bps from spot/);
      const row = (name: string): string[] =>
        (stdout.split('\n').find((text) => text.startsWith(`  ${name}  `)) ?? '').split(/ {2,}/);
      const [intents, fills, feesBps, pricesBps] = [3, 6, 9, 10];
      expect([row('as configured')[intents], row('as configured')[fills]]).toEqual(['0', '0']);
      expect(Number(row('forced')[fills])).toBeGreaterThanOrEqual(8);
      // Four fills: twice 10 bps on spot and twice 5 bps on the perpetual.
      expect(row('forced')[feesBps]).toBe('-30.00');
      expect(Math.abs(Number(row('forced')[pricesBps]))).toBeLessThan(2);
      expect(row('no fees')[feesBps]).toBe('0.00');
      expect(readFileSync(join(reports, 'report.html'), 'utf8')).toContain('Basis of BTCUSDT at Binance');
    } finally {
      rmSync(reports, { recursive: true, force: true });
    }
  }, 240_000);
});
