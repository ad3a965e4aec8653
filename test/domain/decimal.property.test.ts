import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ceilQuotientToGrid,
  ceilToGrid,
  floorQuotientToGrid,
  floorToGrid,
  isDecimal,
  isOnGrid,
  plainText,
  quotient,
} from '../../src/domain/decimal.js';

// Goal: grids are exact, for steps of any kind. Method: the model counts in whole bigint units of a scale that holds value and step.
const SCALE = 12;
const amount = fc.record({ units: fc.bigInt(0n, 10n ** 18n), decimals: fc.integer({ min: 0, max: SCALE }) });

function text({ units, decimals }: { units: bigint; decimals: number }): string {
  const digits = units.toString().padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

const parse = (result: string): bigint => {
  const [whole = '', fraction = ''] = result.split('.');
  return BigInt(whole + fraction.padEnd(SCALE, '0'));
};
const scaled = ({ units, decimals }: { units: bigint; decimals: number }): bigint => units * 10n ** BigInt(SCALE - decimals);

it('agrees with whole units about what is on a grid, and rounds to its neighbours', () => {
  fc.assert(
    fc.property(amount, amount, (value, step) => {
      const [v, s] = [scaled(value), scaled(step)];
      expect(isOnGrid(text(value), text(step))).toBe(s === 0n || v % s === 0n);
      if (s === 0n) return;
      expect(parse(floorToGrid(text(value), text(step)))).toBe((v / s) * s);
      expect(parse(ceilToGrid(text(value), text(step)))).toBe(((v + s - 1n) / s) * s);
    }),
  );
});

it('rounds a quotient to its neighbours on a grid, however many digits it has', () => {
  fc.assert(
    fc.property(amount, amount, amount, (dividend, divisor, step) => {
      const [a, b, s] = [scaled(dividend), scaled(divisor), scaled(step)];
      fc.pre(b > 0n);
      const texts = [text(dividend), text(divisor), text(step)] as const;
      if (s === 0n) {
        expect(floorQuotientToGrid(...texts)).toBe(quotient(texts[0], texts[1]));
        expect(ceilQuotientToGrid(...texts)).toBe(quotient(texts[0], texts[1]));
        return;
      }
      const [one, each] = [a * 10n ** BigInt(SCALE), b * s];
      expect(parse(floorQuotientToGrid(...texts))).toBe((one / each) * s);
      expect(parse(ceilQuotientToGrid(...texts))).toBe(((one + each - 1n) / each) * s);
    }),
  );
});

it('writes plain texts that stand for the same number', () => {
  fc.assert(
    fc.property(amount, (value) => {
      const plain = plainText(text(value));
      expect(isDecimal(plain)).toBe(true);
      expect(plain).not.toMatch(/e|\.\d*0$/i);
      expect(plainText(plain)).toBe(plain);
    }),
  );
  expect(plainText('1e-18')).toBe('0.000000000000000001');
  expect(plainText('1.50')).toBe('1.5');
  expect(isDecimal('1e5')).toBe(false);
  expect(isDecimal('.5')).toBe(false);
});
