import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../domain/clock.js';
import type { Market } from '../../../domain/venue.js';
import { BanBook, FixedWindowLimit } from '../../access/rate-limits.js';
import { checkWindow } from '../../access/time-window.js';
import type { Customer, VenueAccess } from '../../access/venue-access.js';
import type { EngineAccount } from '../../matching/types.js';
import { epochMs } from '../front.js';
import { quoted } from '../json-text.js';
import { type Params, required } from './exchange.js';
import { ApiFailure } from './failures.js';

/** One thing that a client may ask for, whatever the interface. `run` gives the JSON text of the result. */
export type Operation = {
  readonly weight: number | ((params: Params) => number);
  /** Orders count against the account, and a successful one has no weight on spot; nor has a successful cancel. */
  readonly kind?: 'order' | 'cancel';
} & (
  | { readonly security: 'public'; readonly run: (params: Params) => string }
  /** `key`: the API key alone. */
  | { readonly security: 'key' | 'signed'; readonly run: (params: Params, account: EngineAccount) => string }
);

/** A request for an operation. */
export interface Attempt {
  readonly address: string;
  readonly params: Params;
  /** Empty where there is none. */
  readonly apiKey: string;
  readonly signature: string;
  /** What the signature must be made over. */
  readonly signedText: string;
}

/** How much of a limit is used. */
export interface LimitUse {
  readonly rateLimitType: 'REQUEST_WEIGHT' | 'ORDERS';
  readonly interval: 'SECOND' | 'MINUTE' | 'DAY';
  readonly intervalNum: number;
  readonly limit: number;
  readonly count: number;
}

/** What came of an attempt. `body` is the result's or the error's JSON. */
export interface Outcome {
  readonly status: number;
  readonly body: string;
  readonly uses: readonly LimitUse[];
  /** Milliseconds that a refused client has to wait. */
  readonly waitMs: number | null;
}

interface Limit {
  readonly rule: Omit<LimitUse, 'count'>;
  readonly window: FixedWindowLimit;
}

const INTERVAL_MS = { SECOND: 1_000, MINUTE: 60_000, DAY: 86_400_000 } as const;
const REFUSALS_BEFORE_BAN = 5;
const BAN_MS = 120_000;
const RECEIVE_WINDOW_MS = 5_000;
const RECEIVE_WINDOW_MS_MAX = 60_000;

/** The limits of a market as `exchangeInfo` lists them, the one of weight first. */
export const LIMITS: Readonly<Record<Market, readonly Omit<LimitUse, 'count'>[]>> = {
  spot: [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6_000 },
    { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100 },
    { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 200_000 },
  ],
  futures: [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2_400 },
    { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
    { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1_200 },
  ],
};

/** Lets requests to one market through that keep its limits and prove who they are from. */
export class Gate {
  private readonly weight: Limit;
  private readonly orders: readonly Limit[];
  private readonly bans: BanBook;

  constructor(
    private readonly market: Market,
    private readonly clock: Clock,
    private readonly access: VenueAccess,
  ) {
    const [weight, ...orders] = LIMITS[market].map((rule): Limit => {
      return { rule, window: new FixedWindowLimit(clock, rule.limit, INTERVAL_MS[rule.interval] * rule.intervalNum) };
    });
    if (weight === undefined) throw new RangeError(`no limits of ${market}`);
    this.weight = weight;
    this.orders = orders;
    this.bans = new BanBook(clock, REFUSALS_BEFORE_BAN, 60_000, BAN_MS);
  }

  /** Carries an operation out, or says why not. */
  perform(operation: Operation, attempt: Attempt): Outcome {
    const { address, params } = attempt;
    const weight = typeof operation.weight === 'number' ? operation.weight : operation.weight(params);
    // Whether it succeeds, and so is free, shows only afterwards.
    const free = operation.kind !== undefined && this.market === 'spot';
    const bannedMs = this.bans.bannedForUs(address) / 1000;
    if (bannedMs > 0) return this.banned(address, 418, bannedMs);
    const { allowed, remaining, resetInUs } = this.weight.window.take(address, free ? 0 : weight);
    if (!allowed || remaining < (free ? weight : 0)) {
      const status = this.bans.refuse(address);
      return this.banned(address, status, status === 418 ? BAN_MS : resetInUs / 1000);
    }
    try {
      if (operation.security === 'public') return this.outcome(address, 200, operation.run(params));
      const { account } = this.customer(operation.security === 'signed', attempt);
      const counted = operation.kind === 'order' ? [...this.orders] : [];
      for (const { rule, window } of counted) {
        const taken = window.take(String(account.id));
        if (!taken.allowed) return this.tooManyOrders(address, account, rule, taken.resetInUs / 1000);
      }
      return this.outcome(address, 200, operation.run(params, account), account);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      if (free) this.weight.window.take(address, weight);
      return this.outcome(address, error.status, quoted({ code: error.venueCode, msg: error.message }));
    }
  }

  /** Whose request it is. @throws ApiFailure */
  customer(signed: boolean, { params, apiKey, signature, signedText }: Attempt): Customer {
    if (apiKey === '') throw new ApiFailure(-2014, 'API-key format invalid.', 401);
    const customer = this.access.find(apiKey);
    if (customer === undefined) throw new ApiFailure(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
    if (!signed) return customer;
    this.checkTime(params);
    if (signature === '')
      throw new ApiFailure(-1102, "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.");
    const expected = createHmac('sha256', customer.key.secret).update(signedText).digest();
    const sent = Buffer.from(signature, 'hex');
    if (sent.length !== expected.length || !timingSafeEqual(sent, expected))
      throw new ApiFailure(-1022, 'Signature for this request is not valid.');
    return customer;
  }

  /** How much of the orders is used. */
  orderUses(account: EngineAccount): readonly LimitUse[] {
    return this.orders.map(({ rule, window }) => ({ ...rule, count: window.take(String(account.id), 0).used }));
  }

  private checkTime(params: Params): void {
    const text = required(params, 'timestamp');
    const windowMs = Number(params.get('recvWindow') ?? RECEIVE_WINDOW_MS);
    if (!(windowMs <= RECEIVE_WINDOW_MS_MAX)) throw new ApiFailure(-1131, "'recvWindow' must be less than 60000");
    // Sixteen digits are microseconds.
    const stampMs = /^\d+$/.test(text) ? Number(text) / (text.length >= 16 ? 1000 : 1) : Number.NaN;
    switch (checkWindow(stampMs, epochMs(this.clock), windowMs, 1_000)) {
      case 'malformed':
        throw new ApiFailure(-1100, "Illegal characters found in parameter 'timestamp'; legal range is '^[0-9]{1,20}$'.");
      case 'too-new':
        throw new ApiFailure(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
      case 'too-old':
        throw new ApiFailure(-1021, 'Timestamp for this request is outside of the recvWindow.');
      case null:
        return;
    }
  }

  private banned(address: string, status: 429 | 418, waitMs: number): Outcome {
    const { limit } = this.weight.rule;
    const untilMs = Math.ceil(epochMs(this.clock) + waitMs);
    const msg =
      status === 418
        ? `Way too much request weight used; IP banned until ${untilMs}. Please use WebSocket Streams for live updates to avoid bans.`
        : `Too much request weight used; current limit is ${limit} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`;
    return { ...this.outcome(address, status, quoted({ code: -1003, msg })), waitMs };
  }

  private tooManyOrders(address: string, account: EngineAccount, rule: Omit<LimitUse, 'count'>, waitMs: number): Outcome {
    const span = `${rule.intervalNum} ${rule.interval}${rule.intervalNum === 1 ? '' : 'S'}`;
    const msg = `Too many new orders; current limit is ${rule.limit} orders per ${span}.`;
    return { ...this.outcome(address, 429, quoted({ code: -1015, msg }), account), waitMs };
  }

  private outcome(address: string, status: number, body: string, account?: EngineAccount): Outcome {
    const used = this.weight.window.take(address, 0).used;
    const uses = [{ ...this.weight.rule, count: used }, ...(account === undefined ? [] : this.orderUses(account))];
    return { status, body, uses, waitMs: null };
  }
}
