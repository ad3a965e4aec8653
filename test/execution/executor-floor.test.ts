// Goal: over venues that speak the real protocols and fail in every way, what is on record is what the venues executed, no order was
// doubled, and all is hedged at the end.
// Method: simulated venues in process on virtual time; a seed decides the orders, the market and every fault.
import { describe, expect, it } from 'vitest';
import type { FaultRuleInput } from '../../src/sim/faults/rules.js';
import { parseFaultRule } from '../../src/sim/faults/rules.js';
import { TradingFloor } from '../../src/sim/framework/trading-floor.js';
import { TRADING } from '../../src/venues/trading-registry.js';
import { FloorExecutor } from './executor-floor.js';

const PLACES = ['binance spot', 'kraken spot', 'gateio futures'];
const ROUNDS = 8;
const FAULTS_MS = ROUNDS * 1_000;

/** What goes wrong while orders are sent. */
const TROUBLES: Readonly<Record<string, readonly FaultRuleInput[]>> = {
  nothing: [],
  'orders whose answers are lost, and their news as well': [
    { traffic: ['rest', 'ws-trade'], probability: 0.3, fault: { kind: 'lost-answer' } },
    { traffic: ['ws-trade'], probability: 0.1, fault: { kind: 'drop' } },
    { traffic: ['ws-private'], probability: 0.4, fault: { kind: 'drop' } },
  ],
  'private streams that lose, repeat and mix their frames': [
    { traffic: ['ws-private', 'ws-trade'], probability: 0.15, fault: { kind: 'drop' } },
    { traffic: ['ws-private', 'ws-trade'], probability: 0.15, fault: { kind: 'duplicate' } },
    { traffic: ['ws-private', 'ws-trade'], probability: 0.15, fault: { kind: 'reorder' } },
  ],
  'slow and torn connections, and errors of the servers': [
    { fault: { kind: 'latency', each: { distribution: 'lognormal', medianMs: 40, sigma: 1 } } },
    { traffic: ['ws-private', 'ws-trade'], probability: 0.03, fault: { kind: 'disconnect', at: 'frame' } },
    { traffic: ['rest'], probability: 0.1, fault: { kind: 'server-error', status: 503 } },
    { traffic: ['rest'], probability: 0.05, fault: { kind: 'rate-limit', status: 429, retryAfterS: 1 } },
  ],
};

const CASES = Object.keys(TROUBLES).flatMap((trouble) => [1, 2].map((seed) => [trouble, seed] as const));

describe('an executor before simulated venues', () => {
  it.each(CASES)('%s (seed %i)', async (trouble, seed) => {
    const entries = TRADING.filter(({ venue, market }) => PLACES.includes(`${venue} ${market}`));
    const floor = await TradingFloor.open({ seed, entries, symbols: 3, futuresSymbols: 3, updatesPerSecond: 20 });
    const subject = new FloorExecutor(floor, `run-${seed}`);
    await subject.start();
    for (const rule of TROUBLES[trouble] ?? []) floor.simulation.faults.add(parseFaultRule({ ...rule, untilMs: FAULTS_MS }));
    for (let round = 0; round < ROUNDS; round++) {
      subject.executeAny();
      await subject.pass(1_000);
    }
    await subject.pass(180_000);

    const { executor } = subject;
    expect([executor.activeCount, executor.workingOrders().length]).toEqual([0, 0]);
    const applied = floor.simulation.faults.list().reduce((sum, rule) => sum + rule.applied, 0);
    expect(applied > 0).toBe((TROUBLES[trouble] ?? []).length > 0);
    expect(subject.journalFills().sort()).toEqual(subject.venueFills().sort());
    expect(subject.doubled()).toEqual([]);
    expect(subject.unhedged()).toEqual(subject.venueNet());
    expect(executor.unhedged().filter(({ isDust }) => !isDust)).toEqual([]);
    expect(subject.of('finished').length).toBeGreaterThanOrEqual(ROUNDS / 2);
    if (trouble === 'nothing') expect(subject.of('finished').every(({ result }) => result.success)).toBe(true);
    await subject.stop();
    expect(await floor.close()).toEqual({ timers: 0, sockets: 0, requests: 0 });
  });
});
