import type { Params, RateBudgetRule, RateCost, RestCall } from '../trading.js';

/**
 * Counters of an account of the middle tier. The one of orders is kept by pair at the venue; here all pairs share it, so that it is
 * never more than the venue has. Orders and cancels do not count in the private one; one call of it is kept back, so that the dead man's
 * switch can be disarmed. Answers say nothing of what is left.
 */
export const BUDGETS: readonly RateBudgetRule[] = [
  { name: 'public', scope: 'address', kind: 'decay', limit: 10, perSecond: 1 },
  { name: 'private', scope: 'account', kind: 'decay', limit: 20, perSecond: 0.5, readShare: 0.95 },
  { name: 'orders', scope: 'account', kind: 'decay', limit: 125, perSecond: 2.34 },
];

const PUBLIC: readonly RateCost[] = [{ budget: 'public', amount: 1 }];
const PRIVATE: readonly RateCost[] = [{ budget: 'private', amount: 1 }];
const HISTORY: readonly RateCost[] = [{ budget: 'private', amount: 2 }];
export const PLACE_COSTS: readonly RateCost[] = [{ budget: 'orders', amount: 1 }];
/** A cancel costs the more the younger its order is; this is the most. */
export const CANCEL_COSTS: readonly RateCost[] = [{ budget: 'orders', amount: 8 }];

/** A read without a signature. */
export function publicRead(name: string, query: Params = []): RestCall {
  const rest = { query, body: null, purpose: 'read', costs: PUBLIC, repeatable: true } as const;
  return { method: 'GET', path: `/0/public/${name}`, security: 'public', ...rest };
}

/** A signed read. */
export function privateRead(name: string, params: Params = []): RestCall {
  const costs = name === 'TradesHistory' || name === 'ClosedOrders' ? HISTORY : PRIVATE;
  return privateCall(name, params, { purpose: 'read', costs, repeatable: true });
}

/** A new order. */
export function placeCall(params: Params): RestCall {
  return privateCall('AddOrder', params, { purpose: 'order', costs: PLACE_COSTS, repeatable: false });
}

/** A cancel of one order or of all; doing it twice changes nothing more. */
export function cancelCall(name: 'CancelOrder' | 'CancelAll', params: Params = []): RestCall {
  return privateCall(name, params, { purpose: 'cancel', costs: CANCEL_COSTS, repeatable: true });
}

/** A call that keeps a session or the dead man's switch alive. */
export function sessionCall(name: string, params: Params = []): RestCall {
  return privateCall(name, params, { purpose: 'session', costs: PRIVATE, repeatable: true });
}

function privateCall(name: string, params: Params, rest: Pick<RestCall, 'purpose' | 'costs' | 'repeatable'>): RestCall {
  const path = `/0/private/${name}`;
  return { method: 'POST', path, query: [], body: { kind: 'form', params }, security: 'signed', ...rest };
}
