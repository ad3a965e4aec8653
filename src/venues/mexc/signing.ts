import { createHmac } from 'node:crypto';
import type { Credentials } from '../../domain/credentials.js';
import { VenueRequestError } from '../../domain/errors.js';
import type { Params, RequestStamp, RestCall, SignedRequest } from '../trading.js';

/** How long after its timestamp spot takes a request. */
export const RECEIVE_WINDOW_MS = 5_000;

/** How far a contract request's timestamp may be from the venue's clock. */
export const CONTRACT_WINDOW_MS = 10_000;

/** HMAC-SHA256 as lower-case hex, the signature of both stacks. */
export function hmacHex(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/**
 * Signs a spot call: over query and body as they are sent, with nothing between them. Everything travels in the query.
 * @throws VenueRequestError when the call needs keys and there are none
 */
export function signSpot(call: RestCall, credentials: Credentials | null, stamp: RequestStamp): SignedRequest {
  const body = bodyText(call);
  const headers: Record<string, string> = {};
  let query = encodeParams(call.query);
  if (call.security !== 'public') headers['X-MEXC-APIKEY'] = needed(credentials, call).apiKey();
  if (call.security === 'signed') {
    const stamped = `recvWindow=${RECEIVE_WINDOW_MS}&timestamp=${Math.floor(stamp.epochMs)}`;
    query = query === '' ? stamped : `${query}&${stamped}`;
    query += `&signature=${hmacHex(needed(credentials, call).secret(), query + (body ?? ''))}`;
  }
  return request(call, query, headers, body);
}

/**
 * Signs a contract call: over key, time, and either the params sorted by name or the exact body. Signatures stand in headers.
 * @throws VenueRequestError when the call needs keys and there are none
 */
export function signContract(call: RestCall, credentials: Credentials | null, stamp: RequestStamp): SignedRequest {
  const body = bodyText(call);
  const headers: Record<string, string> = {};
  const query = encodeParams([...call.query].sort(([left], [right]) => (left < right ? -1 : 1)));
  if (call.security !== 'public') {
    const apiKey = needed(credentials, call).apiKey();
    headers['ApiKey'] = apiKey;
    if (call.security === 'signed') {
      const time = String(Math.floor(stamp.epochMs));
      headers['Request-Time'] = time;
      headers['Signature'] = hmacHex(needed(credentials, call).secret(), apiKey + time + (body ?? query));
    }
  }
  return request(call, query, headers, body);
}

/** Requests with a form as content type can be refused. */
function request(call: RestCall, query: string, headers: Record<string, string>, body: string | null): SignedRequest {
  if (call.method !== 'GET') headers['Content-Type'] = 'application/json';
  return { method: call.method, target: query === '' ? call.path : `${call.path}?${query}`, headers, body };
}

function bodyText({ body }: RestCall): string | null {
  if (body === null) return null;
  return body.kind === 'json' ? body.text : encodeParams(body.params);
}

function encodeParams(params: Params): string {
  return params.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}

function needed(credentials: Credentials | null, { path }: RestCall): Credentials {
  if (credentials !== null) return credentials;
  throw new VenueRequestError('authentication', `mexc: ${path} needs keys, and there are none`, { venue: 'mexc', path });
}
