import type { Market } from '../../domain/venue.js';
import type { Params, RateBudgetRule, RateCost, RestCall, RestMethod } from '../trading.js';

/** Root of the paths of a market. */
export const ROOTS: Readonly<Record<Market, string>> = { spot: '/api/v3', futures: '/fapi/v1' };

/** The venue's limits as its documents and `exchangeInfo` state them; answers correct them as they come. */
export const BUDGETS: Readonly<Record<Market, readonly RateBudgetRule[]>> = {
  spot: [
    { name: 'weight', scope: 'address', kind: 'window', limit: 6_000, windowMs: 60_000 },
    { name: 'orders-10s', scope: 'account', kind: 'window', limit: 50, windowMs: 10_000 },
    { name: 'orders-1d', scope: 'account', kind: 'window', limit: 160_000, windowMs: 86_400_000 },
  ],
  futures: [
    { name: 'weight', scope: 'address', kind: 'window', limit: 2_400, windowMs: 60_000 },
    { name: 'orders-10s', scope: 'account', kind: 'window', limit: 300, windowMs: 10_000 },
    { name: 'orders-1m', scope: 'account', kind: 'window', limit: 1_200, windowMs: 60_000 },
  ],
};

/** A placed order counts against the account. Only a refused one costs weight on spot, but that is not known beforehand. */
export const PLACE_COSTS: Readonly<Record<Market, readonly RateCost[]>> = {
  spot: [
    { budget: 'weight', amount: 1 },
    { budget: 'orders-10s', amount: 1 },
    { budget: 'orders-1d', amount: 1 },
  ],
  futures: [
    { budget: 'orders-10s', amount: 1 },
    { budget: 'orders-1m', amount: 1 },
  ],
};

export const CANCEL_COSTS: readonly RateCost[] = [{ budget: 'weight', amount: 1 }];

/** A read without a signature. */
export function publicRead(path: string, weight: number, query: Params = []): RestCall {
  return { ...plain('GET', path, query, weight), security: 'public', purpose: 'read', repeatable: true };
}

/** A signed read. */
export function privateRead(path: string, weight: number, query: Params = []): RestCall {
  return { ...plain('GET', path, query, weight), security: 'signed', purpose: 'read', repeatable: true };
}

/** A signed change of the account's settings; doing it twice changes nothing more. */
export function setting(path: string, weight: number, params: Params): RestCall {
  return {
    ...plain('POST', path, [], weight),
    body: { kind: 'form', params },
    security: 'signed',
    purpose: 'session',
    repeatable: true,
  };
}

/** A cancel of one order or of all; doing it twice changes nothing more. */
export function cancelCall(path: string, query: Params): RestCall {
  return { ...plain('DELETE', path, query, 1), security: 'signed', purpose: 'cancel', repeatable: true };
}

/** A new order. */
export function placeCall(market: Market, params: Params): RestCall {
  return {
    ...plain('POST', `${ROOTS[market]}/order`, [], 0),
    body: { kind: 'form', params },
    security: 'signed',
    purpose: 'order',
    costs: PLACE_COSTS[market],
    repeatable: false,
  };
}

/** Making, renewing or giving back a listen key, which takes the API key alone. */
export function listenKeyCall(method: RestMethod): RestCall {
  return { ...plain(method, '/fapi/v1/listenKey', [], 1), security: 'key', purpose: 'session', repeatable: true };
}

function plain(
  method: RestMethod,
  path: string,
  query: Params,
  weight: number,
): Pick<RestCall, 'method' | 'path' | 'query' | 'body' | 'costs'> {
  return { method, path, query, body: null, costs: [{ budget: 'weight', amount: weight }] };
}
