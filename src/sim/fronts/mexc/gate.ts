import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../domain/clock.js';
import { BanBook, SlidingWindowLimit } from '../../access/rate-limits.js';
import { checkWindow } from '../../access/time-window.js';
import type { Customer, VenueAccess } from '../../access/venue-access.js';
import { epochMs } from '../front.js';
import type { RestRequest } from '../rest.js';
import { missing, Refused } from './failures.js';

const SPOT_WINDOW_MS = 5_000;
const SPOT_WINDOW_MS_MAX = 60_000;
const CONTRACT_WINDOW_MS = 10_000;
const REFUSALS_BEFORE_BAN = 20;
const BAN_MS = 120_000;

/** Whether a lower-case hex signature is the one over a text. */
function signatureFits(secret: string, text: string, signature: string): boolean {
  const expected = createHmac('sha256', secret).update(text).digest('hex');
  return signature.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}

/** Lets spot requests through that keep its limits and prove whom they are from. */
export class SpotGate {
  private readonly limits = new Map<string, SlidingWindowLimit>();
  private readonly bans: BanBook;

  constructor(
    private readonly clock: Clock,
    private readonly access: VenueAccess,
  ) {
    this.bans = new BanBook(clock, REFUSALS_BEFORE_BAN, 60_000, BAN_MS);
  }

  /** Counts a request against a budget of its own; 500 in ten seconds unless said otherwise. @throws Refused */
  count(name: string, who: string, address: string, weight = 1, most = 500, windowMs = 10_000): void {
    const bannedMs = this.bans.bannedForUs(address) / 1000;
    if (bannedMs > 0) throw tooMany(418, bannedMs);
    const limit = this.limits.get(name) ?? new SlidingWindowLimit(this.clock, most, windowMs);
    this.limits.set(name, limit);
    const { allowed, resetInUs } = limit.take(who, weight);
    if (allowed) return;
    const status = this.bans.refuse(address);
    throw tooMany(status, status === 418 ? BAN_MS : resetInUs / 1000);
  }

  /** Whose request it is. @throws Refused */
  customer(request: RestRequest, params: URLSearchParams): Customer {
    const apiKey = request.header('x-mexc-apikey');
    if (apiKey === '') throw new Refused(400, 'api key required');
    const customer = this.access.find(apiKey);
    if (customer === undefined) throw new Refused(10072, 'Api key info invalid');
    const stamp = params.get('timestamp') ?? '';
    if (!/^\d+$/.test(stamp)) throw missing('timestamp');
    const windowMs = Number(params.get('recvWindow') ?? SPOT_WINDOW_MS);
    if (!(windowMs <= SPOT_WINDOW_MS_MAX)) throw new Refused(700005, 'recvWindow must less than 60000');
    if (checkWindow(Number(stamp), epochMs(this.clock), windowMs, 1_000) !== null)
      throw new Refused(700003, 'Timestamp for this request is outside of the recvWindow.');
    const signature = params.get('signature') ?? '';
    if (signature === '') throw missing('signature');
    const signed = (text: string): string => text.replace(/(^|&)signature=[^&]*/, '');
    if (!signatureFits(customer.key.secret, signed(request.rawQuery) + signed(request.body), signature))
      throw new Refused(700002, 'Signature for this request is not valid.');
    return customer;
  }
}

/** The same for the contract stack, whose proof stands in headers. */
export class ContractGate {
  private readonly limits = new Map<string, SlidingWindowLimit>();

  constructor(
    private readonly clock: Clock,
    private readonly access: VenueAccess,
  ) {}

  /** Counts a request against a budget of its own. @throws Refused */
  count(name: string, who: string, most: number, windowMs = 2_000): void {
    const limit = this.limits.get(name) ?? new SlidingWindowLimit(this.clock, most, windowMs);
    this.limits.set(name, limit);
    if (!limit.take(who).allowed) throw new Refused(510, 'Requests are too frequent, please try again later!');
  }

  /** Whose request it is. @throws Refused */
  customer(request: RestRequest): Customer {
    const apiKey = request.header('apikey');
    const time = request.header('request-time');
    const signature = request.header('signature');
    if (apiKey === '' || signature === '') throw new Refused(401, 'No authority!');
    const customer = this.access.find(apiKey);
    if (customer === undefined) throw new Refused(402, 'Api Key expired!');
    if (!this.inTime(time)) throw new Refused(513, 'Invalid request(validity time error)!');
    const text = apiKey + time + (request.method === 'POST' ? request.body : request.rawQuery);
    if (!signatureFits(customer.key.secret, text, signature)) throw new Refused(602, 'Confirming signature failed!');
    return customer;
  }

  /** Whose log-on to the socket it is. @throws Refused */
  logOn(apiKey: string, time: string, signature: string): Customer {
    const customer = this.access.find(apiKey);
    if (customer === undefined) throw new Refused(402, 'Api Key expired!');
    if (!this.inTime(time)) throw new Refused(513, 'Invalid request(validity time error)!');
    if (!signatureFits(customer.key.secret, apiKey + time, signature)) throw new Refused(602, 'Confirming signature failed!');
    return customer;
  }

  private inTime(time: string): boolean {
    return (
      /^\d+$/.test(time) && checkWindow(Number(time), epochMs(this.clock), CONTRACT_WINDOW_MS, CONTRACT_WINDOW_MS + 1) === null
    );
  }
}

function tooMany(status: 429 | 418, waitMs: number): Refused {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new Refused(status, 'Too Many Requests', status === 429 ? '429 Too Many Requests' : "418 I'm a teapot", seconds);
}
