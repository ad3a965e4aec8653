import type { HaltRecord } from '../risk/halt.js';

/** Where trading stands. `blocked`: the start could not explain what the venues hold; `halted`: a stop is in force. */
export type TradingState = 'reconciling' | 'trading' | 'halted' | 'blocked' | 'stopping';

/** An order that has not ended. Decimals are plain texts here and below. */
export interface OpenOrderView {
  readonly strategy: string;
  readonly venue: string;
  readonly market: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: string;
  readonly price: string | null;
  readonly filled: string;
  readonly state: string;
  readonly ageMs: number;
}

/** One intent that was carried out. */
export interface ExecutionView {
  readonly executionId: string;
  readonly epochUs: number;
  readonly strategy: string;
  readonly purpose: string;
  /** Canonical, BASE/QUOTE. */
  readonly symbol: string;
  readonly asset: string;
  readonly expectedNet: number;
  readonly realised: string;
  readonly success: boolean;
  readonly reason: string | null;
  /** From the intent until its orders had left. */
  readonly latencyMs: number;
  readonly orders: readonly {
    readonly venue: string;
    readonly market: string;
    readonly side: 'buy' | 'sell';
    readonly filled: string;
    readonly quantity: string;
    readonly isHedge: boolean;
    readonly state: string;
  }[];
}

/** What a strategy holds of a pair on spot (over all venues, `venue` null), or of a contract at its venue. */
export interface PositionView {
  readonly strategy: string;
  readonly venue: string | null;
  readonly market: string;
  readonly symbol: string;
  /** Base units, signed. */
  readonly quantity: string;
  readonly averagePrice: string | null;
  readonly unrealised: string | null;
  readonly asset: string;
}

/** Profit of a strategy in one asset since the ledger began. */
export interface ProfitView {
  readonly strategy: string;
  readonly asset: string;
  readonly realised: string;
  readonly fees: string;
  readonly funding: string;
  /** Realised less fees, with funding. */
  readonly net: string;
  readonly turnover: string;
  readonly fills: number;
}

/** What trading is doing, as operators see it. */
export interface TradingReport {
  readonly mode: 'paper' | 'live';
  readonly state: TradingState;
  /** Why it is not trading; empty while it is. */
  readonly reason: string;
  readonly halt: HaltRecord | null;
  /** False when the last stop could not be written down. */
  readonly haltPersisted: boolean;
  /** Since the start of the run: what strategies wanted, what risk refused, what execution took and how it ended. */
  readonly intents: {
    readonly emitted: number;
    readonly refused: number;
    readonly executed: number;
    readonly succeeded: number;
    readonly failed: number;
  };
  /** Refusals by reason, the most frequent first, at most 20. */
  readonly refusals: readonly { readonly reason: string; readonly count: number }[];
  /** At most 50. */
  readonly openOrders: readonly OpenOrderView[];
  /** The newest first, at most 50. */
  readonly executions: readonly ExecutionView[];
  /** At most 200. */
  readonly positions: readonly PositionView[];
  readonly profit: readonly ProfitView[];
  readonly risk: {
    /** Reference currency, of the UTC day. */
    readonly dailyProfit: number;
    readonly dailyLossMax: number;
    readonly drawdownFraction: number;
    readonly drawdownFractionMax: number;
    readonly exposure: number;
    readonly exposureMax: number;
    readonly openOrders: number;
    readonly openOrdersMax: number;
  };
  /** What is not hedged now, in base units; positive is too much. */
  readonly unhedged: readonly {
    readonly asset: string;
    readonly base: string;
    readonly isDust: boolean;
    readonly ageMs: number;
  }[];
  readonly reconciliation: {
    readonly holdings: number;
    readonly drifts: readonly {
      readonly venue: string;
      readonly market: string;
      readonly asset: string;
      readonly expected: string;
      readonly actual: string;
    }[];
  };
  readonly ledger: { readonly entries: number; readonly isHealthy: boolean };
  /** Microseconds over this run: intent to the last of its orders sent, sent to acknowledged, sent to first fill. */
  readonly cycleUs: {
    readonly count: number;
    readonly intentToSent: { readonly p50: number; readonly p99: number };
    readonly sentToAcknowledged: { readonly p50: number; readonly p99: number };
    readonly sentToFilled: { readonly p50: number; readonly p99: number };
  };
}
