import type { JournalEntry } from '../../ledger/entries.js';
import type { LedgerReport, ReportRow } from '../../ledger/report.js';
import type { BacktestMarket } from './backtest-market.js';
import type { EquitySeries } from './equity.js';
import type { OpenSource } from './market-source.js';
import type { TradingSetup } from './paper-trading.js';
import type { BacktestTrade } from './trades.js';

/** What is backtested. Everything that is drawn is drawn from the models in `setup`, which the caller has seeded. */
export interface BacktestOptions {
  readonly market: BacktestMarket;
  readonly source: OpenSource;
  /** The clock's epoch less its monotonic reading, in microseconds: 0 for histories of columns, which count from the epoch. */
  readonly epochOffsetUs: number;
  readonly setup: TradingSetup;
  /** Names the run in its ledger. */
  readonly runId?: string;
  readonly equityMs?: number;
  /** Called about every `progressEvents` events. */
  readonly onProgress?: (progress: BacktestProgress) => void;
  /** Ends the run where it stands; what came of it so far is the result. */
  readonly signal?: AbortSignal;
}

export interface BacktestProgress {
  readonly events: number;
  readonly turns: number;
  /** Microseconds since the epoch. */
  readonly nowUs: number;
}

/** What became of intents and orders, and why some of them came to nothing. */
export interface BacktestCounts {
  /** Rows applied to books, trades and marks. */
  readonly events: number;
  readonly turns: number;
  readonly emitted: number;
  readonly refused: number;
  readonly executed: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly orders: number;
  readonly fills: number;
  /** Why intents were refused, or orders ended without a fill. */
  readonly causes: Readonly<Record<string, number>>;
  /** What would have wanted a person, by kind. */
  readonly alerts: Readonly<Record<string, number>>;
}

/** What a strategy earned: its row of the ledger's report, and its trades. */
export interface StrategyResult extends Omit<ReportRow, 'name'> {
  readonly strategy: string;
  readonly trades: number;
  readonly wins: number;
}

/** Everything that came of a run of the `BacktestEngine`. Two runs of the same inputs and seeds give the same, to the last byte of the ledger. */
export interface EngineResult {
  /** Microseconds since the epoch: of the first event and of the end. */
  readonly startUs: number;
  readonly endUs: number;
  readonly trades: readonly BacktestTrade[];
  readonly equity: EquitySeries;
  readonly strategies: readonly StrategyResult[];
  readonly counts: BacktestCounts;
  readonly entries: readonly JournalEntry[];
  readonly report: LedgerReport;
  /** SHA-256 over the ledger and the equity, in hexadecimal. */
  readonly hash: string;
  /** Whether every order had ended at the end. */
  readonly isClean: boolean;
  readonly wasAborted: boolean;
}
