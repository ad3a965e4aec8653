import { z } from 'zod';
import { Decimal, plainText } from '../../domain/decimal.js';
import type { Fill, OrderReport, OrderRequest, OrderState } from '../../domain/order.js';
import { idText, plainDecimal, readAnswer } from '../answer.js';
import { clientIdOf } from './spot-orders.js';

/** Orders in any answer and push; sizes are contracts, negative for sales, texts or numbers by a header. */
export const FuturesOrder = z.object({
  id: idText,
  text: z.string().nullish(),
  contract: z.string().min(1),
  size: plainDecimal,
  left: plainDecimal,
  price: plainDecimal.nullish(),
  status: z.string(),
  finish_as: z.string().nullish(),
  create_time: z.coerce.number().nullish(),
  update_time: z.coerce.number().nullish(),
  finish_time: z.coerce.number().nullish(),
});
export type FuturesOrder = z.infer<typeof FuturesOrder>;

/** Fills in REST answers and pushes. Times are seconds with a fraction, or milliseconds, by interface. */
export const FuturesTrade = z.object({
  id: idText,
  contract: z.string().min(1),
  order_id: idText,
  size: plainDecimal,
  price: plainDecimal,
  role: z.string(),
  fee: plainDecimal.nullish(),
  text: z.string().nullish(),
  create_time: z.coerce.number(),
  create_time_ms: z.coerce.number().nullish(),
});
export type FuturesTrade = z.infer<typeof FuturesTrade>;

/** Why orders finish here, and what that means; what is not here is no end that we know. */
const ENDS: Readonly<Record<string, OrderState>> = {
  filled: 'filled',
  cancelled: 'canceled',
  liquidated: 'canceled',
  auto_deleveraged: 'canceled',
  position_closed: 'canceled',
  reduce_out: 'canceled',
  reduce_only: 'expired',
  stp: 'expired',
  ioc: 'expired',
  poc: 'expired',
  fok: 'expired',
};

/** From here on a time is in milliseconds, below it in seconds. */
const SECONDS_END = 1e11;

/** A time of the venue, which comes in seconds or in milliseconds, in milliseconds. */
export function millisecondsOf(time: number): number {
  return Math.floor(time < SECONDS_END ? time * 1000 : time);
}

function futuresState({ status, finish_as }: FuturesOrder, traded: boolean): OrderState {
  if (status === 'open') return traded ? 'partially-filled' : 'open';
  return status === 'finished' ? (ENDS[finish_as ?? ''] ?? 'unknown') : 'unknown';
}

/** An order as the venue tells it. */
export function futuresReport(order: FuturesOrder): OrderReport {
  const quantity = new Decimal(order.size).abs();
  const filled = quantity.sub(new Decimal(order.left).abs());
  const reason = order.status === 'open' || order.finish_as === 'filled' ? null : (order.finish_as ?? null);
  const updated = order.finish_time || order.update_time || order.create_time || null;
  return {
    venue: 'gateio',
    market: 'futures',
    symbol: order.contract,
    venueOrderId: order.id,
    clientOrderId: clientIdOf(order.text),
    side: order.size === '0' ? null : order.size.startsWith('-') ? 'sell' : 'buy',
    state: futuresState(order, filled.gt(0)),
    price: order.price === '0' ? null : (order.price ?? null),
    quantity: plainText(quantity),
    filledQty: plainText(filled),
    // Only an average price is told, which may be rounded.
    filledQuote: null,
    updatedMs: updated === null ? null : millisecondsOf(updated),
    reason,
  };
}

/** Reads one order. @throws VenueProtocolError */
export function readFuturesOrder(what: string, answer: unknown): OrderReport {
  return futuresReport(readAnswer('gateio', what, FuturesOrder, answer));
}

/** A fill as the venue tells it; fees are in the settlement asset. */
export function futuresFill(trade: FuturesTrade): Fill {
  return {
    venue: 'gateio',
    market: 'futures',
    symbol: trade.contract,
    tradeId: trade.id,
    venueOrderId: trade.order_id,
    clientOrderId: clientIdOf(trade.text),
    side: trade.size.startsWith('-') ? 'sell' : 'buy',
    price: trade.price,
    quantity: plainText(new Decimal(trade.size).abs()),
    fee: trade.fee ?? null,
    feeAsset: 'USDT',
    liquidity: trade.role === 'maker' ? 'maker' : 'taker',
    timeMs: millisecondsOf(trade.create_time_ms || trade.create_time),
  };
}

const TIMES: Readonly<Record<OrderRequest['timeInForce'], string>> = { gtc: 'gtc', ioc: 'ioc', fok: 'fok', 'post-only': 'poc' };

/** The exact body of a new order; a market order has the price 0. The size is a JSON number of exactly the order's digits. */
export function futuresOrderBody(order: OrderRequest): string {
  const fields = [
    `"contract":${JSON.stringify(order.symbol)}`,
    `"size":${order.side === 'sell' ? '-' : ''}${order.quantity ?? '0'}`,
    `"price":${JSON.stringify(order.price ?? '0')}`,
    `"tif":"${TIMES[order.timeInForce]}"`,
    `"text":${JSON.stringify(order.clientOrderId)}`,
    ...(order.reduceOnly ? ['"reduce_only":true'] : []),
  ];
  return `{${fields.join(',')}}`;
}
