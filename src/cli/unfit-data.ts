import { type ErrorContext, InvalidInputError, TiercelError } from '../domain/errors.js';

/** What data are not fit for is told in a sentence that begins with their name; other errors stay what they are. */
export function unfitData(name: string, error: unknown, context: ErrorContext = {}): unknown {
  if (!(error instanceof TiercelError) || error.remedy === 'halt') return error;
  return new InvalidInputError(`${name}: ${error.message}`, context, { cause: error });
}
