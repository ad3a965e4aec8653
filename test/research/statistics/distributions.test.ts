// Goal: tails and the gamma function against closed forms, and each statistic finds what a series was made with.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../../src/domain/errors.js';
import { SeededRandom } from '../../../src/domain/random.js';
import { archLm } from '../../../src/research/statistics/arch-lm.js';
import { ConstantSeriesError, InsufficientDataError } from '../../../src/research/statistics/errors.js';
import { ewma } from '../../../src/research/statistics/ewma.js';
import { halfLife } from '../../../src/research/statistics/half-life.js';
import { hurst } from '../../../src/research/statistics/hurst.js';
import { ljungBox } from '../../../src/research/statistics/ljung-box.js';
import { ouFit } from '../../../src/research/statistics/ou-fit.js';
import { quantiles } from '../../../src/research/statistics/quantiles.js';
import { constantColumn, regress, residualsOf, trendColumn } from '../../../src/research/statistics/regression.js';
import { chiSquareTail, fTail, incompleteBeta, logGamma, normalTwoSided } from '../../../src/research/statistics/tails.js';

describe('distributions', () => {
  test('log-gamma of whole and half numbers', () => {
    let factorial = 0;
    for (let n = 1; n <= 60; n++) {
      expect(logGamma(n)).toBeCloseTo(factorial, 10);
      factorial += Math.log(n);
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
    expect(logGamma(4096.5) - logGamma(4095.5)).toBeCloseTo(Math.log(4095.5), 10);
  });

  test('the incomplete beta function has its closed forms and its symmetry', () => {
    const shape = fc.double({ min: 0.5, max: 200, noNaN: true });
    const unit = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(shape, shape, unit, (a, b, x) => {
        expect(incompleteBeta(a, 1, x)).toBeCloseTo(x ** a, 11);
        expect(incompleteBeta(1, b, x)).toBeCloseTo(1 - (1 - x) ** b, 11);
        expect(incompleteBeta(a, b, x)).toBeCloseTo(1 - incompleteBeta(b, a, 1 - x), 11);
      }),
    );
    expect([incompleteBeta(2, 3, 0), incompleteBeta(2, 3, 1)]).toEqual([0, 1]);
  });

  test('tails', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 30, noNaN: true }), fc.integer({ min: 1, max: 5000 }), (x, degrees) => {
        // Two degrees of freedom have closed forms.
        expect(chiSquareTail(x, 2)).toBeCloseTo(Math.exp(-x / 2), 12);
        expect(fTail(x, 2, degrees)).toBeCloseTo((1 + (2 * x) / degrees) ** (-degrees / 2), 10);
        expect(chiSquareTail(x, 1)).toBeCloseTo(normalTwoSided(Math.sqrt(x)), 12);
      }),
    );
    expect(chiSquareTail(1, 0)).toBeNaN();
    expect(fTail(0, 2, 3)).toBe(1);
    expect(normalTwoSided(1.959963984540054)).toBeCloseTo(0.05, 12);
  });
});

describe('regression', () => {
  test('finds an exact line, and leaves nothing', () => {
    const rows = 50;
    const line = Float64Array.from({ length: rows }, (_, row) => 3 + 2 * row);
    const columns = [constantColumn(rows), Float64Array.from(line.keys())];
    const { coefficients, squaredResiduals } = regress(line, columns);
    expect([...coefficients]).toEqual([expect.closeTo(3, 10), expect.closeTo(2, 12)]);
    expect(squaredResiduals).toBeLessThan(1e-20);
    expect(Math.max(...residualsOf(line, columns, coefficients).map(Math.abs))).toBeLessThan(1e-10);
  });

  test('needs as many rows as columns, and columns that differ', () => {
    expect(() => regress([1], [[1], [2]])).toThrow(InsufficientDataError);
    expect(() => regress(trendColumn(9), [constantColumn(9), constantColumn(9)])).toThrow(ConstantSeriesError);
  });
});

describe('what a series was made with', () => {
  const random = new SeededRandom(11);
  const noise = Float64Array.from({ length: 20_000 }, () => random.normal());
  const memory = Float64Array.from(noise);
  for (let i = 1; i < memory.length; i++) memory[i] = 0.9 * (memory[i - 1] ?? 0) + (noise[i] ?? 0);

  test('half-life and process of a first-order memory', () => {
    const trueHalfLife = Math.log(0.5) / Math.log(0.9);
    expect(halfLife(memory).halfLife).toBeCloseTo(trueHalfLife, 0);
    const fit = ouFit(memory, 0.5);
    expect(fit.halfLife).toBeCloseTo(trueHalfLife * 0.5, 0);
    expect(fit.stationaryStd).toBeCloseTo(1 / Math.sqrt(1 - 0.81), 0);
    expect(halfLife(Float64Array.from({ length: 50 }, (_, i) => 2 ** (i / 10))).halfLife).toBe(Number.POSITIVE_INFINITY);
  });

  test('memory, volatility and their absence', () => {
    expect(hurst(noise).hurstCorrected).toBeCloseTo(0.5, 1);
    expect(ljungBox(noise, { lags: [10] }).ljungBoxP[0]).toBeGreaterThan(0.01);
    expect(ljungBox(memory, { lags: [10] }).ljungBoxP[0]).toBeLessThan(1e-9);
    expect(archLm(noise, { nlags: 5 }).lmP).toBeGreaterThan(0.01);
    const bursts = noise.map((value, index) => value * (index % 200 < 50 ? 5 : 1));
    expect(archLm(bursts, { nlags: 5 }).fP).toBeLessThan(1e-9);
  });

  test('percentiles come in the order asked for', () => {
    const ten = [9, 0, 8, 1, 7, 2, 6, 3, 5, 4, 10];
    expect([...quantiles(ten, [90, 10, 50, 10])]).toEqual([9, 1, 5, 1]);
  });

  test('parameters out of their range are refused', () => {
    expect(() => quantiles(noise, [101])).toThrow(InvalidInputError);
    expect(() => ewma(noise, { alpha: 0 })).toThrow(InvalidInputError);
    expect(() => ewma(noise, { span: 0.5 })).toThrow(InvalidInputError);
    expect(() => ewma(noise, { halflife: -1 })).toThrow(InvalidInputError);
    expect(() => ouFit(noise, 0)).toThrow(InvalidInputError);
    expect(() => hurst(noise, [8, 1.5, 32])).toThrow(InvalidInputError);
    expect(() => hurst(noise.subarray(0, 100), [8, 16, 200])).toThrow(InsufficientDataError);
  });
});
