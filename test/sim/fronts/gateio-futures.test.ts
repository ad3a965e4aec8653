import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { moneyText } from '../../../src/sim/matching/money.js';
import type { EnginePosition } from '../../../src/sim/matching/types.js';
import { type Stage, stage } from '../harness.js';
import { type Answer, type Row, Trader, updates } from './gateio-support.js';

const CONTRACT = 'ETH_USDT';
const TEXTS = { 'X-Gate-Size-Decimal': '1' };
let running: Stage;
let trader: Trader;

beforeEach(async () => {
  running = await stage('gateio', { updatesPerSecond: 20 });
  trader = new Trader(running);
});
afterEach(() => running.close());

function lowPrice(): string {
  const book = running.book('futures', CONTRACT);
  const { priceDecimals, tickUnits } = book.instrument;
  const units = Math.floor(((book.bids.best()?.priceUnits ?? 0) * 0.9) / tickUnits) * tickUnits;
  return (units / 10 ** priceDecimals).toFixed(priceDecimals);
}

const position = (): EnginePosition => trader.customer.account.position(running.book('futures', CONTRACT));
const post = (change: Row = {}, headers: Record<string, string> = {}): Promise<Answer> =>
  trader.send(
    'POST',
    'futures/usdt/orders',
    '',
    { contract: CONTRACT, size: 10, price: lowPrice(), tif: 'gtc', ...change },
    headers,
  );
const market = (size: number, change: Row = {}): Promise<Answer> => post({ size, price: '0', tif: 'ioc', ...change });
const get = (path: string, query = '', headers = {}): Promise<Answer> =>
  trader.send('GET', `futures/usdt/${path}`, query, undefined, headers);

describe('orders of contracts', () => {
  it('have signed sizes, as numbers or, on request, as texts', async () => {
    expect(await post({ text: 't-1' })).toMatchObject({
      status: 201,
      json: { size: 10, left: 10, status: 'open', text: 't-1', user: trader.customer.account.id },
    });
    expect((await post({ size: '-3', price: String(Number(lowPrice()) * 2) }, TEXTS)).json).toMatchObject({
      size: '-3',
      left: '-3',
    });
    expect((await get('orders/t-1', '', TEXTS)).json).toMatchObject({ size: '10' });
  });

  it('lose what is behind the point, unless texts were asked for', async () => {
    expect((await post({ size: 2.9 })).json).toMatchObject({ size: 2 });
    expect((await post({ size: '2.9' }, TEXTS)).json).toMatchObject({ label: 'INVALID_PRECISION' });
  });

  it.each([
    [{ contract: 'X_Y' }, 'CONTRACT_NOT_FOUND'],
    [{ size: 0 }, 'INVALID_PARAM_VALUE'],
    [{ size: undefined }, 'MISSING_REQUIRED_PARAM'],
    [{ price: '1.00000001' }, 'INVALID_PRECISION'],
    [{ price: '0' }, 'INVALID_PARAM_VALUE'],
    [{ size: 99_999_999 }, 'SIZE_TOO_LARGE'],
    [{ size: -1, tif: 'poc' }, 'ORDER_POC_IMMEDIATE'],
    [{ tif: 'fok' }, 'ORDER_FOK'],
    [{ reduce_only: true }, 'POSITION_EMPTY'],
    [{ size: 0, close: true }, 'POSITION_EMPTY'],
  ])('with %o are refused as %s', async (change, label) => {
    expect(await post(change)).toMatchObject({ status: 400, json: { label } });
    expect(trader.customer.account.orders()).toHaveLength(0);
  });

  it('that ended without a fill are forgotten, first by text and then by id', async () => {
    const { id } = (await post({ text: 't-1' })).json as Row;
    expect((await trader.send('DELETE', `futures/usdt/orders/${String(id)}`)).json).toMatchObject({ finish_as: 'cancelled' });
    expect((await trader.send('DELETE', `futures/usdt/orders/${String(id)}`)).json).toMatchObject({ label: 'ORDER_FINISHED' });
    await running.time.pass(61_000);
    expect((await get('orders/t-1')).json).toMatchObject({ label: 'CLIENT_ID_NOT_FOUND' });
    expect((await get(`orders/${String(id)}`)).json).toMatchObject({ id, status: 'finished' });
    await running.time.pass(541_000);
    expect(await get(`orders/${String(id)}`)).toMatchObject({ status: 404, json: { label: 'ORDER_NOT_FOUND' } });
  });

  it('are cancelled in lists, by side, and when the countdown is over', async () => {
    const first = (await post()).json as Row;
    const high = String(Number(lowPrice()) * 2);
    await post({ size: -2, price: high });
    expect((await trader.send('POST', 'futures/usdt/batch_cancel_orders', '', [String(first['id']), '1'])).json).toMatchObject([
      { succeeded: true },
      { succeeded: false },
    ]);
    await post();
    const asks = await trader.send('DELETE', 'futures/usdt/orders', `contract=${CONTRACT}&side=ask`);
    expect(asks.json).toMatchObject([{ size: -2 }]);
    await trader.send('POST', 'futures/usdt/countdown_cancel_all', '', { timeout: 5 });
    await running.time.pass(4_000);
    expect((await get('orders', 'status=open')).json).toHaveLength(1);
    await running.time.pass(3_000);
    expect((await get('orders', 'status=open')).json).toHaveLength(0);
  });
});

describe('positions', () => {
  it('are told with their margin and value, and closed by their size', async () => {
    await trader.send('POST', `futures/usdt/positions/${CONTRACT}/leverage`, 'leverage=20');
    await market(-10);
    const held = position();
    const value = running.simulation.engines.get('gateio')?.value(held);
    expect((await get('positions')).json).toMatchObject([
      {
        contract: CONTRACT,
        size: -10,
        leverage: '20',
        mode: 'single',
        entry_price: moneyText(held.entryPrice),
        margin: moneyText(held.margin),
        liq_price: moneyText(value?.liquidationPrice ?? 0n),
        unrealised_pnl: moneyText(value?.unrealizedPnl ?? 0n),
      },
    ]);
    const { total, locked } = trader.customer.account.balance('futures', 'USDT');
    expect((await get('accounts')).json).toMatchObject({
      total: moneyText(total),
      available: moneyText(total - locked),
      position_margin: moneyText(held.margin),
      order_margin: '0',
    });
    expect((await market(0, { close: true })).json).toMatchObject({ size: 10, is_reduce_only: true, finish_as: 'filled' });
    expect((await get('positions')).json).toMatchObject([{ size: 0 }]);
    expect((await get('positions', 'holding=true')).json).toEqual([]);
    const trades = (await get('my_trades', `contract=${CONTRACT}`)).json as Row[];
    const closes = trades.filter(({ size }) => Number(size) > 0);
    expect(closes.map(({ close_size }) => close_size)).toEqual(closes.map(({ size }) => size));
    expect(trades.filter(({ size }) => Number(size) < 0).every(({ close_size }) => close_size === 0)).toBe(true);
    const book = (await get('account_book', 'type=fee')).json as Row[];
    const fees = trader.customer.account.fills().reduce((sum, { fee }) => sum + fee, 0n);
    expect(book.reduce((sum, { change }) => sum + Number(change), 0)).toBeCloseTo(-Number(moneyText(fees)), 10);
  });

  it('have a leverage of 0 where their margin is crossed', async () => {
    const path = `futures/usdt/positions/${CONTRACT}/leverage`;
    expect((await trader.send('POST', path, 'leverage=0&cross_leverage_limit=8')).json).toMatchObject({
      leverage: '0',
      cross_leverage_limit: '8',
      pos_margin_mode: 'cross',
    });
    expect((await trader.send('POST', path, 'leverage=500')).json).toMatchObject({ label: 'LEVERAGE_TOO_HIGH' });
    await post();
    const mode = { mode: 'ISOLATED', contract: CONTRACT };
    expect((await trader.send('POST', 'futures/usdt/positions/cross_mode', '', mode)).json).toMatchObject({
      label: 'POSITION_HOLDING',
    });
  });
});

describe('the private channels', () => {
  it('tell orders, fills, the wallet and positions', async () => {
    const client = await trader.connect('futures');
    for (const channel of ['orders', 'usertrades', 'positions'])
      await trader.subscribe(client, `futures.${channel}`, [trader.userId, CONTRACT]);
    await trader.subscribe(client, 'futures.balances', [trader.userId]);
    await market(5);
    await client.find(({ channel, event }) => channel === 'futures.positions' && event === 'update');
    const frames = updates(client);
    const fills = trader.customer.account.fills();
    const channels = frames.map(({ channel }) => channel);
    expect(channels[0]).toBe('futures.orders');
    expect(channels[channels.length - 1]).toBe('futures.positions');
    const orders = frames.filter(({ channel }) => channel === 'futures.orders').map(({ result }) => result[0]);
    expect(orders[0]).toMatchObject({ finish_as: '_new', status: 'open', left: 5, size: 5, update_id: 1 });
    expect(orders[orders.length - 1]).toMatchObject({ finish_as: 'filled', status: 'finished', left: 0 });
    const trades = frames.filter(({ channel }) => channel === 'futures.usertrades').map(({ result }) => result[0]);
    expect(trades.map((trade) => [trade?.['id'], trade?.['fee']])).toEqual(
      fills.map(({ tradeId, fee }) => [String(tradeId), Number(moneyText(fee))]),
    );
    const wallet = frames.filter(({ channel }) => channel === 'futures.balances').map(({ result }) => result[0]);
    expect(wallet).toMatchObject([{ type: 'fee', currency: 'usdt', text: expect.stringContaining(`${CONTRACT}:`) }]);
    expect(frames[frames.length - 1]?.result[0]).toMatchObject({ contract: CONTRACT, size: 5, mode: 'single' });
  });

  it('acknowledge a wrong user, and tell nothing', async () => {
    const client = await trader.connect('futures');
    expect(await trader.subscribe(client, 'futures.orders', ['99999', '!all'])).toMatchObject({ result: { status: 'success' } });
    const from = client.frames.length;
    await market(5);
    await client.ask({ time: trader.seconds(), channel: 'futures.ping' }, ({ channel }) => channel === 'futures.pong');
    expect(client.frames).toHaveLength(from + 1);
  });
});

it('takes orders on the socket, with sizes as the handshake wants them', async () => {
  const client = await trader.connect('futures', TEXTS);
  await trader.logOn(client, 'futures');
  const req_param = { contract: CONTRACT, size: '-4', price: '0', tif: 'ioc' };
  expect(await trader.enter(client, 'futures.order_place', { req_id: '2', req_param })).toMatchObject({
    data: { result: { size: '-4', finish_as: 'filled' } },
  });
  expect(position().qtyUnits).toBe(-4);
  const missing = await trader.enter(client, 'futures.order_cancel', { req_id: '3', req_param: { order_id: 't-none' } });
  expect(missing).toMatchObject({ header: { status: '404' }, data: { errs: { label: 'CLIENT_ID_NOT_FOUND' } } });
});
