import chiSquareCdf from '@stdlib/stats-base-dists-chisquare-cdf';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { InvalidInputError } from '../../domain/errors.js';

/** Chance that a normal variable lies as far from 0 as `z`, on either side. */
export function normalTwoSided(z: number): number {
  return 2 * normalCdf(-Math.abs(z), 0, 1);
}

/** Chance that a chi-square variable exceeds `x`, to an absolute 1e-16; NaN without degrees of freedom. */
export function chiSquareTail(x: number, degrees: number): number {
  return degrees > 0 ? 1 - chiSquareCdf(x, degrees) : Number.NaN;
}

/** Chance that an F variable exceeds `f`. */
export function fTail(f: number, numeratorDegrees: number, denominatorDegrees: number): number {
  if (f <= 0) return 1;
  const share = denominatorDegrees / (denominatorDegrees + numeratorDegrees * f);
  return incompleteBeta(denominatorDegrees / 2, numeratorDegrees / 2, share);
}

/** Below this, log-gamma is reached from above by recurrence. */
const STIRLING_FROM = 12;

/** Natural logarithm of the gamma function for x > 0, to about 15 digits (Abramowitz and Stegun 6.1.41). */
export function logGamma(x: number): number {
  let product = 1;
  let y = x;
  for (; y < STIRLING_FROM; y++) product *= y;
  const inverse = 1 / (y * y);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse * (1 / 1188))))) / y;
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}

const FRACTION_TERMS_MAX = 10_000;

/**
 * Regularised incomplete beta function I_x(a, b), a and b above 0, x from 0 to 1, by its continued fraction (NIST DLMF 8.17.22)
 * and the method of Lentz.
 * @throws InvalidInputError when that does not converge, for a or b beyond 1e7
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges quickly on this side of the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const step = (coefficient: number, last: number): number => away(1 + coefficient * last);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= FRACTION_TERMS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / step(even, d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / step(odd, d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) return front * fraction;
  }
  throw new InvalidInputError(`the incomplete beta function does not converge at ${a}, ${b}, ${x}`, { a, b, x });
}

/** A denominator that is not 0. */
function away(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
