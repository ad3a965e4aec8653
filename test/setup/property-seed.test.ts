// Goal: what the properties draw depends on the commit and on TIERCEL_SEED alone.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_SEED, propertySeed } from './property-seed.js';

const numbers = fc.array(fc.integer(), { minLength: 8, maxLength: 8 });

test('properties draw from the seed of the run, and the same each time', () => {
  const seed = propertySeed(process.env['TIERCEL_SEED']);
  expect(fc.readConfigureGlobal().seed).toBe(seed);
  const drawn = fc.sample(numbers, 5);
  expect(fc.sample(numbers, 5)).toEqual(drawn);
  expect(fc.sample(numbers, { numRuns: 5, seed: seed + 1 })).not.toEqual(drawn);
});

test('TIERCEL_SEED is a whole number, as a failing property prints it', () => {
  expect(propertySeed(undefined)).toBe(DEFAULT_SEED);
  expect(propertySeed('42')).toBe(42);
  expect(propertySeed('-1508674361')).toBe(-1_508_674_361);
  for (const text of ['', 'x', '1.5', '1e3', '4294967296', ' 1']) expect(() => propertySeed(text)).toThrow(RangeError);
});
