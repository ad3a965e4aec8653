import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SeenIntent } from '../../../src/sim/lab/rig.js';
import { checkEntries, checkExits, netBase } from '../hedged/invariants.js';
import { pairRig, quote } from './market.js';

/** A turn: cents of the spot price, tenths of cents of the basis, and the parts of both legs that are filled, in tenths. */
const turns = fc.array(
  fc.record({
    spotCents: fc.integer({ min: 9_500, max: 10_500 }),
    basisMilli: fc.integer({ min: -1_500, max: 1_500 }),
    fundingBps: fc.integer({ min: -20, max: 20 }),
    parts: fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 })),
    afterUs: fc.constantFrom(1_000, 300_000, 2_000_000),
  }),
  { minLength: 1, maxLength: 25 },
);

it('is balanced to within one common lot whatever is filled, never increases by an exit, and stays within its capital', () => {
  let entries = 0;
  fc.assert(
    fc.property(turns, fc.integer({ min: 50, max: 3_000 }), (steps, balance) => {
      const { rig, spot, perp } = pairRig({ maxPositionQuote: 2_000 }, { balance });
      const open: SeenIntent[] = [];
      const play = (afterUs: number): void => {
        const made = rig.turn(afterUs);
        checkExits(made);
        entries += checkEntries(rig, made, balance, 3);
        open.push(...made);
      };
      for (const { spotCents, basisMilli, fundingBps, parts, afterUs } of steps) {
        quote(rig, spot, (spotCents / 100).toFixed(2), ((spotCents + 1) / 100).toFixed(2), '300');
        const bid = spotCents / 100 + basisMilli / 1_000;
        quote(rig, perp, bid.toFixed(3), (bid + 0.01).toFixed(3), '3000');
        rig.setMark(perp, { fundingRate: fundingBps / 10_000 });
        for (const intent of open.splice(0))
          rig.fill(
            intent,
            parts.map((part) => part / 10),
          );
        play(afterUs);
      }
      // Everything is filled from now on: what is left is balanced.
      for (let turn = 0; turn < 12; turn++) {
        for (const intent of open.splice(0)) rig.fill(intent);
        play(2_000_000);
      }
      expect(Math.abs(netBase(rig, [spot, perp]))).toBeLessThan(0.1);
    }),
    { numRuns: 150 },
  );
  expect(entries).toBeGreaterThan(100);
});
