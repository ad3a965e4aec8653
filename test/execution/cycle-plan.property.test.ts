import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ceilToGrid, Exact, floorToGrid } from '../../src/domain/decimal.js';
import { cyclePlan } from '../../src/execution/cycle-plan.js';
import { Rig } from '../../src/sim/lab/rig.js';
import { Intent } from '../../src/strategy/intent.js';

const { universe } = new Rig({ rows: [[{ venue: 'binance' }]] });

it('puts units on the grid of their venue as exact decimals do: never more, never a worse price', () => {
  const units = fc.oneof(
    fc.integer({ min: 1, max: 10_000 }),
    fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    fc.constant(1e16),
  );
  const step = fc
    .tuple(fc.integer({ min: 1, max: 999 }), fc.nat(6))
    .map(([digits, places]) => new Exact(`${digits}e-${places}`).toFixed());
  const scale = fc.nat(8);
  fc.assert(
    fc.property(
      units,
      units,
      step,
      step,
      scale,
      scale,
      fc.boolean(),
      (price, change, tickSize, lotSize, priceScale, qtyScale, isBuy) => {
        const [first] = universe.books;
        if (first === undefined) throw new RangeError('there is no book');
        const { instrument } = first;
        const info = {
          ...first,
          priceScale,
          qtyScale,
          instrument: { ...instrument, rules: { ...instrument.rules, tickSize, lotSize } },
        };
        const intent = new Intent();
        Object.assign(intent.addLeg(), { book: 0, targetUnits: isBuy ? change : -change, limitPriceUnits: price });
        const plan = cyclePlan(intent, { ...universe, books: [info] }, ['tester'], 1_000);
        if (typeof plan === 'string') throw new Error(plan);
        const decimal = (whole: number, places: number): string => new Exact(whole).mul(`1e-${places}`).toFixed();
        expect(plan.legs[0]?.quantity).toBe(floorToGrid(decimal(change, qtyScale), lotSize));
        expect(plan.legs[0]?.limitPrice).toBe((isBuy ? floorToGrid : ceilToGrid)(decimal(price, priceScale), tickSize));
      },
    ),
    { numRuns: 2_000 },
  );
});
