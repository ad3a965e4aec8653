import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../src/domain/credentials.js';
import { VenueRequestError } from '../../../src/domain/errors.js';
import type { OrderState } from '../../../src/domain/order.js';
import { parseExactJson } from '../../../src/venues/answer.js';
import { contractRefusal } from '../../../src/venues/mexc/errors.js';
import { mexcFuturesTrading } from '../../../src/venues/mexc/futures-trading.js';
import { signContract } from '../../../src/venues/mexc/signing.js';
import type { RestCall } from '../../../src/venues/trading.js';
import { converse } from '../converse.js';
import { CONTRACT_INFO, directory, FUNDING_INFO, FUTURES, ORDER } from './support.js';

const credentials = new Credentials('example-key', 'example-secret');
const stamp = { epochMs: 1_767_225_600_000, nonce: 1 };
const make = () => mexcFuturesTrading({ directory: directory() });
const futures = make();
const order = { ...ORDER, symbol: 'BTC_USDT', quantity: '10' } as const;
const accepted = { success: true, code: 0, data: { orderId: '739113577038255616', ts: 1767225600131 } };
const text = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

const ORDER_ROW = {
  orderId: '739113577038255616',
  symbol: 'BTC_USDT',
  positionId: 0,
  price: 60000,
  vol: 10,
  leverage: 20,
  side: 1,
  category: 1,
  orderType: 1,
  dealAvgPrice: 60000,
  dealVol: 4,
  feeCurrency: 'USDT',
  openType: 2,
  state: 2,
  errorCode: 0,
  externalOid: 'bot-9',
  createTime: 1767225600131,
  updateTime: 1767225600300,
};

describe('MEXC contract signatures', () => {
  const call = (changes: Partial<RestCall>): RestCall => ({
    method: 'GET',
    path: '/api/v1/private/x',
    query: [],
    body: null,
    security: 'signed',
    purpose: 'read',
    costs: [],
    repeatable: true,
    ...changes,
  });
  const body = '{"symbol":"BTC_USDT","price":"60000","vol":10,"side":1,"type":1,"openType":2}';

  it.each<[string, RestCall, string]>([
    ['nothing', call({}), '0707560190f4d2bfd3e7d9d1609216378d41a34cbc4c3ba51444a72eb8e22290'],
    [
      'params in any order',
      call({
        query: [
          ['symbol', 'BTC_USDT'],
          ['page_num', '1'],
          ['page_size', '100'],
        ],
      }),
      '16a5da9a02f56b0819cfc123d16e12465f1388a8d9ac5c8286375dcb6a37c289',
    ],
    [
      'a body',
      call({ method: 'POST', body: { kind: 'json', text: body } }),
      'bb5bd98ab7bcc6fcea1ab083fbe9b39d8a8a570352d0e75020c727f905a19efa',
    ],
  ])('over %s equal the vector', (_what, request, signature) => {
    const signed = signContract(request, credentials, stamp);
    expect(signed.headers).toMatchObject({ ApiKey: 'example-key', 'Request-Time': '1767225600000', Signature: signature });
    if (request.query.length > 0) expect(signed.target).toBe('/api/v1/private/x?page_num=1&page_size=100&symbol=BTC_USDT');
  });

  it('log on to the stream', () => {
    const stream = futures.privateStream.session('', credentials);
    expect(JSON.parse(stream.opened(stamp)[0] ?? '')).toEqual({
      method: 'login',
      param: {
        apiKey: 'example-key',
        reqTime: '1767225600000',
        signature: '0707560190f4d2bfd3e7d9d1609216378d41a34cbc4c3ba51444a72eb8e22290',
      },
    });
  });
});

describe('MEXC contract metadata', () => {
  it('has rules in contracts, and the funding interval from elsewhere', () => {
    const { result } = converse(futures.instruments(), [CONTRACT_INFO, FUNDING_INFO]);
    expect(result).toEqual([
      {
        venue: 'mexc',
        market: 'futures',
        symbol: 'BTC_USDT',
        requestName: 'BTC_USDT',
        aliases: [],
        base: 'BTC',
        quote: 'USDT',
        priceDecimals: 1,
        qtyDecimals: 0,
        contractSize: '0.0001',
        takerFeeBps: 2,
        makerFeeBps: 0,
        rules: {
          tickSize: '0.5',
          lotSize: '1',
          minQty: '1',
          maxQty: '1000000',
          maxMarketQty: '2000000',
          minQuoteAmount: '0',
          maxQuoteAmount: null,
          quoteStep: null,
        },
        contract: {
          venue: 'mexc',
          symbol: 'BTC_USDT',
          underlying: { base: 'BTC', quote: 'USDT' },
          contractType: 'perpetual',
          settlementDate: null,
          contractSize: '0.0001',
          tickSize: '0.5',
          fundingInterval: 4,
          maxLeverage: 500,
        },
      },
    ]);
    const refused = new VenueRequestError('invalid-request', 'mexc: 404');
    expect(converse(futures.instruments(), [CONTRACT_INFO, refused]).result[0]?.contract?.fundingInterval).toBe(8);
  });
});

describe('MEXC contract orders', () => {
  it.each([
    ['buy', false, 1],
    ['buy', true, 2],
    ['sell', false, 3],
    ['sell', true, 4],
  ] as const)('to %s, reduce-only %s, have side %i', (side, reduceOnly, code) => {
    const { calls, result } = converse(futures.place({ ...order, side, reduceOnly }, FUTURES), [accepted]);
    const { body } = calls[0] as RestCall;
    expect(body?.kind === 'json' ? JSON.parse(body.text) : null).toEqual({
      symbol: 'BTC_USDT',
      price: 60000,
      vol: 10,
      side: code,
      type: 1,
      openType: 2,
      externalOid: 'bot-1',
      positionMode: 2,
      ...(reduceOnly ? { reduceOnly: true } : {}),
    });
    expect(result).toMatchObject({ venueOrderId: '739113577038255616', clientOrderId: 'bot-1', state: 'pending', side });
    expect(calls[0]?.repeatable).toBe(false);
  });

  it('repeat the margin mode and leverage that were set', () => {
    const own = make();
    expect(own.futures).not.toBeNull();
    const flat = { success: true, code: 0, data: [] };
    const set = own.futures?.setMargin(FUTURES, { mode: 'isolated', leverage: 20 });
    if (set === undefined) throw new Error('no futures');
    const { calls } = converse(set, [flat, accepted, accepted]);
    expect(calls.slice(1).map(({ body }) => (body?.kind === 'json' ? JSON.parse(body.text) : null))).toEqual([
      { openType: 1, leverage: 20, symbol: 'BTC_USDT', positionType: 1 },
      { openType: 1, leverage: 20, symbol: 'BTC_USDT', positionType: 2 },
    ]);
    const { body } = converse(own.place(order, FUTURES), [accepted]).calls[0] as RestCall;
    expect(body?.kind === 'json' ? JSON.parse(body.text) : null).toMatchObject({ openType: 1, leverage: 20 });
  });

  it('keep the margin mode of an open position', () => {
    const own = make();
    const held = { positionId: 1394650, symbol: 'BTC_USDT', positionType: 1, openType: 2, state: 1, holdVol: 3, holdAvgPrice: 1 };
    const position = { ...held, liquidatePrice: 0, im: 1, leverage: 5, updateTime: 5 };
    const answers = [
      { success: true, code: 0, data: [position] },
      { success: true, code: 0 },
    ];
    const wanted = { mode: 'isolated', leverage: 20 } as const;
    const { calls, result } = converse(own.futures?.setMargin(FUTURES, wanted) ?? never(), answers);
    expect(result).toEqual({ mode: 'cross', leverage: 20 });
    expect(calls[1]?.body).toEqual({ kind: 'json', text: '{"positionId":1394650,"leverage":20}' });
    const { body } = converse(own.place(order, FUTURES), [accepted]).calls[0] as RestCall;
    expect(body?.kind === 'json' ? JSON.parse(body.text) : null).toMatchObject({ openType: 2, leverage: 20 });
  });

  it.each<[number, number, OrderState]>([
    [1, 0, 'pending'],
    [2, 0, 'open'],
    [2, 4, 'partially-filled'],
    [3, 10, 'filled'],
    [4, 0, 'canceled'],
    [4, 4, 'canceled'],
    [5, 0, 'rejected'],
    [9, 0, 'unknown'],
  ])('in state %i with %i filled are %s', (state, dealVol, expected) => {
    const name = { symbol: 'BTC_USDT', venueOrderId: null, clientOrderId: 'bot-9' };
    const { calls, result } = converse(futures.order(name), [{ success: true, code: 0, data: { ...ORDER_ROW, state, dealVol } }]);
    expect(calls[0]?.path).toBe('/api/v1/private/order/external/BTC_USDT/bot-9');
    expect(result).toMatchObject({ state: expected, filledQty: String(dealVol), quantity: '10', price: '60000', side: 'buy' });
  });

  it('are unknown in a success without data, and keep ids beyond 2^53', () => {
    const name = { symbol: 'BTC_USDT', venueOrderId: '1', clientOrderId: null };
    expect(converse(futures.order(name), [{ success: true, code: 0 }]).result).toBeNull();
    const answer = parseExactJson(JSON.stringify({ success: true, code: 0, data: ORDER_ROW }).replace(/"(\d{18})"/, '$1'));
    expect(converse(futures.order(name), [answer]).result?.venueOrderId).toBe('739113577038255616');
  });

  it('are cancelled by a bare list', () => {
    const byId = converse(futures.cancel({ symbol: 'BTC_USDT', venueOrderId: '739113577038255616', clientOrderId: 'x' }), [{}]);
    expect(byId.calls[0]).toMatchObject({ path: '/api/v1/private/order/cancel', body: { text: '["739113577038255616"]' } });
    const byName = converse(futures.cancel({ symbol: 'BTC_USDT', venueOrderId: null, clientOrderId: 'bot-9' }), [{}]);
    expect(byName.calls[0]).toMatchObject({
      path: '/api/v1/private/order/cancel_with_external',
      body: { text: '[{"symbol":"BTC_USDT","externalOid":"bot-9"}]' },
    });
  });
});

describe('MEXC contract reads', () => {
  it('mark positions with the fair price', () => {
    const position = {
      positionId: 1394650,
      symbol: 'BTC_USDT',
      positionType: 2,
      openType: 1,
      state: 1,
      holdVol: 30,
      holdAvgPrice: 60000.5,
      liquidatePrice: 65000,
      im: 9.0,
      leverage: 20,
      updateTime: 5,
    };
    const ticker = { symbol: 'BTC_USDT', lastPrice: 60010, bid1: 60000, ask1: 60010, fairPrice: 60000.3, amount24: 5 };
    const { result } = converse(futures.futures?.positions() ?? never(), [
      { success: true, code: 0, data: [position, { ...position, symbol: 'XRP_USD' }, { ...position, state: 3, holdVol: 0 }] },
      { success: true, code: 0, data: [ticker] },
    ]);
    expect(result).toEqual([
      {
        contract: FUTURES.contract,
        side: 'sell',
        size: '30',
        entryPrice: '60000.5',
        markPrice: '60000.3',
        unrealizedPnl: '0.0006',
        marginUsed: '9',
        liquidationPrice: '65000',
        leverage: 20,
        timestamp: 5,
      },
    ]);
  });

  it('read funding, klines, fills, balances and fees', () => {
    const funding = { fundingRate: 0.000045, collectCycle: 8, nextSettleTime: 1767254400000, timestamp: 9 };
    expect(converse(futures.futures?.fundingRate(FUTURES) ?? never(), [{ data: funding }]).result).toMatchObject({
      intervalRate: '0.000045',
      currentRate: 4.9275,
      predictedRate: null,
      nextFundingTime: 1767254400000,
    });
    const page = (times: number[]) => ({
      data: { totalPage: 3, resultList: times.map((settleTime) => ({ fundingRate: 0.00003, settleTime })) },
    });
    const past = converse(futures.futures?.fundingHistory(FUTURES, 20, 50) ?? never(), [page([60, 50, 40]), page([30, 20, 10])]);
    expect(past.result).toEqual([20, 30, 40].map((timeMs) => ({ timeMs, rate: '0.00003' })));
    const columns = { time: [60], open: [1], high: [3], low: [0.5], close: [2], vol: [100], amount: [0.02] };
    expect(converse(futures.klines(FUTURES, '1m', 60_000, 120_000), [{ data: columns }]).result).toEqual([
      { openMs: 60_000, open: '1', high: '3', low: '0.5', close: '2', baseVolume: '0.01', quoteVolume: '0.02' },
    ]);
    const deal = {
      id: '7',
      symbol: 'BTC_USDT',
      side: 4,
      vol: 3,
      price: 60000.5,
      fee: 0.0036,
      feeCurrency: 'USDT',
      taker: true,
      orderId: '739113577038255616',
      timestamp: 8,
    };
    expect(converse(futures.fills(FUTURES, 1), [{ data: 10 }, { success: true, data: [deal] }]).result).toEqual([
      {
        venue: 'mexc',
        market: 'futures',
        symbol: 'BTC_USDT',
        tradeId: '7',
        venueOrderId: '739113577038255616',
        clientOrderId: null,
        side: 'sell',
        price: '60000.5',
        quantity: '3',
        fee: '0.0036',
        feeAsset: 'USDT',
        liquidity: 'taker',
        timeMs: 8,
      },
    ]);
    const asset = { currency: 'USDT', positionMargin: 1.5, availableBalance: 1000.5, frozenBalance: 2, equity: 1010 };
    expect(converse(futures.balances(), [{ data: [asset] }]).result).toEqual([
      { venue: 'mexc', asset: 'USDT', total: '1004', available: '1000.5' },
    ]);
    const fees = { data: { realMakerFee: 0, realTakerFee: 0.0002, makerFee: 0.1, takerFee: 0.1 } };
    expect(converse(futures.feeTier(FUTURES), [fees]).result).toEqual({ makerFeeBps: 0, takerFeeBps: 2 });
  });
});

describe('MEXC contract refusals', () => {
  const call = converse(futures.order({ symbol: 'BTC_USDT', venueOrderId: '1', clientOrderId: null }), [{}]).calls[0] as RestCall;

  it.each([
    [401, 'authentication'],
    [602, 'authentication'],
    [513, 'time-window'],
    [510, 'rate-limited'],
    [500, 'outcome-unknown'],
    [9999, 'outcome-unknown'],
    [603, 'duplicate-client-id'],
    [2042, 'duplicate-client-id'],
    [604, 'venue-down'],
    [600, 'invalid-request'],
    [2005, 'insufficient-balance'],
    [2009, 'reduce-only'],
    [2011, 'below-minimum'],
    [2015, 'precision'],
    [2028, 'above-maximum'],
    [2003, 'price-band'],
    [2040, 'unknown-order'],
    [2041, 'order-closed'],
    [1001, 'unknown-instrument'],
    [6001, 'instrument-halted'],
    [54321, 'invalid-request'],
  ])('with code %i mean %s, at status 200', (code, kind) => {
    expect(contractRefusal({ status: 200, headers: {}, body: { success: false, code, message: 'no' } }, call)).toMatchObject({
      kind,
      code: String(code),
      text: 'no',
    });
  });

  it('stand in the rows of a cancel, and nowhere else', () => {
    const body = { success: true, code: 0, data: [{ orderId: '1', errorCode: 2041, errorMsg: 'state' }] };
    expect(contractRefusal({ status: 200, headers: {}, body }, { ...call, purpose: 'cancel' })?.kind).toBe('order-closed');
    expect(contractRefusal({ status: 200, headers: {}, body }, call)).toBeNull();
    expect(contractRefusal({ status: 503, headers: {}, body: undefined }, call)?.kind).toBe('outcome-unknown');
    expect(contractRefusal({ status: 200, headers: {}, body: undefined }, call)?.kind).toBe('outcome-unknown');
  });
});

describe('MEXC contract private stream', () => {
  const session = () => futures.privateStream.session('', credentials);
  const read = (value: unknown) => session().read(text(value), false, stamp);

  it('is ready when the log-on is answered, once', () => {
    const stream = session();
    const answer = text({ channel: 'rs.login', data: 'success', ts: 1 });
    expect(stream.read(answer, false, stamp)).toEqual([{ kind: 'ready' }]);
    expect(stream.read(answer, false, stamp)).toEqual([{ kind: 'alive' }]);
    expect(read({ channel: 'rs.error', data: 'sign error' })).toMatchObject([
      { kind: 'refused', refusal: { kind: 'authentication' } },
    ]);
    expect(read({ channel: 'pong', data: 1 })).toEqual([{ kind: 'alive' }]);
  });

  it('tells orders, fills, positions and balances', () => {
    expect(read({ channel: 'push.personal.order', data: { ...ORDER_ROW, state: 4, errorCode: 18 } })).toMatchObject([
      { kind: 'order', order: { state: 'canceled', reason: 'IOC', filledQty: '4', clientOrderId: 'bot-9' } },
    ]);
    const deal = {
      id: '900112233',
      symbol: 'BTC_USDT',
      side: 3,
      vol: 4,
      price: 60000,
      fee: 0,
      feeCurrency: 'USDT',
      isTaker: false,
      orderId: '1',
      externalOid: 'bot-9',
      timestamp: 8,
    };
    expect(read({ channel: 'push.personal.order.deal', data: deal })).toMatchObject([
      { kind: 'fill', fill: { side: 'sell', quantity: '4', liquidity: 'maker', fee: '0', clientOrderId: 'bot-9' } },
    ]);
    const position = { symbol: 'BTC_USDT', positionType: 2, state: 1, holdVol: 7, holdAvgPrice: 60000.5 };
    expect(read({ channel: 'push.personal.position', data: position })).toEqual([
      { kind: 'position', position: { venue: 'mexc', symbol: 'BTC_USDT', signedSize: '-7', entryPrice: '60000.5' } },
    ]);
    expect(read({ channel: 'push.personal.position', data: { ...position, state: 3 } })).toEqual([
      { kind: 'position', position: { venue: 'mexc', symbol: 'BTC_USDT', signedSize: '0', entryPrice: null } },
    ]);
    const asset = { currency: 'USDT', positionMargin: 1, frozenBalance: 0.5, availableBalance: 2, bonus: 0 };
    expect(read({ channel: 'push.personal.asset', data: asset })).toEqual([
      { kind: 'balance', balance: { venue: 'mexc', asset: 'USDT', total: '3.5', available: '2' } },
    ]);
  });

  it('never throws, whatever comes', () => {
    const channel = fc.constantFrom(
      'push.personal.order',
      'push.personal.order.deal',
      'push.personal.position',
      'push.personal.asset',
    );
    fc.assert(
      fc.property(channel, fc.jsonValue(), fc.string(), (name, data, garbage) => {
        expect(read({ channel: name, data })).toHaveLength(1);
        expect(read(garbage)).toHaveLength(1);
      }),
    );
  });
});

function never(): never {
  throw new Error('no futures');
}
