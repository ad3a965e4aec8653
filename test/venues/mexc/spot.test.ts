import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../src/domain/credentials.js';
import { VenueProtocolError, VenueRequestError } from '../../../src/domain/errors.js';
import type { OrderState } from '../../../src/domain/order.js';
import { ProtobufWriter } from '../../../src/sim/fronts/protobuf-writer.js';
import { spotRefusal } from '../../../src/venues/mexc/errors.js';
import { hmacHex, signSpot } from '../../../src/venues/mexc/signing.js';
import { mexcSpotTrading } from '../../../src/venues/mexc/spot-trading.js';
import { converse } from '../converse.js';
import { directory, ORDER, SPOT, SPOT_INFO, UNKNOWN_ORDER } from './support.js';

const credentials = new Credentials('example-key', 'example-secret');
const stamp = { epochMs: 1_767_225_600_000, nonce: 1 };
const spot = mexcSpotTrading({ directory: directory() });
const session = () => spot.privateStream.session('pqia-1', credentials);
const text = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

describe('MEXC spot signatures', () => {
  it('sign the query as it is sent', () => {
    const canonical = 'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price=60000&recvWindow=5000&timestamp=1767225600000';
    const signature = 'ac5a21fe6f574e038233fac93fb953d2f3500af0d6139c5f7aa625a3076cf9e2';
    expect(hmacHex('example-secret', canonical)).toBe(signature);
    const [call] = converse(spot.place(ORDER, SPOT), [{ symbol: 'BTCUSDT', orderId: 'C02__1' }]).calls;
    if (call === undefined) throw new Error('no call');
    const unnamed = { ...call, query: call.query.filter(([name]) => name !== 'newClientOrderId') };
    expect(signSpot(unnamed, credentials, stamp)).toEqual({
      method: 'POST',
      target: `/api/v3/order?${canonical}&signature=${signature}`,
      headers: { 'X-MEXC-APIKEY': 'example-key', 'Content-Type': 'application/json' },
      body: null,
    });
    expect(() => spot.sign(call, null, stamp)).toThrow(VenueRequestError);
  });
});

describe('MEXC spot metadata', () => {
  it('has exact rules from fields whose names say something else', () => {
    const { result } = converse(spot.instruments(), [SPOT_INFO]);
    expect(result).toEqual([
      {
        venue: 'mexc',
        market: 'spot',
        symbol: 'BTCUSDT',
        requestName: 'BTCUSDT',
        aliases: [],
        base: 'BTC',
        quote: 'USDT',
        priceDecimals: 2,
        qtyDecimals: 8,
        contractSize: '1',
        takerFeeBps: 5,
        makerFeeBps: 0,
        rules: {
          tickSize: '0.01',
          lotSize: '0.00000001',
          minQty: '0.000001',
          maxQty: null,
          maxMarketQty: null,
          minQuoteAmount: '5',
          maxQuoteAmount: '1000000',
          quoteStep: '0.01',
        },
        contract: null,
      },
    ]);
  });
});

describe('MEXC spot orders', () => {
  it.each([
    ['gtc', 'LIMIT'],
    ['ioc', 'IMMEDIATE_OR_CANCEL'],
    ['fok', 'FILL_OR_KILL'],
    ['post-only', 'LIMIT_MAKER'],
  ] as const)('say %s by the type %s', (timeInForce, type) => {
    const { calls } = converse(spot.place({ ...ORDER, timeInForce }, SPOT), [{ symbol: 'BTCUSDT', orderId: 'C02__1' }]);
    expect(Object.fromEntries(calls[0]?.query ?? [])).toEqual({
      symbol: 'BTCUSDT',
      side: 'BUY',
      type,
      quantity: '0.01',
      price: '60000',
      newClientOrderId: 'bot-1',
    });
    expect(calls[0]).toMatchObject({ repeatable: false, purpose: 'order', body: null });
  });

  it('spend a quote amount at the market', () => {
    const order = { ...ORDER, type: 'market', timeInForce: 'ioc', quantity: null, price: null, quoteAmount: '25.5' } as const;
    const { calls, result } = converse(spot.place(order, SPOT), [{ symbol: 'BTCUSDT', orderId: 'C02__1', transactTime: 7 }]);
    expect(calls[0]?.query).toContainEqual(['quoteOrderQty', '25.5']);
    expect(result).toMatchObject({ venueOrderId: 'C02__1', clientOrderId: 'bot-1', state: 'pending', updatedMs: 7 });
  });

  it.each<[string, OrderState]>([
    ['NEW', 'open'],
    ['PARTIALLY_FILLED', 'partially-filled'],
    ['FILLED', 'filled'],
    ['CANCELED', 'canceled'],
    ['PARTIALLY_CANCELED', 'canceled'],
    ['SOMETHING_NEW', 'unknown'],
  ])('in state %s are %s', (status, state) => {
    const answer = {
      symbol: 'BTCUSDT',
      orderId: 'C02__583900000000000001',
      clientOrderId: 'bot-1',
      price: '60000.00',
      origQty: '0.01',
      executedQty: '0.0040',
      cummulativeQuoteQty: '240.00',
      status,
      timeInForce: null,
      type: 'LIMIT',
      side: 'BUY',
      time: 1767225600130,
      updateTime: 1767225600200,
    };
    const name = { symbol: 'BTCUSDT', venueOrderId: null, clientOrderId: 'bot-1' };
    const { calls, result } = converse(spot.order(name), [answer]);
    expect(calls[0]?.query).toEqual([
      ['symbol', 'BTCUSDT'],
      ['origClientOrderId', 'bot-1'],
    ]);
    expect(result).toEqual({
      venue: 'mexc',
      market: 'spot',
      symbol: 'BTCUSDT',
      venueOrderId: 'C02__583900000000000001',
      clientOrderId: 'bot-1',
      side: 'buy',
      state,
      price: '60000',
      quantity: '0.01',
      filledQty: '0.004',
      filledQuote: '240',
      updatedMs: 1767225600200,
      reason: null,
    });
  });

  it('are unknown only when the venue says so', () => {
    const name = { symbol: 'BTCUSDT', venueOrderId: 'C02__1', clientOrderId: null };
    expect(converse(spot.order(name), [UNKNOWN_ORDER]).result).toBeNull();
    const late = new VenueRequestError('outcome-unknown', 'mexc: 504');
    expect(() => converse(spot.order(name), [late])).toThrow(late);
    expect(() => converse(spot.order(name), [{ symbol: 'BTCUSDT' }])).toThrow(VenueProtocolError);
    expect(converse(spot.cancelAll(SPOT), [UNKNOWN_ORDER]).calls[0]?.path).toBe('/api/v3/openOrders');
    expect(converse(spot.cancelAll(null), [{ code: 200 }]).calls[0]?.path).toBe('/api/v3/order/all');
  });

  it('have client ids that the venue takes', () => {
    fc.assert(fc.property(fc.string(), (key) => /^[A-Za-z0-9_-]{1,32}$/.test(spot.clientOrderId(key))));
  });
});

describe('MEXC spot reads', () => {
  const row = (id: number, time: number) => ({
    symbol: 'BTCUSDT',
    id: String(id),
    orderId: `C02__${id}`,
    clientOrderId: '',
    price: '60000',
    qty: '0.001',
    commission: '0.03',
    commissionAsset: 'USDT',
    time,
    isBuyer: false,
    isMaker: true,
  });

  it('halve a stretch whose fills do not fit into one answer', () => {
    const early = Array.from({ length: 60 }, (_, at) => row(at, 1_000 + at));
    const late = Array.from({ length: 60 }, (_, at) => row(60 + at, 3_000 + at));
    const full = [...early, ...late].reverse().slice(0, 100);
    const { calls, result } = converse(spot.fills(SPOT, 1_000), [{ serverTime: 3_999 }, full, early, late]);
    const range = (at: number) => calls[at]?.query.slice(1, 3).map(([, value]) => Number(value));
    expect([range(1), range(2), range(3)]).toEqual([
      [1_000, 4_000],
      [1_000, 2_500],
      [2_501, 4_000],
    ]);
    expect(result.map(({ tradeId }) => Number(tradeId))).toEqual(Array.from({ length: 120 }, (_, at) => at));
    expect(result[0]).toEqual({
      venue: 'mexc',
      market: 'spot',
      symbol: 'BTCUSDT',
      tradeId: '0',
      venueOrderId: 'C02__0',
      clientOrderId: null,
      side: 'sell',
      price: '60000',
      quantity: '0.001',
      fee: '0.03',
      feeAsset: 'USDT',
      liquidity: 'maker',
      timeMs: 1_000,
    });
    expect(() => spot.fills(null, 0)).toThrow(VenueRequestError);
  });

  it('read balances, fees, klines, tickers and books', () => {
    const balances = [{ asset: 'STEPN', free: '1000.50', locked: '0.25' }];
    expect(converse(spot.balances(), [{ balances }]).result).toEqual([
      { venue: 'mexc', asset: 'GMT', total: '1000.75', available: '1000.5' },
    ]);
    const fees = { data: { makerCommission: 0.0, takerCommission: 0.0005 }, code: 0, msg: 'success' };
    expect(converse(spot.feeTier(SPOT), [fees]).result).toEqual({ makerFeeBps: 0, takerFeeBps: 5 });
    const kline = [60_000, '1', '3', '0.50', '2', '10', 119_999, '20'];
    expect(converse(spot.klines(SPOT, '1m', 60_000, 120_000), [[kline, [120_000, ...kline.slice(1)]]]).result).toEqual([
      { openMs: 60_000, open: '1', high: '3', low: '0.5', close: '2', baseVolume: '10', quoteVolume: '20' },
    ]);
    const day = { symbol: 'BTCUSDT', lastPrice: '60000.1', bidPrice: '60000', askPrice: '0', quoteVolume: '1e6' };
    expect(converse(spot.tickers(), [[day, { ...day, lastPrice: null }]]).result).toEqual([
      { symbol: 'BTCUSDT', last: '60000.1', bid: '60000', ask: null, quoteVolume24h: '1000000' },
    ]);
    const depth = { lastUpdateId: 44000123456, bids: [['60000.00', '0.51']], asks: [['60000.10', '1.0']] };
    expect(converse(spot.orderBook(SPOT, 20), [depth]).result).toEqual({
      symbol: 'BTCUSDT',
      sequence: 44000123456,
      bids: [['60000', '0.51']],
      asks: [['60000.1', '1']],
    });
  });
});

describe('MEXC spot refusals', () => {
  it.each([
    [400, 30004, 'insufficient-balance'],
    [400, 10101, 'insufficient-balance'],
    [400, 30002, 'below-minimum'],
    [400, 30003, 'above-maximum'],
    [400, 10096, 'precision'],
    [400, 30010, 'precision'],
    [400, 30087, 'price-band'],
    [400, 30029, 'above-maximum'],
    [400, 30025, 'would-not-fill'],
    [400, -2011, 'unknown-order'],
    [400, -2013, 'unknown-order'],
    [400, 700004, 'invalid-request'],
    [400, -1121, 'unknown-instrument'],
    [400, 30016, 'instrument-halted'],
    [400, 700003, 'time-window'],
    [400, 700002, 'authentication'],
    [401, 10072, 'authentication'],
    [400, 123456, 'invalid-request'],
    [429, 429, 'rate-limited'],
    [418, 0, 'rate-limited'],
    [500, 500, 'outcome-unknown'],
    [504, 123456, 'outcome-unknown'],
    [200, 30004, 'insufficient-balance'],
  ])('with status %i and code %i mean %s', (status, code, kind) => {
    expect(spotRefusal({ status, headers: {}, body: { code, msg: 'no', _extend: null } })).toMatchObject({ kind });
  });

  it('tell a duplicate id by its text, keep the wait, and judge pages of others', () => {
    const duplicate = { code: 33333, msg: 'Duplicate client order id' };
    expect(spotRefusal({ status: 400, headers: {}, body: duplicate })?.kind).toBe('duplicate-client-id');
    expect(spotRefusal({ status: 429, headers: { 'retry-after': '2' }, body: undefined })).toEqual({
      kind: 'rate-limited',
      code: 'HTTP 429',
      text: '',
      retryAfterMs: 2000,
    });
    expect(spotRefusal({ status: 502, headers: {}, body: undefined })?.kind).toBe('outcome-unknown');
    expect(spotRefusal({ status: 200, headers: {}, body: undefined })?.kind).toBe('outcome-unknown');
    expect(spotRefusal({ status: 404, headers: {}, body: undefined })?.kind).toBe('invalid-request');
    expect(spotRefusal({ status: 200, headers: {}, body: [] })).toBeNull();
    expect(spotRefusal({ status: 200, headers: {}, body: { code: 200 } })).toBeNull();
  });
});

describe('MEXC spot private stream', () => {
  const push = (field: number, write: (body: ProtobufWriter) => void) =>
    new ProtobufWriter()
      .start()
      .text(1, 'spot@private')
      .text(3, 'BTCUSDT')
      .integer(6, 1767225600205)
      .message(field, write)
      .finish();
  const orderPush = (status: number) =>
    push(304, (body) =>
      body
        .text(1, 'C02__583900000000000001')
        .text(2, 'bot-1')
        .text(3, '60000')
        .text(4, '0.01')
        .integer(7, 1)
        .integer(8, 1)
        .text(13, '0.005')
        .text(14, '300')
        .integer(15, status),
    );

  it('asks for a key, renews it and gives it back', () => {
    const { privateStream } = spot;
    expect(converse(privateStream.prepare(), [{ listenKey: 'pqia-1' }]).result).toBe('pqia-1');
    const renewal = privateStream.renewal?.renew('pqia-1');
    if (renewal === undefined) throw new Error('no renewal');
    const renewed = converse(renewal, [{ listenKey: 'pqia-1' }]);
    expect(renewed.calls[0]).toMatchObject({ method: 'PUT', query: [['listenKey', 'pqia-1']], security: 'signed' });
    expect(privateStream.renewal?.everyMs).toBeLessThanOrEqual(1_800_000);
    expect(session().url).toBe('wss://wbs-api.mexc.com/ws?listenKey=pqia-1');
  });

  it('is ready once all three channels stand, however they are acknowledged', () => {
    const stream = session();
    const [orders, deals, account] = JSON.parse(stream.opened(stamp)[0] ?? '{}').params as string[];
    const ack = (msg: string) => stream.read(text({ id: 1, code: 0, msg }), false, stamp);
    expect(ack('PONG')).toEqual([{ kind: 'alive' }]);
    expect(ack(`${orders},${deals}`)).toEqual([{ kind: 'alive' }]);
    expect(ack(account ?? '')).toEqual([{ kind: 'ready' }]);
    expect(ack(account ?? '')).toEqual([{ kind: 'alive' }]);
    expect(ack('Not Subscribed successfully! [x].  Reason： Blocked! ')[0]?.kind).toBe('refused');
    expect(stream.read(text('Invalid listen key'), false, stamp)).toEqual([{ kind: 'lost', reason: 'Invalid listen key' }]);
  });

  it.each<[number, OrderState]>([
    [1, 'open'],
    [2, 'filled'],
    [3, 'partially-filled'],
    [4, 'canceled'],
    [5, 'canceled'],
    [9, 'unknown'],
  ])('tells orders in state %i as %s', (status, state) => {
    expect(session().read(orderPush(status), true, stamp)).toEqual([
      {
        kind: 'order',
        order: {
          venue: 'mexc',
          market: 'spot',
          symbol: 'BTCUSDT',
          venueOrderId: 'C02__583900000000000001',
          clientOrderId: 'bot-1',
          side: 'buy',
          state,
          price: '60000',
          quantity: '0.01',
          filledQty: '0.005',
          filledQuote: '300',
          updatedMs: 1767225600205,
          reason: null,
        },
      },
    ]);
  });

  it('tells fills and balances', () => {
    const deal = push(306, (body) =>
      body
        .text(1, '60000')
        .text(2, '0.005')
        .text(3, '300')
        .integer(4, 2)
        .text(7, '583900000000000001X1')
        .text(8, 'bot-1')
        .text(9, 'C02__583900000000000001')
        .text(10, '0.15')
        .text(11, 'USDT')
        .integer(12, 1767225600200),
    );
    expect(session().read(deal, true, stamp)).toEqual([
      {
        kind: 'fill',
        fill: {
          venue: 'mexc',
          market: 'spot',
          symbol: 'BTCUSDT',
          tradeId: '583900000000000001X1',
          venueOrderId: 'C02__583900000000000001',
          clientOrderId: 'bot-1',
          side: 'sell',
          price: '60000',
          quantity: '0.005',
          fee: '0.15',
          feeAsset: 'USDT',
          liquidity: 'taker',
          timeMs: 1767225600200,
        },
      },
    ]);
    const account = push(307, (body) => body.text(1, 'USDT').text(3, '400').text(5, '600.5').text(7, 'ENTRUST_PLACE'));
    expect(session().read(account, true, stamp)).toEqual([
      { kind: 'balance', balance: { venue: 'mexc', asset: 'USDT', total: '1000.5', available: '400' } },
    ]);
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, binary) => {
        const items = session().read(bytes, binary, stamp);
        return items.length > 0 && items.every(({ kind }) => kind !== 'ready');
      }),
    );
    const whole = orderPush(3);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const broken = Buffer.from(whole);
        broken[at] = byte;
        return session().read(broken, true, stamp).length > 0;
      }),
    );
  });
});
