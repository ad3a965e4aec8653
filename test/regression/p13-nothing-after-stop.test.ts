// P13: stop and kill did not stop: orders left during the shutdown. Goal: whatever is under way, once stop() was called no order is
// submitted, ever. Method: orders are placed before, during and after the stop, at any moment, on slow and failing venues; what the
// venue saw arrive must have left before the stop. The same of the whole desk, by the orders that its ledger holds.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlaceOutcome } from '../../src/gateway/order-desk.js';
import { threeTierDefinition } from '../../src/strategy/three-tier/three-tier-strategy.js';
import type { RateBudgetRule } from '../../src/venues/trading.js';
import { buy, NOTHING_LEFT, Rig } from '../gateway/rig.js';
import { COINS, TradedSpread } from './traded-spread.js';

/** So little that orders wait for their turn, though not too long to be sent. */
const TIGHT: readonly RateBudgetRule[] = [{ name: 'weight', kind: 'window', limit: 4, windowMs: 200, scope: 'address' }];
/** Trades again as soon as the last trade is over. */
const EAGER = { maxRowQuote: 15, rowCooldownMs: 0, pairCooldownMs: 0, minConfidence: 0, confirmMs: 0, confirmations: 0 };
/** Within this, what had left before the stop has arrived: the way to the venue takes 5 ms. */
const UNDER_WAY_MS = 5;

test('P13: after stop() nothing is submitted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        orderEntry: fc.boolean(),
        gapsMs: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 }),
        stopAfter: fc.nat({ max: 5 }),
        latersMs: fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 6 }),
        fate: fc.constantFrom('serve' as const, 'lose-answer' as const, 'lose-request' as const),
        drop: fc.boolean(),
        tight: fc.boolean(),
        skewMs: fc.constantFrom(0, 60_000),
      }),
      async ({ orderEntry, gapsMs, stopAfter, latersMs, fate, drop, tight, skewMs }) => {
        const rig = await (await Rig.create({ orderEntry, ...(tight && { budgets: TIGHT }) })).start();
        if (tight) await rig.pass(1_000);
        rig.venue.skewMs = skewMs; // what is refused for its time is sent again
        rig.venue.fate = (what) => (/place|POST .order/.test(what) ? fate : 'serve');
        const work: Promise<PlaceOutcome>[] = [];
        let orders = 0;
        const place = (): string => {
          const cid = `a${orders++}`;
          work.push(rig.gateway.place(buy(cid)));
          return cid;
        };
        for (const [at, gapMs] of gapsMs.entries()) {
          if (at >= stopAfter) break;
          place();
          await rig.pass(gapMs);
        }
        const stopping = rig.gateway.stop();
        const stoppedMs = rig.time.monotonicUs() / 1_000;
        if (drop) rig.venue.dropStreams();
        const late = [place()];
        for (const laterMs of latersMs) {
          await rig.pass(laterMs);
          late.push(place());
        }
        await rig.until(Promise.all([stopping, ...work]));
        await rig.pass(60_000);
        for (const cid of late) expect(rig.venue.ordersOf(cid)).toEqual([]);
        for (const outcome of (await Promise.all(work)).slice(-late.length)) expect(outcome.kind).toBe('refused');
        const submitted = rig.venue.arrivals.filter(({ method, path }) => method === 'POST' && path === '/order');
        for (const { ms } of submitted) expect(ms).toBeLessThanOrEqual(stoppedMs + UNDER_WAY_MS);
        expect(await rig.stop()).toEqual(NOTHING_LEFT);
      },
    ),
    { numRuns: 150 },
  );
});

test('P13: nor does the desk send anything once it was stopped by hand, at whatever moment of a trade', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 60 }), fc.boolean(), async (stopMs, isHalfGone) => {
      const market = await TradedSpread.start();
      const { rig } = market;
      market.show('1.0300');
      await rig.run(Math.min(stopMs, 10));
      // Half gone: one leg comes to nothing, and a hedge is wanted.
      if (isHalfGone) market.show();
      await rig.run(Math.max(0, stopMs - 10));
      const stopping = rig.desk.emergencyStop('a drill', 'anna');
      const before = market.sent.length;
      for (let again = 0; again < 3; again++) await market.spread(500, '1.0300', 500);
      expect(market.sent).toHaveLength(before);
      expect((await stopping).isNew).toBe(true);
      expect(rig.desk.report()).toMatchObject({ state: 'halted', openOrders: [] });
      expect(rig.desk.report().intents.refused).toBeGreaterThan(0);
      await rig.stop();
    }),
    { numRuns: 25 },
  );
});

test('P13: nor after an orderly stop, which takes no new intent and lets what is under way be hedged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 60 }), fc.boolean(), async (stopMs, isHalfGone) => {
      // Nothing but the stop keeps it from the next trade.
      const market = await TradedSpread.start({ strategy: (lab) => lab.make(threeTierDefinition, EAGER) });
      const { rig } = market;
      market.show('1.0300');
      await rig.run(stopMs);
      if (isHalfGone) market.show();
      const { executed, refused } = rig.desk.report().intents;
      const stopping = rig.desk.stop(3_000);
      const telling = rig.time.every(3, () => market.show('1.0300'));
      await rig.run(4_000);
      telling.cancel();
      expect(await stopping).toBe(true);
      expect(rig.desk.report().intents.executed).toBe(executed);
      expect(rig.desk.report().intents.refused).toBeGreaterThan(refused);
      expect(rig.total('ABC')).toBe(String(COINS));
      const before = market.sent.length;
      await market.spread(500, '1.0300', 500);
      expect(market.sent).toHaveLength(before);
      await rig.stop();
    }),
    { numRuns: 15 },
  );
});
