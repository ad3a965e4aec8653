import { z } from 'zod';
import type { RefusalKind } from '../../domain/errors.js';
import type { Market } from '../../domain/venue.js';
import type { BudgetReading, RestReply, VenueRefusal } from '../trading.js';

/** Codes that mean the same on both markets. */
const CODES: Readonly<Record<number, RefusalKind>> = {
  [-1000]: 'outcome-unknown', // an unknown error occurred while processing
  [-1001]: 'outcome-unknown', // disconnected
  [-1002]: 'authentication',
  [-1003]: 'rate-limited',
  [-1004]: 'venue-down', // busy
  [-1006]: 'outcome-unknown', // unexpected answer of the message bus, execution status unknown
  [-1007]: 'outcome-unknown', // timeout of the backend, execution status unknown
  [-1008]: 'venue-down', // overloaded, not processed
  [-1010]: 'invalid-request',
  [-1013]: 'invalid-request', // a filter, by its text
  [-1014]: 'invalid-request',
  [-1015]: 'rate-limited', // too many orders
  [-1016]: 'venue-down', // shutting down
  [-1020]: 'invalid-request',
  [-1021]: 'time-window',
  [-1022]: 'authentication', // signature
  [-1023]: 'invalid-request',
  [-1033]: 'invalid-request',
  [-1034]: 'rate-limited', // too many connections
  [-1035]: 'rate-limited',
  [-1099]: 'authentication',
  [-1100]: 'invalid-request',
  [-1101]: 'invalid-request',
  [-1102]: 'invalid-request',
  [-1103]: 'invalid-request',
  [-1104]: 'invalid-request',
  [-1105]: 'invalid-request',
  [-1106]: 'invalid-request',
  [-1108]: 'invalid-request',
  [-1111]: 'precision',
  [-1112]: 'would-not-fill', // no orders on the book
  [-1114]: 'invalid-request',
  [-1115]: 'invalid-request',
  [-1116]: 'invalid-request',
  [-1117]: 'invalid-request',
  [-1118]: 'invalid-request',
  [-1119]: 'invalid-request',
  [-1120]: 'invalid-request',
  [-1121]: 'unknown-instrument',
  [-1125]: 'authentication', // this listen key does not exist
  [-1127]: 'invalid-request',
  [-1128]: 'invalid-request',
  [-1130]: 'invalid-request',
  [-1131]: 'invalid-request',
  [-1134]: 'invalid-request',
  [-1135]: 'invalid-request',
  [-1145]: 'invalid-request',
  [-2010]: 'invalid-request', // the engine's refusal, by its text
  [-2011]: 'unknown-order', // nothing to cancel: the order ended, or never was
  [-2013]: 'unknown-order',
  [-2014]: 'authentication',
  [-2015]: 'authentication',
  [-2016]: 'instrument-halted',
  [-2026]: 'order-closed', // archived: ended long ago without a fill
  [-2035]: 'invalid-request', // already subscribed
};

/** Codes of spot alone. */
const SPOT_CODES: Readonly<Record<number, RefusalKind>> = {
  [-2021]: 'outcome-unknown', // one half of cancel and replace failed
  [-2022]: 'invalid-request', // both halves failed
  [-2038]: 'invalid-request',
};

/** Codes of USD-M futures alone; -2021 and -2022 mean something else there. */
const FUTURES_CODES: Readonly<Record<number, RefusalKind>> = {
  [-2012]: 'invalid-request',
  [-2017]: 'authentication', // keys are locked on this account
  [-2018]: 'insufficient-balance',
  [-2019]: 'insufficient-balance', // margin
  [-2020]: 'would-not-fill',
  [-2021]: 'invalid-request', // would trigger immediately
  [-2022]: 'reduce-only',
  [-2023]: 'instrument-halted', // the account is being liquidated
  [-2024]: 'insufficient-balance', // position is not sufficient
  [-2025]: 'above-maximum', // open orders
  [-2027]: 'above-maximum', // position at this leverage
  [-2028]: 'insufficient-balance', // leverage too small for the margin
  [-4001]: 'price-band',
  [-4002]: 'price-band',
  [-4003]: 'below-minimum',
  [-4004]: 'below-minimum',
  [-4005]: 'above-maximum',
  [-4006]: 'price-band',
  [-4013]: 'price-band',
  [-4014]: 'precision', // tick
  [-4015]: 'invalid-request', // client id
  [-4016]: 'price-band',
  [-4023]: 'precision', // step
  [-4024]: 'price-band',
  [-4028]: 'invalid-request', // leverage
  [-4029]: 'precision',
  [-4030]: 'precision',
  [-4044]: 'invalid-request',
  [-4045]: 'above-maximum',
  [-4047]: 'invalid-request', // margin mode with open orders
  [-4048]: 'invalid-request', // margin mode with a position
  [-4050]: 'insufficient-balance',
  [-4051]: 'insufficient-balance',
  [-4061]: 'invalid-request', // position side and mode
  [-4116]: 'duplicate-client-id',
  [-4118]: 'reduce-only',
  [-4131]: 'price-band', // the best price is beyond the percentage
  [-4140]: 'instrument-halted',
  [-4141]: 'instrument-halted',
  [-4164]: 'below-minimum', // notional
  [-4183]: 'price-band',
  [-4184]: 'price-band',
  [-4192]: 'instrument-halted', // cooling off
  [-5021]: 'would-not-fill', // FOK
  [-5022]: 'would-take', // post-only
  [-5028]: 'time-window', // at the engine
};

/** What the texts of -1013 and -2010 say more closely; the first that occurs decides. */
const TEXTS: readonly (readonly [part: string, kind: RefusalKind])[] = [
  ['PERCENT_PRICE', 'price-band'],
  ['PRICE_FILTER', 'precision'],
  ['MARKET_LOT_SIZE', 'above-maximum'],
  ['LOT_SIZE', 'precision'],
  ['NOTIONAL', 'below-minimum'],
  ['MAX_', 'above-maximum'],
  ['insufficient balance', 'insufficient-balance'],
  ['Duplicate order', 'duplicate-client-id'],
  ['immediately match', 'would-take'],
  ['Market is closed', 'instrument-halted'],
  ['not possible in this trading phase', 'instrument-halted'],
  ['Unknown order', 'unknown-order'],
];

const ErrorBody = z.object({ code: z.number().int(), msg: z.string().default('') });
const WaitData = z.object({ data: z.object({ retryAfter: z.number() }) });

/** Code of "no need to change the margin mode": what was asked for is so already. */
const MARGIN_MODE_SET_ALREADY = -4046;

/** What a code means; null for one that is not in the documents. */
export function kindOfCode(market: Market, code: number, text: string): RefusalKind | null {
  if (code === -1013 || code === -2010) {
    const said = TEXTS.find(([part]) => text.includes(part));
    if (said !== undefined) return said[1];
  }
  return (market === 'spot' ? SPOT_CODES : FUTURES_CODES)[code] ?? CODES[code] ?? null;
}

/** What an answer of either interface means if it is a refusal; null when it is a good one. */
export function refusalOf(market: Market, status: number, body: unknown, retryAfterMs: number | undefined): VenueRefusal | null {
  const error = ErrorBody.safeParse(body).data;
  const failed = status < 200 || status >= 300;
  if (!failed && body !== undefined && (error === undefined || error.code >= 0)) return null;
  if (error?.code === MARGIN_MODE_SET_ALREADY) return null;
  const code = error === undefined ? `HTTP ${status}` : String(error.code);
  const text = error?.msg ?? '';
  const kind = kindOfStatus(status) ?? (error === undefined ? null : kindOfCode(market, error.code, text));
  return {
    kind: kind ?? (failed && status < 500 ? 'invalid-request' : 'outcome-unknown'),
    code,
    text,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** What a REST answer means if it is a refusal. */
export function restRefusal(market: Market, { status, headers, body }: RestReply): VenueRefusal | null {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return refusalOf(market, status, body, Number.isFinite(seconds) ? seconds * 1000 : undefined);
}

/** What an error of the WebSocket API means; it states the moment and not the length of a ban. */
export function wsRefusal(market: Market, status: number, error: unknown, epochMs: number): VenueRefusal {
  const until = WaitData.safeParse(error).data?.data.retryAfter;
  const waitMs = until === undefined ? undefined : Math.max(0, until - epochMs);
  // A frame with an error is a refusal, whatever status it claims.
  const refusal = refusalOf(market, status < 300 ? 400 : status, error, waitMs);
  return refusal ?? { kind: 'invalid-request', code: String(status), text: '' };
}

const USAGE_HEADER = /^x-mbx-(used-weight|order-count)-(\d+[smhd])$/;

/** How much of the budgets is used, by the headers of an answer. */
export function restUsage({ headers }: RestReply): readonly BudgetReading[] {
  const readings: BudgetReading[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const [, what, interval = ''] = USAGE_HEADER.exec(name) ?? [];
    const used = Number(value);
    if (what === undefined || !Number.isFinite(used)) continue;
    if (what === 'order-count') readings.push({ budget: `orders-${interval}`, used });
    else if (interval === '1m') readings.push({ budget: 'weight', used });
  }
  return readings;
}

const INTERVAL_LETTERS: Readonly<Record<string, string>> = { SECOND: 's', MINUTE: 'm', HOUR: 'h', DAY: 'd' };
const UsageRow = z.object({
  rateLimitType: z.string(),
  interval: z.string(),
  intervalNum: z.number(),
  limit: z.number(),
  count: z.number(),
});
const UsageRows = z.array(UsageRow);

/** The same by the `rateLimits` of a frame of the WebSocket API. */
export function wsUsage(rateLimits: unknown): readonly BudgetReading[] {
  const rows = UsageRows.safeParse(rateLimits).data ?? [];
  return rows.flatMap(({ rateLimitType, interval, intervalNum, limit, count }) => {
    const span = `${intervalNum}${INTERVAL_LETTERS[interval] ?? interval}`;
    if (rateLimitType === 'ORDERS') return [{ budget: `orders-${span}`, used: count, limit }];
    return rateLimitType === 'REQUEST_WEIGHT' && span === '1m' ? [{ budget: 'weight', used: count, limit }] : [];
  });
}

/** Statuses that say everything, whatever the body. 403 comes from the firewall in front of the venue. */
function kindOfStatus(status: number): RefusalKind | null {
  return status === 429 || status === 418 || status === 403 ? 'rate-limited' : null;
}
