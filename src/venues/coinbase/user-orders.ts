import { z } from 'zod';
import { Decimal, plainText } from '../../domain/decimal.js';
import type { Fill, OrderReport, OrderState, Side } from '../../domain/order.js';
import { idText, plainDecimal } from '../answer.js';
import type { InstrumentDirectory, StreamItem } from '../trading.js';
import { moment, opposite, sideText } from './orders.js';

const Common = {
  product_id: z.string().min(1),
  sequence: z.coerce.number().nullish(),
  time: moment,
};
const Received = z.object({
  ...Common,
  order_id: z.string().min(1),
  client_oid: z.string().nullish(),
  side: sideText,
  order_type: z.string(),
  price: plainDecimal.nullish(),
  size: plainDecimal.nullish(),
});
const Open = z.object({
  ...Common,
  order_id: z.string().min(1),
  side: sideText,
  price: plainDecimal,
  remaining_size: plainDecimal,
});
const Match = z.object({
  ...Common,
  trade_id: idText,
  maker_order_id: z.string().min(1),
  taker_order_id: z.string().min(1),
  side: sideText,
  price: plainDecimal,
  size: plainDecimal,
  maker_fee_rate: plainDecimal.optional(),
  taker_fee_rate: plainDecimal.optional(),
});
const Done = z.object({
  ...Common,
  order_id: z.string().min(1),
  side: sideText,
  reason: z.string(),
  cancel_reason: z.coerce.string().nullish(),
  price: plainDecimal.nullish(),
  remaining_size: plainDecimal.nullish(),
});
const Change = z.object({
  ...Common,
  order_id: z.string().min(1),
  side: sideText,
  reason: z.string().default('change'),
  price: plainDecimal.nullish(),
  new_price: plainDecimal.nullish(),
  old_size: plainDecimal.nullish(),
  new_size: plainDecimal.nullish(),
});

/** Codes of the reasons that leave an order unfilled without anybody's wish: its lifetime, and a book too thin. */
const EXPIRED = /^10[16]\b/;

/** What is known of an order since its first message; later ones carry only what is new. */
interface Known {
  readonly clientOrderId: string | null;
  readonly side: Side;
  price: string | null;
  quantity: string | null;
  filledQty: Decimal;
  filledQuote: Decimal;
}

/** Messages of one account's own orders, put together to whole reports. Of an order that is older than the session less is known. */
export class UserOrders {
  private readonly known = new Map<string, Known>();
  /** Last sequence of each product. Its numbers skip what concerns others, so a gap cannot be seen, but a step back can. */
  private readonly sequences = new Map<string, number>();

  constructor(private readonly directory: InstrumentDirectory) {}

  /** @returns null for a message that is not about an order */
  read(message: { readonly type: string }): readonly StreamItem[] | null {
    switch (message.type) {
      case 'received':
        return this.take(Received, message, (data) => this.received(data));
      case 'open':
        return this.take(Open, message, (data) => this.opened(data));
      case 'match':
        return this.take(Match, message, (data) => this.matched(data));
      case 'done':
        return this.take(Done, message, (data) => this.done(data));
      case 'change':
        return this.take(Change, message, (data) => this.changed(data));
      default:
        return null;
    }
  }

  private take<T extends { product_id: string; sequence?: number | null | undefined }>(
    schema: z.ZodType<T>,
    message: { readonly type: string },
    handle: (data: T) => readonly StreamItem[],
  ): readonly StreamItem[] {
    const parsed = schema.safeParse(message);
    if (!parsed.success) return [{ kind: 'lost', reason: `a "${message.type}" that cannot be read` }];
    const { product_id: product, sequence } = parsed.data;
    if (sequence !== null && sequence !== undefined) {
      const last = this.sequences.get(product) ?? Number.NEGATIVE_INFINITY;
      if (sequence === last) return [{ kind: 'alive' }];
      if (sequence < last) return [{ kind: 'lost', reason: `${product}: ${sequence} came after ${last}` }];
      this.sequences.set(product, sequence);
    }
    return handle(parsed.data);
  }

  private received(data: z.infer<typeof Received>): readonly StreamItem[] {
    const order: Known = {
      clientOrderId: data.client_oid ?? null,
      side: data.side,
      price: data.order_type === 'market' ? null : (data.price ?? null),
      quantity: data.size ?? null,
      filledQty: new Decimal(0),
      filledQuote: new Decimal(0),
    };
    this.known.set(data.order_id, order);
    return [this.report(data, data.order_id, data.side, 'open', null)];
  }

  private opened(data: z.infer<typeof Open>): readonly StreamItem[] {
    const known = this.known.get(data.order_id);
    const state = known?.filledQty.gt(0) === true ? 'partially-filled' : 'open';
    const items = [this.report(data, data.order_id, data.side, state, null), ...this.missed(data.order_id, data.remaining_size)];
    return known === undefined ? [...items, unannounced(data.order_id)] : items;
  }

  private matched(data: z.infer<typeof Match>): readonly StreamItem[] {
    const maker = this.isMaker(data);
    if (maker === null) return [{ kind: 'lost', reason: `the match ${data.trade_id} names no order of ours` }];
    const orderId = maker ? data.maker_order_id : data.taker_order_id;
    const side = maker ? data.side : opposite(data.side);
    const rate = maker ? data.maker_fee_rate : data.taker_fee_rate;
    const value = new Decimal(data.price).mul(data.size);
    const known = this.known.get(orderId);
    if (known !== undefined) {
      known.filledQty = known.filledQty.add(data.size);
      known.filledQuote = known.filledQuote.add(value);
    }
    const quote = this.directory.find(data.product_id)?.quote ?? null;
    const fill: Fill = {
      venue: 'coinbase',
      market: 'spot',
      symbol: data.product_id,
      tradeId: data.trade_id,
      venueOrderId: orderId,
      clientOrderId: known?.clientOrderId ?? null,
      side,
      price: data.price,
      quantity: data.size,
      fee: rate === undefined || quote === null ? null : plainText(value.mul(rate)),
      feeAsset: rate === undefined ? null : quote,
      liquidity: maker ? 'maker' : 'taker',
      timeMs: data.time,
    };
    const items: StreamItem[] = [{ kind: 'fill', fill }, this.report(data, orderId, side, 'partially-filled', null)];
    return known === undefined && !maker ? [...items, unannounced(orderId)] : items;
  }

  /** Which of the two orders is ours; null where nothing tells. */
  private isMaker(data: z.infer<typeof Match>): boolean | null {
    if (data.maker_fee_rate !== undefined || this.known.has(data.maker_order_id)) return true;
    return data.taker_fee_rate !== undefined || this.known.has(data.taker_order_id) ? false : null;
  }

  private done(data: z.infer<typeof Done>): readonly StreamItem[] {
    const cause = data.cancel_reason ?? null;
    let state: OrderState = 'unknown';
    if (data.reason === 'filled') state = 'filled';
    else if (data.reason === 'canceled') state = cause !== null && EXPIRED.test(cause) ? 'expired' : 'canceled';
    const reason = cause ?? (state === 'filled' ? null : data.reason);
    const left = data.remaining_size ?? (state === 'filled' ? '0' : null);
    const items = [this.report(data, data.order_id, data.side, state, reason), ...this.missed(data.order_id, left)];
    this.known.delete(data.order_id);
    return items;
  }

  /** What an order has left tells whether a match was lost on the way. */
  private missed(orderId: string, remaining: string | null): readonly StreamItem[] {
    const known = this.known.get(orderId);
    if (known === undefined || known.quantity === null || remaining === null) return [];
    const left = new Decimal(known.quantity).sub(known.filledQty);
    return left.eq(remaining)
      ? []
      : [{ kind: 'lost', reason: `${orderId} has ${remaining} left and should have ${left.toFixed()}` }];
  }

  /** Made smaller where it met another order of ours, or modified. */
  private changed(data: z.infer<typeof Change>): readonly StreamItem[] {
    const known = this.known.get(data.order_id);
    if (known !== undefined) {
      known.price = data.new_price ?? known.price;
      if (known.quantity !== null && data.old_size != null && data.new_size != null)
        known.quantity = plainText(new Decimal(known.quantity).sub(data.old_size).add(data.new_size));
    }
    const state = known?.filledQty.gt(0) === true ? 'partially-filled' : 'open';
    return [this.report(data, data.order_id, data.side, state, data.reason)];
  }

  private report(
    { product_id: symbol, time }: { readonly product_id: string; readonly time: number },
    orderId: string,
    side: Side,
    state: OrderState,
    reason: string | null,
  ): StreamItem {
    const known = this.known.get(orderId);
    const order: OrderReport = {
      venue: 'coinbase',
      market: 'spot',
      symbol,
      venueOrderId: orderId,
      clientOrderId: known?.clientOrderId ?? null,
      side,
      state,
      price: known?.price ?? null,
      quantity: known?.quantity ?? null,
      filledQty: known === undefined ? null : plainText(known.filledQty),
      filledQuote: known === undefined ? null : plainText(known.filledQuote),
      updatedMs: time,
      reason,
    };
    return { kind: 'order', order };
  }
}

/** What opens or takes was received a moment before: that message was lost, and perhaps others with it. */
function unannounced(orderId: string): StreamItem {
  return { kind: 'lost', reason: `${orderId} was not announced` };
}
