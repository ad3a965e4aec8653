import { z } from 'zod';
import type { RefusalKind } from '../../domain/errors.js';
import type { RestCall, RestReply, VenueRefusal } from '../trading.js';

/** Codes of spot: errors of its front, of its orders, and the Binance-like ones. */
const SPOT_CODES: Readonly<Record<string, RefusalKind>> = {
  10101: 'insufficient-balance',
  30004: 'insufficient-balance',
  30005: 'insufficient-balance', // oversold
  30002: 'below-minimum',
  30003: 'above-maximum',
  30029: 'above-maximum', // open orders
  30032: 'above-maximum', // position
  10096: 'precision',
  10097: 'precision',
  10102: 'precision', // invalid price
  30010: 'precision', // no valid price
  30087: 'price-band',
  30025: 'would-not-fill', // no counter order for a market order
  30001: 'instrument-halted', // this direction is not allowed
  30027: 'instrument-halted', // buying stopped
  30028: 'instrument-halted', // selling stopped
  30000: 'instrument-halted',
  30016: 'instrument-halted',
  30018: 'instrument-halted', // market orders, or the account
  30019: 'instrument-halted', // market orders by API
  30020: 'instrument-halted',
  30021: 'instrument-halted',
  70011: 'instrument-halted', // the account may not trade this pair by API
  30014: 'unknown-instrument',
  10007: 'unknown-instrument',
  [-1121]: 'unknown-instrument',
  [-2011]: 'unknown-order',
  [-2013]: 'unknown-order',
  30026: 'unknown-order',
  30041: 'invalid-request',
  33333: 'invalid-request',
  44444: 'invalid-request',
  [-1128]: 'invalid-request',
  700004: 'invalid-request', // a parameter is missing: says nothing about the order it should have named
  700005: 'invalid-request', // receive window too long
  700008: 'invalid-request',
  700013: 'invalid-request', // content type
  700003: 'time-window',
  10073: 'time-window',
  700002: 'authentication',
  602: 'authentication',
  10072: 'authentication',
  400: 'authentication', // key required
  401: 'authentication',
  700001: 'authentication',
  700006: 'authentication', // address
  700007: 'authentication', // permission
  403: 'rate-limited', // firewall
  418: 'rate-limited',
  429: 'rate-limited',
  500: 'outcome-unknown',
  503: 'outcome-unknown',
  504: 'outcome-unknown',
};

/** Codes of the contract stack. */
const CONTRACT_CODES: Readonly<Record<string, RefusalKind>> = {
  401: 'authentication',
  402: 'authentication',
  403: 'authentication',
  406: 'authentication', // address
  511: 'authentication',
  602: 'authentication',
  701: 'authentication',
  702: 'authentication',
  703: 'authentication',
  704: 'authentication',
  1000: 'authentication', // account does not exist
  513: 'time-window',
  429: 'rate-limited',
  510: 'rate-limited',
  2037: 'rate-limited',
  500: 'outcome-unknown',
  501: 'outcome-unknown',
  506: 'outcome-unknown',
  9999: 'outcome-unknown',
  603: 'duplicate-client-id', // a repeated request
  2042: 'duplicate-client-id',
  2043: 'duplicate-client-id',
  604: 'venue-down',
  801: 'venue-down',
  11444: 'venue-down',
  600: 'invalid-request',
  601: 'invalid-request',
  2001: 'invalid-request',
  2002: 'invalid-request',
  2029: 'invalid-request',
  2007: 'price-band', // price error: zero, or beyond the limits
  2011: 'below-minimum', // quantity error
  2015: 'precision',
  2028: 'above-maximum',
  1001: 'unknown-instrument',
  1002: 'instrument-halted',
  1004: 'invalid-request',
  2003: 'price-band',
  2004: 'price-band',
  2032: 'price-band',
  2033: 'price-band',
  2005: 'insufficient-balance',
  2018: 'insufficient-balance',
  2008: 'reduce-only', // not enough to close
  2009: 'reduce-only', // no position
  2006: 'invalid-request', // leverage
  2019: 'invalid-request', // a position is open
  2021: 'invalid-request',
  2022: 'invalid-request',
  2023: 'invalid-request',
  2024: 'invalid-request',
  2025: 'invalid-request',
  2026: 'invalid-request',
  2027: 'invalid-request',
  2031: 'above-maximum', // risk limit
  2038: 'invalid-request',
  2013: 'invalid-request',
  2014: 'invalid-request',
  2034: 'invalid-request',
  2030: 'invalid-request', // external id too long
  2036: 'above-maximum', // open orders
  2040: 'unknown-order',
  2041: 'order-closed',
  3001: 'invalid-request',
  3002: 'invalid-request',
  3003: 'invalid-request',
  3004: 'invalid-request',
  5001: 'invalid-request',
  5002: 'invalid-request',
  5003: 'invalid-request',
  5004: 'invalid-request',
  4001: 'unknown-instrument', // currency
  6001: 'instrument-halted',
  6002: 'instrument-halted',
  6005: 'instrument-halted',
};

const SpotBody = z.object({
  code: z.union([z.number(), z.string()]).transform(String),
  msg: z.string().nullish(),
  message: z.string().nullish(),
});
const ContractBody = z.object({
  success: z.boolean(),
  code: z.union([z.number(), z.string()]).transform(String).default('0'),
  message: z.string().nullish(),
});
const CancelledRows = z.object({
  data: z.array(z.object({ errorCode: z.number(), errorMsg: z.string().default('') })).min(1),
});

/** Texts by which spot tells a client id that it knows; the code is not documented. */
const DUPLICATE = /duplicat|repeat/i;

/** What an answer of spot means if it is a refusal. */
export function spotRefusal(reply: RestReply): VenueRefusal | null {
  const failed = reply.status < 200 || reply.status >= 300;
  const error = SpotBody.safeParse(reply.body).data;
  const fine = error === undefined || error.code === '0' || error.code === '200';
  if (!failed && fine && reply.body !== undefined) return null;
  const text = error?.msg ?? error?.message ?? '';
  const code = error === undefined || fine ? `HTTP ${reply.status}` : error.code;
  const listed = SPOT_CODES[code] ?? 'invalid-request';
  const kind = failed && listed === 'invalid-request' && DUPLICATE.test(text) ? 'duplicate-client-id' : SPOT_CODES[code];
  return refusal(reply, failed, kind, code, text);
}

/** What an answer of the contract stack means if it is a refusal; its status says little. */
export function contractRefusal(reply: RestReply, call: RestCall): VenueRefusal | null {
  const failed = reply.status < 200 || reply.status >= 300;
  const answer = ContractBody.safeParse(reply.body).data;
  if (!failed && answer?.success === true) return call.purpose === 'cancel' ? cancelRefusal(reply.body) : null;
  const code = answer === undefined || answer.success ? `HTTP ${reply.status}` : answer.code;
  return refusal(reply, failed, CONTRACT_CODES[code], code, answer?.message ?? '');
}

/** What the code of a contract refusal means, on the socket too. */
function contractKind(code: string): RefusalKind {
  return CONTRACT_CODES[code] ?? 'invalid-request';
}

/** Cancels are answered order by order, each with a code of its own; ours name one order. */
function cancelRefusal(body: unknown): VenueRefusal | null {
  const [row] = CancelledRows.safeParse(body).data?.data ?? [];
  if (row === undefined || row.errorCode === 0) return null;
  return { kind: contractKind(String(row.errorCode)), code: String(row.errorCode), text: row.errorMsg };
}

/** 403 and 418 come from the firewall in front of the venue and from its bans. */
function refusal(reply: RestReply, failed: boolean, kind: RefusalKind | undefined, code: string, text: string): VenueRefusal {
  const { status, headers } = reply;
  const limited = status === 429 || status === 418 || status === 403;
  const refused = status >= 400 && status < 500;
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  // A good status with a body that is none of the venue's: somebody else answered, and nothing is known.
  const unlisted = refused || (!failed && code !== `HTTP ${status}`) ? 'invalid-request' : 'outcome-unknown';
  return {
    kind: limited ? 'rate-limited' : status >= 500 ? (kind === 'venue-down' ? kind : 'outcome-unknown') : (kind ?? unlisted),
    code,
    text,
    ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {}),
  };
}
