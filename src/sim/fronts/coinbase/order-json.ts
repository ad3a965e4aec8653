import type { EngineFill, EngineOrder } from '../../matching/types.js';
import { isoMicroseconds } from '../front.js';
import { quoted } from '../json-text.js';
import { paddedMoney } from '../money-text.js';
import { price, size } from './frames.js';
import { orderUuid, profileId, userId } from './ids.js';

/** How long an order that ended without a fill can still be asked for, and how long a done order takes to settle. */
const PURGED_AFTER_US = 2e6;
const SETTLED_AFTER_US = 0.5e6;
const MONEY_DECIMALS = 16;

/** The venue's word for where an order stands. */
export function statusOf({ state, endReason }: EngineOrder): 'open' | 'done' | 'rejected' {
  if (state === 'open') return 'open';
  return endReason === 'post-only' ? 'rejected' : 'done';
}

/** Whether the venue has forgotten an order: what ended without a fill is purged. */
export function isPurged(order: EngineOrder, nowUs: number): boolean {
  return order.state === 'ended' && order.filledUnits === 0 && nowUs - order.updatedUs > PURGED_AFTER_US;
}

export function isSettled(order: EngineOrder, nowUs: number): boolean {
  return order.state !== 'open' && nowUs - order.updatedUs > SETTLED_AFTER_US;
}

/** The fees of an order so far, in the quote asset. */
function feesOf(order: EngineOrder): bigint {
  return order.fills.reduce((sum, { fee }) => sum + fee, 0n);
}

/** The order as it is asked for. `goodTillTime` is what the engine does not know of it. */
export function orderRow(order: EngineOrder, goodTillTime: boolean, nowUs: number): string {
  const status = statusOf(order);
  const done = status === 'open' ? {} : { done_at: isoMicroseconds(order.updatedUs) };
  return quoted({
    ...facts(order, goodTillTime),
    stp: order.selfTrade === 'cancel-taker' ? 'cn' : order.selfTrade === 'cancel-maker' ? 'co' : 'cb',
    filled_size: size(order.book, order.filledUnits),
    executed_value: paddedMoney(order.filledQuote, MONEY_DECIMALS),
    fill_fees: paddedMoney(feesOf(order), MONEY_DECIMALS),
    status,
    ...done,
    ...(status === 'done' ? { done_reason: order.state === 'filled' ? 'filled' : 'canceled' } : {}),
    ...(status === 'rejected' ? { reject_reason: 'post only' } : {}),
    settled: isSettled(order, nowUs),
  });
}

/** The answer to a new order: the venue's front has taken it, and knows nothing of what its engine makes of it. */
export function pendingRow(order: EngineOrder, goodTillTime: boolean): string {
  return quoted({
    ...facts(order, goodTillTime),
    fill_fees: paddedMoney(0n, MONEY_DECIMALS),
    filled_size: size(order.book, 0),
    executed_value: paddedMoney(0n, MONEY_DECIMALS),
    status: 'pending',
    settled: false,
  });
}

function facts(order: EngineOrder, goodTillTime: boolean): Record<string, unknown> {
  const limit = order.type === 'limit';
  return {
    id: orderUuid(order.id),
    ...(order.priceUnits === null ? {} : { price: price(order.book, order.priceUnits) }),
    ...(order.qtyUnits === null ? {} : { size: size(order.book, order.qtyUnits) }),
    ...(order.quoteAmount === null ? {} : { funds: paddedMoney(order.quoteAmount, MONEY_DECIMALS) }),
    product_id: order.book.instrument.symbol,
    profile_id: profileId(order.account),
    ...(order.clientOrderId === null ? {} : { client_oid: order.clientOrderId }),
    side: order.side,
    type: order.type,
    ...(limit ? { time_in_force: goodTillTime ? 'GTT' : lifetime(order), post_only: order.timeInForce === 'post-only' } : {}),
    created_at: isoMicroseconds(order.createdUs),
  };
}

function lifetime({ timeInForce }: EngineOrder): string {
  return timeInForce === 'ioc' ? 'IOC' : timeInForce === 'fok' ? 'FOK' : 'GTC';
}

/** The row of a fill; `side` is the own one. */
export function fillRow({ order, tradeId, priceUnits, qtyUnits, quote, fee, maker, timeUs }: EngineFill): string {
  return (
    `{"trade_id":${tradeId},"product_id":"${order.book.instrument.symbol}","order_id":"${orderUuid(order.id)}",` +
    `"user_id":"${userId(order.account)}","profile_id":"${profileId(order.account)}","liquidity":"${maker ? 'M' : 'T'}",` +
    `"price":"${price(order.book, priceUnits)}","size":"${size(order.book, qtyUnits)}",` +
    `"fee":"${paddedMoney(fee, MONEY_DECIMALS)}","created_at":"${isoMicroseconds(timeUs)}","side":"${order.side}","settled":true,` +
    `"usd_volume":"${paddedMoney(quote, MONEY_DECIMALS)}"}`
  );
}
