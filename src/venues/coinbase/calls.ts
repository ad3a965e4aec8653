import type { Params, RateBudgetRule, RateCost, RestCall } from '../trading.js';

/** Token buckets: so much at once, refilled steadily. Answers say nothing of what is left in them. */
export const BUDGETS: readonly RateBudgetRule[] = [
  { name: 'public', scope: 'address', kind: 'decay', limit: 15, perSecond: 10 },
  { name: 'private', scope: 'account', kind: 'decay', limit: 30, perSecond: 15 },
  { name: 'fills', scope: 'account', kind: 'decay', limit: 20, perSecond: 10 },
];

const PUBLIC: readonly RateCost[] = [{ budget: 'public', amount: 1 }];
const PRIVATE: readonly RateCost[] = [{ budget: 'private', amount: 1 }];
const FILLS: readonly RateCost[] = [{ budget: 'fills', amount: 1 }];

/** A read without a signature. */
export function publicRead(path: string, query: Params = []): RestCall {
  const rest = { query, body: null, purpose: 'read', costs: PUBLIC, repeatable: true } as const;
  return { method: 'GET', path, security: 'public', ...rest };
}

/** A signed read. The list of fills has a bucket of its own. */
export function privateRead(path: string, query: Params = []): RestCall {
  const rest = { query, body: null, purpose: 'read', costs: path === '/fills' ? FILLS : PRIVATE, repeatable: true } as const;
  return { method: 'GET', path, security: 'signed', ...rest };
}

/** A new order. */
export function placeCall(text: string): RestCall {
  const rest = { query: [], purpose: 'order', costs: PRIVATE, repeatable: false } as const;
  return { method: 'POST', path: '/orders', body: { kind: 'json', text }, security: 'signed', ...rest };
}

/** A cancel of one order or of all; doing it twice changes nothing more. */
export function cancelCall(path: string, query: Params): RestCall {
  const rest = { query, body: null, purpose: 'cancel', costs: PRIVATE, repeatable: true } as const;
  return { method: 'DELETE', path, security: 'signed', ...rest };
}
