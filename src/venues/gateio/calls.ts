import type { Market } from '../../domain/venue.js';
import type { BudgetReading, Params, RateBudgetRule, RestCall, RestMethod, RestReply } from '../trading.js';

const READS = ['time', 'instruments', 'book', 'klines', 'tickers', 'funding'] as const;
type PublicBudget = (typeof READS)[number];
type PrivateBudget = 'place' | 'cancel' | 'private' | 'account';

/** Each public endpoint has 200 in ten seconds; orders of all spot markets share what the venue gives each of them. */
export const BUDGETS: Readonly<Record<Market, readonly RateBudgetRule[]>> = {
  spot: budgets(10, 1_000),
  futures: budgets(100, 1_000),
};

function budgets(orders: number, ordersMs: number): readonly RateBudgetRule[] {
  const rule = (name: string, scope: 'address' | 'account', limit: number, windowMs: number): RateBudgetRule => ({
    ...{ name, scope, kind: 'window', limit, windowMs },
  });
  return [
    rule('place', 'account', orders, ordersMs),
    rule('cancel', 'account', 200, 1_000),
    rule('private', 'account', 200, 10_000),
    rule('account', 'account', 150, 10_000),
    ...READS.map((name) => rule(name, 'address', 200, 10_000)),
  ];
}

const ROOT = '/api/v4';

/** A read that needs no signature. */
export function publicRead(path: string, budget: PublicBudget, query: Params = []): RestCall {
  return call('GET', path, query, budget, 'public', 'read');
}

/** A signed read. */
export function privateRead(path: string, query: Params = [], budget: PrivateBudget = 'private'): RestCall {
  return call('GET', path, query, budget, 'signed', 'read');
}

/** A new order. */
export function placement(path: string, json: string): RestCall {
  return { ...call('POST', path, [], 'place', 'signed', 'order'), body: { kind: 'json', text: json }, repeatable: false };
}

/** A cancel; doing it twice changes nothing more. */
export function cancellation(path: string, query: Params): RestCall {
  return call('DELETE', path, query, 'cancel', 'signed', 'cancel');
}

/** A setting, by its query alone (positions) or by a body. */
export function setting(path: string, query: Params, json: string | null = null): RestCall {
  const plain = call('POST', path, query, 'private', 'signed', 'session');
  return json === null ? plain : { ...plain, body: { kind: 'json', text: json } };
}

/** What an answer's headers say of the budget that its call took from. */
export function usage({ headers }: RestReply, { costs }: RestCall): readonly BudgetReading[] {
  const limit = Number(headers['x-gate-ratelimit-limit'] ?? Number.NaN);
  const left = Number(headers['x-gate-ratelimit-requests-remain'] ?? Number.NaN);
  const [cost] = costs;
  if (cost === undefined || !Number.isFinite(limit) || !Number.isFinite(left)) return [];
  return [{ budget: cost.budget, used: Math.max(0, limit - left), limit }];
}

function call(
  method: RestMethod,
  path: string,
  query: Params,
  budget: PublicBudget | PrivateBudget,
  security: RestCall['security'],
  purpose: RestCall['purpose'],
): RestCall {
  return {
    ...{ method, path: `${ROOT}/${path}`, query, body: null, security, purpose, repeatable: true },
    costs: [{ budget, amount: 1 }],
  };
}
