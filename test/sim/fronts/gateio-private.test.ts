import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { moneyText } from '../../../src/sim/matching/money.js';
import { type Stage, stage } from '../harness.js';
import { type Answer, type Row, Trader, updates } from './gateio-support.js';

const PAIR = 'BTC_USDT';
let running: Stage;
let trader: Trader;

beforeEach(async () => {
  running = await stage('gateio', { updatesPerSecond: 20 });
  trader = new Trader(running);
});
afterEach(() => running.close());

/** A limit buy a tenth below the touch. */
function lowOrder(change: Row = {}): Row {
  const book = running.book('spot', PAIR);
  const { priceDecimals, qtyDecimals } = book.instrument;
  const price = (((book.bids.best()?.priceUnits ?? 0) * 0.9) / 10 ** priceDecimals).toFixed(priceDecimals);
  return { currency_pair: PAIR, side: 'buy', type: 'limit', amount: (0.001).toFixed(qtyDecimals), price, ...change };
}

const post = (change: Row = {}): Promise<Answer> => trader.send('POST', 'spot/orders', '', lowOrder(change));

async function place(change: Row = {}): Promise<Row> {
  const { status, json } = await post(change);
  expect(json).not.toHaveProperty('label');
  expect(status).toBe(201);
  return json as Row;
}

describe('the gate', () => {
  it.each([
    ['no key', { KEY: '' }, 400, 'MISSING_REQUIRED_HEADER'],
    ['a wrong key', { KEY: 'x' }, 401, 'INVALID_KEY'],
    ['a wrong signature', { SIGN: 'x' }, 401, 'INVALID_SIGNATURE'],
    ['an old stamp, whatever the key', { Timestamp: '1767225500', KEY: 'x' }, 403, 'REQUEST_EXPIRED'],
    ['a stamp of the future', { Timestamp: '1767225700' }, 403, 'REQUEST_EXPIRED'],
  ])('refuses %s', async (_what, change, status, label) => {
    expect(await trader.send('GET', 'spot/accounts', '', undefined, change)).toMatchObject({ status, json: { label } });
  });

  it('signs the query as it is before it is encoded', async () => {
    const time = String(trader.seconds());
    const hash =
      'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e';
    const SIGN = trader.hmac(`GET\n/api/v4/spot/batch_fee\ncurrency_pairs=BTC_USDT,ETH_USDT\n${hash}\n${time}`);
    const answer = await trader.send('GET', 'spot/batch_fee', 'currency_pairs=BTC_USDT%2CETH_USDT', undefined, { SIGN });
    expect(answer.json).toMatchObject({ ETH_USDT: { taker_fee: '0.002', maker_fee: '0.002' } });
  });

  it('takes ten orders a second in a pair, and says what is left', async () => {
    const first = await post();
    expect(first.headers).toMatchObject({
      'x-gate-ratelimit-limit': '10',
      'x-gate-ratelimit-requests-remain': '9',
      'x-gate-ratelimit-reset-timestamp': String(trader.seconds()),
    });
    for (let at = 0; at < 9; at++) await post();
    expect(await post()).toMatchObject({
      status: 429,
      headers: { 'x-gate-ratelimit-requests-remain': '0', 'x-gate-ratelimit-reset-timestamp': String(trader.seconds() + 1) },
      json: { label: 'TOO_MANY_REQUESTS' },
    });
    await running.time.pass(1_000);
    expect((await post()).status).toBe(201);
  });
});

describe('spot orders', () => {
  it('are created, found by id and text, cancelled, and told to be closed', async () => {
    const placed = await place({ text: 't-abc' });
    expect(placed).toMatchObject({ text: 't-abc', status: 'open', finish_as: 'open', time_in_force: 'gtc', filled_total: '0' });
    for (const name of [String(placed['id']), 't-abc'])
      expect((await trader.send('GET', `spot/orders/${name}`, `currency_pair=${PAIR}`)).json).toMatchObject({ id: placed['id'] });
    const open = (await trader.send('GET', 'spot/open_orders')).json;
    expect(open).toMatchObject([{ currency_pair: PAIR, total: 1, orders: [{ id: placed['id'] }] }]);
    const path = `spot/orders/${String(placed['id'])}`;
    expect((await trader.send('DELETE', path, `currency_pair=${PAIR}`)).json).toMatchObject({
      status: 'cancelled',
      finish_as: 'cancelled',
    });
    expect(await trader.send('DELETE', path, `currency_pair=${PAIR}`)).toMatchObject({
      status: 400,
      json: { label: 'ORDER_CANCELLED' },
    });
    expect(await trader.send('GET', 'spot/orders/t-none', `currency_pair=${PAIR}`)).toMatchObject({
      status: 404,
      json: { label: 'CLIENT_ID_NOT_FOUND' },
    });
    const finished = await trader.send('GET', 'spot/orders', `currency_pair=${PAIR}&status=finished`);
    expect(finished.json).toMatchObject([{ id: placed['id'] }]);
  });

  it('remember a text for half an hour after their end', async () => {
    const placed = await place({ text: 't-abc' });
    await trader.send('DELETE', `spot/orders`, `currency_pair=${PAIR}`);
    expect((await post({ text: 't-abc' })).json).toMatchObject({ label: 'REPEATED_CREATION' });
    await running.time.pass(31 * 60_000);
    expect((await trader.send('GET', 'spot/orders/t-abc', `currency_pair=${PAIR}`)).status).toBe(404);
    expect((await trader.send('GET', `spot/orders/${String(placed['id'])}`, `currency_pair=${PAIR}`)).status).toBe(200);
    await place({ text: 't-abc' });
  });

  it.each([
    [{ currency_pair: 'X_Y' }, 'INVALID_CURRENCY_PAIR'],
    [{ side: 'hold' }, 'INVALID_PARAM_VALUE'],
    [{ amount: undefined }, 'MISSING_REQUIRED_PARAM'],
    [{ amount: '0.0000000001' }, 'INVALID_PRECISION'],
    [{ price: '1.00000001' }, 'INVALID_PRECISION'],
    [{ price: '0.1' }, 'INVALID_PARAM_VALUE'],
    [{ amount: '20' }, 'BALANCE_NOT_ENOUGH'],
    [{ amount: '99999999999' }, 'AMOUNT_TOO_MUCH'],
    [{ text: 'abc' }, 'INVALID_CLIENT_ORDER_ID'],
    [{ type: 'market', amount: '20', time_in_force: 'gtc' }, 'INVALID_PARAM_VALUE'],
    [{ time_in_force: 'fok' }, 'FOK_NOT_FILL'],
    [{ side: 'sell', time_in_force: 'poc' }, 'POC_FILL_IMMEDIATELY'],
  ])('with %o are refused as %s', async (change, label) => {
    expect(await post(change)).toMatchObject({ status: 400, json: { label } });
    expect(trader.customer.account.orders()).toHaveLength(0);
  });

  it('that come after their time are refused', async () => {
    const late = String(trader.seconds() * 1000 - 1);
    const answer = await trader.send('POST', 'spot/orders', '', lowOrder(), { 'X-Gate-Exptime': late });
    expect(answer).toMatchObject({ status: 403, json: { label: 'REQUEST_EXPIRED' } });
  });

  it('of a market buy are by value, with exact fills, fees and balances', async () => {
    const placed = await place({ type: 'market', amount: '50', price: undefined, time_in_force: 'ioc' });
    expect(placed).toMatchObject({ status: 'closed', finish_as: 'filled', amount: '50', fee_currency: 'BTC' });
    const fills = trader.customer.account.fills();
    const sum = (part: 'quote' | 'fee'): string => moneyText(fills.reduce((all, fill) => all + fill[part], 0n));
    expect(placed).toMatchObject({ filled_total: sum('quote'), fee: sum('fee') });
    const trades = (await trader.send('GET', 'spot/my_trades', `currency_pair=${PAIR}`)).json as Row[];
    expect(trades.map(({ id, fee, role }) => [id, fee, role])).toEqual(
      fills.map(({ tradeId, fee }) => [String(tradeId), moneyText(fee), 'taker']).reverse(),
    );
    for (const { currency, available, locked } of (await trader.send('GET', 'spot/accounts')).json as Row[]) {
      const balance = trader.customer.account.balance('spot', String(currency));
      expect([available, locked]).toEqual([moneyText(balance.total - balance.locked), moneyText(balance.locked)]);
    }
  });

  it('of a list succeed or fail one by one', async () => {
    const { json } = await trader.send('POST', 'spot/batch_orders', '', [
      lowOrder({ text: 't-1' }),
      lowOrder({ text: 't-2', price: '0.1' }),
    ]);
    expect(json).toMatchObject([
      { succeeded: true, text: 't-1', status: 'open' },
      { succeeded: false, text: 't-2', label: 'INVALID_PARAM_VALUE' },
    ]);
    const cancels = [
      { currency_pair: PAIR, id: 't-1' },
      { currency_pair: PAIR, id: 't-2' },
    ];
    expect((await trader.send('POST', 'spot/cancel_batch_orders', '', cancels)).json).toMatchObject([
      { succeeded: true },
      { succeeded: false, label: 'CLIENT_ID_NOT_FOUND' },
    ]);
  });

  it('are cancelled when the countdown is over, but not while it is renewed', async () => {
    await place();
    const arm = (timeout: number): Promise<Answer> =>
      trader.send('POST', 'spot/countdown_cancel_all', '', { timeout, currency_pair: PAIR });
    expect((await arm(5)).json).toEqual({ triggerTime: trader.seconds() * 1000 + 5_000 });
    expect((await arm(4)).json).toMatchObject({ label: 'INVALID_PARAM_VALUE' });
    await running.time.pass(4_000);
    await arm(5);
    await running.time.pass(4_000);
    expect(trader.customer.account.openOrders()).toHaveLength(1);
    await running.time.pass(3_000);
    expect(trader.customer.account.openOrders()).toHaveLength(0);
  });
});

describe('the private channels', () => {
  it('tell the life of an order, and balances after it', async () => {
    const client = await trader.connect('spot');
    for (const channel of ['spot.orders', 'spot.usertrades', 'spot.balances'])
      expect(await trader.subscribe(client, channel, channel.endsWith('balances') ? undefined : ['!all'])).toMatchObject({
        id: 5,
        result: { status: 'success' },
      });
    const { id } = await place({ text: 't-abc' });
    await trader.send('DELETE', `spot/orders/${String(id)}`, `currency_pair=${PAIR}`);
    await place({ type: 'market', amount: '20', price: undefined });
    await client.find(({ result }) => (result as Row[])[0]?.['change_type'] === 'order-fee');
    const frames = updates(client);
    expect(frames.map(({ channel, result }) => [channel, result[0]?.['event'] ?? result[0]?.['change_type'] ?? 'fill'])).toEqual([
      ['spot.orders', 'put'],
      ['spot.balances', 'order-create'],
      ['spot.orders', 'finish'],
      ['spot.balances', 'order-cancel'],
      ['spot.orders', 'put'],
      ['spot.usertrades', 'fill'],
      // The market buy ends with its last fill.
      ['spot.orders', 'finish'],
      ['spot.balances', 'order-match'],
      ['spot.balances', 'order-match'],
      ['spot.balances', 'order-fee'],
    ]);
    expect(frames[0]?.result[0]).toMatchObject({ id, text: 't-abc', finish_as: 'open', user: trader.customer.account.id });
    expect(frames[2]?.result[0]).toMatchObject({ id, finish_as: 'cancelled' });
    expect(frames[6]?.result[0]).toMatchObject({ finish_as: 'filled' });
    expect(frames[3]?.result[0]).toMatchObject({ currency: 'USDT', freeze: '0', total: '1000000' });
  });

  it('refuse a wrong signature, and are silent after they are left', async () => {
    const client = await trader.connect('spot');
    expect(await trader.subscribe(client, 'spot.orders', [PAIR], 'subscribe', '0'.repeat(128))).toMatchObject({
      error: { code: 4 },
      result: { status: 'fail' },
    });
    await trader.subscribe(client, 'spot.orders', ['ETH_USDT', PAIR]);
    await trader.subscribe(client, 'spot.orders', [PAIR], 'unsubscribe');
    const from = client.frames.length;
    await place();
    await client.ask({ time: trader.seconds(), channel: 'spot.ping' }, ({ channel }) => channel === 'spot.pong');
    expect(client.frames).toHaveLength(from + 1);
  });
});

describe('order entry', () => {
  it('answers twice: taken, and done', async () => {
    const client = await trader.connect('spot');
    expect(await trader.logOn(client, 'spot')).toMatchObject({
      request_id: 'log-on',
      header: { status: '200', channel: 'spot.login' },
      data: { result: { uid: trader.userId } },
    });
    const from = client.frames.length;
    const done = await trader.enter(client, 'spot.order_place', { req_id: 'r-2', req_param: lowOrder({ text: 't-ws' }) });
    expect(done).toMatchObject({ header: { status: '200' }, data: { result: { text: 't-ws', status: 'open' } } });
    const [taken] = client.frames.slice(from).map((frame) => JSON.parse(String(frame)) as Row);
    expect(taken).toMatchObject({
      request_id: 'r-2',
      ack: true,
      header: { x_gate_ratelimit_limit: 10, x_gate_ratelimit_requests_remain: 9 },
      data: { result: { req_param: { text: 't-ws' } } },
    });
    const reference = { order_id: 't-ws', currency_pair: PAIR };
    expect(await trader.enter(client, 'spot.order_status', { req_id: '3', req_param: reference })).toMatchObject({
      data: { result: { text: 't-ws' } },
    });
    expect(await trader.enter(client, 'spot.order_cancel', { req_id: '4', req_param: reference })).toMatchObject({
      data: { result: { finish_as: 'cancelled' } },
    });
    expect(await trader.enter(client, 'spot.order_cancel', { req_id: '5', req_param: reference })).toMatchObject({
      header: { status: '400' },
      data: { errs: { label: 'ORDER_CANCELLED' } },
    });
  });

  it('asks for a log-on with a good signature', async () => {
    const client = await trader.connect('spot');
    const refused = await trader.enter(client, 'spot.order_place', { req_id: '1', req_param: lowOrder() });
    expect(refused).toMatchObject({ header: { status: '401' }, data: { errs: { label: 'AUTHENTICATION_FAILED' } } });
    expect(await trader.logOn(client, 'spot', 'f'.repeat(128))).toMatchObject({
      header: { status: '401' },
      data: { errs: { label: 'INVALID_SIGNATURE' } },
    });
    expect(trader.customer.account.orders()).toHaveLength(0);
  });
});
