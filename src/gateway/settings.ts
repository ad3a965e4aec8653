import type { BackoffOptions } from '../domain/backoff.js';

/** What an operator may want to change about a gateway. */
export interface GatewaySettings {
  /** Tries of a call that may be repeated, the first included. */
  readonly triesMax: number;
  readonly retryBackoff: BackoffOptions;
  /** How long a request may wait for its turn before it is refused on our side. */
  readonly waitMsMax: { readonly cancel: number; readonly order: number; readonly session: number; readonly read: number };
  /** Requests of one purpose that may wait at the same time. */
  readonly waitersMax: number;
  readonly clockResyncMs: number;
  readonly connectTimeoutMs: number;
  /** From the open connection to the moment when every subscription stands. */
  readonly readyTimeoutMs: number;
  readonly reconnectBackoff: BackoffOptions;
  /** A connection that lived that long was a good one: the next wait begins small again. */
  readonly stableMs: number;
  /** How long before its end of life a connection is replaced. */
  readonly replaceAheadMs: number;
  /** How long a replaced connection stays open for what is under way on it. */
  readonly drainMs: number;
  readonly messageBytesMax: number;
  /** How long an answer on the order entry connection may take before its outcome counts as unknown. */
  readonly answerTimeoutMs: number;
  readonly settleBackoff: BackoffOptions;
  /** How far before the last known fill fills are asked for again. */
  readonly fillOverlapMs: number;
  /** How long a venue's REST side may lag behind its stream. */
  readonly fillLagMs: number;
  /** Trade ids that are remembered, so that no fill is told twice. */
  readonly fillsRemembered: number;
  /** Ended orders that are remembered. */
  readonly ordersRemembered: number;
  /** Null: not armed. It cancels hedges and stops as well. */
  readonly deadMansSwitchSeconds: number | null;
}

export const DEFAULT_GATEWAY_SETTINGS: GatewaySettings = {
  triesMax: 4,
  retryBackoff: { initialMs: 250, maxMs: 4_000 },
  waitMsMax: { cancel: 10_000, order: 250, session: 60_000, read: 60_000 },
  waitersMax: 512,
  clockResyncMs: 300_000,
  connectTimeoutMs: 10_000,
  readyTimeoutMs: 10_000,
  reconnectBackoff: { initialMs: 250, maxMs: 30_000 },
  stableMs: 30_000,
  replaceAheadMs: 120_000,
  drainMs: 6_000,
  messageBytesMax: 4 * 1024 * 1024,
  answerTimeoutMs: 5_000,
  settleBackoff: { initialMs: 200, maxMs: 15_000 },
  fillOverlapMs: 60_000,
  fillLagMs: 3_000,
  fillsRemembered: 50_000,
  ordersRemembered: 20_000,
  deadMansSwitchSeconds: null,
};
