import { StatisticsError } from '../statistics/errors.js';
import { olsHedge } from '../statistics/ols-hedge.js';

/**
 * Pearson's correlation of two series, value by value; pairs of which one is no finite number are left out. Null where there are
 * fewer than three pairs, or one of the series does not vary.
 */
export function correlation(y: ArrayLike<number>, x: ArrayLike<number>): number | null {
  const pairs = Array.from(y, (value, at) => [value, x[at] ?? Number.NaN] as const).filter(([a, b]) => Number.isFinite(a + b));
  try {
    const { slope, r2 } = olsHedge(
      pairs.map(([value]) => value),
      pairs.map(([, value]) => value),
    );
    return Number.isNaN(r2) ? null : Math.sign(slope) * Math.sqrt(Math.max(0, r2));
  } catch (error) {
    if (error instanceof StatisticsError) return null;
    throw error;
  }
}
