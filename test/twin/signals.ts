import type { SignalRule, SignalRules } from '../../src/kernel/signal-plan.js';

// The plainest model of a book's signals there is: every figure is worked out anew from the whole book and the whole past.

export type Levels = ReadonlyMap<number, number>;
export const KINDS = ['imbalance', 'wall', 'microMove', 'volume'] as const;
type Kind = (typeof KINDS)[number];

/** What stood at the end of a moment. */
interface Moment {
  readonly bucket: number;
  readonly mid: number;
  readonly flow: number;
  readonly bought: number;
  readonly sold: number;
  readonly trades: number;
}

export interface Onset {
  count: number;
  active: boolean;
  strength: number;
  peak: number;
  sinceUs: number;
  beganUs: number;
}

const BUCKET_US = 250_000;
/** Buckets that are remembered. */
const KEPT = 64;

interface Touch {
  readonly bid: number;
  readonly bidQty: number;
  readonly ask: number;
  readonly askQty: number;
}

export class TwinSignals {
  readonly onsets = new Map<string, Onset>();
  imbalance = 0;
  moveBps = 0;
  volume = 0;
  flow = 0;
  mid = 0;
  bought = 0;
  sold = 0;
  trades = 0;
  bidWall = { price: 0, qty: 0, ratio: 0 };
  askWall = { price: 0, qty: 0, ratio: 0 };
  openBucket = 0;
  private firstBucket = 0;
  private readonly past: Moment[] = [];
  private touch: Touch | null = null;

  constructor(private readonly rules: SignalRules) {
    for (const kind of KINDS) for (const direction of ['up', 'down']) this.onsets.set(`${kind} ${direction}`, newOnset());
  }

  /** A message changed the book. */
  changed(bids: Levels, asks: Levels, isSnapshot: boolean, nowUs: number): void {
    this.passTime(nowUs);
    const touch = touchOf(bids, asks);
    if (!isSnapshot && this.touch !== null && touch.bid > 0 && touch.ask > 0 && this.touch.bid > 0 && this.touch.ask > 0)
      this.flow += flowBetween(this.touch, touch);
    this.touch = touch;
    this.mid = touch.bid > 0 && touch.ask > 0 ? (touch.bid + touch.ask) / 2 : 0;
    const reference = this.before(this.rules.moveBuckets)?.mid ?? 0;
    this.moveBps = this.mid > 0 && reference > 0 ? ((this.mid - reference) / reference) * 10_000 : 0;
    this.judge('microMove', this.moveBps, -this.moveBps, nowUs);
    this.judgeLevels(bids, asks, nowUs);
    if (this.onset('volume up').sinceUs > 0 || this.onset('volume down').sinceUs > 0) this.judgeVolume(nowUs);
  }

  traded(qty: number, side: 1 | -1, nowUs: number): void {
    this.passTime(nowUs);
    if (side > 0) this.bought += qty;
    else this.sold += qty;
    this.trades++;
    this.judgeVolume(nowUs);
  }

  lost(): void {
    this.doubted();
    this.past.length = 0;
    this.openBucket = 0;
    this.firstBucket = 0;
    this.mid = 0;
    this.flow = 0;
    this.bought = 0;
    this.sold = 0;
    this.trades = 0;
  }

  /** The book is crossed. */
  doubted(): void {
    this.touch = null;
    for (const onset of this.onsets.values()) {
      onset.active = false;
      onset.sinceUs = 0;
      onset.strength = 0;
    }
  }

  onset(name: string): Onset {
    const found = this.onsets.get(name);
    if (found === undefined) throw new RangeError(name);
    return found;
  }

  /** What stood at the end of the bucket that ended so many buckets before the open one. */
  before(buckets: number): Moment | undefined {
    const bucket = this.openBucket - buckets;
    return bucket < this.firstBucket ? undefined : this.past.findLast((moment) => moment.bucket === bucket);
  }

  private passTime(nowUs: number): void {
    const bucket = Math.floor(nowUs / BUCKET_US);
    if (this.openBucket === 0) this.firstBucket = bucket;
    else {
      const { mid, flow, bought, sold, trades } = this;
      for (let ended = Math.max(this.openBucket, bucket - KEPT); ended < bucket; ended++)
        this.past.push({ bucket: ended, mid, flow, bought, sold, trades });
    }
    this.openBucket = Math.max(this.openBucket, bucket);
  }

  private judgeLevels(bids: Levels, asks: Levels, nowUs: number): void {
    const bidSide = best(bids, -1, this.rules.levels);
    const askSide = best(asks, 1, this.rules.levels);
    this.bidWall = wallOf(bidSide);
    this.askWall = wallOf(askSide);
    const [bidRest, askRest] = [restOf(bidSide), restOf(askSide)];
    this.imbalance = bidRest === 0 || askRest === 0 ? 0 : (bidRest - askRest) / (bidRest + askRest);
    this.judge('imbalance', this.imbalance, -this.imbalance, nowUs);
    this.judge('wall', this.bidWall.ratio, this.askWall.ratio, nowUs);
  }

  private judgeVolume(nowUs: number): void {
    const before = this.before(this.rules.volumeBuckets + 1);
    const bought = this.bought - (before?.bought ?? 0);
    const sold = this.sold - (before?.sold ?? 0);
    const trades = this.trades - (before?.trades ?? 0);
    this.volume = trades >= this.rules.volumeTrades && bought + sold > 0 ? (bought - sold) / (bought + sold) : 0;
    this.judge('volume', this.volume, -this.volume, nowUs);
  }

  private judge(kind: Kind, up: number, down: number, nowUs: number): void {
    step(this.onset(`${kind} up`), this.rules[kind], up, nowUs);
    step(this.onset(`${kind} down`), this.rules[kind], down, nowUs);
  }
}

const newOnset = (): Onset => ({ count: 0, active: false, strength: 0, peak: 0, sinceUs: 0, beganUs: 0 });

function step(onset: Onset, { on, off, holdUs }: SignalRule, strength: number, nowUs: number): void {
  onset.strength = strength;
  if (onset.active) {
    onset.peak = strength >= off ? Math.max(onset.peak, strength) : onset.peak;
    onset.active = strength >= off;
    if (!onset.active) onset.sinceUs = 0;
    return;
  }
  if (strength < on) onset.sinceUs = 0;
  else if (onset.sinceUs === 0) onset.sinceUs = nowUs;
  if (onset.sinceUs === 0 || nowUs - onset.sinceUs < holdUs) return;
  Object.assign(onset, { count: onset.count + 1, active: true, peak: strength, beganUs: nowUs });
}

function best(levels: Levels, sign: 1 | -1, count: number): (readonly [number, number])[] {
  return [...levels].sort(([a], [b]) => sign * (a - b)).slice(0, count);
}

function touchOf(bids: Levels, asks: Levels): Touch {
  const [bid, bidQty] = best(bids, -1, 1)[0] ?? [0, 0];
  const [ask, askQty] = best(asks, 1, 1)[0] ?? [0, 0];
  return { bid, bidQty, ask, askQty };
}

function flowBetween(from: Touch, to: Touch): number {
  return (
    (to.bid >= from.bid ? to.bidQty : 0) -
    (to.bid <= from.bid ? from.bidQty : 0) -
    (to.ask <= from.ask ? to.askQty : 0) +
    (to.ask >= from.ask ? from.askQty : 0)
  );
}

/** Quantities of a side without its largest level; 0 when it has too few levels. */
function restOf(side: readonly (readonly [number, number])[]): number {
  if (side.length < 3) return 0;
  const quantities = side.map(([, qty]) => qty);
  return quantities.reduce((sum, qty) => sum + qty, 0) - Math.max(...quantities);
}

function wallOf(side: readonly (readonly [number, number])[]): { price: number; qty: number; ratio: number } {
  const [price, qty] = side.reduce((largest, level) => (level[1] > largest[1] ? level : largest), [0, 0]);
  const rest = restOf(side);
  return { price, qty, ratio: rest === 0 ? 0 : (qty * (side.length - 1)) / rest };
}
