import { CalculationError, type CalculationFault } from '../../../src/domain/calculation-error.js';

/** The fault that a calculation names; undefined when it has a result. */
export function faultOf(calculate: () => unknown): CalculationFault | undefined {
  try {
    calculate();
    return undefined;
  } catch (error) {
    if (error instanceof CalculationError) return error.fault;
    throw error;
  }
}
