import type { SimulatedBook } from '../../market/book.js';
import { moneyText } from '../../matching/money.js';
import type { EngineAccount, EngineFill, EngineOrder } from '../../matching/types.js';
import { jsonObject, quoted } from '../json-text.js';
import {
  averagePrice,
  contracts,
  feeText,
  finishOf,
  msOf,
  priceText,
  secondsOf,
  selfTradeText,
  timeInForceText,
} from './amounts.js';
import type { NumberStyle } from './frames.js';
import { orderIdOf, textOfOrder } from './order-ids.js';

type Row = Record<string, unknown>;

/** How much of each fill made a position smaller. Fills are to be noted as they happen. */
export class ClosedSizes {
  private readonly held = new Map<EngineAccount, Map<SimulatedBook, number>>();
  private readonly sizes = new WeakMap<EngineFill, number>();

  note(fill: EngineFill): void {
    const { account, book, side } = fill.order;
    const positions = this.held.get(account) ?? new Map<SimulatedBook, number>();
    this.held.set(account, positions);
    const before = positions.get(book) ?? 0;
    const change = side === 'buy' ? fill.qtyUnits : -fill.qtyUnits;
    positions.set(book, before + change);
    const closes = Math.sign(before) === -Math.sign(change) ? Math.min(Math.abs(before), fill.qtyUnits) : 0;
    this.sizes.set(fill, closes * Math.sign(change));
  }

  /** Signed as the fill's own size. */
  of(fill: EngineFill): number {
    return this.sizes.get(fill) ?? 0;
  }
}

/** A size with the sign of its side. */
export function signed({ side }: Pick<EngineOrder, 'side'>, size: number): number {
  return side === 'buy' || size === 0 ? size : -size;
}

/** An order as REST tells it. */
export function futuresOrderRow(order: EngineOrder, style: NumberStyle): Row {
  const { book, account, qtyUnits, filledUnits, createdUs, updatedUs, reduceOnly } = order;
  const { symbol, takerFeeBps, makerFeeBps } = book.instrument;
  const finish = finishOf(order);
  return {
    id: orderIdOf(order),
    user: account.id,
    create_time: msOf(createdUs) / 1000,
    update_time: msOf(updatedUs) / 1000,
    contract: symbol,
    size: contracts(signed(order, qtyUnits ?? 0), style),
    iceberg: contracts(0, style),
    left: contracts(signed(order, (qtyUnits ?? 0) - filledUnits), style),
    price: priceText(book, order.priceUnits),
    fill_price: averagePrice(order),
    status: finish === null ? 'open' : 'finished',
    tif: timeInForceText(order),
    text: textOfOrder(order),
    tkfr: feeText(takerFeeBps),
    mkfr: feeText(makerFeeBps),
    refu: 0,
    is_close: false,
    is_reduce_only: reduceOnly,
    is_liq: order.endReason === 'liquidation',
    close: false,
    reduce_only: reduceOnly,
    stp_id: 0,
    stp_act: selfTradeText(order),
    amend_text: '-',
    biz_info: '-',
    ...(finish === null ? {} : { finish_time: msOf(updatedUs) / 1000, finish_as: finish }),
  };
}

/** An order as the stream tells it: prices and fees are numbers, which keep their digits. */
export function futuresOrderPush(order: EngineOrder, change: '_new' | '_update', updateId: number, style: NumberStyle): string {
  const { book, account, qtyUnits, filledUnits, createdUs, updatedUs } = order;
  const { symbol, takerFeeBps, makerFeeBps } = book.instrument;
  const finish = finishOf(order);
  return jsonObject({
    contract: quoted(symbol),
    create_time: secondsOf(createdUs),
    create_time_ms: msOf(createdUs),
    update_time: msOf(updatedUs),
    update_id: updateId,
    fill_price: averagePrice(order),
    finish_as: quoted(finish ?? change),
    finish_time: finish === null ? 0 : secondsOf(updatedUs),
    finish_time_ms: finish === null ? 0 : msOf(updatedUs),
    iceberg: quoted(contracts(0, style)),
    id: orderIdOf(order),
    is_close: false,
    is_liq: order.endReason === 'liquidation',
    is_reduce_only: order.reduceOnly,
    left: quoted(contracts(signed(order, (qtyUnits ?? 0) - filledUnits), style)),
    mkfr: feeText(makerFeeBps),
    tkfr: feeText(takerFeeBps),
    price: priceText(book, order.priceUnits),
    refr: 0,
    refu: 0,
    size: quoted(contracts(signed(order, qtyUnits ?? 0), style)),
    status: quoted(finish === null ? 'open' : 'finished'),
    text: quoted(textOfOrder(order)),
    tif: quoted(timeInForceText(order)),
    user: quoted(String(account.id)),
    stp_id: quoted('0'),
    stp_act: quoted(selfTradeText(order)),
    amend_text: quoted('-'),
    biz_info: quoted('-'),
  });
}

/** A fill as REST tells it. */
export function futuresTradeRow(fill: EngineFill, closes: number, style: NumberStyle): Row {
  const { order, timeUs } = fill;
  return {
    id: fill.tradeId,
    trade_id: String(fill.tradeId),
    create_time: msOf(timeUs) / 1000,
    contract: order.book.instrument.symbol,
    order_id: String(orderIdOf(order)),
    size: contracts(signed(order, fill.qtyUnits), style),
    close_size: contracts(closes, style),
    price: priceText(order.book, fill.priceUnits),
    role: fill.maker ? 'maker' : 'taker',
    text: textOfOrder(order),
    fee: moneyText(fill.fee),
    point_fee: '0',
  };
}

/** A fill as the stream tells it. */
export function futuresTradePush(fill: EngineFill, closes: number, style: NumberStyle): string {
  const { order, timeUs } = fill;
  return jsonObject({
    id: quoted(String(fill.tradeId)),
    create_time: secondsOf(timeUs),
    create_time_ms: msOf(timeUs),
    contract: quoted(order.book.instrument.symbol),
    order_id: quoted(String(orderIdOf(order))),
    size: quoted(contracts(signed(order, fill.qtyUnits), style)),
    price: quoted(priceText(order.book, fill.priceUnits)),
    role: quoted(fill.maker ? 'maker' : 'taker'),
    text: quoted(textOfOrder(order)),
    fee: moneyText(fill.fee),
    point_fee: 0,
    close_size: quoted(contracts(closes, style)),
  });
}
