import { createHmac } from 'node:crypto';
import type { Credentials } from '../../domain/credentials.js';
import { VenueRequestError } from '../../domain/errors.js';
import type { Params, RequestStamp, RestCall, SignedRequest } from '../trading.js';

/** How long after its timestamp the venue takes a request. */
export const RECEIVE_WINDOW_MS = 5_000;

/** HMAC-SHA256 as lower-case hex, the signature of both interfaces. */
export function hmacHex(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** Params as they stand in a query or a form, percent-encoded; the signature is made over exactly this text. */
export function encodeParams(params: Params): string {
  return params.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}

/**
 * Signs a REST call: over query and body, encoded, without a separator between them. The stamp and the signature travel in the body
 * where there is one.
 * @throws VenueRequestError when the call needs keys and there are none
 */
export function signRest(call: RestCall, credentials: Credentials | null, stamp: RequestStamp): SignedRequest {
  const { method, path, security } = call;
  let query = encodeParams(call.query);
  let body = call.body === null ? null : call.body.kind === 'form' ? encodeParams(call.body.params) : call.body.text;
  const headers: Record<string, string> = {};
  if (security !== 'public') headers['X-MBX-APIKEY'] = needed(credentials, path).apiKey();
  if (security === 'signed') {
    const stamped = `recvWindow=${RECEIVE_WINDOW_MS}&timestamp=${Math.floor(stamp.epochMs)}`;
    const join = (text: string, more: string): string => (text === '' ? more : `${text}&${more}`);
    if (body === null) query = join(query, stamped);
    else body = join(body, stamped);
    const signature = `signature=${hmacHex(needed(credentials, path).secret(), query + (body ?? ''))}`;
    if (body === null) query = join(query, signature);
    else body = join(body, signature);
  }
  if (body !== null) headers['Content-Type'] = 'application/x-www-form-urlencoded';
  return { method, target: query === '' ? path : `${path}?${query}`, headers, body };
}

/**
 * Signs the params of a request over the WebSocket API: sorted by name and not encoded, the API key among them.
 * @returns the params with the signature, in that order
 */
export function signWsParams(params: Params, credentials: Credentials, stamp: RequestStamp): Params {
  const all: (readonly [string, string])[] = [
    ...params,
    ['apiKey', credentials.apiKey()],
    ['recvWindow', String(RECEIVE_WINDOW_MS)],
    ['timestamp', String(Math.floor(stamp.epochMs))],
  ];
  all.sort(([left], [right]) => (left < right ? -1 : 1));
  const signature = hmacHex(credentials.secret(), all.map(([name, value]) => `${name}=${value}`).join('&'));
  return [...all, ['signature', signature]];
}

/** A request frame of the WebSocket API. Numbers travel as digits and not as texts where the venue wants them so. */
export function wsRequest(id: number | string, method: string, params: Params): string {
  let text = '';
  for (const [name, value] of params) {
    const written = name === 'timestamp' || name === 'recvWindow' || name === 'orderId' ? value : JSON.stringify(value);
    text += `${text === '' ? '' : ','}"${name}":${written}`;
  }
  return `{"id":${JSON.stringify(id)},"method":"${method}","params":{${text}}}`;
}

function needed(credentials: Credentials | null, path: string): Credentials {
  if (credentials !== null) return credentials;
  throw new VenueRequestError('authentication', `binance: ${path} needs keys, and there are none`, { venue: 'binance', path });
}
