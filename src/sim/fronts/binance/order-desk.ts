import type { Side, TimeInForce } from '../../../domain/order.js';
import type { SimulatedBook } from '../../market/book.js';
import { toMoney } from '../../matching/money.js';
import type { EngineAccount, EngineOrder, Money, NewOrder, Refusal } from '../../matching/types.js';
import { unitsOfText } from '../money-text.js';
import { type Exchange, optionalInteger, type Params, required } from './exchange.js';
import { ApiFailure, filterFailure, missing, notNeeded } from './failures.js';

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const DECIMAL = /^\d+(\.\d+)?$/;
const FRACTION_DIGITS_MAX = 8;
/** Limit prices of spot may be at most so many times the last price, or this fraction of it; those of futures, of the mark price. */
const SPOT_BAND = 5;
const FUTURES_BAND = 0.05;
/** What the spot list gives as the most that an order may be worth. */
const MAX_NOTIONAL = toMoney('9000000');

const TIME_IN_FORCE = new Map<string, TimeInForce>([
  ['GTC', 'gtc'],
  ['IOC', 'ioc'],
  ['FOK', 'fok'],
]);

const SELF_TRADE = new Map<string, NonNullable<NewOrder['selfTrade']>>([
  ['EXPIRE_TAKER', 'cancel-taker'],
  ['EXPIRE_MAKER', 'cancel-maker'],
  ['EXPIRE_BOTH', 'cancel-both'],
]);

/** Takes and cancels orders of one market, in the venue's terms. */
export class OrderDesk {
  /** The names of cancels, by the order's id, while they are told. */
  private readonly cancelIds = new Map<number, string>();

  constructor(private readonly exchange: Exchange) {}

  /** @throws ApiFailure */
  place(params: Params, account: EngineAccount): EngineOrder {
    const order = this.read(params);
    const { engine, market } = this.exchange;
    if (order.timeInForce === 'post-only' && engine.wouldTake(order)) {
      throw market === 'spot'
        ? new ApiFailure(-2010, 'Order would immediately match and take.')
        : new ApiFailure(-5022, 'Due to the order could not be executed as maker, the Post Only order will be rejected.');
    }
    if (market === 'futures' && order.timeInForce === 'fok' && !engine.couldFill(order)) {
      throw new ApiFailure(-5021, 'Due to the order could not be filled immediately, the FOK order has been rejected.');
    }
    const result = engine.submit(account, order);
    if (result.kind === 'refused') throw this.refused(result.refusal, order);
    return result.order;
  }

  /** Checks an order as far as that is possible without placing it. @throws ApiFailure */
  test(params: Params): void {
    this.read(params);
  }

  /** The order that `orderId` or `origClientOrderId` names. @throws ApiFailure with the code given for one that is not there */
  find(params: Params, account: EngineAccount, unknown: ApiFailure): EngineOrder {
    const book = this.exchange.book(params);
    const id = optionalInteger(params, 'orderId');
    const clientId = params.get('origClientOrderId') ?? '';
    if (id === null && clientId === '') {
      throw new ApiFailure(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!");
    }
    const order = id === null ? account.orderByClientId(clientId) : account.order(id);
    if (order === undefined || order.book !== book) throw unknown;
    // Both together must name the same order.
    if (id !== null && clientId !== '' && order.clientOrderId !== clientId) throw unknown;
    return order;
  }

  /** @returns the order and the name of its cancel. @throws ApiFailure */
  cancel(params: Params, account: EngineAccount): { order: EngineOrder; cancelId: string } {
    const unknown = new ApiFailure(-2011, 'Unknown order sent.');
    const order = this.find(params, account, unknown);
    const restriction = params.get('cancelRestrictions');
    const partial = order.filledUnits > 0;
    if ((restriction === 'ONLY_NEW' && partial) || (restriction === 'ONLY_PARTIALLY_FILLED' && !partial))
      throw new ApiFailure(-2011, 'Order was not canceled due to cancel restrictions.');
    const cancelId = params.get('newClientOrderId') ?? this.exchange.newId();
    this.cancelIds.set(order.id, cancelId);
    const canceled = this.exchange.engine.cancel(order);
    this.cancelIds.delete(order.id);
    if (!canceled) throw unknown;
    return { order, cancelId };
  }

  cancelAll(book: SimulatedBook, account: EngineAccount): readonly EngineOrder[] {
    return this.exchange.engine.cancelAll(account, book);
  }

  /** How the cancel of an order is called, while it is under way. */
  cancelIdOf(order: EngineOrder): string {
    return this.cancelIds.get(order.id) ?? this.exchange.newId();
  }

  private read(params: Params): NewOrder {
    const book = this.exchange.book(params);
    const spot = this.exchange.market === 'spot';
    const side = sideOf(required(params, 'side'));
    const { type, timeInForce } = this.typeOf(params);
    const quoteText = params.get('quoteOrderQty') ?? '';
    const byValue = spot && type === 'market' && quoteText !== '';
    if (byValue && params.has('quantity')) throw notNeeded('quoteOrderQty');
    if (type === 'market' && params.has('price')) throw notNeeded('price');
    if (!spot && (params.get('positionSide') ?? 'BOTH') !== 'BOTH')
      throw new ApiFailure(-4061, "Order's position side does not match user's setting.");
    const selfTrade = SELF_TRADE.get(params.get('selfTradePreventionMode') ?? 'EXPIRE_MAKER');
    if (selfTrade === undefined) throw new ApiFailure(-1106, "Parameter 'selfTradePreventionMode' sent when not required.");
    const order: NewOrder = {
      book,
      side,
      type,
      timeInForce,
      qtyUnits: byValue ? null : this.quantity(book, params, type === 'market'),
      quoteAmount: byValue ? quoteAmount(quoteText) : null,
      priceUnits: type === 'market' ? null : this.price(book, params),
      clientOrderId: this.clientId(params),
      reduceOnly: !spot && params.get('reduceOnly') === 'true',
      selfTrade,
    };
    this.checkBand(order);
    return order;
  }

  private typeOf(params: Params): { type: 'limit' | 'market'; timeInForce: TimeInForce } {
    const spot = this.exchange.market === 'spot';
    const type = required(params, 'type');
    const timeInForce = params.get('timeInForce') ?? '';
    if (type === 'MARKET') {
      if (spot && timeInForce !== '') throw notNeeded('timeInForce');
      return { type: 'market', timeInForce: 'ioc' };
    }
    if (type === 'LIMIT_MAKER' && spot) {
      if (timeInForce !== '') throw notNeeded('timeInForce');
      return { type: 'limit', timeInForce: 'post-only' };
    }
    if (type !== 'LIMIT') throw new ApiFailure(-1116, 'Invalid orderType.');
    if (timeInForce === '') throw missing('timeInForce');
    if (timeInForce === 'GTX' && !spot) return { type: 'limit', timeInForce: 'post-only' };
    const known = TIME_IN_FORCE.get(timeInForce);
    if (known === undefined) throw new ApiFailure(-1115, 'Invalid timeInForce.');
    return { type: 'limit', timeInForce: known };
  }

  private price(book: SimulatedBook, params: Params): number {
    const units = this.units(params, 'price', book.instrument.priceDecimals, filterFailure('PRICE_FILTER'));
    if (units === 0)
      throw this.exchange.market === 'spot' ? filterFailure('PRICE_FILTER') : new ApiFailure(-4001, 'Price less than 0.');
    return units;
  }

  private quantity(book: SimulatedBook, params: Params, market: boolean): number {
    const units = this.units(
      params,
      'quantity',
      book.instrument.qtyDecimals,
      filterFailure(market ? 'MARKET_LOT_SIZE' : 'LOT_SIZE'),
    );
    if (units === 0 && this.exchange.market === 'futures') throw new ApiFailure(-4003, 'Quantity less than or equal to zero.');
    return units;
  }

  /** An amount in units; what is finer than the instrument's decimals breaks the spot filter given, or the futures' precision. */
  private units(params: Params, name: string, decimals: number, spotFailure: ApiFailure): number {
    const text = required(params, name);
    if (!DECIMAL.test(text)) {
      throw new ApiFailure(
        -1100,
        `Illegal characters found in parameter '${name}'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.`,
      );
    }
    const units = unitsOfText(text, decimals);
    if (units !== null) return units;
    if (this.exchange.market === 'futures') throw new ApiFailure(-1111, 'Precision is over the maximum defined for this asset.');
    const fraction = text.split('.')[1] ?? '';
    throw fraction.length > FRACTION_DIGITS_MAX
      ? new ApiFailure(-1111, `Parameter '${name}' has too much precision.`)
      : spotFailure;
  }

  private clientId(params: Params): string {
    const id = params.get('newClientOrderId') ?? '';
    if (id === '') return this.exchange.newId();
    if (CLIENT_ID.test(id)) return id;
    throw this.exchange.market === 'spot'
      ? new ApiFailure(-1100, "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.")
      : new ApiFailure(-4015, 'Client order id is not valid.');
  }

  private checkBand({ book, priceUnits, side, qtyUnits }: NewOrder): void {
    if (priceUnits === null) return;
    const { engine, market } = this.exchange;
    const one = 10n ** BigInt(18 - book.instrument.priceDecimals);
    if (market === 'spot') {
      const last = book.lastTrade.priceUnits;
      if (priceUnits > last * SPOT_BAND || priceUnits * SPOT_BAND < last) throw filterFailure('PERCENT_PRICE_BY_SIDE');
      const value = (BigInt(priceUnits) * BigInt(qtyUnits ?? 0) * one) / 10n ** BigInt(book.instrument.qtyDecimals);
      if (value > MAX_NOTIONAL) throw filterFailure('NOTIONAL');
      return;
    }
    const mark = Number(engine.markPrice(book)) / Number(one);
    if (side === 'buy' && priceUnits > mark * (1 + FUTURES_BAND))
      throw new ApiFailure(-4016, `Limit price can't be higher than ${mark * (1 + FUTURES_BAND)}.`);
    if (side === 'sell' && priceUnits < mark * (1 - FUTURES_BAND))
      throw new ApiFailure(-4024, `Limit price can't be lower than ${mark * (1 - FUTURES_BAND)}.`);
  }

  private refused(refusal: Refusal, { book, type }: NewOrder): ApiFailure {
    return (this.exchange.market === 'spot' ? spotRefusal : futuresRefusal)(refusal, book, type === 'market');
  }
}

function sideOf(text: string): Side {
  if (text === 'BUY') return 'buy';
  if (text === 'SELL') return 'sell';
  throw new ApiFailure(-1117, 'Invalid side.');
}

function quoteAmount(text: string): Money {
  if (!DECIMAL.test(text)) {
    throw new ApiFailure(
      -1100,
      "Illegal characters found in parameter 'quoteOrderQty'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.",
    );
  }
  if ((text.split('.')[1] ?? '').length > FRACTION_DIGITS_MAX)
    throw new ApiFailure(-1111, "Parameter 'quoteOrderQty' has too much precision.");
  return toMoney(text);
}

function spotRefusal(refusal: Refusal, _book: SimulatedBook, market: boolean): ApiFailure {
  switch (refusal) {
    case 'insufficient-balance':
      return new ApiFailure(-2010, 'Account has insufficient balance for requested action.');
    case 'price-off-grid':
      return filterFailure('PRICE_FILTER');
    case 'price-out-of-band':
      return filterFailure('PERCENT_PRICE_BY_SIDE');
    case 'quantity-off-grid':
    case 'quantity-too-small':
      return filterFailure('LOT_SIZE');
    case 'quantity-too-large':
      return filterFailure(market ? 'MARKET_LOT_SIZE' : 'LOT_SIZE');
    case 'value-too-small':
    case 'value-too-large':
      return filterFailure('NOTIONAL');
    case 'duplicate-client-id':
      return new ApiFailure(-2010, 'Duplicate order sent.');
    case 'too-many-orders':
      return filterFailure('MAX_NUM_ORDERS');
    case 'market-closed':
      return new ApiFailure(-2010, 'Market is closed.');
    case 'reduce-only':
      return notNeeded('reduceOnly');
  }
}

function futuresRefusal(refusal: Refusal, { instrument }: SimulatedBook): ApiFailure {
  switch (refusal) {
    case 'insufficient-balance':
      return new ApiFailure(-2019, 'Margin is insufficient.');
    case 'price-off-grid':
      return new ApiFailure(-4014, 'Price not increased by tick size.');
    case 'price-out-of-band':
      return new ApiFailure(-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit.");
    case 'quantity-off-grid':
      return new ApiFailure(-4023, 'Qty not increased by step size.');
    case 'quantity-too-small':
      return new ApiFailure(-4004, 'Quantity less than min quantity.');
    case 'quantity-too-large':
    case 'value-too-large':
      return new ApiFailure(-4005, 'Quantity greater than max quantity.');
    case 'value-too-small':
      return new ApiFailure(
        -4164,
        `Order's notional must be no smaller than ${instrument.minNotional} (unless you choose reduce only).`,
      );
    case 'duplicate-client-id':
      return new ApiFailure(-4116, 'ClientOrderId is duplicated.');
    case 'too-many-orders':
      return new ApiFailure(-2025, 'Reach max open order limit.');
    case 'market-closed':
      return new ApiFailure(-4140, 'Invalid symbol status for opening position.');
    case 'reduce-only':
      return new ApiFailure(-2022, 'ReduceOnly Order is rejected.');
  }
}
