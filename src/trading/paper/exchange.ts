import { Decimal, Exact, floorToGrid } from '../../domain/decimal.js';
import { type RefusalKind, VenueRequestError } from '../../domain/errors.js';
import {
  type Fill,
  isFinal,
  type OrderReference,
  type OrderReport,
  type OrderRequest,
  type OrderState,
  type Side,
} from '../../domain/order.js';
import type { AccountEvent } from '../../gateway/events.js';
import type { BookInfo } from '../../strategy/universe.js';
import { brokenRules } from '../../venues/order-filters.js';
import { feeRate, type PaperFunds } from './funds.js';
import type { PaperLevel, PaperLiquidity } from './liquidity.js';
import { leftOf, type PaperOrder, type PaperOrders, reportOf } from './orders.js';
import type { PaperQueues } from './queues.js';
import type { PaperWallet } from './wallet.js';

export interface PaperExchangeParts {
  readonly liquidity: PaperLiquidity;
  readonly wallet: PaperWallet;
  readonly orders: PaperOrders;
  readonly funds: PaperFunds;
  /** Where resting orders stand; null where only the other side's coming to them fills them. */
  readonly queues: PaperQueues | null;
  /** Of the notional, on top of the taker's fee, when the venue closes a position. A plain decimal. */
  readonly liquidationFeeRate: string;
  /** Begins the ids of orders and trades: of this life of the venue and no other. */
  readonly idPrefix: string;
  nowMs(): number;
}

/** How an order is matched: what it may take, and no more than so much. */
interface Wanted {
  readonly info: BookInfo;
  readonly side: Side;
  /** Null for a market order. */
  readonly price: string | null;
  readonly quantity: Decimal | null;
  readonly quoteAmount: string | null;
}

const ZERO = new Exact(0);

/**
 * A venue's matching and accounts on paper: orders take what the books show at the moment they arrive, level by level, at the prices
 * shown. What rests is filled at its own price once the other side of the book comes to it. Nothing here waits; what there is to tell
 * is put into `news`.
 */
export class PaperExchange {
  readonly news: AccountEvent[] = [];
  private ids = 0;

  constructor(private readonly parts: PaperExchangeParts) {}

  /** An order arrives. @throws VenueRequestError when it is refused */
  place(request: OrderRequest, info: BookInfo): OrderReport {
    const { orders } = this.parts;
    const { side, price, quoteAmount, timeInForce, type } = request;
    const available = this.parts.liquidity.levels(info, side);
    if (type === 'market') this.checkMarketOrder(request, info, available);
    if (timeInForce === 'post-only' && available[0] !== undefined && reaches(side, price, available[0].price))
      throw this.refusal('would-take', request, 'it would trade at once');
    const closable = this.parts.funds.closable(info, side);
    const asked = request.quantity === null ? null : new Exact(request.quantity);
    const quantity = request.reduceOnly ? this.reducing(request, info, closable) : asked;
    const taken = this.walk({ info, side, price, quantity, quoteAmount }, available);
    const sum = sumOf(taken);
    if ((type === 'market' && taken.length === 0) || (timeInForce === 'fok' && (asked === null || sum.lt(asked))))
      throw this.refusal('would-not-fill', request, 'the book does not hold it');
    const most = quantity ?? sum;
    const opening = info.instrument.market === 'spot' ? most : Exact.max(ZERO, most.minus(closable));
    this.parts.funds.require({ info, side, quantity: most, opening, value: boundValue(info, side, price, most, taken) });
    const order: PaperOrder = {
      ...{ request, info, opening, venueOrderId: this.nextId(), state: 'open', filled: ZERO, filledQuote: ZERO },
      ...{ updatedMs: this.parts.nowMs(), reason: null },
    };
    orders.add(order);
    this.takeAll(order, taken);
    // What rests joins the queue as it is now.
    if (rests(request)) this.parts.queues?.advance(order, ZERO);
    if (asked === null || order.filled.gte(asked)) this.change(order, 'filled', null);
    else if (rests(request)) this.change(order, order.filled.isZero() ? 'open' : 'partially-filled', null);
    else
      this.change(order, 'expired', available.length === 0 ? 'the book is not in sight' : 'the book holds no more at its limit');
    return reportOf(order);
  }

  /** @throws VenueRequestError order-closed, unknown-order */
  cancel(reference: OrderReference): OrderReport {
    const order = this.parts.orders.find(reference);
    const { symbol } = reference;
    if (order === undefined) throw new VenueRequestError('unknown-order', 'there is no such order', { symbol });
    if (isFinal(order.state)) throw new VenueRequestError('order-closed', `the order is ${order.state}`, { symbol });
    this.change(order, 'canceled', 'canceled on request');
    return reportOf(order);
  }

  /** Matches what rests with the books as they are now. */
  matchResting(): void {
    for (const order of this.parts.orders.open()) {
      const { request, info } = order;
      const { side, price } = request;
      const closable = this.parts.funds.closable(info, side);
      if (request.reduceOnly && closable.isZero()) {
        this.change(order, 'expired', 'there is nothing left to reduce');
        continue;
      }
      const left = leftOf(order);
      const quantity = request.reduceOnly ? Exact.min(left, closable) : left;
      const available = this.parts.liquidity.levels(info, side);
      const taken = this.walk({ info, side, price, quantity, quoteAmount: null }, available);
      for (const level of taken) this.parts.liquidity.take(info, side, level);
      const crossed = sumOf(taken);
      const queued = this.parts.queues?.advance(order, quantity.minus(crossed)) ?? ZERO;
      const filled = crossed.plus(queued);
      if (filled.isZero()) continue;
      this.fill(order, { price: price ?? '0', quantity: filled }, 'maker');
      this.change(order, leftOf(order).isZero() ? 'filled' : 'partially-filled', null);
    }
  }

  /** The venue closes a position as a taker: as far as its book goes, and what is left at the worst price shown. */
  liquidate(info: BookInfo): void {
    const { wallet, orders, liquidity, liquidationFeeRate, nowMs } = this.parts;
    const { symbol } = info.instrument;
    const size = wallet.size(info.instrument);
    const side: Side = size.isNegative() ? 'buy' : 'sell';
    const quantity = size.abs();
    const available = liquidity.levels(info, side);
    const worst = available.at(-1);
    // Where nothing is in sight the venue has no price either.
    if (worst === undefined || quantity.isZero()) return;
    const taken = this.walk({ info, side, price: null, quantity, quoteAmount: null }, available);
    const rest = quantity.minus(sumOf(taken));
    if (rest.gt(0)) taken.push({ ...worst, quantity: rest });
    const venueOrderId = this.nextId();
    const order: PaperOrder = {
      request: {
        ...{ symbol, side, type: 'market', timeInForce: 'ioc', quantity: quantity.toFixed(), quoteAmount: null, price: null },
        ...{ clientOrderId: `liquidation-${venueOrderId}`, reduceOnly: true },
      },
      ...{ info, venueOrderId, opening: ZERO, state: 'open', filled: ZERO, filledQuote: ZERO, updatedMs: nowMs(), reason: null },
    };
    orders.add(order);
    this.takeAll(order, taken, new Exact(liquidationFeeRate));
    this.change(order, 'filled', 'liquidated');
  }

  /** Money came or went without a trade. */
  pay(asset: string, amount: Decimal): void {
    this.parts.wallet.move(asset, amount);
    this.news.push({ kind: 'balance', balance: this.parts.funds.balance(asset) });
  }

  /** A market order is measured with the price that it would meet first. */
  private checkMarketOrder(request: OrderRequest, info: BookInfo, available: readonly PaperLevel[]): void {
    const [broken] = brokenRules(request, info.instrument, available[0]?.price ?? null);
    if (broken === undefined) return;
    const kind = broken.filter === 'minimum value' ? 'below-minimum' : 'above-maximum';
    throw this.refusal(kind, request, `${broken.filter}: ${broken.reason}`);
  }

  /** How much of a reducing order can be taken. @throws VenueRequestError reduce-only */
  private reducing(request: OrderRequest, info: BookInfo, closable: Decimal): Decimal {
    const { symbol } = info.instrument;
    const quantity = new Exact(request.quantity ?? closable);
    let free = closable;
    if (rests(request))
      for (const order of this.parts.orders.open(symbol))
        if (order.request.reduceOnly && order.request.side === request.side) free = free.minus(leftOf(order));
    if (closable.isZero() || (rests(request) && quantity.gt(free)))
      throw this.refusal('reduce-only', request, `the position leaves ${free.toFixed()} to reduce`);
    return Exact.min(quantity, closable);
  }

  /** What an order would take of each level, on the grid of its quantities. */
  private walk({ info, side, price, quantity, quoteAmount }: Wanted, available: readonly PaperLevel[]): PaperLevel[] {
    const { rules, contractSize } = info.instrument;
    const taken: PaperLevel[] = [];
    let left = quantity ?? ZERO;
    let leftQuote: Decimal = new Exact(quoteAmount ?? 0);
    for (const level of available) {
      if (!reaches(side, price, level.price) || (quantity !== null && left.isZero())) break;
      const one = new Exact(contractSize).mul(level.price);
      const wanted = quantity === null ? new Decimal(leftQuote).div(one) : left;
      const part = new Exact(floorToGrid(Exact.min(wanted, level.quantity), rules.lotSize));
      if (!part.gt(0)) continue;
      taken.push({ ...level, quantity: part });
      left = left.minus(part);
      leftQuote = leftQuote.minus(part.mul(one));
    }
    return taken;
  }

  private takeAll(order: PaperOrder, taken: readonly PaperLevel[], extraFee?: Decimal): void {
    for (const level of taken) {
      this.parts.liquidity.take(order.info, order.request.side, level);
      this.fill(order, level, 'taker', extraFee);
    }
  }

  /** @param extraFee a rate on top of the fee */
  private fill(
    order: PaperOrder,
    { price, quantity }: Pick<PaperLevel, 'price' | 'quantity'>,
    liquidity: 'maker' | 'taker',
    extraFee: Decimal = ZERO,
  ): void {
    const { wallet, orders, nowMs } = this.parts;
    const { request, info, venueOrderId } = order;
    const { venue, market, symbol, quote, contractSize } = info.instrument;
    const value = quantity.mul(contractSize).mul(price);
    const fee = value.mul(feeRate(liquidity === 'taker' ? info.takerFee : info.makerFee).plus(extraFee));
    wallet.fill(info.instrument, request.side, quantity, price);
    wallet.move(quote, fee.neg());
    order.filled = order.filled.plus(quantity);
    order.filledQuote = order.filledQuote.plus(value);
    const fill: Fill = {
      ...{ venue, market, symbol, venueOrderId, price, liquidity, side: request.side, clientOrderId: request.clientOrderId },
      ...{ tradeId: this.nextId(), quantity: quantity.toFixed(), fee: fee.toFixed(), feeAsset: quote, timeMs: nowMs() },
    };
    orders.addFill(fill);
    this.news.push({ kind: 'fill', fill });
  }

  /** An order is in another state: that is told, with what it did to the account. */
  private change(order: PaperOrder, state: OrderState, reason: string | null): void {
    const { orders, funds, nowMs } = this.parts;
    order.state = state;
    order.reason = reason;
    order.updatedMs = nowMs();
    if (isFinal(state)) orders.end(order);
    this.news.push({ kind: 'order', order: reportOf(order) });
    const { market, base, quote } = order.info.instrument;
    for (const asset of market === 'spot' ? [base, quote] : [quote])
      this.news.push({ kind: 'balance', balance: funds.balance(asset) });
    if (market === 'futures' && !order.filled.isZero())
      this.news.push({ kind: 'position', position: funds.positionReport(order.info) });
  }

  private nextId(): string {
    return `${this.parts.idPrefix}${++this.ids}`;
  }

  private refusal(kind: RefusalKind, { symbol, clientOrderId }: OrderRequest, why: string): VenueRequestError {
    return new VenueRequestError(kind, `${symbol}: refused: ${why}`, { symbol, clientOrderId });
  }
}

/** Whether an order waits in the book for what it cannot take. */
function rests({ timeInForce }: OrderRequest): boolean {
  return timeInForce === 'gtc' || timeInForce === 'post-only';
}

/** Whether an order of that side may trade at a price; a market order may at any. */
function reaches(side: Side, limit: string | null, price: string): boolean {
  if (limit === null) return true;
  return side === 'buy' ? new Exact(price).lte(limit) : new Exact(price).gte(limit);
}

function sumOf(levels: readonly PaperLevel[]): Decimal {
  return levels.reduce((sum, { quantity }) => sum.plus(quantity), ZERO);
}

/** What an order is worth to those who ask whether it can be paid: a buyer pledges his limit, a seller what he gets. */
function boundValue(
  { instrument }: BookInfo,
  side: Side,
  limit: string | null,
  most: Decimal,
  taken: readonly PaperLevel[],
): Decimal {
  if (side === 'buy' && limit !== null) return most.mul(instrument.contractSize).mul(limit);
  const rest = most.minus(sumOf(taken)).mul(limit ?? 0);
  return taken.reduce((sum, { price, quantity }) => sum.plus(quantity.mul(price)), rest).mul(instrument.contractSize);
}
