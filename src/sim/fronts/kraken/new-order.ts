import type { Side, TimeInForce } from '../../../domain/order.js';
import type { SimulatedBook } from '../../market/book.js';
import { toMoney } from '../../matching/money.js';
import type { NewOrder, Refusal } from '../../matching/types.js';
import { unitsOfText } from '../money-text.js';
import { pairId } from './metadata.js';

/** An order as either interface asks for it, in texts. */
export interface OrderWish {
  readonly book: SimulatedBook | undefined;
  readonly side: string;
  readonly type: string;
  readonly price: string | null;
  readonly volume: string | null;
  /** Volume in the quote asset. */
  readonly cost: string | null;
  readonly timeInForce: string;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly clientOrderId: string | null;
  readonly selfTrade: string;
  readonly deadline: string | null;
  /** Good-till-date orders: seconds since the epoch, or "+seconds". */
  readonly expires: string | null;
}

/** What is asked of the engine, and when the order ends by itself. */
export interface ReadOrder {
  readonly order: NewOrder;
  readonly expiresUs: number | null;
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const FREE_TEXT = /^[\x21-\x7e]{1,18}$/;
const DEADLINE_US_MAX = 60e6;
const LIFETIMES: Readonly<Record<string, TimeInForce>> = { GTC: 'gtc', GTD: 'gtc', IOC: 'ioc', FOK: 'fok' };
const SELF_TRADE: Readonly<Record<string, NonNullable<NewOrder['selfTrade']>>> = {
  'cancel-newest': 'cancel-taker',
  'cancel-oldest': 'cancel-maker',
  'cancel-both': 'cancel-both',
};

/** Reads a wish. @returns the venue's error where it cannot be an order */
export function readNewOrder(wish: OrderWish, nowUs: number): ReadOrder | string {
  const { book, side, type, clientOrderId } = wish;
  if (book === undefined) return 'EQuery:Unknown asset pair';
  if (!isSide(side)) return 'EGeneral:Invalid arguments:type';
  const timeInForce = LIFETIMES[wish.timeInForce.toUpperCase()];
  if (timeInForce === undefined) return 'EGeneral:Invalid arguments:timeinforce';
  const selfTrade = SELF_TRADE[wish.selfTrade.replaceAll('_', '-')];
  if (selfTrade === undefined) return 'EGeneral:Invalid arguments:stptype';
  if (clientOrderId !== null && !UUID.test(clientOrderId) && !FREE_TEXT.test(clientOrderId))
    return 'EGeneral:Invalid arguments:cl_ord_id';
  const late = deadlineError(wish.deadline, nowUs);
  if (late !== null) return late;
  const amounts = type === 'limit' ? limitAmounts(wish, book, timeInForce) : type === 'market' ? marketAmounts(wish, book) : null;
  if (amounts === null) return 'EGeneral:Invalid arguments:ordertype';
  if (typeof amounts === 'string') return amounts;
  const isDated = wish.timeInForce.toUpperCase() === 'GTD';
  const expiresUs = isDated ? momentUs(wish.expires ?? '', nowUs) : null;
  if (isDated && !(expiresUs !== null && expiresUs > nowUs)) return 'EGeneral:Invalid arguments:expiretm';
  return { order: { book, side, ...amounts, clientOrderId, reduceOnly: wish.reduceOnly, selfTrade }, expiresUs };
}

type Amounts = Pick<NewOrder, 'type' | 'timeInForce' | 'priceUnits' | 'qtyUnits' | 'quoteAmount'>;

function limitAmounts(wish: OrderWish, book: SimulatedBook, timeInForce: TimeInForce): Amounts | string {
  const { price, volume, cost, postOnly } = wish;
  if (cost !== null || volume === null) return 'EGeneral:Invalid arguments:volume';
  if (price === null || !isPlain(price)) return 'EGeneral:Invalid arguments:price';
  if (postOnly && timeInForce !== 'gtc') return 'EGeneral:Invalid arguments:timeinforce';
  const priceUnits = unitsOfText(price, book.instrument.priceDecimals);
  if (priceUnits === null) return priceError(book);
  const qtyUnits = unitsOfText(volume, book.instrument.qtyDecimals);
  if (qtyUnits === null) return 'EGeneral:Invalid arguments:volume';
  return { type: 'limit', timeInForce: postOnly ? 'post-only' : timeInForce, priceUnits, qtyUnits, quoteAmount: null };
}

function marketAmounts({ volume, cost }: OrderWish, book: SimulatedBook): Amounts | string {
  const market = { type: 'market', timeInForce: 'ioc', priceUnits: null } as const;
  if ((volume === null) === (cost === null)) return 'EGeneral:Invalid arguments:volume';
  if (cost !== null) {
    if (unitsOfText(cost, book.instrument.quoteDecimals) === null) return 'EGeneral:Invalid arguments:volume';
    return { ...market, qtyUnits: null, quoteAmount: toMoney(cost) };
  }
  const qtyUnits = unitsOfText(volume ?? '', book.instrument.qtyDecimals);
  return qtyUnits === null ? 'EGeneral:Invalid arguments:volume' : { ...market, qtyUnits, quoteAmount: null };
}

/** The engine's refusal in the venue's words. */
export function refusalText(refusal: Refusal, { book }: NewOrder): string {
  switch (refusal) {
    case 'insufficient-balance':
      return 'EOrder:Insufficient funds';
    case 'price-off-grid':
      return 'EOrder:Tick size check failed';
    case 'price-out-of-band':
      return priceError(book);
    case 'quantity-too-small':
      return 'EOrder:Order minimum not met';
    case 'value-too-small':
      return 'EOrder:Cost minimum not met';
    case 'quantity-off-grid':
    case 'quantity-too-large':
    case 'value-too-large':
      return 'EGeneral:Invalid arguments:volume';
    case 'duplicate-client-id':
      return 'EOrder:Client order id already in use';
    case 'too-many-orders':
      return 'EOrder:Orders limit exceeded';
    case 'market-closed':
      return 'EService:Market in cancel_only mode';
    case 'reduce-only':
      return 'EGeneral:Invalid arguments:reduce_only';
  }
}

function priceError({ instrument }: SimulatedBook): string {
  const { priceDecimals } = instrument;
  return `EOrder:Invalid price:${pairId(instrument)} price can only be specified up to ${priceDecimals} decimals.`;
}

/** Orders may carry a moment after which they are not to be taken. */
function deadlineError(deadline: string | null, nowUs: number): string | null {
  if (deadline === null) return null;
  const untilUs = Date.parse(deadline) * 1000;
  if (!Number.isFinite(untilUs) || untilUs > nowUs + DEADLINE_US_MAX) return 'EGeneral:Invalid arguments:deadline';
  return untilUs < nowUs ? 'EService:Deadline elapsed' : null;
}

function momentUs(text: string, nowUs: number): number {
  const relative = /^\+(\d+)$/.exec(text)?.[1];
  if (relative !== undefined) return nowUs + Number(relative) * 1e6;
  return /^\d+$/.test(text) ? Number(text) * 1e6 : Date.parse(text) * 1000;
}

function isSide(text: string): text is Side {
  return text === 'buy' || text === 'sell';
}

function isPlain(text: string): boolean {
  return /^\d+(\.\d*)?$/.test(text);
}
