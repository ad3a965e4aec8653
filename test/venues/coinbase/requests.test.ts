import { describe, expect, test } from 'vitest';
import { OrderRuleError, type RefusalKind, VenueProtocolError, VenueRequestError } from '../../../src/domain/errors.js';
import type { OrderRequest } from '../../../src/domain/order.js';
import { cancelCall, placeCall, privateRead, publicRead } from '../../../src/venues/coinbase/calls.js';
import { restRefusal, streamRefusal } from '../../../src/venues/coinbase/errors.js';
import { instruments } from '../../../src/venues/coinbase/instruments.js';
import { placeText } from '../../../src/venues/coinbase/orders.js';
import { signRest, streamAuthentication } from '../../../src/venues/coinbase/signing.js';
import { converse } from '../converse.js';
import { CREDENTIALS, ETH, OID, PRODUCT, STAMP, trading } from './support.js';

const REQUEST: OrderRequest = {
  symbol: 'ETH-USD',
  side: 'buy',
  type: 'limit',
  timeInForce: 'gtc',
  quantity: '0.5',
  quoteAmount: null,
  price: '3100.1',
  clientOrderId: OID,
  reduceOnly: false,
};

describe('signatures', () => {
  const signature = (call: Parameters<typeof signRest>[0]): string | undefined =>
    signRest(call, CREDENTIALS, STAMP).headers['CB-ACCESS-SIGN'];

  test('equal the vectors of the atlas', () => {
    const body = `{"type":"limit","side":"buy","product_id":"ETH-USD","price":"3100.10","size":"0.5","client_oid":"${OID}"}`;
    expect(signature(placeCall(body))).toBe('hb6zrZR8C1CFu7U6y4LDzxykaQh8BVeshy8FcxZlPq8=');
    const list = privateRead('/orders', [
      ['status', 'open'],
      ['limit', '100'],
    ]);
    expect(signature(list)).toBe('D1tvVzciCclCujE9vZTJjbkLjHbAE340Lq4RsGtTWgU=');
    expect(streamAuthentication(CREDENTIALS, STAMP)).toEqual({
      key: 'a-key',
      passphrase: 'words',
      timestamp: '1767225600',
      signature: 'ifcV8ESJDfD3p3mBPnPsncu3JeRwUaYFa/DSRBlF+nA=',
    });
  });

  test('are made over what is sent', () => {
    const signed = signRest(cancelCall('/orders', [['product_id', 'ETH-USD']]), CREDENTIALS, {
      epochMs: 1.5e12 + 250.7,
      nonce: 1,
    });
    expect(signed).toMatchObject({ method: 'DELETE', target: '/orders?product_id=ETH-USD', body: null });
    expect(signed.headers).toMatchObject({ 'CB-ACCESS-TIMESTAMP': '1500000000.25', 'CB-ACCESS-PASSPHRASE': 'words' });
  });

  test('need keys only where the venue does', () => {
    expect(signRest(publicRead('/time'), null, STAMP).headers).toEqual({ 'User-Agent': 'tiercel' });
    expect(() => signRest(privateRead('/fees'), null, STAMP)).toThrow(VenueRequestError);
  });
});

describe('refusals', () => {
  const cases: readonly (readonly [number, unknown, RefusalKind])[] = [
    [400, { message: 'Insufficient funds' }, 'insufficient-balance'],
    [400, { message: 'size is too small. Minimum size is 0.00100000' }, 'below-minimum'],
    [400, { message: 'notional is too small. Minimum is 1' }, 'below-minimum'],
    [400, { message: 'funds is too small. Minimum size is 5.00000000' }, 'below-minimum'],
    [400, { message: 'size is too large. Maximum size is 9000' }, 'above-maximum'],
    [400, { message: 'price too precise (0.015)' }, 'precision'],
    [400, { message: 'price too small' }, 'precision'],
    [400, { message: 'size is too accurate. Smallest unit is 0.00000001' }, 'precision'],
    [400, { message: 'Invalid order id' }, 'invalid-request'],
    [404, { message: 'Product not found' }, 'unknown-instrument'],
    [400, { message: 'Order already done' }, 'order-closed'],
    [404, { message: 'NotFound' }, 'unknown-order'],
    [404, { message: 'order not found' }, 'unknown-order'],
    [400, { message: 'Cancel only mode' }, 'instrument-halted'],
    [400, { message: 'Trading pair not available' }, 'instrument-halted'],
    [400, { message: 'Exchange is under maintenance' }, 'venue-down'],
    [401, { message: 'Invalid API Key' }, 'authentication'],
    [401, { message: 'invalid signature' }, 'authentication'],
    [401, { message: 'Invalid Passphrase' }, 'authentication'],
    [401, { message: 'invalid timestamp' }, 'time-window'],
    [400, { message: 'request timestamp expired' }, 'time-window'],
    [403, { message: 'Forbidden' }, 'authentication'],
    [429, { message: 'Private rate limit exceeded' }, 'rate-limited'],
    [400, { message: 'something new' }, 'invalid-request'],
    [500, { message: 'Internal server error' }, 'outcome-unknown'],
    [503, undefined, 'outcome-unknown'],
    [504, undefined, 'outcome-unknown'],
    [200, undefined, 'outcome-unknown'],
    [200, { message: 'Insufficient funds' }, 'insufficient-balance'],
  ];
  test.each(cases)('%i %j is %s', (status, body, kind) => {
    expect(restRefusal({ status, headers: {}, body }, placeCall('{}'))?.kind).toBe(kind);
  });

  test('good answers are none, a bare text among them', () => {
    expect(restRefusal({ status: 200, headers: {}, body: OID }, cancelCall('/orders/x', []))).toBeNull();
    expect(restRefusal({ status: 200, headers: {}, body: [] }, privateRead('/orders'))).toBeNull();
  });

  test('a read that failed changed nothing', () => {
    expect(restRefusal({ status: 500, headers: {}, body: undefined }, privateRead('/orders'))?.kind).toBe('venue-down');
  });

  test('an empty bucket asks for patience', () => {
    expect(restRefusal({ status: 429, headers: {}, body: { message: 'slow' } }, publicRead('/time'))).toMatchObject({
      kind: 'rate-limited',
      retryAfterMs: 1000,
    });
  });

  test('on the stream', () => {
    expect(streamRefusal('Authentication Failed', '{"message":"Invalid API Key"}').kind).toBe('authentication');
    expect(streamRefusal('Failed to subscribe', 'ETH-XXX is not a valid product').kind).toBe('unknown-instrument');
    expect(streamRefusal('Malformed JSON', '').kind).toBe('invalid-request');
  });
});

describe('instruments', () => {
  test('carry the rules as the venue states them', () => {
    expect(ETH).toMatchObject({
      symbol: 'ETH-USD',
      base: 'ETH',
      quote: 'USD',
      priceDecimals: 2,
      qtyDecimals: 4,
      takerFeeBps: 60,
      makerFeeBps: 40,
      contract: null,
      rules: {
        tickSize: '0.05',
        lotSize: '0.0001',
        minQty: '0.0001',
        maxQty: null,
        minQuoteAmount: '1',
        maxQuoteAmount: null,
        quoteStep: '0.05',
      },
    });
  });

  test('are those that can be traded, and are what they claim to be', () => {
    const rows = [
      PRODUCT,
      { ...PRODUCT, id: 'ETHAUCTION-USD' },
      { ...PRODUCT, id: 'A-USD', base_currency: 'A', cancel_only: true },
      { ...PRODUCT, id: 'B-USD', base_currency: 'B', auction_mode: true },
      { ...PRODUCT, id: 'C-USD', base_currency: 'C', status: 'delisted' },
      { ...PRODUCT, id: 'D-USD', base_currency: 'D', trading_disabled: true },
      { id: 'odd' },
    ];
    expect(instruments([rows]).map(({ symbol }) => symbol)).toEqual(['ETH-USD']);
    expect(() => instruments([{ message: 'no' }])).toThrow(VenueProtocolError);
  });
});

describe('orders', () => {
  const text = (change: Partial<OrderRequest>): unknown => JSON.parse(placeText({ ...REQUEST, ...change }));
  const common = { side: 'buy', product_id: 'ETH-USD', stp: 'cn', client_oid: OID };

  test('are written with the exact texts', () => {
    const limit = { ...common, type: 'limit', price: '3100.1', size: '0.5' };
    expect(text({})).toEqual(limit);
    expect(text({ timeInForce: 'ioc' })).toEqual({ ...limit, time_in_force: 'IOC' });
    expect(text({ timeInForce: 'fok' })).toEqual({ ...limit, time_in_force: 'FOK' });
    expect(text({ timeInForce: 'post-only' })).toEqual({ ...limit, post_only: true });
    const market = { type: 'market', timeInForce: 'ioc', price: null } as const;
    expect(text(market)).toEqual({ ...common, type: 'market', size: '0.5' });
    expect(text({ ...market, quantity: null, quoteAmount: '25.05' })).toEqual({ ...common, type: 'market', funds: '25.05' });
  });

  test('are placed once, by a client id that the venue keeps', () => {
    const answer = {
      id: '7b1f0c1e-0009-4000-8000-000000000009',
      product_id: 'ETH-USD',
      side: 'buy',
      type: 'market',
      created_at: '2026-01-01T00:00:00.123456Z',
      filled_size: '0.00000000',
      executed_value: '0.0000000000000000',
      status: 'pending',
      settled: false,
    };
    const { calls, result } = converse(trading.place(REQUEST, ETH), [answer]);
    expect(calls[0]).toMatchObject({ method: 'POST', path: '/orders', purpose: 'order', repeatable: false });
    expect(result).toMatchObject({
      state: 'pending',
      clientOrderId: OID,
      filledQty: '0',
      filledQuote: '0',
      updatedMs: 1_767_225_600_123,
    });
    expect(() => converse(trading.place({ ...REQUEST, clientOrderId: 'my-order' }, ETH), [])).toThrow(OrderRuleError);
    expect(() => converse(trading.place(REQUEST, ETH), [{ id: 'x' }])).toThrow(VenueProtocolError);
    expect(trading.clientOrderId('a key')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(trading.clientOrderId('a key')).toBe(trading.clientOrderId('a key'));
  });

  test('are cancelled by client id, or by the venue’s', () => {
    const own = converse(trading.cancel({ symbol: 'ETH-USD', venueOrderId: 'v', clientOrderId: OID }), ['v']);
    expect(own.calls[0]).toMatchObject({ method: 'DELETE', path: `/orders/client:${OID}`, query: [['product_id', 'ETH-USD']] });
    expect(own.result).toBeNull();
    const foreign = converse(trading.cancel({ symbol: 'ETH-USD', venueOrderId: 'v', clientOrderId: 'odd' }), ['v']);
    expect(foreign.calls[0]?.path).toBe('/orders/v');
  });

  test('all of them, as often as it takes', () => {
    const { calls } = converse(trading.cancelAll(null), [['a', 'b'], ['c'], []]);
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual(['DELETE /orders', 'DELETE /orders', 'DELETE /orders']);
  });
});
