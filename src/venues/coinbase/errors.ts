import { z } from 'zod';
import type { RefusalKind } from '../../domain/errors.js';
import type { RestCall, RestReply, VenueRefusal } from '../trading.js';

/**
 * What the venue's texts mean; it has no codes. The first part that occurs decides. Some texts changed over the years, and some are
 * only known from clients that match them.
 */
const TEXTS: readonly (readonly [part: string, kind: RefusalKind])[] = [
  ['insufficient fund', 'insufficient-balance'],
  ['insufficient balance', 'insufficient-balance'],
  ['rate limit exceeded', 'rate-limited'],
  ['timestamp expired', 'time-window'],
  ['invalid timestamp', 'time-window'],
  ['invalid api key', 'authentication'],
  ['invalid signature', 'authentication'],
  ['invalid passphrase', 'authentication'],
  ['authentication', 'authentication'],
  ['under maintenance', 'venue-down'],
  ['cancel only', 'instrument-halted'],
  ['post only mode', 'instrument-halted'],
  ['limit only', 'instrument-halted'],
  ['trading disabled', 'instrument-halted'],
  ['auction mode', 'instrument-halted'],
  ['trading pair not available', 'instrument-halted'],
  ['post only', 'would-take'],
  ['post_only', 'would-take'],
  ['price too small', 'precision'],
  ['too precise', 'precision'],
  ['too accurate', 'precision'],
  ['too small', 'below-minimum'],
  ['below the minimum', 'below-minimum'],
  ['too large', 'above-maximum'],
  ['too many open orders', 'above-maximum'],
  ['price protection', 'price-band'],
  ['price bound', 'price-band'],
  ['client_oid already', 'duplicate-client-id'],
  ['duplicate client_oid', 'duplicate-client-id'],
  ['order already done', 'order-closed'],
  ['order not found', 'unknown-order'],
  ['product not found', 'unknown-instrument'],
  ['not a valid product', 'unknown-instrument'],
];

/** What a bucket needs to have something to give again. */
const REFILL_MS = 1_000;

const ErrorBody = z.object({ message: z.string() });

/** What a text of the venue means; null for one that is in no document. */
function kindOfText(text: string): RefusalKind | null {
  const lower = text.toLowerCase();
  return TEXTS.find(([part]) => lower.includes(part))?.[1] ?? null;
}

/** What an answer means if it is a refusal; null when it is a good one. */
export function restRefusal({ status, headers, body }: RestReply, call: RestCall): VenueRefusal | null {
  const text = ErrorBody.safeParse(body).data?.message;
  const failed = status < 200 || status >= 300;
  if (!failed && body !== undefined && text === undefined) return null;
  const kind = kindOfStatus(status, call) ?? kindOfText(text ?? '') ?? kindOfPath(status, call);
  const waitMs = Number(headers['retry-after'] ?? Number.NaN) * 1000;
  return {
    kind: kind === 'authentication' && isClockFault(text) ? 'time-window' : kind,
    code: `HTTP ${status}`,
    text: text ?? '',
    ...(kind === 'rate-limited' ? { retryAfterMs: Number.isFinite(waitMs) ? waitMs : REFILL_MS } : {}),
  };
}

/** What an `error` frame means. */
export function streamRefusal(message: string, reason: string): VenueRefusal {
  const text = reason === '' ? message : `${message}: ${reason}`;
  const kind = (isClockFault(reason) ? 'time-window' : null) ?? kindOfText(text) ?? 'invalid-request';
  return { kind, code: message, text };
}

/** Statuses that say everything, whatever the text. A read that failed changed nothing; anything else may have gone through. */
function kindOfStatus(status: number, { purpose }: RestCall): RefusalKind | null {
  if (status === 429) return 'rate-limited';
  if (status === 401 || status === 403) return 'authentication';
  if (status >= 500) return purpose === 'read' ? 'venue-down' : 'outcome-unknown';
  return null;
}

/** What an answer without a telling text is about. */
function kindOfPath(status: number, { path }: RestCall): RefusalKind {
  if (status < 300) return 'outcome-unknown';
  if (status === 404 && path.startsWith('/orders')) return 'unknown-order';
  return status === 404 && path.startsWith('/products') ? 'unknown-instrument' : 'invalid-request';
}

function isClockFault(text: string | undefined): boolean {
  return kindOfText(text ?? '') === 'time-window';
}
