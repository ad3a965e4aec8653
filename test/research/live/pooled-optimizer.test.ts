// Goal: a thread of the pool reads the spread out of shared memory and finds the thresholds that the optimiser finds here; a thread that
// dies or hangs costs one update, and the next one works.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { SystemClock, systemTimers } from '../../../src/domain/system-clock.js';
import { ParameterScheduler } from '../../../src/engine/parameter-scheduler.js';
import { allocateSpreadRing, SPREAD_COLUMNS, SpreadRingWriter } from '../../../src/market/spread-ring.js';
import { OptimizerBridge } from '../../../src/research/live/optimizer-bridge.js';
import { PooledOptimizer } from '../../../src/research/live/pooled-optimizer.js';
import { DeltaArbitrageOptimizer } from '../../../src/research/optimizer/delta-arbitrage-optimizer.js';
import { ResearchPool } from '../../../src/research/pool/research-pool.js';
import { deltaMarket } from '../../strategy/delta/delta-market.js';
import { frameOfSpread, revertingSpread } from '../optimizer/spreads.js';

const HOURS = 4;
const clock = new SystemClock();
const pool = new ResearchPool({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'tiercel-live-'));
afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

const spread = revertingSpread({ mean: 0.25, std: 0.15, halfLifeS: 60 }, HOURS * 3600, 5);
const frame = frameOfSpread(spread);
const nowUs = frame.tsUs[frame.tsUs.length - 1] ?? 0;

const ring = allocateSpreadRing(HOURS * 3600);
const writer = new SpreadRingWriter(ring);
const row = new Float64Array(SPREAD_COLUMNS.length);
for (let second = 0; second < spread.length; second++) {
  SPREAD_COLUMNS.forEach((name, column) => {
    row[column] = (frame as unknown as Partial<Record<string, Float64Array>>)[name]?.[second] ?? 1;
  });
  writer.write(row);
}
const source = { ring, history: null };
const terms = { minTradesPerDay: 1, spotFee: 0.0001, futFee: 0.0001 };

/** A module of tasks of its own. */
function moduleOf(name: string, text: string): string {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, text);
  return pathToFileURL(path).href;
}

describe('the pooled optimiser', () => {
  it('reads and finds what the optimiser finds on this thread', async () => {
    const optimizer = new PooledOptimizer(pool, terms);
    const seen = await optimizer.recentMarketData(source, HOURS + 1, nowUs);
    expect(seen.tsUs).toEqual(frame.tsUs);
    expect(seen.futBidPrice).toEqual(frame.futBidPrice);
    const expected = await new DeltaArbitrageOptimizer(clock, terms).optimizeParameters(frame, HOURS);
    const found = await optimizer.optimize(source, HOURS, nowUs, new AbortController().signal);
    const { entryThresholdPct, exitThresholdPct, confidenceScore, declined, dataPointsAnalyzed } = expected;
    expect(found).toMatchObject({ entryThresholdPct, exitThresholdPct, confidenceScore, declined, dataPointsAnalyzed });
    expect(declined).toBeNull();
    expect(found.optimizationDurationMs).toBeGreaterThan(0);
  });

  it.each([
    ['dies', 'export function optimizeSpread() { process.exit(3); }', /exit|worker/i],
    ['throws', "export function optimizeSpread() { throw new RangeError('no such spread'); }", /no such spread/],
    ['hangs', 'export function optimizeSpread() { for (;;); }', /took longer than 300 ms/],
  ])('a thread that %s costs one update; the old parameters stay, and the next update works', async (name, text, message) => {
    const { rig, strategy, turnAt } = deltaMarket();
    const said: string[] = [];
    let optimizer = new PooledOptimizer(pool, terms, moduleOf(name, text));
    const bridge = new OptimizerBridge({
      ...{ target: strategy, source: () => source, lookbackHours: HOURS, rowsMin: 100 },
      clock: { monotonicUs: () => clock.monotonicUs(), epochUs: () => nowUs },
      optimizer: {
        recentMarketData: (...given) => optimizer.recentMarketData(...given),
        optimize: (...given) => optimizer.optimize(...given),
      },
      onOutcome: (outcome, why) => {
        said.push(`${outcome} ${why}`);
        ended();
      },
    });
    let ended = (): void => undefined;
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const limits = { intervalMs: 300_000, timeoutMs: name === 'hangs' ? 300 : 60_000 };
    const scheduler = new ParameterScheduler(bridge, limits, clock, systemTimers);
    scheduler.start();
    await end;
    scheduler.stop();
    turnAt(100, 100.1);
    expect(said).toEqual([expect.stringMatching(/^failed /)]);
    expect(said[0]).toMatch(message);
    expect(strategy.getCurrentParameters()).toMatchObject({ entryThresholdPct: 0.5, exitThresholdPct: 0.1 });
    const failed = rig.events.filter(({ facts }) => (facts as { status?: string }).status === 'failed');
    expect(failed.length).toBe(1);

    optimizer = new PooledOptimizer(pool, terms);
    expect(await bridge.updateStrategyParameters()).toBe(true);
    turnAt(100, 100.1);
    expect(strategy.getCurrentParameters().entryThresholdPct).toBe(bridge.getLastOptimizationResult()?.entryThresholdPct);
  });
});
