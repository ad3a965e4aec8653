import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { Credentials } from '../../../src/domain/credentials.js';
import type { TestKey } from '../../../src/sim/access/keys.js';
import type { EngineAccount, MatchingEngine } from '../../../src/sim/matching/types.js';
import { Directory } from '../../../src/venues/directory.js';
import { mexcFuturesTrading } from '../../../src/venues/mexc/futures-trading.js';
import { mexcSpotTrading } from '../../../src/venues/mexc/spot-trading.js';
import type { StreamItem } from '../../../src/venues/trading.js';
import { type Client, type Stage, stage } from '../harness.js';

// Goal: keys, limits and lifetimes of the private interfaces, by a clock that the test moves. What ccxt and our gateways see of them
// is tested where they are.
let open: Stage | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

interface Scene extends Stage {
  readonly key: TestKey;
  readonly engine: MatchingEngine;
  readonly account: EngineAccount;
}

async function scene(): Promise<Scene> {
  open = await stage('mexc', { updatesPerSecond: 5 });
  const { simulation } = open;
  const engine = simulation.engines.get('mexc');
  const customer = simulation.access.get('mexc')?.customers()[0];
  if (engine === undefined || customer === undefined) throw new Error('the venue did not start');
  return { ...open, key: customer.key, engine, account: customer.account };
}

/** Asks spot with a signature of the moment. */
async function spot(
  { time, simulation, key }: Scene,
  method: string,
  path: string,
  query = '',
): Promise<{ status: number; json: Record<string, unknown> }> {
  const stamped = `${query}${query === '' ? '' : '&'}timestamp=${Math.floor(time.epochUs() / 1000)}`;
  const signature = createHmac('sha256', key.secret).update(stamped).digest('hex');
  const url = `${simulation.endpoints.mexc?.rest}/api/v3/${path}?${stamped}&signature=${signature}`;
  const answer = await fetch(url, { method, headers: { 'X-MEXC-APIKEY': key.apiKey } });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

function url({ simulation }: Scene, key: string): string {
  return `${simulation.endpoints.mexc?.wsPrivate}?listenKey=${key}`;
}

/** What our session reads in all frames since a position. */
function items(client: Client, read: (frame: Uint8Array, binary: boolean) => readonly StreamItem[], from = 0): StreamItem[] {
  return client.frames.slice(from).flatMap((frame) => [...read(Buffer.from(frame), typeof frame !== 'string')]);
}

describe('the simulated MEXC: listen keys', () => {
  it('live an hour, or an hour longer for each renewal, and end their connections', async () => {
    const here = await scene();
    const { listenKey } = (await spot(here, 'POST', 'userDataStream')).json;
    const key = String(listenKey);
    const client = await here.connect(url(here, key));
    const channels = ['orders', 'deals', 'account'].map((name) => `spot@private.${name}.v3.api.pb`);
    const ask = () => client.ask({ method: 'SUBSCRIPTION', params: channels }, ({ msg }) => String(msg).startsWith('spot@'));
    await ask();
    const alive = async (minutes: number) => {
      for (let passed = 0; passed < minutes * 60; passed += 30) {
        await here.time.pass(30_000);
        await client.ask({ method: 'PING' }, ({ msg }) => msg === 'PONG');
      }
    };
    await alive(30);
    expect((await spot(here, 'PUT', 'userDataStream', `listenKey=${key}`)).json).toEqual({ listenKey: key });
    await alive(45);
    expect((await spot(here, 'GET', 'userDataStream')).json).toEqual({ listenKey: [key] });
    await alive(14.5);
    await here.time.pass(50_000);
    expect((await client.closed).code).toBe(1000);
    expect(client.frames).toContain('Invalid listen key');
    expect((await spot(here, 'PUT', 'userDataStream', `listenKey=${key}`)).status).toBe(400);
    const late = await here.connect(url(here, key));
    await late.closed;
    expect(late.frames).toEqual(['Invalid listen key']);
  }, 30_000);

  it('open the private channels, and nothing else does', async () => {
    const here = await scene();
    const stranger = await here.connect(here.simulation.endpoints.mexc?.wsPublic ?? '');
    const refused = await stranger.ask({ method: 'SUBSCRIPTION', params: ['spot@private.orders.v3.api.pb'] }, () => true);
    expect(String(refused['msg'])).toContain('Blocked');
    const { listenKey } = (await spot(here, 'POST', 'userDataStream')).json;
    for (let count = 0; count < 5; count++) await here.connect(url(here, String(listenKey)));
    const sixth = await here.connect(url(here, String(listenKey)));
    await sixth.closed;
    expect(sixth.frames).toEqual(['Invalid listen key']);
  });
});

describe('the simulated MEXC: private streams', () => {
  it('tell a spot order, its fills and balances as the engine has them', async () => {
    const here = await scene();
    const { account, engine } = here;
    const { listenKey } = (await spot(here, 'POST', 'userDataStream')).json;
    const stamp = { epochMs: 0, nonce: 0 };
    const session = mexcSpotTrading({ directory: new Directory() }).privateStream.session(
      String(listenKey),
      new Credentials('a', 'b'),
    );
    const client = await here.connect(url(here, String(listenKey)));
    await client.ask(session.opened(stamp)[0] ?? '', ({ msg }) => String(msg).startsWith('spot@'));
    const read = (frame: Uint8Array, binary: boolean) => session.read(frame, binary, stamp);
    expect(items(client, read)).toEqual([{ kind: 'ready' }]);
    const before = client.frames.length;
    const book = here.book('spot', 'BTCUSDT');
    const qtyUnits = Math.ceil(
      (20 * 10 ** (book.instrument.priceDecimals + book.instrument.qtyDecimals)) / (book.asks.best()?.priceUnits ?? 1),
    );
    const common = { book, qtyUnits, quoteAmount: null, reduceOnly: false, clientOrderId: 'mine-1' } as const;
    engine.submit(account, { ...common, side: 'buy', type: 'market', timeInForce: 'ioc', priceUnits: null });
    await client.ask({ method: 'PING' }, ({ msg }) => msg === 'PONG');
    const told = items(client, read, before);
    const order = account.orders(book).at(-1);
    const [fill] = order?.fills ?? [];
    const orders = told.flatMap((item) => (item.kind === 'order' ? [item.order] : []));
    expect(orders.map(({ state }) => state)).toEqual([
      'open',
      ...(order?.fills ?? []).slice(1).map(() => 'partially-filled'),
      'filled',
    ]);
    const fills = told.flatMap((item) => (item.kind === 'fill' ? [item.fill] : []));
    expect(fills).toHaveLength(order?.fills.length ?? 0);
    expect(fills[0]).toMatchObject({ clientOrderId: 'mine-1', side: 'buy', liquidity: 'taker', feeAsset: 'BTC' });
    expect(Number(fills[0]?.quantity)).toBeCloseTo((fill?.qtyUnits ?? 0) / 10 ** book.instrument.qtyDecimals, 12);
    const last = told.findLast((item) => item.kind === 'balance' && item.balance.asset === 'USDT');
    const rows = (await spot(here, 'GET', 'account')).json['balances'] as { asset: string; free: string }[];
    expect(last).toMatchObject({ balance: { available: rows.find(({ asset }) => asset === 'USDT')?.free } });
  });

  it('open on the contract socket with a log-on, whole or filtered', async () => {
    const here = await scene();
    const { key, time, engine, account } = here;
    const stamp = { epochMs: time.epochUs() / 1000, nonce: 0 };
    const session = mexcFuturesTrading({ directory: new Directory() }).privateStream.session(
      '',
      new Credentials(key.apiKey, key.secret),
    );
    const client = await here.connect(here.simulation.endpoints.mexc?.wsPrivateFutures ?? '');
    const text = session.opened(stamp)[0] ?? '';
    const wrong = text.replace(/"signature":"./, '"signature":"x');
    expect(await client.ask(wrong, () => true)).toMatchObject({ channel: 'rs.error' });
    expect(await client.ask(text, () => true)).toMatchObject({ channel: 'rs.login', data: 'success' });
    const book = here.book('futures', 'BTC_USDT');
    const order = {
      book,
      side: 'buy',
      type: 'market',
      timeInForce: 'ioc',
      priceUnits: null,
      qtyUnits: 5,
      quoteAmount: null,
    } as const;
    const pushes = async (): Promise<string[]> => {
      const from = client.frames.length;
      engine.submit(account, { ...order, clientOrderId: null, reduceOnly: false });
      await client.ask({ method: 'ping' }, ({ channel }) => channel === 'pong');
      const read = client.frames.slice(from).map((frame) => JSON.parse(String(frame)) as { channel: string });
      return [...new Set(read.map(({ channel }) => channel))].filter((channel) => channel !== 'pong').sort();
    };
    const all = ['order', 'order.deal', 'position', 'asset'].map((name) => `push.personal.${name}`).sort();
    expect(await pushes()).toEqual(all);
    await client.ask(
      { method: 'personal.filter', param: { filters: [{ filter: 'position', rules: ['BTC_USDT'] }] } },
      () => true,
    );
    expect(await pushes()).toEqual(['push.personal.position']);
    await client.ask({ method: 'personal.filter', param: { filters: [] } }, () => true);
    expect(await pushes()).toEqual(all);
  });
});

describe('the simulated MEXC: limits', () => {
  it('take twelve orders and cancels a second, and say how long to wait', async () => {
    const here = await scene();
    const test = () => spot(here, 'POST', 'order/test', 'symbol=BTCUSDT&side=BUY&type=MARKET&quoteOrderQty=10');
    const statuses: number[] = [];
    for (let count = 0; count < 13; count++) statuses.push((await test()).status);
    expect(statuses).toEqual([...Array.from({ length: 12 }, () => 200), 429]);
    await here.time.pass(1_000);
    expect(await test()).toEqual({ status: 200, json: {} });
  });

  it('close a contract connection that does not ping for a minute', async () => {
    const here = await scene();
    const client = await here.connect(here.simulation.endpoints.mexc?.wsPublicFutures ?? '');
    await here.time.pass(50_000);
    await client.ask({ method: 'ping' }, ({ channel }) => channel === 'pong');
    await here.time.pass(50_000);
    await client.ask({ method: 'PING' }, ({ channel }) => channel === 'pong');
    await here.time.pass(62_000);
    expect(await client.closed).toEqual({ code: 1000, reason: 'no ping' });
  });
});
