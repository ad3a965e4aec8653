import { HOUR_US } from '../../strategy/hedged/funding.js';
import type { SpreadSeries } from '../thresholds/spread-series.js';
import { InsufficientDataError } from './errors.js';

/** Longest time between two points over which the first one's value is taken to stand. What lies further apart is not one stretch. */
export const GAP_MAX_US = HOUR_US;

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

/** Points without a gap longer than `GAP_MAX_US` between neighbours, in order of time; over the same memory. */
export function stretches({ tsUs, spreadPct }: SpreadPoints): SpreadPoints[] {
  const found: SpreadPoints[] = [];
  let from = 0;
  for (let point = 1; point <= tsUs.length; point++) {
    if (point < tsUs.length && !isGap(tsUs, point)) continue;
    found.push({ tsUs: tsUs.subarray(from, point), spreadPct: spreadPct.subarray(from, point) });
    from = point;
  }
  return found;
}

/** The stretch with the most points; nothing of nothing. */
export function longestStretch(points: SpreadPoints): SpreadPoints {
  return stretches(points).reduce((longest, next) => (next.tsUs.length > longest.tsUs.length ? next : longest), {
    tsUs: new Float64Array(),
    spreadPct: new Float64Array(),
  });
}

/**
 * Samples at equal distances from the first point to the last: at each moment the last point that is not later.
 * @param points one stretch: a value that is carried on for longer than `GAP_MAX_US` would pass for a spread that stood still
 * @param countMax most samples, at least 2; never more than there are points
 * @throws InsufficientDataError when neighbouring points are further apart
 */
export function regularSamples({ tsUs, spreadPct }: SpreadPoints, countMax: number): RegularSamples {
  const count = Math.min(countMax, tsUs.length);
  const startUs = tsUs[0] ?? 0;
  const stepUs = ((tsUs[tsUs.length - 1] ?? 0) - startUs) / Math.max(1, count - 1);
  const gap = tsUs.findIndex((_, point) => point > 0 && isGap(tsUs, point));
  if (gap > 0) {
    const hours = ((tsUs[gap] as number) - (tsUs[gap - 1] as number)) / HOUR_US;
    throw new InsufficientDataError(`${hours} hours are missing before point ${gap}`, { hours, point: gap });
  }
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

function isGap(tsUs: Float64Array, point: number): boolean {
  return (tsUs[point] as number) - (tsUs[point - 1] as number) > GAP_MAX_US;
}
