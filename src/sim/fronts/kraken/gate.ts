import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../domain/clock.js';
import { Nonces } from '../../access/nonces.js';
import { DecayingLimit } from '../../access/rate-limits.js';
import type { Customer, VenueAccess } from '../../access/venue-access.js';
import { parseObject } from '../json-text.js';
import type { RestAnswer, RestRequest } from '../rest.js';
import type { RestHandler } from '../venue-app.js';
import { failure } from './answers.js';

/** A private call: its form, and whose it is. */
export type PrivateHandler = (form: URLSearchParams, customer: Customer) => RestAnswer;

/** Lets requests in: counters, keys, signatures, nonces. The counters are those of the upper tier. */
export class Gate {
  private readonly publicCounter: DecayingLimit;
  private readonly privateCounter: DecayingLimit;
  private readonly nonces = new Nonces();

  constructor(
    clock: Clock,
    private readonly access: VenueAccess,
  ) {
    this.publicCounter = new DecayingLimit(clock, 20, 1);
    this.privateCounter = new DecayingLimit(clock, 20, 1);
  }

  /** A public route, limited by address. */
  open(handler: RestHandler): RestHandler {
    return (request) =>
      this.publicCounter.take(request.address).allowed ? handler(request) : failure('EGeneral:Too many requests');
  }

  /** A private route. @param cost what it takes of the account's counter; orders and cancels have one of their own */
  signed(handler: PrivateHandler, cost = 1): RestHandler {
    return (request) => {
      const form = formOf(request.body);
      const customer = this.identify(request, form);
      if (typeof customer === 'string') return failure(customer);
      if (cost > 0 && !this.privateCounter.take(customer.key.apiKey, cost).allowed) return failure('EAPI:Rate limit exceeded');
      return handler(form, customer);
    };
  }

  private identify(request: RestRequest, form: URLSearchParams): Customer | string {
    const customer = this.access.find(request.header('api-key'));
    if (customer === undefined) return 'EAPI:Invalid key';
    const { apiKey, secret } = customer.key;
    const nonce = form.get('nonce') ?? '';
    const digest = createHash('sha256')
      .update(nonce + request.body)
      .digest();
    const own = createHmac('sha512', Buffer.from(secret, 'base64')).update(request.path).update(digest).digest();
    const theirs = Buffer.from(request.header('api-sign'), 'base64');
    if (theirs.length !== own.length || !timingSafeEqual(own, theirs)) return 'EAPI:Invalid signature';
    return this.nonces.accept(apiKey, nonce) ? customer : 'EAPI:Invalid nonce';
  }
}

/** Batches come as JSON, everything else as a form. */
function formOf(body: string): URLSearchParams {
  const fields = body.startsWith('{') ? parseObject(body) : null;
  if (fields === null) return new URLSearchParams(body);
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields))
    for (const one of Array.isArray(value) ? value : [value]) form.append(name, String(one));
  return form;
}
