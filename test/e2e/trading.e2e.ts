// Goal: whole processes trade: orders over the real protocols, positions, profit and a ledger that is right; what strategies wanted
// comes out again of a replay; every way to stop stops, outlives the process, and only a person ends it; real orders need to be asked
// for in so many words.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorSnapshot, TradingReport } from '../../src/ops/messages.js';
import { SnapshotStream, TiercelProcess } from './process.js';

const CONFIG = `
simulation: { symbols: 60, futuresSymbols: 8, updatesPerSecond: 800, plantIntervalMs: 300 }
risk: { orderRate: { orders: 400 } }
`;

/** An engine that trades in a folder, with what its page shows. */
async function trading(folder: string, args: readonly string[] = []) {
  const engine = new TiercelProcess(['run', '--port', '0', '--quiet', '--config', 'config.yaml', ...args], folder);
  const url = String((await engine.line(({ msg }) => msg === 'Dashboard is up'))['url']);
  const stream = new SnapshotStream(url);
  const next = async (matches: (report: TradingReport) => boolean): Promise<TradingReport> => {
    const is = ({ trading: report }: OperatorSnapshot): boolean => report !== null && matches(report);
    return (await stream.next(is)).trading as TradingReport;
  };
  const end = async (): Promise<number | null> => {
    stream.close();
    engine.child.kill('SIGINT');
    return engine.ended;
  };
  return { engine, url, next, end };
}

async function command(
  folder: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const process = new TiercelProcess(args, folder);
  const code = await process.ended;
  return { code, output: process.output };
}

describe('a run on simulated venues', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tiercel-trading-'));
    writeFileSync(join(folder, 'config.yaml'), CONFIG);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const ledgers = (): string[] => readdirSync(join(folder, 'tiercel-data')).filter((name) => name.endsWith('.ledger'));

  it('trades at a profit, and more than 95 of 100 trades succeed', async () => {
    const { next, end } = await trading(folder, ['--record', 'record']);
    const { intents, profit, positions, executions, ledger, reconciliation } = await next(
      ({ intents: { succeeded, failed } }) => succeeded + failed >= 60,
    );
    expect(intents.succeeded / (intents.succeeded + intents.failed)).toBeGreaterThan(0.95);
    expect(Number(profit[0]?.net)).toBeGreaterThan(0);
    expect(positions.every(({ strategy }) => strategy === 'three-tier')).toBe(true);
    expect(executions[0]?.orders.map(({ side }) => side).sort()).toEqual(['buy', 'sell']);
    expect(ledger).toMatchObject({ isHealthy: true });
    expect(reconciliation).toMatchObject({ drifts: [] });
    expect(await end()).toBe(0);
  });

  it('leaves a ledger in which everything adds up, and which tells the profit', async () => {
    const file = join('tiercel-data', ledgers()[0] ?? '');
    const verified = await command(folder, ['ledger', 'verify', file]);
    expect(verified).toMatchObject({ code: 0, output: expect.stringContaining('0 findings') });
    const report = await command(folder, ['report', file]);
    expect(report.code).toBe(0);
    expect(report.output).toContain('three-tier');
  });

  it('comes to the same intents again from what it recorded', async () => {
    const { code, output } = await command(folder, ['replay', 'record', '--json']);
    const { runs } = JSON.parse(output.trim()) as { runs: { intents: number; difference: unknown }[] };
    expect(runs[0]?.difference).toBeNull();
    expect(runs[0]?.intents).toBeGreaterThan(50);
    expect(code).toBe(0);
  });

  it('is backtested from what it recorded, at the times at which it traded', async () => {
    const ledger = join('tiercel-data', ledgers()[0] ?? '');
    const flags = ['--config', 'config.yaml', '--latency-from', ledger, '--against', ledger, '--json'];
    const { code, output } = await command(folder, ['backtest', 'record', ...flags]);
    expect(code).toBe(0);
    const { against } = JSON.parse(output.trim()) as { against: { trades: number; matched: number } };
    expect(against.trades).toBeGreaterThanOrEqual(50);
    // Orders at simulated venues move their books, and the accounts there are others than on paper: most trades agree, not all.
    expect(against.matched / against.trades).toBeGreaterThan(0.5);
  });

  it('stops when told by a command, stays stopped over a restart, and trades again when a person clears it', async () => {
    const first = await trading(folder);
    await first.next(({ intents }) => intents.succeeded >= 5);
    const stop = await command(folder, ['stop', '--reason', 'a drill', '--url', first.url]);
    expect(stop).toMatchObject({ code: 0, output: expect.stringContaining('stopped') });
    const halted = await first.next(({ state }) => state === 'halted');
    expect(halted.reason).toContain('a drill');
    const later = await first.next(({ intents }) => intents.refused >= halted.intents.refused + 10);
    expect(later.intents.executed).toBe(halted.intents.executed);
    await first.end();

    const second = await trading(folder);
    await second.next(({ state, intents }) => state === 'halted' && intents.refused >= 5);
    const cleared = await command(folder, ['clear', '--url', second.url]);
    expect(cleared.code).toBe(0);
    const again = await second.next(({ state, intents }) => state === 'trading' && intents.succeeded >= 3);
    expect(again.halt).toBeNull();
    await second.end();
  });

  it('stops on a signal, and on a file for as long as it is there', async () => {
    const { engine, url, next, end } = await trading(folder);
    await next(({ state }) => state === 'trading');
    engine.child.kill('SIGUSR2');
    expect((await next(({ state }) => state === 'halted')).reason).toContain('SIGUSR2');
    expect((await command(folder, ['clear', '--url', url])).code).toBe(0);
    await next(({ state }) => state === 'trading');
    writeFileSync(join(folder, 'tiercel-data', 'STOP'), '');
    expect((await next(({ state }) => state === 'halted')).reason).toContain('STOP');
    expect((await command(folder, ['clear', '--url', url])).code).toBe(1);
    rmSync(join(folder, 'tiercel-data', 'STOP'));
    expect((await command(folder, ['clear', '--url', url])).code).toBe(0);
    await next(({ state }) => state === 'trading');
    expect(await end()).toBe(0);
  });
});

describe('real orders', () => {
  it('need consent, limits that somebody wrote down, and keys of two venues; nothing is started without', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tiercel-live-'));
    const missing = async (args: readonly string[], config: string): Promise<string> => {
      writeFileSync(join(folder, 'config.yaml'), config);
      const { code, output } = await command(folder, ['run', '--live', '--config', 'config.yaml', ...args]);
      expect(code).toBe(2);
      expect(output.trim().split('\n')).toHaveLength(1);
      return output;
    };
    expect(await missing([], '{}')).toContain('--i-accept-real-orders');
    expect(await missing(['--i-accept-real-orders'], '{}')).toContain('risk');
    expect(await missing(['--i-accept-real-orders'], 'risk: {}')).toContain('keys of at least two venues');
    expect(existsSync(join(folder, 'tiercel-data'))).toBe(false);
    rmSync(folder, { recursive: true });
  });
});
