import type { SimulatedBook } from '../../market/book.js';
import type { EngineAccount, EngineOrder, NewOrder } from '../../matching/types.js';
import type { FrontDependencies } from '../front.js';
import { unitsOfText } from '../money-text.js';
import { SELF_TRADE, TIME_IN_FORCE } from './amounts.js';
import { invalid, missing, orderRefusal, Refused, repeated, unknownContract } from './failures.js';
import type { NumberStyle } from './frames.js';
import { clientIdOf, namedOrder, remembers } from './order-ids.js';
import { type Params, pageOf, requiredText, textOf, wholeOf } from './params.js';

const OPEN_PAGE_MAX = 100;

/** Takes, finds and cancels orders of contracts in the venue's terms. */
export class FuturesDesk {
  private readonly bySymbol: ReadonlyMap<string, SimulatedBook>;

  constructor(private readonly dependencies: FrontDependencies) {
    const books = dependencies.market.booksOf('gateio', 'futures');
    this.bySymbol = new Map(books.map((book) => [book.instrument.symbol, book]));
  }

  /** @throws Refused */
  place(account: EngineAccount, params: Params, style: NumberStyle): EngineOrder {
    const { engine, clock } = this.dependencies;
    const order = this.read(account, params, style);
    const { book, clientOrderId } = order;
    if (clientOrderId !== null && remembers(account, 'futures', clientOrderId, clock.epochUs())) throw repeated(clientOrderId);
    if (order.timeInForce === 'post-only' && engine.wouldTake(order))
      throw new Refused('ORDER_POC_IMMEDIATE', 'order would be filled at once');
    if (order.timeInForce === 'fok' && !engine.couldFill(order)) throw new Refused('ORDER_FOK', 'order cannot be filled at once');
    if (order.reduceOnly && account.position(book).qtyUnits === 0) throw new Refused('POSITION_EMPTY', 'empty position');
    const result = engine.submit(account, order);
    if (result.kind === 'refused') throw orderRefusal(result.refusal, book, clientOrderId);
    return result.order;
  }

  /** The order that an id or a text names. @throws Refused */
  find(account: EngineAccount, name: string): EngineOrder {
    return namedOrder(account, 'futures', null, name, this.dependencies.clock.epochUs());
  }

  /** @throws Refused */
  cancel(account: EngineAccount, name: string): EngineOrder {
    const order = this.find(account, name);
    if (!this.dependencies.engine.cancel(order)) throw new Refused('ORDER_FINISHED', 'order finished');
    return order;
  }

  /** Cancels the orders of a contract, or of one side of it. @throws Refused */
  cancelAll(account: EngineAccount, params: Params): readonly EngineOrder[] {
    const side = textOf(params, 'side');
    if (!['', 'bid', 'ask'].includes(side)) throw invalid('side');
    const chosen = account
      .openOrders(this.contract(params))
      .filter((order) => side === '' || (order.side === 'buy') === (side === 'bid'));
    for (const order of chosen) this.dependencies.engine.cancel(order);
    return chosen;
  }

  /** A page of open or finished orders, of one contract or of all, the newest first. @throws Refused */
  list(account: EngineAccount, params: Params): readonly EngineOrder[] {
    const status = requiredText(params, 'status');
    if (status !== 'open' && status !== 'finished') throw invalid('status');
    const book = textOf(params, 'contract') === '' ? undefined : this.contract(params);
    const listed = status === 'open' ? account.openOrders(book) : account.orders(book).filter(({ state }) => state !== 'open');
    const own = listed.filter((order) => order.book.instrument.market === 'futures');
    return pageOf(params, own.reverse(), status === 'open' ? OPEN_PAGE_MAX : 1_000);
  }

  /** Finished orders that were created within a stretch of time. @throws Refused */
  within(account: EngineAccount, params: Params): readonly EngineOrder[] {
    const book = textOf(params, 'contract') === '' ? undefined : this.contract(params);
    const from = wholeOf(params, 'from', 0);
    const to = wholeOf(params, 'to', Number.MAX_SAFE_INTEGER);
    const chosen = account.orders(book).filter((order) => {
      const seconds = Math.floor(order.createdUs / 1e6);
      return order.book.instrument.market === 'futures' && order.state !== 'open' && seconds >= from && seconds <= to;
    });
    return pageOf(params, chosen.reverse(), 1_000);
  }

  /** The contract that a client names. @throws Refused */
  contract(params: Params): SimulatedBook {
    return this.named(requiredText(params, 'contract'));
  }

  /** @throws Refused */
  named(symbol: string): SimulatedBook {
    const book = this.bySymbol.get(symbol);
    if (book === undefined) throw unknownContract();
    return book;
  }

  private read(account: EngineAccount, params: Params, style: NumberStyle): NewOrder {
    const book = this.contract(params);
    const closes = textOf(params, 'close') === 'true';
    const held = account.position(book).qtyUnits;
    const size = closes ? -held : sizeOf(params, style);
    if (closes && held === 0) throw new Refused('POSITION_EMPTY', 'empty position');
    if (size === 0) throw new Refused('INVALID_PARAM_VALUE', 'size must not be 0');
    const price = textOf(params, 'price') || '0';
    const market = Number(price) === 0;
    const timeInForce = TIME_IN_FORCE[textOf(params, 'tif') || 'gtc'];
    if (timeInForce === undefined) throw invalid('tif');
    if (market && timeInForce !== 'ioc' && timeInForce !== 'fok')
      throw new Refused('INVALID_PARAM_VALUE', 'tif of an order without a price must be ioc or fok');
    if (!/^\d+(\.\d*)?$/.test(price)) throw invalid('price');
    const priceUnits = market ? null : unitsOfText(price, book.instrument.priceDecimals);
    if (!market && priceUnits === null) throw new Refused('INVALID_PRECISION', 'Invalid precision of price');
    const selfTrade = SELF_TRADE[textOf(params, 'stp_act')];
    return {
      book,
      side: size > 0 ? 'buy' : 'sell',
      type: market ? 'market' : 'limit',
      timeInForce,
      priceUnits,
      qtyUnits: Math.abs(size),
      quoteAmount: null,
      clientOrderId: clientIdOf(textOf(params, 'text')),
      reduceOnly: closes || textOf(params, 'reduce_only') === 'true',
      ...(selfTrade === undefined ? {} : { selfTrade }),
    };
  }
}

/** Contracts are whole. Who has not asked for decimal sizes has what is behind the point cut off. */
function sizeOf(params: Params, { sizesAsText }: NumberStyle): number {
  const text = textOf(params, 'size');
  if (text === '') throw missing('size');
  const size = Number(text);
  if (!/^-?\d+(\.\d+)?$/.test(text) || !Number.isSafeInteger(Math.trunc(size))) throw invalid('size');
  if (sizesAsText && !Number.isInteger(size)) throw new Refused('INVALID_PRECISION', 'Invalid precision of size');
  return Math.trunc(size);
}
