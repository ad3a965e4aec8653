import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../domain/clock.js';
import { DecayingLimit } from '../../access/rate-limits.js';
import { checkWindow } from '../../access/time-window.js';
import type { Customer, VenueAccess } from '../../access/venue-access.js';
import type { RestAnswer, RestRequest } from '../rest.js';
import type { RestHandler } from '../venue-app.js';
import { refusal } from './answers.js';

/** How far a stamp may be from the venue's clock. */
const STAMP_SECONDS_MAX = 30;
const STREAM_REQUEST = 'GET/users/self/verify';

/** What a client signs with, from headers or from a subscription. */
export interface SignedBy {
  readonly key: string;
  readonly passphrase: string;
  readonly timestamp: string;
  readonly signature: string;
}

/** A route that needs keys. */
export type PrivateHandler = (request: RestRequest, customer: Customer) => RestAnswer;

/** Lets requests in: token buckets, keys, stamps, signatures. */
export class Gate {
  private readonly publicBucket: DecayingLimit;
  private readonly privateBucket: DecayingLimit;
  private readonly fillsBucket: DecayingLimit;

  constructor(
    private readonly clock: Clock,
    private readonly access: VenueAccess,
  ) {
    this.publicBucket = new DecayingLimit(clock, 15, 10);
    this.privateBucket = new DecayingLimit(clock, 30, 15);
    this.fillsBucket = new DecayingLimit(clock, 20, 10);
  }

  /** A public route, limited by address. */
  open(handler: RestHandler): RestHandler {
    return (request) =>
      this.publicBucket.take(request.address).allowed ? handler(request) : refusal(429, 'Public rate limit exceeded');
  }

  /** A private route, limited by profile. */
  signed(handler: PrivateHandler, bucket: 'private' | 'fills' = 'private'): RestHandler {
    return (request) => {
      const { method, path, rawQuery, body } = request;
      const target = rawQuery === '' ? path : `${path}?${rawQuery}`;
      const by: SignedBy = {
        key: request.header('cb-access-key'),
        passphrase: request.header('cb-access-passphrase'),
        timestamp: request.header('cb-access-timestamp'),
        signature: request.header('cb-access-sign'),
      };
      if (by.key === '') return refusal(401, 'CB-ACCESS-KEY header is required');
      const customer = this.identify(by, `${method}${target}${body}`);
      if (customer === 'request timestamp expired') return refusal(400, customer);
      if (typeof customer === 'string') return refusal(401, customer);
      const limit = bucket === 'fills' ? this.fillsBucket : this.privateBucket;
      if (!limit.take(by.key).allowed) return refusal(429, 'Private rate limit exceeded');
      return handler(request, customer);
    };
  }

  /** Who subscribes, or why the fields are not accepted. */
  subscriber(by: SignedBy): Customer | string {
    return this.identify(by, STREAM_REQUEST);
  }

  private identify({ key, passphrase, timestamp, signature }: SignedBy, signedText: string): Customer | string {
    const customer = this.access.find(key);
    if (customer === undefined) return 'Invalid API Key';
    if (customer.key.passphrase !== passphrase) return 'Invalid Passphrase';
    const seconds = timestamp === '' ? Number.NaN : Number(timestamp);
    // The stamp may be exactly as far ahead as it may be old.
    const fault = checkWindow(seconds, this.clock.epochUs() / 1e6, STAMP_SECONDS_MAX, STAMP_SECONDS_MAX + 1e-3);
    if (fault === 'malformed') return 'invalid timestamp';
    if (fault !== null) return 'request timestamp expired';
    const own = createHmac('sha256', Buffer.from(customer.key.secret, 'base64'))
      .update(timestamp + signedText)
      .digest();
    const theirs = Buffer.from(signature, 'base64');
    return theirs.length === own.length && timingSafeEqual(own, theirs) ? customer : 'invalid signature';
  }
}
