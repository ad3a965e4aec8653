import type { Microseconds } from '../domain/clock.js';
import type { Market, VenueId } from '../domain/venue.js';
import type { BookStateName } from '../kernel/book-view.js';
import type { TradingReport } from '../trading/trading-report.js';
import type { DeltaReport } from './delta-report.js';
import type { DecisionView, StrategyStatus } from './strategy-report.js';

export type { BookStateName, DecisionView, DeltaReport, StrategyStatus, TradingReport };

/** States of a venue's circuit breaker, in the order of FEED_BREAKER. */
export const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** One venue and market as operators see it. */
export interface VenueStatus {
  readonly venue: VenueId;
  readonly market: Market;
  /** SYNCED when all of its books are; else the most frequent other state. */
  readonly state: BookStateName;
  /** True once all of its books have been SYNCED at the same time, whatever came after. */
  readonly syncedOnce: boolean;
  readonly symbols: number;
  readonly synced: number;
  /** Frames since the start, and per second over the last moments. */
  readonly frames: number;
  readonly framesPerS: number;
  readonly resyncs: number;
  readonly gaps: number;
  readonly checksumsBad: number;
  readonly breaker: BreakerState;
  readonly connections: number;
  /** Changes of its books that the engine never saw singly, since newer ones came before it looked. */
  readonly conflated: number;
}

/** One cross-venue opportunity. Prices and quantities are exact decimals, as texts. */
export interface OpportunityView {
  readonly id: number;
  /** Canonical, BASE/QUOTE. */
  readonly symbol: string;
  readonly market: Market;
  readonly buyVenue: VenueId;
  readonly sellVenue: VenueId;
  readonly buyPrice: string;
  readonly sellPrice: string;
  /** In base units. */
  readonly qty: string;
  /** After the taker fees of both venues. */
  readonly netBps: number;
  readonly grossBps: number;
  readonly firstSeenUs: Microseconds;
  /** How long it has been open, or was when it closed. */
  readonly ageMs: number;
  readonly open: boolean;
  /** Sequences of the two books that it was found in. */
  readonly buySequence: number;
  readonly sellSequence: number;
}

/** What a latency histogram says, in microseconds, over the samples that the engine chose to look at (`count` of them). */
export interface LatencySummary {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly count: number;
}

/** Everything the operator side shows; the engine posts one every 250 ms. */
export interface OperatorSnapshot {
  readonly version: string;
  readonly mode: string;
  /** When it was taken. */
  readonly epochUs: Microseconds;
  readonly uptimeS: number;
  readonly venues: readonly VenueStatus[];
  readonly opportunities: {
    /** Since the start. */
    readonly found: number;
    readonly open: number;
    /** Open ones, best first, at most 50. */
    readonly list: readonly OpportunityView[];
    /** Closed ones, newest first, at most 50. */
    readonly recent: readonly OpportunityView[];
  };
  readonly strategies: readonly StrategyStatus[];
  /** The newest decisions, at most 50, the last one first. */
  readonly decisions: readonly DecisionView[];
  /** Delta strategies whose thresholds are looked for while they run. */
  readonly delta: readonly DeltaReport[];
  /** Null where nothing is traded. */
  readonly trading: TradingReport | null;
  readonly latencyUs: {
    readonly receiveToDecision: LatencySummary;
    readonly decode: LatencySummary;
  };
  readonly turns: number;
  readonly turnsPerS: number;
  readonly eventLoopDelayUs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** All venues have been SYNCED at least once, and trading, where there is any, has begun. */
  readonly ready: boolean;
}

/** What a person tells trading to do. */
export type ControlRequest =
  | { readonly kind: 'stop'; readonly reason: string; readonly by: string }
  | { readonly kind: 'clear'; readonly by: string };

/** What became of a control request, in one sentence. */
export interface ControlAnswer {
  readonly ok: boolean;
  readonly message: string;
}

/** Main thread to operator worker. */
export type OperatorCommand =
  | { readonly type: 'snapshot'; readonly snapshot: OperatorSnapshot }
  | { readonly type: 'controlled'; readonly id: number; readonly answer: ControlAnswer }
  | { readonly type: 'close' };

/** Operator worker to main thread. `failed` carries the sentence of an InvalidInputError, or of an unexpected error. */
export type OperatorEvent =
  | { readonly type: 'listening'; readonly host: string; readonly port: number }
  | { readonly type: 'control'; readonly id: number; readonly request: ControlRequest }
  | { readonly type: 'failed'; readonly message: string; readonly invalidInput: boolean }
  | { readonly type: 'closed' };

/** One second of the dashboard's time series. */
export interface SeriesPoint {
  readonly epochUs: Microseconds;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Frames per second by venue, all of its markets together. */
  readonly framesPerS: Readonly<Partial<Record<VenueId, number>>>;
}

/** What the dashboard's WebSocket carries, each message one msgpack value: `history` once, then the others as they come. */
export type StreamMessage =
  | { readonly type: 'history'; readonly points: readonly SeriesPoint[] }
  | { readonly type: 'point'; readonly point: SeriesPoint }
  | { readonly type: 'snapshot'; readonly snapshot: OperatorSnapshot };
