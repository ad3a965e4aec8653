import { z } from 'zod';
import type { OrderReport } from '../../domain/order.js';
import { idText, parseExactJson, plainDecimal, readAnswer } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import type { Dialogue, PrivateSession, PrivateStreamProtocol, StreamHeartbeat, StreamItem } from '../trading.js';
import { listenKeyCall } from './calls.js';
import { orderState, sideText } from './orders.js';
import { LIFETIME_MS } from './ws-api.js';

/** A listen key lives for an hour. */
const RENEWAL_MS = 1_800_000;

const ListenKey = z.object({ listenKey: z.string().min(1) });
const Frame = z.looseObject({ e: z.string().optional() });
const Execution = z.object({
  s: z.string().min(1),
  c: z.string(),
  S: sideText,
  o: z.string(),
  q: plainDecimal,
  p: plainDecimal,
  x: z.string(),
  X: z.string(),
  i: idText,
  l: plainDecimal,
  z: plainDecimal,
  L: plainDecimal,
  n: plainDecimal.nullish(),
  N: z.string().nullish(),
  T: z.number(),
  t: idText,
  m: z.boolean().default(false),
  er: z.union([z.string(), z.number()]).optional(),
});
const OrderUpdate = z.object({ o: Execution });
const AccountUpdate = z.object({
  a: z.object({
    B: z.array(z.object({ a: z.string(), wb: plainDecimal })).default([]),
    P: z.array(z.object({ s: z.string(), pa: plainDecimal, ep: plainDecimal })).default([]),
  }),
});

/** Asked at the start, since the connection itself says nothing once it is open, and as a heartbeat. */
const LIST: StreamHeartbeat = { intervalMs: 30_000, text: () => '{"method":"LIST_SUBSCRIPTIONS","id":1}' };

/** Executions are trades, and what the liquidation engine takes over. */
const EXECUTIONS: readonly string[] = ['TRADE', 'CALCULATED'];

/** Futures user data: a listen key in the URL of a connection. */
export function futuresStream(url: string): PrivateStreamProtocol {
  return {
    *prepare(): Dialogue<string> {
      return readAnswer('binance', '/fapi/v1/listenKey', ListenKey, yield listenKeyCall('POST')).listenKey;
    },
    renewal: {
      everyMs: RENEWAL_MS,
      *renew(): Dialogue<void> {
        yield listenKeyCall('PUT');
      },
    },
    *release(): Dialogue<void> {
      yield listenKeyCall('DELETE');
    },
    session: (ticket) => new FuturesSession(`${url}?listenKey=${encodeURIComponent(ticket)}`),
    heartbeat: LIST,
    idleMsMax: 90_000,
    lifetimeMs: LIFETIME_MS,
    tellsFills: true,
  };
}

class FuturesSession implements PrivateSession {
  private ready = false;

  constructor(readonly url: string) {}

  opened(): readonly string[] {
    return [LIST.text(0)];
  }

  read(frame: Uint8Array): readonly StreamItem[] {
    const items = readFrame(frame);
    if (this.ready || items.some(({ kind }) => kind === 'lost')) return items;
    // The first frame shows that the key is good: the venue closes connections with any other.
    this.ready = true;
    return [{ kind: 'ready' }, ...items];
  }
}

function readFrame(frame: Uint8Array): readonly StreamItem[] {
  const value = parseExactJson(Buffer.from(frame).toString());
  const parsed = Frame.safeParse(value);
  if (!parsed.success) return [lost('a frame that is no object')];
  switch (parsed.data.e) {
    case 'ORDER_TRADE_UPDATE':
      return readOrderUpdate(value);
    case 'ACCOUNT_UPDATE':
      return readAccountUpdate(value);
    case 'listenKeyExpired':
    case 'serverShutdown':
      return [lost(parsed.data.e)];
    default:
      return [{ kind: 'alive' }];
  }
}

function readOrderUpdate(value: unknown): readonly StreamItem[] {
  const parsed = OrderUpdate.safeParse(value);
  if (!parsed.success) return [lost('an order update that cannot be read')];
  const { o: data } = parsed.data;
  const order: OrderReport = {
    venue: 'binance',
    market: 'futures',
    symbol: data.s,
    venueOrderId: data.i,
    clientOrderId: data.c,
    side: data.S,
    state: orderState(data.X),
    price: data.o === 'MARKET' ? null : data.p,
    quantity: data.q,
    filledQty: data.z,
    // Only a rounded average price is told.
    filledQuote: null,
    updatedMs: data.T,
    reason: data.er === undefined ? null : String(data.er),
  };
  if (!EXECUTIONS.includes(data.x)) return [{ kind: 'order', order }];
  return [
    {
      kind: 'fill',
      fill: {
        venue: 'binance',
        market: 'futures',
        symbol: data.s,
        tradeId: data.t,
        venueOrderId: data.i,
        clientOrderId: data.c,
        side: data.S,
        price: data.L,
        quantity: data.l,
        fee: data.n ?? null,
        feeAsset: data.N === null || data.N === undefined ? null : canonicalAsset('binance', data.N),
        liquidity: data.m ? 'maker' : 'taker',
        timeMs: data.T,
      },
    },
    { kind: 'order', order },
  ];
}

function readAccountUpdate(value: unknown): readonly StreamItem[] {
  const parsed = AccountUpdate.safeParse(value);
  if (!parsed.success) return [lost('an account update that cannot be read')];
  const { B, P } = parsed.data.a;
  return [
    ...B.map(({ a, wb }): StreamItem => {
      return { kind: 'balance', balance: { venue: 'binance', asset: canonicalAsset('binance', a), total: wb, available: null } };
    }),
    ...P.map(({ s, pa, ep }): StreamItem => {
      const entryPrice = pa === '0' ? null : ep;
      return { kind: 'position', position: { venue: 'binance', symbol: s, signedSize: pa, entryPrice } };
    }),
  ];
}

function lost(reason: string): StreamItem {
  return { kind: 'lost', reason };
}
