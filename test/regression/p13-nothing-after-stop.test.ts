// P13: stop and kill did not stop: orders left during the shutdown. Goal: whatever is under way, once stop() was called no order is
// submitted, ever. Method: orders are placed before, during and after the stop, at any moment, on slow and failing venues; what the
// venue saw arrive must have left before the stop.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlaceOutcome } from '../../src/gateway/order-desk.js';
import type { RateBudgetRule } from '../../src/venues/trading.js';
import { buy, NOTHING_LEFT, Rig } from '../gateway/rig.js';

/** So little that orders wait for their turn, though not too long to be sent. */
const TIGHT: readonly RateBudgetRule[] = [{ name: 'weight', kind: 'window', limit: 4, windowMs: 200, scope: 'address' }];
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
