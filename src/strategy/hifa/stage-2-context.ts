import { VENUES_MAX } from '../../../assembly/memory/scan-layout.js';
import type { Decision, DecisionStage } from '../decision-log.js';
import type { MarketView } from '../market-view.js';
import type { RowInfo, StrategyUniverse } from '../universe.js';
import { BucketHistory } from './bucket-history.js';
import { BPS, type ContextConfig } from './config.js';
import type { SignalSource } from './signal-source.js';
import type { SignalReading } from './stage-1-signal.js';
import { WINDOWS, Windows } from './windows.js';

/** What the market around a signal looks like. Everything is signed by the signal's direction: positive speaks for it. */
export class ContextReading {
  /** In [0, 1]; 0.5 when nothing speaks for or against the signal. */
  score = 0;
  /** Its parts, each in [-1, 1]. */
  trend = 0;
  flow = 0;
  volume = 0;
  confirmation = 0;
  /** Windows whose return has the direction. */
  windowsAgreeing = 0;
  /** Standard deviation of the return over one second at the signalling book, as a fraction. */
  volatility = 0;
  /** Buckets known of the signalling book. */
  buckets = 0;
  /** Other venues that can be compared, and how many of them agree. */
  others = 0;
  confirmations = 0;
  /**
   * The book that the others follow; how many buckets it is ahead of the signalling one, or, when it is that one itself, of the farthest
   * behind; and how closely they move together. Nobody leads by 0 buckets.
   */
  leader = -1;
  leadBuckets = 0;
  leadCorrelation = 0;
  /** By place in the row: what the venue has still to make up of the leader's move of the last second, as a fraction, 0 or more. */
  readonly behind = new Float64Array(VENUES_MAX);
}

export const CONTEXT_STAGE: DecisionStage = {
  name: 'context',
  verdicts: ['goes on', 'too little history', 'too volatile', 'unconfirmed', 'against it'],
  figures: [
    'score',
    'minScore',
    'trend',
    'flow',
    'volume',
    'confirmation',
    'return1sBps',
    'return5sBps',
    'return15sBps',
    'flow1s',
    'flow5s',
    'flow15s',
    'volume1s',
    'volume5s',
    'volume15s',
    'windowsAgreeing',
    'volatility1sBps',
    'maxVolatility1sBps',
    'buckets',
    'otherVenues',
    'confirmations',
    'leaderBook',
    'leadBuckets',
    'leadCorrelation',
  ],
};
export const CONTEXT_GOES_ON = 0;
export const CONTEXT_COLD = 1;
export const CONTEXT_VOLATILE = 2;
export const CONTEXT_UNCONFIRMED = 3;
export const CONTEXT_AGAINST = 4;

/** Deviations from which on a move counts in full. */
const FULL_DEVIATIONS = 2;

/**
 * Stage 2: whether the last second, five and fifteen speak for the signal, at its own venue and at the others, and which venue moves
 * first. Trend is the return in its own deviations, flow the order-flow imbalance and volume the imbalance of trades, each the mean of
 * the three windows; confirmation is what trend and flow of the last second say at the other venues.
 */
export class ContextStage {
  readonly stage = CONTEXT_STAGE;
  readonly reading = new ContextReading();
  readonly windows: Windows;
  private readonly history: BucketHistory;
  private readonly weightSum: number;
  /** Place and direction of the last evaluation. */
  private own = 0;
  private direction = 1;

  constructor(
    private readonly config: ContextConfig,
    private readonly universe: StrategyUniverse,
  ) {
    this.history = new BucketHistory(universe.books.length);
    this.windows = new Windows(this.history);
    this.weightSum = config.trendWeight + config.flowWeight + config.volumeWeight + config.confirmationWeight;
  }

  /** Takes over the buckets of a changed book that have ended; `evaluate` does so too, but then all at once. */
  track(source: SignalSource, book: number): void {
    this.history.track(source, book);
  }

  /** Reads the row of a signal into `reading`. @returns the verdict */
  evaluate(source: SignalSource, signal: SignalReading, market: MarketView): number {
    const { reading, windows, config } = this;
    const { books } = this.universe.rows[signal.row] as RowInfo;
    this.own = this.universe.books[signal.book]?.place ?? 0;
    this.direction = signal.direction;
    for (let place = 0; place < books.length; place++) {
      windows.read(source, books[place]?.book ?? 0, place, market.nowUs);
    }
    this.readOwn();
    this.readOthers(books.length, market, signal.row);
    this.readBehind(books.length);
    const sum =
      config.trendWeight * reading.trend +
      config.flowWeight * reading.flow +
      config.volumeWeight * reading.volume +
      config.confirmationWeight * reading.confirmation;
    reading.score = 0.5 + (this.weightSum === 0 ? 0 : (0.5 * sum) / this.weightSum);
    if (reading.buckets < config.minBuckets) return CONTEXT_COLD;
    if (reading.volatility > config.maxVolatilityBps * BPS) return CONTEXT_VOLATILE;
    if (reading.confirmations < config.minConfirmations) return CONTEXT_UNCONFIRMED;
    return reading.score < config.minScore ? CONTEXT_AGAINST : CONTEXT_GOES_ON;
  }

  /** Notes the figures of CONTEXT_STAGE. */
  note(decision: Decision): Decision {
    const { reading, windows, config, own, direction } = this;
    decision.book = reading.leader;
    decision.note(reading.score).note(config.minScore);
    decision.note(reading.trend).note(reading.flow).note(reading.volume).note(reading.confirmation);
    for (let window = 0; window < WINDOWS; window++) decision.note((direction * windows.returnOf(own, window)) / BPS);
    for (let window = 0; window < WINDOWS; window++) decision.note(direction * windows.flowOf(own, window));
    for (let window = 0; window < WINDOWS; window++) decision.note(direction * windows.volumeOf(own, window));
    decision
      .note(reading.windowsAgreeing)
      .note(reading.volatility / BPS)
      .note(config.maxVolatilityBps);
    decision.note(reading.buckets).note(reading.others).note(reading.confirmations);
    return decision.note(reading.leader).note(reading.leadBuckets).note(reading.leadCorrelation);
  }

  private readOwn(): void {
    const { reading, windows, own, direction } = this;
    reading.trend = 0;
    reading.flow = 0;
    reading.volume = 0;
    reading.windowsAgreeing = 0;
    for (let window = 0; window < WINDOWS; window++) {
      reading.trend += this.trendOf(own, window) / WINDOWS;
      reading.flow += (direction * windows.flowOf(own, window)) / WINDOWS;
      reading.volume += (direction * windows.volumeOf(own, window)) / WINDOWS;
      if (direction * windows.returnOf(own, window) > 0) reading.windowsAgreeing++;
    }
    reading.volatility = windows.volatility(own);
    reading.buckets = windows.known[own] ?? 0;
  }

  private readOthers(venues: number, market: MarketView, row: number): void {
    const { reading, windows, config, own, direction } = this;
    const { books } = this.universe.rows[row] as RowInfo;
    reading.others = 0;
    reading.confirmations = 0;
    reading.confirmation = 0;
    reading.leader = books[own]?.book ?? -1;
    reading.leadBuckets = 0;
    reading.leadCorrelation = 0;
    for (let place = 0; place < venues; place++) {
      const book = books[place]?.book ?? -1;
      if (place === own || !market.views.isTradable(book, market.oldestUs) || (windows.known[place] ?? 0) === 0) continue;
      reading.others++;
      const says = (this.trendOf(place, 0) + direction * windows.flowOf(place, 0)) / 2;
      reading.confirmation += says;
      if (says > 0) reading.confirmations++;
      this.compare(place, book, config.maxLagBuckets);
    }
    if (reading.others > 0) reading.confirmation /= reading.others;
  }

  /** Looks for the lag at which another venue moves most like the signalling one, and takes it for the leader when it is first. */
  private compare(place: number, book: number, maxLag: number): void {
    const { reading, windows, own } = this;
    windows.findLag(place, own, maxLag);
    const { lag, lagCorrelation } = windows;
    if (lagCorrelation < this.config.minCorrelation) return;
    const isOwnAhead = this.universe.books[reading.leader]?.place === own;
    if (lag > 0 && (isOwnAhead || lag > reading.leadBuckets)) {
      reading.leader = book;
      reading.leadBuckets = lag;
      reading.leadCorrelation = lagCorrelation;
    } else if (lag <= 0 && isOwnAhead) {
      reading.leadBuckets = Math.max(reading.leadBuckets, -lag);
      reading.leadCorrelation = Math.max(reading.leadCorrelation, lagCorrelation);
    }
  }

  private readBehind(venues: number): void {
    const { reading, windows, direction } = this;
    const leader = this.universe.books[reading.leader]?.place ?? this.own;
    for (let place = 0; place < venues; place++) {
      const gap = direction * (windows.returnOf(leader, 0) - windows.returnOf(place, 0));
      reading.behind[place] = (windows.known[place] ?? 0) === 0 ? 0 : Math.max(0, gap) * reading.leadCorrelation;
    }
  }

  private trendOf(place: number, window: number): number {
    const deviations = (this.direction * this.windows.deviations(place, window)) / FULL_DEVIATIONS;
    return Math.max(-1, Math.min(1, deviations));
  }
}
