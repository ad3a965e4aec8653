import { describe, expect, it } from 'vitest';
import { VenueRequestError } from '../../../src/domain/errors.js';
import { ORDER_STATES } from '../../../src/domain/order.js';
import { restRefusal } from '../../../src/venues/gateio/errors.js';
import { FuturesOrder, FuturesTrade, futuresFill, futuresReport } from '../../../src/venues/gateio/futures-orders.js';
import { SpotOrder, SpotTrade, spotFill, spotReport } from '../../../src/venues/gateio/spot-orders.js';
import { gateioFuturesTrading, gateioSpotTrading } from '../../../src/venues/gateio/trading.js';
import type { RestCall } from '../../../src/venues/trading.js';
import { converse } from '../converse.js';
import { CONTRACT, directory, FUTURES, ORDER, PAIRS, SPOT } from './support.js';

const spot = gateioSpotTrading({ directory: directory(SPOT) });
const futures = gateioFuturesTrading({ directory: directory(FUTURES) });
const bodyOf = (call: RestCall | undefined): unknown => (call?.body?.kind === 'json' ? JSON.parse(call.body.text) : undefined);

const SPOT_ORDER = {
  ...{ id: '780012345678', text: 't-abc', amend_text: '-', create_time_ms: 1_767_225_600_123, update_time_ms: 1_767_225_600_124 },
  ...{ status: 'open', currency_pair: 'BTC_USDT', type: 'limit', account: 'spot', side: 'buy', amount: '0.01', price: '60000' },
  ...{ time_in_force: 'gtc', iceberg: '0', left: '0.01', filled_amount: '0', filled_total: '0', finish_as: 'open' },
};
const FUTURES_ORDER = {
  ...{ id: 98_765_432_109, user: 10_001, create_time: 1_767_225_600.123, update_time: 1_767_225_600.5, contract: 'BTC_USDT' },
  ...{ size: 10, left: 10, price: '60000', fill_price: '0', status: 'open', tif: 'gtc', text: 't-fut-1' },
};

describe('instruments of Gate.io', () => {
  it('have exact grids, bounds and fees', () => {
    expect(SPOT).toMatchObject({
      symbol: 'BTC_USDT',
      base: 'BTC',
      quote: 'USDT',
      takerFeeBps: 20,
      makerFeeBps: 20,
      contract: null,
    });
    expect(SPOT.rules).toEqual({
      ...{ tickSize: '0.1', lotSize: '0.000001', minQty: '0.00001', maxQty: '1000', maxMarketQty: '100' },
      ...{ minQuoteAmount: '3', maxQuoteAmount: '5000000', quoteStep: '0.0000001' },
    });
    expect(FUTURES).toMatchObject({ contractSize: '0.0001', takerFeeBps: 7.5, makerFeeBps: -1 });
    expect(FUTURES.rules).toMatchObject({ tickSize: '0.05', lotSize: '1', minQty: '1', maxQty: '1000000', maxMarketQty: null });
    expect(FUTURES.contract).toMatchObject({
      contractType: 'perpetual',
      fundingInterval: 8,
      maxLeverage: 125,
      settlementDate: null,
    });
  });

  it('are read page by page', () => {
    const page = Array.from({ length: 1_000 }, (_, index) => ({ ...CONTRACT, name: `C${index}_USDT` }));
    const { calls, result } = converse(futures.instruments(), [page, [CONTRACT]]);
    expect(calls.map(({ query }) => query)).toEqual([
      [
        ['limit', '1000'],
        ['offset', '0'],
      ],
      [
        ['limit', '1000'],
        ['offset', '1000'],
      ],
    ]);
    expect(result).toHaveLength(1_001);
    expect(converse(spot.instruments(), [PAIRS]).result).toHaveLength(1);
  });
});

describe('orders of Gate.io', () => {
  it('carry exact amounts in the words of the venue', () => {
    const place = (changes: object): unknown =>
      bodyOf(converse(spot.place({ ...ORDER, ...changes }, SPOT), [SPOT_ORDER]).calls[0]);
    expect(place({})).toEqual({
      ...{
        text: 't-abc',
        currency_pair: 'BTC_USDT',
        type: 'limit',
        account: 'spot',
        side: 'buy',
        amount: '0.01',
        price: '60000',
      },
      time_in_force: 'gtc',
    });
    expect(place({ timeInForce: 'post-only' })).toMatchObject({ time_in_force: 'poc' });
    const market = { type: 'market', timeInForce: 'ioc', price: null };
    expect(place({ ...market, side: 'sell' })).toMatchObject({ type: 'market', amount: '0.01', time_in_force: 'ioc' });
    expect(place({ ...market, quantity: null, quoteAmount: '25.5' })).toMatchObject({
      type: 'market',
      side: 'buy',
      amount: '25.5',
    });
    expect(place({ ...market, quantity: null, quoteAmount: '25.5' })).not.toHaveProperty('price');
  });

  it('buy a quantity at the market by an immediate limit order beyond what the book asks for it', () => {
    const request = { ...ORDER, type: 'market', timeInForce: 'ioc', price: null, quantity: '0.03' } as const;
    const book = {
      id: 1,
      asks: [
        ['60000', '0.02'],
        ['60010.5', '0.05'],
      ],
      bids: [],
    };
    const { calls } = converse(spot.place(request, SPOT), [book, SPOT_ORDER]);
    expect(bodyOf(calls[1])).toMatchObject({ type: 'limit', amount: '0.03', price: '60610.7', time_in_force: 'ioc' });
    expect(calls[0]?.purpose).toBe('read');
    expect(() => converse(spot.place({ ...request, quantity: '1' }, SPOT), [book])).toThrow(VenueRequestError);
  });

  it('are signed sizes in contracts on futures', () => {
    const place = (changes: object): unknown =>
      bodyOf(converse(futures.place({ ...ORDER, quantity: '10', ...changes }, FUTURES), [FUTURES_ORDER]).calls[0]);
    expect(place({})).toEqual({ contract: 'BTC_USDT', size: 10, price: '60000', tif: 'gtc', text: 't-abc' });
    expect(place({ side: 'sell', type: 'market', timeInForce: 'ioc', price: null, reduceOnly: true })).toEqual({
      ...{ contract: 'BTC_USDT', size: -10, price: '0', tif: 'ioc', text: 't-abc', reduce_only: true },
    });
  });

  it('are never sent twice, and client ids fit', () => {
    const { calls } = converse(spot.place(ORDER, SPOT), [SPOT_ORDER]);
    expect(calls[0]).toMatchObject({ repeatable: false, purpose: 'order', method: 'POST', path: '/api/v4/spot/orders' });
    expect(spot.clientOrderId('any intent')).toMatch(/^t-[0-9A-Za-z_.-]{1,28}$/);
  });

  it.each([
    [{}, 'open'],
    [{ left: '0.004' }, 'partially-filled'],
    [{ status: 'closed', finish_as: 'filled', left: '0' }, 'filled'],
    [{ status: 'cancelled', finish_as: 'cancelled' }, 'canceled'],
    [{ status: 'cancelled', finish_as: 'cancelled', left: '0.004' }, 'canceled'],
    [{ status: 'cancelled', finish_as: 'ioc', left: '0.004' }, 'expired'],
    [{ status: 'cancelled', finish_as: 'poc' }, 'expired'],
    [{ status: 'cancelled', finish_as: 'fok' }, 'expired'],
    [{ status: 'cancelled', finish_as: 'stp' }, 'expired'],
    [{ status: 'cancelled', finish_as: 'small' }, 'canceled'],
    [{ status: 'cancelled', finish_as: 'depth_not_enough' }, 'canceled'],
    [{ status: 'cancelled', finish_as: 'liquidate_cancelled' }, 'canceled'],
    [{ status: undefined, finish_as: 'open', event: 'put' }, 'open'],
    [{ status: 'closed', finish_as: undefined, left: '0' }, 'filled'],
    [{ status: 'strange', finish_as: 'strange' }, 'unknown'],
  ])('have one of our states on spot: %j is %s', (changes, state) => {
    const report = spotReport(SpotOrder.parse({ ...SPOT_ORDER, ...changes }));
    expect(report.state).toBe(state);
    expect(ORDER_STATES).toContain(report.state);
  });

  it.each([
    [{}, 'open'],
    [{ left: 6, finish_as: '_update' }, 'partially-filled'],
    [{ status: 'finished', finish_as: 'filled', left: 0 }, 'filled'],
    [{ status: 'finished', finish_as: 'cancelled' }, 'canceled'],
    [{ status: 'finished', finish_as: 'liquidated' }, 'canceled'],
    [{ status: 'finished', finish_as: 'auto_deleveraged' }, 'canceled'],
    [{ status: 'finished', finish_as: 'position_closed' }, 'canceled'],
    [{ status: 'finished', finish_as: 'reduce_out' }, 'canceled'],
    [{ status: 'finished', finish_as: 'reduce_only' }, 'expired'],
    [{ status: 'finished', finish_as: 'ioc', left: 3 }, 'expired'],
    [{ status: 'finished', finish_as: 'stp' }, 'expired'],
    [{ status: 'finished', finish_as: 'strange' }, 'unknown'],
    [{ status: 'strange' }, 'unknown'],
  ])('have one of our states on futures: %j is %s', (changes, state) => {
    expect(futuresReport(FuturesOrder.parse({ ...FUTURES_ORDER, ...changes })).state).toBe(state);
  });

  it('tell amounts and times exactly', () => {
    expect(spotReport(SpotOrder.parse({ ...SPOT_ORDER, left: '0.004', filled_total: '360' }))).toMatchObject({
      ...{
        venueOrderId: '780012345678',
        clientOrderId: 't-abc',
        quantity: '0.01',
        filledQty: '0.006',
        filledQuote: '360',
        price: '60000',
      },
      updatedMs: 1_767_225_600_124,
    });
    const byValue = {
      ...SPOT_ORDER,
      type: 'market',
      amount: '25.5',
      left: '0.3',
      price: '0',
      filled_amount: '0.00042',
      filled_total: '25.2',
    };
    expect(spotReport(SpotOrder.parse(byValue))).toMatchObject({
      quantity: null,
      filledQty: '0.00042',
      filledQuote: '25.2',
      price: null,
    });
    expect(futuresReport(FuturesOrder.parse({ ...FUTURES_ORDER, size: '-10', left: '-4' }))).toMatchObject({
      ...{ side: 'sell', quantity: '10', filledQty: '6', updatedMs: 1_767_225_600_500, venueOrderId: '98765432109' },
    });
    expect(spotReport(SpotOrder.parse({ ...SPOT_ORDER, text: 'apiv4' })).clientOrderId).toBeNull();
  });

  it('have fills with fee and side', () => {
    const trade = {
      ...{
        id: 7_001_234_999,
        order_id: '780012345678',
        currency_pair: 'BTC_USDT',
        create_time: '1767225601',
        side: 'buy',
        role: 'maker',
      },
      ...{
        create_time_ms: '1767225601012.345',
        amount: '0.004',
        price: '60000',
        fee: '0.000008',
        fee_currency: 'BTC',
        text: 't-abc',
      },
    };
    expect(spotFill(SpotTrade.parse(trade))).toMatchObject({
      ...{
        tradeId: '7001234999',
        fee: '0.000008',
        feeAsset: 'BTC',
        liquidity: 'maker',
        timeMs: 1_767_225_601_012,
        quantity: '0.004',
      },
    });
    const deal = {
      id: '601234700',
      create_time: 1_767_225_602,
      create_time_ms: 1_767_225_602_040,
      contract: 'BTC_USDT',
      order_id: '9',
    };
    expect(
      futuresFill(FuturesTrade.parse({ ...deal, size: -4, price: '60000', role: 'taker', fee: 0.0048, text: '-' })),
    ).toMatchObject({
      ...{ side: 'sell', quantity: '4', fee: '0.0048', feeAsset: 'USDT', clientOrderId: null, timeMs: 1_767_225_602_040 },
    });
  });

  it('that are unknown are null, not an error', () => {
    const unknown = new VenueRequestError('unknown-order', 'gateio: no such order');
    const reference = { symbol: 'BTC_USDT', venueOrderId: null, clientOrderId: 't-abc' };
    expect(converse(spot.order(reference), [unknown]).result).toBeNull();
    expect(converse(futures.order(reference), [unknown]).result).toBeNull();
    expect(converse(spot.order(reference), [SPOT_ORDER]).calls[0]?.path).toBe('/api/v4/spot/orders/t-abc');
  });
});

describe('refusals of Gate.io', () => {
  const { calls } = converse(spot.place(ORDER, SPOT), [SPOT_ORDER]);
  const placing = calls[0] as RestCall;
  const reading = converse(spot.balances(), [[]]).calls[0] as RestCall;
  const kindOf = (status: number, label: string, message = '', call = placing): string | undefined =>
    restRefusal({ status, headers: {}, body: { label, message } }, call)?.kind;

  it.each([
    ['BALANCE_NOT_ENOUGH', 'insufficient-balance'],
    ['REPEATED_CREATION', 'duplicate-client-id'],
    ['POC_FILL_IMMEDIATELY', 'would-take'],
    ['ORDER_POC_IMMEDIATE', 'would-take'],
    ['FOK_NOT_FILL', 'would-not-fill'],
    ['INVALID_PRECISION', 'precision'],
    ['INVALID_CURRENCY_PAIR', 'unknown-instrument'],
    ['CONTRACT_NOT_FOUND', 'unknown-instrument'],
    ['ORDER_NOT_FOUND', 'unknown-order'],
    ['ORDER_CLOSED', 'order-closed'],
    ['POSITION_EMPTY', 'reduce-only'],
    ['REQUEST_EXPIRED', 'time-window'],
    ['INVALID_SIGNATURE', 'authentication'],
    ['PRICE_TOO_DEVIATED', 'price-band'],
    ['INVALID_PARAM_VALUE', 'invalid-request'],
    ['A_LABEL_OF_TOMORROW', 'invalid-request'],
  ])('%s is %s', (label, kind) => {
    expect(kindOf(400, label)).toBe(kind);
  });

  it('are told apart by their text where the label does not', () => {
    expect(kindOf(400, 'INVALID_PARAM_VALUE', 'Your order size 1.2 is too small. The minimum is 3 USDT')).toBe('below-minimum');
    expect(kindOf(400, 'INVALID_PARAM_VALUE', 'price precision is 1')).toBe('precision');
  });

  it('leave the outcome unknown exactly where the venue may have acted', () => {
    expect(kindOf(500, 'SERVER_ERROR')).toBe('outcome-unknown');
    expect(kindOf(400, 'TOO_BUSY')).toBe('outcome-unknown');
    expect(restRefusal({ status: 502, headers: {}, body: undefined }, placing)?.kind).toBe('outcome-unknown');
    expect(restRefusal({ status: 201, headers: {}, body: undefined }, placing)?.kind).toBe('outcome-unknown');
    expect(kindOf(500, 'SERVER_ERROR', '', reading)).toBe('venue-down');
    expect(restRefusal({ status: 201, headers: {}, body: SPOT_ORDER }, placing)).toBeNull();
  });

  it('wait at least ten seconds after a refusal for rate, and longer where the venue says so', () => {
    const limited = (headers: Record<string, string>): number | undefined =>
      restRefusal({ status: 429, headers, body: { label: 'TOO_MANY_REQUESTS', message: '' } }, placing)?.retryAfterMs;
    expect(limited({})).toBe(10_000);
    const date = 'Thu, 01 Jan 2026 00:00:00 GMT';
    expect(limited({ date, 'x-gate-ratelimit-reset-timestamp': '1767225630' })).toBe(30_000);
    expect(limited({ date, 'x-gate-ratelimit-reset-timestamp': '1767225630000' })).toBe(30_000);
  });
});
