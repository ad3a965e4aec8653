import {
  HISTORY_BOUGHT,
  HISTORY_BUCKETS,
  HISTORY_FLOW,
  HISTORY_MID,
  HISTORY_SOLD,
  HISTORY_STRIDE,
  HISTORY_TRADES,
  KIND_ON,
  KIND_STRIDE,
  ONSET_ACTIVE,
  ONSET_COUNT,
  ONSET_PEAK,
  ONSET_STRENGTH,
  ONSET_STRIDE,
  ONSET_US,
  RULE_KINDS,
  SIGNAL_HISTORY,
  SIGNAL_STATE_ASK_WALL,
  SIGNAL_STATE_BID_WALL,
  SIGNAL_STATE_BOUGHT,
  SIGNAL_STATE_BUCKET,
  SIGNAL_STATE_FIRST_BUCKET,
  SIGNAL_STATE_FLOW,
  SIGNAL_STATE_IMBALANCE,
  SIGNAL_STATE_MID,
  SIGNAL_STATE_MOVE_BPS,
  SIGNAL_STATE_ONSETS,
  SIGNAL_STATE_SOLD,
  SIGNAL_STATE_TRADES,
  SIGNAL_STATE_VOLUME,
  SIGNAL_UP,
  WALL_PRICE,
  WALL_QTY,
  WALL_RATIO,
} from '../../assembly/memory/signal-layout.js';
import { KernelError } from '../domain/errors.js';
import type { Kernel } from './kernel.js';
import type { Views } from './views.js';

export {
  HISTORY_BUCKET_US,
  SIGNAL_DOWN,
  SIGNAL_IMBALANCE,
  SIGNAL_MICRO_MOVE,
  SIGNAL_UP,
  SIGNAL_VOLUME,
  SIGNAL_WALL,
} from '../../assembly/memory/signal-layout.js';

/** Kinds of signals, in the order of their numbers. */
export const SIGNAL_NAMES = ['imbalance', 'wall', 'micro-move', 'volume'] as const;

/** Complete buckets that may be read: the margin to those kept is the time in which a copied state may be used. */
const HISTORY_DEPTH = HISTORY_BUCKETS - 4;

/**
 * What the feed workers' kernels computed of every book, as of the engine's copy of it. Kinds and directions are numbers (SIGNAL_...).
 * The answers depend on that copy alone, and on complete buckets of history, which do not change. Nothing here allocates.
 */
export class Signals {
  private readonly float64: Float64Array;
  private readonly blocks: readonly number[];
  private readonly rules: number;

  /** @throws KernelError when the memory was planned without signals */
  constructor(
    kernel: Kernel,
    private readonly views: Views,
  ) {
    this.float64 = kernel.float64;
    this.blocks = kernel.plan.signals;
    this.rules = kernel.plan.signalRules;
    if (this.rules === 0) throw new KernelError('the memory was planned without signals', {});
  }

  /** Signals of a kernel's books; undefined where the memory was planned without. */
  static of(kernel: Kernel, views: Views): Signals | undefined {
    return kernel.plan.signalRules === 0 ? undefined : new Signals(kernel, views);
  }

  /** How often a signal has begun since the start; never lost to conflation. */
  onsets(book: number, kind: number, direction: number): number {
    return this.at(this.onset(book, kind, direction) + ONSET_COUNT);
  }
  isActive(book: number, kind: number, direction: number): boolean {
    return this.at(this.onset(book, kind, direction) + ONSET_ACTIVE) !== 0;
  }
  /** Strength in the kind's own unit, now and at its strongest since it last began. */
  value(book: number, kind: number, direction: number): number {
    return this.at(this.onset(book, kind, direction) + ONSET_STRENGTH);
  }
  peak(book: number, kind: number, direction: number): number {
    return this.at(this.onset(book, kind, direction) + ONSET_PEAK);
  }
  /**
   * How far beyond its threshold a signal is at its strongest since it last began, in [0, 1): parts of what is left to 1 for shares, and
   * 1 - threshold / strength for multiples and basis points.
   */
  strength(book: number, kind: number, direction: number): number {
    const peak = this.peak(book, kind, direction);
    const on = this.at(this.rules + RULE_KINDS + kind * KIND_STRIDE + KIND_ON);
    if (!(peak > on)) return 0;
    return on < 1 && peak <= 1 ? (peak - on) / (1 - on) : 1 - on / peak;
  }
  /** Monotonic microseconds at which it last began. */
  sinceUs(book: number, kind: number, direction: number): number {
    return this.at(this.onset(book, kind, direction) + ONSET_US);
  }

  imbalance(book: number): number {
    return this.at(this.state(book) + SIGNAL_STATE_IMBALANCE);
  }
  moveBps(book: number): number {
    return this.at(this.state(book) + SIGNAL_STATE_MOVE_BPS);
  }
  volumeImbalance(book: number): number {
    return this.at(this.state(book) + SIGNAL_STATE_VOLUME);
  }
  wallPriceUnits(book: number, direction: number): number {
    return this.at(this.wall(book, direction) + WALL_PRICE);
  }
  wallQtyUnits(book: number, direction: number): number {
    return this.at(this.wall(book, direction) + WALL_QTY);
  }
  wallRatio(book: number, direction: number): number {
    return this.at(this.wall(book, direction) + WALL_RATIO);
  }

  /** Number of the open bucket: its beginning in monotonic microseconds divided by HISTORY_BUCKET_US; 0 before the first update. */
  newestBucket(book: number): number {
    return this.at(this.state(book) + SIGNAL_STATE_BUCKET);
  }
  /** Buckets that can be asked for, the open one included. */
  bucketCount(book: number): number {
    const open = this.newestBucket(book);
    if (open === 0) return 0;
    return Math.min(open - this.at(this.state(book) + SIGNAL_STATE_FIRST_BUCKET), HISTORY_DEPTH) + 1;
  }
  /** Mid at the end of a bucket in price units, 0 while a side was empty; by age in buckets, 0 being the open one as it is now. */
  midUnits(book: number, age: number): number {
    return this.ended(book, age, SIGNAL_STATE_MID, HISTORY_MID);
  }
  /** Order flow within a bucket in quantity units: what came to the bids and left the asks, less the other way round. */
  flowUnits(book: number, age: number): number {
    return this.within(book, age, SIGNAL_STATE_FLOW, HISTORY_FLOW);
  }
  /** What takers bought and sold within a bucket, in quantity units, and how many trades there were. */
  boughtUnits(book: number, age: number): number {
    return this.within(book, age, SIGNAL_STATE_BOUGHT, HISTORY_BOUGHT);
  }
  soldUnits(book: number, age: number): number {
    return this.within(book, age, SIGNAL_STATE_SOLD, HISTORY_SOLD);
  }
  tradeCount(book: number, age: number): number {
    return this.within(book, age, SIGNAL_STATE_TRADES, HISTORY_TRADES);
  }

  /** What stood at the end of a bucket. */
  private ended(book: number, age: number, now: number, then: number): number {
    if (age === 0) return this.at(this.state(book) + now);
    const bucket = (this.newestBucket(book) - age) & (HISTORY_BUCKETS - 1);
    return this.at((this.blocks[book] ?? 0) + SIGNAL_HISTORY + bucket * HISTORY_STRIDE + then);
  }
  /** By how much a running sum grew within a bucket; the oldest that can be asked for begins at nothing. */
  private within(book: number, age: number, now: number, then: number): number {
    const before = age + 1 < this.bucketCount(book) ? this.ended(book, age + 1, now, then) : 0;
    return age + 1 < this.bucketCount(book) || !this.isCut(book) ? this.ended(book, age, now, then) - before : 0;
  }
  /** Whether the book is older than its history. */
  private isCut(book: number): boolean {
    return this.newestBucket(book) - this.at(this.state(book) + SIGNAL_STATE_FIRST_BUCKET) > HISTORY_DEPTH;
  }
  private state(book: number): number {
    return this.views.signalState(book);
  }
  private onset(book: number, kind: number, direction: number): number {
    return this.state(book) + SIGNAL_STATE_ONSETS + (kind * 2 + direction) * ONSET_STRIDE;
  }
  private wall(book: number, direction: number): number {
    return this.state(book) + (direction === SIGNAL_UP ? SIGNAL_STATE_BID_WALL : SIGNAL_STATE_ASK_WALL);
  }
  private at(address: number): number {
    return this.float64[address >> 3] ?? 0;
  }
}
