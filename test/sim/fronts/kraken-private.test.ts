import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Credentials } from '../../../src/domain/credentials.js';
import type { Customer } from '../../../src/sim/access/venue-access.js';
import { orderNumber } from '../../../src/sim/fronts/kraken/names.js';
import { moneyText } from '../../../src/sim/matching/money.js';
import type { EngineOrder } from '../../../src/sim/matching/types.js';
import { sessionCall } from '../../../src/venues/kraken/calls.js';
import { signRest } from '../../../src/venues/kraken/signing.js';
import type { Params } from '../../../src/venues/trading.js';
import { type Client, type Stage, stage } from '../harness.js';

const SYMBOL = 'BTC/USDT';
const PAIR = 'XBTUSDT';
type Row = Record<string, unknown>;

let running: Stage;
let customer: Customer;
let nonce = 0;

beforeEach(async () => {
  running = await stage('kraken', { symbols: 4, updatesPerSecond: 50 });
  customer = running.simulation.access.get('kraken')?.customers()[0] as Customer;
});
afterEach(() => running.close());

async function send(name: string, params: Row = {}, change: { nonce?: number; secret?: string } = {}): Promise<Row> {
  const { apiKey, secret } = customer.key;
  const form: Params = Object.entries(params).map(([key, value]) => [key, String(value)]);
  const stamp = { epochMs: running.time.epochUs() / 1000, nonce: change.nonce ?? ++nonce };
  const signed = signRest(sessionCall(name, form), new Credentials(apiKey, change.secret ?? secret), stamp);
  const answer = await request(`${running.simulation.endpoints.kraken?.rest ?? ''}${signed.target}`, {
    method: 'POST',
    headers: signed.headers,
    body: signed.body,
  });
  expect(answer.statusCode).toBe(200);
  return (await answer.body.json()) as Row;
}

async function result(name: string, params: Row = {}): Promise<Row> {
  const answer = await send(name, params);
  expect(answer['error']).toEqual([]);
  return answer['result'] as Row;
}

/** A limit order a tenth below the touch, far above the least. */
function terms(): { price: string; volume: string } {
  const book = running.book('spot', SYMBOL);
  const { priceDecimals, qtyDecimals, tickUnits } = book.instrument;
  const units = Math.floor(((book.bids.best()?.priceUnits ?? 0) * 0.9) / tickUnits) * tickUnits;
  return { price: (units / 10 ** priceDecimals).toFixed(priceDecimals), volume: (0.01).toFixed(qtyDecimals) };
}

const limit = (change: Row = {}): Row => ({ pair: PAIR, type: 'buy', ordertype: 'limit', ...terms(), ...change });

async function place(change: Row = {}): Promise<string> {
  return ((await result('AddOrder', limit(change)))['txid'] as string[])[0] as string;
}

function engineOrder(txid: string): EngineOrder {
  return customer.account.order(orderNumber(txid) ?? -1) as EngineOrder;
}

const connect = (): Promise<Client> => running.connect(running.simulation.endpoints.kraken?.wsPrivate ?? '');

async function subscribe(client: Client, channel: string, token: unknown, more: Row = {}): Promise<Row> {
  return client.ask({ method: 'subscribe', params: { channel, token, ...more } }, ({ method }) => method === 'subscribe');
}

/** Everything sent so far has arrived once this is answered. */
const settle = (client: Client): Promise<Row> => client.ask({ method: 'ping' }, ({ method }) => method === 'pong');

const told = (client: Client, wanted: string): Row[] =>
  client.texts<{ data: Row[] }>(({ channel, type }) => channel === wanted && type === 'update').flatMap(({ data }) => data);

describe('the gate', () => {
  it('knows keys, signatures and nonces', async () => {
    expect(await send('BalanceEx', {}, { secret: 'b3RoZXI=' })).toEqual({ error: ['EAPI:Invalid signature'] });
    await result('BalanceEx');
    expect(await send('BalanceEx', {}, { nonce })).toEqual({ error: ['EAPI:Invalid nonce'] });
    expect(await send('BalanceEx', {}, { nonce: nonce - 1 })).toEqual({ error: ['EAPI:Invalid nonce'] });
    await result('BalanceEx');
  });

  it('counts calls, and lets the counter sink by one a second', async () => {
    for (let call = 0; call < 20; call++) await result('BalanceEx');
    expect(await send('BalanceEx')).toEqual({ error: ['EAPI:Rate limit exceeded'] });
    await running.time.pass(2_000);
    await result('TradesHistory');
    expect(await send('BalanceEx')).toEqual({ error: ['EAPI:Rate limit exceeded'] });
    await place();
  });

  it('counts orders by pair, and cancels the more the younger the order is', async () => {
    for (let round = 0; round < 20; round++) await result('CancelOrder', { txid: await place() });
    expect(await send('AddOrder', limit())).toEqual({ error: ['EOrder:Rate limit exceeded'] });
    await running.time.pass(3_000);
    const old = await place();
    await running.time.pass(301_000);
    await result('CancelOrder', { txid: old });
  });
});

describe('orders', () => {
  it.each([
    [{ pair: 'NOPE' }, 'EQuery:Unknown asset pair'],
    [{ type: 'hold' }, 'EGeneral:Invalid arguments:type'],
    [{ ordertype: 'stop-loss' }, 'EGeneral:Invalid arguments:ordertype'],
    [{ price: '+1%' }, 'EGeneral:Invalid arguments:price'],
    [{ volume: '1e3' }, 'EGeneral:Invalid arguments:volume'],
    [{ volume: '0.000000001' }, 'EGeneral:Invalid arguments:volume'],
    [{ volume: '0.00000000' }, 'EOrder:Order minimum not met'],
    [{ volume: '0.00000001' }, 'EOrder:Cost minimum not met'],
    [{ volume: '90000' }, 'EGeneral:Invalid arguments:volume'],
    [{ timeinforce: 'DAY' }, 'EGeneral:Invalid arguments:timeinforce'],
    [{ timeinforce: 'IOC', oflags: 'post' }, 'EGeneral:Invalid arguments:timeinforce'],
    [{ timeinforce: 'GTD' }, 'EGeneral:Invalid arguments:expiretm'],
    [{ oflags: 'viqc' }, 'EGeneral:Invalid arguments:volume'],
    [{ cl_ord_id: 'longer than eighteen characters' }, 'EGeneral:Invalid arguments:cl_ord_id'],
    [{ stptype: 'never' }, 'EGeneral:Invalid arguments:stptype'],
    [{ deadline: 'soon' }, 'EGeneral:Invalid arguments:deadline'],
    [{ deadline: '2025-12-31T23:59:59Z' }, 'EService:Deadline elapsed'],
  ])('%j is refused: %s', async (change, error) => {
    expect(await send('AddOrder', limit(change))).toEqual({ error: [error] });
    expect(customer.account.orders()).toHaveLength(0);
  });

  it('are checked only where that is asked for', async () => {
    const words = `buy ${terms().volume} ${PAIR} @ limit ${terms().price}`;
    expect(await result('AddOrder', limit({ validate: 'true' }))).toEqual({ descr: { order: words } });
    expect(customer.account.orders()).toHaveLength(0);
  });

  it('are not taken while the market is closed, but cancelled', async () => {
    const txid = await place();
    running.simulation.engines.get('kraken')?.setClosed(true);
    expect(await send('AddOrder', limit())).toEqual({ error: ['EService:Market in cancel_only mode'] });
    expect(await result('CancelOrder', { txid })).toEqual({ count: 1 });
    expect(await send('CancelOrder', { txid })).toEqual({ error: ['EOrder:Unknown order'] });
  });

  it('have rows with exact amounts, whatever became of them', async () => {
    const open = await place({ cl_ord_id: 'mine' });
    const { volume, price } = terms();
    const filled = await place({ ordertype: 'market', type: 'sell', price: '0' });
    const rows = (await result('QueryOrders', { txid: `${open},${filled}`, trades: true })) as Record<string, Row>;
    expect(rows[open]).toMatchObject({
      status: 'open',
      cl_ord_id: 'mine',
      vol: volume,
      vol_exec: (0).toFixed(running.book('spot', SYMBOL).instrument.qtyDecimals),
      descr: { pair: PAIR, type: 'buy', ordertype: 'limit', price },
      oflags: 'fciq',
      trades: [],
    });
    const { fills, filledQuote } = engineOrder(filled);
    expect(rows[filled]).toMatchObject({ status: 'closed', vol_exec: volume, reason: null });
    expect(Number(rows[filled]?.['cost'])).toBe(Number(moneyText(filledQuote)));
    expect(rows[filled]?.['trades']).toHaveLength(fills.length);
    const [tradeId = ''] = (rows[filled]?.['trades'] ?? []) as string[];
    const history = (await result('TradesHistory'))['trades'] as Record<string, Row>;
    expect(history[tradeId]).toMatchObject({ ordertxid: filled, pair: PAIR, type: 'sell', maker: false });
    expect(Object.keys(await result('QueryTrades', { txid: tradeId }))).toEqual([tradeId]);
    expect(Object.keys((await result('OpenOrders', { cl_ord_id: 'mine' }))['open'] as Row)).toEqual([open]);
    expect((await result('OpenOrders', { cl_ord_id: 'other' }))['open']).toEqual({});
    expect(Object.keys((await result('ClosedOrders'))['closed'] as Row)).toEqual([filled]);
  });

  it('end by their date, or by the dead man’s switch', async () => {
    const dated = await place({ timeinforce: 'GTD', expiretm: '+5' });
    await running.time.pass(4_000);
    expect(engineOrder(dated).state).toBe('open');
    await running.time.pass(2_000);
    const rows = (await result('QueryOrders', { txid: dated })) as Record<string, Row>;
    expect(rows[dated]).toMatchObject({ status: 'expired', reason: 'Order expired' });
    const other = await place();
    await result('CancelAllOrdersAfter', { timeout: 3 });
    await running.time.pass(2_000);
    await result('CancelAllOrdersAfter', { timeout: 3 });
    await running.time.pass(2_000);
    expect(engineOrder(other).state).toBe('open');
    await running.time.pass(2_000);
    expect(engineOrder(other)).toMatchObject({ state: 'ended', endReason: 'countdown' });
    await result('CancelAllOrdersAfter', { timeout: 3 });
    await result('CancelAllOrdersAfter', { timeout: 0 });
    const kept = await place();
    await running.time.pass(5_000);
    expect(engineOrder(kept).state).toBe('open');
    expect(await send('CancelAllOrdersAfter', { timeout: -1 })).toEqual({ error: ['EGeneral:Invalid arguments:timeout'] });
  });
});

describe('the private WebSocket', () => {
  it('needs a good token, which lives as long as a subscription by it', async () => {
    const { token, expires } = await result('GetWebSocketsToken');
    expect(expires).toBe(900);
    const client = await connect();
    expect(await subscribe(client, 'executions', 'none')).toMatchObject({ success: false, error: 'ESession:Invalid session' });
    expect(await subscribe(client, 'executions', token)).toMatchObject({ success: true, result: { channel: 'executions' } });
    expect(await subscribe(client, 'executions', token)).toMatchObject({ success: false, error: 'Already subscribed' });
    await running.time.pass(1_000_000);
    expect(await subscribe(client, 'balances', token)).toMatchObject({ success: true });
    const unused = (await result('GetWebSocketsToken'))['token'];
    await running.time.pass(901_000);
    expect(await subscribe(client, 'balances', unused)).toMatchObject({ error: 'ESession:Invalid session' });
  });

  it('is closed when nothing is subscribed to for a minute; the public one has no private channels', async () => {
    const silent = await connect();
    await running.time.pass(62_000);
    expect(await silent.closed).toMatchObject({ code: 1000 });
    const open = await running.connect(running.simulation.endpoints.kraken?.wsPublic ?? '');
    expect(await subscribe(open, 'executions', 'any')).toMatchObject({ success: false });
  });

  it('tells the life of orders step by step, counted, with less in the later steps', async () => {
    const resting = await place();
    const { token } = await result('GetWebSocketsToken');
    const client = await connect();
    await subscribe(client, 'executions', token);
    const snapshot = await client.find(({ channel, type }) => channel === 'executions' && type === 'snapshot');
    expect(snapshot).toMatchObject({ sequence: 1, data: [{ order_id: resting, exec_type: 'new', order_status: 'new' }] });
    await result('CancelOrder', { txid: resting });
    const taker = await place({ ordertype: 'market', cl_ord_id: 'taker' });
    const shy = await place({ price: '99999999', oflags: 'post', volume: '0.00100000' });
    await settle(client);
    const rows = told(client, 'executions');
    const steps = (txid: string): unknown[] => rows.filter((row) => row['order_id'] === txid).map((row) => row['exec_type']);
    expect(steps(resting)).toEqual(['canceled']);
    const trades = engineOrder(taker).fills.map(() => 'trade');
    expect(steps(taker)).toEqual(['pending_new', 'new', ...trades, 'filled']);
    expect(steps(shy)).toEqual(['pending_new', 'canceled']);
    expect(rows[0]).toMatchObject({ order_id: resting, cancel_reason: 'User requested' });
    expect(rows[0]).not.toHaveProperty('symbol');
    expect(rows.at(-1)).toMatchObject({ order_id: shy, cancel_reason: 'Post only order' });
    const [fill] = engineOrder(taker).fills;
    expect(rows.find((row) => row['exec_type'] === 'trade')).toMatchObject({
      symbol: SYMBOL,
      side: 'buy',
      cl_ord_id: 'taker',
      trade_id: fill?.tradeId,
      liquidity_ind: 't',
      fees: [{ asset: 'USDT', qty: Number(moneyText(fill?.fee ?? 0n)) }],
    });
    const sequences = client
      .texts<{ sequence: number }>(({ channel }) => channel === 'executions')
      .map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, at) => at + 1));
  });

  it('tells fewer steps where that is wanted', async () => {
    const { token } = await result('GetWebSocketsToken');
    const client = await connect();
    await subscribe(client, 'executions', token, { order_status: false });
    await place();
    await settle(client);
    expect(told(client, 'executions').map((row) => row['exec_type'])).toEqual(['new']);
  });

  it('tells totals, and no holds', async () => {
    const { token } = await result('GetWebSocketsToken');
    const client = await connect();
    await subscribe(client, 'balances', token);
    const [first] = client.texts<{ data: Row[] }>(({ type, channel }) => channel === 'balances' && type === 'snapshot');
    expect(first?.data).toContainEqual(expect.objectContaining({ asset: 'USDT', balance: 1_000_000 }));
    await place();
    await settle(client);
    expect(told(client, 'balances')).toEqual([]);
    await place({ ordertype: 'market' });
    await settle(client);
    for (const asset of ['BTC', 'USDT']) {
      const last = told(client, 'balances').findLast((row) => row['asset'] === asset);
      expect(last?.['balance']).toBe(Number(moneyText(customer.account.balance('spot', asset).total)));
    }
  });

  it('takes orders by number, digit by digit', async () => {
    const { token } = await result('GetWebSocketsToken');
    const client = await connect();
    const ask = (method: string, params: Row): Promise<Row> =>
      client.ask({ method, params: { ...params, token }, req_id: 7 }, (message) => message['method'] === method);
    const { price, volume } = terms();
    const order = { symbol: SYMBOL, side: 'buy', order_type: 'limit', order_qty: Number(volume), limit_price: Number(price) };
    const placed = await ask('add_order', { ...order, cl_ord_id: 'mine' });
    const txid = (placed['result'] as { order_id: string }).order_id;
    expect(placed).toMatchObject({ success: true, req_id: 7, result: { cl_ord_id: 'mine' } });
    expect(engineOrder(txid)).toMatchObject({ state: 'open', clientOrderId: 'mine' });
    expect(await ask('add_order', { ...order, cl_ord_id: 'mine' })).toMatchObject({ success: false, req_id: 7 });
    expect(await ask('add_order', { ...order, order_qty: -1 })).toMatchObject({ error: 'EGeneral:Invalid arguments:volume' });
    expect(await ask('add_order', { side: 'buy' })).toMatchObject({ error: 'EGeneral:Invalid arguments:symbol' });
    expect(await ask('cancel_order', { cl_ord_id: ['mine'] })).toMatchObject({ success: true, result: { order_id: txid } });
    expect(await ask('cancel_order', { order_id: [txid] })).toMatchObject({ error: 'EOrder:Unknown order' });
    const cash = await ask('add_order', { symbol: SYMBOL, side: 'buy', order_type: 'market', cash_order_qty: 123.45 });
    const bought = engineOrder((cash['result'] as { order_id: string }).order_id);
    expect(bought.state).toBe('filled');
    expect(moneyText(bought.quoteAmount ?? 0n)).toBe('123.45');
    await place();
    expect(await ask('cancel_all_orders_after', { timeout: 60 })).toMatchObject({ success: true });
    expect(await ask('cancel_all', {})).toMatchObject({ result: { count: 1 } });
    const stranger = await client.ask({ method: 'add_order', params: order }, ({ method }) => method === 'add_order');
    expect(stranger).toMatchObject({ success: false, error: 'ESession:Invalid session' });
  });
});

describe('the public WebSocket', () => {
  it('has tickers and candles', async () => {
    const client = await running.connect(running.simulation.endpoints.kraken?.wsPublic ?? '');
    const ask = (params: Row): Promise<Row> =>
      client.ask({ method: 'subscribe', params: { symbol: [SYMBOL], ...params } }, ({ method }) => method === 'subscribe');
    expect(await ask({ channel: 'ticker', event_trigger: 'bbo' })).toMatchObject({ success: true });
    expect(await ask({ channel: 'ohlc', interval: 5 })).toMatchObject({ success: true, result: { interval: 5 } });
    expect(await ask({ channel: 'ohlc', interval: 7 })).toMatchObject({ success: false });
    await running.time.pass(5_000);
    await settle(client);
    const book = running.book('spot', SYMBOL);
    const { priceDecimals } = book.instrument;
    const last = told(client, 'ticker').at(-1);
    expect(last?.['bid']).toBe(Number(`${book.bids.best()?.priceUnits}e-${priceDecimals}`));
    expect(last?.['ask']).toBe(Number(`${book.asks.best()?.priceUnits}e-${priceDecimals}`));
    const candle = told(client, 'ohlc').at(-1);
    expect(candle).toMatchObject({ symbol: SYMBOL, interval: 5, interval_begin: '2026-01-01T00:00:00.000000Z' });
    expect(candle?.['high']).toBeGreaterThanOrEqual(Number(candle?.['low']));
  });
});

it('serves both sides on the public path as well, for clients that know only one', async () => {
  const client = await running.connect(running.simulation.endpoints.kraken?.wsPublic ?? '');
  const { token } = await result('GetWebSocketsToken');
  expect(await subscribe(client, 'executions', token)).toMatchObject({ success: true });
  expect(await subscribe(client, 'executions', undefined)).toMatchObject({ success: false });
  const book = { method: 'subscribe', params: { channel: 'book', symbol: [SYMBOL], depth: 10 } };
  expect(await client.ask(book, ({ method }) => method === 'subscribe')).toMatchObject({ success: true });
});
