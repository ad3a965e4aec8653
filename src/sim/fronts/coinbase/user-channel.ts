import type { Customer } from '../../access/venue-access.js';
import type { SimulatedBook } from '../../market/book.js';
import type { EndReason, EngineEvent, EngineFill, EngineOrder } from '../../matching/types.js';
import type { Connection } from '../connection.js';
import { isoMicroseconds } from '../front.js';
import { quoted } from '../json-text.js';
import { paddedMoney } from '../money-text.js';
import { rateText } from './account-routes.js';
import { id, price, size, strangerId } from './frames.js';
import { currencyAccountId, orderUuid, profileId, userId } from './ids.js';

/** Why an order ended, in the words of the channel; what its owner cancelled, or asked to be post-only, has no such word. */
const CANCEL_REASONS: Partial<Record<EndReason, string>> = {
  ioc: '101:Time In Force',
  fok: '101:Time In Force',
  countdown: '101:Time In Force',
  'self-trade': '102:Self Trade Prevention',
};
const MARKET_CANCEL_REASON = '106:Insufficient Liquidity';

/** What a connection follows of its account. */
interface Follower {
  readonly customer: Customer;
  readonly products: Set<SimulatedBook>;
  /** Assets whose balances it wants. */
  readonly assets: Set<string>;
}

/** The `user` and `balance` channels: what happens to an account, told to those of its connections that want it. */
export class UserChannel {
  private readonly followers = new Map<Connection, Follower>();
  /** Last sequence told of each product. */
  private readonly sequences = new Map<SimulatedBook, number>();
  /** Orders that rest once this many fills of theirs are told. */
  private readonly opening = new Map<number, number>();

  /** Makes a connection a follower of an account; one connection has one account. */
  follower(connection: Connection, customer: Customer): Follower {
    let follower = this.followers.get(connection);
    if (follower === undefined) {
      follower = { customer, products: new Set(), assets: new Set() };
      this.followers.set(connection, follower);
    }
    return follower;
  }

  /** What a connection follows, if it does. */
  find(connection: Connection): Follower | undefined {
    return this.followers.get(connection);
  }

  forget(connection: Connection): void {
    this.followers.delete(connection);
  }

  onEvent(event: EngineEvent): void {
    switch (event.kind) {
      case 'order-opened':
        this.onOpened(event.order);
        return;
      case 'fill':
        this.onFill(event.order, event.fill);
        return;
      case 'order-ended':
        this.opening.delete(event.order.id);
        this.tell(event.order, this.done(event.order));
        return;
      case 'balance': {
        if (event.wallet !== 'spot') return;
        const { account, balance, timeUs } = event;
        const { asset, total, locked } = balance;
        const time = isoMicroseconds(timeUs);
        const frame = quoted({
          type: 'balance',
          account_id: currencyAccountId(account, asset),
          currency: asset,
          holds: paddedMoney(locked, 0),
          available: paddedMoney(total - locked, 0),
          updated: time,
          timestamp: time,
        });
        for (const [connection, { customer, assets }] of this.followers)
          if (customer.account === account && assets.has(asset)) connection.send(frame, 'ws-private');
        return;
      }
      default:
    }
  }

  /** The whole action is over when its events are told: the live order already says whether it rests. */
  private onOpened(order: EngineOrder): void {
    this.tell(order, this.received(order));
    const now = order.account.order(order.id);
    if (now?.state !== 'open' || order.type !== 'limit') return;
    if (now.fills.length === 0) this.tell(order, this.opened(order));
    else this.opening.set(order.id, now.fills.length);
  }

  private onFill(order: EngineOrder, fill: EngineFill): void {
    this.tell(order, this.match(order, fill));
    if (order.state === 'filled') this.tell(order, this.done(order));
    if (this.opening.get(order.id) !== order.fills.length) return;
    this.opening.delete(order.id);
    this.tell(order, this.opened(order));
  }

  private tell(order: EngineOrder, fields: Record<string, unknown>): void {
    const { account, book } = order;
    const sequence = Math.max((this.sequences.get(book) ?? 0) + 1, book.lastId);
    this.sequences.set(book, sequence);
    let frame = '';
    for (const [connection, { customer, products }] of this.followers) {
      if (customer.account !== account || !products.has(book)) continue;
      if (frame === '')
        frame = quoted({ ...fields, product_id: id(book), sequence, profile_id: profileId(account), user_id: userId(account) });
      connection.send(frame, 'ws-private');
    }
  }

  private received(order: EngineOrder): Record<string, unknown> {
    const { book, priceUnits, qtyUnits, quoteAmount, clientOrderId } = order;
    return {
      type: 'received',
      ...common(order, order.createdUs),
      order_type: order.type,
      ...(qtyUnits === null ? {} : { size: size(book, qtyUnits) }),
      ...(priceUnits === null ? {} : { price: price(book, priceUnits) }),
      ...(quoteAmount === null ? {} : { funds: paddedMoney(quoteAmount, 2) }),
      ...(clientOrderId === null ? {} : { client_oid: clientOrderId }),
    };
  }

  private opened(order: EngineOrder): Record<string, unknown> {
    return { type: 'open', ...common(order, order.updatedUs), ...remaining(order) };
  }

  private done(order: EngineOrder): Record<string, unknown> {
    const filled = order.state === 'filled';
    const word = order.type === 'market' ? MARKET_CANCEL_REASON : CANCEL_REASONS[order.endReason ?? 'user'];
    return {
      type: 'done',
      ...common(order, order.updatedUs),
      reason: filled ? 'filled' : 'canceled',
      ...remaining(order),
      ...(filled || word === undefined ? {} : { cancel_reason: word }),
    };
  }

  /** A trade; `side` is the maker's, and only the own order's fee is told. */
  private match(order: EngineOrder, fill: EngineFill): Record<string, unknown> {
    const { book, account } = order;
    const role = fill.maker ? 'maker' : 'taker';
    const { makerFeeBps, takerFeeBps } = book.instrument;
    const makerSells = (order.side === 'sell') === fill.maker;
    return {
      type: 'match',
      time: isoMicroseconds(fill.timeUs),
      trade_id: fill.tradeId,
      maker_order_id: fill.maker ? orderUuid(order.id) : strangerId('maker', fill.tradeId),
      taker_order_id: fill.maker ? strangerId('taker', fill.tradeId) : orderUuid(order.id),
      side: makerSells ? 'sell' : 'buy',
      size: size(book, fill.qtyUnits),
      price: price(book, fill.priceUnits),
      [`${role}_user_id`]: userId(account),
      [`${role}_profile_id`]: profileId(account),
      [`${role}_fee_rate`]: rateText(fill.maker ? makerFeeBps : takerFeeBps),
    };
  }
}

function common(order: EngineOrder, timeUs: number): Record<string, unknown> {
  return { time: isoMicroseconds(timeUs), order_id: orderUuid(order.id), side: order.side };
}

/** Market orders have neither a price nor anything left. */
function remaining({ book, priceUnits, qtyUnits, filledUnits }: EngineOrder): Record<string, unknown> {
  if (priceUnits === null || qtyUnits === null) return {};
  return { price: price(book, priceUnits), remaining_size: size(book, qtyUnits - filledUnits) };
}
