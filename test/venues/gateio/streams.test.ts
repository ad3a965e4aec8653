import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Credentials } from '../../../src/domain/credentials.js';
import { orderEntry } from '../../../src/venues/gateio/order-entry.js';
import { privateStream } from '../../../src/venues/gateio/private-stream.js';
import type { OrderEntryItem, StreamItem } from '../../../src/venues/trading.js';
import { converse } from '../converse.js';
import { FUTURES, ORDER, SPOT } from './support.js';

const credentials = new Credentials('example-key', 'example-secret');
const stamp = { epochMs: 1_767_225_600_123, nonce: 1 };

type Session = { read(frame: Uint8Array, binary: boolean, at: typeof stamp): readonly (StreamItem | OrderEntryItem)[] };
const readerOf =
  (session: Session) =>
  (message: unknown): readonly (StreamItem | OrderEntryItem)[] =>
    session.read(Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)), false, stamp);

const push = (channel: string, ...result: unknown[]): object => ({ time: 1, channel, event: 'update', result });
const ack = (channel: string): object => ({ time: 1, channel, event: 'subscribe', result: { status: 'success' } });

describe('the private stream of Gate.io', () => {
  it('asks for the number of the user on futures, and for nothing on spot', () => {
    const { calls, result } = converse(privateStream('futures', 'ws://x').prepare(), [{ user_id: 10_001, tier: 0 }]);
    expect([calls[0]?.path, result]).toEqual(['/api/v4/account/detail', '10001']);
    expect(privateStream('spot', 'ws://x').prepare().next()).toEqual({ done: true, value: '' });
  });

  it('signs every subscription, and is ready when all of them stand', () => {
    const session = privateStream('futures', 'ws://x').session('10001', credentials);
    const frames = session.opened(stamp).map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(frames.map(({ channel, payload }) => [channel, payload])).toEqual([
      ['futures.orders', ['10001', '!all']],
      ['futures.usertrades', ['10001', '!all']],
      ['futures.positions', ['10001', '!all']],
      ['futures.balances', ['10001']],
    ]);
    for (const { auth, time } of frames)
      expect([auth, time]).toMatchObject([{ method: 'api_key', KEY: 'example-key' }, 1_767_225_600]);
    const read = readerOf(session);
    const kinds = frames.map(({ channel }) => read(ack(String(channel)))[0]?.kind);
    expect(kinds).toEqual(['alive', 'alive', 'alive', 'ready']);
    expect(read(ack('futures.orders'))[0]?.kind).toBe('alive');
  });

  it('tells orders, fills, balances and positions', () => {
    const spot = readerOf(privateStream('spot', 'ws://x').session('', credentials));
    const order = {
      ...{
        id: '78',
        text: 't-abc',
        update_time_ms: '1767225600123',
        event: 'put',
        currency_pair: 'BTC_USDT',
        type: 'limit',
        side: 'buy',
      },
      ...{ amount: '0.01', price: '60000', left: '0.01', filled_total: '0', finish_as: 'open' },
    };
    expect(spot(push('spot.orders', order))).toMatchObject([{ kind: 'order', order: { state: 'open', clientOrderId: 't-abc' } }]);
    expect(
      spot(
        push('spot.orders', { ...order, event: 'finish', finish_as: 'cancelled' }, { ...order, left: '0.004', event: 'update' }),
      ),
    ).toMatchObject([{ order: { state: 'canceled' } }, { order: { state: 'partially-filled', filledQty: '0.006' } }]);
    expect(spot(push('spot.balances', { currency: 'USDT', total: '1000.5', available: '400.5' }))).toMatchObject([
      { kind: 'balance', balance: { asset: 'USDT', total: '1000.5', available: '400.5' } },
    ]);
    const futures = readerOf(privateStream('futures', 'ws://x').session('1', credentials));
    expect(futures(push('futures.positions', { contract: 'BTC_USDT', size: -4, entry_price: 60_000.5 }))).toMatchObject([
      { kind: 'position', position: { symbol: 'BTC_USDT', signedSize: '-4', entryPrice: '60000.5' } },
    ]);
    expect(futures(push('futures.balances', { balance: 999.87, change: -0.0048, currency: 'usdt' }))).toMatchObject([
      { kind: 'balance', balance: { asset: 'USDT', total: '999.87', available: null } },
    ]);
  });

  it('is refused, and lost, when the venue says so', () => {
    const read = readerOf(privateStream('spot', 'ws://x').session('', credentials));
    const failed = { channel: 'spot.orders', event: 'subscribe', error: { code: 4, message: 'bad sign' }, result: null };
    expect(read(failed)).toMatchObject([{ kind: 'refused', refusal: { kind: 'authentication' } }]);
    expect(read({ type: 'upgrade', msg: 'restart' })).toMatchObject([{ kind: 'lost' }]);
    expect(read({ channel: 'futures.system', event: 'update', result: { type: 'upgrade' } })).toMatchObject([{ kind: 'lost' }]);
    expect(read(push('spot.orders', { id: '1' }))).toMatchObject([{ kind: 'lost' }]);
    expect(read({ channel: 'spot.pong', event: '', result: null })).toEqual([{ kind: 'alive' }]);
  });
});

describe('order entry of Gate.io', () => {
  const header = { status: '200', channel: 'spot.order_place', x_gate_ratelimit_limit: 10, x_gate_ratelimit_requests_remain: 7 };
  const result = {
    ...{
      id: '78',
      text: 't-abc',
      currency_pair: 'BTC_USDT',
      type: 'limit',
      side: 'buy',
      amount: '0.01',
      left: '0',
      price: '60000',
    },
    ...{ status: 'closed', finish_as: 'filled', filled_total: '600', update_time_ms: 1_767_225_600_123 },
  };

  it('logs on, then sends what REST would send', () => {
    const session = orderEntry('spot', 'ws://x').session('', credentials);
    expect(JSON.parse(session.opened(stamp)[0] ?? '')).toMatchObject({
      ...{ channel: 'spot.login', event: 'api', time: 1_767_225_600 },
      payload: {
        api_key: 'example-key',
        signature:
          'c6851752db7496f04a3e8be9539c86dd74ca132cae03e4be9f6564e6ac55a4e713dd1fd3af34c8d6195e8f4f5d8aa1b0144b55666c65090584a016a1f352213f',
      },
    });
    expect(JSON.parse(session.place(ORDER, SPOT, 7, stamp))).toMatchObject({
      ...{ channel: 'spot.order_place', event: 'api' },
      payload: { req_id: '7', req_param: { text: 't-abc', amount: '0.01' }, req_header: { 'x-gate-exptime': '1767225610123' } },
    });
    const cancel = session.cancel({ symbol: 'BTC_USDT', venueOrderId: null, clientOrderId: 't-abc' }, 8, stamp);
    expect(JSON.parse(cancel)).toMatchObject({ payload: { req_param: { order_id: 't-abc', currency_pair: 'BTC_USDT' } } });
    const futures = orderEntry('futures', 'ws://x').session('', credentials);
    const sale = { ...ORDER, side: 'sell', quantity: '5' } as const;
    expect(JSON.parse(futures.place(sale, FUTURES, 9, stamp))).toMatchObject({
      payload: { req_param: { size: -5, contract: 'BTC_USDT' } },
    });
  });

  it('reads both answers of a request, and what they say of the budget', () => {
    const read = readerOf(orderEntry('spot', 'ws://x').session('', credentials));
    expect(read({ request_id: 'log-on', header: { status: '200' }, data: { result: { uid: '1' } } })).toEqual([
      { kind: 'ready' },
    ]);
    const usage = { kind: 'usage', readings: [{ budget: 'place', used: 3, limit: 10 }] };
    expect(read({ request_id: '7', ack: true, header, data: { result: { req_id: '7' } } })).toEqual([{ kind: 'alive' }, usage]);
    expect(read({ request_id: '7', ack: false, header, data: { result } })).toMatchObject([
      { kind: 'order', requestId: 7, order: { state: 'filled', venueOrderId: '78' } },
      usage,
    ]);
    const errs = { label: 'BALANCE_NOT_ENOUGH', message: 'Not enough balance' };
    expect(read({ request_id: '8', header: { status: '400' }, data: { errs } })).toMatchObject([
      { kind: 'refusal', requestId: 8, refusal: { kind: 'insufficient-balance' } },
    ]);
    expect(read({ request_id: '9', header: { status: '200' }, data: { result: {} } })).toMatchObject([
      { kind: 'refusal', requestId: 9, refusal: { kind: 'outcome-unknown' } },
    ]);
    expect(read({ request_id: 'log-on', header: { status: '401' }, data: { errs: { label: 'INVALID_KEY' } } })).toMatchObject([
      { kind: 'refused', refusal: { kind: 'authentication' } },
    ]);
  });

  it('never calls an order refused when the venue may have taken it', () => {
    const read = readerOf(orderEntry('spot', 'ws://x').session('', credentials));
    const kindOf = (status: string, errs?: { label: string; message: string }): unknown => {
      const [item] = read({ request_id: '7', header: { status }, data: errs === undefined ? null : { errs } });
      return item?.kind === 'refusal' ? item.refusal.kind : item?.kind;
    };
    expect(kindOf('500')).toBe('outcome-unknown');
    expect(kindOf('503', { label: 'SOMETHING_NEW', message: 'the minimum' })).toBe('outcome-unknown');
    expect(kindOf('')).toBe('outcome-unknown');
    expect(kindOf('400', { label: '212', message: '' })).toBe('outcome-unknown');
    expect(kindOf('400', { label: 'SOMETHING_NEW', message: '' })).toBe('invalid-request');
    expect(kindOf('429')).toBe('rate-limited');
    expect(kindOf('429', { label: '211', message: 'request rate exceeds limit' })).toBe('rate-limited');
  });

  it('leaves market purchases by quantity to REST, where the book can be asked first', () => {
    const market = { ...ORDER, type: 'market', timeInForce: 'ioc', price: null } as const;
    expect(orderEntry('spot', 'ws://x').takes?.(market)).toBe(false);
    expect(orderEntry('spot', 'ws://x').takes?.({ ...market, side: 'sell' })).toBe(true);
    expect(orderEntry('futures', 'ws://x').takes?.(market)).toBe(true);
  });
});

it('reads any bytes without throwing', () => {
  const sessions = (['spot', 'futures'] as const).flatMap((market) => [
    readerOf(privateStream(market, 'ws://x').session('1', credentials)),
    readerOf(orderEntry(market, 'ws://x').session('', credentials)),
  ]);
  const channels = [
    'spot.orders',
    'spot.usertrades',
    'spot.balances',
    'futures.orders',
    'futures.usertrades',
    'futures.positions',
    'futures.balances',
  ];
  const shaped = fc.record({
    channel: fc.constantFrom(...channels),
    event: fc.constantFrom('update', 'subscribe', 'api'),
    result: fc.jsonValue(),
  });
  const answered = fc.record({ request_id: fc.string(), header: fc.jsonValue(), data: fc.jsonValue(), ack: fc.jsonValue() });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.jsonValue().map((value) => JSON.stringify(value)),
        shaped,
        answered,
      ),
      (message) => {
        for (const read of sessions) for (const { kind } of read(message)) expect(kind).toMatch(/^[a-z]+$/);
      },
    ),
  );
});
