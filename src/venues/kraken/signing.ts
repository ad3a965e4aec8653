import { createHash, createHmac } from 'node:crypto';
import type { Credentials } from '../../domain/credentials.js';
import { VenueRequestError } from '../../domain/errors.js';
import type { Params, RequestStamp, RestCall, SignedRequest } from '../trading.js';

/** How long after it was made the venue's engine may still take an order. Its clock is known to a second only. */
export const ORDER_DEADLINE_MS = 5_000;

/** Signature of a private request: over the path, the nonce and the body in which the nonce is. */
export function signature(path: string, nonce: string, body: string, secret: string): string {
  const digest = createHash('sha256').update(`${nonce}${body}`).digest();
  return createHmac('sha512', Buffer.from(secret, 'base64')).update(path).update(digest).digest('base64');
}

/**
 * Signs a REST call. Private calls are forms, get their nonce here, and orders their deadline.
 * @throws VenueRequestError when the call needs keys and there are none
 */
export function signRest(call: RestCall, credentials: Credentials | null, stamp: RequestStamp): SignedRequest {
  const { method, path } = call;
  const query = encodeParams(call.query);
  if (call.security === 'public') return { method, target: query === '' ? path : `${path}?${query}`, headers: {}, body: null };
  if (credentials === null) throw new VenueRequestError('authentication', `kraken: ${path} needs keys, and there are none`);
  const nonce = String(stamp.nonce);
  const deadline: Params = call.purpose === 'order' ? [['deadline', deadlineText(stamp)]] : [];
  const params = call.body?.kind === 'form' ? call.body.params : [];
  const body = encodeParams([['nonce', nonce], ...params, ...deadline]);
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded',
    'API-Key': credentials.apiKey(),
    'API-Sign': signature(path, nonce, body, credentials.secret()),
  };
  return { method, target: path, headers, body };
}

/** The moment after which an order of this stamp is to be refused. */
export function deadlineText({ epochMs }: RequestStamp): string {
  return new Date(Math.floor(epochMs) + ORDER_DEADLINE_MS).toISOString();
}

function encodeParams(params: Params): string {
  return params.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}
