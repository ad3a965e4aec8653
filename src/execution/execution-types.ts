import type { Purpose } from '../strategy/intent.js';
import type { OrderTiming, WorkingState } from './order-machine.js';

/** A leg as it was planned; decimals are exact texts, quantities base units on spot and contracts on futures. */
export interface PlannedLeg {
  readonly leg: number;
  readonly book: number;
  readonly venue: string;
  readonly market: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: string;
  readonly limitPrice: string;
  readonly reduceOnly: boolean;
}

/** What a cycle is about, copied from the intent. */
export interface ExecutionOpportunity {
  readonly strategy: number;
  readonly purpose: Purpose;
  readonly symbol: string;
  /** Quote asset, after all costs. */
  readonly expectedNet: number;
  readonly expectedNetFraction: number;
  readonly legs: readonly PlannedLeg[];
}

/** Request to carry out an opportunity. */
export interface ExecutionRequest {
  readonly opportunity: ExecutionOpportunity;
  readonly executionId: string;
  /** Monotonic microseconds of the intent. */
  readonly timestampUs: number;
}

/** One of a cycle's orders at the moment of the asking. */
export interface ExecutedOrder {
  readonly leg: number;
  readonly clientOrderId: string;
  readonly venue: string;
  readonly market: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly isHedge: boolean;
  readonly quantity: string;
  readonly filled: string;
  readonly state: WorkingState;
  readonly reason: string | null;
  readonly timing: OrderTiming;
}

/** What became of it. */
export interface ExecutionResult {
  readonly executionId: string;
  readonly opportunity: ExecutionOpportunity;
  /** First order of each side; null when none was sent. */
  readonly buyOrder: ExecutedOrder | null;
  readonly sellOrder: ExecutedOrder | null;
  /** All orders, hedges included, in the order in which they left. */
  readonly orders: readonly ExecutedOrder[];
  /**
   * Quote asset: what sales brought less what purchases cost, less fees that are paid in it or in the base asset. It is a profit only
   * when as much was sold as was bought, and says nothing of contracts that stay open.
   */
  readonly realizedProfit: string;
  /** Base asset that stays unhedged: positive is too much of it. */
  readonly unhedgedBase: string;
  /** Milliseconds from the intent until the last of its orders had left. */
  readonly executionLatencyMs: number;
  /** Everything planned was filled, and nothing stays unhedged. */
  readonly success: boolean;
  readonly failureReason: string | null;
  /** Monotonic microseconds of the end. */
  readonly timestampUs: number;
}

/** An amount that is not hedged. */
export interface UnhedgedAmount {
  readonly executionId: string;
  readonly intent: number;
  readonly strategy: number;
  readonly asset: string;
  /** Positive: too much was bought. */
  readonly base: string;
  /** Too small to be traded anywhere: carried as inventory. */
  readonly isDust: boolean;
  readonly sinceUs: number;
}

/** What happens in execution, for logs, risk and metrics. */
export type ExecutionEvent =
  /** Nothing was sent. */
  | { readonly kind: 'refused'; readonly intent: number; readonly strategy: number; readonly reason: string }
  | { readonly kind: 'order'; readonly intent: number; readonly order: ExecutedOrder }
  | { readonly kind: 'hedging'; readonly intent: number; readonly base: string; readonly venue: string; readonly attempt: number }
  | { readonly kind: 'finished'; readonly intent: number; readonly result: ExecutionResult }
  | { readonly kind: 'dust'; readonly intent: number; readonly amount: UnhedgedAmount }
  /** Alert: an amount that could not be hedged in time. */
  | { readonly kind: 'unhedged'; readonly intent: number; readonly amount: UnhedgedAmount; readonly reason: string }
  /** Alert: the venue ended an order with more filled than it has told fills of. */
  | { readonly kind: 'fills-missing'; readonly intent: number; readonly clientOrderId: string }
  /** Alert: something could not be put on record. */
  | { readonly kind: 'journal-failed'; readonly intent: number; readonly reason: string };

/** What execution may do on its own. Fractions are of the price. */
export interface ExecutionSettings {
  /** For intents that name no time until which they have to be hedged. */
  readonly hedgeMs: number;
  /** Worse than the leg's limit, or than the best price in sight elsewhere, by so much for the first hedge, and at most. */
  readonly hedgeLoss: number;
  readonly hedgeLossMax: number;
  readonly hedgeAttemptsMax: number;
  /** Tries on the missing leg's own book before others are asked. */
  readonly completeAttempts: number;
  /** Between two attempts to hedge, at first; it doubles four times. */
  readonly hedgePauseMs: number;
  /** The last attempt is a market order, whose price nobody bounds. */
  readonly lastAtMarket: boolean;
  /** So long before the deadline orders that have not ended are hedged from what they filled. */
  readonly hedgeLeadMs: number;
  /** How long an order may be silent before the venue is asked; doubles up to the latter. */
  readonly chaseMs: number;
  readonly chaseMaxMs: number;
  /** An order that rests so long is cancelled. */
  readonly restMs: number;
  readonly resultsKept: number;
}

export const DEFAULT_EXECUTION_SETTINGS: ExecutionSettings = {
  hedgeMs: 5_000,
  hedgeLoss: 0.001,
  hedgeLossMax: 0.02,
  hedgeAttemptsMax: 8,
  completeAttempts: 2,
  hedgePauseMs: 50,
  lastAtMarket: false,
  hedgeLeadMs: 1_000,
  chaseMs: 250,
  chaseMaxMs: 5_000,
  restMs: 1_000,
  resultsKept: 256,
};
