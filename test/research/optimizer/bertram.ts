import type { Reverting } from './spreads.js';

/** Imaginary error function, 2 / sqrt(pi) times the integral of exp(t^2) from 0 to x, by Simpson's rule. */
export function erfi(x: number): number {
  const steps = 2000;
  let sum = 1 + Math.exp(x * x);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * Math.exp(((x * i) / steps) ** 2);
  return (2 / Math.sqrt(Math.PI)) * (x / steps / 3) * sum;
}

/** Seconds between two entries at mean + z * std that are each left at mean - z * std (Bertram 2010, equation 9). */
export function cycleSeconds({ halfLifeS }: Reverting, z: number): number {
  const theta = Math.LN2 / halfLifeS;
  return ((2 * Math.PI) / theta) * erfi(z / Math.SQRT2);
}

/** Thresholds with the largest profit a second, for a fee a round trip: they lie evenly around the mean. */
export function bestThresholds(spread: Reverting, fee: number): { entry: number; exit: number; profitPerS: number } {
  const profitPerS = (z: number): number => (2 * z * spread.std - fee) / cycleSeconds(spread, z);
  let [low, high] = [fee / (2 * spread.std), 4];
  // The rate has one maximum: golden section.
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 80; i++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (profitPerS(a) > profitPerS(b)) high = b;
    else low = a;
  }
  const z = (low + high) / 2;
  return { entry: spread.mean + z * spread.std, exit: spread.mean - z * spread.std, profitPerS: profitPerS(z) };
}

/** Total profit of one pair, the plainest way. */
export function tradedProfit(spread: Float64Array, entry: number, exit: number, fee: number): number {
  let profit = 0;
  let entered = Number.NaN;
  for (const value of spread) {
    if (Number.isNaN(entered)) {
      if (value >= entry) entered = value;
    } else if (value <= exit) {
      profit += entered - value - fee;
      entered = Number.NaN;
    }
  }
  return profit;
}
