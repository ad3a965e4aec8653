// Goal: the exact model of sized profit, which the kernel's sizes are held against, is the one of the reference files.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crossVenueSizes, type SizesInput } from '../twin/cross-venue-sizes.js';
import { differences } from './compare.js';
import { readReferences } from './reference.js';

const data = process.env.TIERCEL_DATA;
if (data === undefined) console.log('TIERCEL_DATA is not set: the reference sizes are not run');

test.runIf(data !== undefined)('every reference case of sizes, in exact decimals', () => {
  const cases = readReferences(join(data ?? '', 'oracle'))
    .filter(({ family }) => family === 'cross_venue')
    .flatMap((file) => file.cases.filter(({ input }) => input.type === 'sizes'));
  expect(cases.length).toBeGreaterThan(0);
  const failures = cases.flatMap(({ name, input, expected, tolerance }) => {
    const found = differences(expected, crossVenueSizes(input as unknown as SizesInput), tolerance);
    return found.map(({ field, expected: want, got }) => `${name}: ${field} expected ${String(want)}, got ${String(got)}`);
  });
  expect(failures).toEqual([]);
});
