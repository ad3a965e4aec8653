import type { SimulatedBook } from '../../market/book.js';
import type { Refusal } from '../../matching/types.js';
import { quoted } from '../json-text.js';
import type { RestAnswer } from '../rest.js';

/** Why the venue refuses a request, in its own code and words. */
export class Refused extends Error {
  constructor(
    readonly venueCode: number,
    message: string,
    readonly status = '400 Bad Request',
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
  }
}

/** A refusal as spot answers it. */
export function spotRefusalAnswer({ venueCode, message, status, retryAfterSeconds }: Refused): RestAnswer {
  return {
    status,
    headers: retryAfterSeconds === null ? {} : { 'Retry-After': String(retryAfterSeconds) },
    body: quoted({ code: venueCode, msg: message, _extend: null }),
  };
}

/** A refusal as the contract stack answers it: with status 200. */
export function contractRefusalAnswer({ venueCode, message }: Refused): RestAnswer {
  return { body: quoted({ success: false, code: venueCode, message }) };
}

/** A parameter of spot that is not there or nonsense. */
export function missing(name: string): Refused {
  return new Refused(700004, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
}

/** What spot says when the engine does not take an order. */
export function spotOrderRefusal(refusal: Refusal, { instrument }: SimulatedBook): Refused {
  switch (refusal) {
    case 'insufficient-balance':
      return new Refused(30004, 'Insufficient position');
    case 'price-off-grid':
      return new Refused(30010, 'no valid trade price');
    case 'price-out-of-band':
      return new Refused(30087, 'Order price exceeds allowed range');
    case 'quantity-off-grid':
      return new Refused(10096, 'amount decimal places is too long');
    case 'quantity-too-small':
    case 'value-too-small':
      return new Refused(
        30002,
        `The minimum transaction volume cannot be less than：${instrument.minNotional}${instrument.quote}`,
      );
    case 'quantity-too-large':
    case 'value-too-large':
      return new Refused(30003, 'The maximum transaction volume cannot be greater than the limit');
    case 'duplicate-client-id':
      // The venue's own code is not documented.
      return new Refused(33333, 'Duplicate newClientOrderId');
    case 'reduce-only':
      return new Refused(30005, 'Oversold');
    case 'too-many-orders':
      return new Refused(30029, 'Cannot exceed the maximum order limit');
    case 'market-closed':
      return new Refused(30016, 'trading disabled');
  }
}

/** What the contract stack says when the engine does not take an order. */
export function contractOrderRefusal(refusal: Refusal): Refused {
  switch (refusal) {
    case 'insufficient-balance':
      return new Refused(2005, 'Insufficient balance!');
    case 'price-off-grid':
      return new Refused(2015, 'The price or quantity accuracy is wrong!');
    case 'price-out-of-band':
      return new Refused(2003, 'Bid price is great than max allow price');
    case 'quantity-off-grid':
      return new Refused(2015, 'The price or quantity accuracy is wrong!');
    case 'quantity-too-small':
    case 'value-too-small':
      return new Refused(2011, 'Order quantity error, please try to modify.');
    case 'quantity-too-large':
    case 'value-too-large':
      return new Refused(2028, 'The quantity exceeds the limit!');
    case 'duplicate-client-id':
      return new Refused(2043, 'Duplicate external order id!');
    case 'reduce-only':
      return new Refused(2009, 'Position is not exists or closed.');
    case 'too-many-orders':
      return new Refused(2036, 'The number of orders exceeds the limit!');
    case 'market-closed':
      return new Refused(6001, 'Trading forbidden!');
  }
}
