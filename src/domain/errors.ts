/** What the caller may do next: `query` means that the outcome is unknown and the venue has to be asked. */
export type Remedy = 'retry' | 'resync' | 'query' | 'halt';

/** The facts that go with an error: venue, symbol, order and whatever else tells where it happened. */
export type ErrorContext = Readonly<Record<string, unknown>>;

/** Root of every error that Tiercel throws on purpose. Callers branch on `code` or `remedy`, never on the text. */
export abstract class TiercelError extends Error {
  abstract readonly code: `TIERCEL_${string}`;
  abstract readonly remedy: Remedy;

  constructor(
    message: string,
    readonly context: ErrorContext = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A decimal that is no decimal, has a non-zero digit beyond its scale, or does not fit 2^53 units. */
export class PrecisionError extends TiercelError {
  readonly code = 'TIERCEL_PRECISION';
  readonly remedy = 'resync';
}

/** Input from outside (config, command line, API, capture file) that cannot be used. One clear sentence; exit code 2. */
export class InvalidInputError extends TiercelError {
  readonly code = 'TIERCEL_INVALID_INPUT';
  readonly remedy = 'halt';
}

/** A venue answered with something that its protocol does not allow, or refused a request. */
export class VenueProtocolError extends TiercelError {
  readonly code = 'TIERCEL_VENUE_PROTOCOL';
  readonly remedy = 'resync';
}

/** A venue could not be reached, or the connection to it broke. */
export class VenueConnectionError extends TiercelError {
  readonly code = 'TIERCEL_VENUE_CONNECTION';
  readonly remedy = 'retry';
}

/** The kernel module or the shared memory does not fit what was asked of it. */
export class KernelError extends TiercelError {
  readonly code = 'TIERCEL_KERNEL';
  readonly remedy = 'halt';
}
