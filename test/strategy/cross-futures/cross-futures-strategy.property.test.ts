import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SeenIntent } from '../../../src/sim/lab/rig.js';
import { checkEntries, checkExits, netBase } from '../hedged/invariants.js';
import { quote, rowRig } from './market.js';

const cents = fc.integer({ min: 9_900, max: 10_100 });
const turns = fc.array(
  fc.record({
    prices: fc.tuple(cents, cents, cents),
    depths: fc.tuple(fc.integer({ min: 10, max: 400 }), fc.integer({ min: 100, max: 4_000 }), fc.integer({ min: 1, max: 40 })),
    parts: fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 8, maxLength: 8 }),
    afterUs: fc.constantFrom(1_000, 300_000, 2_000_000),
  }),
  { minLength: 1, maxLength: 20 },
);

it('is balanced to within one common lot whatever is filled, and exits never increase a position', () => {
  let entries = 0;
  fc.assert(
    fc.property(turns, fc.integer({ min: 100, max: 3_000 }), (steps, balance) => {
      const { rig, mexc, gateio, binance } = rowRig({ maxPositionQuote: 2_000 }, { balance });
      const books = [mexc, gateio, binance];
      const open: SeenIntent[] = [];
      const play = (afterUs: number): void => {
        const made = rig.turn(afterUs);
        checkExits(made);
        entries += checkEntries(rig, made, balance, 3);
        open.push(...made);
      };
      for (const { prices, depths, parts, afterUs } of steps) {
        books.forEach((info, place) => {
          const bid = prices[place] ?? 0;
          quote(rig, info, (bid / 100).toFixed(2), ((bid + 1) / 100).toFixed(2), String(depths[place]));
        });
        for (const intent of open.splice(0))
          rig.fill(
            intent,
            parts.map((part) => part / 10),
          );
        play(afterUs);
      }
      for (let turn = 0; turn < 12; turn++) {
        for (const intent of open.splice(0)) rig.fill(intent);
        play(2_000_000);
      }
      // The coarsest of the common lots is that of the venue with contracts of 1.
      expect(Math.abs(netBase(rig, books))).toBeLessThan(1);
    }),
    { numRuns: 150 },
  );
  expect(entries).toBeGreaterThan(100);
});
