import type { RestMethod } from '../rest.js';

/** A REST route and the operation behind it. */
export type Route = readonly [method: RestMethod, path: string, operation: string];

/** Spot, and what ccxt asks of /sapi. */
export const SPOT_ROUTES: readonly Route[] = [
  ['POST', '/api/v3/order', 'order.place'],
  ['POST', '/api/v3/order/test', 'order.test'],
  ['DELETE', '/api/v3/order', 'order.cancel'],
  ['GET', '/api/v3/order', 'order.status'],
  ['GET', '/api/v3/openOrders', 'openOrders.status'],
  ['DELETE', '/api/v3/openOrders', 'openOrders.cancelAll'],
  ['GET', '/api/v3/allOrders', 'allOrders'],
  ['GET', '/api/v3/myTrades', 'myTrades'],
  ['GET', '/api/v3/account', 'account.status'],
  ['GET', '/api/v3/account/commission', 'account.commission'],
  ['GET', '/api/v3/rateLimit/order', 'account.rateLimits.orders'],
  ['GET', '/sapi/v1/asset/tradeFee', 'tradeFees'],
  ['GET', '/sapi/v1/capital/config/getall', 'nothing'],
  ['GET', '/sapi/v1/margin/allPairs', 'nothing'],
  ['GET', '/sapi/v1/margin/isolated/allPairs', 'nothing'],
];

export const FUTURES_ROUTES: readonly Route[] = [
  ['POST', '/fapi/v1/order', 'order.place'],
  ['POST', '/fapi/v1/order/test', 'order.test'],
  ['DELETE', '/fapi/v1/order', 'order.cancel'],
  ['GET', '/fapi/v1/order', 'order.status'],
  ['GET', '/fapi/v1/openOrder', 'openOrder'],
  ['GET', '/fapi/v1/openOrders', 'openOrders.status'],
  ['DELETE', '/fapi/v1/allOpenOrders', 'openOrders.cancelAll'],
  ['GET', '/fapi/v1/allOrders', 'allOrders'],
  ['GET', '/fapi/v1/userTrades', 'userTrades'],
  ['GET', '/fapi/v2/balance', 'account.balance'],
  ['GET', '/fapi/v3/balance', 'account.balance'],
  ['GET', '/fapi/v2/account', 'account.status'],
  ['GET', '/fapi/v3/account', 'account.status'],
  ['GET', '/fapi/v2/positionRisk', 'positionRiskV2'],
  ['GET', '/fapi/v3/positionRisk', 'account.position'],
  ['GET', '/fapi/v1/symbolConfig', 'symbolConfig'],
  ['GET', '/fapi/v1/leverageBracket', 'leverageBracket'],
  ['GET', '/fapi/v1/commissionRate', 'commissionRate'],
  ['GET', '/fapi/v1/rateLimit/order', 'rateLimits.orders'],
  ['POST', '/fapi/v1/leverage', 'leverage'],
  ['POST', '/fapi/v1/marginType', 'marginType'],
  ['GET', '/fapi/v1/positionSide/dual', 'positionSide'],
  ['POST', '/fapi/v1/positionSide/dual', 'setPositionSide'],
  ['GET', '/fapi/v1/multiAssetsMargin', 'multiAssetsMargin'],
  ['POST', '/fapi/v1/countdownCancelAll', 'countdownCancelAll'],
  ['POST', '/fapi/v1/listenKey', 'userDataStream.start'],
  ['PUT', '/fapi/v1/listenKey', 'userDataStream.ping'],
  ['DELETE', '/fapi/v1/listenKey', 'userDataStream.stop'],
];
