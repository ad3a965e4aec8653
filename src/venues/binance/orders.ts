import { z } from 'zod';
import type { OrderReference, OrderReport, OrderRequest, OrderState, Side, TimeInForce } from '../../domain/order.js';
import type { Market } from '../../domain/venue.js';
import { idText, plainDecimal, readAnswer } from '../answer.js';
import type { Params } from '../trading.js';

/** The venue's order states. An IOC, FOK or market order that could not take everything is expired, not cancelled. */
const STATES: Readonly<Record<string, OrderState>> = {
  NEW: 'open',
  PENDING_NEW: 'pending',
  PARTIALLY_FILLED: 'partially-filled',
  FILLED: 'filled',
  CANCELED: 'canceled',
  PENDING_CANCEL: 'open',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired', // met an order of the same account
};

/** What a state of the venue is here; a word that is not documented proves nothing. */
export function orderState(status: string): OrderState {
  return STATES[status] ?? 'unknown';
}

/** Side by the venue's word. */
export const sideText = z.enum(['BUY', 'SELL']).transform((side): Side => (side === 'BUY' ? 'buy' : 'sell'));

/** An order in any answer of either interface and market. On a cancel `clientOrderId` names the cancel and `origClientOrderId` the order. */
const Order = z.object({
  symbol: z.string().min(1),
  orderId: idText,
  clientOrderId: z.string(),
  origClientOrderId: z.string().optional(),
  price: plainDecimal.optional(),
  origQty: plainDecimal.optional(),
  executedQty: plainDecimal.optional(),
  cummulativeQuoteQty: plainDecimal.optional(),
  cumQuote: plainDecimal.optional(),
  status: z.string().optional(),
  type: z.string().optional(),
  side: sideText.optional(),
  transactTime: z.number().optional(),
  updateTime: z.number().optional(),
  expiryReason: z.union([z.string(), z.number()]).optional(),
});
type Order = z.infer<typeof Order>;

const Orders = z.array(Order);

/** Reads one order. @throws VenueProtocolError */
export function readOrder(market: Market, what: string, answer: unknown): OrderReport {
  return report(market, readAnswer('binance', what, Order, answer));
}

/** Reads a list of orders. @throws VenueProtocolError */
export function readOrders(market: Market, what: string, answer: unknown): OrderReport[] {
  return readAnswer('binance', what, Orders, answer).map((order) => report(market, order));
}

/** The params of a new order, for REST and WebSocket alike. */
export function placeParams(market: Market, order: OrderRequest): Params {
  const params: [string, string][] = [
    ['symbol', order.symbol],
    ['side', order.side === 'buy' ? 'BUY' : 'SELL'],
    ['type', orderType(market, order)],
  ];
  const timeInForce = TIME_IN_FORCE[market][order.timeInForce];
  if (order.type === 'limit' && timeInForce !== null) params.push(['timeInForce', timeInForce]);
  if (order.quantity !== null) params.push(['quantity', order.quantity]);
  if (order.quoteAmount !== null) params.push(['quoteOrderQty', order.quoteAmount]);
  if (order.price !== null) params.push(['price', order.price]);
  if (order.reduceOnly) params.push(['reduceOnly', 'true']);
  params.push(['newClientOrderId', order.clientOrderId], ['newOrderRespType', 'RESULT']);
  return params;
}

/** The params that name an order: by the client id where there is one, since it is known before the venue's. */
export function orderParams(order: OrderReference): Params {
  if (order.clientOrderId !== null)
    return [
      ['symbol', order.symbol],
      ['origClientOrderId', order.clientOrderId],
    ];
  return [
    ['symbol', order.symbol],
    ['orderId', order.venueOrderId ?? ''],
  ];
}

/** Post-only is an order type on spot and a time in force on futures. */
const TIME_IN_FORCE: Readonly<Record<Market, Readonly<Record<TimeInForce, string | null>>>> = {
  spot: { gtc: 'GTC', ioc: 'IOC', fok: 'FOK', 'post-only': null },
  futures: { gtc: 'GTC', ioc: 'IOC', fok: 'FOK', 'post-only': 'GTX' },
};

function orderType(market: Market, { type, timeInForce }: OrderRequest): string {
  if (type === 'market') return 'MARKET';
  return market === 'spot' && timeInForce === 'post-only' ? 'LIMIT_MAKER' : 'LIMIT';
}

function report(market: Market, order: Order): OrderReport {
  const state = order.status === undefined ? 'unknown' : orderState(order.status);
  const { origClientOrderId: original } = order;
  const reason = order.expiryReason === undefined ? null : String(order.expiryReason);
  return {
    venue: 'binance',
    market,
    symbol: order.symbol,
    venueOrderId: order.orderId,
    clientOrderId: original === undefined || original === '' ? order.clientOrderId : original,
    side: order.side ?? null,
    state,
    price: order.type === 'MARKET' ? null : (order.price ?? null),
    // A market order by value states no quantity before it is filled.
    quantity: order.origQty === '0' ? null : (order.origQty ?? null),
    filledQty: order.executedQty ?? null,
    filledQuote: order.cummulativeQuoteQty ?? order.cumQuote ?? null,
    updatedMs: order.updateTime ?? order.transactTime ?? null,
    reason,
  };
}
