import type { KlineColumns } from '../kline-columns.js';

/** Klines that are not there, although the ones before and after are. */
export interface KlineGap {
  /** Opening of the first one that is missing. */
  readonly fromMs: number;
  /** Opening of the first one that is there again. */
  readonly toMs: number;
  readonly count: number;
}

/** A price that moved more than its like. */
export interface PriceJump {
  readonly openMs: number;
  /** Logarithm of close over the close before. */
  readonly logReturn: number;
  /** Robust standard deviations. */
  readonly score: number;
}

/** Klines that traded and yet stood at one price. */
export interface FrozenRun {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

export interface KlineReportOptions {
  /** A jump is so many robust standard deviations; 15 unless told. */
  readonly jumpScoreMin?: number;
  /** A price is frozen when so many klines in a row with volume stand at it; 30 unless told. */
  readonly frozenMin?: number;
}

/** What is strange about a series of klines. Times are openings; lists of single times hold the first 20. */
export interface KlineReport {
  readonly intervalMs: number;
  readonly rows: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Klines that there would be from the first to the last without a gap. */
  readonly expected: number;
  readonly missing: number;
  readonly gaps: readonly KlineGap[];
  /** Openings that are there more than once, each further one counted. */
  readonly duplicates: number;
  /** Klines behind a later one. */
  readonly outOfOrder: number;
  /** Openings that are no multiple of the interval from the first one on. */
  readonly offGrid: number;
  /** A price that is 0 or less, or no number. */
  readonly badPrices: number;
  readonly badPriceTimes: readonly number[];
  /** High below low, or open or close outside of them. */
  readonly inconsistent: number;
  readonly inconsistentTimes: readonly number[];
  /** Klines that are there and say that nothing was traded: no gap. */
  readonly zeroVolume: number;
  readonly negativeVolume: number;
  readonly jumps: readonly PriceJump[];
  readonly frozen: readonly FrozenRun[];
  /** Share of the expected klines that are there, 0 to 1. */
  readonly completeness: number;
}

const TIMES_MAX = 20;
/** Standard deviations of a normal distribution in its median absolute deviation. */
const MAD_TO_SIGMA = 1.4826;

/** Looks a series of klines over. One pass over its times and prices, and two selections for what is usual of its returns. */
export function reportKlines(
  columns: KlineColumns,
  intervalMs: number,
  { jumpScoreMin = 15, frozenMin = 30 }: KlineReportOptions = {},
): KlineReport {
  const { openMs } = columns;
  const rows = openMs.length;
  let outOfOrder = 0;
  let latestMs = Number.NEGATIVE_INFINITY;
  for (const ms of openMs) {
    if (ms < latestMs) outOfOrder++;
    else latestMs = ms;
  }
  const order = sortedOrder(openMs, outOfOrder > 0);
  const firstMs = openMs[order[0] ?? 0] ?? Number.NaN;
  const lastMs = openMs[order[rows - 1] ?? 0] ?? Number.NaN;
  const gaps: KlineGap[] = [];
  let [duplicates, offGrid, missing, onGrid] = [0, 0, 0, 0];
  let beforeMs = Number.NaN;
  let gridMs = Number.NaN;
  for (const at of order) {
    const ms = openMs[at] ?? 0;
    if (ms === beforeMs) duplicates++;
    else if ((ms - firstMs) % intervalMs !== 0) offGrid++;
    else {
      onGrid++;
      const count = (ms - gridMs) / intervalMs - 1;
      if (count > 0) {
        gaps.push({ fromMs: gridMs + intervalMs, toMs: ms, count });
        missing += count;
      }
      gridMs = ms;
    }
    beforeMs = ms;
  }
  const expected = onGrid + missing;
  return {
    intervalMs,
    rows,
    firstMs,
    lastMs,
    expected,
    missing,
    gaps,
    duplicates,
    outOfOrder,
    offGrid,
    ...valuesOf(columns, order),
    jumps: jumpsOf(columns, order, intervalMs, jumpScoreMin),
    frozen: frozenOf(columns, order, frozenMin),
    completeness: expected === 0 ? 0 : onGrid / expected,
  };
}

type Values = Pick<
  KlineReport,
  'badPrices' | 'badPriceTimes' | 'inconsistent' | 'inconsistentTimes' | 'zeroVolume' | 'negativeVolume'
>;

function valuesOf({ openMs, open, high, low, close, volume }: KlineColumns, order: Uint32Array): Values {
  const badPriceTimes: number[] = [];
  const inconsistentTimes: number[] = [];
  let [badPrices, inconsistent, zeroVolume, negativeVolume] = [0, 0, 0, 0];
  for (const at of order) {
    const [o, h, l, c, v] = [open[at] ?? 0, high[at] ?? 0, low[at] ?? 0, close[at] ?? 0, volume[at] ?? 0];
    if (!(o > 0 && h > 0 && l > 0 && c > 0)) {
      badPrices++;
      if (badPriceTimes.length < TIMES_MAX) badPriceTimes.push(openMs[at] ?? 0);
    }
    if (h < l || h < o || h < c || l > o || l > c) {
      inconsistent++;
      if (inconsistentTimes.length < TIMES_MAX) inconsistentTimes.push(openMs[at] ?? 0);
    }
    if (v === 0) zeroVolume++;
    else if (v < 0) negativeVolume++;
  }
  return { badPrices, badPriceTimes, inconsistent, inconsistentTimes, zeroVolume, negativeVolume };
}

/**
 * Returns far from the usual one, in robust standard deviations: 1.4826 times the median distance from the median (Hampel 1974). Returns of 0
 * are left out of what is usual, since in quiet series they are most. Over a gap of n klines a return is divided by the root of n.
 */
function jumpsOf({ openMs, close }: KlineColumns, order: Uint32Array, intervalMs: number, scoreMin: number): PriceJump[] {
  const returns = new Float64Array(order.length);
  const moved: number[] = [];
  for (let rank = 1; rank < order.length; rank++) {
    const [at, before] = [order[rank] ?? 0, order[rank - 1] ?? 0];
    const steps = ((openMs[at] ?? 0) - (openMs[before] ?? 0)) / intervalMs;
    const logReturn = Math.log((close[at] ?? 0) / (close[before] ?? 0));
    const each = logReturn / Math.sqrt(Math.max(1, steps));
    returns[rank] = each;
    if (Number.isFinite(each) && each !== 0) moved.push(each);
  }
  if (moved.length === 0) return [];
  const usual = Float64Array.from(moved).sort();
  const centre = medianOfSorted(usual);
  const sigma = MAD_TO_SIGMA * medianOfSorted(usual.map((value) => Math.abs(value - centre)).sort());
  if (sigma === 0) return [];
  const jumps: PriceJump[] = [];
  returns.forEach((each, rank) => {
    const score = Math.abs(each - centre) / sigma;
    if (rank === 0 || !Number.isFinite(each) || score < scoreMin) return;
    const [at, before] = [order[rank] ?? 0, order[rank - 1] ?? 0];
    jumps.push({ openMs: openMs[at] ?? 0, logReturn: Math.log((close[at] ?? 0) / (close[before] ?? 0)), score });
  });
  return jumps;
}

/** Klines of volume 0 neither belong to a run nor end it: nothing moved because nothing was traded. */
function frozenOf({ openMs, open, high, low, close, volume }: KlineColumns, order: Uint32Array, frozenMin: number): FrozenRun[] {
  const runs: FrozenRun[] = [];
  let price = Number.NaN;
  let [fromMs, toMs, count] = [0, 0, 0];
  const end = (): void => {
    if (count >= frozenMin) runs.push({ fromMs, toMs, count });
    count = 0;
  };
  for (const at of order) {
    const c = close[at] ?? 0;
    if (volume[at] === 0 && c === price) continue;
    const isStill = open[at] === c && high[at] === c && low[at] === c;
    if (!isStill || c !== price) end();
    price = c;
    if (!isStill) continue;
    if (count === 0) fromMs = openMs[at] ?? 0;
    toMs = openMs[at] ?? 0;
    count++;
  }
  end();
  return runs;
}

function medianOfSorted(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Places in the order of time; those of one time stay as they are. */
function sortedOrder(openMs: Float64Array, isUnsorted: boolean): Uint32Array {
  const order = Uint32Array.from(openMs, (_, at) => at);
  return isUnsorted ? order.sort((left, right) => (openMs[left] ?? 0) - (openMs[right] ?? 0) || left - right) : order;
}
