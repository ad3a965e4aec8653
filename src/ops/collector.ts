import {
  BOOK_CHECKSUM_BAD,
  BOOK_GAPS,
  BOOK_STATE,
  FEED_BREAKER,
  FEED_CONNECTS,
  FEED_DISCONNECTS,
  FEED_EVENT_LOOP_DELAY_US,
  FEED_FRAMES,
  FEED_RESYNCS,
  STATE_SYNCED,
} from '../../assembly/memory/layout.js';
import type { Clock } from '../domain/clock.js';
import type { Market, VenueId } from '../domain/venue.js';
import type { DecisionEngine } from '../engine/decision-engine.js';
import type { Opportunity } from '../engine/opportunity-board.js';
import { decimalText, stateName } from '../kernel/book-view.js';
import type { Kernel } from '../kernel/kernel.js';
import type { StrategyUniverse } from '../strategy/universe.js';
import type { TradingReport } from '../trading/trading-report.js';
import type { DeltaReport } from './delta-report.js';
import { LatencyWindow } from './latency-window.js';
import { BREAKER_STATES, type OperatorSnapshot, type OpportunityView, type VenueStatus } from './messages.js';
import { tradingHasBegun } from './readiness.js';
import { type DecisionReading, decisionViews, strategyStatuses } from './strategy-report.js';

/** One feed as the collector watches it. */
export interface WatchedFeed {
  readonly venue: VenueId;
  readonly market: Market;
  /** Address of the feed's descriptor. */
  readonly feed: number;
  /** Its books by their places in the plan. */
  readonly books: readonly number[];
}

/** One row of the scan, with what its figures mean. */
export interface WatchedRow {
  /** Canonical, BASE/QUOTE. */
  readonly symbol: string;
  readonly market: Market;
  readonly venues: readonly VenueId[];
  readonly priceScale: number;
  /** Decimals that quantities are shown with. */
  readonly qtyScale: number;
}

export interface CollectorOptions {
  readonly version: string;
  readonly mode: string;
  readonly feeds: readonly WatchedFeed[];
  readonly rows: readonly WatchedRow[];
  readonly universe: StrategyUniverse;
  /** How to read the strategies' decisions, in their order. */
  readonly strategies: readonly DecisionReading[];
  /** Addresses of the histograms. */
  readonly receiveToDecision: number;
  readonly decode: readonly number[];
  /** What trading is doing; left out where nothing is traded. */
  readonly trading?: () => TradingReport | null;
  /** How the search for thresholds stands; left out where none are looked for. */
  readonly delta?: () => readonly DeltaReport[];
}

const LIST_MAX = 50;

/**
 * Puts together what operators see, from the counters in shared memory and the engine's board. Called a few times a second from
 * the main thread, between turns; it reads and allocates, and changes nothing.
 */
export class Collector {
  private readonly startUs: number;
  private readonly syncedOnce: boolean[];
  private readonly previousFrames: number[];
  private previousUs: number;
  private previousTurns = 0;
  private readonly decision: LatencyWindow;
  private readonly decode: LatencyWindow;

  constructor(
    private readonly kernel: Kernel,
    private readonly parts: Pick<DecisionEngine, 'engine' | 'host' | 'views' | 'decisions'>,
    private readonly options: CollectorOptions,
    private readonly clock: Clock,
  ) {
    this.startUs = clock.monotonicUs();
    this.previousUs = this.startUs;
    this.syncedOnce = options.feeds.map(() => false);
    this.previousFrames = options.feeds.map(() => 0);
    const { buffer } = kernel.shared.memory;
    this.decision = new LatencyWindow(buffer, [options.receiveToDecision]);
    this.decode = new LatencyWindow(buffer, options.decode);
  }

  collect(): OperatorSnapshot {
    const nowUs = this.clock.monotonicUs();
    const elapsedS = Math.max((nowUs - this.previousUs) / 1e6, 1e-3);
    this.previousUs = nowUs;
    const venues = this.options.feeds.map((feed, index) => this.venueStatus(feed, index, elapsedS));
    const { turns, board } = this.parts.engine;
    const turnsPerS = (turns - this.previousTurns) / elapsedS;
    this.previousTurns = turns;
    const epochUs = this.clock.epochUs();
    const view = (opportunity: Opportunity): OpportunityView => this.opportunityView(opportunity, nowUs, epochUs);
    const memory = process.memoryUsage();
    const trading = this.options.trading?.() ?? null;
    return {
      version: this.options.version,
      mode: this.options.mode,
      epochUs,
      uptimeS: (nowUs - this.startUs) / 1e6,
      venues,
      opportunities: {
        found: board.found,
        open: board.open,
        list: board.listOpen(LIST_MAX).map(view),
        recent: board.listClosed(LIST_MAX).map(view),
      },
      strategies: strategyStatuses(this.parts.host.contexts),
      decisions: decisionViews(this.parts.decisions, this.options.strategies, this.options.universe, epochUs - nowUs, LIST_MAX),
      delta: this.options.delta?.() ?? [],
      trading,
      latencyUs: { receiveToDecision: this.decision.summary(nowUs), decode: this.decode.summary(nowUs) },
      turns,
      turnsPerS,
      eventLoopDelayUs: Math.max(
        ...this.options.feeds.map(({ feed }) => this.kernel.float64At(feed + FEED_EVENT_LOOP_DELAY_US)),
        0,
      ),
      rssBytes: memory.rss,
      heapBytes: memory.heapUsed,
      ready: this.syncedOnce.every(Boolean) && tradingHasBegun(trading),
    };
  }

  private venueStatus(feed: WatchedFeed, index: number, elapsedS: number): VenueStatus {
    const { kernel } = this;
    const states = new Map<number, number>();
    let gaps = 0;
    let checksumsBad = 0;
    let conflated = 0;
    for (const place of feed.books) {
      const book = kernel.plan.books[place] ?? 0;
      conflated += this.parts.views.conflated(place);
      const state = kernel.int32At(book + BOOK_STATE);
      states.set(state, (states.get(state) ?? 0) + 1);
      gaps += kernel.float64At(book + BOOK_GAPS);
      checksumsBad += kernel.float64At(book + BOOK_CHECKSUM_BAD);
    }
    const synced = states.get(STATE_SYNCED) ?? 0;
    const complete = synced === feed.books.length && synced > 0;
    if (complete) this.syncedOnce[index] = true;
    states.delete(STATE_SYNCED);
    const [worst] = [...states].sort((a, b) => b[1] - a[1]);
    const frames = kernel.float64At(feed.feed + FEED_FRAMES);
    const framesPerS = (frames - (this.previousFrames[index] ?? 0)) / elapsedS;
    this.previousFrames[index] = frames;
    return {
      venue: feed.venue,
      market: feed.market,
      state: complete ? 'SYNCED' : stateName(worst?.[0] ?? 0),
      syncedOnce: this.syncedOnce[index] ?? false,
      symbols: feed.books.length,
      synced,
      frames,
      framesPerS: Math.round(framesPerS),
      resyncs: kernel.float64At(feed.feed + FEED_RESYNCS),
      gaps,
      checksumsBad,
      breaker: BREAKER_STATES[kernel.int32At(feed.feed + FEED_BREAKER)] ?? 'open',
      connections: kernel.float64At(feed.feed + FEED_CONNECTS) - kernel.float64At(feed.feed + FEED_DISCONNECTS),
      conflated,
    };
  }

  private opportunityView(opportunity: Opportunity, nowUs: number, epochUs: number): OpportunityView {
    const row = this.options.rows[opportunity.row];
    const venueAt = (place: number): VenueId => row?.venues[place] ?? 'binance';
    const priceScale = row?.priceScale ?? 0;
    const endUs = opportunity.open ? nowUs : opportunity.updatedUs;
    return {
      id: opportunity.id,
      symbol: row?.symbol ?? '',
      market: row?.market ?? 'spot',
      buyVenue: venueAt(opportunity.buyVenue),
      sellVenue: venueAt(opportunity.sellVenue),
      buyPrice: decimalText(opportunity.askPriceUnits, priceScale),
      sellPrice: decimalText(opportunity.bidPriceUnits, priceScale),
      qty: Number(opportunity.qtyBase.toFixed(Math.min(row?.qtyScale ?? 8, 12))).toString(),
      netBps: opportunity.net * 1e4,
      grossBps: opportunity.gross * 1e4,
      firstSeenUs: epochUs - (nowUs - opportunity.openedUs),
      ageMs: (endUs - opportunity.openedUs) / 1000,
      open: opportunity.open,
      buySequence: opportunity.buySequence,
      sellSequence: opportunity.sellSequence,
    };
  }
}
