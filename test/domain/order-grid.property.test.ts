import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ceilToGrid, floorToGrid, isOnGrid } from '../../src/domain/decimal.js';
import {
  commonStep,
  type FilteredOrder,
  type FilterName,
  leastCommonMultiple,
  type OrderFilters,
  parseStep,
  roundToStep,
  violatedFilters,
} from '../../src/domain/order-grid.js';
import { Rational } from '../twin/rational.js';
import { amountText, decimalText } from './decimal-texts.js';

// Goal: exact for numbers of any length. Method: every result is held against fractions of whole numbers.
const step = fc.oneof(decimalText({ zero: false }), amountText());
const value = fc.oneof(decimalText(), amountText());
const isSame = (left: string, right: Rational): boolean => Rational.of(left).compare(right) === 0;

it('rounds to the multiple that whole numbers give, in every direction', () => {
  fc.assert(
    fc.property(value, step, (amount, grid) => {
      const size = Rational.of(grid);
      const steps = Rational.of(amount).over(size);
      const lower = steps.floor();
      const twiceRest = steps.minus(Rational.of(lower)).times(Rational.of(2));
      const isWhole = twiceRest.compare(Rational.of(0)) === 0;
      const half = twiceRest.compare(Rational.of(1));
      const expected = {
        down: lower,
        up: isWhole ? lower : lower + 1n,
        nearest: half > 0 || (half === 0 && lower % 2n === 1n) ? lower + 1n : lower,
      };
      for (const rounding of ['down', 'up', 'nearest'] as const) {
        const rounded = roundToStep(amount, grid, rounding);
        const multiple = size.times(Rational.of(expected[rounding]));
        expect(isSame(rounded.value, multiple) && isSame(rounded.text, multiple)).toBe(true);
        expect(rounded.text.split('.')[1]?.length ?? 0).toBe(parseStep(grid).decimals);
        expect(rounded.text).not.toMatch(/[e-]/);
      }
      expect(isSame(floorToGrid(amount, grid), size.times(Rational.of(expected.down)))).toBe(true);
      expect(isSame(ceilToGrid(amount, grid), size.times(Rational.of(expected.up)))).toBe(true);
      expect(isOnGrid(amount, grid)).toBe(isWhole);
    }),
  );
});

it('ties go to the even multiple', () => {
  fc.assert(
    fc.property(step, fc.bigInt(0n, 10n ** 30n), (grid, lower) => {
      const size = Rational.of(grid);
      const decimals = parseStep(grid).decimals + 1;
      const halfway = size.times(Rational.of(2n * lower + 1n)).over(Rational.of(2));
      const units = halfway.times(Rational.of(10n ** BigInt(decimals))).floor();
      const even = lower % 2n === 0n ? lower : lower + 1n;
      expect(isSame(roundToStep(`${units}e-${decimals}`, grid, 'nearest').value, size.times(Rational.of(even)))).toBe(true);
    }),
  );
});

it('reads a step as the number that it is, with the fewest digits', () => {
  fc.assert(
    fc.property(step, (text) => {
      const parsed = parseStep(text);
      expect(isSame(parsed.step, Rational.of(text))).toBe(true);
      expect(parsed.step).not.toMatch(/e|\.\d*0$/i);
      expect(parsed.step.split('.')[1]?.length ?? 0).toBe(parsed.decimals);
      expect(parseStep(parsed.step)).toEqual(parsed);
    }),
  );
});

it('finds the least common multiple: both divide it, and no smaller multiple of one is one of the other', () => {
  fc.assert(
    fc.property(step, step, (left, right) => {
      const common = Rational.of(commonStep(left, right));
      const counts = [left, right].map((each) => common.over(Rational.of(each)));
      expect(counts.every((count) => count.dividend % count.divisor === 0n)).toBe(true);
      const [a = 0n, b = 0n] = counts.map((count) => count.dividend / count.divisor);
      expect(leastCommonMultiple(a, b)).toBe(a * b);
      expect(commonStep(right, left)).toBe(commonStep(left, right));
    }),
  );
});

it('names the filters that fractions of whole numbers name, in order', () => {
  const bound = fc.oneof(fc.constantFrom(null, '0', '0.000'), amountText());
  const sideBounds = { up: bound, down: bound, bidUp: bound, bidDown: bound, askUp: bound, askDown: bound };
  const percentPrice = fc.oneof(
    fc.constant(null),
    fc.record({ reference: bound, ...sideBounds }, { requiredKeys: ['reference'] }),
  );
  const names = ['minPrice', 'maxPrice', 'tickSize', 'minQty', 'maxQty', 'stepSize', 'minNotional', 'maxNotional'] as const;
  const bounds = Object.fromEntries(names.map((name) => [name, bound])) as Record<(typeof names)[number], typeof bound>;
  const filters = fc.record({ ...bounds, percentPrice }, { requiredKeys: [] });
  const order = fc.record({ side: fc.constantFrom('buy' as const, 'sell' as const), price: amountText(), qty: amountText() });
  fc.assert(
    fc.property(order, filters, (placed, all) => {
      expect(violatedFilters(placed, all)).toEqual(modelOfFilters(placed, all));
    }),
  );
});

function modelOfFilters({ side, price, qty }: FilteredOrder, filters: OrderFilters): FilterName[] {
  const numberOf = (text: string | null | undefined): Rational | null => {
    const number = Rational.of(text ?? 0);
    return number.dividend === 0n ? null : number;
  };
  const { percentPrice } = filters;
  const times = (factor: string | null | undefined): Rational | null => {
    const [reference, share] = [numberOf(percentPrice?.reference), numberOf(factor)];
    return reference === null || share === null ? null : reference.times(share);
  };
  const [p, q] = [Rational.of(price), Rational.of(qty)];
  const [up, down] = side === 'buy' ? [percentPrice?.bidUp, percentPrice?.bidDown] : [percentPrice?.askUp, percentPrice?.askDown];
  const below = (x: Rational, y: Rational): boolean => x.compare(y) < 0;
  const above = (x: Rational, y: Rational): boolean => x.compare(y) > 0;
  const between = (x: Rational, y: Rational): boolean => x.over(y).dividend % x.over(y).divisor !== 0n;
  const rules: [FilterName, Rational, (x: Rational, y: Rational) => boolean, Rational | null][] = [
    ['minPrice', p, below, numberOf(filters.minPrice)],
    ['maxPrice', p, above, numberOf(filters.maxPrice)],
    ['tickSize', p, between, numberOf(filters.tickSize)],
    ['percentPriceDown', p, below, times(down ?? percentPrice?.down)],
    ['percentPriceUp', p, above, times(up ?? percentPrice?.up)],
    ['minQty', q, below, numberOf(filters.minQty)],
    ['maxQty', q, above, numberOf(filters.maxQty)],
    ['stepSize', q, between, numberOf(filters.stepSize)],
    ['minNotional', p.times(q), below, numberOf(filters.minNotional)],
    ['maxNotional', p.times(q), above, numberOf(filters.maxNotional)],
  ];
  return rules.filter(([, x, breaks, y]) => y !== null && breaks(x, y)).map(([name]) => name);
}
