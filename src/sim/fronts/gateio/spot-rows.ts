import { moneyText } from '../../matching/money.js';
import type { EngineFill, EngineOrder } from '../../matching/types.js';
import { trimmedText } from '../decimal-text.js';
import { averagePrice, finishOf, msOf, priceText, secondsOf, selfTradeText, sumOf, timeInForceText } from './amounts.js';
import { orderIdOf, textOfOrder } from './order-ids.js';

type Row = Record<string, unknown>;

/** An order as REST tells it. */
export function spotOrderRow(order: EngineOrder): Row {
  const { state, createdUs, updatedUs } = order;
  const filledTotal = moneyText(order.filledQuote);
  return {
    ...sharedFields(order),
    create_time_ms: msOf(createdUs),
    update_time_ms: msOf(updatedUs),
    status: state === 'open' ? 'open' : state === 'filled' ? 'closed' : 'cancelled',
    iceberg: '0',
    filled_amount: trimmedText(order.filledUnits, order.book.instrument.qtyDecimals),
    fill_price: filledTotal,
    gt_maker_fee: '0',
    gt_taker_fee: '0',
  };
}

/** An order as the stream tells it. */
export function spotOrderPush(order: EngineOrder, event: 'put' | 'update' | 'finish'): Row {
  const { account, createdUs, updatedUs } = order;
  return {
    ...sharedFields(order),
    create_time_ms: String(msOf(createdUs)),
    update_time_ms: String(msOf(updatedUs)),
    event,
    user: account.id,
    biz_info: '-',
  };
}

/** What of an order is told at once to those who want no more than an acknowledgement. */
export function spotAckRow(order: EngineOrder): Row {
  const { id, text, amend_text } = spotOrderRow(order);
  return { id, text, amend_text };
}

function sharedFields(order: EngineOrder): Row {
  const { book, side, type, qtyUnits, filledUnits, quoteAmount, filledQuote, createdUs, updatedUs } = order;
  const { symbol, base, quote, qtyDecimals } = book.instrument;
  const byValue = quoteAmount !== null;
  return {
    id: String(orderIdOf(order)),
    text: textOfOrder(order),
    amend_text: '-',
    create_time: String(secondsOf(createdUs)),
    update_time: String(secondsOf(updatedUs)),
    currency_pair: symbol,
    type,
    account: 'spot',
    side,
    // A market buy is by value: its amounts are of the quote asset.
    amount: byValue ? moneyText(quoteAmount) : trimmedText(qtyUnits ?? 0, qtyDecimals),
    price: priceText(book, order.priceUnits),
    time_in_force: timeInForceText(order),
    left: byValue ? moneyText(quoteAmount - filledQuote) : trimmedText((qtyUnits ?? 0) - filledUnits, qtyDecimals),
    filled_total: moneyText(filledQuote),
    avg_deal_price: averagePrice(order),
    fee: moneyText(sumOf(order, (fill) => fill.fee)),
    fee_currency: side === 'buy' ? base : quote,
    point_fee: '0',
    gt_fee: '0',
    gt_discount: false,
    rebated_fee: '0',
    rebated_fee_currency: side === 'buy' ? quote : base,
    stp_id: 0,
    stp_act: selfTradeText(order),
    finish_as: finishOf(order) ?? 'open',
  };
}

/** A fill as REST tells it. */
export function spotTradeRow(fill: EngineFill): Row {
  return {
    ...sharedTradeFields(fill),
    id: String(fill.tradeId),
    create_time: String(secondsOf(fill.timeUs)),
    sequence_id: String(fill.tradeId),
  };
}

/** A fill as the stream tells it. */
export function spotTradePush(fill: EngineFill): Row {
  return {
    ...sharedTradeFields(fill),
    id: fill.tradeId,
    user_id: fill.order.account.id,
    create_time: secondsOf(fill.timeUs),
    amend_text: '-',
    biz_info: '-',
    id_market: fill.tradeId,
  };
}

function sharedTradeFields(fill: EngineFill): Row {
  const { order, timeUs } = fill;
  const { symbol, qtyDecimals } = order.book.instrument;
  return {
    create_time_ms: `${msOf(timeUs)}.${String(Math.floor(timeUs) % 1000).padStart(3, '0')}`,
    currency_pair: symbol,
    side: order.side,
    role: fill.maker ? 'maker' : 'taker',
    amount: trimmedText(fill.qtyUnits, qtyDecimals),
    price: priceText(order.book, fill.priceUnits),
    order_id: String(orderIdOf(order)),
    fee: moneyText(fill.fee),
    fee_currency: fill.feeAsset,
    point_fee: '0',
    gt_fee: '0',
    text: textOfOrder(order),
  };
}
