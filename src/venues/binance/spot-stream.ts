import { z } from 'zod';
import type { Credentials } from '../../domain/credentials.js';
import type { OrderReport } from '../../domain/order.js';
import { idText, parseExactJson, plainDecimal } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import type { PrivateSession, PrivateStreamProtocol, RequestStamp, StreamItem } from '../trading.js';
import { spotBalance } from './account-reads.js';
import { wsRefusal } from './errors.js';
import { orderState, sideText } from './orders.js';
import { signWsParams, wsRequest } from './signing.js';
import { HEARTBEAT_ID, LIFETIME_MS, wsHeartbeat } from './ws-api.js';

const SUBSCRIBE_ID = 'subscribe';

const Envelope = z.looseObject({
  id: z.union([z.string(), z.number()]).nullish(),
  status: z.number().optional(),
  event: z.looseObject({ e: z.string() }).optional(),
});

/** Keys that are in every report on an order; `c` names the cancel where `C` names the order. */
const Execution = z.object({
  s: z.string().min(1),
  c: z.string(),
  C: z.string().default(''),
  S: sideText,
  o: z.string(),
  q: plainDecimal,
  p: plainDecimal,
  x: z.string(),
  X: z.string(),
  r: z.string().default('NONE'),
  i: idText,
  l: plainDecimal,
  z: plainDecimal,
  L: plainDecimal,
  n: plainDecimal.nullish(),
  N: z.string().nullish(),
  T: z.number(),
  t: idText,
  m: z.boolean(),
  Z: plainDecimal,
  eR: z.union([z.string(), z.number()]).optional(),
});
const AccountPosition = z.object({ B: z.array(z.object({ a: z.string(), f: plainDecimal, l: plainDecimal })) });

/** Spot user data: a subscription on a connection of the WebSocket API; there are no listen keys any more. */
export function spotStream(url: string): PrivateStreamProtocol {
  return {
    // biome-ignore lint/correctness/useYield: nothing has to be asked for beforehand
    *prepare() {
      return '';
    },
    renewal: null,
    release: null,
    session: (_ticket, credentials) => new SpotSession(url, credentials),
    heartbeat: wsHeartbeat,
    idleMsMax: 45_000,
    lifetimeMs: LIFETIME_MS,
    tellsFills: true,
  };
}

class SpotSession implements PrivateSession {
  constructor(
    readonly url: string,
    private readonly credentials: Credentials,
  ) {}

  opened(stamp: RequestStamp): readonly string[] {
    return [wsRequest(SUBSCRIBE_ID, 'userDataStream.subscribe.signature', signWsParams([], this.credentials, stamp))];
  }

  read(frame: Uint8Array, _binary: boolean, stamp: RequestStamp): readonly StreamItem[] {
    const parsed = Envelope.safeParse(parseExactJson(Buffer.from(frame).toString()));
    if (!parsed.success) return [lost('a frame that is no object of the WebSocket API')];
    const { id, status, event } = parsed.data;
    if (event !== undefined) return readEvent(event);
    if (id === SUBSCRIBE_ID && status === 200) return [{ kind: 'ready' }];
    if (id === HEARTBEAT_ID && status === 200) return [{ kind: 'alive' }];
    if (status === undefined || status === 200) return [{ kind: 'alive' }];
    // A refusal without an id concerns the whole connection, a revoked key for example.
    return [{ kind: 'refused', refusal: wsRefusal('spot', status, parsed.data['error'], stamp.epochMs) }];
  }
}

function readEvent(event: { readonly e: string }): readonly StreamItem[] {
  switch (event.e) {
    case 'executionReport':
      return readExecution(event);
    case 'outboundAccountPosition': {
      const parsed = AccountPosition.safeParse(event);
      if (!parsed.success) return [lost('an account position that cannot be read')];
      return parsed.data.B.map(({ a, f, l }) => ({ kind: 'balance', balance: spotBalance(a, f, l) }));
    }
    case 'eventStreamTerminated':
    case 'serverShutdown':
      return [lost(event.e)];
    default:
      // Deposits and locks come as a change and, beside it, as a whole account position.
      return [{ kind: 'alive' }];
  }
}

function readExecution(event: unknown): readonly StreamItem[] {
  const parsed = Execution.safeParse(event);
  if (!parsed.success) return [lost('an execution report that cannot be read')];
  const { data } = parsed;
  const clientOrderId = data.C === '' ? data.c : data.C;
  const reason = data.r !== 'NONE' ? data.r : data.eR === undefined ? null : String(data.eR);
  const order: OrderReport = {
    venue: 'binance',
    market: 'spot',
    symbol: data.s,
    venueOrderId: data.i,
    clientOrderId,
    side: data.S,
    state: orderState(data.X),
    price: data.o === 'MARKET' ? null : data.p,
    quantity: data.q === '0' ? null : data.q,
    filledQty: data.z,
    filledQuote: data.Z,
    updatedMs: data.T,
    reason,
  };
  if (data.x !== 'TRADE') return [{ kind: 'order', order }];
  return [
    {
      kind: 'fill',
      fill: {
        venue: 'binance',
        market: 'spot',
        symbol: data.s,
        tradeId: data.t,
        venueOrderId: data.i,
        clientOrderId,
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

function lost(reason: string): StreamItem {
  return { kind: 'lost', reason };
}
