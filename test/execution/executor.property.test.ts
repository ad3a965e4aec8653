import { array, assert, asyncProperty, boolean, type constant, constantFrom, integer, option, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExecutorRig } from './executor-rig.js';
import type { Treatment } from './fake-port.js';

const treatment = record({
  fills: array(constantFrom('0.01', '0.3', '0.55', '1'), { maxLength: 3 }),
  answer: constantFrom('placed', 'placed', 'placed', 'refused', 'lost', 'lost-and-gone'),
  answerMs: integer({ min: 1, max: 300 }),
  tellMs: option(integer({ min: 1, max: 400 }), { nil: null }),
  rests: boolean(),
  isMessy: boolean(),
}) as ReturnType<typeof constant<Treatment>>;
const treatments = array(treatment, { minLength: 1, maxLength: 4 });

describe('executor against venues that do anything', () => {
  it('knows in the end what the venues know, sends no id twice, and nothing once the gate is shut', async () => {
    await assert(
      asyncProperty(
        treatments,
        treatments,
        treatments,
        boolean(),
        option(integer({ max: 2_000, min: 0 })),
        constantFrom(100, 4_000, 20_000),
        async (buys, sells, others, fallback, haltMs, settleMs) => {
          const rig = new ExecutorRig();
          for (const port of rig.ports.values()) port.settleMs = settleMs;
          rig.buyer.treatments = buys;
          rig.seller.treatments = sells;
          rig.other.treatments = others;
          rig.execute(rig.intent(100, { fallback }));
          if (haltMs !== null) {
            await rig.pass(haltMs);
            rig.halt('stop');
          }
          const sentAtHalt = rig.sentCount;
          // Hedges that fill a hundredth each, every answer lost, take minutes.
          for (let minute = 0; minute < 2 || (minute < 30 && rig.executor.activeCount > 0); minute++) await rig.pass(60_000);
          if (haltMs !== null) expect(rig.sentCount).toBe(sentAtHalt);
          const ids = [...rig.ports.values()].flatMap(({ sent }) => sent.map(({ request }) => request.clientOrderId));
          expect(new Set(ids).size).toBe(ids.length);
          const units = [rig.buyer, rig.seller, rig.other].map((port) => Math.round(Number(port.net()) * 100));
          expect([0, 1, 2].map((leg) => rig.lastOf(leg)?.filledUnits ?? 0)).toEqual(units);
          expect([rig.lastOf(0)?.isFinal, rig.lastOf(1)?.isFinal]).toEqual([true, true]);
          expect(rig.executor.activeCount).toBe(0);
          const unhedged = rig.executor.unhedged().reduce((sum, { base }) => sum + Math.round(Number(base) * 100), 0);
          expect(unhedged).toBe(units.reduce((sum, one) => sum + one, 0));
          expect(rig.fills).toHaveLength(
            [...rig.ports.values()].flatMap(({ held }) => [...held.values()].flatMap(({ fills }) => fills)).length,
          );
          expect(rig.time.pending()).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is hedged before its deadline when the venues fill what hedges', async () => {
    await assert(
      asyncProperty(treatment, treatment, async (buy, sell) => {
        const rig = new ExecutorRig();
        rig.buyer.treatments = [{ ...buy, rests: false }, {}];
        rig.seller.treatments = [{ ...sell, rests: false }, {}];
        rig.execute(rig.intent(100, { hedgeMs: 5_000 }));
        await rig.pass(5_000);
        expect(Math.abs(Math.round(rig.net() * 100))).toBeLessThan(6);
        expect(rig.of('unhedged')).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
