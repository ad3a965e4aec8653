import { z } from 'zod';
import type { RefusalKind } from '../../domain/errors.js';
import type { RestCall, RestReply, VenueRefusal } from '../trading.js';

/** What the venue's labels mean. */
const LABELS: Readonly<Record<string, RefusalKind>> = {
  BALANCE_NOT_ENOUGH: 'insufficient-balance',
  MARGIN_BALANCE_NOT_ENOUGH: 'insufficient-balance',
  FUTURES_BALANCE_NOT_ENOUGH: 'insufficient-balance',
  INSUFFICIENT_AVAILABLE: 'insufficient-balance',
  INITIAL_MARGIN_TOO_LOW: 'insufficient-balance',
  AMOUNT_TOO_LITTLE: 'below-minimum',
  SIZE_TOO_SMALL: 'below-minimum',
  ERR_QUOTA_LOWER_LIMIT: 'below-minimum',
  AMOUNT_TOO_MUCH: 'above-maximum',
  SIZE_TOO_LARGE: 'above-maximum',
  QUANTITY_NOT_ENOUGH: 'above-maximum',
  RISK_LIMIT_EXCEEDED: 'above-maximum',
  TOO_MANY_ORDERS: 'above-maximum',
  INVALID_PRECISION: 'precision',
  PRICE_TOO_DEVIATED: 'price-band',
  PRICE_THRESHOLD_EXCEEDED: 'price-band',
  LIQUIDATE_IMMEDIATELY: 'price-band',
  POC_FILL_IMMEDIATELY: 'would-take',
  ORDER_POC_IMMEDIATE: 'would-take',
  FOK_NOT_FILL: 'would-not-fill',
  ORDER_FOK: 'would-not-fill',
  INVALID_CURRENCY: 'unknown-instrument',
  INVALID_CURRENCY_PAIR: 'unknown-instrument',
  CONTRACT_NOT_FOUND: 'unknown-instrument',
  CONTRACT_IN_DELISTING: 'instrument-halted',
  TRADE_RESTRICTED: 'instrument-halted',
  REPEATED_CREATION: 'duplicate-client-id',
  ORDER_NOT_FOUND: 'unknown-order',
  CLIENT_ID_NOT_FOUND: 'unknown-order',
  ORDER_CLOSED: 'order-closed',
  ORDER_CANCELLED: 'order-closed',
  ORDER_FINISHED: 'order-closed',
  CANCEL_FAIL: 'order-closed',
  POSITION_EMPTY: 'reduce-only',
  POSITION_NOT_FOUND: 'reduce-only',
  INCREASE_POSITION: 'reduce-only',
  REDUCE_ONLY_FAIL: 'reduce-only',
  REQUEST_EXPIRED: 'time-window',
  TOO_MANY_REQUESTS: 'rate-limited',
  TOO_FAST: 'rate-limited',
  INTERNAL: 'outcome-unknown',
  SERVER_ERROR: 'outcome-unknown',
  TOO_BUSY: 'outcome-unknown',
  TIMEOUT: 'outcome-unknown',
  // Numbers that the socket of order entry has been seen to use; their meaning is unconfirmed, so nothing is taken for refused.
  '100': 'outcome-unknown',
  '212': 'outcome-unknown',
  INVALID_KEY: 'authentication',
  INVALID_SIGNATURE: 'authentication',
  INVALID_CREDENTIALS: 'authentication',
  AUTHENTICATION_FAILED: 'authentication',
  MISSING_REQUIRED_HEADER: 'authentication',
  IP_FORBIDDEN: 'authentication',
  READ_ONLY: 'authentication',
  FORBIDDEN: 'authentication',
  ACCOUNT_LOCKED: 'authentication',
  USER_NOT_FOUND: 'authentication',
  INVALID_UNIFIED_ACCOUNT: 'authentication',
  UNIFIED_ACCOUNT_NOT_ACTIVATED: 'authentication',
};

/** What the texts of INVALID_PARAM_VALUE and its kin say beyond their label; the first part that occurs decides. */
const TEXTS: readonly (readonly [part: RegExp, kind: RefusalKind])[] = [
  [/too small|minimum|at least/i, 'below-minimum'],
  [/too large|maximum/i, 'above-maximum'],
  [/precision|decimal|multiple|round/i, 'precision'],
  [/currency pair|contract not/i, 'unknown-instrument'],
];

/** At least that long nothing is asked after a refusal for rate. */
const RATE_PAUSE_MS = 10_000;
const TOO_MANY = 429;

const ErrorBody = z.object({ label: z.string(), message: z.string().nullish(), detail: z.string().nullish() });

/** What a label with its text means. */
export function refusalOf(label: string, text: string): VenueRefusal {
  const kind = LABELS[label] ?? TEXTS.find(([part]) => part.test(text))?.[1] ?? 'invalid-request';
  return { kind, code: label, text, ...(kind === 'rate-limited' && { retryAfterMs: RATE_PAUSE_MS }) };
}

/** What a refusal on the socket of order entry means. A status can be all there is. */
export function entryRefusal(status: string, label: string | undefined, text: string): VenueRefusal {
  const refusal = refusalOf(label ?? `status ${status}`, text);
  if (status === String(TOO_MANY)) return { ...refusal, kind: 'rate-limited', retryAfterMs: RATE_PAUSE_MS };
  return /^[1-4]\d\d$/.test(status) ? refusal : { ...refusal, kind: 'outcome-unknown' };
}

/** What an answer means if it is a refusal; null when it is a good one. A read that failed changed nothing. */
export function restRefusal({ status, headers, body }: RestReply, { purpose }: RestCall): VenueRefusal | null {
  const failed = status < 200 || status >= 300;
  const error = ErrorBody.safeParse(body).data;
  if (!failed && body !== undefined && error === undefined) return null;
  const text = error?.message ?? error?.detail ?? '';
  const known = error === undefined ? null : refusalOf(error.label, text);
  if (status === TOO_MANY)
    return { kind: 'rate-limited', code: error?.label ?? 'HTTP 429', text, retryAfterMs: resetMs(headers) };
  if (status >= 500 || (known === null && !failed) || known?.kind === 'outcome-unknown') {
    const kind = purpose === 'read' ? 'venue-down' : 'outcome-unknown';
    return { kind, code: error?.label ?? `HTTP ${status}`, text };
  }
  if (known !== null) return known;
  return { kind: status === 401 || status === 403 ? 'authentication' : 'invalid-request', code: `HTTP ${status}`, text };
}

/** The wait until the moment that the venue names against its own Date, in seconds or milliseconds; ten seconds at least. */
function resetMs(headers: RestReply['headers']): number {
  const reset = Number(headers['x-gate-ratelimit-reset-timestamp'] ?? Number.NaN);
  const dateMs = Date.parse(headers['date'] ?? '');
  if (!Number.isFinite(reset) || Number.isNaN(dateMs)) return RATE_PAUSE_MS;
  return Math.max(RATE_PAUSE_MS, (reset > 1e11 ? reset : reset * 1000) - dateMs);
}
