import type { TaskProgress } from '../../pool/task.js';
import type { Interval } from './block-bootstrap.js';
import type { DeflatedSharpe } from './deflated-sharpe.js';
import type { OutcomeFigures, Span, StrategyObjective, StrategyOutcome } from './outcome.js';
import type { ParameterRange, Parameters } from './parameter-space.js';
import type { Split } from './splits.js';

/** How parameters are looked for; `multi-objective` wants a large return and a small drawdown at once. */
export const OPTIMIZATION_METHODS = ['grid', 'genetic', 'multi-objective', 'bayesian'] as const;
export type OptimizationMethod = (typeof OPTIMIZATION_METHODS)[number];

/** A strategy over known history, as an optimiser sees it. The same parameters and span always have the same outcome. */
export interface OptimizableStrategy {
  readonly ranges: Readonly<Record<string, ParameterRange>>;
  readonly span: Span;
  /** Full simulation. */
  evaluate(parameters: Parameters, span: Span): Promise<StrategyOutcome>;
  /** Something cheaper for the wide search; `evaluate` when left out. */
  screen?(parameters: Parameters, span: Span): Promise<StrategyOutcome>;
}

export interface StrategyOptimizerOptions {
  readonly method: OptimizationMethod;
  /** Decides everything that is drawn. */
  readonly seed: number;
  /** Sharpe ratio by default. */
  readonly objective: StrategyObjective;
  /** Most points that a search looks at. */
  readonly evaluationsMax: number;
  /** How many of the best go from the screen to the full simulation. */
  readonly finalists: number;
  /** Walk-forward folds for the performance out of sample. */
  readonly folds: number;
  /** See `SplitOptions`. */
  readonly embargoUs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TaskProgress) => void;
}

/** A candidate that went through both tiers. */
export interface Finalist {
  readonly parameters: Parameters;
  readonly screenScore: number;
  readonly score: number;
  /** score - screenScore: what the screen did not see. */
  readonly gap: number;
}

/** A choice between return and drawdown than which nothing that was looked at is better in both. */
export interface ParetoPoint {
  readonly parameters: Parameters;
  readonly totalReturn: number;
  readonly maxDrawdown: number;
}

/** What an optimisation of a strategy found. */
export interface StrategyOptimizationResult {
  readonly method: OptimizationMethod;
  readonly optimizedParameters: Parameters;
  /** The objective in the full simulation over the whole span. */
  readonly optimizationScore: number;
  readonly backtestingResults: OutcomeFigures;
  /** By parameter: mean change of the screen's score when it moves a tenth of its range either way, as a share of the score. */
  readonly parameterSensitivity: Readonly<Record<string, number>>;
  /** Mean share of the screen's score that is left when all parameters move by up to a tenth of their ranges; in [0, 1]. */
  readonly robustnessScore: number;
  /** Walk-forward: parameters found on the past, full simulation on what followed. */
  readonly outOfSamplePerformance: OutcomeFigures;
  /** 95 % of the total return, by stationary block bootstrap. */
  readonly confidenceInterval: Interval;
  readonly deflatedSharpe: DeflatedSharpe;
  /** Best first. */
  readonly finalists: readonly Finalist[];
  /** Of all that the screen looked at, by rising drawdown. */
  readonly paretoFront: readonly ParetoPoint[];
  /** Different parameters that the screen looked at over the whole span. */
  readonly trials: number;
}

export interface ValidationOptions {
  /** `purged` also learns from what came after. */
  readonly scheme: 'walk-forward' | 'purged';
  readonly folds: number;
  readonly embargoUs: number;
}

/** One fold of a validation. */
export interface ValidatedFold {
  readonly split: Split;
  readonly parameters: Parameters;
  readonly inSample: OutcomeFigures;
  readonly outOfSample: OutcomeFigures;
}

export interface ValidationResult {
  readonly folds: readonly ValidatedFold[];
  /** All unseen spans together. */
  readonly outOfSample: OutcomeFigures;
  /** Return a period out of sample by return a period in sample; 0 unless the latter is positive. */
  readonly efficiency: number;
}
