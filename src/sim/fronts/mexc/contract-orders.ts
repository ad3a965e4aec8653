import { z } from 'zod';
import { parseExactJson, plainDecimal } from '../../../venues/answer.js';
import type { SimulatedBook } from '../../market/book.js';
import { moneyText, ONE, toMoney } from '../../matching/money.js';
import type { EngineAccount, EngineFill, EngineOrder, MatchingEngine, Money, NewOrder } from '../../matching/types.js';
import { trimmedText } from '../decimal-text.js';
import { jsonObject, quoted } from '../json-text.js';
import { unitsOfText } from '../money-text.js';
import { contractOrderRefusal, Refused } from './failures.js';
import { contractOrderId } from './order-ids.js';
import { msOf } from './spot-orders.js';

const CLIENT_ID = /^[\x21-\x7e]+$/;
const CLIENT_ID_LENGTH_MAX = 32;

const Request = z.object({
  symbol: z.string(),
  price: plainDecimal.nullish(),
  vol: plainDecimal,
  side: z.coerce.number(),
  type: z.coerce.number(),
  openType: z.coerce.number().optional(),
  leverage: z.coerce.number().optional(),
  externalOid: z.string().nullish(),
  reduceOnly: z.boolean().optional(),
});

const TIME_IN_FORCE = { 1: 'gtc', 2: 'post-only', 3: 'ioc', 4: 'fok' } as const;
const TYPE_CODES = { gtc: 1, 'post-only': 2, ioc: 3, fok: 4 } as const;
const MARKET_TYPES: readonly number[] = [5, 6];

/** Takes the order that the body describes. @throws Refused */
export function placeContractOrder(
  engine: MatchingEngine,
  account: EngineAccount,
  bySymbol: ReadonlyMap<string, SimulatedBook>,
  body: string,
): EngineOrder {
  const parsed = Request.safeParse(parseExactJson(body));
  if (!parsed.success) throw paramError();
  const request = parsed.data;
  const book = bySymbol.get(request.symbol);
  if (book === undefined) throw new Refused(1001, "Contract doesn't exist!");
  if (![1, 2, 3, 4].includes(request.side)) throw new Refused(2001, 'Order side error!');
  const openType = request.openType ?? 2;
  if (openType !== 1 && openType !== 2) throw new Refused(2002, 'Open type error!');
  const order = newOrder(book, request);
  if (!order.reduceOnly) prepare(engine, account, book, openType === 1 ? 'isolated' : 'cross', request.leverage);
  const result = engine.submit(account, order);
  if (result.kind === 'refused') throw contractOrderRefusal(result.refusal);
  return result.order;
}

function newOrder(book: SimulatedBook, request: z.infer<typeof Request>): NewOrder {
  const { priceDecimals, qtyDecimals } = book.instrument;
  const clientOrderId = request.externalOid || null;
  if (clientOrderId !== null && clientOrderId.length > CLIENT_ID_LENGTH_MAX)
    throw new Refused(2030, 'The external order id is too long!');
  if (clientOrderId !== null && !CLIENT_ID.test(clientOrderId)) throw paramError();
  const qtyUnits = unitsOfText(request.vol, qtyDecimals);
  if (qtyUnits === null) throw contractOrderRefusal('quantity-off-grid');
  if (qtyUnits === 0) throw contractOrderRefusal('quantity-too-small');
  const common = {
    book,
    side: request.side <= 2 ? 'buy' : 'sell',
    qtyUnits,
    quoteAmount: null,
    clientOrderId,
    // Closing a position, by its side or by the flag, can only make it smaller.
    reduceOnly: request.side === 2 || request.side === 4 || request.reduceOnly === true,
  } as const;
  if (MARKET_TYPES.includes(request.type)) return { ...common, type: 'market', timeInForce: 'ioc', priceUnits: null };
  const timeInForce = TIME_IN_FORCE[request.type as keyof typeof TIME_IN_FORCE];
  if (timeInForce === undefined) throw new Refused(2029, 'Order type error!');
  const priceUnits = unitsOfText(request.price ?? '0', priceDecimals);
  if (priceUnits === null) throw contractOrderRefusal('price-off-grid');
  if (priceUnits === 0) throw new Refused(2007, 'Order price error!');
  return { ...common, type: 'limit', timeInForce, priceUnits };
}

/** Margin mode and leverage come with the order. */
function prepare(
  engine: MatchingEngine,
  account: EngineAccount,
  book: SimulatedBook,
  mode: 'isolated' | 'cross',
  leverage: number | undefined,
): void {
  if (mode === 'isolated' && leverage === undefined) throw paramError();
  if (engine.setMarginMode(account, book, mode) !== null) throw new Refused(2022, 'Cross and isolated positions conflict!');
  if (leverage !== undefined && leverage !== account.position(book).leverage)
    setContractLeverage(engine, account, book, leverage);
}

/** @throws Refused */
export function setContractLeverage(engine: MatchingEngine, account: EngineAccount, book: SimulatedBook, leverage: number): void {
  const refusal = engine.setLeverage(account, book, leverage);
  if (refusal === 'insufficient-balance') throw new Refused(2018, 'Insufficient margin!');
  if (refusal !== null) throw new Refused(2006, 'Leverage ratio error!');
}

export function paramError(): Refused {
  return new Refused(600, 'Param error!');
}

const END_CODES = { ioc: 18, fok: 19, 'post-only': 20 } as const;

/** The code for why an order ended. */
function errorCode({ endReason, type }: EngineOrder): number {
  if (endReason === 'ioc' && type === 'market') return 21;
  return END_CODES[endReason as keyof typeof END_CODES] ?? 0;
}

/** An order as REST and the stream tell it. */
export function contractOrderRow(order: EngineOrder, leverage: number, isolated: boolean): string {
  const { symbol, priceDecimals, qtyDecimals, quote } = order.book.instrument;
  const sum = (pick: (fill: EngineFill) => Money): string =>
    moneyText(order.fills.reduce((total, fill) => total + pick(fill), 0n));
  const price = order.priceUnits === null ? '0' : trimmedText(order.priceUnits, priceDecimals);
  const average = averagePrice(order);
  return jsonObject({
    orderId: quoted(contractOrderId(order.id)),
    symbol: quoted(symbol),
    positionId: 0,
    price,
    priceStr: quoted(price),
    vol: trimmedText(order.qtyUnits ?? 0, qtyDecimals),
    leverage,
    side: sideCode(order),
    category: 1,
    orderType: order.type === 'market' ? 5 : TYPE_CODES[order.timeInForce],
    dealAvgPrice: average,
    dealAvgPriceStr: quoted(average),
    dealVol: trimmedText(order.filledUnits, qtyDecimals),
    remainVol: trimmedText((order.qtyUnits ?? 0) - order.filledUnits, qtyDecimals),
    orderMargin: moneyText(order.state === 'open' ? restingValue(order) / BigInt(leverage) : 0n),
    usedMargin: moneyText(order.filledQuote / BigInt(leverage)),
    takerFee: sum((fill) => (fill.maker ? 0n : fill.fee)),
    makerFee: sum((fill) => (fill.maker ? fill.fee : 0n)),
    totalFee: sum((fill) => fill.fee),
    profit: sum((fill) => fill.realizedPnl),
    feeCurrency: quoted(quote),
    openType: isolated ? 1 : 2,
    state: order.state === 'open' ? 2 : order.state === 'filled' ? 3 : 4,
    externalOid: quoted(order.clientOrderId ?? `_m_${contractOrderId(order.id)}`),
    errorCode: errorCode(order),
    createTime: msOf(order.createdUs),
    updateTime: msOf(order.updatedUs),
    positionMode: 2,
    reduceOnly: order.reduceOnly,
    version: order.fills.length + 1,
    showCancelReason: 0,
    bboTypeNum: 0,
  });
}

/** A fill as REST and the stream tell it. */
export function contractDealRow(fill: EngineFill): string {
  const { order } = fill;
  const { symbol, priceDecimals, qtyDecimals } = order.book.instrument;
  return jsonObject({
    id: quoted(String(fill.tradeId)),
    symbol: quoted(symbol),
    side: sideCode(order),
    vol: trimmedText(fill.qtyUnits, qtyDecimals),
    price: trimmedText(fill.priceUnits, priceDecimals),
    fee: moneyText(fill.fee),
    feeCurrency: quoted(fill.feeAsset),
    profit: moneyText(fill.realizedPnl),
    isTaker: !fill.maker,
    taker: !fill.maker,
    category: 1,
    orderId: quoted(contractOrderId(order.id)),
    isSelf: false,
    externalOid: quoted(order.clientOrderId ?? `_m_${contractOrderId(order.id)}`),
    positionMode: 2,
    reduceOnly: order.reduceOnly,
    timestamp: msOf(fill.timeUs),
  });
}

function sideCode({ side, reduceOnly }: EngineOrder): number {
  if (side === 'buy') return reduceOnly ? 2 : 1;
  return reduceOnly ? 4 : 3;
}

function restingValue({ book, priceUnits, qtyUnits, filledUnits }: EngineOrder): Money {
  const { priceDecimals, qtyDecimals, contractSize } = book.instrument;
  const price = toMoney(trimmedText(priceUnits ?? 0, priceDecimals));
  return (((price * toMoney(contractSize)) / ONE) * BigInt((qtyUnits ?? 0) - filledUnits)) / 10n ** BigInt(qtyDecimals);
}

/** Rounded to the price's decimals and two more. */
function averagePrice({ book, filledUnits, filledQuote }: EngineOrder): string {
  if (filledUnits === 0) return '0';
  const { priceDecimals, qtyDecimals, contractSize } = book.instrument;
  const amount = (BigInt(filledUnits) * toMoney(contractSize)) / 10n ** BigInt(qtyDecimals);
  const decimals = priceDecimals + 2;
  return trimmedText(Number((filledQuote * 10n ** BigInt(decimals)) / amount), decimals);
}
