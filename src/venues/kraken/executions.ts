import { z } from 'zod';
import { Decimal, plainText } from '../../domain/decimal.js';
import { type Fill, isFinal, type OrderReport, type OrderState } from '../../domain/order.js';
import { plainDecimal } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import type { StreamItem } from '../trading.js';
import { orderState, sideText } from './orders.js';

const moment = z
  .string()
  .transform((text) => Date.parse(text))
  .refine(Number.isFinite, 'no moment');

/** Only the id and the kind are always there: an order's later events carry what is new and no more. */
const Execution = z.object({
  order_id: z.string().min(1),
  exec_type: z.string(),
  order_status: z.string().nullish(),
  cl_ord_id: z.string().nullish(),
  symbol: z.string().min(1).nullish(),
  side: sideText.nullish(),
  order_type: z.string().nullish(),
  order_qty: plainDecimal.nullish(),
  limit_price: plainDecimal.nullish(),
  cum_qty: plainDecimal.nullish(),
  cum_cost: plainDecimal.nullish(),
  exec_id: z.string().min(1).nullish(),
  last_qty: plainDecimal.nullish(),
  last_price: plainDecimal.nullish(),
  liquidity_ind: z.string().nullish(),
  fees: z.array(z.object({ asset: z.string().min(1), qty: plainDecimal })).nullish(),
  reason: z.string().nullish(),
  cancel_reason: z.string().nullish(),
  timestamp: moment.nullish(),
});
type Execution = z.infer<typeof Execution>;

type Known = Pick<OrderReport, 'symbol' | 'clientOrderId' | 'side' | 'price' | 'quantity' | 'filledQty' | 'filledQuote'>;

/** Events of the `executions` channel, put together to whole reports by order id. */
export class Executions {
  private readonly known = new Map<string, Known>();

  /**
   * Reads one element of a frame's data.
   * @param isSnapshot whether it tells how an order stands: its last event may be a trade of which no more is said
   */
  read(data: unknown, isSnapshot: boolean): readonly StreamItem[] {
    const parsed = Execution.safeParse(data);
    if (!parsed.success) return [lost('an execution that cannot be read')];
    const event = parsed.data;
    const order = this.merge(event);
    if (order === null) return [lost(`an event of the order ${event.order_id}, of which nothing is known`)];
    const report: OrderReport = {
      venue: 'kraken',
      market: 'spot',
      venueOrderId: event.order_id,
      ...order,
      state: stateOf(event, order),
      updatedMs: event.timestamp ?? null,
      reason: event.cancel_reason ?? event.reason ?? null,
    };
    if (isFinal(report.state)) this.known.delete(event.order_id);
    if (event.exec_type !== 'trade' || isSnapshot) return [{ kind: 'order', order: report }];
    const fill = fillOf(event, order);
    return fill === null
      ? [lost('a trade that cannot be read')]
      : [
          { kind: 'fill', fill },
          { kind: 'order', order: report },
        ];
  }

  private merge(event: Execution): Known | null {
    const before = this.known.get(event.order_id);
    const symbol = event.symbol ?? before?.symbol;
    if (symbol === undefined) return null;
    const order: Known = {
      symbol,
      clientOrderId: event.cl_ord_id ?? before?.clientOrderId ?? null,
      side: event.side ?? before?.side ?? null,
      price: event.order_type === 'market' ? null : (event.limit_price ?? before?.price ?? null),
      quantity: event.order_qty ?? before?.quantity ?? null,
      ...filled(event, before),
    };
    this.known.set(event.order_id, order);
    return order;
  }
}

/** What is filled so far: as told, or counted on from what was told before. */
function filled(event: Execution, before: Known | undefined): Pick<Known, 'filledQty' | 'filledQuote'> {
  const { exec_type: type, last_qty: quantity, last_price: price } = event;
  const isTrade = type === 'trade' && quantity != null && price != null;
  const sum = (known: string | null | undefined, more: Decimal): string | null =>
    known == null ? null : plainText(new Decimal(known).add(more));
  return {
    filledQty: event.cum_qty ?? (isTrade ? sum(before?.filledQty, new Decimal(quantity)) : before?.filledQty) ?? null,
    filledQuote:
      event.cum_cost ?? (isTrade ? sum(before?.filledQuote, new Decimal(quantity).mul(price)) : before?.filledQuote) ?? null,
  };
}

/** A trade leaves its order open, even one that completes it: the end is an event of its own. */
function stateOf({ exec_type: type, order_status: status }: Execution, { filledQty }: Known): OrderState {
  if (type === 'trade') return 'partially-filled';
  const byType = orderState(type, filledQty ?? '0');
  return byType === 'unknown' ? orderState(status ?? '', filledQty ?? '0') : byType;
}

function fillOf(event: Execution, order: Known): Fill | null {
  const { exec_id: tradeId, last_price: price, last_qty: quantity, timestamp, liquidity_ind: liquidity, fees } = event;
  if (tradeId == null || price == null || quantity == null || timestamp == null || order.side === null) return null;
  const [fee, more] = fees ?? [];
  const isOneFee = fee !== undefined && more === undefined;
  return {
    venue: 'kraken',
    market: 'spot',
    symbol: order.symbol,
    tradeId,
    venueOrderId: event.order_id,
    clientOrderId: order.clientOrderId,
    side: order.side,
    price,
    quantity,
    fee: isOneFee ? fee.qty : null,
    feeAsset: isOneFee ? canonicalAsset('kraken', fee.asset) : null,
    liquidity: liquidity === 'm' ? 'maker' : liquidity === 't' ? 'taker' : null,
    timeMs: timestamp,
  };
}

function lost(reason: string): StreamItem {
  return { kind: 'lost', reason };
}
