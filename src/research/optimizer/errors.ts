import { OptimizationError } from '../../strategy/delta/errors.js';

/** Too few rows for a reliable optimisation. */
export class InsufficientDataError extends OptimizationError {
  override readonly code = 'TIERCEL_OPTIMIZATION_DATA';
}

/** The optimisation took longer than it was given. */
export class OptimizationTimeoutError extends OptimizationError {
  override readonly code = 'TIERCEL_OPTIMIZATION_TIMEOUT';
}
