import { z } from 'zod';
import { Decimal, plainText } from '../../domain/decimal.js';
import type { Fill, OrderReport, OrderRequest, OrderState } from '../../domain/order.js';
import { idText, plainDecimal, readAnswer } from '../answer.js';
import { canonicalAsset } from '../identity.js';

/** Orders in any answer and push. Of a market purchase, `amount` and `left` are quote amounts. */
export const SpotOrder = z.object({
  id: idText,
  text: z.string().nullish(),
  currency_pair: z.string().min(1),
  type: z.string(),
  side: z.enum(['buy', 'sell']),
  amount: plainDecimal,
  left: plainDecimal,
  price: plainDecimal.nullish(),
  filled_amount: plainDecimal.nullish(),
  filled_total: plainDecimal.nullish(),
  status: z.string().nullish(),
  event: z.string().nullish(),
  finish_as: z.string().nullish(),
  update_time_ms: z.coerce.number().nullish(),
});
export type SpotOrder = z.infer<typeof SpotOrder>;

/** Fills in REST answers and pushes, whose names differ in places. */
export const SpotTrade = z.object({
  id: idText,
  currency_pair: z.string().min(1),
  order_id: idText,
  side: z.enum(['buy', 'sell']),
  role: z.string(),
  amount: plainDecimal,
  price: plainDecimal,
  fee: plainDecimal.nullish(),
  fee_currency: z.string().nullish(),
  text: z.string().nullish(),
  create_time: z.coerce.number(),
  create_time_ms: z.coerce.number().nullish(),
});
export type SpotTrade = z.infer<typeof SpotTrade>;

/** Texts of ours begin so; the venue puts words of its own where there is none ("apiv4", "web"). */
const OWN_TEXT = /^t-/;

/** The client id in a `text` field. */
export function clientIdOf(text: string | null | undefined): string | null {
  return text !== null && text !== undefined && OWN_TEXT.test(text) ? text : null;
}

/** Why orders end here, and what that means; what is not here is no end that we know. */
const ENDS: Readonly<Record<string, OrderState>> = {
  filled: 'filled',
  cancelled: 'canceled',
  liquidate_cancelled: 'canceled',
  small: 'canceled',
  depth_not_enough: 'canceled',
  trader_not_enough: 'canceled',
  price_protect_cancelled: 'canceled',
  stp: 'expired',
  ioc: 'expired',
  poc: 'expired',
  fok: 'expired',
};

const FINISHED_WITHOUT_REASON: Readonly<Record<string, OrderState>> = { closed: 'filled', cancelled: 'canceled' };

/** The state of an order by why it finished, its status and what it traded. */
export function spotState({ finish_as, status, event }: SpotOrder, traded: boolean): OrderState {
  const end = finish_as ?? '';
  const ended = ENDS[end];
  if (ended !== undefined) return ended;
  if (end === 'open' || status === 'open' || event === 'put' || event === 'update') return traded ? 'partially-filled' : 'open';
  return FINISHED_WITHOUT_REASON[status ?? ''] ?? 'unknown';
}

/** An order as the venue tells it. */
export function spotReport(order: SpotOrder): OrderReport {
  const byValue = order.type === 'market' && order.side === 'buy';
  const used = plainText(new Decimal(order.amount).sub(order.left));
  const { finish_as } = order;
  return {
    venue: 'gateio',
    market: 'spot',
    symbol: order.currency_pair,
    venueOrderId: order.id,
    clientOrderId: clientIdOf(order.text),
    side: order.side,
    state: spotState(order, used !== '0'),
    price: order.type === 'market' || order.price === '0' ? null : (order.price ?? null),
    quantity: byValue ? null : order.amount,
    filledQty: byValue ? (order.filled_amount ?? null) : used,
    filledQuote: order.filled_total ?? (byValue ? used : null),
    updatedMs: order.update_time_ms ?? null,
    reason: finish_as === null || finish_as === undefined || finish_as === 'open' || finish_as === 'filled' ? null : finish_as,
  };
}

/** Reads one order. @throws VenueProtocolError */
export function readSpotOrder(what: string, answer: unknown): OrderReport {
  return spotReport(readAnswer('gateio', what, SpotOrder, answer));
}

/** A fill as the venue tells it. */
export function spotFill(trade: SpotTrade): Fill {
  return {
    venue: 'gateio',
    market: 'spot',
    symbol: trade.currency_pair,
    tradeId: trade.id,
    venueOrderId: trade.order_id,
    clientOrderId: clientIdOf(trade.text),
    side: trade.side,
    price: trade.price,
    quantity: trade.amount,
    fee: trade.fee ?? null,
    feeAsset: trade.fee_currency == null ? null : canonicalAsset('gateio', trade.fee_currency),
    liquidity: trade.role === 'maker' ? 'maker' : 'taker',
    timeMs: Math.floor(trade.create_time_ms ?? trade.create_time * 1000),
  };
}

const TIMES: Readonly<Record<OrderRequest['timeInForce'], string>> = { gtc: 'gtc', ioc: 'ioc', fok: 'fok', 'post-only': 'poc' };

/**
 * The exact body of a new order. The amount of a market purchase is what it may spend.
 * @param limit the price that makes a market purchase by quantity an immediate limit order, which is what the venue has for it
 */
export function spotOrderBody(order: OrderRequest, limit: string | null = null): string {
  const price = order.price ?? limit;
  return JSON.stringify({
    text: order.clientOrderId,
    currency_pair: order.symbol,
    type: price === null ? 'market' : 'limit',
    account: 'spot',
    side: order.side,
    amount: order.quantity ?? order.quoteAmount ?? '',
    ...(price !== null && { price }),
    time_in_force: TIMES[order.timeInForce],
  });
}

/** Whether the venue has no market order for this: it sells by quantity and buys by value. */
export function isMarketBuyByQuantity({ type, side, quantity }: OrderRequest): boolean {
  return type === 'market' && side === 'buy' && quantity !== null;
}
