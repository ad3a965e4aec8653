import { expect, test } from 'vitest';
import type { CalculationError, CalculationFault } from '../../src/domain/calculation-error.js';
import {
  commonStep,
  parseStep,
  roundToStep,
  type StepRounding,
  stepOfDecimals,
  violatedFilters,
} from '../../src/domain/order-grid.js';
import { faultOf } from './fault.js';

test.each([
  ['1e-8', '0.00000001', 8],
  ['1E-08', '0.00000001', 8],
  ['+.50', '0.5', 1],
  ['5.', '5', 0],
  ['00.0100', '0.01', 2],
  ['1e+2', '100', 0],
  ['2.50e-3', '0.0025', 4],
  ['25e30', `25${'0'.repeat(30)}`, 0],
  ['1e-50', `0.${'0'.repeat(49)}1`, 50],
])('the step %s is %s with %i decimals', (text, step, decimals) => {
  expect(parseStep(text)).toEqual({ step, decimals });
});

test.each([
  '',
  ' 1',
  '0',
  '-0',
  '0.000',
  '-1',
  'abc',
  '1e',
  '1e-8x',
  'NaN',
  'Infinity',
  '1..0',
  '.',
  '0x10',
  '1_000',
  '1,5',
  'e5',
  '1e9999',
])('"%s" is no step', (text) => {
  expect(faultOf(() => parseStep(text))).toBe('INVALID_STEP');
  expect(faultOf(() => commonStep('1', text))).toBe('INVALID_STEP');
  expect(faultOf(() => roundToStep('1', text, 'down'))).toBe('INVALID_STEP');
});

test.each([
  [0, '1', 0],
  [8, '0.00000001', 8],
  [-2, '100', 0],
])('%i decimals are a step of %s', (count, step, decimals) => {
  expect(stepOfDecimals(count)).toEqual({ step, decimals });
});

test.each<[string, string, StepRounding, string, string]>([
  ['0.29', '0.01', 'down', '0.29', '0.29'],
  ['1.005', '0.01', 'nearest', '1', '1.00'],
  ['1.015', '0.01', 'nearest', '1.02', '1.02'],
  ['0.125', '0.25', 'nearest', '0', '0.00'],
  ['0.375', '0.25', 'nearest', '0.5', '0.50'],
  ['2', '5', 'up', '5', '5'],
  ['0', '0.1', 'up', '0', '0.0'],
  ['-0', '0.1', 'down', '0', '0.0'],
  ['1e-30', '1e-8', 'up', '0.00000001', '0.00000001'],
  [`0.${'9'.repeat(50)}`, '1', 'down', '0', '0'],
  [`1${'0'.repeat(50)}.7`, '0.5', 'down', `1${'0'.repeat(50)}.5`, `1${'0'.repeat(50)}.5`],
])('%s to a multiple of %s, %s, is %s', (value, step, rounding, expected, text) => {
  expect(roundToStep(value, step, rounding)).toEqual({ value: expected, text });
});

// Goal: of several faults the first in the stated order is named.
test.each<[string, string, CalculationFault]>([
  ['x', '0', 'INVALID_STEP'],
  ['-1', '-0.1', 'INVALID_STEP'],
  ['x', '0.1', 'INVALID_NUMBER'],
  ['', '0.1', 'INVALID_NUMBER'],
  ['-Infinity', '0.1', 'INVALID_NUMBER'],
  ['-1e-9', '0.1', 'NEGATIVE_VALUE'],
])('rounding %s to %s is %s', (value, step, fault) => {
  expect(faultOf(() => roundToStep(value, step, 'up'))).toBe(fault);
});

test('a fault says which numbers it is about', () => {
  expect(() => roundToStep('-1', '0.1', 'up')).toThrow(
    expect.objectContaining<Partial<CalculationError>>({
      message: 'NEGATIVE_VALUE: value -1',
      code: 'TIERCEL_CALCULATION',
      remedy: 'abandon',
      context: { value: '-1' },
    }),
  );
});

test.each([
  ['0.001', '0.0025', '0.005'],
  ['0.3', '0.5', '1.5'],
  ['1e-8', '1', '1'],
  ['0.25', '1e-1', '0.5'],
])('the common step of %s and %s is %s', (left, right, common) => {
  expect(commonStep(left, right)).toBe(common);
});

test('bounds are inclusive, and exact where a price has more digits than 40', () => {
  const percentPrice = { reference: '61234.5599999999976716935634613037109375', up: '1.0000001', down: '0.9999999' };
  const most = '61234.56612345599767169333063066005706787109375';
  const order = { side: 'buy', qty: '1' } as const;
  expect(violatedFilters({ ...order, price: most }, { percentPrice })).toEqual([]);
  expect(violatedFilters({ ...order, price: `${most}1` }, { percentPrice })).toEqual(['percentPriceUp']);
});
