import { TiercelError } from './errors.js';

/** Why a calculation has no result. Where several hold, the first in the order that its function states is named. */
export type CalculationFault =
  | 'INVALID_STEP'
  | 'INVALID_NUMBER'
  | 'NEGATIVE_VALUE'
  | 'EXPIRED'
  | 'INVALID_LEVERAGE'
  | 'INVALID_QUANTITY'
  | 'INVALID_PRICE'
  | 'INVALID_RATE'
  | 'MISSING_CONVERSION'
  | 'INSUFFICIENT_POSITION'
  | 'INSUFFICIENT_DATA'
  | 'NOT_FINITE'
  | 'NON_POSITIVE_EQUITY'
  | 'INVALID_INTERVAL'
  | 'INVALID_PERIOD'
  | 'INVALID_TRADE'
  | 'INVALID_CAPITAL'
  | 'INVALID_MAX_HOLD';

/** Numbers from which nothing can be calculated. */
export class CalculationError extends TiercelError {
  readonly code = 'TIERCEL_CALCULATION';
  readonly remedy = 'abandon';

  /** @param inputs the numbers at fault, by name */
  constructor(
    readonly fault: CalculationFault,
    inputs: Readonly<Record<string, unknown>>,
  ) {
    const listed = Object.entries(inputs).map(([name, value]) => `${name} ${String(value)}`);
    super(`${fault}: ${listed.join(', ')}`, inputs);
  }
}
