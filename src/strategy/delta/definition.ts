import type { Strategy, StrategyDefinition } from '../strategy.js';
import { type DeltaArbitrageConfig, deltaConfig } from './config.js';
import { SimpleDeltaArbitrageStrategy } from './simple-delta-arbitrage-strategy.js';
import { DELTA_STAGES } from './stages.js';

/** Spot against its perpetual by thresholds of the spread. */
export const simpleDeltaDefinition: StrategyDefinition<DeltaArbitrageConfig> = {
  name: 'delta',
  summary: 'Earns from the spread between spot and its perpetual: sold when it is wide, bought back when it has closed.',
  config: deltaConfig,
  stages: DELTA_STAGES,
  create: (config, universe) => new SimpleDeltaArbitrageStrategy(config, universe),
};

/** The strategy as one whose thresholds can be changed while it runs; null when it is of another kind. */
export function parameterTargetOf(strategy: Strategy | undefined): SimpleDeltaArbitrageStrategy | null {
  return strategy instanceof SimpleDeltaArbitrageStrategy ? strategy : null;
}
