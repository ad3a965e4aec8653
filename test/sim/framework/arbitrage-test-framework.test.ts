// Goal: whole cycles, edges, many opportunities at once and latencies over the real protocols, and every cent of them as the venues'
// engines booked it. Method: all markets that Tiercel can trade, simulated from one seed on virtual time.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.js';
import { SystemClock } from '../../../src/domain/system-clock.js';
import { ArbitrageTestFramework } from '../../../src/sim/framework/arbitrage-test-framework.js';
import { opportunityBetween } from '../../../src/sim/framework/opportunity.js';

const ONE_WAY_MS = 7;
const SEED = 1;
let framework: ArbitrageTestFramework;

beforeAll(async () => {
  const stopwatch = new SystemClock();
  framework = await ArbitrageTestFramework.open({ seed: SEED, updatesPerSecond: 40, oneWayMs: ONE_WAY_MS, stopwatch });
});

afterAll(async () => {
  expect(framework.accountDifferences()).toEqual([]);
  expect(await framework.close()).toEqual({ timers: 0, sockets: 0, requests: 0 });
});

describe('a cycle', () => {
  test('leaves on both legs in the tick of the intent, is filled, and earns what was expected', async () => {
    const [buyAt, sellAt] = [framework.floor.seat('binance', 'spot'), framework.floor.seat('coinbase', 'spot')];
    const opportunity = framework.plantOpportunity({ base: 'ETH', buyAt, sellAt, netBps: 25 });
    expect(new Decimal(opportunity.expectedProfit).gt(0)).toBe(true);
    const cycle = await framework.simulateArbitrageCycle(opportunity);
    framework.removeOpportunity(opportunity);
    expect(cycle.differences).toEqual([]);
    expect(cycle).toMatchObject({ matchedBase: opportunity.quantityBase, unmatchedBase: '0' });
    expect(new Decimal(cycle.improvement).gte(0)).toBe(true);
    for (const { timing } of [cycle.buy, cycle.sell]) {
      const { intentUs } = timing;
      const [there, back] = [intentUs + ONE_WAY_MS * 1_000, intentUs + 2 * ONE_WAY_MS * 1_000];
      expect(timing).toEqual({ intentUs, sentUs: intentUs, takenUs: there, acknowledgedUs: back, filledUs: back });
    }
  });

  test('whose one leg is not filled says what is left unmatched', async () => {
    const [buyAt, sellAt] = [framework.floor.seat('mexc', 'spot'), framework.floor.seat('kraken', 'spot')];
    const asked = opportunityBetween('SOL', buyAt, sellAt);
    const price = new Decimal(asked.sell.price).mul('1.1').toDecimalPlaces(1).toFixed();
    const opportunity = opportunityBetween('SOL', buyAt, sellAt, { sell: price });
    const cycle = await framework.simulateArbitrageCycle(opportunity);
    expect(cycle).toMatchObject({ matchedBase: '0', unmatchedBase: cycle.buy.filledBase, differences: [] });
    expect(cycle.sell.fills).toEqual([]);
    expect(new Decimal(cycle.realizedProfit).eq(new Decimal(cycle.buy.feesQuote).neg())).toBe(true);
  });

  test('whose answers are lost is settled, and nothing is doubled', async () => {
    const id = framework.floor.simulation.faults.add({
      traffic: ['rest'],
      methods: ['POST'],
      count: 2,
      fault: { kind: 'lost-answer' },
    });
    expect(id).toBeTypeOf('string');
    const [buyAt, sellAt] = [framework.floor.seat('mexc', 'spot'), framework.floor.seat('coinbase', 'spot')];
    const opportunity = framework.plantOpportunity({ base: 'ADA', buyAt, sellAt, netBps: 25 });
    const cycle = await framework.simulateArbitrageCycle(opportunity);
    framework.removeOpportunity(opportunity);
    framework.floor.simulation.faults.clear();
    expect([cycle.buy.outcome, cycle.sell.outcome]).toEqual(['found', 'found']);
    expect(cycle).toMatchObject({ differences: [], unmatchedBase: '0' });
  });
});

test('many cycles at once stay within the budgets of every venue', async () => {
  const many = await framework.simulateManyCycles(80);
  expect(many.rateRefusals).toBe(0);
  expect(many.differences).toEqual([]);
  expect(many.cycles).toHaveLength(80);
  expect(many.cycles.filter(({ matchedBase }) => matchedBase !== '0').length).toBeGreaterThan(20);
  await framework.floor.drive(framework.floor.pause(5_000));
});

test('every edge is what we expect, on our side and at the venue', async () => {
  const edges = await framework.testMinimalOrderEdgeCases();
  expect(edges.filter(({ passed }) => !passed)).toEqual([]);
  for (const { name } of framework.floor.seats)
    expect(edges.filter(({ venue, market }) => `${venue} ${market}` === name).length, name).toBeGreaterThan(4);
});

test('of a round trip nothing but the wire remains', async () => {
  const latencies = await framework.benchmarkExecutionLatency();
  for (const { addedUs, roundTripUs, injectedUs, orders, ownUs, venue } of latencies) {
    expect({ venue, orders, addedUs, roundTripUs: roundTripUs.p50 }).toEqual({
      venue,
      orders: 5,
      addedUs: { p50: 0, p99: 0, max: 0 },
      roundTripUs: injectedUs,
    });
    expect(ownUs?.p50).toBeGreaterThan(0);
    expect(ownUs?.p50).toBeLessThan(50_000);
  }
});

test.each([2, 3])(
  'the integration run of seed %i finds nothing wrong',
  async (seed) => {
    const run = await ArbitrageTestFramework.open({ seed, updatesPerSecond: 40 });
    const { passed, failed, cycles } = await run.runIntegrationTests();
    expect(failed).toEqual([]);
    expect(cycles.length).toBe(run.floor.seats.length * (run.floor.seats.length - 1));
    expect(passed).toBeGreaterThan(cycles.length);
    expect(await run.close()).toEqual({ timers: 0, sockets: 0, requests: 0 });
  },
  60_000,
);

test('one seed makes one story', async () => {
  const story = async (): Promise<readonly unknown[]> => {
    const run = await ArbitrageTestFramework.open({ seed: 5, updatesPerSecond: 40 });
    const { cycles } = await run.simulateManyCycles(30);
    await run.close();
    return cycles.map(({ buy, sell, realizedProfit }) => [buy.timing, sell.timing, buy.fills, sell.fills, realizedProfit]);
  };
  expect(await story()).toEqual(await story());
});
