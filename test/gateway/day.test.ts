// Goal: 24 hours and more of an account's life over each venue's real protocol: tickets renewed, connections replaced and ended by the venue,
// maintenance; every fill and every end of an order that the matching engine logged is told, each fill once.
import { describe, expect, test } from 'vitest';
import { TRADING } from '../../src/venues/trading-registry.js';
import { compareWithEngine } from './engine-log.js';
import { NOTHING_LEFT, SimulatedVenue } from './simulated.js';

const HOUR_MS = 3_600_000;
const STEP_MS = 10 * 60_000;

// With a negative lead nothing is replaced in time, and the venue itself ends what is too old.
const leads = TRADING.flatMap((entry, index) =>
  (index === 0 ? [120_000, -2 * HOUR_MS] : [120_000]).map((replaceAheadMs) => ({ ...entry, replaceAheadMs })),
);

describe.each(leads)('$venue $market, connections replaced $replaceAheadMs ms ahead', ({ replaceAheadMs, ...entry }) => {
  test('28 hours', async () => {
    const life = await SimulatedVenue.create(entry, {
      seed: 3,
      stepMs: 2_000,
      updatesPerSecond: 2,
      settings: { replaceAheadMs },
      faults: [
        {
          venues: [entry.venue],
          traffic: ['ws-private', 'ws-trade'],
          fromMs: HOUR_MS,
          untilMs: HOUR_MS + 1_000,
          fault: { kind: 'disconnect', at: 'now' },
        },
        { venues: [entry.venue], fromMs: 2 * HOUR_MS, untilMs: 2 * HOUR_MS + 20 * 60_000, fault: { kind: 'maintenance' } },
        {
          venues: [entry.venue],
          traffic: ['ws-private', 'ws-trade'],
          fromMs: 3 * HOUR_MS,
          untilMs: 3 * HOUR_MS + 30_000,
          fault: { kind: 'refuse', status: 503 },
        },
        {
          venues: [entry.venue],
          traffic: ['ws-private', 'ws-trade'],
          fromMs: 3 * HOUR_MS,
          untilMs: 3 * HOUR_MS + 1_000,
          fault: { kind: 'disconnect', at: 'now' },
        },
      ],
    });
    expect(await life.settles(life.gateway.start(), 20_000)).toBe(true);
    await life.pass(2_000);
    expect(life.gateway.isLive).toBe(true);
    const resting: string[] = [];
    for (let ms = 0; ms < 28 * HOUR_MS; ms += STEP_MS) {
      for (let i = 0; i < 3; i++) {
        const order = life.randomOrder(life.gateway.clientOrderId(`day-${ms}-${i}`));
        const placing = life.gateway.place(order);
        await life.settles(placing, 30_000, 500);
        if ((await placing).kind === 'placed' && order.type === 'limit') resting.push(order.clientOrderId);
      }
      const oldest = resting.length > 8 ? resting.shift() : undefined;
      const symbol = life.allEngineOrders().find(({ clientOrderId }) => oldest !== undefined && clientOrderId?.endsWith(oldest))
        ?.book.instrument.symbol;
      if (oldest !== undefined && symbol !== undefined)
        await life.settles(
          life.gateway.cancel({ symbol, venueOrderId: null, clientOrderId: oldest }).catch(() => null),
          30_000,
          500,
        );
      await life.pass(STEP_MS - 20_000);
    }
    await life.pass(120_000);
    expect(life.gateway.isLive).toBe(true);
    const told = compareWithEngine(life);
    expect(told.differences).toEqual([]);
    expect(told.fills).toBeGreaterThan(100);
    const downs = life.events.filter(({ kind }) => kind === 'disconnected').length;
    expect(downs).toBeGreaterThanOrEqual(3);
    const takeovers = life.notices.filter(
      ({ reason, line }) => line === 'private' && reason === 'a new connection took over',
    ).length;
    if (replaceAheadMs > 0) expect(takeovers).toBeGreaterThan(0);
    else expect(downs).toBeGreaterThanOrEqual(4);
    expect(await life.stop()).toEqual(NOTHING_LEFT);
  });
});
