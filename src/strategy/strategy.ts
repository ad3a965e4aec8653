import type { z } from 'zod';
import type { Budget } from './capital.js';
import type { StrategyContext } from './context.js';
import type { DecisionStage } from './decision-log.js';
import type { LegUpdate } from './intent.js';
import type { MarketView } from './market-view.js';
import type { StrategyUniverse } from './universe.js';

/**
 * A strategy: a function from what it sees to intents. It has no clock but the view's, does no input or output, and draws on no
 * randomness, so that the same turns always give the same intents. What it keeps between turns is its own.
 */
export interface Strategy {
  /** Called in every turn in which rows were scanned. The hot path: allocates nothing unless something is found. */
  onMarket(market: MarketView, context: StrategyContext): void;
  /** A timer that it set is due. */
  onTimer?(timer: number, market: MarketView, context: StrategyContext): void;
  /** Something became of a leg of one of its intents; its positions have been brought up to date. */
  onLegUpdate?(update: LegUpdate, market: MarketView, context: StrategyContext): void;
}

/** How a kind of strategy is made and described. */
export interface StrategyDefinition<Config> {
  /** Name in the configuration. */
  readonly name: string;
  /** One sentence: what it earns from. */
  readonly summary: string;
  /** Every parameter with its default and its bounds. */
  readonly config: z.ZodType<Config>;
  /** Its decisions, by stage; DecisionLog records name a stage by its place here. */
  readonly stages: readonly DecisionStage[];
  /** It reads the signals of books, and cannot run where none are computed. */
  readonly needsSignals?: boolean;
  create(config: Config, universe: StrategyUniverse): Strategy;
}

/** A strategy to run, under a name of its own, with the part of the capital that it may commit. */
export interface HostedStrategy {
  readonly name: string;
  readonly strategy: Strategy;
  readonly budget: Budget;
}
