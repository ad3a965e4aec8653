import { SeededRandom } from '../../../src/domain/random.js';
import type { MarketFrame } from '../../../src/research/thresholds/market-frame.js';

/** An Ornstein-Uhlenbeck spread, in per cent. */
export interface Reverting {
  readonly mean: number;
  /** Standard deviation in the long run. */
  readonly std: number;
  readonly halfLifeS: number;
}

/** One value a second, by the exact discretisation, from the level of rest. */
export function revertingSpread({ mean, std, halfLifeS }: Reverting, seconds: number, seed: number): Float64Array {
  const random = new SeededRandom(seed);
  const kept = 2 ** (-1 / halfLifeS);
  const noise = std * Math.sqrt(1 - kept * kept);
  let away = 0;
  return Float64Array.from({ length: seconds }, () => {
    away = kept * away + noise * random.normal();
    return mean + away;
  });
}

/** One value a second of a spread that returns to nothing. */
export function wanderingSpread(start: number, stepStd: number, seconds: number, seed: number): Float64Array {
  const random = new SeededRandom(seed);
  let level = start;
  return Float64Array.from({ length: seconds }, () => {
    level += stepStd * random.normal();
    return level;
  });
}

/** Books with this spread between them, in per cent, one row a second: spot at 100 and no gap between bid and ask. */
export function frameOfSpread(spreadPct: Float64Array, startUs = 1_700_000_000_000_000): MarketFrame {
  const spot = new Float64Array(spreadPct.length).fill(100);
  const futures = spreadPct.map((spread) => 100 + spread);
  const tsUs = Float64Array.from(spreadPct, (_, second) => startUs + second * 1_000_000);
  return { tsUs, spotBidPrice: spot, spotAskPrice: spot, futBidPrice: futures, futAskPrice: futures };
}

/** Series after each other. */
export function joined(...parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
