import { createHmac } from 'node:crypto';
import type { Credentials } from '../../domain/credentials.js';
import { VenueRequestError } from '../../domain/errors.js';
import type { Params, RequestStamp, RestCall, SignedRequest } from '../trading.js';

/** How far a request's stamp may be from the venue's clock. */
export const STAMP_VALIDITY_MS = 30_000;

/** Path that the signature of a WebSocket subscription names. */
const STREAM_PATH = '/users/self/verify';

/** HMAC-SHA256 of a text by a base64 secret, as base64. */
function hmacBase64(secret: string, text: string): string {
  return createHmac('sha256', Buffer.from(secret, 'base64')).update(text).digest('base64');
}

/**
 * Signs a REST call: over stamp, method, path with query, and body.
 * @throws VenueRequestError when the call needs keys and there are none
 */
export function signRest(call: RestCall, credentials: Credentials | null, stamp: RequestStamp): SignedRequest {
  const { method, path } = call;
  const query = encodeParams(call.query);
  const target = query === '' ? path : `${path}?${query}`;
  const body = call.body === null ? null : call.body.kind === 'json' ? call.body.text : encodeParams(call.body.params);
  // The venue refuses requests that do not say what sent them.
  const headers: Record<string, string> = { 'User-Agent': 'tiercel' };
  if (body !== null) headers['Content-Type'] = 'application/json';
  if (call.security === 'public') return { method, target, headers, body };
  if (credentials === null) throw new VenueRequestError('authentication', `coinbase: ${path} needs keys, and there are none`);
  const seconds = stampText(stamp);
  headers['CB-ACCESS-KEY'] = credentials.apiKey();
  headers['CB-ACCESS-PASSPHRASE'] = credentials.passphrase();
  headers['CB-ACCESS-TIMESTAMP'] = seconds;
  headers['CB-ACCESS-SIGN'] = hmacBase64(credentials.secret(), `${seconds}${method}${target}${body ?? ''}`);
  return { method, target, headers, body };
}

/** The fields that authenticate a subscription. */
export function streamAuthentication(credentials: Credentials, stamp: RequestStamp): Record<string, string> {
  const timestamp = stampText(stamp);
  return {
    key: credentials.apiKey(),
    passphrase: credentials.passphrase(),
    timestamp,
    signature: hmacBase64(credentials.secret(), `${timestamp}GET${STREAM_PATH}`),
  };
}

/** Seconds since the epoch, with the milliseconds as decimals where there are any. */
function stampText({ epochMs }: RequestStamp): string {
  return String(Math.floor(epochMs) / 1000);
}

function encodeParams(params: Params): string {
  return params.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}
