import { moneyText } from '../../matching/money.js';
import type { EngineFill, EngineOrder } from '../../matching/types.js';
import { quoted } from '../json-text.js';
import { object, price, size, time } from './frames.js';
import { orderTxid, type Pairs } from './names.js';
import { averagePrice, type Expired, feesOf, reasonOf } from './order-json.js';

/** Row of an order's beginning: everything that is known of it. */
export function newRow(order: EngineOrder, type: 'pending_new' | 'new'): string {
  const status = type === 'new' && order.filledUnits > 0 ? 'partially_filled' : type;
  return object({
    ...ids(order),
    ...terms(order),
    time_in_force: quoted(lifetime(order)),
    ...(order.timeInForce === 'post-only' ? { post_only: 'true' } : {}),
    ...progress(order),
    exec_type: quoted(type),
    order_status: quoted(status),
    fee_ccy_pref: '"fciq"',
    timestamp: time(type === 'new' ? order.updatedUs : order.createdUs),
  });
}

/** Row of an execution; the order is as after it. */
export function tradeRow(order: EngineOrder, fill: EngineFill, pairs: Pairs): string {
  const { book } = order;
  return object({
    ...ids(order),
    ...terms(order),
    ...progress(order),
    exec_type: '"trade"',
    exec_id: quoted(pairs.tradeId(fill)),
    trade_id: String(fill.tradeId),
    last_qty: size(book, fill.qtyUnits),
    last_price: price(book, fill.priceUnits),
    cost: moneyText(fill.quote),
    liquidity_ind: fill.maker ? '"m"' : '"t"',
    fees: `[${object({ asset: quoted(fill.feeAsset), qty: moneyText(fill.fee) })}]`,
    order_status: order.state === 'filled' ? '"filled"' : '"partially_filled"',
    timestamp: time(fill.timeUs),
  });
}

/** Row of an end: ids, and what is new. */
export function endRow(order: EngineOrder, expired: Expired): string {
  const type = order.state === 'filled' ? 'filled' : expired.has(order.id) ? 'expired' : 'canceled';
  const reason = reasonOf(order, expired);
  const reasons = reason === null ? {} : { reason: quoted(reason) };
  return object({
    ...ids(order),
    exec_type: quoted(type),
    order_status: quoted(type),
    ...progress(order),
    ...reasons,
    ...(type === 'canceled' && reason !== null ? { cancel_reason: quoted(reason) } : {}),
    timestamp: time(order.updatedUs),
  });
}

function ids(order: EngineOrder): Record<string, string> {
  const { clientOrderId } = order;
  return {
    order_id: quoted(orderTxid(order)),
    order_userref: '0',
    ...(clientOrderId === null ? {} : { cl_ord_id: quoted(clientOrderId) }),
  };
}

function terms({ book, side, type, priceUnits, qtyUnits, quoteAmount }: EngineOrder): Record<string, string> {
  return {
    symbol: quoted(book.instrument.symbol),
    side: quoted(side),
    order_type: quoted(type),
    ...(qtyUnits === null ? {} : { order_qty: size(book, qtyUnits) }),
    ...(quoteAmount === null ? {} : { cash_order_qty: moneyText(quoteAmount) }),
    ...(priceUnits === null ? {} : { limit_price: price(book, priceUnits), limit_price_type: '"static"' }),
  };
}

function progress(order: EngineOrder): Record<string, string> {
  return {
    cum_qty: size(order.book, order.filledUnits),
    cum_cost: moneyText(order.filledQuote),
    avg_price: averagePrice(order),
    fee_usd_equiv: moneyText(feesOf(order)),
  };
}

function lifetime({ timeInForce }: EngineOrder): string {
  return timeInForce === 'ioc' ? 'IOC' : timeInForce === 'fok' ? 'FOK' : 'GTC';
}
