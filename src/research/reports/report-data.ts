import type { ExchangeRankingReport } from '../analysis/exchange-types.js';
import type { PerformanceMetrics } from '../analysis/performance-metrics.js';
import type { EquityChart, ReportedFigure } from '../analysis/performance-report.js';
import type { GateResult } from '../analysis/scenarios.js';
import type { MarketRegimeName } from '../regimes/regime-names.js';

/** Equity of one strategy or several. */
export interface EquitySection {
  /** Quote asset of the worths. */
  readonly quote: string;
  readonly curves: readonly { readonly name: string; readonly chart: EquityChart }[];
}

/** A spread with the thresholds that were in force and the trades that were made; times in milliseconds, spreads in per cent. */
export interface SpreadSection {
  readonly name: string;
  readonly note?: string;
  readonly tsMs: readonly number[];
  readonly entryPct: readonly (number | null)[];
  readonly exitPct: readonly (number | null)[];
  /** Each in force from its time to the next one's; rising. */
  readonly thresholds: readonly { readonly fromMs: number; readonly entryPct: number; readonly exitPct: number }[];
  readonly trades: readonly SpreadTrade[];
}

/** A trade as a line between two points of the spread. */
export interface SpreadTrade {
  readonly entryMs: number;
  readonly exitMs: number;
  readonly entryPct: number;
  readonly exitPct: number;
  readonly profitPct: number;
}

/** A series of values over coloured stretches of regimes. */
export interface RegimeSection {
  readonly name: string;
  readonly note?: string;
  /** What the values are, with their unit. */
  readonly axis: string;
  readonly tsMs: readonly number[];
  readonly values: readonly (number | null)[];
  /** One behind the other; rising. */
  readonly spans: readonly { readonly fromMs: number; readonly toMs: number; readonly regime: MarketRegimeName }[];
  readonly shares: readonly { readonly regime: MarketRegimeName; readonly share: number }[];
}

/** How a strategy did in one regime. */
export interface RegimePerformanceRow {
  readonly regime: MarketRegimeName;
  /** Of the whole period, 0 to 1. */
  readonly timeShare: number;
  readonly trades: number;
  readonly profit: number;
  readonly metrics: Pick<PerformanceMetrics, 'winRate' | 'avgTradeReturn' | 'sharpeRatio'>;
}

/** Outcomes of a grid of thresholds; a pair's place is its entry's times the number of exits, plus its exit's. */
export interface SweepSection {
  readonly note?: string;
  /** Per cent, rising. */
  readonly entries: readonly number[];
  readonly exits: readonly number[];
  /** Null where the exit is not below the entry. */
  readonly profit: readonly (number | null)[];
  readonly trades: readonly (number | null)[];
  /** Place of the best pair. */
  readonly best: number | null;
  readonly unit: string;
}

/** Outcomes by two objectives. */
export interface ParetoSection {
  readonly note?: string;
  /** What they are, with their units. */
  readonly xLabel: string;
  readonly yLabel: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly isFront: boolean; readonly label: string }[];
}

/** Scenarios against their gates. */
export interface ScenarioSection {
  readonly note?: string;
  readonly outcomes: readonly {
    readonly name: string;
    readonly riskPct: number;
    readonly totalReturn: number;
    readonly gates: readonly GateResult[];
    readonly isPassed: boolean;
  }[];
}

/** Trainings and what came of them. */
export interface WalkForwardSection {
  readonly note?: string;
  readonly parameterNames: readonly string[];
  /** Of the scores. */
  readonly unit: string;
  readonly folds: readonly {
    readonly testFromMs: number;
    readonly testToMs: number;
    /** In the order of their names; null where training gave none. */
    readonly parameters: readonly (number | null)[];
    readonly inSample: number | null;
    readonly outOfSample: number | null;
  }[];
}

/** Any other table. */
export interface TableSection {
  readonly title: string;
  readonly note?: string;
  readonly columns: readonly { readonly name: string; readonly isNumber?: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

/** Everything that a report may show; what is not there is not shown. */
export interface ResearchReport {
  readonly title: string;
  readonly subtitle?: string;
  readonly figures?: readonly ReportedFigure[];
  /** What the results can and cannot say. */
  readonly warnings?: readonly string[];
  readonly equity?: EquitySection;
  readonly spread?: SpreadSection;
  readonly regimes?: RegimeSection;
  readonly regimePerformance?: readonly RegimePerformanceRow[];
  readonly sweep?: SweepSection;
  readonly pareto?: ParetoSection;
  readonly venues?: ExchangeRankingReport;
  readonly scenarios?: ScenarioSection;
  readonly walkForward?: WalkForwardSection;
  readonly tables?: readonly TableSection[];
}
