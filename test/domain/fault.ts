import { CalculationError, type CalculationFault } from '../../src/domain/calculation-error.js';

/** The fault of a calculation that has to have one. */
export function faultOf(calculate: () => unknown): CalculationFault {
  try {
    calculate();
  } catch (error) {
    if (error instanceof CalculationError) return error.fault;
    throw error;
  }
  throw new RangeError('the calculation has a result');
}
