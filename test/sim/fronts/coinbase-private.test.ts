import { createHmac } from 'node:crypto';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Customer } from '../../../src/sim/access/venue-access.js';
import { moneyText } from '../../../src/sim/matching/money.js';
import { type Client, EPOCH_US, type Stage, stage } from '../harness.js';

const PRODUCT = 'BTC-USDT';
const OID = '3f1c2f36-5b0a-4c3e-9a53-0d3c6f1f7a11';
type Row = Record<string, unknown>;
interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly json: unknown;
}

let running: Stage;
let customer: Customer;

beforeEach(async () => {
  running = await stage('coinbase');
  customer = running.simulation.access.get('coinbase')?.customers()[0] as Customer;
});
afterEach(() => running.close());

function seconds(): string {
  return String(running.time.epochUs() / 1e6);
}

function signed(method: string, target: string, body = '', timestamp = seconds()): Record<string, string> {
  const { apiKey, secret, passphrase } = customer.key;
  return {
    'CB-ACCESS-KEY': apiKey,
    'CB-ACCESS-PASSPHRASE': passphrase,
    'CB-ACCESS-TIMESTAMP': timestamp,
    'CB-ACCESS-SIGN': createHmac('sha256', Buffer.from(secret, 'base64'))
      .update(timestamp + method + target + body)
      .digest('base64'),
  };
}

async function send(
  method: 'GET' | 'POST' | 'DELETE',
  target: string,
  content?: unknown,
  change: Record<string, string> = {},
): Promise<Answer> {
  const body = content === undefined ? '' : JSON.stringify(content);
  const headers = { ...signed(method, target, body), ...change };
  const answer = await request(`${running.simulation.endpoints.coinbase?.rest ?? ''}${target}`, {
    method,
    headers,
    ...(body === '' ? {} : { body }),
  });
  return { status: answer.statusCode, headers: answer.headers, json: await answer.body.json() };
}

/** A limit order a tenth below the touch. */
function lowOrder(change: Row = {}): Row {
  const book = running.book('spot', PRODUCT);
  const { priceDecimals, qtyDecimals, tickUnits } = book.instrument;
  const units = Math.floor(((book.bids.best()?.priceUnits ?? 0) * 0.9) / tickUnits) * tickUnits;
  return {
    type: 'limit',
    side: 'buy',
    product_id: PRODUCT,
    price: (units / 10 ** priceDecimals).toFixed(priceDecimals),
    size: (0.001).toFixed(qtyDecimals),
    ...change,
  };
}

async function place(change: Row = {}): Promise<Row> {
  const { status, json } = await send('POST', '/orders', lowOrder(change));
  expect(json).toMatchObject({ status: 'pending' });
  expect(status).toBe(200);
  return json as Row;
}

async function follow(): Promise<Client> {
  const client = await running.connect(running.simulation.endpoints.coinbase?.wsPrivate ?? '');
  const accounts = (await send('GET', '/accounts')).json as { id: string; currency: string }[];
  const { apiKey: key, passphrase } = customer.key;
  const timestamp = seconds();
  const signature = signed('GET', '/users/self/verify')['CB-ACCESS-SIGN'];
  await client.ask(
    {
      type: 'subscribe',
      channels: [
        { name: 'user', product_ids: [PRODUCT] },
        {
          name: 'balance',
          account_ids: accounts.filter(({ currency }) => ['BTC', 'USDT'].includes(currency)).map(({ id }) => id),
        },
      ],
      key,
      passphrase,
      timestamp,
      signature,
    },
    ({ type }) => type === 'subscriptions',
  );
  return client;
}

describe('the gate', () => {
  it.each([
    ['no key', { 'CB-ACCESS-KEY': '' }, 401, 'CB-ACCESS-KEY header is required'],
    ['a wrong key', { 'CB-ACCESS-KEY': 'x' }, 401, 'Invalid API Key'],
    ['a wrong passphrase', { 'CB-ACCESS-PASSPHRASE': 'x' }, 401, 'Invalid Passphrase'],
    ['no stamp', { 'CB-ACCESS-TIMESTAMP': 'now' }, 401, 'invalid timestamp'],
    ['an old stamp', { 'CB-ACCESS-TIMESTAMP': String(EPOCH_US / 1e6 - 60) }, 400, 'request timestamp expired'],
    ['a stamp of the future', { 'CB-ACCESS-TIMESTAMP': String(EPOCH_US / 1e6 + 60) }, 400, 'request timestamp expired'],
    ['a wrong signature', { 'CB-ACCESS-SIGN': 'x' }, 401, 'invalid signature'],
  ])('refuses %s', async (_what, change, status, message) => {
    expect(await send('GET', '/accounts', undefined, change)).toMatchObject({ status, json: { message } });
  });

  it('signs the query and the body', async () => {
    const other = { 'CB-ACCESS-SIGN': signed('GET', '/orders')['CB-ACCESS-SIGN'] ?? '' };
    expect((await send('GET', '/orders?status=all', undefined, other)).status).toBe(401);
    expect(
      (await send('POST', '/orders', lowOrder(), { 'CB-ACCESS-SIGN': signed('POST', '/orders')['CB-ACCESS-SIGN'] ?? '' })).status,
    ).toBe(401);
  });

  it('lets thirty private requests through at once, then fifteen a second', async () => {
    const statuses: number[] = [];
    for (let at = 0; at < 32; at++) statuses.push((await send('GET', '/fees')).status);
    expect(statuses).toEqual([...Array<number>(30).fill(200), 429, 429]);
    expect((await send('GET', '/fees')).json).toEqual({ message: 'Private rate limit exceeded' });
    expect((await send('GET', `/fills?product_id=${PRODUCT}`)).status).toBe(200);
    await running.time.pass(200);
    for (let at = 0; at < 3; at++) expect((await send('GET', '/fees')).status).toBe(200);
    expect((await send('GET', '/fees')).json).toEqual({ message: 'Private rate limit exceeded' });
  });

  it('lets fifteen public requests through at once', async () => {
    const answers = [];
    for (let at = 0; at < 16; at++) answers.push((await running.rest('/time')).status);
    expect(answers.slice(-2)).toEqual([200, 429]);
  });
});

describe('orders', () => {
  it('are pending first, then open, then done, and purged without a fill', async () => {
    const placed = await place({ client_oid: OID });
    expect(placed).toMatchObject({ client_oid: OID, filled_size: '0.00000000', settled: false, time_in_force: 'GTC' });
    for (const path of [`/orders/${String(placed['id'])}`, `/orders/client:${OID}`])
      expect((await send('GET', path)).json).toMatchObject({ id: placed['id'], status: 'open' });
    expect(await send('DELETE', `/orders/client:${OID}?product_id=${PRODUCT}`)).toMatchObject({
      status: 200,
      json: placed['id'],
    });
    expect((await send('GET', `/orders/${String(placed['id'])}`)).json).toMatchObject({
      status: 'done',
      done_reason: 'canceled',
      settled: false,
    });
    expect(await send('DELETE', `/orders/${String(placed['id'])}`)).toMatchObject({
      status: 400,
      json: { message: 'Order already done' },
    });
    await running.time.pass(2_500);
    expect(await send('GET', `/orders/client:${OID}`)).toMatchObject({ status: 404, json: { message: 'NotFound' } });
    expect((await send('GET', '/orders?status=all')).json).toEqual([]);
  });

  it('refuse what cannot be', async () => {
    const refused = async (change: Row): Promise<unknown> =>
      ((await send('POST', '/orders', lowOrder(change))).json as Row)['message'];
    expect(await refused({ product_id: 'X-Y' })).toBe('Product not found');
    expect(await refused({ side: 'hold' })).toBe('Invalid side');
    expect(await refused({ price: undefined })).toBe('Missing price');
    expect(await refused({ price: 'much' })).toBe('Invalid price');
    expect(await refused({ size: undefined })).toBe('exactly one of size and funds is required');
    expect(await refused({ post_only: true, time_in_force: 'IOC' })).toContain('post_only is invalid');
    expect(await refused({ cancel_after: 'min' })).toContain('GTT');
    expect(await refused({ size: '1e12' })).toContain('too large');
    await place({ client_oid: OID });
    expect(await refused({ client_oid: OID })).toBe('client_oid already in use');
    expect(await send('GET', '/fills')).toMatchObject({ status: 400 });
    expect(await send('GET', '/orders?status=odd')).toMatchObject({ status: 400 });
    expect(await send('GET', '/orders?limit=0')).toMatchObject({ status: 400 });
  });

  it('of a limit type may state funds, which the price turns into a size', async () => {
    const placed = await place({ size: undefined, funds: '50' });
    const order = customer.account.openOrders()[0];
    const { priceDecimals, qtyDecimals } = running.book('spot', PRODUCT).instrument;
    expect(order?.qtyUnits).toBe(Math.floor((50 / ((order?.priceUnits ?? 1) / 10 ** priceDecimals)) * 10 ** qtyDecimals));
    expect(Number(placed['size'])).toBe((order?.qtyUnits ?? 0) / 10 ** qtyDecimals);
  });

  it('end when their time is over', async () => {
    const placed = await place({ time_in_force: 'GTT', cancel_after: 'min' });
    expect(placed).toMatchObject({ time_in_force: 'GTT' });
    await running.time.pass(58_000);
    expect(customer.account.openOrders()).toHaveLength(1);
    await running.time.pass(4_000);
    expect(customer.account.openOrders()).toHaveLength(0);
  });

  it('are listed page by page', async () => {
    for (let at = 0; at < 5; at++) await place();
    const first = await send('GET', '/orders?limit=2');
    const rows = first.json as Row[];
    expect(rows).toHaveLength(2);
    expect(first.headers).toMatchObject({ 'cb-before': '5', 'cb-after': '4' });
    const second = await send('GET', '/orders?limit=2&after=4');
    expect(second.headers).toMatchObject({ 'cb-before': '3', 'cb-after': '2' });
    expect(((await send('GET', '/orders?before=4')).json as Row[]).map(({ id }) => id)).toEqual([rows[0]?.['id']]);
    expect((await send('DELETE', `/orders?product_id=${PRODUCT}`)).json).toHaveLength(5);
    expect((await send('DELETE', '/orders')).json).toEqual([]);
  });

  it('bind money, and cost fees in the quote asset', async () => {
    await place({ type: 'market', price: undefined });
    const fills = (await send('GET', `/fills?product_id=${PRODUCT}`)).json as Row[];
    const own = customer.account.fills();
    expect(fills.map(({ trade_id: id, fee, liquidity }) => [id, Number(fee), liquidity])).toEqual(
      own.map(({ tradeId, fee }) => [tradeId, Number(moneyText(fee)), 'T']).reverse(),
    );
    await place();
    const accounts = (await send('GET', '/accounts')).json as {
      currency: string;
      balance: string;
      hold: string;
      available: string;
    }[];
    for (const { currency, balance, hold, available } of accounts) {
      const { total, locked } = customer.account.balance('spot', currency);
      expect([balance, hold, available].map(Number)).toEqual(
        [total, locked, total - locked].map((money) => Number(moneyText(money))),
      );
    }
    expect(Number(accounts.find(({ currency }) => currency === 'USDT')?.hold)).toBeGreaterThan(0);
    expect((await send('GET', '/fees')).json).toMatchObject({ maker_fee_rate: '0.0040', taker_fee_rate: '0.0060' });
  });
});

describe('the user channel', () => {
  it('tells the life of an order in its order, and balances after it', async () => {
    const client = await follow();
    const from = client.frames.length;
    const { id } = await place({ client_oid: OID });
    await send('DELETE', `/orders/${String(id)}`);
    await client.find(({ type, currency }) => type === 'balance' && currency === 'USDT', from + 4);
    const frames = client.frames.slice(from).map((frame) => JSON.parse(String(frame)) as Row);
    expect(frames.map(({ type }) => type)).toEqual(['received', 'open', 'balance', 'done', 'balance']);
    expect(frames[0]).toMatchObject({ order_id: id, client_oid: OID, order_type: 'limit', side: 'buy', product_id: PRODUCT });
    expect(frames[3]).toMatchObject({ order_id: id, reason: 'canceled', remaining_size: frames[1]?.['remaining_size'] });
    const sequences = [frames[0], frames[1], frames[3]].map((frame) => Number(frame?.['sequence']));
    expect(sequences).toEqual([...sequences].sort((left, right) => left - right));
    expect(new Set(sequences).size).toBe(3);
    expect(Number(frames[4]?.['holds'])).toBe(0);
  });

  it('tells matches with the maker’s side, and no "open" of what never rests', async () => {
    const client = await follow();
    const from = client.frames.length;
    await place({ type: 'market', price: undefined });
    await client.find(({ type }) => type === 'balance', from);
    const frames = client.frames.slice(from).map((frame) => JSON.parse(String(frame)) as Row);
    const types = frames.map(({ type }) => type).filter((type) => type !== 'balance');
    expect(types[0]).toBe('received');
    expect(types[types.length - 1]).toBe('done');
    expect(new Set(types.slice(1, -1))).toEqual(new Set(['match']));
    expect(frames[1]).toMatchObject({ side: 'sell', taker_fee_rate: '0.0060', taker_order_id: frames[0]?.['order_id'] });
    expect(frames[1]).not.toHaveProperty('maker_fee_rate');
  });

  it.each([
    ['Invalid API Key', { key: 'x' }],
    ['Invalid Passphrase', { passphrase: 'x' }],
    ['invalid signature', { signature: 'x' }],
    ['request timestamp expired', { timestamp: '1767225000' }],
  ])('answers with "%s" and closes', async (message, change) => {
    const client = await running.connect(running.simulation.endpoints.coinbase?.wsPrivate ?? '');
    const { apiKey: key, passphrase } = customer.key;
    const fields = { key, passphrase, timestamp: seconds(), signature: signed('GET', '/users/self/verify')['CB-ACCESS-SIGN'] };
    const answer = await client.ask(
      { type: 'subscribe', product_ids: [PRODUCT], channels: ['user'], ...fields, ...change },
      ({ type }) => type === 'error',
    );
    expect(answer).toEqual({ type: 'error', message: 'Authentication Failed', reason: JSON.stringify({ message }) });
    expect((await client.closed).code).toBe(1008);
  });

  it('serves level2 to those with keys, and is silent after it is left', async () => {
    const client = await follow();
    const snapshot = client.find(({ type }) => type === 'snapshot', client.frames.length);
    await client.ask({ type: 'subscribe', product_ids: [PRODUCT], channels: ['level2'] }, ({ type }) => type === 'subscriptions');
    expect(await snapshot).toMatchObject({ product_id: PRODUCT });
    const ack = await client.ask(
      { type: 'unsubscribe', channels: ['user', 'balance', 'level2'] },
      ({ type }) => type === 'subscriptions',
    );
    expect(ack['channels']).toEqual([]);
    const from = client.frames.length;
    await place();
    await client.ask(
      { type: 'subscribe', product_ids: [PRODUCT], channels: ['heartbeat'] },
      ({ type }) => type === 'subscriptions',
    );
    expect(client.frames).toHaveLength(from + 1);
  });
});
