import { CalculationError } from '../../domain/calculation-error.js';
import { HOUR_US } from '../../strategy/hedged/funding.js';
import { quantiles } from '../statistics/quantiles.js';
import { type SpreadSeries, spreadSeries } from '../thresholds/spread-series.js';
import type { ThresholdFigures, ThresholdGrid } from '../thresholds/threshold-sweep.js';
import type { SweepTerms } from '../thresholds/threshold-walk.js';
import { SpreadLevel } from './spread-model.js';
import { type ThresholdConstraints, ThresholdSurface } from './threshold-surface.js';

/** Bounds that no thresholds go beyond, in per cent. */
export interface ThresholdLimits {
  readonly maxEntryThreshold: number;
  readonly minExitThreshold: number;
}

/** Backtests pairs of thresholds over a series. */
export type Sweep = (series: SpreadSeries, entries: Float64Array, exits: Float64Array, terms: SweepTerms) => ThresholdGrid;

/** What a search needs beside its series. */
export interface SearchTerms {
  /** Fee in per cent and longest hold in microseconds. */
  readonly sweep: SweepTerms;
  readonly limits: ThresholdLimits;
  readonly constraints: ThresholdConstraints;
  readonly sweeper: Sweep;
  /** Called between phases with the name of the next; may throw to end the search. */
  readonly phase: (name: string) => void;
}

/** The best pair of a search, with what speaks for it. */
export interface SearchResult {
  readonly figures: ThresholdFigures;
  /** See `ThresholdSurface.flatness`. */
  readonly flatness: number;
  /** Its profit over the blocks of time, positions closed at their ends; per cent. */
  readonly inSamplePct: number;
  /** What the pairs that were best in all other blocks have made in each block; per cent. */
  readonly outOfSamplePct: number;
  /**
   * Mean over the blocks of what was made out of sample as a share of the mean profit of a block in sample, each share at most 1, so
   * that no block makes up for others; 0 without a profit in sample.
   */
  readonly agreement: number;
}

/** Thresholds of each kind. */
const LEVELS = 28;
/** Blocks of equal length that are held out in turn. */
const BLOCKS = 4;
/** Between which percentiles of the spread thresholds are looked for. */
const ENTRY_PERCENTILES = [40, 99.8] as const;
const EXIT_PERCENTILES = [0.2, 60] as const;

const DAY_US = 24 * HOUR_US;

/**
 * Looks for the pair of thresholds with the best profit that keeps to limits and constraints, in a grid over the range of the spread.
 * The pair is chosen on the whole series. To tell how far that can be trusted, each of four blocks of time is also held out once:
 * what the other three would have chosen is tried on it.
 * @returns null when no pair within the limits keeps to the constraints and has a profit
 */
export function searchThresholds(series: SpreadSeries, terms: SearchTerms): SearchResult | null {
  const { constraints, phase, sweeper, sweep } = terms;
  phase('candidates');
  const grid = candidates(series, terms.limits);
  if (grid === null) return null;
  const { entries, exits } = grid;
  phase('sweep');
  const whole = sweeper(series, entries, exits, sweep);
  const surface = surfaceOf(whole, series, sweep.fee);
  const chosen = surface.best(constraints);
  const figures = chosen === null ? null : whole.at(chosen);
  if (chosen === null || figures === null) return null;
  const blocks = blocksOf(series).map((block, index) => {
    phase(`block ${index + 1}`);
    return surfaceOf(sweeper(block, entries, exits, sweep), block, sweep.fee);
  });
  return { figures, flatness: surface.flatness(chosen), ...crossValidated(blocks, chosen, constraints) };
}

function crossValidated(
  blocks: readonly ThresholdSurface[],
  chosen: number,
  constraints: ThresholdConstraints,
): Pick<SearchResult, 'inSamplePct' | 'outOfSamplePct' | 'agreement'> {
  const unseen = blocks.map((block) => {
    const learnt = ThresholdSurface.sum(blocks.filter((other) => other !== block))?.best(constraints) ?? null;
    return learnt === null ? 0 : (block.profitPct[learnt] as number);
  });
  const inSamplePct = blocks.reduce((sum, block) => sum + (block.profitPct[chosen] as number), 0);
  const outOfSamplePct = unseen.reduce((sum, profit) => sum + profit, 0);
  const meanPct = inSamplePct / blocks.length;
  const shares = unseen.reduce((sum, profit) => sum + Math.min(1, profit / meanPct), 0);
  return { inSamplePct, outOfSamplePct, agreement: inSamplePct > 0 ? shares / blocks.length : 0 };
}

/** Thresholds at equal distances, within the limits and where the spread has been; null when there is no room for a pair. */
function candidates(
  { entry, exit }: SpreadSeries,
  { maxEntryThreshold, minExitThreshold }: ThresholdLimits,
): { entries: Float64Array; exits: Float64Array } | null {
  const present = (values: Float64Array): Float64Array => values.filter((value) => !Number.isNaN(value));
  const [entryLow = 0, entryHigh = 0] = quantiles(present(entry), ENTRY_PERCENTILES);
  const [exitLow = 0, exitHigh = 0] = quantiles(present(exit), EXIT_PERCENTILES);
  const lowest = Math.max(minExitThreshold, exitLow);
  const highest = Math.min(maxEntryThreshold, entryHigh);
  if (!(lowest < highest)) return null;
  return {
    entries: evenly(Math.min(Math.max(entryLow, lowest), highest), highest),
    exits: evenly(lowest, Math.min(Math.max(exitHigh, lowest), highest)),
  };
}

function evenly(low: number, high: number): Float64Array {
  if (low === high) return Float64Array.of(low);
  return Float64Array.from({ length: LEVELS }, (_, level) => low + ((high - low) * level) / (LEVELS - 1));
}

/** Blocks of equal length in time; a block without rows is left out. */
function blocksOf({ entry, exit, places }: SpreadSeries): SpreadSeries[] {
  const startUs = places[0] as number;
  const lengthUs = ((places[places.length - 1] as number) - startUs) / BLOCKS;
  const blocks: SpreadSeries[] = [];
  let from = 0;
  for (let block = 1; block <= BLOCKS; block++) {
    let to = block === BLOCKS ? places.length : from;
    while (to < places.length && (places[to] as number) < startUs + block * lengthUs) to++;
    try {
      blocks.push(spreadSeries(entry.subarray(from, to), exit.subarray(from, to), places.subarray(from, to)));
    } catch (error) {
      if (!(error instanceof CalculationError && error.fault === 'INSUFFICIENT_DATA')) throw error;
    }
    from = to;
  }
  return blocks;
}

function surfaceOf(grid: ThresholdGrid, { entry, exit, places }: SpreadSeries, fee: number): ThresholdSurface {
  const spanUs = (places[places.length - 1] as number) - (places[0] as number);
  return ThresholdSurface.of(grid, spanUs / DAY_US, SpreadLevel.of(entry, exit), fee);
}
