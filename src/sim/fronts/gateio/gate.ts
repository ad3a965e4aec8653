import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../domain/clock.js';
import { FixedWindowLimit, type LimitReading } from '../../access/rate-limits.js';
import { checkWindow } from '../../access/time-window.js';
import type { Customer, VenueAccess } from '../../access/venue-access.js';
import { epochMs } from '../front.js';
import type { RestRequest } from '../rest.js';
import { Refused } from './failures.js';

const WINDOW_S = 60;

/** So many requests in each interval, for each account, address or market. */
export interface Budget {
  readonly name: string;
  readonly most: number;
  readonly windowMs: number;
}

/** What remains of a budget after a request. */
export interface Counted {
  readonly budget: Budget;
  readonly reading: LimitReading;
}

/** Lets requests through that keep the limits and prove whom they are from. */
export class GateioGate {
  private readonly limits = new Map<string, FixedWindowLimit>();

  constructor(
    private readonly clock: Clock,
    private readonly access: VenueAccess,
  ) {}

  /** Counts a request. It is not allowed when the reading says so. */
  count(budget: Budget, who: string): Counted {
    const limit = this.limits.get(budget.name) ?? new FixedWindowLimit(this.clock, budget.most, budget.windowMs);
    this.limits.set(budget.name, limit);
    return { budget, reading: limit.take(who) };
  }

  /** When the interval of a budget ends, in seconds; now, while nothing is exceeded. */
  resetSeconds({ reading }: Counted): number {
    const nowUs = this.clock.epochUs();
    return reading.allowed ? Math.floor(nowUs / 1e6) : Math.ceil((nowUs + reading.resetInUs) / 1e6);
  }

  /** Whose request it is. The clock is looked at before the key. @throws Refused */
  customer(request: RestRequest): Customer {
    const apiKey = request.header('key');
    const timestamp = request.header('timestamp');
    const signature = request.header('sign');
    for (const [name, value] of [
      ['KEY', apiKey],
      ['Timestamp', timestamp],
      ['SIGN', signature],
    ] as const) {
      if (value === '') throw new Refused('MISSING_REQUIRED_HEADER', `Missing required header: ${name}`);
    }
    this.checkTime(timestamp);
    const bodyHash = createHash('sha512').update(request.body).digest('hex');
    const text = [request.method, decoded(request.path), decoded(request.rawQuery), bodyHash, timestamp].join('\n');
    return this.signed(apiKey, text, signature);
  }

  /** Whose subscription of a private channel it is. @throws Refused */
  subscriber(apiKey: string, signature: string, channel: string, event: string, time: number): Customer {
    return this.signed(apiKey, `channel=${channel}&event=${event}&time=${time}`, signature);
  }

  /** Whose request for order entry it is; `param` is the text of its `req_param`. @throws Refused */
  entrant(apiKey: string, signature: string, channel: string, param: string, timestamp: string): Customer {
    this.checkTime(timestamp);
    return this.signed(apiKey, `api\n${channel}\n${param}\n${timestamp}`, signature);
  }

  /** Whether a stamp in seconds is within a minute of the venue's clock. */
  inTime(seconds: number): boolean {
    return checkWindow(seconds, epochMs(this.clock) / 1000, WINDOW_S, WINDOW_S + 0.001) === null;
  }

  /** Refuses what was meant to arrive earlier. @param expiry milliseconds since the epoch, or empty @throws Refused */
  checkExpiry(expiry: string): void {
    if (expiry !== '' && !(Number(expiry) >= epochMs(this.clock)))
      throw new Refused('REQUEST_EXPIRED', 'request arrived after x-gate-exptime', 403);
  }

  private checkTime(timestamp: string): void {
    if (!/^\d+$/.test(timestamp) || !this.inTime(Number(timestamp))) {
      const nowS = Math.floor(epochMs(this.clock) / 1000);
      throw new Refused('REQUEST_EXPIRED', `gap between request Timestamp and server time exceeds 60, now ${nowS}`, 403);
    }
  }

  private signed(apiKey: string, text: string, signature: string): Customer {
    const customer = this.access.find(apiKey);
    if (customer === undefined) throw new Refused('INVALID_KEY', 'Invalid key provided', 401);
    const expected = createHmac('sha512', customer.key.secret).update(text).digest('hex');
    if (!/^[0-9a-f]{128}$/.test(signature) || !timingSafeEqual(Buffer.from(signature), Buffer.from(expected)))
      throw new Refused('INVALID_SIGNATURE', 'Signature mismatch', 401);
    return customer;
  }
}

/** The form that is signed: not encoded for URLs. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
