import { createHmac } from 'node:crypto';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import type { TestKey } from '../../../src/sim/access/keys.js';
import type { SimulatedBook } from '../../../src/sim/market/book.js';
import { moneyText } from '../../../src/sim/matching/money.js';
import { type Stage, stage } from '../harness.js';
import { below, epochMsOf, keyOf, lots } from './binance-support.js';

let running: Stage;
afterEach(() => running.close());

const nowMs = (): number => epochMsOf(running);
const rest = (): string => running.simulation.endpoints.binance?.rest ?? '';
const key = (): TestKey => keyOf(running);
const ws = (path: string): string => `${running.simulation.endpoints.binance?.wsPublic ?? ''}${path}`;

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly json: Record<string, unknown>;
}

async function send(method: 'GET' | 'POST' | 'PUT' | 'DELETE', target: string, body?: string): Promise<Answer> {
  const headers = {
    'X-MBX-APIKEY': key().apiKey,
    ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  const answer = await request(rest() + target, { method, headers, ...(body === undefined ? {} : { body }) });
  const json = (await answer.body.json()) as Record<string, unknown>;
  const plain = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
  return { status: answer.statusCode, headers: plain, json };
}

const sign = (text: string): string => createHmac('sha256', key().secret).update(text).digest('hex');

/** A signed call with its params in the query. */
function signed(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, params: Record<string, string> = {}): Promise<Answer> {
  const query = new URLSearchParams({ ...params, timestamp: String(nowMs()) }).toString();
  return send(method, `${path}?${query}&signature=${sign(query)}`);
}

/** A frame of the WebSocket API, signed. */
function frame(id: string, method: string, params: Record<string, string> = {}): Record<string, unknown> {
  const all: Record<string, string | number> = { ...params, apiKey: key().apiKey, timestamp: nowMs() };
  const text = Object.keys(all)
    .sort()
    .map((name) => `${name}=${all[name]}`)
    .join('&');
  return { id, method, params: { ...all, signature: sign(text) } };
}

const resting = (book: SimulatedBook): Record<string, string> => ({
  symbol: book.instrument.symbol,
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: lots(book, 200),
  price: below(book, 0.02),
});

describe('Binance REST', () => {
  it('takes the signature over query and body together, and tells the use of limits', async () => {
    running = await stage('binance');
    const book = running.book('spot', 'BTCUSDT');
    const query = 'symbol=BTCUSDT&side=BUY';
    const body = `type=LIMIT&timeInForce=GTC&quantity=${lots(book, 100)}&price=${below(book, 0.01)}&timestamp=${nowMs()}`;
    const placed = await send('POST', `/api/v3/order?${query}`, `${body}&signature=${sign(query + body)}`);
    expect(placed).toMatchObject({ status: 200, json: { symbol: 'BTCUSDT', status: 'NEW', fills: [] } });
    // A successful order has no weight.
    expect(placed.headers).toMatchObject({
      'x-mbx-used-weight-1m': '0',
      'x-mbx-order-count-10s': '1',
      'x-mbx-order-count-1d': '1',
    });
    expect(Object.keys(placed.json)).toContain('cummulativeQuoteQty');
    const refused = await send('POST', `/api/v3/order?${query}`, `${body}&signature=${sign(body)}`);
    expect(refused).toMatchObject({ status: 400, json: { code: -1022 } });
    expect(refused.headers['x-mbx-used-weight-1m']).toBe('1');
  });

  it.each([
    ['an old timestamp', (): number => nowMs() - 5_001, -1021],
    ['a timestamp ahead', (): number => nowMs() + 1_000, -1021],
    ['no timestamp', (): string => '', -1102],
  ])('refuses %s', async (_what, stamp, code) => {
    running = await stage('binance');
    const query = `timestamp=${stamp()}`;
    expect(await send('GET', `/api/v3/account?${query}&signature=${sign(query)}`)).toMatchObject({ status: 400, json: { code } });
    const latest = `timestamp=${nowMs() + 999}&recvWindow=60000`;
    expect((await send('GET', `/api/v3/account?${latest}&signature=${sign(latest)}`)).status).toBe(200);
  });

  it.each([
    [{ price: '0.123' }, -1013, 'Filter failure: PRICE_FILTER'],
    [{ price: '1.123456789' }, -1111, "Parameter 'price' has too much precision."],
    [{ price: '1e5' }, -1100, "Illegal characters found in parameter 'price'"],
    [{ price: '1.00' }, -1013, 'Filter failure: PERCENT_PRICE_BY_SIDE'],
    [{ quantity: '0.00000001' }, -1013, 'Filter failure: LOT_SIZE'],
    [{ quantity: '' }, -1102, "Mandatory parameter 'quantity'"],
    [{ side: 'HOLD' }, -1117, 'Invalid side.'],
    [{ type: 'STOP_LOSS' }, -1116, 'Invalid orderType.'],
    [{ timeInForce: 'GTX' }, -1115, 'Invalid timeInForce.'],
    [{ type: 'MARKET' }, -1106, "Parameter 'timeInForce' sent when not required."],
    [{ symbol: 'NOPE' }, -1121, 'Invalid symbol.'],
    [{ newClientOrderId: 'no spaces please' }, -1100, "Illegal characters found in parameter 'newClientOrderId'"],
  ])('refuses a spot order with %o', async (changes, code, text) => {
    running = await stage('binance', { symbols: 3, futuresSymbols: 1 });
    const answer = await signed('POST', '/api/v3/order', { ...resting(running.book('spot', 'BTCUSDT')), ...changes });
    expect(answer).toMatchObject({ status: 400, json: { code } });
    expect(answer.json['msg']).toContain(text);
  });

  it('counts weight by address, and bans who goes on', async () => {
    running = await stage('binance', { symbols: 3, futuresSymbols: 1 });
    for (let i = 0; i < 24; i++) expect((await send('GET', '/api/v3/depth?symbol=BTCUSDT&limit=5000')).status).toBe(200);
    const refused = await send('GET', '/api/v3/time');
    expect(refused).toMatchObject({ status: 429, json: { code: -1003 }, headers: { 'x-mbx-used-weight-1m': '6000' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    // Futures have a budget of their own.
    expect((await send('GET', '/fapi/v1/time')).status).toBe(200);
    for (let i = 0; i < 5; i++) await send('GET', '/api/v3/time');
    const banned = await send('GET', '/api/v3/time');
    expect(banned.status).toBe(418);
    expect(banned.headers['retry-after']).toBe('120');
    await running.time.pass(121_000);
    expect((await send('GET', '/api/v3/time')).status).toBe(200);
  });

  it('names cancels, refuses to cancel twice, and finds ended orders by both ids', async () => {
    running = await stage('binance');
    const book = running.book('spot', 'BTCUSDT');
    const { json } = await signed('POST', '/api/v3/order', { ...resting(book), newClientOrderId: 'mine-1' });
    const cancel = { symbol: 'BTCUSDT', origClientOrderId: 'mine-1', newClientOrderId: 'cancel-1' };
    expect((await signed('DELETE', '/api/v3/order', cancel)).json).toMatchObject({
      clientOrderId: 'cancel-1',
      origClientOrderId: 'mine-1',
      status: 'CANCELED',
    });
    expect(await signed('DELETE', '/api/v3/order', cancel)).toMatchObject({ status: 400, json: { code: -2011 } });
    const byId = await signed('GET', '/api/v3/order', { symbol: 'BTCUSDT', orderId: String(json['orderId']) });
    expect(byId.json).toMatchObject({ clientOrderId: 'mine-1', status: 'CANCELED', executedQty: '0.00000000' });
    expect(await signed('GET', '/api/v3/order', { symbol: 'ETHUSDT', origClientOrderId: 'mine-1' })).toMatchObject({
      json: { code: -2013 },
    });
    expect(await signed('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' })).toMatchObject({
      status: 400,
      json: { code: -2011 },
    });
    // The id is free again once its order has ended.
    expect((await signed('POST', '/api/v3/order', { ...resting(book), newClientOrderId: 'mine-1' })).status).toBe(200);
    expect((await signed('POST', '/api/v3/order', { ...resting(book), newClientOrderId: 'mine-1' })).json).toMatchObject({
      code: -2010,
      msg: 'Duplicate order sent.',
    });
  });
});

describe('Binance user data', () => {
  it('tells spot orders, fills and balances in the order of what happened', async () => {
    running = await stage('binance');
    const client = await running.connect(ws('/ws-api/v3'));
    const subscribed = await client.ask(frame('1', 'userDataStream.subscribe.signature'), ({ id }) => id === '1');
    expect(subscribed).toMatchObject({ id: '1', status: 200, result: { subscriptionId: 0 } });
    const again = await client.ask(frame('2', 'userDataStream.subscribe.signature'), ({ id }) => id === '2');
    expect(again).toMatchObject({ status: 400, error: { code: -2035 } });
    const book = running.book('spot', 'BTCUSDT');
    const from = client.frames.length;
    const taken = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: lots(book, 300), newClientOrderId: 'now-1' };
    const placed = await client.ask(frame('3', 'order.place', taken), ({ id }) => id === '3');
    expect(placed).toMatchObject({ status: 200, result: { status: 'FILLED', clientOrderId: 'now-1' } });
    const events = client
      .texts<{ subscriptionId: number; event: Record<string, unknown> }>((message) => 'event' in message)
      .map(({ event }) => event);
    expect(events.map(({ e, x }) => x ?? e).slice(0, 2)).toEqual(['NEW', 'TRADE']);
    const trades = events.filter(({ x }) => x === 'TRADE');
    const account = running.simulation.access.get('binance')?.customers()[0]?.account;
    const fills = account?.fills(book) ?? [];
    expect(trades.map(({ t, n, N }) => [t, Number(n), N])).toEqual(
      fills.map((fill) => [fill.tradeId, Number(moneyText(fill.fee)), 'BTC']),
    );
    expect(trades.at(-1)).toMatchObject({
      X: 'FILLED',
      z: placed['result'] && (placed['result'] as { executedQty: string }).executedQty,
    });
    const balances = new Map<string, string>();
    for (const { e, B } of events) {
      if (e !== 'outboundAccountPosition') continue;
      for (const { a, f } of B as { a: string; f: string }[]) balances.set(a, f);
    }
    for (const [asset, free] of balances)
      expect(Number(free)).toBe(Number(moneyText(account?.balance('spot', asset).total ?? 0n)));
    expect([...balances.keys()].sort()).toEqual(['BTC', 'USDT']);
    expect(client.frames.length).toBeGreaterThan(from);
    expect(await client.ask({ id: 9, method: 'nothing' }, ({ id }) => id === 9)).toMatchObject({ status: 400 });
    expect(await client.ask('{', ({ id }) => id === null)).toMatchObject({ status: 400 });
    const forged = frame('4', 'order.place', { ...taken, quantity: '1' });
    (forged['params'] as Record<string, string>)['quantity'] = '2';
    expect(await client.ask(forged, ({ id }) => id === '4')).toMatchObject({ status: 400, error: { code: -1022 } });
  });

  it('ends listen keys after an hour unless they are renewed', async () => {
    running = await stage('binance', { symbols: 2, futuresSymbols: 2, updatesPerSecond: 1 });
    const { json } = await send('POST', '/fapi/v1/listenKey');
    const listenKey = String(json['listenKey']);
    expect((await send('POST', '/fapi/v1/listenKey')).json).toEqual({ listenKey });
    const client = await running.connect(ws(`/private/ws?listenKey=${listenKey}`));
    expect(await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 }, ({ id }) => id === 1)).toEqual({
      result: [listenKey],
      id: 1,
    });
    const ended = await running.connect(ws('/private/ws?listenKey=nonsense'));
    expect((await ended.closed).code).toBe(1008);
    await running.time.pass(3_000_000);
    expect((await send('PUT', '/fapi/v1/listenKey')).status).toBe(200);
    await running.time.pass(3_000_000);
    expect(client.texts(({ e }) => e === 'listenKeyExpired')).toEqual([]);
    await running.time.pass(601_000);
    expect(await client.find(({ e }) => e === 'listenKeyExpired')).toMatchObject({ listenKey });
    expect(await send('PUT', '/fapi/v1/listenKey')).toMatchObject({ status: 400, json: { code: -1125 } });
  });

  it('tells futures orders, fills, wallets and positions', async () => {
    running = await stage('binance');
    const { json } = await send('POST', '/fapi/v1/listenKey');
    const client = await running.connect(ws(`/private/ws?listenKey=${String(json['listenKey'])}`));
    const book = running.book('futures', 'ETHUSDT');
    const quantity = lots(book, 500);
    const placed = await signed('POST', '/fapi/v1/order', {
      symbol: 'ETHUSDT',
      side: 'SELL',
      type: 'MARKET',
      quantity,
      newOrderRespType: 'RESULT',
    });
    expect(placed).toMatchObject({ status: 200, json: { status: 'FILLED', executedQty: quantity, side: 'SELL' } });
    const update = await client.find(({ e, a }) => e === 'ACCOUNT_UPDATE' && (a as { P: unknown[] }).P.length > 0);
    expect(update).toMatchObject({ a: { P: [{ s: 'ETHUSDT', pa: `-${quantity}`, ps: 'BOTH' }] } });
    const orders = client.texts<{ o: Record<string, unknown> }>(({ e }) => e === 'ORDER_TRADE_UPDATE').map(({ o }) => o);
    expect(orders[0]).toMatchObject({ x: 'NEW', X: 'NEW' });
    expect(orders.at(-1)).toMatchObject({ x: 'TRADE', X: 'FILLED', z: quantity, N: 'USDT' });
    const wallet = client.texts<{ a: { B: { wb: string }[] } }>(
      ({ e, a }) => e === 'ACCOUNT_UPDATE' && (a as { B: unknown[] }).B.length > 0,
    );
    const account = running.simulation.access.get('binance')?.customers()[0]?.account;
    expect(Number(wallet.at(-1)?.a.B[0]?.wb)).toBe(Number(moneyText(account?.balance('futures', 'USDT').total ?? 0n)));
  });

  it('cancels the orders of who does not arm the countdown again', async () => {
    running = await stage('binance', { symbols: 2, futuresSymbols: 2, updatesPerSecond: 1 });
    const book = running.book('futures', 'BTCUSDT');
    await signed('POST', '/fapi/v1/order', resting(book));
    const armed = await signed('POST', '/fapi/v1/countdownCancelAll', { symbol: 'BTCUSDT', countdownTime: '5000' });
    expect(armed.json).toEqual({ symbol: 'BTCUSDT', countdownTime: '5000' });
    await running.time.pass(4_000);
    await signed('POST', '/fapi/v1/countdownCancelAll', { symbol: 'BTCUSDT', countdownTime: '5000' });
    await running.time.pass(4_000);
    const account = running.simulation.access.get('binance')?.customers()[0]?.account;
    expect(account?.openOrders(book)).toHaveLength(1);
    await running.time.pass(2_000);
    expect(account?.openOrders(book)).toEqual([]);
    expect(account?.orders(book).at(-1)).toMatchObject({ state: 'ended', endReason: 'countdown' });
  });
});
