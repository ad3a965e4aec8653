import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Exact, isDecimal } from '../../src/domain/decimal.js';
import { wholeUnits } from '../../src/domain/whole-units.js';

/** What exact decimals say; NaN where they say that there is no such number of units. */
function modelUnits(text: string, scale: number): number {
  if (!isDecimal(text)) return Number.NaN;
  const units = new Exact(text).mul(new Exact(10).pow(scale));
  return units.isInteger() && units.gt(0) && units.lte(Number.MAX_SAFE_INTEGER) ? units.toNumber() : Number.NaN;
}

const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom('0', '1', '9', '5'), maxLength });
const decimal = fc.tuple(digits(19), digits(9)).map(([whole, part]) => `${whole}.${part}`);
const text = fc.oneof(
  decimal,
  digits(18),
  fc.constantFrom('', '.', '-1', '+1', '1e3', '1.', '.5', '1.2.3', ' 1', '0', '0.0', 'NaN'),
);

describe('whole units of a decimal text', () => {
  it('are what exact decimals say, or none', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 9 }), (amount, scale) => {
        expect(wholeUnits(amount, scale)).toBe(modelUnits(amount, scale));
      }),
      { numRuns: 5_000 },
    );
  });

  it('are read to the last that a float64 counts', () => {
    expect(wholeUnits('9007199254740991', 0)).toBe(Number.MAX_SAFE_INTEGER);
    expect(wholeUnits('9007199254740992', 0)).toBeNaN();
    expect(wholeUnits('63012.50', 2)).toBe(6_301_250);
    expect(wholeUnits('63012.501', 2)).toBeNaN();
  });
});
