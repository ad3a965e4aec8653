import type { ParameterTarget } from '../strategy/delta/types.js';
import type { TurnLogWriter } from './turn-log.js';

/** A strategy whose updates are in the turn log before it gets them, so that a replay can hand them over before the same turn. */
export function recordedParameters(
  target: ParameterTarget,
  strategy: number,
  record: Pick<TurnLogWriter, 'parameters'> | undefined,
): ParameterTarget {
  return {
    updateParameters(update) {
      record?.parameters(strategy, update);
      return target.updateParameters(update);
    },
    noteOptimization: (event) => target.noteOptimization(event),
    getCurrentParameters: () => target.getCurrentParameters(),
    getOptimizationStatus: () => target.getOptimizationStatus(),
  };
}
