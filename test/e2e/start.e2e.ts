// Goal: what the README promises of `npm start`, on whole processes: five venues in step, opportunities, an outage survived, a clean
// end, and one sentence for bad input. Waits on the engine's own stream of snapshots and on its log.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OperatorSnapshot } from '../../src/ops/messages.js';
import { isAlive, SnapshotStream, TiercelProcess } from './process.js';

const allSynced = (snapshot: OperatorSnapshot): boolean =>
  snapshot.venues.length > 0 && snapshot.venues.every(({ state }) => state === 'SYNCED');

describe('tiercel run on simulated venues', () => {
  let engine: TiercelProcess;
  let url: string;
  let stream: SnapshotStream;
  let simulator: number;

  beforeAll(async () => {
    engine = new TiercelProcess(['run', '--port', '0', '--quiet']);
    url = String((await engine.line(({ msg }) => msg === 'Dashboard is up'))['url']);
    simulator = Number((await engine.line(({ msg }) => msg === 'Simulated venues are up'))['pid']);
    stream = new SnapshotStream(url);
  });
  afterAll(() => {
    stream.close();
    engine.kill();
  });

  it('brings all books of five venues in step, hundreds of symbols', async () => {
    const snapshot = await stream.next(allSynced);
    expect(new Set(snapshot.venues.map(({ venue }) => venue)).size).toBe(5);
    expect(snapshot.venues.reduce((sum, { symbols }) => sum + symbols, 0)).toBeGreaterThan(500);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('finds opportunities within 20 seconds and measures its latency', async () => {
    const snapshot = await stream.next(({ opportunities }) => opportunities.found > 0);
    expect(snapshot.uptimeS).toBeLessThan(40);
    const later = await stream.next(({ latencyUs }) => latencyUs.receiveToDecision.count > 100);
    expect(later.latencyUs.receiveToDecision.p50).toBeGreaterThan(0);
    expect(later.latencyUs.receiveToDecision.max).toBeGreaterThanOrEqual(later.latencyUs.receiveToDecision.p99);
    const status = (await (await fetch(`${url}/api/v1/status`)).json()) as { opportunities: { found: number } };
    expect(status.opportunities.found).toBeGreaterThan(0);
  });

  it('survives a killed simulator: no book is tradable meanwhile, and all come back', async () => {
    const lost = stream.next(({ venues }) => venues.every(({ synced }) => synced === 0));
    process.kill(simulator, 'SIGKILL');
    const during = await lost;
    expect(during.opportunities.open).toBe(0);
    const back = await stream.next(allSynced);
    expect(back.uptimeS).toBeGreaterThan(during.uptimeS);
    simulator = Number((await engine.line(({ msg }) => msg === 'Simulated venues are back'))['pid']);
  });

  it('stops on Ctrl-C and leaves no process', async () => {
    engine.child.kill('SIGINT');
    expect(await engine.ended).toBe(0);
    expect(isAlive(simulator)).toBe(false);
  });
});

describe('a killed engine', () => {
  it('takes its simulator with it', async () => {
    const engine = new TiercelProcess(['run', '--port', '0', '--quiet', '--symbols', '20']);
    const simulator = Number((await engine.line(({ msg }) => msg === 'Simulated venues are up'))['pid']);
    engine.kill();
    await engine.ended;
    await vi.waitUntil(() => !isAlive(simulator), { timeout: 5000 });
  });
});

describe('bad input', () => {
  it('is one sentence and exit code 2, and starts nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tiercel-'));
    const file = join(folder, 'config.yaml');
    writeFileSync(file, 'engine:\n  minNetBps: much\n');
    const badValue = new TiercelProcess(['run', '--config', file]);
    expect(await badValue.ended).toBe(2);
    expect(badValue.output.trim().split('\n')).toHaveLength(1);
    expect(badValue.output).toContain('engine.minNetBps');

    writeFileSync(file, 'engines: {}\n');
    const badKey = new TiercelProcess(['run', '--config', file]);
    expect(await badKey.ended).toBe(2);
    expect(badKey.output).toContain('engines');

    const missing = new TiercelProcess(['run', '--config', join(folder, 'none.yaml')]);
    expect(await missing.ended).toBe(2);
    expect(missing.output).toContain('none.yaml');
  });

  it('names a taken port', async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => {
        const address = holder.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const engine = new TiercelProcess(['run', '--port', String(port), '--quiet']);
    expect(await engine.ended).toBe(2);
    expect(engine.output).toContain(String(port));
    holder.close();
  });
});
