import { z } from 'zod';
import type { OrderReference, OrderReport, OrderRequest, OrderState, Side } from '../../domain/order.js';
import { idText, plainDecimal, readAnswer } from '../answer.js';
import type { Params } from '../trading.js';

/** The venue's order states; a partly filled order that was cancelled has a state of its own. */
const STATES: Readonly<Record<string, OrderState>> = {
  NEW: 'open',
  PARTIALLY_FILLED: 'partially-filled',
  FILLED: 'filled',
  CANCELED: 'canceled',
  PARTIALLY_CANCELED: 'canceled',
};

/** What a state of the venue is here; a word that is not documented proves nothing. */
export function spotState(status: string): OrderState {
  return STATES[status] ?? 'unknown';
}

const sideText = z.enum(['BUY', 'SELL']).transform((side): Side => (side === 'BUY' ? 'buy' : 'sell'));
const optionalDecimal = plainDecimal.nullish();

const Order = z.object({
  symbol: z.string().min(1),
  orderId: idText,
  clientOrderId: z.string().nullish(),
  origClientOrderId: z.string().nullish(),
  price: optionalDecimal,
  origQty: optionalDecimal,
  executedQty: optionalDecimal,
  cummulativeQuoteQty: optionalDecimal,
  status: z.string().nullish(),
  type: z.string().nullish(),
  side: sideText.nullish(),
  time: z.number().nullish(),
  updateTime: z.number().nullish(),
  cancelReason: z.string().nullish(),
});
type Order = z.infer<typeof Order>;

const Orders = z.array(Order);
const Accepted = z.object({ symbol: z.string().min(1), orderId: idText, transactTime: z.number().nullish() });

/** Reads an order. @throws VenueProtocolError */
export function readSpotOrder(what: string, answer: unknown): OrderReport {
  return report(readAnswer('mexc', what, Order, answer));
}

/** Reads a list of orders. @throws VenueProtocolError */
export function readSpotOrders(what: string, answer: unknown): OrderReport[] {
  return readAnswer('mexc', what, Orders, answer).map(report);
}

/** Reads the answer to a placement, which says that the order was taken and nothing of what became of it. */
export function readAccepted(order: OrderRequest, answer: unknown): OrderReport {
  const { symbol, orderId, transactTime } = readAnswer('mexc', 'POST /api/v3/order', Accepted, answer);
  return {
    venue: 'mexc',
    market: 'spot',
    symbol,
    venueOrderId: orderId,
    clientOrderId: order.clientOrderId,
    side: order.side,
    state: 'pending',
    price: order.price,
    quantity: order.quantity,
    filledQty: null,
    filledQuote: null,
    updatedMs: transactTime ?? null,
    reason: null,
  };
}

/** The params of a new order. The type says how long it lasts; there is no param for that. */
export function spotOrderParams(order: OrderRequest): Params {
  const params: [string, string][] = [
    ['symbol', order.symbol],
    ['side', order.side === 'buy' ? 'BUY' : 'SELL'],
    ['type', order.type === 'market' ? 'MARKET' : LIMIT_TYPES[order.timeInForce]],
  ];
  if (order.quantity !== null) params.push(['quantity', order.quantity]);
  if (order.quoteAmount !== null) params.push(['quoteOrderQty', order.quoteAmount]);
  if (order.price !== null) params.push(['price', order.price]);
  params.push(['newClientOrderId', order.clientOrderId]);
  return params;
}

const LIMIT_TYPES: Readonly<Record<OrderRequest['timeInForce'], string>> = {
  gtc: 'LIMIT',
  ioc: 'IMMEDIATE_OR_CANCEL',
  fok: 'FILL_OR_KILL',
  'post-only': 'LIMIT_MAKER',
};

/** The params that name an order: by the client id where there is one, since it is known before the venue's. */
export function spotOrderName(order: OrderReference): Params {
  return [
    ['symbol', order.symbol],
    order.clientOrderId === null ? ['orderId', order.venueOrderId ?? ''] : ['origClientOrderId', order.clientOrderId],
  ];
}

/** On a cancel `clientOrderId` may name the cancel, and then `origClientOrderId` names the order. */
function report(order: Order): OrderReport {
  return {
    venue: 'mexc',
    market: 'spot',
    symbol: order.symbol,
    venueOrderId: order.orderId,
    clientOrderId: named(order.origClientOrderId) ?? named(order.clientOrderId),
    side: order.side ?? null,
    state: spotState(order.status ?? ''),
    price: order.type === 'MARKET' ? null : (order.price ?? null),
    // A market order by value states no quantity.
    quantity: order.origQty === '0' ? null : (order.origQty ?? null),
    filledQty: order.executedQty ?? null,
    filledQuote: order.cummulativeQuoteQty ?? null,
    updatedMs: order.updateTime ?? order.time ?? null,
    reason: named(order.cancelReason),
  };
}

function named(text: string | null | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
