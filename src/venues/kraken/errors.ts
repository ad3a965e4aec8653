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

/** Time that a refusal by a counter asks for; the counters sink within a minute. */
const THROTTLED_MS = 5_000;
const LOCKOUT_MS = 900_000;

const Envelope = z.object({ error: z.array(z.string()), result: z.unknown() });

/** What an error text means; null for one that is in no document. */
export function kindOfError(error: string): RefusalKind | null {
  if (CLIENT_ID.test(error)) return 'duplicate-client-id';
  return ERRORS.find(([beginning]) => error.startsWith(beginning))?.[1] ?? null;
}

/** What an answer means if it is a refusal; null when it is a good one. Errors come with status 200 as a rule. */
export function restRefusal({ status, body }: RestReply, call: RestCall): VenueRefusal | null {
  const envelope = Envelope.safeParse(body).data;
  // What begins with W is a warning beside a good result.
  const error = envelope?.error.find((text) => !text.startsWith('W'));
  if (error !== undefined) return refusal(error, call.purpose === 'read', kindOfError(error) ?? kindOfStatus(status, call));
  const isGood = status >= 200 && status < 300 && envelope !== undefined;
  return isGood ? null : { kind: kindOfStatus(status, call), code: `HTTP ${status}`, text: '' };
}

/** What the error of a frame means. */
export function wsRefusal(error: string): VenueRefusal {
  return refusal(error, false, kindOfError(error) ?? 'invalid-request');
}

function refusal(error: string, isRead: boolean, kind: RefusalKind): VenueRefusal {
  const [code = '', text = ''] = /^([^:]*:[^:]*)/.exec(error) === null ? ['', error] : [error.split(':', 2).join(':'), error];
  const said = { code, text };
  // A read that failed changed nothing.
  if (kind === 'outcome-unknown' && isRead) return { kind: 'venue-down', ...said };
  if (kind !== 'rate-limited') return { kind, ...said };
  return { kind, ...said, retryAfterMs: error.startsWith('EGeneral:Temporary lockout') ? LOCKOUT_MS : THROTTLED_MS };
}

/** What an answer without a telling text is about; above 500 it may have gone through. */
function kindOfStatus(status: number, { purpose }: RestCall): RefusalKind {
  if (status === 429) return 'rate-limited';
  if (status === 401 || status === 403) return 'authentication';
  if (status >= 400 && status < 500) return 'invalid-request';
  if (status >= 200 && status < 300 && purpose === 'read') return 'invalid-request';
  return purpose === 'read' ? 'venue-down' : 'outcome-unknown';
}
