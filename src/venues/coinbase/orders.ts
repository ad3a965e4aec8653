import { z } from 'zod';
import { Decimal } from '../../domain/decimal.js';
import type { OrderReference, OrderReport, OrderRequest, OrderState, Side } from '../../domain/order.js';
import { plainDecimal, readAnswer } from '../answer.js';

/** A moment as the venue writes it, in milliseconds since the epoch. */
export const moment = z
  .string()
  .transform((text) => Date.parse(text))
  .refine(Number.isFinite, 'no moment');

export const sideText = z.enum(['buy', 'sell']);

const UUID_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Pending orders lack most fields, market orders even more of them. */
const Order = z.object({
  id: z.string().min(1),
  client_oid: z.string().nullish(),
  product_id: z.string().min(1),
  side: sideText.nullish(),
  type: z.string().nullish(),
  time_in_force: z.string().nullish(),
  price: plainDecimal.nullish(),
  size: plainDecimal.nullish(),
  filled_size: plainDecimal.nullish(),
  executed_value: plainDecimal.nullish(),
  status: z.string(),
  done_reason: z.string().nullish(),
  reject_reason: z.string().nullish(),
  created_at: moment.nullish(),
  done_at: moment.nullish(),
});
type Order = z.infer<typeof Order>;

/** Whether the venue will keep this client id; any other it drops without a word, and the order could not be found by it. */
export function isClientOid(text: string): boolean {
  return UUID_4.test(text);
}

/** The body of a new order. When it meets one of our own, the newcomer ends, as on the other venues. */
export function placeText(order: OrderRequest): string {
  return JSON.stringify({
    type: order.type,
    side: order.side,
    product_id: order.symbol,
    ...(order.price === null ? {} : { price: order.price }),
    ...(order.quantity === null ? {} : { size: order.quantity }),
    ...(order.quoteAmount === null ? {} : { funds: order.quoteAmount }),
    ...(order.type === 'limit' ? LIFETIMES[order.timeInForce] : {}),
    stp: 'cn',
    client_oid: order.clientOrderId,
  });
}

const LIFETIMES = {
  gtc: {},
  ioc: { time_in_force: 'IOC' },
  fok: { time_in_force: 'FOK' },
  'post-only': { post_only: true },
} as const;

/** The path that names an order: by the client id where there is one, since it is known before the venue's. */
export function orderPath({ clientOrderId, venueOrderId }: OrderReference): string {
  if (clientOrderId !== null && (isClientOid(clientOrderId) || venueOrderId === null)) return `/orders/client:${clientOrderId}`;
  return `/orders/${venueOrderId ?? ''}`;
}

/** Reads one order. @throws VenueProtocolError */
export function readOrder(what: string, answer: unknown): OrderReport {
  return report(readAnswer('coinbase', what, Order, answer));
}

const Page = z.array(Order);

/** Reads a page of orders, with the moment that the oldest was made at. @throws VenueProtocolError */
export function readOrders(what: string, answer: unknown): { readonly orders: OrderReport[]; readonly oldestMs: number | null } {
  const rows = readAnswer('coinbase', what, Page, answer);
  return { orders: rows.map(report), oldestMs: rows[rows.length - 1]?.created_at ?? null };
}

function report(order: Order): OrderReport {
  return {
    venue: 'coinbase',
    market: 'spot',
    symbol: order.product_id,
    venueOrderId: order.id,
    clientOrderId: order.client_oid ?? null,
    side: order.side ?? null,
    state: orderState(order),
    price: order.type === 'market' ? null : (order.price ?? null),
    quantity: order.size ?? null,
    filledQty: order.filled_size ?? null,
    filledQuote: order.executed_value ?? null,
    updatedMs: order.done_at ?? order.created_at ?? null,
    reason: order.reject_reason ?? order.done_reason ?? null,
  };
}

/** The facts of an order that its state follows from. */
export type OrderFacts = Pick<Order, 'status' | 'done_reason' | 'time_in_force' | 'type' | 'filled_size'>;

/** What a state of the venue is here; a word that is not documented proves nothing. */
export function orderState({
  status,
  done_reason: reason,
  time_in_force: lifetime,
  type,
  filled_size: filled,
}: OrderFacts): OrderState {
  switch (status) {
    case 'pending':
      return 'pending';
    case 'received':
    case 'open':
    case 'active': // a stop that waits
    case 'canceling':
      return filled !== null && filled !== undefined && new Decimal(filled).gt(0) ? 'partially-filled' : 'open';
    case 'rejected':
      return 'rejected';
    case 'done':
      if (reason === 'filled') return 'filled';
      if (reason !== 'canceled') return 'unknown';
      // What an order that never rests could not take ends as cancelled, too.
      return lifetime === 'IOC' || lifetime === 'FOK' || type === 'market' ? 'expired' : 'canceled';
    default:
      return 'unknown';
  }
}

/** The other side: frames of trades name the maker's. */
export function opposite(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy';
}
