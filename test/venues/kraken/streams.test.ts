import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OrderReport } from '../../../src/domain/order.js';
import type { OrderEntryItem, OrderEntrySession, PrivateSession, StreamItem } from '../../../src/venues/trading.js';
import { BY_QUOTE, CLIENT_ID, CREDENTIALS, drive, ETH, LIMIT, STAMP, trading } from './support.js';

const ID = 'OAAAAA-BBBBB-CCCCC9';
const NEW = {
  order_id: ID,
  cl_ord_id: CLIENT_ID,
  symbol: 'ETH/USD',
  side: 'buy',
  order_type: 'limit',
  order_qty: 0.5,
  limit_price: 3100.1,
  time_in_force: 'GTC',
  cum_qty: 0,
  cum_cost: 0,
  exec_type: 'new',
  order_status: 'new',
  timestamp: '2026-01-01T00:00:00.500000Z',
};
const TRADE = {
  order_id: ID,
  cum_qty: 0.2,
  cum_cost: 620.02,
  avg_price: 3100.1,
  exec_type: 'trade',
  exec_id: 'TAAAAA-BBBBB-CCCCC1',
  trade_id: 900101,
  last_qty: 0.2,
  last_price: 3100.1,
  cost: 620.02,
  liquidity_ind: 'm',
  fees: [{ asset: 'USD', qty: 1.55005 }],
  order_status: 'partially_filled',
  timestamp: '2026-01-01T00:00:01.000000Z',
};
const CANCELED = {
  order_id: ID,
  exec_type: 'canceled',
  order_status: 'canceled',
  cancel_reason: 'User requested',
  timestamp: '2026-01-01T00:00:02Z',
};

const bytes = (frame: unknown): Uint8Array => Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame));
const session = (): PrivateSession => trading.privateStream.session('a token', CREDENTIALS);
const read = (stream: PrivateSession, frame: unknown): readonly StreamItem[] => stream.read(bytes(frame), false, STAMP);
const executions = (sequence: number, ...data: unknown[]): unknown => ({ channel: 'executions', type: 'update', sequence, data });

function orderOf(items: readonly (StreamItem | OrderEntryItem)[]): OrderReport {
  const item = items.find(({ kind }) => kind === 'order');
  if (item?.kind !== 'order') throw new Error('no order');
  return item.order;
}

describe('the private stream', () => {
  test('subscribes with a token, and is ready once both channels stand', () => {
    expect(drive(trading.privateStream.prepare(), [{ token: 'a token', expires: 900 }]).result).toBe('a token');
    const stream = session();
    expect(stream.opened(STAMP).map((text) => JSON.parse(text))).toEqual([
      {
        method: 'subscribe',
        params: { channel: 'executions', token: 'a token', snap_orders: true, snap_trades: false, order_status: true },
        req_id: 1,
      },
      { method: 'subscribe', params: { channel: 'balances', token: 'a token', snapshot: true }, req_id: 2 },
    ]);
    const ack = (channel: string): unknown => ({ method: 'subscribe', req_id: 1, result: { channel }, success: true });
    expect(read(stream, { channel: 'status', type: 'update', data: [{ system: 'online' }] })).toEqual([{ kind: 'alive' }]);
    expect(read(stream, ack('executions'))).toEqual([{ kind: 'alive' }]);
    expect(read(stream, ack('balances'))).toEqual([{ kind: 'ready' }]);
    expect(read(stream, ack('balances'))).toEqual([{ kind: 'alive' }]);
    expect(read(stream, { channel: 'heartbeat' })).toEqual([{ kind: 'alive' }]);
  });

  test('a token that is no good asks for a new one, another refusal is one', () => {
    const refused = (error: string): unknown => ({ method: 'subscribe', success: false, error, req_id: 1 });
    expect(read(session(), refused('ESession:Invalid session'))).toMatchObject([{ kind: 'lost' }]);
    expect(read(session(), refused('EGeneral:Permission denied'))).toMatchObject([
      { kind: 'refused', refusal: { kind: 'authentication' } },
    ]);
  });

  test('balances are totals', () => {
    const data = [
      { asset: 'BTC', balance: 1.0000000001 },
      { asset: 'USD', balance: 1000.5 },
    ];
    expect(read(session(), { channel: 'balances', type: 'snapshot', sequence: 1, data })).toEqual([
      { kind: 'balance', balance: { venue: 'kraken', asset: 'BTC', total: '1.0000000001', available: null } },
      { kind: 'balance', balance: { venue: 'kraken', asset: 'USD', total: '1000.5', available: null } },
    ]);
  });

  test('numbers keep every digit', () => {
    const frame = '{"channel":"balances","sequence":1,"data":[{"asset":"USD","balance":123456789012345.123456789}]}';
    expect(read(session(), frame)).toMatchObject([{ balance: { total: '123456789012345.123456789' } }]);
  });

  test('sparse events are put together', () => {
    const stream = session();
    expect(orderOf(read(stream, executions(1, NEW)))).toEqual({
      venue: 'kraken',
      market: 'spot',
      symbol: 'ETH/USD',
      venueOrderId: ID,
      clientOrderId: CLIENT_ID,
      side: 'buy',
      state: 'open',
      price: '3100.1',
      quantity: '0.5',
      filledQty: '0',
      filledQuote: '0',
      updatedMs: 1_767_225_600_500,
      reason: null,
    });
    const [fill, order] = read(stream, executions(2, TRADE));
    expect(fill).toEqual({
      kind: 'fill',
      fill: {
        venue: 'kraken',
        market: 'spot',
        symbol: 'ETH/USD',
        tradeId: 'TAAAAA-BBBBB-CCCCC1',
        venueOrderId: ID,
        clientOrderId: CLIENT_ID,
        side: 'buy',
        price: '3100.1',
        quantity: '0.2',
        fee: '1.55005',
        feeAsset: 'USD',
        liquidity: 'maker',
        timeMs: 1_767_225_601_000,
      },
    });
    expect(order).toMatchObject({ kind: 'order', order: { state: 'partially-filled', filledQty: '0.2', filledQuote: '620.02' } });
    const more = { ...TRADE, exec_id: 'T2', cum_qty: undefined, cum_cost: undefined, last_qty: 0.1 };
    expect(orderOf(read(stream, executions(3, more)))).toMatchObject({ filledQty: '0.3', filledQuote: '930.03' });
    expect(orderOf(read(stream, executions(4, CANCELED)))).toMatchObject({
      symbol: 'ETH/USD',
      state: 'canceled',
      filledQty: '0.3',
      reason: 'User requested',
    });
  });

  test.each([
    ['pending_new', 'pending_new', 0, 'pending'],
    ['new', 'new', 0, 'open'],
    ['new', 'partially_filled', 0.1, 'partially-filled'],
    ['trade', 'partially_filled', 0.2, 'partially-filled'],
    ['trade', 'filled', 0.5, 'partially-filled'],
    ['filled', 'filled', 0.5, 'filled'],
    ['canceled', 'canceled', 0.1, 'canceled'],
    ['expired', 'expired', 0, 'expired'],
    ['status', 'triggered', 0, 'open'],
    ['status', 'filled', 0.5, 'filled'],
    ['amended', 'new', 0, 'open'],
    ['restated', 'partially_filled', 0.2, 'partially-filled'],
    ['iceberg_refill', 'new', 0, 'open'],
    ['a new word', 'another', 0, 'unknown'],
  ])('%s (%s) with %d filled is %s', (type, status, filled, state) => {
    const event = { ...NEW, ...TRADE, exec_type: type, order_status: status, cum_qty: filled };
    expect(orderOf(read(session(), executions(1, event))).state).toBe(state);
  });

  test('a snapshot tells how orders stand, and no fills', () => {
    const stream = session();
    const partly = { ...NEW, exec_type: 'trade', order_status: 'partially_filled', cum_qty: 0.2, cum_cost: 620.02 };
    const items = read(stream, { channel: 'executions', type: 'snapshot', sequence: 1, data: [NEW, partly] });
    expect(items).toMatchObject([
      { kind: 'order', order: { state: 'open' } },
      { kind: 'order', order: { state: 'partially-filled', filledQty: '0.2', filledQuote: '620.02' } },
    ]);
    expect(read(stream, { channel: 'executions', type: 'snapshot', sequence: 2, data: [] })).toEqual([{ kind: 'alive' }]);
  });

  test('frames told twice count once; one that is missing, or an order without a beginning, ends the session', () => {
    const stream = session();
    read(stream, executions(1, NEW));
    expect(read(stream, executions(1, NEW))).toEqual([{ kind: 'alive' }]);
    expect(read(stream, executions(3, TRADE))).toMatchObject([{ kind: 'lost' }]);
    expect(read(session(), executions(2, NEW))).toMatchObject([{ kind: 'lost' }]);
    expect(read(session(), executions(1, CANCELED))).toMatchObject([{ kind: 'lost' }]);
    expect(read(session(), executions(1, { ...NEW, ...TRADE, exec_id: undefined }))).toMatchObject([{ kind: 'lost' }]);
  });
});

describe('order entry', () => {
  const open = (): OrderEntrySession => {
    const entry = trading.orderEntry?.session('a token', CREDENTIALS);
    if (entry === undefined) throw new Error('no order entry');
    return entry;
  };
  const answer = (entry: OrderEntrySession, frame: unknown): readonly OrderEntryItem[] => entry.read(bytes(frame), false, STAMP);

  test('keeps its token alive by a subscription', () => {
    const entry = open();
    expect(entry.opened(STAMP).map((text) => JSON.parse(text))).toEqual([
      { method: 'subscribe', params: { channel: 'balances', snapshot: false, token: 'a token' }, req_id: 0 },
    ]);
    expect(answer(entry, { method: 'subscribe', success: true, result: { channel: 'balances' }, req_id: 0 })).toEqual([
      { kind: 'ready' },
    ]);
    expect(answer(entry, { channel: 'balances', sequence: 1, data: [] })).toEqual([{ kind: 'alive' }]);
  });

  test('writes numbers as they are', () => {
    const text = open().place({ ...LIMIT, quantity: '0.10000000000000000001', timeInForce: 'post-only' }, ETH, 31, STAMP);
    expect(text).toContain('"order_qty":0.10000000000000000001,');
    expect(JSON.parse(open().place(LIMIT, ETH, 31, STAMP))).toEqual({
      method: 'add_order',
      params: {
        order_type: 'limit',
        side: 'buy',
        order_qty: 0.5,
        symbol: 'ETH/USD',
        limit_price: 3100.1,
        time_in_force: 'gtc',
        post_only: false,
        fee_preference: 'quote',
        stp_type: 'cancel_newest',
        cl_ord_id: CLIENT_ID,
        deadline: '2026-01-01T00:00:05.000Z',
        token: 'a token',
      },
      req_id: 31,
    });
    expect(JSON.parse(text).params).toMatchObject({ post_only: true, time_in_force: 'gtc' });
    expect(JSON.parse(open().place({ ...LIMIT, timeInForce: 'ioc' }, ETH, 1, STAMP)).params.time_in_force).toBe('ioc');
    const byQuote = JSON.parse(open().place(BY_QUOTE, ETH, 1, STAMP)).params;
    expect(byQuote).toMatchObject({ order_type: 'market', cash_order_qty: 25.12345 });
    expect(Object.keys(byQuote)).not.toContain('order_qty');
  });

  test('answers are found by their number', () => {
    const entry = open();
    entry.place(LIMIT, ETH, 31, STAMP);
    const result = { order_id: ID, cl_ord_id: CLIENT_ID };
    expect(answer(entry, { method: 'add_order', req_id: 31, result, success: true })).toMatchObject([
      {
        kind: 'order',
        requestId: 31,
        order: { state: 'pending', symbol: 'ETH/USD', venueOrderId: ID, clientOrderId: CLIENT_ID },
      },
    ]);
    entry.place(LIMIT, ETH, 32, STAMP);
    expect(answer(entry, { method: 'add_order', req_id: 32, error: 'EOrder:Insufficient funds', success: false })).toMatchObject([
      { kind: 'refusal', requestId: 32, refusal: { kind: 'insufficient-balance' } },
    ]);
    entry.place(LIMIT, ETH, 33, STAMP);
    expect(answer(entry, { method: 'add_order', req_id: 33, result: {}, success: true })).toMatchObject([
      { kind: 'refusal', requestId: 33, refusal: { kind: 'outcome-unknown' } },
    ]);
    expect(answer(entry, { method: 'add_order', req_id: 34, error: 'ESession:Invalid session', success: false })).toMatchObject([
      { kind: 'refusal', requestId: 34, refusal: { kind: 'time-window' } },
      { kind: 'lost' },
    ]);
  });

  test('cancels name the order, and promise no end', () => {
    const entry = open();
    const byClient = entry.cancel({ symbol: 'ETH/USD', venueOrderId: null, clientOrderId: CLIENT_ID }, 1, STAMP);
    expect(JSON.parse(byClient)).toEqual({
      method: 'cancel_order',
      params: { cl_ord_id: [CLIENT_ID], token: 'a token' },
      req_id: 1,
    });
    const byVenue = entry.cancel({ symbol: 'ETH/USD', venueOrderId: ID, clientOrderId: CLIENT_ID }, 2, STAMP);
    expect(JSON.parse(byVenue).params).toEqual({ order_id: [ID], token: 'a token' });
    expect(answer(entry, { method: 'cancel_order', req_id: 2, result: { order_id: ID }, success: true })).toMatchObject([
      { kind: 'order', requestId: 2, order: { state: 'unknown', symbol: 'ETH/USD', venueOrderId: ID, clientOrderId: CLIENT_ID } },
    ]);
    expect(answer(entry, { method: 'cancel_order', req_id: 1, error: 'EOrder:Unknown order', success: false })).toMatchObject([
      { kind: 'refusal', requestId: 1, refusal: { kind: 'unknown-order' } },
    ]);
  });
});

test('nothing that comes can throw', () => {
  const frames = [executions(1, NEW), executions(1, TRADE), { method: 'subscribe' }, { channel: 'balances', data: [] }];
  const field = fc.constantFrom(...Object.keys({ ...NEW, ...TRADE, ...CANCELED }));
  const broken = fc
    .tuple(field, fc.jsonValue())
    .map(([name, value]) => JSON.stringify(executions(1, { ...NEW, ...TRADE, [name]: value })));
  const changed = fc
    .tuple(
      fc.constantFrom(...frames),
      fc.constantFrom('channel', 'method', 'data', 'sequence', 'result', 'req_id'),
      fc.jsonValue(),
    )
    .map(([frame, name, value]) => JSON.stringify({ ...(frame as object), [name]: value }));
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.json(), broken, changed), { maxLength: 10 }), (texts) => {
      const stream = session();
      const entry = trading.orderEntry?.session('a token', CREDENTIALS);
      for (const text of texts) {
        for (const { kind } of read(stream, text)) expect(kind).toBeTypeOf('string');
        for (const { kind } of entry?.read(bytes(text), false, STAMP) ?? []) expect(kind).toBeTypeOf('string');
      }
    }),
    { numRuns: 300 },
  );
  expect(read(session(), 'no json')).toMatchObject([{ kind: 'lost' }]);
});
