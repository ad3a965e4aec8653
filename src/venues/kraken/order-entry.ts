import { z } from 'zod';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { OrderReference, OrderReport, OrderRequest } from '../../domain/order.js';
import type { OrderEntryItem, OrderEntryProtocol, OrderEntrySession, RequestStamp } from '../trading.js';
import { CANCEL_COSTS, PLACE_COSTS } from './calls.js';
import { wsRefusal } from './errors.js';
import { pendingReport } from './orders.js';
import { deadlineText } from './signing.js';
import { errorOf, type Frame, heartbeat, IDLE_MS_MAX, isSessionError, LIFETIME_MS, readFrame, sessionToken } from './ws.js';

const Result = z.object({ result: z.object({ order_id: z.string().min(1) }) });

/** Order entry over the private WebSocket. */
export function orderEntry(url: string): OrderEntryProtocol {
  return {
    prepare: sessionToken,
    session: (ticket) => new EntrySession(url, ticket),
    heartbeat,
    idleMsMax: IDLE_MS_MAX,
    lifetimeMs: LIFETIME_MS,
    placeCosts: PLACE_COSTS,
    cancelCosts: CANCEL_COSTS,
  };
}

/** What is reported when a request is granted. Answers name the ids and not the symbol. */
type Granted = (orderId: string) => OrderReport;

class EntrySession implements OrderEntrySession {
  private readonly requests = new Map<number, Granted>();
  private readonly tokenText: string;

  constructor(
    readonly url: string,
    token: string,
  ) {
    this.tokenText = JSON.stringify(token);
  }

  /** The token dies with a connection that has no private subscription, so there is one, the quietest. */
  opened(): readonly string[] {
    return [`{"method":"subscribe","params":{"channel":"balances","snapshot":false,"token":${this.tokenText}},"req_id":0}`];
  }

  /** Numbers are written as they are, digit by digit. */
  place(order: OrderRequest, _instrument: TradableInstrument, requestId: number, stamp: RequestStamp): string {
    this.requests.set(requestId, (orderId) => pendingReport(order, orderId));
    const amount = order.quoteAmount === null ? `"order_qty":${order.quantity ?? ''}` : `"cash_order_qty":${order.quoteAmount}`;
    const limit =
      order.price === null
        ? ''
        : `"limit_price":${order.price},"time_in_force":"${order.timeInForce === 'ioc' ? 'ioc' : 'gtc'}",` +
          `"post_only":${order.timeInForce === 'post-only'},`;
    return (
      `{"method":"add_order","params":{"order_type":"${order.type}","side":"${order.side}",${amount},` +
      `"symbol":${JSON.stringify(order.symbol)},${limit}"fee_preference":"quote","stp_type":"cancel_newest",` +
      `"cl_ord_id":${JSON.stringify(order.clientOrderId)},"deadline":"${deadlineText(stamp)}","token":${this.tokenText}},` +
      `"req_id":${requestId}}`
    );
  }

  cancel(order: OrderReference, requestId: number): string {
    this.requests.set(requestId, (orderId) => cancelReport(order, orderId));
    const { venueOrderId, clientOrderId } = order;
    const id = venueOrderId === null ? { cl_ord_id: [clientOrderId] } : { order_id: [venueOrderId] };
    const name = JSON.stringify(id).slice(1, -1);
    return `{"method":"cancel_order","params":{${name},"token":${this.tokenText}},"req_id":${requestId}}`;
  }

  read(frame: Uint8Array): readonly OrderEntryItem[] {
    const message = readFrame(frame);
    if (message === null) return [{ kind: 'lost', reason: 'a frame that is no message of version 2' }];
    const { method, success } = message;
    if (method === 'subscribe') {
      if (success === true) return [{ kind: 'ready' }];
      const error = errorOf(message);
      return [isSessionError(error) ? { kind: 'lost', reason: error } : { kind: 'refused', refusal: wsRefusal(error) }];
    }
    return method === 'add_order' || method === 'cancel_order' ? this.answered(message) : [{ kind: 'alive' }];
  }

  private answered(message: Frame): readonly OrderEntryItem[] {
    const { req_id: requestId, success } = message;
    // Without its number an answer belongs to nobody; what waits for it asks the venue.
    if (requestId == null) return [{ kind: 'lost', reason: 'an answer without its number' }];
    const granted = this.requests.get(requestId);
    this.requests.delete(requestId);
    if (success !== true) {
      const error = errorOf(message);
      const refusal: OrderEntryItem = { kind: 'refusal', requestId, refusal: wsRefusal(error) };
      return isSessionError(error) ? [refusal, { kind: 'lost', reason: error }] : [refusal];
    }
    const orderId = Result.safeParse(message).data?.result.order_id;
    if (orderId !== undefined && granted !== undefined) return [{ kind: 'order', requestId, order: granted(orderId) }];
    // The request was granted, but what became of the order is not known.
    const text = `the answer to ${message.method} cannot be read`;
    return [{ kind: 'refusal', requestId, refusal: { kind: 'outcome-unknown', code: 'success', text } }];
  }
}

/** A granted cancel names the order; whether it ended by it or was filled before, the executions tell. */
function cancelReport(order: OrderReference, venueOrderId: string): OrderReport {
  return {
    venue: 'kraken',
    market: 'spot',
    symbol: order.symbol,
    venueOrderId,
    clientOrderId: order.clientOrderId,
    side: null,
    state: 'unknown',
    price: null,
    quantity: null,
    filledQty: null,
    filledQuote: null,
    updatedMs: null,
    reason: null,
  };
}
