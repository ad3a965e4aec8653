import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../src/domain/credentials.js';
import { binanceFuturesTrading, binanceSpotTrading } from '../../../src/venues/binance/trading.js';
import { converse } from '../converse.js';
import { directory, ORDER, SPOT } from './support.js';

const credentials = new Credentials('atlas-demo-key', 'atlas-demo-secret');
const stamp = { epochMs: 1_767_225_600_123, nonce: 1 };
const spot = binanceSpotTrading({ directory: directory() });
const futures = binanceFuturesTrading({ directory: directory() });
const bytes = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

const REPORT = {
  e: 'executionReport',
  E: 1_767_225_600_160,
  s: 'ETHUSDT',
  c: 'sim-0001',
  S: 'SELL',
  o: 'LIMIT',
  f: 'GTC',
  q: '0.25000000',
  p: '3120.55000000',
  C: '',
  x: 'TRADE',
  X: 'PARTIALLY_FILLED',
  r: 'NONE',
  i: 7_712_345,
  l: '0.10000000',
  z: '0.10000000',
  L: '3120.55000000',
  n: '0.31205500',
  N: 'USDT',
  T: 1_767_225_600_159,
  t: 554_433,
  I: 16_001,
  w: false,
  m: true,
  Z: '312.05500000',
};

describe('spot user data', () => {
  it('subscribes by signature and is ready with the answer', () => {
    const session = spot.privateStream.session('', credentials);
    const [request] = session.opened(stamp);
    expect(JSON.parse(request ?? '')).toMatchObject({
      id: 'subscribe',
      method: 'userDataStream.subscribe.signature',
      params: { apiKey: 'atlas-demo-key', timestamp: 1_767_225_600_123 },
    });
    expect(session.read(bytes({ id: 'subscribe', status: 200, result: { subscriptionId: 0 } }), false, stamp)).toEqual([
      { kind: 'ready' },
    ]);
    const refused = { id: 'subscribe', status: 400, error: { code: -1022, msg: 'Signature for this request is not valid.' } };
    expect(session.read(bytes(refused), false, stamp)).toMatchObject([{ kind: 'refused', refusal: { kind: 'authentication' } }]);
    expect(session.read(bytes({ event: { e: 'serverShutdown', E: 1 } }), false, stamp)).toMatchObject([{ kind: 'lost' }]);
  });

  it('tells fills with their fees, orders and balances', () => {
    const session = spot.privateStream.session('', credentials);
    expect(session.read(bytes({ subscriptionId: 0, event: REPORT }), false, stamp)).toEqual([
      {
        kind: 'fill',
        fill: {
          venue: 'binance',
          market: 'spot',
          symbol: 'ETHUSDT',
          tradeId: '554433',
          venueOrderId: '7712345',
          clientOrderId: 'sim-0001',
          side: 'sell',
          price: '3120.55',
          quantity: '0.1',
          fee: '0.312055',
          feeAsset: 'USDT',
          liquidity: 'maker',
          timeMs: 1_767_225_600_159,
        },
      },
      {
        kind: 'order',
        order: {
          venue: 'binance',
          market: 'spot',
          symbol: 'ETHUSDT',
          venueOrderId: '7712345',
          clientOrderId: 'sim-0001',
          side: 'sell',
          state: 'partially-filled',
          price: '3120.55',
          quantity: '0.25',
          filledQty: '0.1',
          filledQuote: '312.055',
          updatedMs: 1_767_225_600_159,
          reason: null,
        },
      },
    ]);
    const canceled = { ...REPORT, x: 'CANCELED', X: 'CANCELED', c: 'cancel-1', C: 'sim-0001', n: '0', N: null, t: -1 };
    expect(session.read(bytes({ subscriptionId: 0, event: canceled }), false, stamp)).toMatchObject([
      { kind: 'order', order: { clientOrderId: 'sim-0001', state: 'canceled' } },
    ]);
    const position = { e: 'outboundAccountPosition', E: 1, u: 1, B: [{ a: 'USDT', f: '10.10', l: '0.05' }] };
    expect(session.read(bytes({ subscriptionId: 0, event: position }), false, stamp)).toEqual([
      { kind: 'balance', balance: { venue: 'binance', asset: 'USDT', total: '10.15', available: '10.1' } },
    ]);
  });
});

describe('futures user data', () => {
  it('lives by a listen key', () => {
    const { privateStream } = futures;
    const { calls, result } = converse(privateStream.prepare(), [{ listenKey: 'abc' }]);
    expect(calls[0]).toMatchObject({ method: 'POST', path: '/fapi/v1/listenKey', security: 'key' });
    expect(privateStream.session(result, credentials).url).toBe('wss://fstream.binance.com/private/ws?listenKey=abc');
    expect(converse(privateStream.renewal?.renew('abc') ?? fail(), [{}]).calls[0]?.method).toBe('PUT');
    const session = privateStream.session(result, credentials);
    expect(session.opened(stamp)).toHaveLength(1);
    expect(session.read(bytes({ result: [], id: 1 }), false, stamp)).toEqual([{ kind: 'ready' }, { kind: 'alive' }]);
    expect(session.read(bytes({ e: 'listenKeyExpired', E: 1, listenKey: 'abc' }), false, stamp)).toEqual([
      { kind: 'lost', reason: 'listenKeyExpired' },
    ]);
  });

  it('tells fills, orders, balances and positions', () => {
    const session = futures.privateStream.session('abc', credentials);
    session.read(bytes({ result: [], id: 1 }), false, stamp);
    const { C: _, Z: __, I: ___, ...shared } = REPORT;
    const update = { e: 'ORDER_TRADE_UPDATE', E: 1, T: 1, o: { ...shared, ap: '3120.55', R: false, rp: '0', er: '0' } };
    expect(session.read(bytes(update), false, stamp)).toMatchObject([
      { kind: 'fill', fill: { market: 'futures', tradeId: '554433', fee: '0.312055' } },
      { kind: 'order', order: { market: 'futures', state: 'partially-filled', filledQty: '0.1', filledQuote: null } },
    ]);
    const account = {
      e: 'ACCOUNT_UPDATE',
      E: 1,
      T: 1,
      a: {
        m: 'ORDER',
        B: [{ a: 'USDT', wb: '1000.10', cw: '0', bc: '0' }],
        P: [{ s: 'ETHUSDT', pa: '-0.100', ep: '3000.0', ps: 'BOTH' }],
      },
    };
    expect(session.read(bytes(account), false, stamp)).toEqual([
      { kind: 'balance', balance: { venue: 'binance', asset: 'USDT', total: '1000.1', available: null } },
      { kind: 'position', position: { venue: 'binance', symbol: 'ETHUSDT', signedSize: '-0.1', entryPrice: '3000' } },
    ]);
  });
});

describe('order entry', () => {
  const entry = spot.orderEntry ?? fail();

  it('signs each request, and reads orders, refusals and the use of budgets', () => {
    const session = entry.session('', credentials);
    expect(session.opened(stamp)).toHaveLength(1);
    expect(session.read(bytes({ id: 'ping', status: 200, result: {} }), false, stamp)).toEqual([{ kind: 'ready' }]);
    expect(session.read(bytes({ id: 'ping', status: 200, result: {} }), false, stamp)).toEqual([{ kind: 'alive' }]);
    const placed = JSON.parse(session.place(ORDER, SPOT, 7, stamp)) as { id: number; params: Record<string, unknown> };
    expect(placed).toMatchObject({ id: 7, method: 'order.place', params: { price: '3120.55', timestamp: 1_767_225_600_123 } });
    const canceled = JSON.parse(
      session.cancel({ symbol: 'ETHUSDT', venueOrderId: '9', clientOrderId: null }, 8, stamp),
    ) as object;
    expect(canceled).toMatchObject({ id: 8, method: 'order.cancel', params: { orderId: 9 } });
    const rateLimits = [{ rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 200_000, count: 2 }];
    const result = { symbol: 'ETHUSDT', orderId: 5, clientOrderId: 'sim-0001', status: 'NEW' };
    expect(session.read(bytes({ id: 7, status: 200, result, rateLimits }), false, stamp)).toMatchObject([
      { kind: 'order', requestId: 7, order: { venueOrderId: '5', state: 'open' } },
      { kind: 'usage', readings: [{ budget: 'orders-1d', used: 2, limit: 200_000 }] },
    ]);
    const error = { code: -2010, msg: 'Account has insufficient balance for requested action.' };
    expect(session.read(bytes({ id: 7, status: 400, error }), false, stamp)).toMatchObject([
      { kind: 'refusal', requestId: 7, refusal: { kind: 'insufficient-balance' } },
    ]);
    expect(session.read(bytes({ id: 7, status: 200, result: {} }), false, stamp)).toMatchObject([
      { kind: 'refusal', requestId: 7, refusal: { kind: 'outcome-unknown' } },
    ]);
    const unknown = { id: 7, status: 500, error: { code: -1000, msg: 'An unknown error occurred.' } };
    expect(session.read(bytes(unknown), false, stamp)).toMatchObject([{ refusal: { kind: 'outcome-unknown' } }]);
  });
});

describe('any frame', () => {
  const sessions = [
    () => spot.privateStream.session('', credentials),
    () => futures.privateStream.session('k', credentials),
    () => (spot.orderEntry ?? fail()).session('', credentials),
    () => (futures.orderEntry ?? fail()).session('', credentials),
  ];
  const mutated = fc.record(
    {
      e: fc.constantFrom('executionReport', 'ORDER_TRADE_UPDATE', 'ACCOUNT_UPDATE'),
      id: fc.jsonValue(),
      status: fc.jsonValue(),
      event: fc.jsonValue(),
      o: fc.jsonValue(),
      a: fc.jsonValue(),
      error: fc.jsonValue(),
      result: fc.jsonValue(),
      rateLimits: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );

  it('is read without a throw', () => {
    const frame = fc.oneof(fc.uint8Array(), fc.string(), fc.json(), mutated, fc.record({ event: mutated }));
    fc.assert(
      fc.property(frame, (value) => {
        const raw = value instanceof Uint8Array ? value : bytes(value);
        for (const make of sessions) expect(Array.isArray(make().read(raw, false, stamp))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

function fail(): never {
  throw new Error('missing');
}
