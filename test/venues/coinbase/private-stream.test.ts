import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OrderReport } from '../../../src/domain/order.js';
import type { PrivateSession, StreamItem } from '../../../src/venues/trading.js';
import { converse } from '../converse.js';
import { CREDENTIALS, OID, STAMP, trading } from './support.js';

const MINE = '7b1f0c1e-0001-4000-8000-000000000001';
const OTHER = '7b1f0c1e-0002-4000-8000-000000000002';
const COMMON = { product_id: 'ETH-USD', time: '2026-01-01T00:00:00.000100Z', profile_id: 'p', user_id: 'u' };
const RECEIVED = {
  ...COMMON,
  type: 'received',
  order_id: MINE,
  side: 'buy',
  order_type: 'limit',
  size: '2.00',
  price: '3100.20',
  client_oid: OID,
};
const MATCH = {
  ...COMMON,
  type: 'match',
  trade_id: 900101,
  maker_order_id: OTHER,
  taker_order_id: MINE,
  side: 'sell',
  size: '0.75',
  price: '3100.20',
  taker_fee_rate: '0.006',
};
const OPEN = { ...COMMON, type: 'open', order_id: MINE, side: 'buy', price: '3100.20', remaining_size: '1.25' };
const DONE = {
  ...COMMON,
  type: 'done',
  order_id: MINE,
  side: 'buy',
  price: '3100.20',
  reason: 'canceled',
  remaining_size: '1.25',
};

function session(): PrivateSession {
  return trading.privateStream.session('acc-1,acc-2', CREDENTIALS);
}

function read(stream: PrivateSession, frame: unknown): readonly StreamItem[] {
  return stream.read(Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)), false, STAMP);
}

function orderOf(items: readonly StreamItem[]): OrderReport {
  const item = items.find(({ kind }) => kind === 'order');
  if (item?.kind !== 'order') throw new Error('no order');
  return item.order;
}

test('subscribes to the accounts that the products need, and to the products', () => {
  const rows = [
    { id: 'acc-1', currency: 'ETH', balance: '1', available: '1' },
    { id: 'acc-2', currency: 'USD', balance: '1', available: '1' },
    { id: 'acc-3', currency: 'DOT', balance: '1', available: '1' },
  ];
  expect(converse(trading.privateStream.prepare(), [rows]).result).toBe('acc-1,acc-2');
  const frames = session()
    .opened(STAMP)
    .map((text) => JSON.parse(text));
  const authentication = { key: 'a-key', passphrase: 'words', timestamp: '1767225600', signature: expect.any(String) };
  expect(frames).toEqual([
    { type: 'subscribe', channels: [{ name: 'balance', account_ids: ['acc-1', 'acc-2'] }], ...authentication },
    {
      type: 'subscribe',
      channels: [
        { name: 'user', product_ids: ['ETH-USD'] },
        { name: 'heartbeat', product_ids: ['ETH-USD'] },
      ],
      ...authentication,
    },
  ]);
});

test('is ready once, when every product is followed', () => {
  const stream = session();
  const ack = (...channels: unknown[]): unknown => ({ type: 'subscriptions', channels });
  expect(read(stream, ack({ name: 'balance', account_ids: ['acc-1'] }))).toEqual([{ kind: 'alive' }]);
  expect(read(stream, ack({ name: 'user', product_ids: ['ETH-USD'] }))).toEqual([{ kind: 'ready' }]);
  expect(read(stream, ack({ name: 'user', product_ids: ['ETH-USD'] }))).toEqual([{ kind: 'alive' }]);
  expect(read(stream, { type: 'heartbeat', sequence: 1 })).toEqual([{ kind: 'alive' }]);
  expect(read(stream, { type: 'error', message: 'Authentication Failed', reason: 'x' })).toMatchObject([
    { kind: 'refused', refusal: { kind: 'authentication' } },
  ]);
});

test('balances', () => {
  const frame = {
    type: 'balance',
    account_id: 'a',
    currency: 'USD',
    holds: '100.23',
    available: '900.10',
    updated: '',
    timestamp: '',
  };
  expect(read(session(), frame)).toEqual([
    { kind: 'balance', balance: { venue: 'coinbase', asset: 'USD', total: '1000.33', available: '900.1' } },
  ]);
});

describe('orders', () => {
  test('a life, with exact fills and fees', () => {
    const stream = session();
    const states: unknown[] = [];
    expect(orderOf(read(stream, { ...RECEIVED, sequence: 1 }))).toEqual({
      venue: 'coinbase',
      market: 'spot',
      symbol: 'ETH-USD',
      venueOrderId: MINE,
      clientOrderId: OID,
      side: 'buy',
      state: 'open',
      price: '3100.2',
      quantity: '2',
      filledQty: '0',
      filledQuote: '0',
      updatedMs: 1_767_225_600_000,
      reason: null,
    });
    const matched = read(stream, { ...MATCH, sequence: 2 });
    expect(matched[0]).toEqual({
      kind: 'fill',
      fill: {
        venue: 'coinbase',
        market: 'spot',
        symbol: 'ETH-USD',
        tradeId: '900101',
        venueOrderId: MINE,
        clientOrderId: OID,
        side: 'buy',
        price: '3100.2',
        quantity: '0.75',
        fee: '13.9509',
        feeAsset: 'USD',
        liquidity: 'taker',
        timeMs: 1_767_225_600_000,
      },
    });
    for (const items of [matched, read(stream, { ...OPEN, sequence: 3 }), read(stream, { ...DONE, sequence: 9 })]) {
      const { state, filledQty, filledQuote } = orderOf(items);
      states.push([state, filledQty, filledQuote]);
    }
    expect(states).toEqual([
      ['partially-filled', '0.75', '2325.15'],
      ['partially-filled', '0.75', '2325.15'],
      ['canceled', '0.75', '2325.15'],
    ]);
  });

  test('as a maker, of an order from before', () => {
    const match = { ...MATCH, maker_order_id: MINE, taker_order_id: OTHER, taker_fee_rate: undefined, maker_fee_rate: '0.004' };
    const items = read(session(), match);
    expect(items).toMatchObject([
      { kind: 'fill', fill: { side: 'sell', fee: '9.3006', liquidity: 'maker', clientOrderId: null } },
      { kind: 'order', order: { state: 'partially-filled', filledQty: null } },
    ]);
  });

  test('one that opens or takes without having been received was missed', () => {
    expect(read(session(), OPEN).map(({ kind }) => kind)).toEqual(['order', 'lost']);
    expect(read(session(), MATCH).map(({ kind }) => kind)).toEqual(['fill', 'order', 'lost']);
  });

  test.each([
    [{ reason: 'filled', remaining_size: '0' }, 'filled', null],
    [{ reason: 'canceled' }, 'canceled', 'canceled'],
    [{ reason: 'canceled', cancel_reason: '101:Time In Force' }, 'expired', '101:Time In Force'],
    [{ reason: 'canceled', cancel_reason: 106 }, 'expired', '106'],
    [{ reason: 'canceled', cancel_reason: '102:Self Trade Prevention' }, 'canceled', '102:Self Trade Prevention'],
    [{ reason: 'canceled', cancel_reason: '104:Price Bound Order Protection' }, 'canceled', '104:Price Bound Order Protection'],
    [{ reason: 'a new word' }, 'unknown', 'a new word'],
  ])('%j ends as %s', (more, state, reason) => {
    expect(orderOf(read(session(), { ...DONE, ...more }))).toMatchObject({ state, reason });
  });

  test('a change keeps what is filled', () => {
    const stream = session();
    read(stream, RECEIVED);
    read(stream, MATCH);
    const change = {
      ...COMMON,
      type: 'change',
      order_id: MINE,
      side: 'buy',
      reason: 'STP',
      price: '3100.20',
      old_size: '1.25',
      new_size: '1',
    };
    expect(orderOf(read(stream, change))).toMatchObject({
      state: 'partially-filled',
      quantity: '1.75',
      filledQty: '0.75',
      reason: 'STP',
    });
  });

  test('a frame twice counts once, one too late or a missed match ends the session', () => {
    const stream = session();
    read(stream, { ...RECEIVED, sequence: 5 });
    expect(read(stream, { ...RECEIVED, sequence: 5 })).toEqual([{ kind: 'alive' }]);
    expect(read(stream, { ...MATCH, sequence: 4 })).toMatchObject([{ kind: 'lost' }]);
    expect(read(stream, { ...OPEN, sequence: 6 })).toMatchObject([{ kind: 'order' }, { kind: 'lost' }]);
    expect(read(stream, { ...DONE, reason: 'filled', remaining_size: undefined, sequence: 7 })).toMatchObject([
      { kind: 'order', order: { state: 'filled' } },
      { kind: 'lost' },
    ]);
  });
});

test('nothing that comes can throw', () => {
  const frames = [RECEIVED, MATCH, OPEN, DONE, { type: 'balance' }, { type: 'subscriptions' }];
  const field = fc.constantFrom(...Object.keys({ ...RECEIVED, ...MATCH, ...OPEN, ...DONE }));
  const broken = fc
    .tuple(fc.constantFrom(...frames), field, fc.jsonValue())
    .map(([frame, name, value]) => JSON.stringify({ ...frame, [name]: value }));
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.json(), broken), { maxLength: 12 }), (texts) => {
      const stream = session();
      for (const text of texts) for (const { kind } of read(stream, text)) expect(kind).toBeTypeOf('string');
    }),
    { numRuns: 300 },
  );
  expect(read(session(), 'no json')).toMatchObject([{ kind: 'lost' }]);
  expect(read(session(), { ...MATCH, price: 'NaN' })).toMatchObject([{ kind: 'lost' }]);
});
