import type { SeededRandom } from '../../domain/random.js';
import type { DelayDistribution } from './rules.js';

/** Draws a duration in milliseconds. */
export function sampleMs(each: DelayDistribution, random: SeededRandom): number {
  switch (each.distribution) {
    case 'fixed':
      return each.ms;
    case 'uniform':
      return each.minMs + random.next() * (each.maxMs - each.minMs);
    case 'exponential':
      return -Math.log(1 - random.next()) * each.meanMs;
    case 'lognormal':
      return each.medianMs * Math.exp(each.sigma * random.normal());
  }
}
