// Goal: filter and smoother equal sums over every path that a short chain can take; fits are at least as likely as the truth.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/domain/random.js';
import { type MarkovParameters, markovFilter } from '../../../src/research/statistics/markov-filter.js';
import { markovFit } from '../../../src/research/statistics/markov-fit.js';

/** Near enough that no path's weight is too small for a number. */
const value = fc.double({ min: -2, max: 2, noNaN: true });
const chance = fc.constantFrom(0, 0.05, 0.4, 0.9, 1);
const parameters = fc
  .record({
    means: fc.tuple(value, value),
    variances: fc.tuple(fc.constantFrom(0.1, 1, 4), fc.constantFrom(0.2, 1, 9)),
    p00: chance,
    p11: chance,
  })
  .filter(({ p00, p11 }) => p00 + p11 < 2);

test('chances equal those of all paths added up', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 7 }), parameters, (values, model) => {
      const { means, variances, p00, p11 } = model;
      // Each by itself: 1 less the other leaves a regime that cannot be a chance of 1e-15, which a value far off makes the likelier.
      const [stationary0, stationary1] = [(1 - p11) / (2 - p00 - p11), (1 - p00) / (2 - p00 - p11)];
      const weightOf = (path: readonly number[], length: number): number => {
        let weight = 1;
        for (let t = 0; t < length; t++) {
          const now = path[t] as 0 | 1;
          const stay = path[t - 1] === 0 ? p00 : p11;
          if (t === 0) weight *= now === 1 ? stationary1 : stationary0;
          else weight *= now === path[t - 1] ? stay : 1 - stay;
          weight *= Math.exp(-(((values[t] ?? 0) - means[now]) ** 2) / (2 * variances[now]));
          weight /= Math.sqrt(2 * Math.PI * variances[now]);
        }
        return weight;
      };
      const n = values.length;
      const paths = Array.from({ length: 2 ** n }, (_, code) => values.map((_value, t) => (code >> t) & 1));
      const total = paths.reduce((sum, path) => sum + weightOf(path, n), 0);
      const got = markovFilter(values, model);
      expect(got.logLikelihood).toBeCloseTo(Math.log(total), 9);
      for (let t = 0; t < n; t++) {
        const smoothed = paths.reduce((sum, path) => sum + (path[t] === 1 ? weightOf(path, n) : 0), 0) / total;
        expect(got.smoothed[t]).toBeCloseTo(smoothed, 9);
        const known = paths.reduce((sum, path) => sum + weightOf(path, t + 1), 0);
        const filtered = paths.reduce((sum, path) => sum + (path[t] === 1 ? weightOf(path, t + 1) : 0), 0) / known;
        expect(got.filtered[t]).toBeCloseTo(filtered, 9);
      }
    }),
  );
});

test('chances at the start add up to 1 where hardly anything leaves a regime', () => {
  const rare = 1 - 2 ** -53;
  const { filtered, logLikelihood } = markovFilter([0], { means: [0, 0], variances: [1, 1], p00: rare, p11: rare });
  expect(filtered[0]).toBe(0.5);
  expect(logLikelihood).toBeCloseTo(-Math.log(2 * Math.PI) / 2, 12);
});

/** A series that switches regimes. */
function switching(seed: number, length: number, { means, variances, p00, p11 }: MarkovParameters): Float64Array {
  const random = new SeededRandom(seed);
  let regime: 0 | 1 = 0;
  return Float64Array.from({ length }, () => {
    const stays = random.next() < (regime === 0 ? p00 : p11);
    if (!stays) regime = regime === 0 ? 1 : 0;
    return means[regime] + Math.sqrt(variances[regime]) * random.normal();
  });
}

describe('markovFit', () => {
  const truths: MarkovParameters[] = [
    { means: [0, 0], variances: [0.2, 3], p00: 0.97, p11: 0.92 },
    { means: [1, -1], variances: [0.3, 0.5], p00: 0.95, p11: 0.9 },
    { means: [0, 3], variances: [0.5, 1], p00: 0.98, p11: 0.6 },
    { means: [0.5, -0.5], variances: [0.1, 0.4], p00: 0.6, p11: 0.5 },
  ];

  test.each(truths)('is at least as likely as the truth %j, on any level and scale', (truth) => {
    for (const seed of [1, 2, 3]) {
      const values = switching(seed, 700, truth);
      const fit = markovFit(values);
      expect(fit.logLikelihood).toBeGreaterThan(markovFilter(values, truth).logLikelihood);
      expect(fit.logLikelihood).toBeCloseTo(markovFilter(values, fit).logLikelihood, 6);
      expect(fit.variances[0]).toBeLessThanOrEqual(fit.variances[1]);
      const moved = markovFit(values.map((each) => 1e6 + each / 1024));
      expect(moved.logLikelihood - 700 * Math.log(1024)).toBeCloseTo(fit.logLikelihood, 2);
    }
  });

  test('finds the truth of a long series', () => {
    const truth: MarkovParameters = { means: [0.1, -0.2], variances: [0.25, 4], p00: 0.98, p11: 0.95 };
    const fit = markovFit(switching(5, 6000, truth));
    expect(fit.means[0]).toBeCloseTo(0.1, 1);
    expect(fit.variances[0]).toBeCloseTo(0.25, 1);
    expect(Math.abs(fit.variances[1] - 4)).toBeLessThan(0.5);
    expect(fit.p00).toBeCloseTo(0.98, 1);
    expect(fit.p11).toBeCloseTo(0.95, 1);
  });
});
