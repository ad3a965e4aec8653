import type { SimulatedBook } from '../../market/book.js';
import { toMoney } from '../../matching/money.js';
import type { EngineAccount, EngineOrder, Money, NewOrder } from '../../matching/types.js';
import type { FrontDependencies } from '../front.js';
import { unitsOfText } from '../money-text.js';
import { SELF_TRADE, TIME_IN_FORCE } from './amounts.js';
import { invalid, orderRefusal, Refused, repeated, unknownPair } from './failures.js';
import { clientIdOf, namedOrder, remembers } from './order-ids.js';
import { type Params, pageOf, requiredText, textOf, wholeOf } from './params.js';

const OPEN_PAGE_MAX = 100;

/** Takes, finds and cancels spot orders in the venue's terms. */
export class SpotDesk {
  private readonly bySymbol: ReadonlyMap<string, SimulatedBook>;

  constructor(private readonly dependencies: FrontDependencies) {
    const books = dependencies.market.booksOf('gateio', 'spot');
    this.bySymbol = new Map(books.map((book) => [book.instrument.symbol, book]));
  }

  /** @throws Refused */
  place(account: EngineAccount, params: Params): EngineOrder {
    const { engine, clock } = this.dependencies;
    const order = this.read(params);
    const { clientOrderId } = order;
    if (clientOrderId !== null && remembers(account, 'spot', clientOrderId, clock.epochUs())) throw repeated(clientOrderId);
    if (order.timeInForce === 'post-only' && engine.wouldTake(order))
      throw new Refused('POC_FILL_IMMEDIATELY', 'Order would match and take immediately so its cancelled');
    if (order.timeInForce === 'fok' && !engine.couldFill(order))
      throw new Refused('FOK_NOT_FILL', 'Order cannot be filled immediately so its cancelled');
    const result = engine.submit(account, order);
    if (result.kind === 'refused') throw orderRefusal(result.refusal, order.book, clientOrderId);
    return result.order;
  }

  /** The order that an id or a text names, in the pair that the client names. @throws Refused */
  find(account: EngineAccount, name: string, params: Params): EngineOrder {
    return namedOrder(account, 'spot', this.pair(params), name, this.dependencies.clock.epochUs());
  }

  /** @throws Refused */
  cancel(account: EngineAccount, name: string, params: Params): EngineOrder {
    const order = this.find(account, name, params);
    if (order.state === 'filled') throw new Refused('ORDER_CLOSED', 'Order is already closed');
    if (!this.dependencies.engine.cancel(order)) throw new Refused('ORDER_CANCELLED', 'Order is already cancelled');
    return order;
  }

  /** Cancels the orders of a pair, or of all pairs without one; of one side, if the client says so. @throws Refused */
  cancelAll(account: EngineAccount, params: Params): readonly EngineOrder[] {
    const book = textOf(params, 'currency_pair') === '' ? null : this.pair(params);
    const side = textOf(params, 'side');
    const chosen = this.open(account, book).filter((order) => side === '' || order.side === side);
    for (const order of chosen) this.dependencies.engine.cancel(order);
    return chosen;
  }

  /** A page of open or finished orders of a pair, the newest first. @throws Refused */
  list(account: EngineAccount, params: Params): readonly EngineOrder[] {
    const status = requiredText(params, 'status');
    if (status === 'open') return pageOf(params, [...this.open(account, this.pair(params))].reverse(), OPEN_PAGE_MAX);
    if (status !== 'finished') throw invalid('status');
    const fromUs = wholeOf(params, 'from', 0) * 1e6;
    const toUs = wholeOf(params, 'to', Number.MAX_SAFE_INTEGER) * 1e6;
    const side = textOf(params, 'side');
    const book = textOf(params, 'currency_pair') === '' ? undefined : this.pair(params);
    const done = account.orders(book).filter((order) => {
      const { market } = order.book.instrument;
      if (market !== 'spot' || order.state === 'open' || (side !== '' && order.side !== side)) return false;
      return order.updatedUs >= fromUs && order.updatedUs < toUs + 1e6;
    });
    return pageOf(params, done.reverse(), 1_000);
  }

  /** The open orders of one pair, or of all. */
  open(account: EngineAccount, book: SimulatedBook | null): readonly EngineOrder[] {
    if (book !== null) return account.openOrders(book);
    return account.openOrders().filter((order) => order.book.instrument.market === 'spot');
  }

  /** The pair that a client names. @throws Refused */
  pair(params: Params): SimulatedBook {
    const pair = requiredText(params, 'currency_pair');
    const book = this.bySymbol.get(pair);
    if (book === undefined) throw unknownPair(pair);
    return book;
  }

  private read(params: Params): NewOrder {
    const book = this.pair(params);
    const side = requiredText(params, 'side');
    if (side !== 'buy' && side !== 'sell') throw invalid('side');
    const type = textOf(params, 'type') || 'limit';
    if (type !== 'limit' && type !== 'market') throw invalid('type');
    const market = type === 'market';
    const timeInForce = TIME_IN_FORCE[textOf(params, 'time_in_force') || (market ? 'ioc' : 'gtc')];
    if (timeInForce === undefined) throw invalid('time_in_force');
    if (market && timeInForce !== 'ioc' && timeInForce !== 'fok')
      throw new Refused('INVALID_PARAM_VALUE', 'time_in_force of a market order must be ioc or fok');
    if (!['', 'spot', 'unified'].includes(textOf(params, 'account'))) throw invalid('account');
    const { instrument } = book;
    const amount = requiredText(params, 'amount');
    const byValue = market && side === 'buy';
    const selfTrade = SELF_TRADE[textOf(params, 'stp_act')];
    return {
      book,
      side,
      type,
      timeInForce,
      priceUnits: market ? null : units(params, 'price', instrument.priceDecimals),
      qtyUnits: byValue ? null : units(params, 'amount', instrument.qtyDecimals),
      quoteAmount: byValue ? quoteOf(amount, instrument.quoteDecimals) : null,
      clientOrderId: clientIdOf(textOf(params, 'text')),
      reduceOnly: false,
      ...(selfTrade === undefined ? {} : { selfTrade }),
    };
  }
}

/** A decimal of a body as units. @throws Refused */
function units(params: Params, name: string, decimals: number): number {
  const text = requiredText(params, name);
  if (!/^\d+(\.\d*)?$/.test(text) || Number(text) === 0) throw invalid(name);
  const value = unitsOfText(text, decimals);
  if (value !== null) return value;
  const tooFine = (/\.(\d*?)0*$/.exec(text)?.[1]?.length ?? 0) > decimals;
  throw tooFine
    ? new Refused('INVALID_PRECISION', `Invalid precision of ${name}`)
    : new Refused('AMOUNT_TOO_MUCH', `${name} is too much`);
}

function quoteOf(text: string, decimals: number): Money {
  const [, whole, fraction = ''] = /^(\d{1,15})(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  if (whole === undefined || Number(text) === 0) throw invalid('amount');
  if (fraction.length > decimals) throw new Refused('INVALID_PRECISION', 'Invalid precision of amount');
  return toMoney(fraction === '' ? whole : `${whole}.${fraction}`);
}
