import { TiercelError } from '../../domain/errors.js';

/** Something about finding parameters did not work; those in use stay in use. */
export class OptimizationError extends TiercelError {
  readonly code: `TIERCEL_${string}` = 'TIERCEL_OPTIMIZATION';
  readonly remedy = 'retry';
}

/** Parameters that the safety limits or their own meaning forbid. */
export class ParameterValidationError extends OptimizationError {
  override readonly code = 'TIERCEL_PARAMETER_VALIDATION';
}

/** New parameters could not be found in time, or not be handed over. */
export class ParameterUpdateError extends TiercelError {
  readonly code = 'TIERCEL_PARAMETER_UPDATE';
  readonly remedy = 'retry';
}

/** The market data that an optimisation needs could not be had. */
export class DataFetchError extends TiercelError {
  readonly code = 'TIERCEL_DATA_FETCH';
  readonly remedy = 'retry';
}
