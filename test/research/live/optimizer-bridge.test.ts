// Goal: what an optimiser finds reaches the strategy between two turns and never within one; whatever goes wrong (it throws, hangs, finds
// what is unsafe, advises against it, comes too late), the strategy keeps its parameters and an event says so.
// Method: the delta strategy in a small market on a virtual clock; optimisers that do as told.
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random.js';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import { ParameterScheduler } from '../../../src/engine/parameter-scheduler.js';
import { SpreadRecorder } from '../../../src/engine/spread-recorder.js';
import { type LiveOptimization, type LiveOptimizer, OptimizerBridge } from '../../../src/research/live/optimizer-bridge.js';
import { recentMarketData, type SpreadSource } from '../../../src/research/live/recent-market-data.js';
import { DataFetchError } from '../../../src/strategy/delta/errors.js';
import { deltaMarket, update } from '../../strategy/delta/delta-market.js';

const SECOND_US = 1_000_000;
const noCatalogue = (): never => {
  throw new Error('there is no catalogue');
};

const found = (given: Partial<LiveOptimization> = {}): LiveOptimization => ({ ...update(), declined: null, ...given });

/** The strategy with its bridge, on one clock. */
function live(
  optimize: (source: SpreadSource, signal: AbortSignal, time: VirtualTime) => Promise<LiveOptimization>,
  { read, assumeFills = false }: { read?: LiveOptimizer['recentMarketData']; assumeFills?: boolean } = {},
) {
  const time = new VirtualTime();
  const market = deltaMarket({}, { assumeFills });
  const { rig, strategy } = market;
  const [pair] = strategy.pairs;
  if (pair === undefined) throw new Error('no pair');
  const recorder = new SpreadRecorder([{ spot: pair.spot.info, futures: pair.futures.info }], strategy.state, 1);
  const outcomes: string[] = [];
  const optimizer: LiveOptimizer = {
    optimize: (source, _hours, _nowUs, signal) => optimize(source, signal, time),
    recentMarketData: read ?? ((source, hours, nowUs) => recentMarketData(source, hours, nowUs, noCatalogue)),
  };
  const source = (): SpreadSource => ({ ring: recorder.series[0]?.buffer ?? new SharedArrayBuffer(0), history: null });
  const bridge = new OptimizerBridge({
    ...{ optimizer, target: strategy, source, lookbackHours: 1, rowsMin: 100, clock: time },
    onOutcome: (outcome, message) => outcomes.push(message === null ? outcome : `${outcome}: ${message}`),
  });
  const options = { intervalMs: 300_000, timeoutMs: 60_000 };
  const scheduler = new ParameterScheduler(bridge, options, time, time);
  /** Turns over so many seconds, the market's clock and timers going along. */
  const run = async (seconds: number, futuresBid = (_second: number): number => 100.2): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      await time.run(SECOND_US);
      rig.nowUs = time.monotonicUs();
      market.quote(100, futuresBid(second));
      rig.turn(0);
      recorder.look(rig.market);
    }
  };
  const events = (kind: string): unknown[] => rig.events.filter((event) => event.kind === kind).map(({ facts }) => facts);
  const statuses = (): unknown[] =>
    events('optimization-status').map((facts) => {
      const { status, errorMessage } = facts as { status: string; errorMessage?: string };
      return errorMessage === undefined ? status : `${status}: ${errorMessage}`;
    });
  return { ...market, time, bridge, scheduler, run, events, statuses, outcomes };
}

const OLD = { entryThresholdPct: 0.5, exitThresholdPct: 0.1 };

describe('the bridge to the optimiser', () => {
  it('waits for enough data, hands over what is found, and the strategy takes it in its next turn', async () => {
    const rows: number[] = [];
    const { strategy, bridge, scheduler, run, time, events, statuses, outcomes } = live(async (source) => {
      rows.push((await recentMarketData(source, 1, time.epochUs(), noCatalogue)).tsUs.length);
      return found();
    });
    scheduler.start();
    await run(99);
    expect(bridge.shouldUpdateParameters()).toBe(false);
    expect(bridge.getLastOptimizationResult()).toBeNull();
    await run(1);
    expect(bridge.shouldUpdateParameters()).toBe(true);
    await time.run(SECOND_US);
    expect(rows).toEqual([100]);
    expect(strategy.getOptimizationStatus().isUpdatePending).toBe(true);
    expect(strategy.getCurrentParameters()).toMatchObject(OLD);
    expect(bridge.shouldUpdateParameters()).toBe(false);
    await run(1);
    expect(strategy.getCurrentParameters()).toMatchObject({ entryThresholdPct: 0.6, exitThresholdPct: 0.2 });
    expect(bridge.getLastOptimizationResult()).toEqual(found());
    expect(outcomes).toEqual(['updated']);
    expect(statuses()).toEqual(['started', 'completed']);
    expect(events('parameter-update')).toMatchObject([{ oldEntryThreshold: 0.5, newEntryThreshold: 0.6, confidenceScore: 0.8 }]);
  });

  it.each<[string, (signal: AbortSignal) => Promise<LiveOptimization>, string]>([
    ['throws', () => Promise.reject(new Error('singular matrix')), 'failed: singular matrix'],
    ['hangs', () => new Promise(() => undefined), 'failed: the update took longer than 60000 ms'],
    [
      'finds thresholds above the limit',
      async () => found({ entryThresholdPct: 1.5 }),
      'refused: entry threshold 1.5 % is not within 1 %',
    ],
    [
      'finds an exit above its entry',
      async () => found({ exitThresholdPct: 0.9 }),
      'refused: exit threshold 0.9 % is not below the entry threshold 0.6 %',
    ],
    ['finds NaN', async () => found({ entryThresholdPct: Number.NaN }), 'refused: entry threshold NaN % is not within 1 %'],
    ['has too few data', async () => found({ dataPointsAnalyzed: 12 }), 'refused: rests on 12 data points, 100 are needed'],
    ['advises against it', async () => found({ declined: 'low-confidence' }), 'declined: low-confidence'],
  ])('an optimiser that %s changes nothing, and is told of', async (_name, optimize, outcome) => {
    const { strategy, scheduler, run, events, statuses, outcomes } = live((_source, signal) => optimize(signal));
    await run(100);
    scheduler.start();
    await run(120);
    expect(outcomes).toEqual([outcome]);
    expect(strategy.getCurrentParameters()).toMatchObject(OLD);
    expect(strategy.getOptimizationStatus().isUpdatePending).toBe(false);
    expect(events('parameter-update')).toEqual([]);
    expect(statuses()).toEqual(['started', outcome.startsWith('declined') ? 'completed' : outcome.replace('refused', 'failed')]);
    // And the next one finds something again, or not, at its time.
    await run(300);
    expect(outcomes.length).toBe(2);
  });

  it('drops what comes after its time, and takes the next', async () => {
    let calls = 0;
    const late: (() => void)[] = [];
    const { strategy, scheduler, run, outcomes } = live(() => {
      calls++;
      if (calls > 1) return Promise.resolve(found({ optimizationTimestamp: 2000, entryThresholdPct: 0.8 }));
      return new Promise((resolve) => late.push(() => resolve(found({ optimizationTimestamp: 1000 }))));
    });
    await run(100);
    scheduler.start();
    await run(100);
    for (const resolve of late) resolve();
    await run(10);
    expect(strategy.getCurrentParameters()).toMatchObject(OLD);
    await run(300);
    expect(outcomes).toEqual(['failed: the update took longer than 60000 ms', 'updated']);
    expect(strategy.getCurrentParameters().entryThresholdPct).toBe(0.8);
  });

  it('updates on demand, and says whether it did', async () => {
    const good = live(async () => found());
    expect(await good.bridge.updateStrategyParameters()).toBe(true);
    const bad = live(() => Promise.reject(new Error('no')));
    expect(await bad.bridge.updateStrategyParameters()).toBe(false);
  });

  it('reads the recent market, and names what it could not read', async () => {
    const { bridge, run } = live(async () => found());
    await run(20);
    const frame = await bridge.getRecentMarketData(10 / 3600);
    expect(frame.tsUs.length).toBe(10);
    expect([...new Set(frame.futBidPrice)]).toEqual([100.2]);
    const broken = live(async () => found(), { read: () => Promise.reject(new Error('disk')) });
    await expect(broken.bridge.getRecentMarketData()).rejects.toThrow(DataFetchError);
    await expect(broken.bridge.getRecentMarketData()).rejects.toThrow('market data of the last 1 h cannot be had: disk');
  });

  it('changes parameters between turns and never within, over a whole run that trades', async () => {
    const random = new SeededRandom(11);
    let optimizations = 0;
    const { rig, strategy, scheduler, run, events } = live(
      (_source, _signal, time) => {
        const timestamp = ++optimizations * 1000;
        return new Promise((resolve) =>
          time.after(random.below(3000), () => {
            const entryThresholdPct = 0.3 + random.next() * 0.4;
            const exitThresholdPct = 0.05 + random.next() * 0.1;
            resolve(found({ entryThresholdPct, exitThresholdPct, optimizationTimestamp: timestamp }));
          }),
        );
      },
      { assumeFills: true },
    );
    /** Thresholds that each turn's decisions rested on, and those in use when the turn was over. */
    const turns = new Map<number, { entries: Set<number>; exits: Set<number> }>();
    const { listener } = rig.log;
    let handedWithin = 0;
    rig.log.listener = (decision) => {
      listener?.(decision);
      const seen = turns.get(decision.turn) ?? { entries: new Set(), exits: new Set() };
      turns.set(decision.turn, seen);
      // Entry: figures 3 and 4 are the thresholds; exit: figure 3 is the exit threshold.
      if (decision.stage === 0) seen.entries.add(decision.figures[3] ?? -1);
      seen.exits.add(decision.figures[decision.stage === 0 ? 4 : 3] ?? -1);
      const before = strategy.getCurrentParameters();
      if (decision.stage === 0) seen.entries.add(before.entryThresholdPct);
      seen.exits.add(before.exitThresholdPct);
      if (optimizations < 5) return;
      // From here on another update comes in the middle of every turn that decides, and has to wait.
      const timestamp = 1e6 + handedWithin++;
      const given = { entryThresholdPct: 0.35 + 0.01 * (handedWithin % 7), exitThresholdPct: 0.06 };
      strategy.updateParameters(update({ ...given, optimizationTimestamp: timestamp }));
      expect(strategy.getCurrentParameters()).toBe(before);
    };
    scheduler.start();
    await run(30 * 60, (second) => 100 + 0.9 * Math.max(0, Math.sin(second / 40)) + 0.02);
    expect(turns.size).toBeGreaterThan(5);
    for (const { entries, exits } of turns.values()) {
      expect(entries.size).toBeLessThanOrEqual(1);
      expect(exits.size).toBe(1);
    }
    const updates = events('parameter-update') as { newEntryThreshold: number }[];
    expect(optimizations).toBeGreaterThanOrEqual(5);
    expect(handedWithin).toBeGreaterThan(2);
    expect(updates.length).toBeGreaterThan(5);
    expect(new Set(updates.map(({ newEntryThreshold }) => newEntryThreshold)).size).toBeGreaterThan(5);
  });
});
