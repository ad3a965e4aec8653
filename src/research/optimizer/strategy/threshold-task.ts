import type { TaskAddress } from '../../pool/task.js';
import { workerModule } from '../../pool/worker-module.js';
import type { StrategyOutcome } from './outcome.js';
import type { StrategyTaskInput } from './pooled-strategy.js';
import { simulateThresholds, type ThresholdHistory } from './threshold-strategy.js';

/** The full simulation of thresholds, for a pool. */
export const THRESHOLD_TASK: TaskAddress = {
  module: workerModule(import.meta.url, './threshold-task.js'),
  name: 'simulateThresholdsTask',
};

export function simulateThresholdsTask({ history, parameters, span }: StrategyTaskInput<ThresholdHistory>): StrategyOutcome {
  return simulateThresholds(history, parameters, span);
}
