import type { RestMethod } from '../rest.js';
import type { RestAnswer, RestRequest, VenueApp } from '../venue-app.js';
import type { Attempt, Gate, Operation, Outcome } from './gate.js';

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  400: '400 Bad Request',
  401: '401 Unauthorized',
  418: "418 I'm a teapot",
  429: '429 Too Many Requests',
};

/** Serves an operation at a REST route. */
export function serveOperation(app: VenueApp, gate: Gate, method: RestMethod, path: string, operation: Operation): void {
  app.route(method, path, (request) => restAnswer(gate.perform(operation, attemptOf(request)), operation.kind === 'order'));
}

/** Params may come in the query, in a form or in both; the signature is made over both, without a separator. */
function attemptOf(request: RestRequest): Attempt {
  const params = new Map<string, string>();
  for (const source of [request.query, new URLSearchParams(request.body)])
    for (const [name, value] of source) params.set(name, value);
  return {
    address: request.address,
    params,
    apiKey: request.header('x-mbx-apikey'),
    signature: params.get('signature') ?? '',
    signedText: unsigned(request.rawQuery) + unsigned(request.body),
  };
}

/** The text as it was sent, without its signature. */
function unsigned(text: string): string {
  return text
    .split('&')
    .filter((part) => !part.startsWith('signature='))
    .join('&');
}

function restAnswer({ status, body, uses, waitMs }: Outcome, tellsOrders: boolean): RestAnswer {
  const headers: Record<string, string> = {};
  for (const use of uses) {
    const span = `${use.intervalNum}${use.interval.charAt(0)}`;
    if (use.rateLimitType === 'REQUEST_WEIGHT') headers[`X-MBX-USED-WEIGHT-${span}`] = String(use.count);
    else if (tellsOrders) headers[`X-MBX-ORDER-COUNT-${span}`] = String(use.count);
  }
  if (waitMs !== null) headers['Retry-After'] = String(Math.ceil(waitMs / 1000));
  return { headers, body, ...(status === 200 ? {} : { status: STATUS_TEXTS[status] ?? String(status) }) };
}
