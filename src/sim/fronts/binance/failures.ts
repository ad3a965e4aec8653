import { InvalidInputError } from '../../../domain/errors.js';

/** A request that the venue refuses, in its words. */
export class ApiFailure extends InvalidInputError {
  constructor(
    readonly venueCode: number,
    message: string,
    readonly status = 400,
  ) {
    super(message, { venueCode, status });
  }
}

export function missing(name: string): ApiFailure {
  return new ApiFailure(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
}

export function notNeeded(name: string): ApiFailure {
  return new ApiFailure(-1106, `Parameter '${name}' sent when not required.`);
}

export function filterFailure(filter: string): ApiFailure {
  return new ApiFailure(-1013, `Filter failure: ${filter}`);
}

export function invalidSymbol(): ApiFailure {
  return new ApiFailure(-1121, 'Invalid symbol.');
}

/** What a request gets whose answer could not be made. */
export const INTERNAL_ERROR = { code: -1000, msg: 'An unknown error occurred while processing the request.' };
