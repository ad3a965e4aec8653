import type { EngineFill, EngineOrder } from '../../matching/types.js';
import { amountText, msOf, priceText, quantityText } from './exchange.js';

/** How the venue writes the two facts that every row of an order shares. */
export interface OrderWords {
  readonly type: string;
  readonly timeInForce: string;
  readonly status: string;
}

/** The venue's words for an order. What an IOC, FOK or market order could not take is expired and not cancelled. */
export function wordsOf(order: EngineOrder): OrderWords {
  const spot = order.book.instrument.market === 'spot';
  const postOnly = order.timeInForce === 'post-only';
  return {
    type: order.type === 'market' ? 'MARKET' : postOnly && spot ? 'LIMIT_MAKER' : 'LIMIT',
    timeInForce: order.type === 'market' ? 'GTC' : postOnly ? (spot ? 'GTC' : 'GTX') : order.timeInForce.toUpperCase(),
    status: statusOf(order),
  };
}

function statusOf({ state, filledUnits, endReason }: EngineOrder): string {
  if (state === 'open') return filledUnits === 0 ? 'NEW' : 'PARTIALLY_FILLED';
  if (state === 'filled') return 'FILLED';
  if (endReason === 'self-trade') return 'EXPIRED_IN_MATCH';
  return endReason === 'user' || endReason === 'countdown' ? 'CANCELED' : 'EXPIRED';
}

/** The mode in which the order meets others of its account. */
export function selfTradeMode({ selfTrade }: EngineOrder): string {
  return selfTrade === 'cancel-taker' ? 'EXPIRE_TAKER' : selfTrade === 'cancel-both' ? 'EXPIRE_BOTH' : 'EXPIRE_MAKER';
}

/** The client's id; an order without one was made by the liquidation of a position. */
export function clientIdOf({ clientOrderId, id }: EngineOrder): string {
  return clientOrderId ?? `autoclose-${id}`;
}

/** What was ordered: a market order by value states what it has filled. */
export function orderedText(order: EngineOrder): string {
  return quantityText(order.book.instrument, order.qtyUnits ?? order.filledUnits);
}

/** Average price of the fills. */
export function averageText({ book, filledUnits, filledQuote }: EngineOrder): string {
  if (filledUnits === 0) return amountText(0n);
  const { qtyDecimals, contractSize } = book.instrument;
  const perUnit = (filledQuote * 10n ** BigInt(qtyDecimals)) / BigInt(filledUnits);
  // Cut to the decimals that the venue shows; a contract of this venue is one base unit.
  return contractSize === '1' ? amountText(perUnit - (perUnit % 10n ** 10n)) : amountText(perUnit);
}

/** A spot order as queries give it. */
export function spotRow(order: EngineOrder): Record<string, unknown> {
  return {
    ...spotCore(order, clientIdOf(order)),
    stopPrice: amountText(0n),
    icebergQty: amountText(0n),
    time: msOf(order.createdUs),
    updateTime: msOf(order.updatedUs),
    isWorking: true,
    workingTime: msOf(order.createdUs),
    origQuoteOrderQty: amountText(order.quoteAmount ?? 0n),
  };
}

/** The answer to a new spot order, as long as was asked for. */
export function spotPlaced(order: EngineOrder, responseType: string): Record<string, unknown> {
  const { book, id, createdUs } = order;
  const acknowledged = {
    symbol: book.instrument.symbol,
    orderId: id,
    orderListId: -1,
    clientOrderId: clientIdOf(order),
    transactTime: msOf(createdUs),
  };
  if (responseType === 'ACK') return acknowledged;
  const result = {
    ...spotCore(order, clientIdOf(order)),
    ...acknowledged,
    origQuoteOrderQty: amountText(order.quoteAmount ?? 0n),
    workingTime: msOf(createdUs),
  };
  if (responseType === 'RESULT') return result;
  return { ...result, fills: order.fills.map((fill) => spotFill(fill)) };
}

/** The answer to a cancel; `clientOrderId` names the cancel. */
export function spotCanceled(order: EngineOrder, cancelId: string): Record<string, unknown> {
  return { ...spotCore(order, cancelId), origClientOrderId: clientIdOf(order), transactTime: msOf(order.updatedUs) };
}

/** A fill in the account's list of trades. */
export function spotTrade(fill: EngineFill): Record<string, unknown> {
  const { order, maker, quote, priceUnits, qtyUnits, tradeId } = fill;
  const { instrument } = order.book;
  return {
    symbol: instrument.symbol,
    id: tradeId,
    orderId: order.id,
    orderListId: -1,
    price: priceText(instrument, priceUnits),
    qty: quantityText(instrument, qtyUnits),
    quoteQty: amountText(quote),
    commission: amountText(fill.fee),
    commissionAsset: fill.feeAsset,
    time: msOf(fill.timeUs),
    isBuyer: order.side === 'buy',
    isMaker: maker,
    isBestMatch: true,
  };
}

/** A futures order, wherever it is told. */
export function futuresRow(order: EngineOrder): Record<string, unknown> {
  const { book, id, side, priceUnits, filledUnits, reduceOnly, updatedUs, createdUs } = order;
  const { instrument } = book;
  const { type, timeInForce, status } = wordsOf(order);
  return {
    orderId: id,
    symbol: instrument.symbol,
    status,
    clientOrderId: clientIdOf(order),
    price: priceText(instrument, priceUnits ?? 0),
    avgPrice: averageText(order),
    origQty: orderedText(order),
    executedQty: quantityText(instrument, filledUnits),
    cumQty: quantityText(instrument, filledUnits),
    cumQuote: amountText(order.filledQuote),
    timeInForce,
    type,
    reduceOnly,
    closePosition: false,
    side: side.toUpperCase(),
    positionSide: 'BOTH',
    stopPrice: priceText(instrument, 0),
    workingType: 'CONTRACT_PRICE',
    priceProtect: false,
    origType: type,
    priceMatch: 'NONE',
    selfTradePreventionMode: selfTradeMode(order),
    goodTillDate: 0,
    time: msOf(createdUs),
    updateTime: msOf(updatedUs),
  };
}

/** A fill in the account's list of trades. */
export function futuresTrade(fill: EngineFill): Record<string, unknown> {
  const { order, maker, quote, priceUnits, qtyUnits, tradeId } = fill;
  const { instrument } = order.book;
  return {
    symbol: instrument.symbol,
    id: tradeId,
    orderId: order.id,
    side: order.side.toUpperCase(),
    price: priceText(instrument, priceUnits),
    qty: quantityText(instrument, qtyUnits),
    realizedPnl: amountText(fill.realizedPnl),
    quoteQty: amountText(quote),
    commission: amountText(fill.fee),
    commissionAsset: fill.feeAsset,
    time: msOf(fill.timeUs),
    positionSide: 'BOTH',
    maker,
    buyer: order.side === 'buy',
  };
}

function spotCore(order: EngineOrder, clientOrderId: string): Record<string, unknown> {
  const { book, id, side, priceUnits, filledUnits } = order;
  const { instrument } = book;
  return {
    symbol: instrument.symbol,
    orderId: id,
    orderListId: -1,
    clientOrderId,
    price: priceText(instrument, priceUnits ?? 0),
    origQty: orderedText(order),
    executedQty: quantityText(instrument, filledUnits),
    cummulativeQuoteQty: amountText(order.filledQuote),
    ...wordsOf(order),
    side: side.toUpperCase(),
    selfTradePreventionMode: selfTradeMode(order),
  };
}

function spotFill(fill: EngineFill): Record<string, unknown> {
  const { instrument } = fill.order.book;
  return {
    price: priceText(instrument, fill.priceUnits),
    qty: quantityText(instrument, fill.qtyUnits),
    commission: amountText(fill.fee),
    commissionAsset: fill.feeAsset,
    tradeId: fill.tradeId,
  };
}
