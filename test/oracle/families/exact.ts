import { CalculationError } from '../../../src/domain/calculation-error.js';
import type { Answer } from '../family.js';

/** Answer of an exact calculation; one without a result answers with its fault, as the reference files write it. */
export function answerOf(calculate: () => unknown): Answer {
  try {
    return { got: calculate() };
  } catch (error) {
    if (error instanceof CalculationError) return { got: { error: error.fault } };
    throw error;
  }
}
