import type { SimulatedBook } from '../../market/book.js';
import type { Refusal } from '../../matching/types.js';
import { quoted } from '../json-text.js';
import type { RestAnswer } from '../rest.js';

const STATUS_TEXT = {
  400: '400 Bad Request',
  401: '401 Unauthorized',
  403: '403 Forbidden',
  404: '404 Not Found',
  429: '429 Too Many Requests',
  500: '500 Internal Server Error',
  503: '503 Service Unavailable',
} as const;

/** Why the venue refuses a request, in its own label and words. */
export class Refused extends Error {
  constructor(
    readonly label: string,
    message: string,
    readonly status: keyof typeof STATUS_TEXT = 400,
  ) {
    super(message);
  }
}

/** A refusal as REST answers it. */
export function refusalAnswer({ label, message, status }: Refused, headers: Readonly<Record<string, string>> = {}): RestAnswer {
  return { status: STATUS_TEXT[status], headers, body: quoted({ label, message }) };
}

/** A parameter that is nonsense. */
export function invalid(name: string): Refused {
  return new Refused('INVALID_PARAM_VALUE', `Invalid request parameter \`${name}\``);
}

/** A parameter that is not there. */
export function missing(name: string): Refused {
  return new Refused('MISSING_REQUIRED_PARAM', `Missing required parameter: ${name}`);
}

export function unknownPair(pair: string): Refused {
  return new Refused('INVALID_CURRENCY_PAIR', `Invalid currency pair ${pair}`);
}

export function unknownContract(): Refused {
  return new Refused('CONTRACT_NOT_FOUND', 'contract not found');
}

export function unknownOrder(byText: boolean): Refused {
  return byText
    ? new Refused('CLIENT_ID_NOT_FOUND', 'Order with the text not found', 404)
    : new Refused('ORDER_NOT_FOUND', 'Order not found', 404);
}

/** An id of the client's that the venue still remembers. */
export function repeated(text: string): Refused {
  return new Refused('REPEATED_CREATION', `Order with text ${text} was created already`);
}

/** What the venue says when the engine does not take an order. */
export function orderRefusal(refusal: Refusal, { instrument }: SimulatedBook, text: string | null): Refused {
  const spot = instrument.market === 'spot';
  switch (refusal) {
    case 'insufficient-balance':
      return spot
        ? new Refused('BALANCE_NOT_ENOUGH', 'Not enough balance')
        : new Refused('INSUFFICIENT_AVAILABLE', 'available balance is not enough');
    case 'price-off-grid':
      return new Refused('INVALID_PRECISION', 'Invalid precision of price');
    case 'quantity-off-grid':
      return new Refused('INVALID_PRECISION', 'Invalid precision of amount');
    case 'price-out-of-band':
      return new Refused('PRICE_TOO_DEVIATED', 'Order price deviates too much from the market price');
    case 'quantity-too-small':
    case 'value-too-small':
      return new Refused(
        'INVALID_PARAM_VALUE',
        `Your order size is too small. The minimum is ${instrument.minNotional} ${instrument.quote}`,
      );
    case 'quantity-too-large':
    case 'value-too-large':
      return spot ? new Refused('AMOUNT_TOO_MUCH', 'Order amount is too much') : new Refused('SIZE_TOO_LARGE', 'size too large');
    case 'duplicate-client-id':
      return repeated(text ?? '');
    case 'reduce-only':
      return new Refused('INCREASE_POSITION', 'reduce only order increases the position');
    case 'too-many-orders':
      return new Refused('TOO_MANY_ORDERS', 'Too many open orders');
    case 'market-closed':
      return new Refused('TRADE_RESTRICTED', 'Trading is restricted');
  }
}
