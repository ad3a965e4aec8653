// Goal: the variance path equals the recursion written out; fits are at least as likely as the truth and as any model tried.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/domain/random.js';
import { type GarchParameters, garchPath } from '../../../src/research/statistics/garch.js';
import { garchFit } from '../../../src/research/statistics/garch-fit.js';

const models = fc.record({
  mu: fc.double({ min: -1, max: 1, noNaN: true }),
  omega: fc.double({ min: 1e-4, max: 1, noNaN: true }),
  alpha: fc.double({ min: 0, max: 0.45, noNaN: true }),
  beta: fc.double({ min: 0, max: 0.5, noNaN: true }),
});

test('likelihood, path and forecast by the definition', () => {
  const series = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(series, models, fc.constantFrom('sample', 'unconditional'), (values, model, start) => {
      const { mu, omega, alpha, beta } = model;
      const errors = values.map((value) => value - mu);
      fc.pre(errors.some((error) => Math.abs(error) > 1e-3));
      const sample = errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length;
      const path = [start === 'sample' ? sample : omega / (1 - alpha - beta)];
      for (const error of errors) path.push(omega + alpha * error ** 2 + beta * (path.at(-1) ?? 0));
      const terms = errors.map((error, t) => Math.log(2 * Math.PI * (path[t] ?? 0)) + error ** 2 / (path[t] ?? 0));
      const forecast = [path.at(-1) ?? 0];
      while (forecast.length < 3) forecast.push(omega + (alpha + beta) * (forecast.at(-1) ?? 0));
      const got = garchPath(values, model, start, 3);
      const logLikelihood = -terms.reduce((sum, term) => sum + term, 0) / 2;
      expect(Math.abs(got.logLikelihood - logLikelihood)).toBeLessThan(1e-9 * (1 + Math.abs(logLikelihood)));
      path.forEach((variance, t) => {
        expect(got.variance[t]).toBeCloseTo(variance, 10);
      });
      forecast.forEach((variance, step) => {
        expect(got.forecast[step]).toBeCloseTo(variance, 10);
      });
    }),
  );
});

function clustered(seed: number, length: number, { mu, omega, alpha, beta }: GarchParameters): Float64Array {
  const random = new SeededRandom(seed);
  let variance = omega / (1 - alpha - beta);
  return Float64Array.from({ length }, () => {
    const error = Math.sqrt(variance) * random.normal();
    variance = omega + alpha * error ** 2 + beta * variance;
    return mu + error;
  });
}

describe('garchFit', () => {
  const truths: GarchParameters[] = [
    { mu: 0, omega: 0.05, alpha: 0.1, beta: 0.85 },
    { mu: 0.001, omega: 2e-6, alpha: 0.2, beta: 0.7 },
    { mu: 5, omega: 1, alpha: 0.4, beta: 0.1 },
    { mu: -2, omega: 1, alpha: 0, beta: 0 },
    { mu: 0, omega: 0.01, alpha: 0.03, beta: 0.96 },
  ];

  test.each(truths)('is at least as likely as the truth %j', (truth) => {
    for (const seed of [1, 2, 3]) {
      const values = clustered(seed, 900, truth);
      const fit = garchFit(values);
      expect(fit.logLikelihood).toBeGreaterThan(garchPath(values, truth).logLikelihood);
      expect(fit.logLikelihood).toBeCloseTo(garchPath(values, fit).logLikelihood, 6);
      expect(fit.alpha + fit.beta).toBeLessThan(1);
    }
  });

  test('no model of many tried is likelier', () => {
    const values = clustered(8, 400, { mu: 0.3, omega: 0.2, alpha: 0.15, beta: 0.6 });
    const fit = garchFit(values);
    fc.assert(
      fc.property(models, (model) => {
        expect(garchPath(values, model).logLikelihood).toBeLessThanOrEqual(fit.logLikelihood + 1e-6);
      }),
      { numRuns: 2000 },
    );
  });

  test('finds the truth of a long series', () => {
    const fit = garchFit(clustered(6, 12_000, { mu: 0.5, omega: 0.05, alpha: 0.1, beta: 0.85 }));
    expect(fit.mu).toBeCloseTo(0.5, 1);
    expect(Math.abs(fit.alpha - 0.1)).toBeLessThan(0.03);
    expect(Math.abs(fit.beta - 0.85)).toBeLessThan(0.05);
  });
});
