import type { VenueId } from '../../domain/venue.js';

/** What an optimisation of the thresholds found. Percentages are of the spot ask: 0.5 is half a per cent. */
export interface OptimizationResult {
  readonly entryThresholdPct: number;
  readonly exitThresholdPct: number;
  /** In [0, 1]. */
  readonly confidenceScore: number;
  /** Hours of data analysed. */
  readonly analysisPeriodHours: number;
  /** Half-life of the spread in hours. */
  readonly meanReversionSpeed: number;
  /** Standard deviation of the spread, in percentage points. */
  readonly spreadVolatility: number;
  /** When it was made, milliseconds since the epoch. */
  readonly optimizationTimestamp: number;
}

/** A result as it is handed to a running strategy, with what it rests on. */
export interface ParameterUpdate extends OptimizationResult {
  readonly dataPointsAnalyzed: number;
  readonly optimizationDurationMs: number;
  /** Multiple of the base position size; what was in use stays when it is left out. */
  readonly positionMultiplier?: number;
}

/** Raised as `parameter-update` when new thresholds are in use. Timestamps are milliseconds since the epoch. */
export interface ParameterUpdateEvent {
  readonly timestamp: number;
  readonly oldEntryThreshold: number;
  readonly newEntryThreshold: number;
  readonly oldExitThreshold: number;
  readonly newExitThreshold: number;
  readonly confidenceScore: number;
  readonly optimizationDurationMs: number;
}

/** Raised as `optimization-status`. A refused update is `failed`, and what was in use stays in use. */
export interface OptimizationStatusEvent {
  readonly timestamp: number;
  readonly status: 'started' | 'completed' | 'failed';
  readonly dataPointsAnalyzed: number;
  readonly errorMessage?: string;
  readonly durationMs?: number;
}

/** The parameters that decide at the moment. */
export interface CurrentParameters {
  readonly entryThresholdPct: number;
  readonly exitThresholdPct: number;
  readonly positionMultiplier: number;
  readonly confidenceScore: number;
  /** 0 while they are those of the configuration. */
  readonly optimizationTimestamp: number;
}

/** How the optimisation of a strategy stands. */
export interface OptimizationStatus {
  /** Null until the first update is in use. */
  readonly lastUpdateTimestamp: number | null;
  readonly parameterUpdateIntervalS: number;
  readonly isUpdateDue: boolean;
  /** An update was taken and waits for the next turn. */
  readonly isUpdatePending: boolean;
  readonly updatesApplied: number;
  readonly updatesRefused: number;
  readonly lastResult: ParameterUpdate | null;
  readonly lastStatus: OptimizationStatusEvent | null;
}

/** What an optimiser's bridge calls. Nothing of it takes part in a turn: what it says counts from the next turn on. */
export interface ParameterTarget {
  /** @returns false when the update is refused; the reason is in the status and raised as an event */
  updateParameters(update: ParameterUpdate): boolean;
  /** Passes on how an optimisation goes: that it began, and above all that it failed. */
  noteOptimization(event: OptimizationStatusEvent): void;
  getCurrentParameters(): CurrentParameters;
  getOptimizationStatus(): OptimizationStatus;
}

/** How the strategy runs. */
export interface StrategyPerformance {
  /** Mean time from the decision for an entry or exit to the end of its orders. */
  readonly avgTradeExecutionMs: number;
  /** What the last update took, as its optimiser says. */
  readonly parameterUpdateDurationMs: number;
  readonly memoryUsageMb: number;
  /** Part of the time since its first turn in which a pair could be traded. */
  readonly uptimePercentage: number;
}

/** Why a position ended; `unhedged` when its legs were never both filled. */
export type DeltaExitReason = 'convergence' | 'max-hold' | 'safety' | 'unhedged';

/** Raised as `trade` when a position has ended. Timestamps are milliseconds since the epoch. */
export interface DeltaTrade {
  readonly symbol: string;
  readonly spotVenue: VenueId;
  readonly futuresVenue: VenueId;
  readonly entryTimestamp: number;
  /** When the exit was decided; the end of its orders where none was. */
  readonly exitTimestamp: number;
  readonly entrySpreadPct: number;
  /** Spread at which the exit was decided; null where none was. */
  readonly exitSpreadPct: number | null;
  readonly reason: DeltaExitReason;
  /** What its fills have left after fees. */
  readonly netQuote: number;
  readonly feesQuote: number;
}

/** Counts of trades. */
export interface TradeCounters {
  readonly trades: number;
  readonly wins: number;
  /** Wins among trades; null without trades. */
  readonly hitRate: number | null;
  readonly netQuote: number;
  readonly maxHoldExits: number;
  readonly safetyExits: number;
}
