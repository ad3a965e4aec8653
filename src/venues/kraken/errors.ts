import { z } from 'zod';
import type { RefusalKind } from '../../domain/errors.js';
import type { RestCall, RestReply, VenueRefusal } from '../trading.js';

/** What the venue's errors mean, by their beginning. The first that fits decides. */
const ERRORS: readonly (readonly [beginning: string, kind: RefusalKind])[] = [
  ['EOrder:Insufficient funds', 'insufficient-balance'],
  ['EOrder:Insufficient margin', 'insufficient-balance'],
  ['EOrder:Insufficient initial margin', 'insufficient-balance'],
  ['EOrder:Order minimum not met', 'below-minimum'],
  ['EOrder:Cost minimum not met', 'below-minimum'],
  ['EOrder:Tick size check failed', 'precision'],
  ['EOrder:Invalid price', 'precision'],
  ['EGeneral:Invalid arguments:volume minimum not met', 'below-minimum'],
  ['EGeneral:Invalid arguments:cost minimum not met', 'below-minimum'],
  ['EGeneral:Invalid arguments:volume', 'precision'],
  ['EGeneral:Invalid arguments:price', 'precision'],
  ['EOrder:Unknown order', 'unknown-order'],
  ['EOrder:Invalid order', 'unknown-order'],
  ['EOrder:Rate limit exceeded', 'rate-limited'],
  ['EOrder:Orders limit exceeded', 'above-maximum'],
  ['EOrder:Domain rate limit exceeded', 'rate-limited'],
  ['EOrder:Post only order', 'would-take'],
  ['EOrder:Reduce only', 'reduce-only'],
  ['EOrder:Trading agreement required', 'authentication'],
  ['EOrder:Market in ', 'instrument-halted'],
  ['EAPI:Rate limit exceeded', 'rate-limited'],
  ['EGeneral:Temporary lockout', 'rate-limited'],
  ['EGeneral:Too many requests', 'rate-limited'],
  ['EService:Throttled', 'rate-limited'],
  ['EService: Throttled', 'rate-limited'],
  ['EAPI:Invalid nonce', 'time-window'],
  ['EService:Deadline elapsed', 'time-window'],
  ['ESession:Invalid session', 'time-window'],
  ['EAPI:Invalid key', 'authentication'],
  ['EAPI:Invalid signature', 'authentication'],
  ['EGeneral:Permission denied', 'authentication'],
  ['EService:Market in ', 'instrument-halted'],
  ['EService:Unavailable', 'outcome-unknown'],
  ['EService:Busy', 'outcome-unknown'],
  ['EService:Timeout', 'outcome-unknown'],
  ['EGeneral:Internal error', 'outcome-unknown'],
  ['EGeneral:Unknown method', 'invalid-request'],
  ['EGeneral:Invalid arguments', 'invalid-request'],
  ['EQuery:Unknown asset pair', 'unknown-instrument'],
  ['EQuery:Invalid asset pair', 'unknown-instrument'],
  ['EOrder:Unknown asset pair', 'unknown-instrument'],
  ['Currency pair not supported', 'unknown-instrument'],
];

/** How it says that the client id is taken is in no document; whatever of an order mentions the id is a reason to ask for it. */
const CLIENT_ID = /^EOrder:.*(cl_ord_id|client order id)/i;

/** Waits until a counter has sunk enough to be worth a try, and until a lockout is over. */
const THROTTLED_MS = 5_000;
const LOCKOUT_MS = 900_000;

const Envelope = z.object({ error: z.array(z.string()) });

/** What an error text means; null for one that is in no document. */
function kindOfError(error: string): RefusalKind | null {
  if (CLIENT_ID.test(error)) return 'duplicate-client-id';
  return ERRORS.find(([beginning]) => error.startsWith(beginning))?.[1] ?? null;
}

/** What an answer means if it is a refusal; null when it is a good one. Errors come with status 200 as a rule. */
export function restRefusal({ status, body }: RestReply, call: RestCall): VenueRefusal | null {
  const envelope = Envelope.safeParse(body).data;
  // What begins with W is a warning beside a good result.
  const error = envelope?.error.find((text) => !text.startsWith('W'));
  const isRead = call.purpose === 'read';
  if (error !== undefined) return refusal(error, status >= 500, isRead);
  if (status >= 200 && status < 300 && envelope !== undefined) return null;
  return { kind: changedNothing(kindOfStatus(status), isRead), code: `HTTP ${status}`, text: '' };
}

/** What the error of a frame means. */
export function wsRefusal(error: string): VenueRefusal {
  return refusal(error, false, false);
}

function refusal(error: string, hasFailed: boolean, isRead: boolean): VenueRefusal {
  const unlisted = hasFailed || error.startsWith('EService') ? 'outcome-unknown' : 'invalid-request';
  const kind = changedNothing(kindOfError(error) ?? unlisted, isRead);
  const [code = ''] = error.split(':', 1);
  const said = { kind, code, text: error.slice(code.length + 1) };
  if (kind !== 'rate-limited') return said;
  return { ...said, retryAfterMs: error.startsWith('EGeneral:Temporary lockout') ? LOCKOUT_MS : THROTTLED_MS };
}

/** A read that failed changed nothing. */
function changedNothing(kind: RefusalKind, isRead: boolean): RefusalKind {
  return kind === 'outcome-unknown' && isRead ? 'venue-down' : kind;
}

/** What an answer without errors is about. */
function kindOfStatus(status: number): RefusalKind {
  if (status === 429) return 'rate-limited';
  if (status === 401 || status === 403) return 'authentication';
  return status >= 400 && status < 500 ? 'invalid-request' : 'outcome-unknown';
}
