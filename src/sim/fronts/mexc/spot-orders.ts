import type { SimulatedBook } from '../../market/book.js';
import { moneyText, ONE, toMoney } from '../../matching/money.js';
import type { EngineAccount, EngineFill, EngineOrder, MatchingEngine, Money, NewOrder } from '../../matching/types.js';
import { trimmedText } from '../decimal-text.js';
import { unitsOfText } from '../money-text.js';
import { missing, Refused, spotOrderRefusal } from './failures.js';
import { orderByClientId, spotOrderById, spotOrderId, tradeIdText } from './order-ids.js';

const CLIENT_ID = /^[\x21-\x7e]{1,32}$/;
/** Greatest values of orders in the quote asset. */
const VALUE_MAX = { limit: toMoney('4000000'), market: toMoney('1000000') } as const;

const TIME_IN_FORCE = {
  LIMIT: 'gtc',
  LIMIT_MAKER: 'post-only',
  IMMEDIATE_OR_CANCEL: 'ioc',
  FILL_OR_KILL: 'fok',
} as const;

const SELF_TRADE = { cancel_maker: 'cancel-maker', cancel_taker: 'cancel-taker', cancel_both: 'cancel-both' } as const;

/** Takes the order that the params describe. @throws Refused */
export function placeSpotOrder(
  engine: MatchingEngine,
  account: EngineAccount,
  book: SimulatedBook,
  params: URLSearchParams,
): EngineOrder {
  const result = engine.submit(account, newOrder(book, params));
  if (result.kind === 'refused') throw spotOrderRefusal(result.refusal, book);
  return result.order;
}

/** Reads the params of a new order. @throws Refused */
export function newOrder(book: SimulatedBook, params: URLSearchParams): NewOrder {
  const side = params.get('side');
  if (side !== 'BUY' && side !== 'SELL') throw missing('side');
  const type = params.get('type') ?? '';
  if (type === '') throw missing('type');
  const clientOrderId = params.get('newClientOrderId') || null;
  if (clientOrderId !== null && !CLIENT_ID.test(clientOrderId))
    throw new Refused(700008, "Illegal characters found in parameter 'newClientOrderId'");
  const selfTrade = SELF_TRADE[(params.get('stpMode') ?? '') as keyof typeof SELF_TRADE];
  const common = {
    book,
    side: side === 'BUY' ? 'buy' : 'sell',
    clientOrderId,
    reduceOnly: false,
    ...(selfTrade === undefined ? {} : { selfTrade }),
  } as const;
  if (type === 'MARKET') {
    // Clients send a price with market orders; it means nothing.
    const quoteAmount = side === 'BUY' ? amount(params, 'quoteOrderQty', book.instrument.quoteDecimals) : null;
    const qtyUnits = quoteAmount === null ? quantity(book, params) : null;
    if (book.front(side === 'BUY') === null) throw new Refused(30025, 'no exist opponent order');
    if (quoteAmount !== null && quoteAmount > VALUE_MAX.market) throw spotOrderRefusal('value-too-large', book);
    return { ...common, type: 'market', timeInForce: 'ioc', priceUnits: null, qtyUnits, quoteAmount };
  }
  const timeInForce = TIME_IN_FORCE[type as keyof typeof TIME_IN_FORCE];
  if (timeInForce === undefined) throw new Refused(30041, 'current order type can not place order');
  const qtyUnits = quantity(book, params);
  const price = params.get('price') ?? '';
  if (price === '') throw missing('price');
  const priceUnits = unitsOfText(price, book.instrument.priceDecimals);
  if (priceUnits === null || priceUnits === 0) throw spotOrderRefusal('price-off-grid', book);
  if (value(book, priceUnits, qtyUnits) > VALUE_MAX.limit) throw spotOrderRefusal('value-too-large', book);
  return { ...common, type: 'limit', timeInForce, priceUnits, qtyUnits, quoteAmount: null };
}

/** The order that the params name. @throws Refused */
export function namedOrder(account: EngineAccount, book: SimulatedBook, params: URLSearchParams): EngineOrder {
  const orderId = params.get('orderId') ?? '';
  const clientOrderId = params.get('origClientOrderId') ?? '';
  if (orderId === '' && clientOrderId === '')
    throw new Refused(700004, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!");
  const order = orderId === '' ? orderByClientId(account, book, clientOrderId) : spotOrderById(account, book, orderId);
  if (order === undefined) throw new Refused(-2013, 'Order does not exist.');
  return order;
}

/** An order as REST tells it. */
export function spotOrderRow(order: EngineOrder): Record<string, unknown> {
  const { book, filledUnits, endReason } = order;
  const { symbol, priceDecimals, qtyDecimals } = book.instrument;
  return {
    symbol,
    orderId: spotOrderId(order.id),
    orderListId: -1,
    clientOrderId: order.clientOrderId ?? '',
    price: order.priceUnits === null ? '0' : trimmedText(order.priceUnits, priceDecimals),
    origQty: trimmedText(order.qtyUnits ?? filledUnits, qtyDecimals),
    executedQty: trimmedText(filledUnits, qtyDecimals),
    cummulativeQuoteQty: moneyText(order.filledQuote),
    status: statusText(order),
    timeInForce: null,
    type: typeText(order),
    side: order.side === 'buy' ? 'BUY' : 'SELL',
    stopPrice: null,
    icebergQty: null,
    time: msOf(order.createdUs),
    updateTime: msOf(order.updatedUs),
    isWorking: true,
    stpMode: '',
    cancelReason: endReason === 'self-trade' ? 'stp_cancel' : '',
    origQuoteOrderQty: moneyText(orderedValue(order)),
  };
}

/** The answer to a placement: nothing of what became of the order. */
export function acceptedRow(order: EngineOrder): Record<string, unknown> {
  const row = spotOrderRow(order);
  const { symbol, orderId, orderListId, price, type, side, stpMode } = row;
  const origQty = trimmedText(order.qtyUnits ?? 0, order.book.instrument.qtyDecimals);
  return { symbol, orderId, orderListId, price, origQty, type, side, stpMode, transactTime: msOf(order.createdUs) };
}

/** A fill as REST tells it. */
export function spotTradeRow(fill: EngineFill): Record<string, unknown> {
  const { order } = fill;
  const { symbol, priceDecimals, qtyDecimals } = order.book.instrument;
  return {
    symbol,
    id: tradeIdText(fill.tradeId),
    orderId: spotOrderId(order.id),
    orderListId: -1,
    price: trimmedText(fill.priceUnits, priceDecimals),
    qty: trimmedText(fill.qtyUnits, qtyDecimals),
    quoteQty: moneyText(fill.quote),
    commission: moneyText(fill.fee),
    commissionAsset: fill.feeAsset,
    time: msOf(fill.timeUs),
    isBuyer: order.side === 'buy',
    isMaker: fill.maker,
    isBestMatch: true,
    isSelfTrade: false,
    clientOrderId: order.clientOrderId ?? '',
  };
}

/** What an order was placed for in the quote asset: 0 for a market order by quantity. */
export function orderedValue({ book, priceUnits, qtyUnits, quoteAmount }: EngineOrder): Money {
  if (quoteAmount !== null) return quoteAmount;
  return priceUnits === null || qtyUnits === null ? 0n : value(book, priceUnits, qtyUnits);
}

/** Microseconds as the milliseconds of the wire. */
export function msOf(us: number): number {
  return Math.floor(us / 1000);
}

function statusText({ state, filledUnits }: EngineOrder): string {
  if (state === 'filled') return 'FILLED';
  if (state === 'open') return filledUnits > 0 ? 'PARTIALLY_FILLED' : 'NEW';
  return filledUnits > 0 ? 'PARTIALLY_CANCELED' : 'CANCELED';
}

function typeText({ type, timeInForce }: EngineOrder): string {
  if (type === 'market') return 'MARKET';
  return Object.entries(TIME_IN_FORCE).find(([, known]) => known === timeInForce)?.[0] ?? 'LIMIT';
}

function value({ instrument }: SimulatedBook, priceUnits: number, qtyUnits: number): Money {
  const price = toMoney(trimmedText(priceUnits, instrument.priceDecimals));
  return (price * toMoney(trimmedText(qtyUnits, instrument.qtyDecimals))) / ONE;
}

function quantity({ instrument }: SimulatedBook, params: URLSearchParams): number {
  const text = params.get('quantity') ?? '';
  if (text === '') throw missing('quantity');
  if (!/^\d+(\.\d*)?$/.test(text)) throw new Refused(10097, 'amount is error');
  const units = unitsOfText(text, instrument.qtyDecimals);
  if (units === null) throw new Refused(10096, 'amount decimal places is too long');
  if (units === 0) throw new Refused(10102, 'amount cannot be zero or negative');
  return units;
}

/** An amount that may be there, exactly. */
function amount(params: URLSearchParams, name: string, decimals: number): Money | null {
  const text = params.get(name) ?? '';
  if (text === '') return null;
  const [, digits, fraction = ''] = /^(\d{1,15})(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  if (digits === undefined) throw new Refused(10097, 'amount is error');
  if (fraction.length > decimals) throw new Refused(10096, 'amount decimal places is too long');
  return toMoney(fraction === '' ? digits : `${digits}.${fraction}`);
}
