import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { REFUSAL_KINDS, VenueRequestError } from '../../src/domain/errors.js';
import type { TradableInstrument } from '../../src/domain/instrument.js';
import { type Fill, ORDER_STATES, type OrderReport, type OrderRequest } from '../../src/domain/order.js';
import { parseExactJson, readAnswer } from '../../src/venues/answer.js';
import type {
  Dialogue,
  InstrumentDirectory,
  OrderEntryItem,
  Params,
  RateBudgetRule,
  RestCall,
  StreamItem,
  TradingProtocol,
  VenueRefusal,
} from '../../src/venues/trading.js';

export const FAKE_SECRET = 'fake-secret';
/** How long after its stamp the fake venue takes a request. */
export const FAKE_VALIDITY_MS = 2_000;

const Refusal = z.object({ error: z.enum(REFUSAL_KINDS), retryAfterMs: z.number().optional() });
const Order = z.object({
  id: z.string(),
  cid: z.string(),
  symbol: z.string(),
  state: z.enum(ORDER_STATES),
  qty: z.string(),
  filled: z.string(),
});
const FillRow = z.object({
  id: z.string(),
  order: z.string(),
  cid: z.string(),
  symbol: z.string(),
  qty: z.string(),
  price: z.string(),
  ms: z.number(),
});
const Used = z.coerce.number();

export function readOrder(row: unknown): OrderReport {
  const { id, cid, symbol, state, qty, filled } = readAnswer('binance', 'order', Order, row);
  const none = { side: null, price: null, filledQuote: null, updatedMs: null, reason: null };
  return {
    venue: 'binance',
    market: 'spot',
    symbol,
    venueOrderId: id,
    clientOrderId: cid,
    state,
    quantity: qty,
    filledQty: filled,
    ...none,
  };
}

export function readFill(row: unknown): Fill {
  const { id, order, cid, symbol, qty, price, ms } = readAnswer('binance', 'fill', FillRow, row);
  const fixed = { venue: 'binance', market: 'spot', side: 'buy', fee: '0', feeAsset: 'USDT', liquidity: 'maker' } as const;
  return { ...fixed, symbol, tradeId: id, venueOrderId: order, clientOrderId: cid, price, quantity: qty, timeMs: ms };
}

function call(
  method: RestCall['method'],
  path: string,
  purpose: RestCall['purpose'],
  query: Params = [],
  body: unknown = null,
): RestCall {
  return {
    method,
    path,
    query,
    body: body === null ? null : { kind: 'json', text: JSON.stringify(body) },
    security: path === '/time' || path === '/instruments' ? 'public' : 'signed',
    purpose,
    costs: [{ budget: 'weight', amount: 1 }],
    repeatable: purpose !== 'order',
  };
}

function instrument(symbol: string): TradableInstrument {
  return {
    venue: 'binance',
    market: 'spot',
    symbol,
    requestName: symbol,
    aliases: [],
    base: symbol.replace('USDT', ''),
    quote: 'USDT',
    priceDecimals: 2,
    qtyDecimals: 3,
    contractSize: '1',
    takerFeeBps: 10,
    makerFeeBps: 10,
    contract: null,
    rules: {
      tickSize: '0.05',
      lotSize: '0.001',
      minQty: '0.001',
      maxQty: null,
      maxMarketQty: null,
      minQuoteAmount: '5',
      maxQuoteAmount: null,
      quoteStep: null,
    },
  };
}

export interface FakeOptions {
  /** Authority that the venue is served under. */
  readonly authority: string;
  readonly directory: InstrumentDirectory;
  readonly orderEntry?: boolean;
  readonly tellsFills?: boolean;
  readonly serialNonces?: true;
  readonly budgets?: readonly RateBudgetRule[];
  readonly deadMansSwitch?: boolean;
}

/** Budget that no test exhausts by chance. */
export const WIDE: readonly RateBudgetRule[] = [
  { name: 'weight', kind: 'window', limit: 100_000, windowMs: 1_000, scope: 'address' },
];

/** The smallest protocol that has everything a gateway can be asked. */
export function fakeProtocol(options: FakeOptions): TradingProtocol {
  const ws = `ws://${options.authority}`;
  const read = function* <T>(path: string, schema: (row: unknown) => T, query: Params = []): Dialogue<T[]> {
    const rows = yield call('GET', path, 'read', query);
    return z.array(z.unknown()).parse(rows).map(schema);
  };
  return {
    venue: 'binance',
    market: 'spot',
    endpoints: { rest: `http://${options.authority}`, wsPrivate: ws, wsTrade: ws },
    features: {
      timeInForce: ['gtc', 'ioc', 'fok', 'post-only'],
      marketByQuote: [],
      reduceOnly: false,
      openOrdersOfAll: true,
      cancelAllOfAll: true,
      fillsOfAll: true,
    },
    budgets: options.budgets ?? WIDE,
    requestValidityMs: FAKE_VALIDITY_MS,
    ...(options.serialNonces === undefined ? {} : { serialNonces: options.serialNonces }),
    sign: ({ method, path, query, body }, credentials, { epochMs, nonce }) => {
      const text = query.map(([name, value]) => `${name}=${value}`).join('&');
      const sent = body?.kind === 'json' ? body.text : null;
      const signature = createHmac('sha256', credentials?.secret() ?? '')
        .update(`${path}${text}${sent ?? ''}${nonce}`)
        .digest('hex');
      return {
        method,
        target: text === '' ? path : `${path}?${text}`,
        headers: { 'x-signature': signature, 'x-nonce': String(nonce), 'x-stamp': String(epochMs) },
        body: sent,
      };
    },
    refusal: ({ status, body }): VenueRefusal | null => {
      const said = Refusal.safeParse(body).data;
      if (said !== undefined)
        return { kind: said.error, code: said.error, text: '', ...(said.retryAfterMs && { retryAfterMs: said.retryAfterMs }) };
      if (status === 429) return { kind: 'rate-limited', code: '429', text: '' };
      return status < 300 && body !== undefined ? null : { kind: 'outcome-unknown', code: String(status), text: '' };
    },
    usage: ({ headers }) => {
      const used = Used.safeParse(headers['x-used']).data;
      return used === undefined || Number.isNaN(used) ? [] : [{ budget: 'weight', used }];
    },
    clientOrderId: (key) => `c-${key}`,
    *serverTime(): Dialogue<number> {
      return z.object({ ms: z.number() }).parse(yield call('GET', '/time', 'read')).ms;
    },
    serverTimeStepMs: 1,
    *instruments(): Dialogue<readonly TradableInstrument[]> {
      return z
        .array(z.string())
        .parse(yield call('GET', '/instruments', 'read'))
        .map(instrument);
    },
    *orderBook(): Dialogue<never> {
      return yield* unsupported();
    },
    klineBatchMax: 3,
    *klines(_instrument, _interval, fromMs, toMs) {
      const rows = yield call('GET', '/klines', 'read', [
        ['from', String(fromMs)],
        ['to', String(toMs)],
      ]);
      const flat = { open: '1', high: '1', low: '1', close: '1', baseVolume: null, quoteVolume: null };
      return z
        .array(z.number())
        .parse(rows)
        .map((openMs) => ({ openMs, ...flat }));
    },
    *tickers(): Dialogue<never> {
      return yield* unsupported();
    },
    *place(order: OrderRequest): Dialogue<OrderReport> {
      return readOrder(yield call('POST', '/order', 'order', [], placeBody(order)));
    },
    *cancel(order): Dialogue<OrderReport> {
      return readOrder(yield call('DELETE', '/order', 'cancel', [['cid', order.clientOrderId ?? '']]));
    },
    *cancelAll(): Dialogue<never> {
      return yield* unsupported();
    },
    *order(order): Dialogue<OrderReport | null> {
      try {
        return readOrder(yield call('GET', '/order', 'read', [['cid', order.clientOrderId ?? '']]));
      } catch (error) {
        if (error instanceof VenueRequestError && error.kind === 'unknown-order') return null;
        throw error;
      }
    },
    openOrders: () => read('/open', readOrder),
    fills: (_instrument, sinceMs) => read('/fills', readFill, [['since', String(sinceMs)]]),
    *balances() {
      yield call('GET', '/balances', 'read');
      return [{ venue: 'binance', asset: 'USDT', total: '100', available: '100' }];
    },
    *feeTier(): Dialogue<never> {
      return yield* unsupported();
    },
    futures: null,
    deadMansSwitch:
      options.deadMansSwitch === true
        ? {
            minSeconds: 1,
            maxSeconds: 100,
            scope: 'account',
            *arm(timeoutSeconds): Dialogue<void> {
              yield call('POST', '/switch', 'session', [], { timeoutSeconds });
            },
          }
        : null,
    privateStream: {
      *prepare(): Dialogue<string> {
        return z.object({ ticket: z.string() }).parse(yield call('POST', '/ticket', 'session')).ticket;
      },
      renewal: {
        everyMs: 30 * 60_000,
        *renew(ticket): Dialogue<void> {
          yield call('PUT', '/ticket', 'session', [['ticket', ticket]]);
        },
      },
      *release(ticket): Dialogue<void> {
        yield call('DELETE', '/ticket', 'session', [['ticket', ticket]]);
      },
      session: (ticket) => ({ url: `${ws}/stream?ticket=${ticket}`, opened: () => ['{"op":"login"}'], read: readStream }),
      heartbeat: { intervalMs: 20_000, text: () => '{"op":"ping"}' },
      idleMsMax: 60_000,
      lifetimeMs: 24 * 3_600_000,
      tellsFills: options.tellsFills ?? true,
    },
    orderEntry:
      options.orderEntry === true
        ? {
            *prepare(): Dialogue<string> {
              yield* [];
              return '';
            },
            session: () => ({
              url: `${ws}/trade`,
              opened: () => ['{"op":"login"}'],
              place: (order, _instrument, requestId, { epochMs }) =>
                JSON.stringify({ op: 'place', requestId, epochMs, ...placeBody(order) }),
              cancel: (order, requestId, { epochMs }) =>
                JSON.stringify({ op: 'cancel', requestId, epochMs, cid: order.clientOrderId }),
              read: readEntry,
            }),
            heartbeat: null,
            idleMsMax: Number.POSITIVE_INFINITY,
            lifetimeMs: 24 * 3_600_000,
            placeCosts: [{ budget: 'weight', amount: 1 }],
            cancelCosts: [{ budget: 'weight', amount: 1 }],
          }
        : null,
  };
}

const Frame = z.looseObject({ kind: z.string() });

function readStream(frame: Uint8Array): StreamItem[] {
  const parsed = Frame.safeParse(parseExactJson(Buffer.from(frame).toString()));
  if (!parsed.success) return [{ kind: 'lost', reason: 'unreadable' }];
  const { kind, row } = parsed.data;
  if (kind === 'order') return [{ kind, order: readOrder(row) }];
  if (kind === 'fill') return [{ kind, fill: readFill(row) }];
  if (kind === 'ready' || kind === 'alive') return [{ kind }];
  if (kind === 'refused') return [{ kind, refusal: { kind: 'authentication', code: 'ticket', text: 'unknown ticket' } }];
  return [{ kind: 'lost', reason: kind }];
}

function readEntry(frame: Uint8Array): OrderEntryItem[] {
  const parsed = Frame.safeParse(parseExactJson(Buffer.from(frame).toString()));
  if (!parsed.success) return [{ kind: 'lost', reason: 'unreadable' }];
  const { kind, row, requestId, error } = parsed.data;
  if (kind === 'ready') return [{ kind }];
  if (kind === 'order') return [{ kind, requestId: Number(requestId), order: readOrder(row) }];
  const said = z.enum(REFUSAL_KINDS).parse(error);
  return [{ kind: 'refusal', requestId: Number(requestId), refusal: { kind: said, code: said, text: '' } }];
}

function placeBody({ symbol, clientOrderId, quantity, price, timeInForce }: OrderRequest): Record<string, unknown> {
  return { symbol, cid: clientOrderId, qty: quantity, price, timeInForce };
}

function* unsupported(): Dialogue<never> {
  yield* [];
  throw new Error('no test asks this');
}
