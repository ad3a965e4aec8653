import { z } from 'zod';
import type { TimeInForce } from '../../../domain/order.js';
import { plainDecimal } from '../../../venues/answer.js';
import type { SimulatedBook } from '../../market/book.js';
import { toMoney } from '../../matching/money.js';
import type { NewOrder, Refusal } from '../../matching/types.js';
import { stepText } from '../decimal-text.js';
import { unitsOfText } from '../money-text.js';
import { size as sizeText } from './frames.js';
import { keptClientOid } from './ids.js';

const Body = z.object({
  type: z.string().default('limit'),
  side: z.unknown().optional(),
  product_id: z.unknown().optional(),
  price: plainDecimal.optional(),
  size: plainDecimal.optional(),
  funds: plainDecimal.optional(),
  time_in_force: z.enum(['GTC', 'GTT', 'IOC', 'FOK']).default('GTC'),
  cancel_after: z.enum(['min', 'hour', 'day']).optional(),
  post_only: z.boolean().default(false),
  stp: z.enum(['dc', 'co', 'cn', 'cb']).default('dc'),
  stop: z.unknown().optional(),
  stop_price: z.unknown().optional(),
  max_floor: z.unknown().optional(),
  client_oid: z.string().optional(),
});
type Body = z.infer<typeof Body>;

/** When an order is good till a time. */
const CANCEL_AFTER_US = { min: 60e6, hour: 3_600e6, day: 86_400e6 } as const;

/** The engine knows no order that shrinks where it meets another, so "decrease and cancel" ends both. */
const SELF_TRADE = { dc: 'cancel-both', co: 'cancel-maker', cn: 'cancel-taker', cb: 'cancel-both' } as const;

/** What is asked of the engine, and after how many microseconds the order ends by itself. */
export interface ReadOrder {
  readonly order: NewOrder;
  readonly endsInUs: number | null;
}

/** Reads the body of `POST /orders`. @returns the venue's words where it cannot be an order */
export function readNewOrder(input: unknown, find: (product: string) => SimulatedBook | undefined): ReadOrder | string {
  const parsed = Body.safeParse(input);
  if (!parsed.success) return `Invalid ${parsed.error.issues[0]?.path.join('.') || 'order'}`;
  const body = parsed.data;
  const book = typeof body.product_id === 'string' ? find(body.product_id) : undefined;
  if (book === undefined) return 'Product not found';
  if (body.side !== 'buy' && body.side !== 'sell') return 'Invalid side';
  if (body.stop !== undefined || body.stop_price !== undefined || body.max_floor !== undefined)
    return 'stop orders and max_floor are not available here';
  const amounts = body.type === 'limit' ? limitAmounts(body, book) : body.type === 'market' ? marketAmounts(body, book) : null;
  if (amounts === null) return `Invalid type ${body.type}`;
  if (typeof amounts === 'string') return amounts;
  return {
    order: {
      book,
      side: body.side,
      ...amounts,
      clientOrderId: keptClientOid(body.client_oid),
      reduceOnly: false,
      selfTrade: SELF_TRADE[body.stp],
    },
    endsInUs: body.cancel_after === undefined ? null : CANCEL_AFTER_US[body.cancel_after],
  };
}

type Amounts = Pick<NewOrder, 'type' | 'timeInForce' | 'priceUnits' | 'qtyUnits' | 'quoteAmount'>;

/** A limit order states its size, or funds that its price turns into one. */
function limitAmounts(body: Body, book: SimulatedBook): Amounts | string {
  const { price, size, funds, time_in_force: lifetime } = body;
  if (price === undefined) return 'Missing price';
  if ((size === undefined) === (funds === undefined)) return 'exactly one of size and funds is required';
  if ((lifetime === 'GTT') !== (body.cancel_after !== undefined)) return 'cancel_after requires time_in_force to be GTT';
  if (body.post_only && (lifetime === 'IOC' || lifetime === 'FOK'))
    return 'post_only is invalid when time_in_force is IOC or FOK';
  const priceUnits = unitsOfPrice(price, book);
  if (typeof priceUnits === 'string') return priceUnits;
  const qtyUnits = size === undefined ? affordable(funds ?? '0', priceUnits, book) : unitsOfSize(size, book);
  if (typeof qtyUnits === 'string') return qtyUnits;
  return { type: 'limit', timeInForce: timeInForce(body), priceUnits, qtyUnits, quoteAmount: null };
}

function marketAmounts({ size, funds }: Body, book: SimulatedBook): Amounts | string {
  if ((size === undefined) === (funds === undefined)) return 'exactly one of size and funds is required';
  const market = { type: 'market', timeInForce: 'ioc', priceUnits: null } as const;
  if (size !== undefined) {
    const qtyUnits = unitsOfSize(size, book);
    return typeof qtyUnits === 'string' ? qtyUnits : { ...market, qtyUnits, quoteAmount: null };
  }
  if (!isOnPriceGrid(funds ?? '', book)) return `funds is too accurate. Smallest unit is ${increment(book)}`;
  return { ...market, qtyUnits: null, quoteAmount: toMoney(funds ?? '') };
}

function timeInForce({ time_in_force: lifetime, post_only: postOnly }: Body): TimeInForce {
  if (postOnly) return 'post-only';
  return lifetime === 'IOC' ? 'ioc' : lifetime === 'FOK' ? 'fok' : 'gtc';
}

function unitsOfPrice(price: string, book: SimulatedBook): number | string {
  const units = unitsOfText(price, book.instrument.priceDecimals);
  if (units === 0 || price.startsWith('-')) return `price too small. Minimum price is ${increment(book)}`;
  if (units === null || !isOnPriceGrid(price, book)) return `price too precise. Smallest unit is ${increment(book)}`;
  return units;
}

function unitsOfSize(size: string, book: SimulatedBook): number | string {
  const { qtyDecimals, minQtyUnits, maxQtyUnits } = book.instrument;
  const units = unitsOfText(size, qtyDecimals);
  if (units === 0 || size.startsWith('-')) return `size is too small. Minimum size is ${sizeText(book, minQtyUnits)}`;
  if (Number(size) * 10 ** qtyDecimals > maxQtyUnits) return `size is too large. Maximum size is ${sizeText(book, maxQtyUnits)}`;
  return units ?? `size is too accurate. Smallest unit is ${sizeText(book, 1)}`;
}

function affordable(funds: string, priceUnits: number, book: SimulatedBook): number | string {
  const { priceDecimals, qtyDecimals } = book.instrument;
  if (!isOnPriceGrid(funds, book)) return `funds is too accurate. Smallest unit is ${increment(book)}`;
  const unit = BigInt(priceUnits) * 10n ** BigInt(18 - priceDecimals - qtyDecimals);
  return Number(toMoney(funds) / unit);
}

function isOnPriceGrid(text: string, { instrument }: SimulatedBook): boolean {
  const units = unitsOfText(text, instrument.priceDecimals);
  return units !== null && units % instrument.tickUnits === 0;
}

function increment({ instrument }: SimulatedBook): string {
  return stepText(instrument.priceDecimals, instrument.tickUnits);
}

/** The venue's words for what its engine does not take. */
export function refusalText(refused: Refusal, { book, quoteAmount }: NewOrder): string {
  const { instrument } = book;
  switch (refused) {
    case 'insufficient-balance':
      return 'Insufficient funds';
    case 'price-off-grid':
      return `price too precise. Smallest unit is ${increment(book)}`;
    case 'price-out-of-band':
      return 'price is outside of the price protection range';
    case 'quantity-off-grid':
      return `size is too accurate. Smallest unit is ${sizeText(book, 1)}`;
    case 'quantity-too-small':
      return `size is too small. Minimum size is ${sizeText(book, instrument.minQtyUnits)}`;
    case 'quantity-too-large':
    case 'value-too-large':
      return `size is too large. Maximum size is ${sizeText(book, instrument.maxQtyUnits)}`;
    case 'value-too-small':
      return quoteAmount === null
        ? `notional is too small. Minimum is ${instrument.minNotional}`
        : `funds is too small. Minimum size is ${instrument.minNotional.toFixed(8)}`;
    case 'duplicate-client-id':
      return 'client_oid already in use';
    case 'too-many-orders':
      return 'too many open orders for this product';
    case 'market-closed':
      return 'Cancel only mode';
    case 'reduce-only':
      return 'Invalid order';
  }
}
