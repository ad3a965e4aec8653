import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../src/domain/credentials.js';
import { VenueProtocolError, VenueRequestError } from '../../../src/domain/errors.js';
import { kindOfCode, restRefusal, wsRefusal, wsUsage } from '../../../src/venues/binance/errors.js';
import { futuresInstruments } from '../../../src/venues/binance/instruments.js';
import { orderState, placeParams } from '../../../src/venues/binance/orders.js';
import { encodeParams, hmacHex, signRest, signWsParams } from '../../../src/venues/binance/signing.js';
import { binanceFuturesTrading, binanceSpotTrading } from '../../../src/venues/binance/trading.js';
import type { RestCall } from '../../../src/venues/trading.js';
import { converse } from '../converse.js';
import { directory, FUTURES, FUTURES_INFO, ORDER, SPOT, SPOT_INFO } from './support.js';

const credentials = new Credentials('atlas-demo-key', 'atlas-demo-secret');
const stamp = { epochMs: 1_767_225_600_123, nonce: 1 };
const spot = binanceSpotTrading({ directory: directory() });
const futures = binanceFuturesTrading({ directory: directory() });

describe('signatures', () => {
  it('sign query and body as they are sent', () => {
    const canonical =
      'symbol=ETHUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.25&price=3120.55&newClientOrderId=sim-0001&recvWindow=5000&timestamp=1767225600123';
    expect(hmacHex('atlas-demo-secret', canonical)).toBe('891bb5cfa76fe88c71e870d50d4aa519042d7c5c391f2038edd9ad00424f5aed');
    const call: RestCall = {
      method: 'POST',
      path: '/api/v3/order',
      query: [],
      body: { kind: 'form', params: placeParams('spot', ORDER).filter(([name]) => name !== 'newOrderRespType') },
      security: 'signed',
      purpose: 'order',
      costs: [],
      repeatable: false,
    };
    expect(signRest(call, credentials, stamp)).toEqual({
      method: 'POST',
      target: '/api/v3/order',
      headers: { 'X-MBX-APIKEY': 'atlas-demo-key', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `${canonical}&signature=891bb5cfa76fe88c71e870d50d4aa519042d7c5c391f2038edd9ad00424f5aed`,
    });
  });

  it('sign requests over WebSocket with all names sorted', () => {
    const params = placeParams('spot', ORDER).filter(([name]) => name !== 'newOrderRespType');
    const signed = new Map(signWsParams(params, credentials, stamp));
    expect(signed.get('signature')).toBe('69b33d3e7326c9c6b1eb793565d4ebda16e30368ce1e89d1e6405979fde462e1');
    expect([...signed.keys()].slice(0, 3)).toEqual(['apiKey', 'newClientOrderId', 'price']);
  });

  it('encode what is not plain, and refuse without keys', () => {
    expect(encodeParams([['symbol', '币安USDT']])).toBe('symbol=%E5%B8%81%E5%AE%89USDT');
    const [call] = converse(spot.openOrders(null), [[]]).calls;
    if (call === undefined) throw new Error('no call');
    expect(() => spot.sign(call, null, stamp)).toThrow(VenueRequestError);
    const { target, body } = spot.sign(call, credentials, stamp);
    expect(target).toMatch(/^\/api\/v3\/openOrders\?recvWindow=5000&timestamp=1767225600123&signature=[0-9a-f]{64}$/);
    expect(body).toBeNull();
  });
});

describe('refusals', () => {
  it.each([
    ['spot', 400, -1013, 'Filter failure: LOT_SIZE', 'precision'],
    ['spot', 400, -1013, 'Filter failure: PRICE_FILTER', 'precision'],
    ['spot', 400, -1013, 'Filter failure: NOTIONAL', 'below-minimum'],
    ['spot', 400, -1013, 'Filter failure: PERCENT_PRICE_BY_SIDE', 'price-band'],
    ['spot', 400, -1013, 'Filter failure: MAX_NUM_ORDERS', 'above-maximum'],
    ['spot', 400, -2010, 'Account has insufficient balance for requested action.', 'insufficient-balance'],
    ['spot', 400, -2010, 'Duplicate order sent.', 'duplicate-client-id'],
    ['spot', 400, -2010, 'Order would immediately match and take.', 'would-take'],
    ['spot', 400, -2010, 'Market is closed.', 'instrument-halted'],
    ['spot', 400, -2011, 'Unknown order sent.', 'unknown-order'],
    ['spot', 400, -2013, 'Order does not exist.', 'unknown-order'],
    ['spot', 400, -1021, 'Timestamp for this request is outside of the recvWindow.', 'time-window'],
    ['spot', 400, -1022, 'Signature for this request is not valid.', 'authentication'],
    ['spot', 401, -2015, 'Invalid API-key, IP, or permissions for action.', 'authentication'],
    ['spot', 400, -1121, 'Invalid symbol.', 'unknown-instrument'],
    ['spot', 400, -2022, 'Order cancel-replace failed.', 'invalid-request'],
    ['spot', 400, -1007, 'Timeout waiting for response from backend server.', 'outcome-unknown'],
    ['spot', 503, -1008, 'Server is currently overloaded.', 'venue-down'],
    ['spot', 400, -9999, 'Something new.', 'invalid-request'],
    ['spot', 500, -9999, 'Something new.', 'outcome-unknown'],
    ['futures', 400, -2022, 'ReduceOnly Order is rejected.', 'reduce-only'],
    ['futures', 400, -2019, 'Margin is insufficient.', 'insufficient-balance'],
    ['futures', 400, -4164, "Order's notional must be no smaller than 5", 'below-minimum'],
    ['futures', 400, -4014, 'Price not increased by tick size.', 'precision'],
    ['futures', 400, -4116, 'ClientOrderId is duplicated.', 'duplicate-client-id'],
    ['futures', 400, -5021, 'FOK', 'would-not-fill'],
    ['futures', 400, -5022, 'GTX', 'would-take'],
    ['futures', 400, -5028, 'Timestamp', 'time-window'],
    ['futures', 429, -1003, 'Too many requests.', 'rate-limited'],
  ] as const)('%s %i %i %s is %s', (market, status, code, msg, kind) => {
    const refusal = restRefusal(market, { status, headers: {}, body: { code, msg } });
    expect(refusal).toEqual({ kind, code: String(code), text: msg });
  });

  it('waits as long as the venue says, on both interfaces', () => {
    const headers = { 'retry-after': '7' };
    expect(restRefusal('spot', { status: 418, headers, body: undefined })).toEqual({
      kind: 'rate-limited',
      code: 'HTTP 418',
      text: '',
      retryAfterMs: 7000,
    });
    const error = { code: -1003, msg: 'Banned', data: { serverTime: 1_000, retryAfter: 31_000 } };
    expect(wsRefusal('spot', 418, error, 1_000)).toMatchObject({ kind: 'rate-limited', retryAfterMs: 30_000 });
  });

  it('takes a 5xx and an unreadable success as unknown, and a margin mode that is so already as success', () => {
    expect(restRefusal('spot', { status: 502, headers: {}, body: undefined })?.kind).toBe('outcome-unknown');
    expect(restRefusal('spot', { status: 200, headers: {}, body: undefined })?.kind).toBe('outcome-unknown');
    expect(restRefusal('futures', { status: 200, headers: {}, body: { code: 200, msg: 'success' } })).toBeNull();
    expect(restRefusal('futures', { status: 400, headers: {}, body: { code: -4046, msg: 'No need' } })).toBeNull();
    expect(kindOfCode('spot', -4164, '')).toBeNull();
  });

  it('reads the use of budgets from headers and frames', () => {
    const headers = { 'x-mbx-used-weight-1m': '120', 'x-mbx-order-count-10s': '3', 'x-mbx-order-count-1d': '17', date: 'x' };
    const call = spot.serverTime().next().value as RestCall;
    expect(spot.usage({ status: 200, headers, body: {} }, call)).toEqual([
      { budget: 'weight', used: 120 },
      { budget: 'orders-10s', used: 3 },
      { budget: 'orders-1d', used: 17 },
    ]);
    expect(wsUsage([{ rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100, count: 4 }])).toEqual([
      { budget: 'orders-10s', used: 4, limit: 100 },
    ]);
    expect(wsUsage('nothing')).toEqual([]);
  });
});

describe('orders', () => {
  it.each([
    ['NEW', 'open'],
    ['PENDING_NEW', 'pending'],
    ['PARTIALLY_FILLED', 'partially-filled'],
    ['FILLED', 'filled'],
    ['CANCELED', 'canceled'],
    ['PENDING_CANCEL', 'open'],
    ['REJECTED', 'rejected'],
    ['EXPIRED', 'expired'],
    ['EXPIRED_IN_MATCH', 'expired'],
    ['NEW_ADL', 'unknown'],
  ])('state %s is %s', (status, state) => expect(orderState(status)).toBe(state));

  it('are placed in the words of each market', () => {
    const market = { ...ORDER, type: 'market', timeInForce: 'ioc', price: null, quantity: null, quoteAmount: '50.5' } as const;
    expect(encodeParams(placeParams('spot', market))).toBe(
      'symbol=ETHUSDT&side=SELL&type=MARKET&quoteOrderQty=50.5&newClientOrderId=sim-0001&newOrderRespType=RESULT',
    );
    const postOnly = { ...ORDER, timeInForce: 'post-only' } as const;
    expect(encodeParams(placeParams('spot', postOnly))).toContain('type=LIMIT_MAKER&quantity=0.25&price=3120.55');
    expect(encodeParams(placeParams('futures', { ...postOnly, reduceOnly: true }))).toContain(
      'type=LIMIT&timeInForce=GTX&quantity=0.25&price=3120.55&reduceOnly=true',
    );
  });

  it('keep the amounts of the answer exact', () => {
    const answer = {
      symbol: 'ETHUSDT',
      orderId: '9007199254740993',
      clientOrderId: 'sim-0001',
      transactTime: 1_767_225_600_150,
      price: '3120.55000000',
      origQty: '0.25000000',
      executedQty: '0.10000000',
      cummulativeQuoteQty: '312.05500000',
      status: 'PARTIALLY_FILLED',
      type: 'LIMIT',
      side: 'SELL',
      someNewField: [],
    };
    const { calls, result } = converse(spot.place(ORDER, SPOT), [answer]);
    expect(calls[0]).toMatchObject({ method: 'POST', path: '/api/v3/order', purpose: 'order', repeatable: false });
    expect(result).toEqual({
      venue: 'binance',
      market: 'spot',
      symbol: 'ETHUSDT',
      venueOrderId: '9007199254740993',
      clientOrderId: 'sim-0001',
      side: 'sell',
      state: 'partially-filled',
      price: '3120.55',
      quantity: '0.25',
      filledQty: '0.1',
      filledQuote: '312.055',
      updatedMs: 1_767_225_600_150,
      reason: null,
    });
    expect(() => converse(spot.place(ORDER, SPOT), [{ status: 'NEW' }])).toThrow(VenueProtocolError);
  });

  it('are named by the client id, and a cancel reports the order and not itself', () => {
    const reference = { symbol: 'ETHUSDT', venueOrderId: '7', clientOrderId: 'sim-0001' };
    const answer = {
      symbol: 'ETHUSDT',
      orderId: 7,
      clientOrderId: 'cancel-1',
      origClientOrderId: 'sim-0001',
      status: 'CANCELED',
    };
    const { calls, result } = converse(spot.cancel(reference), [answer]);
    expect(calls[0]).toMatchObject({
      method: 'DELETE',
      purpose: 'cancel',
      query: [
        ['symbol', 'ETHUSDT'],
        ['origClientOrderId', 'sim-0001'],
      ],
    });
    expect(result).toMatchObject({ clientOrderId: 'sim-0001', state: 'canceled' });
    expect(converse(spot.order(reference), [new VenueRequestError('unknown-order', 'x')]).result).toBeNull();
    expect(() => converse(spot.order(reference), [new VenueRequestError('venue-down', 'x')])).toThrow('x');
    converse(spot.cancelAll(SPOT), [new VenueRequestError('unknown-order', 'x')]);
  });

  it('have client ids that the venue takes', () => {
    expect(spot.clientOrderId('intent-1')).toMatch(/^[.A-Z:/a-z0-9_-]{1,36}$/);
    expect(spot.clientOrderId('intent-1')).toBe(spot.clientOrderId('intent-1'));
    expect(spot.clientOrderId('intent-2')).not.toBe(spot.clientOrderId('intent-1'));
  });
});

describe('reads', () => {
  it('take the rules of instruments as exact texts', () => {
    expect(SPOT).toMatchObject({
      symbol: 'ETHUSDT',
      base: 'ETH',
      priceDecimals: 2,
      qtyDecimals: 4,
      makerFeeBps: 10,
      contract: null,
    });
    expect(SPOT.rules).toEqual({
      tickSize: '0.05',
      lotSize: '0.0001',
      minQty: '0.0001',
      maxQty: '9000',
      maxMarketQty: '2500',
      minQuoteAmount: '5',
      maxQuoteAmount: '9000000',
      quoteStep: '0.00000001',
    });
    const brackets = [{ symbol: '1000PEPEUSDT', brackets: [{ initialLeverage: 75 }, { initialLeverage: 50 }] }];
    const [contract] = futuresInstruments([FUTURES_INFO, [{ symbol: '1000PEPEUSDT', fundingIntervalHours: 4 }], brackets]);
    expect(contract).toMatchObject({
      base: '1000PEPE',
      makerFeeBps: 2,
      contract: { fundingInterval: 4, maxLeverage: 75, contractSize: '1' },
    });
    expect(contract?.rules).toMatchObject({
      tickSize: '0.0000001',
      minQuoteAmount: '5',
      maxMarketQty: '45000000',
      quoteStep: null,
    });
    const denied = new VenueRequestError('authentication', 'no keys');
    expect(converse(futures.instruments(), [FUTURES_INFO, [], denied]).result).toHaveLength(1);
    expect(converse(spot.instruments(), [SPOT_INFO]).result).toHaveLength(1);
  });

  it('page fills by id after the first page, without a hole', () => {
    const row = (id: number) => ({
      symbol: 'ETHUSDT',
      id,
      orderId: 100 + id,
      price: '3000.10000000',
      qty: '0.10000000',
      commission: '0.00010000',
      commissionAsset: 'ETH',
      time: 1_000 + id,
      isBuyer: true,
      isMaker: false,
    });
    const full = Array.from({ length: 1000 }, (_, index) => row(index + 1));
    const { calls, result } = converse(spot.fills(SPOT, 500), [{ serverTime: 2_000 }, full, [row(1001)]]);
    expect(calls.map(({ query }) => new Map(query).get('fromId'))).toEqual([undefined, undefined, '1001']);
    expect(result).toHaveLength(1001);
    expect(result[0]).toMatchObject({
      tradeId: '1',
      side: 'buy',
      price: '3000.1',
      quantity: '0.1',
      fee: '0.0001',
      feeAsset: 'ETH',
      liquidity: 'taker',
    });
    const day = 86_400_000;
    const sparse = converse(spot.fills(SPOT, 0), [{ serverTime: 2.5 * day }, [], [], [row(1)]]);
    expect(sparse.calls.map(({ query }) => new Map(query).get('startTime'))).toEqual([undefined, '0', `${day}`, `${2 * day}`]);
    expect(sparse.result).toHaveLength(1);
    expect(converse(spot.fills(SPOT, 0), [{ serverTime: 5 }, []]).result).toEqual([]);
  });

  it('give balances, fees, klines, tickers and books', () => {
    const account = { balances: [{ asset: 'USDT', free: '100.50000000', locked: '20.00000001' }] };
    expect(converse(spot.balances(), [account]).result).toEqual([
      { venue: 'binance', asset: 'USDT', total: '120.50000001', available: '100.5' },
    ]);
    const commission = {
      standardCommission: { maker: '0.00100000', taker: '0.00100000' },
      taxCommission: { maker: '0', taker: '0.00005' },
    };
    expect(converse(spot.feeTier(SPOT), [commission]).result).toEqual({ makerFeeBps: 10, takerFeeBps: 10.5 });
    const kline = [60_000, '1.0', '2.0', '0.5', '1.50', '10.0', 119_999, '15.00', 7, '5', '7', '0'];
    const klines = converse(spot.klines(SPOT, '1m', 60_000, 180_000), [[kline]]);
    expect(klines.result).toEqual([
      { openMs: 60_000, open: '1', high: '2', low: '0.5', close: '1.5', baseVolume: '10', quoteVolume: '15' },
    ]);
    expect(Object.fromEntries(klines.calls[0]?.query ?? [])).toMatchObject({ endTime: '179999', limit: '2' });
    const day = { symbol: 'X', lastPrice: '1.0', quoteVolume: '9.0' };
    expect(converse(futures.tickers(), [[day], [{ symbol: 'X', bidPrice: '0.9', askPrice: '0' }]]).result).toEqual([
      { symbol: 'X', last: '1', bid: '0.9', ask: null, quoteVolume24h: '9' },
    ]);
    const depth = {
      lastUpdateId: 5,
      bids: [
        ['3000.10', '1.0'],
        ['3000.05', '2'],
      ],
      asks: [['3000.15', '1']],
    };
    const book = converse(futures.orderBook(FUTURES, 1), [depth]);
    expect(book.result).toEqual({ symbol: '1000PEPEUSDT', sequence: 5, bids: [['3000.1', '1']], asks: [['3000.15', '1']] });
    expect(new Map(book.calls[0]?.query).get('limit')).toBe('5');
  });

  it('give funding and positions of futures', () => {
    const premium = { lastFundingRate: '0.00010000', nextFundingTime: 8, time: 1 };
    if (futures.futures === null || futures.deadMansSwitch === null) throw new Error('no futures');
    const rate = converse(futures.futures.fundingRate(FUTURES), [premium]).result;
    expect(rate).toMatchObject({ intervalRate: '0.0001', currentRate: 10.95, nextFundingTime: 8, predictedRate: null });
    const position = {
      symbol: '1000PEPEUSDT',
      positionAmt: '-5000',
      entryPrice: '0.0100000',
      markPrice: '0.0090000',
      unRealizedProfit: '5.00000000',
      liquidationPrice: '0.0150',
      notional: '-45.00000000',
      positionInitialMargin: '4.50000000',
      updateTime: 9,
    };
    const flat = { ...position, positionAmt: '0' };
    expect(converse(futures.futures.positions(), [[flat, position]]).result).toEqual([
      {
        contract: FUTURES.contract,
        side: 'sell',
        size: '5000',
        entryPrice: '0.01',
        markPrice: '0.009',
        unrealizedPnl: '5',
        marginUsed: '4.5',
        liquidationPrice: '0.015',
        leverage: 10,
        timestamp: 9,
      },
    ]);
    const armed = converse(futures.deadMansSwitch.arm(30, ['A', 'B']), [{}, {}]);
    expect(armed.calls.map(({ body }) => body)).toEqual(
      ['A', 'B'].map((symbol) => ({
        kind: 'form',
        params: [
          ['symbol', symbol],
          ['countdownTime', '30000'],
        ],
      })),
    );
  });
});
