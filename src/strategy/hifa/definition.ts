import type { StrategyDefinition } from '../strategy.js';
import { type HifaConfig, HifaConfigSchema } from './config.js';
import { HIFA_STAGES, type HifaOptions, HifaStrategy } from './hifa-strategy.js';

/** The pipeline with something beside its configuration: a clock that measures its stages, or signals of one's own. */
export function hifaDefinitionWith(options: HifaOptions): StrategyDefinition<HifaConfig> {
  return {
    name: 'hifa',
    summary: 'Follows short-lived signals of order books in four stages: signal, context, risk, execution plan.',
    config: HifaConfigSchema,
    stages: HIFA_STAGES,
    needsSignals: true,
    create: (config, universe) => new HifaStrategy(config, universe, options),
  };
}

export const hifaDefinition: StrategyDefinition<HifaConfig> = hifaDefinitionWith({});
