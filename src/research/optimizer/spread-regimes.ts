import { HOUR_US } from '../../strategy/hedged/funding.js';
import { cusumSegment } from '../statistics/cusum.js';
import { ouFit } from '../statistics/ou-fit.js';
import { meanOf } from './mean-reversion.js';
import { regularSamples, type SpreadPoints } from './spread-samples.js';

/** How a spread behaves for a while. */
export type SpreadRegimeKind = 'mean-reverting' | 'trending' | 'volatile';

/** A stretch of time in which a spread kept to one level. */
export interface SpreadRegime {
  readonly fromTsUs: number;
  readonly toTsUs: number;
  readonly kind: SpreadRegimeKind;
  readonly meanPct: number;
  readonly stdPct: number;
  /** Infinite where the spread does not return. */
  readonly halfLifeHours: number;
}

const SAMPLES_MAX = 1441;
const SEGMENT_SAMPLES_MIN = 30;
/** Stretches in which the memory of the spread is measured. */
const STRETCHES = 12;
/** 95 % quantile of Kolmogorov's distribution. */
const CRITICAL_WHITE = 1.358;
/** Of the steps, against the middle of all stretches. */
const VOLATILE_RATIO = 2;
/** Half-lives that a stretch has to hold to be called mean-reverting. */
const HALF_LIVES_MIN = 4;

/**
 * Splits a spread where its level shifts, by cumulative sums, and says how it behaves in between: `volatile` where its steps are more
 * than twice as large as in the median regime, `trending` where a regime lasts fewer than four of its half-lives.
 * Cumulative sums wander further the longer the memory of a series is, so the critical value grows with its long-run deviation,
 * sqrt((1 + b) / (1 - b)) for a first-order series; b is the median over short stretches, so that shifts do not count as memory.
 * @param points one stretch
 * @throws InsufficientDataError of the statistics for fewer than 60 points, of the optimiser for a gap as `regularSamples`
 * @throws NotFiniteError
 * @throws ConstantSeriesError
 */
export function spreadRegimes(points: SpreadPoints): SpreadRegime[] {
  const { values, stepUs, startUs } = regularSamples(points, SAMPLES_MAX);
  const memory = medianMemory(values);
  const critical = CRITICAL_WHITE * Math.sqrt((1 + memory) / (1 - memory));
  const { changePoints } = cusumSegment(values, { minSegment: SEGMENT_SAMPLES_MIN, critical });
  const bounds = [0, ...changePoints, values.length];
  const segments = changePoints.map((_, i) => values.subarray(bounds[i], bounds[i + 1]));
  segments.push(values.subarray(bounds[bounds.length - 2]));
  const stepSizes = segments.map(meanStep);
  const usualStep = medianOf(stepSizes);
  return segments.map((segment, i) => {
    const from = bounds[i] as number;
    const halfLifeSamples = halfLifeOf(segment);
    const isVolatile = (stepSizes[i] as number) > VOLATILE_RATIO * usualStep;
    const isTrending = segment.length < HALF_LIVES_MIN * halfLifeSamples;
    const mean = meanOf(segment);
    return {
      fromTsUs: startUs + from * stepUs,
      toTsUs: startUs + (from + segment.length - 1) * stepUs,
      kind: isVolatile ? 'volatile' : isTrending ? 'trending' : 'mean-reverting',
      meanPct: mean,
      stdPct: Math.sqrt(segment.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, segment.length - 1)),
      halfLifeHours: (halfLifeSamples * stepUs) / HOUR_US,
    };
  });
}

/** Samples; infinite where a stretch does not return, one where it overshoots, 0 where it stands still. */
function halfLifeOf(values: Float64Array): number {
  if (!varies(values)) return 0;
  const { halfLife, b } = ouFit(values);
  return halfLife ?? (b <= 0 ? 1 : Number.POSITIVE_INFINITY);
}

/** Median first-order coefficient over short stretches, in [0, 1). */
function medianMemory(values: Float64Array): number {
  const length = Math.max(SEGMENT_SAMPLES_MIN, Math.floor(values.length / STRETCHES));
  const memories: number[] = [];
  for (let from = 0; from + length <= values.length; from += length) {
    const stretch = values.subarray(from, from + length);
    if (varies(stretch)) memories.push(ouFit(stretch).b);
  }
  return Math.min(0.999, Math.max(0, memories.length === 0 ? 0 : medianOf(memories)));
}

function varies(values: Float64Array): boolean {
  // The first-order fit needs variation among the values before the last.
  for (let i = 1; i < values.length - 1; i++) if (values[i] !== values[0]) return true;
  return false;
}

function meanStep(values: Float64Array): number {
  let sum = 0;
  for (let i = 1; i < values.length; i++) sum += Math.abs((values[i] as number) - (values[i - 1] as number));
  return sum / Math.max(1, values.length - 1);
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}
