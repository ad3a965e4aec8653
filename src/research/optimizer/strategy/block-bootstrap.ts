import type { SeededRandom } from '../../../domain/random.js';

/** How a series is drawn again. */
export interface BootstrapOptions {
  readonly random: SeededRandom;
  readonly resamples?: number;
  /** Mean length of the blocks, or their length; n^(1/3) when left out. */
  readonly blockLength?: number;
  /** `stationary` draws lengths from a geometric distribution, `circular` cuts all alike. Both go on at the beginning after the end. */
  readonly kind?: 'stationary' | 'circular';
  /** Chance of the interval; 0.95 by default. */
  readonly level?: number;
}

/** Lower and upper bound. */
export type Interval = readonly [low: number, high: number];

/**
 * Percentile interval of a statistic by block bootstrap, which keeps the dependence of neighbours: stationary (Politis and Romano,
 * 1994) or circular (1992).
 * @param values at least one
 */
export function bootstrapInterval(
  values: Float64Array,
  statistic: (resample: Float64Array) => number,
  { random, resamples = 1000, blockLength, kind = 'stationary', level = 0.95 }: BootstrapOptions,
): Interval {
  const length = Math.max(1, blockLength ?? Math.round(values.length ** (1 / 3)));
  const resample = new Float64Array(values.length);
  const statistics = Float64Array.from({ length: resamples }, () => {
    redraw(values, resample, length, kind, random);
    return statistic(resample);
  }).sort();
  const bound = (share: number): number => statistics[Math.min(resamples - 1, Math.floor(share * resamples))] as number;
  return [bound((1 - level) / 2), bound((1 + level) / 2)];
}

function redraw(
  values: Float64Array,
  into: Float64Array,
  length: number,
  kind: 'stationary' | 'circular',
  random: SeededRandom,
): void {
  let from = 0;
  for (let i = 0; i < into.length; i++) {
    const begins = kind === 'circular' ? i % length === 0 : i === 0 || random.next() < 1 / length;
    from = begins ? random.below(values.length) : (from + 1) % values.length;
    into[i] = values[from] as number;
  }
}
