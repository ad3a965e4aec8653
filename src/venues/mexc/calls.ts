import type { Params, RateBudgetRule, RateCost, RestCall, RestMethod } from '../trading.js';

type BudgetTable = Readonly<Record<string, RateBudgetRule>>;

/** A budget of so many in any stretch of that length. */
function budget(name: string, scope: 'address' | 'account', limit: number, windowMs: number): RateBudgetRule {
  return { name, scope, kind: 'window', limit, windowMs };
}

/** Each spot endpoint has a budget of its own, in weights; orders and cancels share one, in requests. */
const SPOT_READS = ['time', 'exchangeInfo', 'depth', 'klines', 'ticker', 'order', 'openOrders', 'myTrades', 'tradeFee'] as const;
export const SPOT_BUDGETS: readonly RateBudgetRule[] = [
  budget('orders', 'account', 12, 1_000),
  { ...budget('account', 'account', 2, 1_000), readShare: 1 },
  ...SPOT_READS.map((name) => budget(name, 'address', 500, 10_000)),
  budget('session', 'account', 500, 10_000),
];
export type SpotBudget = (typeof SPOT_READS)[number] | 'orders' | 'account' | 'session';

const CONTRACT_TABLE = {
  'write-orders': budget('write-orders', 'account', 4, 2_000),
  leverage: budget('leverage', 'account', 10, 10_000),
  detail: budget('detail', 'address', 10, 2_000),
  depth: budget('depth', 'address', 10, 2_000),
  ping: budget('ping', 'address', 20, 2_000),
  ticker: budget('ticker', 'address', 20, 2_000),
  kline: budget('kline', 'address', 20, 2_000),
  funding: budget('funding', 'address', 20, 2_000),
  'read-order': budget('read-order', 'account', 20, 2_000),
  'open-orders': budget('open-orders', 'account', 20, 2_000),
  deals: budget('deals', 'account', 20, 2_000),
  assets: budget('assets', 'account', 20, 2_000),
  positions: budget('positions', 'account', 20, 2_000),
  fees: budget('fees', 'account', 20, 2_000),
} as const satisfies BudgetTable;
export const CONTRACT_BUDGETS: readonly RateBudgetRule[] = Object.values(CONTRACT_TABLE);
export type ContractBudget = keyof typeof CONTRACT_TABLE;

export const SPOT_ROOT = '/api/v3';
export const CONTRACT_PUBLIC_ROOT = '/api/v1/contract';
export const CONTRACT_PRIVATE_ROOT = '/api/v1/private';

/** A read of spot without a signature. */
export function spotPublic(path: string, name: SpotBudget, weight: number, query: Params = []): RestCall {
  return call('GET', `${SPOT_ROOT}/${path}`, query, { budget: name, amount: weight }, 'public', 'read');
}

/** A signed read of spot. */
export function spotRead(path: string, name: SpotBudget, weight: number, query: Params = []): RestCall {
  return call('GET', `${SPOT_ROOT}/${path}`, query, { budget: name, amount: weight }, 'signed', 'read');
}

/** A new spot order. */
export function spotPlace(query: Params): RestCall {
  const cost = { budget: 'orders', amount: 1 };
  return { ...call('POST', `${SPOT_ROOT}/order`, query, cost, 'signed', 'order'), repeatable: false };
}

/** A cancel on spot; doing it twice changes nothing more. */
export function spotCancel(path: string, query: Params): RestCall {
  return call('DELETE', `${SPOT_ROOT}/${path}`, query, { budget: 'orders', amount: 1 }, 'signed', 'cancel');
}

/** Making, renewing or giving back a listen key; unlike elsewhere they are signed. */
export function listenKeyCall(method: RestMethod, query: Params = []): RestCall {
  return call(method, `${SPOT_ROOT}/userDataStream`, query, { budget: 'session', amount: 1 }, 'signed', 'session');
}

/** A read of the contract stack without a signature. */
export function contractPublic(path: string, name: ContractBudget, query: Params = []): RestCall {
  return call('GET', `${CONTRACT_PUBLIC_ROOT}/${path}`, query, { budget: name, amount: 1 }, 'public', 'read');
}

/** A signed read of the contract stack. */
export function contractRead(path: string, name: ContractBudget, query: Params = []): RestCall {
  return call('GET', `${CONTRACT_PRIVATE_ROOT}/${path}`, query, { budget: name, amount: 1 }, 'signed', 'read');
}

/** A signed change on the contract stack. Only orders double when they are repeated. */
export function contractWrite(path: string, purpose: 'order' | 'cancel' | 'session', json: string): RestCall {
  const cost = { budget: purpose === 'session' ? 'leverage' : 'write-orders', amount: 1 };
  return {
    ...call('POST', `${CONTRACT_PRIVATE_ROOT}/${path}`, [], cost, 'signed', purpose),
    body: { kind: 'json', text: json },
    repeatable: purpose !== 'order',
  };
}

function call(
  method: RestMethod,
  path: string,
  query: Params,
  cost: RateCost,
  security: RestCall['security'],
  purpose: RestCall['purpose'],
): RestCall {
  return { method, path, query, body: null, security, purpose, costs: [cost], repeatable: true };
}
