import type { ResearchPool } from '../../pool/research-pool.js';
import type { TaskAddress } from '../../pool/task.js';
import type { Span, StrategyOutcome } from './outcome.js';
import type { Parameters } from './parameter-space.js';
import type { OptimizableStrategy } from './types.js';

/** Input of a task that simulates a strategy. */
export interface StrategyTaskInput<History> {
  readonly history: History;
  readonly parameters: Parameters;
  readonly span: Span;
}

/**
 * A strategy whose full simulations run on a pool's threads, as many at once as it has.
 * @param task takes a `StrategyTaskInput` and returns a `StrategyOutcome`
 * @param history what it simulates on; large columns belong into shared memory
 */
export function pooledStrategy<History>(
  strategy: OptimizableStrategy,
  pool: ResearchPool,
  task: TaskAddress,
  history: History,
  signal?: AbortSignal,
): OptimizableStrategy {
  return {
    ...strategy,
    evaluate: (parameters, span) => {
      const input: StrategyTaskInput<History> = { history, parameters, span };
      return pool.run<StrategyOutcome>(task, input, signal === undefined ? {} : { signal });
    },
  };
}
