import { describe, expect, test } from 'vitest';
import { VenueProtocolError, VenueRequestError } from '../../../src/domain/errors.js';
import type { OrderState } from '../../../src/domain/order.js';
import type { RestCall } from '../../../src/venues/trading.js';
import { converse } from '../converse.js';
import { ETH, OID, trading } from './support.js';

const T0 = Date.UTC(2026, 0, 1);
const order = (more: Record<string, unknown>): Record<string, unknown> => ({
  id: 'v1',
  product_id: 'ETH-USD',
  side: 'sell',
  type: 'limit',
  price: '3100.10000000',
  size: '2.00',
  filled_size: '0',
  executed_value: '0',
  status: 'open',
  created_at: '2026-01-01T00:00:00.5Z',
  client_oid: OID,
  ...more,
});
const REFERENCE = { symbol: 'ETH-USD', venueOrderId: null, clientOrderId: OID };
const query = (call: RestCall | undefined, name: string): string | undefined => call?.query.find(([key]) => key === name)?.[1];

describe('orders', () => {
  const cases: readonly (readonly [Record<string, unknown>, OrderState])[] = [
    [{ status: 'pending', filled_size: undefined }, 'pending'],
    [{ status: 'received' }, 'open'],
    [{ status: 'open' }, 'open'],
    [{ status: 'open', filled_size: '0.5' }, 'partially-filled'],
    [{ status: 'active' }, 'open'],
    [{ status: 'done', done_reason: 'filled' }, 'filled'],
    [{ status: 'done', done_reason: 'canceled' }, 'canceled'],
    [{ status: 'done', done_reason: 'canceled', time_in_force: 'IOC' }, 'expired'],
    [{ status: 'done', done_reason: 'canceled', time_in_force: 'FOK' }, 'expired'],
    [{ status: 'done', done_reason: 'canceled', type: 'market' }, 'expired'],
    [{ status: 'done' }, 'unknown'],
    [{ status: 'rejected', reject_reason: 'post only' }, 'rejected'],
    [{ status: 'a new word' }, 'unknown'],
  ];
  test.each(cases)('%j is %s', (more, state) => {
    const { calls, result } = converse(trading.order(REFERENCE), [order(more)]);
    expect(calls[0]?.path).toBe(`/orders/client:${OID}`);
    expect(result?.state).toBe(state);
  });

  test('amounts are exact, and reasons kept', () => {
    const rejected = converse(trading.order(REFERENCE), [order({ status: 'rejected', reject_reason: 'post only' })]);
    expect(rejected.result).toEqual({
      venue: 'coinbase',
      market: 'spot',
      symbol: 'ETH-USD',
      venueOrderId: 'v1',
      clientOrderId: OID,
      side: 'sell',
      state: 'rejected',
      price: '3100.1',
      quantity: '2',
      filledQty: '0',
      filledQuote: '0',
      updatedMs: T0 + 500,
      reason: 'post only',
    });
  });

  test('one that the venue does not know is null, other trouble is trouble', () => {
    expect(converse(trading.order(REFERENCE), [new VenueRequestError('unknown-order', 'NotFound')]).result).toBeNull();
    expect(() => converse(trading.order(REFERENCE), [new VenueRequestError('venue-down', 'x')])).toThrow(VenueRequestError);
  });

  test('open ones come page by page', () => {
    const rows = Array.from({ length: 1000 }, (_, at) => order({ id: `v${at}`, created_at: new Date(T0 - at).toISOString() }));
    const { calls, result } = converse(trading.openOrders(ETH), [rows, [order({ id: 'v999' }), order({ id: 'last' })]]);
    expect(calls[0]?.query.filter(([name]) => name === 'status').map(([, state]) => state)).toEqual([
      'open',
      'pending',
      'received',
      'active',
    ]);
    expect(query(calls[1], 'end_date')).toBe(new Date(T0 - 999).toISOString());
    expect(result).toHaveLength(1001);
    expect(() => converse(trading.openOrders(null), [rows, rows, rows])).toThrow(VenueProtocolError);
  });
});

describe('fills', () => {
  const row = (id: number, ms: number): Record<string, unknown> => ({
    trade_id: id,
    product_id: 'ETH-USD',
    order_id: 'v1',
    liquidity: id % 2 === 0 ? 'T' : 'M',
    price: '3100.20',
    size: '0.75',
    fee: '9.3006000000000000',
    created_at: new Date(ms).toISOString(),
    side: 'buy',
    settled: true,
  });

  test('are exact, oldest first, from the moment on', () => {
    const { calls, result } = converse(trading.fills(ETH, T0), [[row(12, T0 + 2), row(11, T0), row(10, T0 - 1)]]);
    expect(query(calls[0], 'product_id')).toBe('ETH-USD');
    expect(result.map(({ tradeId }) => tradeId)).toEqual(['11', '12']);
    expect(result[1]).toEqual({
      venue: 'coinbase',
      market: 'spot',
      symbol: 'ETH-USD',
      tradeId: '12',
      venueOrderId: 'v1',
      clientOrderId: null,
      side: 'buy',
      price: '3100.2',
      quantity: '0.75',
      fee: '9.3006',
      feeAsset: 'USD',
      liquidity: 'taker',
      timeMs: T0 + 2,
    });
    expect(result[0]?.liquidity).toBe('maker');
  });

  test('go on behind the oldest of a full page, and end', () => {
    const page = Array.from({ length: 1000 }, (_, at) => row(5000 - at, T0 + 5000 - at));
    const { calls, result } = converse(trading.fills(ETH, T0), [page, [row(4000, T0 + 1)]]);
    expect(query(calls[1], 'after')).toBe('4001');
    expect(result).toHaveLength(1001);
    expect(() => converse(trading.fills(ETH, T0), [page, page])).toThrow(VenueProtocolError);
    expect(() => trading.fills(null, T0)).toThrow(VenueRequestError);
  });
});

test('balances and fees', () => {
  const accounts = [
    { id: 'a', currency: 'CGLD', balance: '1000.0000000000000000', hold: '100.0', available: '900.0', profile_id: 'p' },
  ];
  expect(converse(trading.balances(), [accounts]).result).toEqual([
    { venue: 'coinbase', asset: 'CELO', total: '1000', available: '900' },
  ]);
  const fees = { maker_fee_rate: '0.0040', taker_fee_rate: '0.0060', usd_volume: '43806.92' };
  expect(converse(trading.feeTier(ETH), [fees]).result).toEqual({ makerFeeBps: 40, takerFeeBps: 60 });
});

describe('market data', () => {
  test('time and book', () => {
    expect(converse(trading.serverTime(), [{ iso: '', epoch: 1767225600.123 }]).result).toBe(1_767_225_600_123);
    const book = {
      sequence: 51000123456,
      bids: [['3100.10', '1.50000000', 3]],
      asks: [
        ['3100.20', '0.75', 1],
        ['3101', '1', 1],
      ],
    };
    const { calls, result } = converse(trading.orderBook(ETH, 1), [book]);
    expect(query(calls[0], 'level')).toBe('1');
    expect(result).toEqual({ symbol: 'ETH-USD', sequence: 51000123456, bids: [['3100.1', '1.5']], asks: [['3100.2', '0.75']] });
  });

  test('candles come newest first, low before high', () => {
    const seconds = T0 / 1000;
    const rows = [
      [seconds + 60, 3, 6, 4, 5, 1.5],
      [seconds, 1, 9, 2, 4, 0.25],
    ];
    const { calls, result } = converse(trading.klines(ETH, '1m', T0, T0 + 120_000), [rows]);
    expect(calls[0]?.query).toEqual([
      ['granularity', '60'],
      ['start', '2026-01-01T00:00:00.000Z'],
      ['end', '2026-01-01T00:01:00.000Z'],
    ]);
    expect(result).toEqual([
      { openMs: T0, open: '2', high: '9', low: '1', close: '4', baseVolume: '0.25', quoteVolume: null },
      { openMs: T0 + 60_000, open: '4', high: '6', low: '3', close: '5', baseVolume: '1.5', quoteVolume: null },
    ]);
  });

  test('four hours are made of hours, a batch at a time', () => {
    const hour = 3_600_000;
    const rows = [5, 3, 1].map((at) => [(T0 + at * hour) / 1000, at, 10 + at, at + 1, at + 2, '0.1']);
    const { result } = converse(trading.klines(ETH, '4h', T0, T0 + 8 * hour), [rows]);
    expect(result).toEqual([
      { openMs: T0, open: '2', high: '13', low: '1', close: '5', baseVolume: '0.2', quoteVolume: null },
      { openMs: T0 + 4 * hour, open: '6', high: '15', low: '5', close: '7', baseVolume: '0.1', quoteVolume: null },
    ]);
    const { calls } = converse(trading.klines(ETH, '4h', T0, T0 + 1e6 * hour), [[], [], [], []]);
    expect(query(calls[3], 'end')).toBe(new Date(T0 + 1199 * hour).toISOString());
  });

  test('tickers of all products', () => {
    const volumes = [
      { id: 'ETH-USD', spot_volume_24hour: '120.5' },
      { id: 'NEW-USD', spot_volume_24hour: '0' },
    ];
    const lines = {
      'ETH-USD': [
        [1767225600, 3000, 3200, 3050, 3100.5],
        [1767222000, 1, 1, 1, 1],
      ],
    };
    expect(converse(trading.tickers(), [volumes, lines]).result).toEqual([
      { symbol: 'ETH-USD', last: '3100.5', bid: null, ask: null, quoteVolume24h: '373610.25' },
    ]);
  });
});
