import { z } from 'zod';
import type { MarginSetting } from '../../domain/account.js';
import type { OrderReport, OrderRequest, OrderState, Side } from '../../domain/order.js';
import { idText, plainDecimal, readAnswer } from '../answer.js';

/** Orders in any answer and push. */
export const ContractOrder = z.object({
  orderId: idText,
  symbol: z.string().min(1),
  externalOid: z.string().nullish(),
  price: plainDecimal.nullish(),
  vol: plainDecimal.nullish(),
  side: z.number().nullish(),
  orderType: z.number().nullish(),
  dealVol: plainDecimal.nullish(),
  state: z.number(),
  errorCode: z.number().nullish(),
  updateTime: z.number().nullish(),
});
export type ContractOrder = z.infer<typeof ContractOrder>;

const Accepted = z.object({
  data: z.union([
    z.object({ orderId: idText, ts: z.number().nullish() }),
    idText.transform((orderId) => ({ orderId, ts: null })),
  ]),
});

const SIDES: Readonly<Record<number, Side>> = { 1: 'buy', 2: 'buy', 3: 'sell', 4: 'sell' };

/** Side by the venue's code: opening a long position and closing a short one are purchases. Null for any other. */
export function sideOfCode(code: number | null | undefined): Side | null {
  return SIDES[code ?? 0] ?? null;
}

/** A cancelled order that traded before has no state of its own, neither has one that is partly filled. */
function contractState(state: number, dealVol: string): OrderState {
  const traded = dealVol !== '0';
  switch (state) {
    case 1:
      return 'pending';
    case 2:
      return traded ? 'partially-filled' : 'open';
    case 3:
      return 'filled';
    case 4:
      return 'canceled';
    case 5: // invalid
      return traded ? 'canceled' : 'rejected';
    default:
      return 'unknown';
  }
}

/** Why an order ended, by the code it carries. */
const REASONS: Readonly<Record<number, string>> = {
  2: 'insufficient balance',
  18: 'IOC',
  19: 'FOK',
  20: 'post-only',
  21: 'market',
  22: 'duplicate id',
  23: 'duplicate id',
};

const MARKET_TYPES: readonly (number | null | undefined)[] = [5, 6];

/** An order as the venue tells it. */
export function contractReport(order: ContractOrder): OrderReport {
  const filledQty = order.dealVol ?? null;
  const code = order.errorCode ?? 0;
  const { externalOid } = order;
  return {
    venue: 'mexc',
    market: 'futures',
    symbol: order.symbol,
    venueOrderId: order.orderId,
    clientOrderId: externalOid === undefined || externalOid === '' ? null : externalOid,
    side: sideOfCode(order.side),
    state: contractState(order.state, filledQty ?? '0'),
    price: MARKET_TYPES.includes(order.orderType) || order.price === '0' ? null : (order.price ?? null),
    quantity: order.vol ?? null,
    filledQty,
    // Only a rounded average price is told.
    filledQuote: null,
    updatedMs: order.updateTime ?? null,
    reason: code === 0 ? null : (REASONS[code] ?? `code ${code}`),
  };
}

/** Reads the answer to a placement, which says that the order was taken and nothing of what became of it. */
export function readContractAccepted(order: OrderRequest, answer: unknown): OrderReport {
  const { data } = readAnswer('mexc', 'POST order/create', Accepted, answer);
  return {
    venue: 'mexc',
    market: 'futures',
    symbol: order.symbol,
    venueOrderId: data.orderId,
    clientOrderId: order.clientOrderId,
    side: order.side,
    state: 'pending',
    price: order.price,
    quantity: order.quantity,
    filledQty: null,
    filledQuote: null,
    updatedMs: data.ts ?? null,
    reason: null,
  };
}

const TYPES: Readonly<Record<OrderRequest['timeInForce'], number>> = { gtc: 1, 'post-only': 2, ioc: 3, fok: 4 };
const MARKET = 5;

/**
 * The exact body of a new order. In one-way mode a purchase opens a long position (1) or, reduce-only, closes a short one (2); a sale
 * opens a short one (3) or closes a long one (4). Amounts are JSON numbers of exactly the order's digits.
 * @param setting travels with each order; without it the venue's own leverage counts, in cross mode alone
 */
export function contractOrderBody(order: OrderRequest, setting: MarginSetting | undefined): string {
  const side = order.side === 'buy' ? (order.reduceOnly ? 2 : 1) : order.reduceOnly ? 4 : 3;
  const fields = [
    `"symbol":${JSON.stringify(order.symbol)}`,
    ...(order.price === null ? [] : [`"price":${order.price}`]),
    `"vol":${order.quantity ?? '0'}`,
    `"side":${side}`,
    `"type":${order.type === 'market' ? MARKET : TYPES[order.timeInForce]}`,
    `"openType":${setting?.mode === 'isolated' ? 1 : 2}`,
    ...(setting === undefined ? [] : [`"leverage":${setting.leverage}`]),
    `"externalOid":${JSON.stringify(order.clientOrderId)}`,
    '"positionMode":2',
    ...(order.reduceOnly ? ['"reduceOnly":true'] : []),
  ];
  return `{${fields.join(',')}}`;
}
