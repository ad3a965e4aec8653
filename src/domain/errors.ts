/**
 * What the caller may do next: `query` means that the outcome is unknown and the venue has to be asked; `abandon` that the request
 * is refused for good and must not be sent again as it is.
 */
export type Remedy = 'retry' | 'resync' | 'query' | 'abandon' | 'halt';

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

/** What a refusal by a venue means, whatever its words: the one taxonomy that all error codes are mapped to. */
export const REFUSAL_KINDS = [
  'insufficient-balance',
  'below-minimum',
  'above-maximum',
  'precision',
  'price-band',
  'would-take', // a post-only order that would have traded at once
  'would-not-fill', // FOK, or a market order without a counterpart
  'reduce-only',
  'rate-limited',
  'time-window', // our clock and the venue's disagree, or the request took too long
  'authentication',
  'unknown-order',
  'order-closed', // nothing to cancel: it ended in between
  'duplicate-client-id', // the venue knows that client id: an earlier request went through
  'unknown-instrument',
  'instrument-halted',
  'venue-down', // certainly not processed
  'outcome-unknown', // perhaps processed
  'invalid-request',
] as const;
export type RefusalKind = (typeof REFUSAL_KINDS)[number];

const REMEDY_OF_REFUSAL: Readonly<Record<RefusalKind, Remedy>> = {
  'insufficient-balance': 'abandon',
  'below-minimum': 'abandon',
  'above-maximum': 'abandon',
  precision: 'abandon',
  'price-band': 'abandon',
  'would-take': 'abandon',
  'would-not-fill': 'abandon',
  'reduce-only': 'abandon',
  'rate-limited': 'retry',
  'time-window': 'retry',
  authentication: 'halt',
  'unknown-order': 'query',
  'order-closed': 'query',
  'duplicate-client-id': 'query',
  'unknown-instrument': 'abandon',
  'instrument-halted': 'abandon',
  'venue-down': 'retry',
  'outcome-unknown': 'query',
  'invalid-request': 'abandon',
};

/** A venue refused a request, or nobody knows whether it did. */
export class VenueRequestError extends TiercelError {
  readonly code = 'TIERCEL_VENUE_REQUEST';
  readonly remedy: Remedy;

  /** @param retryAfterMs wait that the venue asked for */
  constructor(
    readonly kind: RefusalKind,
    message: string,
    context: ErrorContext = {},
    options?: ErrorOptions,
    readonly retryAfterMs?: number,
  ) {
    super(message, context, options);
    this.remedy = REMEDY_OF_REFUSAL[kind];
  }
}

/** An order that breaks one of its instrument's rules; refused on our side, nothing was sent. */
export class OrderRuleError extends TiercelError {
  readonly code = 'TIERCEL_ORDER_RULE';
  readonly remedy = 'abandon';
}
