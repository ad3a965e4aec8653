import type { SpreadSeries } from '../thresholds/spread-series.js';

/** A series at equal distances of time. */
export interface RegularSamples {
  readonly values: Float64Array;
  readonly stepUs: number;
  /** Time of the first one, microseconds since the epoch. */
  readonly startUs: number;
}

/** Rows of a spread that are not missing. */
export interface SpreadPoints {
  readonly tsUs: Float64Array;
  /** Mean of the spread entered at and the one left at, in per cent of the spot ask. */
  readonly spreadPct: Float64Array;
}

/** The middle of both spreads in every row that has them. */
export function spreadPoints({ entry, exit, places }: SpreadSeries): SpreadPoints {
  const tsUs = new Float64Array(entry.length);
  const spreadPct = new Float64Array(entry.length);
  let count = 0;
  for (let row = 0; row < entry.length; row++) {
    const middle = ((entry[row] as number) + (exit[row] as number)) / 2;
    if (Number.isNaN(middle)) continue;
    tsUs[count] = places[row] as number;
    spreadPct[count++] = middle;
  }
  return { tsUs: tsUs.subarray(0, count), spreadPct: spreadPct.subarray(0, count) };
}

/**
 * Samples at equal distances from the first point to the last: at each moment the last point that is not later.
 * @param countMax most samples, at least 2; never more than there are points
 */
export function regularSamples({ tsUs, spreadPct }: SpreadPoints, countMax: number): RegularSamples {
  const count = Math.min(countMax, tsUs.length);
  const startUs = tsUs[0] ?? 0;
  const stepUs = ((tsUs[tsUs.length - 1] ?? 0) - startUs) / Math.max(1, count - 1);
  const values = new Float64Array(count);
  let point = 0;
  for (let sample = 0; sample < count; sample++) {
    // The last moment is the last point's, whatever rounding says.
    const atUs = sample === count - 1 ? Number.POSITIVE_INFINITY : startUs + sample * stepUs;
    while (point + 1 < tsUs.length && (tsUs[point + 1] as number) <= atUs) point++;
    values[sample] = spreadPct[point] as number;
  }
  return { values, stepUs, startUs };
}
