import { createHash, createHmac } from 'node:crypto';
import type { Credentials } from '../../domain/credentials.js';
import { VenueRequestError } from '../../domain/errors.js';
import type { Params, RequestStamp, RestCall, SignedRequest } from '../trading.js';

/** How long after it was signed the venue may take an order: said in each, since the signature alone holds for a minute. */
export const ORDER_EXPIRY_MS = 10_000;

/** HMAC-SHA512 as lower-case hex, the signature of everything here. */
export function hmacHex(secret: string, text: string): string {
  return createHmac('sha512', secret).update(text).digest('hex');
}

/**
 * Signs a REST call: over method, path, the query as it is sent but not encoded, the hash of the body, and the time in seconds.
 * @throws VenueRequestError when the call needs keys and there are none
 */
export function sign(call: RestCall, credentials: Credentials | null, stamp: RequestStamp): SignedRequest {
  const { method, path } = call;
  const body = call.body?.kind === 'json' ? call.body.text : null;
  const target = call.query.length === 0 ? path : `${path}?${joined(call.query, encodeURIComponent)}`;
  const headers: Record<string, string> = { Accept: 'application/json', 'X-Gate-Size-Decimal': '1' };
  if (body !== null) headers['Content-Type'] = 'application/json';
  if (call.security === 'public') return { method, target, headers, body };
  if (credentials === null) {
    throw new VenueRequestError('authentication', `gateio: ${path} needs keys, and there are none`, { venue: 'gateio', path });
  }
  const time = seconds(stamp);
  const hash = createHash('sha512')
    .update(body ?? '')
    .digest('hex');
  headers['KEY'] = credentials.apiKey();
  headers['Timestamp'] = time;
  headers['SIGN'] = hmacHex(credentials.secret(), [method, path, joined(call.query, (text) => text), hash, time].join('\n'));
  if (call.purpose === 'order') headers['x-gate-exptime'] = expiry(stamp);
  return { method, target, headers, body };
}

/** The `auth` block of a private subscription. */
export function subscriptionAuth(credentials: Credentials, channel: string, event: string, time: number): object {
  const text = `channel=${channel}&event=${event}&time=${time}`;
  return { method: 'api_key', KEY: credentials.apiKey(), SIGN: hmacHex(credentials.secret(), text) };
}

/** The signature of a request over WebSocket; `parameter` is the exact JSON text, empty for a plain log-on. */
export function requestSignature(credentials: Credentials, channel: string, parameter: string, time: string): string {
  return hmacHex(credentials.secret(), `api\n${channel}\n${parameter}\n${time}`);
}

/** Whole seconds since the epoch. */
export function seconds({ epochMs }: RequestStamp): string {
  return String(Math.floor(epochMs / 1000));
}

/** The moment from which on an order is not to be taken any more, in milliseconds. */
export function expiry({ epochMs }: RequestStamp): string {
  return String(Math.floor(epochMs) + ORDER_EXPIRY_MS);
}

function joined(params: Params, form: (text: string) => string): string {
  return params.map(([name, value]) => `${form(name)}=${form(value)}`).join('&');
}
