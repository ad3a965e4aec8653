import { z } from 'zod';
import { parseExactJson, plainDecimal } from '../../../venues/answer.js';
import type { Customer } from '../../access/venue-access.js';
import type { Connection } from '../connection.js';
import type { FrontDependencies } from '../front.js';
import { quoted } from '../json-text.js';
import type { SocketTraffic } from '../port.js';
import type { SocketProtocol } from '../venue-app.js';
import { orderTxid, type Pairs } from './names.js';
import type { OrderWish } from './new-order.js';
import type { OrderDesk } from './order-desk.js';
import type { PrivateFeed } from './private-feed.js';
import { Replies } from './replies.js';
import type { Tokens } from './tokens.js';
import { countdownTimes } from './trading-routes.js';

const IDLE_US_MAX = 60e6;
const INVALID = 'EGeneral:Invalid arguments';
const INVALID_SESSION = 'ESession:Invalid session';

const Request = z.object({
  method: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
  req_id: z.unknown().optional(),
});
type Params = z.infer<typeof Request>['params'];

const AddOrder = z.object({
  symbol: z.string(),
  side: z.string(),
  order_type: z.string(),
  order_qty: plainDecimal.nullish(),
  cash_order_qty: plainDecimal.nullish(),
  limit_price: plainDecimal.nullish(),
  time_in_force: z.string().default('gtc'),
  post_only: z.boolean().default(false),
  reduce_only: z.boolean().default(false),
  cl_ord_id: z.string().nullish(),
  stp_type: z.string().default('cancel_newest'),
  deadline: z.string().nullish(),
  expire_time: z.string().nullish(),
  validate: z.boolean().default(false),
});
const Cancel = z.object({ order_id: z.array(z.string()).default([]), cl_ord_id: z.array(z.string()).default([]) });
const Channel = z.object({
  channel: z.enum(['executions', 'balances']),
  snap_orders: z.boolean().default(true),
  snap_trades: z.boolean().default(false),
  order_status: z.boolean().default(true),
  snapshot: z.boolean().default(true),
});

const TRADING = new Set(['add_order', 'cancel_order', 'cancel_all', 'cancel_all_orders_after']);

/** The private side of version 2: subscriptions and order entry on one connection, every request with its token. */
export class PrivateSocket implements SocketProtocol {
  constructor(
    private readonly publicSide: SocketProtocol,
    private readonly feed: PrivateFeed,
    private readonly tokens: Tokens,
    private readonly desk: OrderDesk,
    private readonly pairs: Pairs,
    private readonly dependencies: FrontDependencies,
  ) {}

  opened(connection: Connection): void {
    this.publicSide.opened?.(connection);
  }

  closed(connection: Connection): void {
    this.feed.forget(connection);
    this.tokens.closed(connection);
  }

  /** Stays open only with a private subscription, or as long as something is asked. */
  inspect(connection: Connection, nowUs: number): void {
    if (this.feed.follows(connection)) connection.send('{"channel":"heartbeat"}');
    else if (nowUs - connection.lastReceivedUs > IDLE_US_MAX) connection.end(1000, 'idle');
  }

  trafficOf(text: string): SocketTraffic | null {
    const method = Request.safeParse(parseExactJson(text)).data?.method ?? '';
    return TRADING.has(method) ? 'ws-trade' : null;
  }

  message(connection: Connection, text: string): void {
    const request = Request.safeParse(parseExactJson(text)).data;
    const replies = new Replies(request?.method ?? '', request?.req_id, this.dependencies.clock.epochUs());
    if (request?.method === 'ping') {
      connection.send(replies.pong());
      return;
    }
    if (request === undefined) {
      connection.send(replies.refused('Unsupported method'));
      return;
    }
    const { method, params } = request;
    const customer = this.tokens.find(params['token']);
    if (customer === undefined) {
      connection.send(replies.refused(INVALID_SESSION));
      return;
    }
    if (method === 'subscribe' || method === 'unsubscribe') this.channel(connection, method, params, customer, replies);
    else if (TRADING.has(method)) {
      for (const reply of this.trade(method, params, customer, replies)) connection.send(reply, 'ws-trade');
    } else connection.send(replies.refused('Unsupported method'));
  }

  private channel(
    connection: Connection,
    method: 'subscribe' | 'unsubscribe',
    params: Params,
    customer: Customer,
    replies: Replies,
  ): void {
    const wish = Channel.safeParse(params).data;
    if (wish === undefined) {
      connection.send(replies.refused('Channel name is not valid'));
      return;
    }
    const { channel } = wish;
    if (method === 'unsubscribe') {
      const left = this.feed.leave(connection, channel);
      connection.send(left ? replies.done(quoted({ channel })) : replies.refused('Subscription Not Found'));
      return;
    }
    if (this.feed.follows(connection, channel)) {
      connection.send(replies.refused('Already subscribed'));
      return;
    }
    const { snap_orders: snapOrders, snap_trades: snapTrades, order_status: everyStep, snapshot } = wish;
    const told =
      channel === 'balances' ? { snapshot } : { snap_orders: snapOrders, snap_trades: snapTrades, order_status: everyStep };
    connection.send(replies.done(quoted({ channel, ...told })));
    this.tokens.use(params['token'], connection);
    this.feed.join(connection, channel, customer, { snapOrders, snapTrades, everyStep, snapshot });
  }

  private trade(method: string, params: Params, customer: Customer, replies: Replies): readonly string[] {
    switch (method) {
      case 'add_order':
        return [this.place(params, customer, replies)];
      case 'cancel_order': {
        const wish = Cancel.safeParse(params).data;
        const names = [...(wish?.order_id ?? []), ...(wish?.cl_ord_id ?? [])];
        return names.length === 0
          ? [replies.refused(`${INVALID}:order_id`)]
          : names.map((name) => this.cancel(name, customer, replies));
      }
      case 'cancel_all':
        return [replies.done(quoted({ count: this.desk.cancelAll(customer) }))];
      default: {
        const { timeout } = params;
        const atUs = this.desk.arm(customer, typeof timeout === 'number' ? timeout : Number.NaN);
        if (typeof atUs === 'string') return [replies.refused(atUs)];
        return [replies.done(quoted(countdownTimes(this.dependencies.clock.epochUs(), atUs)))];
      }
    }
  }

  private place(params: Params, customer: Customer, replies: Replies): string {
    const parsed = AddOrder.safeParse(params);
    if (!parsed.success) return replies.refused(`${INVALID}:${parsed.error.issues[0]?.path.join('.') ?? 'params'}`);
    const placed = this.desk.place(customer, this.wishOf(parsed.data), parsed.data.validate);
    if (typeof placed === 'string') return replies.refused(placed);
    const { order } = placed;
    if (order === null) return replies.done('{}');
    const { clientOrderId } = order;
    const named = clientOrderId === null ? {} : { cl_ord_id: clientOrderId };
    return replies.done(quoted({ order_id: orderTxid(order), ...named, order_userref: 0 }));
  }

  private cancel(name: string, customer: Customer, replies: Replies): string {
    const order = this.desk.cancel(customer, name);
    if (typeof order === 'string') return replies.refused(order);
    const { clientOrderId } = order;
    return replies.done(quoted({ order_id: orderTxid(order), ...(clientOrderId === null ? {} : { cl_ord_id: clientOrderId }) }));
  }

  private wishOf(order: z.infer<typeof AddOrder>): OrderWish {
    return {
      book: this.pairs.bySymbol.get(order.symbol),
      side: order.side,
      type: order.order_type,
      price: order.limit_price ?? null,
      volume: order.order_qty ?? null,
      cost: order.cash_order_qty ?? null,
      timeInForce: order.time_in_force,
      postOnly: order.post_only,
      reduceOnly: order.reduce_only,
      clientOrderId: order.cl_ord_id ?? null,
      selfTrade: order.stp_type,
      deadline: order.deadline ?? null,
      expires: order.expire_time ?? null,
    };
  }
}
