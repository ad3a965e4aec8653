import type { StrategyDefinition } from '../strategy.js';
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
