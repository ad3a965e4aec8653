import { z } from 'zod';
import type { OrderState } from '../../domain/order.js';
import { parseExactJson, plainDecimal, readAnswer } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import type { Dialogue, PrivateSession, PrivateStreamProtocol, StreamItem } from '../trading.js';
import { listenKeyCall } from './calls.js';
import { parsePrivatePush } from './push.js';
import { spotBalance } from './spot-reads.js';

const CHANNELS = ['orders', 'deals', 'account'].map((name) => `spot@private.${name}.v3.api.pb`);
/** A key lives for an hour, a connection for a day. */
const RENEWAL_MS = 1_800_000;
const LIFETIME_MS = 86_400_000;
const MARKET_ORDER = 5;

const ListenKey = z.object({ listenKey: z.string().min(1) });
const Reply = z.object({ code: z.number(), msg: z.string() });

const textOrNull = z.string().transform((text) => (text === '' ? null : text));
const OrderPush = z.object({
  symbol: z.string().min(1),
  sendTime: z.number(),
  privateOrders: z.object({
    id: z.string().min(1),
    clientId: textOrNull,
    price: plainDecimal.or(z.literal('')),
    quantity: plainDecimal.or(z.literal('')),
    orderType: z.number(),
    tradeType: z.number(),
    cumulativeQuantity: plainDecimal.or(z.literal('')),
    cumulativeAmount: plainDecimal.or(z.literal('')),
    status: z.number(),
  }),
});
const DealPush = z.object({
  symbol: z.string().min(1),
  privateDeals: z.object({
    price: plainDecimal,
    quantity: plainDecimal,
    tradeType: z.union([z.literal(1), z.literal(2)]),
    isMaker: z.boolean(),
    tradeId: z.string().min(1),
    clientOrderId: textOrNull,
    orderId: z.string().min(1),
    feeAmount: plainDecimal.or(z.literal('')),
    feeCurrency: textOrNull,
    time: z.number(),
  }),
});
const AccountPush = z.object({
  privateAccount: z.object({ vcoinName: z.string().min(1), balanceAmount: plainDecimal, frozenAmount: plainDecimal }),
});

/** States by number; the fifth is a cancel after fills. */
const STATES: Readonly<Record<number, OrderState>> = {
  1: 'open',
  2: 'filled',
  3: 'partially-filled',
  4: 'canceled',
  5: 'canceled',
};

/** Spot user data: a listen key in the URL, three subscriptions, and pushes in protobuf. */
export function spotStream(url: string): PrivateStreamProtocol {
  return {
    *prepare(): Dialogue<string> {
      return readAnswer('mexc', 'POST /api/v3/userDataStream', ListenKey, yield listenKeyCall('POST')).listenKey;
    },
    renewal: {
      everyMs: RENEWAL_MS,
      *renew(ticket): Dialogue<void> {
        yield listenKeyCall('PUT', [['listenKey', ticket]]);
      },
    },
    *release(ticket): Dialogue<void> {
      yield listenKeyCall('DELETE', [['listenKey', ticket]]);
    },
    session: (ticket) => new SpotSession(`${url}?listenKey=${encodeURIComponent(ticket)}`),
    heartbeat: { intervalMs: 20_000, text: () => '{"method":"PING"}' },
    idleMsMax: 45_000,
    lifetimeMs: LIFETIME_MS,
    tellsFills: true,
  };
}

class SpotSession implements PrivateSession {
  private readonly awaited = new Set(CHANNELS);
  private ready = false;

  constructor(readonly url: string) {}

  opened(): readonly string[] {
    return [JSON.stringify({ method: 'SUBSCRIPTION', params: CHANNELS, id: 1 })];
  }

  read(frame: Uint8Array, binary: boolean): readonly StreamItem[] {
    if (binary) return readPush(frame);
    const text = Buffer.from(frame).toString();
    const reply = Reply.safeParse(parseExactJson(text)).data;
    // A dead key is told in plain text.
    if (reply === undefined) return [lost(text.slice(0, 100))];
    if (reply.msg.startsWith('Not Subscribed successfully') || reply.code !== 0) {
      return [{ kind: 'refused', refusal: { kind: 'invalid-request', code: String(reply.code), text: reply.msg.trim() } }];
    }
    for (const channel of reply.msg.split(',')) this.awaited.delete(channel.trim());
    if (this.ready || this.awaited.size > 0) return [{ kind: 'alive' }];
    this.ready = true;
    return [{ kind: 'ready' }];
  }
}

function readPush(frame: Uint8Array): readonly StreamItem[] {
  const push = parsePrivatePush(frame);
  const order = OrderPush.safeParse(push).data;
  if (order !== undefined) return [readOrder(order)];
  const deal = DealPush.safeParse(push).data;
  if (deal !== undefined) return [readDeal(deal)];
  const account = AccountPush.safeParse(push).data?.privateAccount;
  if (account === undefined) return [lost('a push that cannot be read')];
  return [{ kind: 'balance', balance: spotBalance(account.vcoinName, account.balanceAmount, account.frozenAmount) }];
}

/** proto3 leaves out what is empty: a quantity that is not there is unknown, an amount filled so far is nothing. */
function readOrder({ symbol, sendTime, privateOrders: order }: z.infer<typeof OrderPush>): StreamItem {
  return {
    kind: 'order',
    order: {
      venue: 'mexc',
      market: 'spot',
      symbol,
      venueOrderId: order.id,
      clientOrderId: order.clientId,
      side: order.tradeType === 1 ? 'buy' : order.tradeType === 2 ? 'sell' : null,
      state: STATES[order.status] ?? 'unknown',
      price: order.orderType === MARKET_ORDER || order.price === '' ? null : order.price,
      quantity: order.quantity === '' || order.quantity === '0' ? null : order.quantity,
      filledQty: order.cumulativeQuantity === '' ? '0' : order.cumulativeQuantity,
      filledQuote: order.cumulativeAmount === '' ? '0' : order.cumulativeAmount,
      updatedMs: sendTime === 0 ? null : sendTime,
      reason: null,
    },
  };
}

function readDeal({ symbol, privateDeals: deal }: z.infer<typeof DealPush>): StreamItem {
  return {
    kind: 'fill',
    fill: {
      venue: 'mexc',
      market: 'spot',
      symbol,
      tradeId: deal.tradeId,
      venueOrderId: deal.orderId,
      clientOrderId: deal.clientOrderId,
      side: deal.tradeType === 1 ? 'buy' : 'sell',
      price: deal.price,
      quantity: deal.quantity,
      fee: deal.feeAmount === '' ? null : deal.feeAmount,
      feeAsset: deal.feeCurrency === null ? null : canonicalAsset('mexc', deal.feeCurrency),
      liquidity: deal.isMaker ? 'maker' : 'taker',
      timeMs: deal.time,
    },
  };
}

function lost(reason: string): StreamItem {
  return { kind: 'lost', reason };
}
