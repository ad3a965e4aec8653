import type { TaskAddress } from '../../pool/task.js';
import { workerModule } from '../../pool/worker-module.js';
import { simulateInEngine } from './engine-simulation.js';
import type { StrategyOutcome } from './outcome.js';
import type { StrategyTaskInput } from './pooled-strategy.js';
import { simulateThresholds, type ThresholdHistory } from './threshold-strategy.js';

const module = workerModule(import.meta.url, './threshold-task.js');

/** Thresholds traded at the prices of the books, for a pool. */
export const THRESHOLD_TASK: TaskAddress = { module, name: 'simulateThresholdsTask' };

/** Thresholds traded by the live engine, for a pool. */
export const ENGINE_TASK: TaskAddress = { module, name: 'simulateInEngineTask' };

export function simulateThresholdsTask({ history, parameters, span }: StrategyTaskInput<ThresholdHistory>): StrategyOutcome {
  return simulateThresholds(history, parameters, span);
}

export function simulateInEngineTask({
  history,
  parameters,
  span,
}: StrategyTaskInput<ThresholdHistory>): Promise<StrategyOutcome> {
  return simulateInEngine(history, parameters, span);
}
