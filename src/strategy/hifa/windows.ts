import { VENUES_MAX } from '../../../assembly/memory/scan-layout.js';
import { HISTORY_BUCKET_US } from '../../kernel/signals.js';
import type { BucketHistory } from './bucket-history.js';
import type { SignalSource } from './signal-source.js';

/** Windows of 1 s, 5 s and 15 s, in buckets. */
export const WINDOW_BUCKETS = [4, 20, 60] as const;
export const WINDOWS = WINDOW_BUCKETS.length;
const LONGEST_WINDOW = WINDOW_BUCKETS[WINDOWS - 1] ?? 0;

const BUCKETS_PER_SECOND = 1_000_000 / HISTORY_BUCKET_US;

/**
 * The last 15 s of up to VENUES_MAX books side by side, by the same clock: bucket 0 is the one that now falls in, whatever a book's own
 * newest is, and a book without messages has stood still. Signs are those of the market, not of a signal.
 */
export class Windows {
  /** What `findLag` found last. */
  lag = 0;
  lagCorrelation = 0;
  /** Buckets known of each book, at most those of the longest window. */
  readonly known = new Int32Array(VENUES_MAX);
  /** Return, order-flow imbalance and volume imbalance (both in [-1, 1]), by place and window. */
  private readonly returns = new Float64Array(VENUES_MAX * WINDOWS);
  private readonly flows = new Float64Array(VENUES_MAX * WINDOWS);
  private readonly volumes = new Float64Array(VENUES_MAX * WINDOWS);
  /** Sum of the squared returns of the buckets, and the returns themselves, the newest first. */
  private readonly squares = new Float64Array(VENUES_MAX);
  private readonly steps = new Float64Array(VENUES_MAX * LONGEST_WINDOW);

  constructor(private readonly history: BucketHistory) {}

  returnOf(place: number, window: number): number {
    return this.returns[place * WINDOWS + window] ?? 0;
  }
  flowOf(place: number, window: number): number {
    return this.flows[place * WINDOWS + window] ?? 0;
  }
  volumeOf(place: number, window: number): number {
    return this.volumes[place * WINDOWS + window] ?? 0;
  }
  /** Standard deviation of the return over one second, about zero. */
  volatility(place: number): number {
    const known = this.known[place] ?? 0;
    return known === 0 ? 0 : Math.sqrt(((this.squares[place] ?? 0) / known) * BUCKETS_PER_SECOND);
  }
  /** The return of a window in its own standard deviations. */
  deviations(place: number, window: number): number {
    const buckets = Math.min(WINDOW_BUCKETS[window] ?? 0, this.known[place] ?? 0);
    const usual = this.volatility(place) * Math.sqrt(buckets / BUCKETS_PER_SECOND);
    return usual === 0 ? 0 : this.returnOf(place, window) / usual;
  }

  /**
   * Finds the lag, in buckets, at which the returns of two books are most correlated (about zero), the shortest of equals. It stands in
   * `lag`, positive when `follower` comes after `leader`, and the correlation in `lagCorrelation`; 0 and 0 when none is positive.
   */
  findLag(leader: number, follower: number, lagMax: number): void {
    const { steps } = this;
    const known = Math.min(this.known[leader] ?? 0, this.known[follower] ?? 0);
    let best = 0;
    this.lag = 0;
    for (let tried = 0; tried <= lagMax * 2; tried++) {
      // 0, 1, -1, 2, -2, ...
      const lag = (tried & 1) === 1 ? (tried + 1) >> 1 : 0 - (tried >> 1);
      const leaderAt = leader * LONGEST_WINDOW + Math.max(0, lag);
      const followerAt = follower * LONGEST_WINDOW + Math.max(0, -lag);
      const count = known - Math.abs(lag);
      let sum = 0;
      for (let age = 0; age < count; age++) sum += (steps[leaderAt + age] ?? 0) * (steps[followerAt + age] ?? 0);
      if (sum <= best) continue;
      best = sum;
      this.lag = lag;
    }
    const norm = Math.sqrt((this.squares[leader] ?? 0) * (this.squares[follower] ?? 0));
    this.lagCorrelation = norm === 0 ? 0 : best / norm;
  }

  /** Takes in the history of a book. */
  read(source: SignalSource, book: number, place: number, nowUs: number): void {
    const { steps, returns, flows, volumes, history } = this;
    history.track(source, book);
    const open = source.newestBucket(book);
    const kept = source.bucketCount(book);
    // Buckets that have passed since the book's newest one began: nothing happened in them.
    const still = Math.max(0, Math.floor(nowUs / HISTORY_BUCKET_US) - open);
    // The oldest bucket gives the price that the one after it started from.
    const known = kept < 2 ? 0 : Math.min(LONGEST_WINDOW, still + kept - 1);
    const lastMid = kept === 0 ? 0 : source.midUnits(book, 0);
    let window = 0;
    let mid = lastMid;
    let squares = 0;
    let flow = 0;
    let flowSize = 0;
    let bought = 0;
    let sold = 0;
    for (let age = 0; age < known; age++) {
      let step = 0;
      if (age >= still) {
        const own = age - still;
        const before = history.mids[history.place(book, open - own - 1)] ?? 0;
        // A bucket that ended with an empty side says nothing of the price.
        if (before > 0) {
          step = mid > 0 ? mid / before - 1 : 0;
          mid = before;
        }
        squares += step * step;
        // The open bucket is not over: what it holds is read where it stands.
        const at = history.place(book, open - own);
        const came = own === 0 ? source.flowUnits(book, 0) : (history.flows[at] ?? 0);
        flow += came;
        flowSize += Math.abs(came);
        bought += own === 0 ? source.boughtUnits(book, 0) : (history.bought[at] ?? 0);
        sold += own === 0 ? source.soldUnits(book, 0) : (history.sold[at] ?? 0);
      }
      steps[place * LONGEST_WINDOW + age] = step;
      while (window < WINDOWS && (age + 1 === WINDOW_BUCKETS[window] || age + 1 === known)) {
        const at = place * WINDOWS + window;
        returns[at] = mid > 0 && lastMid > 0 ? lastMid / mid - 1 : 0;
        flows[at] = flowSize === 0 ? 0 : flow / flowSize;
        volumes[at] = bought + sold === 0 ? 0 : (bought - sold) / (bought + sold);
        window++;
      }
    }
    for (; window < WINDOWS; window++) {
      const at = place * WINDOWS + window;
      returns[at] = 0;
      flows[at] = 0;
      volumes[at] = 0;
    }
    this.known[place] = known;
    this.squares[place] = squares;
  }
}
