import { InvalidInputError } from '../../domain/errors.js';
import { statisticsKernel } from '../../kernel/statistics.js';
import { part } from '../../kernel/statistics-arena.js';
import { ConstantSeriesError } from './errors.js';
import { checkedSeries, varyingSample } from './sample.js';
import { wholeNumber } from './whole-number.js';

export type ShiftDirection = 'up' | 'down';

/** A shift of the mean, as found while it goes on. */
export interface ShiftAlarm {
  /** Value at which it was found. */
  readonly index: number;
  readonly direction: ShiftDirection;
  /** Estimated first value after the shift. */
  readonly start: number;
}

/** What a detector calls normal, and when it raises an alarm; `k` and `h` in standard deviations. */
export interface PageOptions {
  readonly target: number;
  readonly sigma: number;
  /** Slack: drifts of the mean below it are let pass; 0.5 by default. */
  readonly k?: number;
  /** Sum at which an alarm is raised; 5 by default. */
  readonly h?: number;
}

/**
 * Two-sided cumulative sums (Page, 1954), value by value: `up` and `down` add up by how much the values exceed, or fall short of, the
 * target by more than `k`. After an alarm both start anew. Nothing is allocated but alarms.
 */
export class PageDetector {
  up = 0;
  down = 0;
  private upStart: number;
  private downStart: number;
  private upAtNext = 0;
  private downAtNext = 0;

  /**
   * @param index of the next value
   * @throws InvalidInputError unless sigma and h are positive
   */
  constructor(
    private readonly options: Required<PageOptions>,
    private index = 0,
  ) {
    if (!(options.sigma > 0 && options.h > 0)) throw new InvalidInputError('sigma and h have to be above 0', { ...options });
    this.upStart = index;
    this.downStart = index;
  }

  /** Takes the next value. @returns an alarm when one is due; `up` and `down` still show the sums that raised it */
  update(value: number): ShiftAlarm | null {
    const { target, sigma, k, h } = this.options;
    const z = (value - target) / sigma;
    const index = this.index++;
    this.up = Math.max(0, this.upAtNext + z - k);
    this.down = Math.max(0, this.downAtNext - z - k);
    if (this.up === 0) this.upStart = index + 1;
    if (this.down === 0) this.downStart = index + 1;
    this.upAtNext = this.up;
    this.downAtNext = this.down;
    if (!(this.up > h || this.down > h)) return null;
    const alarm: ShiftAlarm =
      this.up > h ? { index, direction: 'up', start: this.upStart } : { index, direction: 'down', start: this.downStart };
    this.upAtNext = 0;
    this.downAtNext = 0;
    this.upStart = index + 1;
    this.downStart = index + 1;
    return alarm;
  }
}

/** Options of `cusumPage`: mean and deviation of the normal state, or how many values at the beginning tell them (50). */
export type CusumPageOptions = Pick<PageOptions, 'k' | 'h'> &
  ({ readonly target: number; readonly sigma: number } | { readonly warmup?: number });

export interface CusumPage {
  /** Mean and deviation of the normal state, as given or as the warm-up tells them. */
  readonly target: number;
  readonly sigma: number;
  readonly alarms: readonly ShiftAlarm[];
  /** Index of the first value that was watched; the sums begin with it. */
  readonly from: number;
  readonly up: Float64Array;
  readonly down: Float64Array;
}

/**
 * Runs a `PageDetector` over a series.
 * @throws InsufficientDataError for no values, or none behind the warm-up
 * @throws NotFiniteError
 * @throws ConstantSeriesError when the warm-up does not vary
 * @throws InvalidInputError when the warm-up is not whole or below 2, or as `PageDetector`
 */
export function cusumPage(values: ArrayLike<number>, options: CusumPageOptions = {}): CusumPage {
  const { k = 0.5, h = 5 } = options;
  return statisticsKernel().scope(() => {
    if ('target' in options) {
      const series = checkedSeries(values, 1);
      const { target, sigma } = options;
      return { target, sigma, ...watch(series.values, new PageDetector({ target, sigma, k, h }), 0) };
    }
    const warmup = wholeNumber('warmup', options.warmup ?? 50, 2);
    const series = checkedSeries(values, warmup + 1);
    const beginning = part(series, 0, warmup);
    const { min, max } = statisticsKernel().extent(beginning);
    if (min === max) throw new ConstantSeriesError(`the first ${warmup} values are all ${min}`);
    // Watched from the first value on: a target near 1e9 would have lost digits that the sums gather.
    const origin = series.values[0] as number;
    statisticsKernel().shift(series, 1, origin);
    const { mean, second } = statisticsKernel().moments(beginning);
    const sigma = Math.sqrt((second * warmup) / (warmup - 1));
    const detector = new PageDetector({ target: mean, sigma, k, h }, warmup);
    return { target: origin + mean, sigma, ...watch(series.values.subarray(warmup), detector, warmup) };
  });
}

function watch(values: Float64Array, detector: PageDetector, from: number): Omit<CusumPage, 'target' | 'sigma'> {
  const alarms: ShiftAlarm[] = [];
  const up = new Float64Array(values.length);
  const down = new Float64Array(values.length);
  for (let t = 0; t < values.length; t++) {
    const alarm = detector.update(values[t] as number);
    if (alarm !== null) alarms.push(alarm);
    up[t] = detector.up;
    down[t] = detector.down;
  }
  return { alarms, from, up, down };
}

/** Options of `cusumSegment`. */
export interface CusumSegmentOptions {
  /** Fewest values on either side of a change; 20 by default. */
  readonly minSegment?: number;
  /** Statistic that a change has to exceed; 1.358, for 5 %, by default. */
  readonly critical?: number;
}

/** Shifts of the mean that a look back finds, by index. */
export interface CusumSegments {
  /** First value after each shift. */
  readonly changePoints: readonly number[];
  readonly statistics: readonly number[];
  /** Chance of such a statistic without a shift: tail of Kolmogorov's distribution. */
  readonly p: readonly number[];
}

/**
 * Splits a series where its mean shifts: at the largest deviation of the cumulative sum from a straight line, again in both parts.
 * @throws InsufficientDataError for fewer than two segments' values
 * @throws NotFiniteError
 * @throws ConstantSeriesError
 * @throws InvalidInputError when `minSegment` is not whole or below 1
 */
export function cusumSegment(values: ArrayLike<number>, options: CusumSegmentOptions = {}): CusumSegments {
  const { critical = 1.358 } = options;
  const minSegment = wholeNumber('minSegment', options.minSegment ?? 20, 1);
  return statisticsKernel().scope(() => {
    const { scaled } = varyingSample(values, 2 * minSegment);
    const open: [from: number, to: number][] = [[0, values.length]];
    const found: { readonly index: number; readonly statistic: number }[] = [];
    for (let range = open.pop(); range !== undefined; range = open.pop()) {
      const [from, to] = range;
      if (to - from < 2 * minSegment) continue;
      const { index, statistic } = largestDeviation(scaled.values.subarray(from, to), minSegment);
      if (!(statistic > critical)) continue;
      found.push({ index: from + index, statistic });
      open.push([from, from + index], [from + index, to]);
    }
    found.sort((a, b) => a.index - b.index);
    return {
      changePoints: found.map(({ index }) => index),
      statistics: found.map(({ statistic }) => statistic),
      p: found.map(({ statistic }) => kolmogorovTail(statistic)),
    };
  });
}

/** First left length with the largest deviation of the cumulative sum, by std * sqrt(n); a constant part has a statistic of 0. */
function largestDeviation(values: Float64Array, minSegment: number): { readonly index: number; readonly statistic: number } {
  const n = values.length;
  const origin = values[0] as number;
  let sum = 0;
  for (const value of values) sum += value - origin;
  const mean = sum / n;
  let squares = 0;
  let reached = 0;
  let largest = -1;
  let index = 0;
  let isConstant = true;
  for (let t = 0; t < n; t++) {
    const away = (values[t] as number) - origin;
    if (away !== 0) isConstant = false;
    if (t >= minSegment && t <= n - minSegment && Math.abs(reached) > largest) {
      largest = Math.abs(reached);
      index = t;
    }
    reached += away - mean;
    squares += (away - mean) ** 2;
  }
  return { index, statistic: isConstant ? 0 : largest / Math.sqrt((squares / (n - 1)) * n) };
}

/** Chance that Kolmogorov's statistic exceeds a value. */
function kolmogorovTail(statistic: number): number {
  // Below this the tail is 1 to 12 digits, and the series slow.
  if (statistic < 0.2) return 1;
  let tail = 0;
  for (let k = 1; ; k++) {
    const term = 2 * Math.exp(-2 * k * k * statistic * statistic);
    tail += k % 2 === 1 ? term : -term;
    if (term < 1e-18) return Math.min(1, Math.max(0, tail));
  }
}
