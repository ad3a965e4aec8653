import type { SeededRandom } from '../../../domain/random.js';
import type { Objectives } from './pareto.js';

/** A point of the unit cube with what was found there. */
export interface Candidate {
  readonly point: Float64Array;
  /** Each to be made large; -Infinity where there is no answer. */
  readonly objectives: Objectives;
}

/** Evaluates points of the unit cube; may be asked for several at once, and answers in their order. */
export type EvaluatePoints = (points: readonly Float64Array[]) => Promise<Candidate[]>;

/** What a search works with. */
export interface SearchSetup {
  readonly dimensions: number;
  /** Different values of a dimension; infinite where any is possible. */
  readonly levels: (dimension: number) => number;
  /** Most points to evaluate. */
  readonly evaluationsMax: number;
  readonly random: SeededRandom;
  readonly evaluate: EvaluatePoints;
}

/** Looks for the points with the largest objectives. @returns all candidates that were evaluated, in their order */
export type Search = (setup: SearchSetup) => Promise<Candidate[]>;
