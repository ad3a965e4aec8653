import protobuf from 'protobufjs';
import { afterEach, describe, expect, it } from 'vitest';
import { numbers, RebuiltBook, type Stage, stage } from '../harness.js';

// The messages of the venue's public schema that are served here, with its field numbers.
const Wrapper = protobuf
  .parse(`
    syntax = "proto3";
    message Item { string price = 1; string quantity = 2; }
    message AggreDepths { repeated Item asks = 1; repeated Item bids = 2; string eventType = 3; string fromVersion = 4; string toVersion = 5; }
    message LimitDepths { repeated Item asks = 1; repeated Item bids = 2; string eventType = 3; string version = 4; }
    message Deal { string price = 1; string quantity = 2; int32 tradeType = 3; int64 time = 4; string tradeId = 5; }
    message AggreDeals { repeated Deal deals = 1; string eventType = 2; }
    message AggreBookTicker { string bidPrice = 1; string bidQuantity = 2; string askPrice = 3; string askQuantity = 4; string version = 5; }
    message Wrapper {
      string channel = 1;
      oneof body {
        LimitDepths publicLimitDepths = 303; AggreDepths publicAggreDepths = 313;
        AggreDeals publicAggreDeals = 314; AggreBookTicker publicAggreBookTicker = 315;
      }
      optional string symbol = 3; optional int64 createTime = 5; optional int64 sendTime = 6;
    }`)
  .root.lookupType('Wrapper');

interface Item {
  price: string;
  quantity: string;
}
interface Push {
  channel: string;
  symbol: string;
  sendTime: number;
  publicAggreDepths?: { asks: Item[]; bids: Item[]; eventType: string; fromVersion: string; toVersion: string };
  publicLimitDepths?: { asks: Item[]; bids: Item[]; version: string };
  publicAggreDeals?: { deals: { price: string; tradeType: number; tradeId: string }[] };
  publicAggreBookTicker?: { bidPrice: string; askPrice: string };
}
type ContractRow = [number, number, number];
interface ContractPush {
  channel: string;
  symbol: string;
  data: { asks: ContractRow[]; bids: ContractRow[]; version: number; begin?: number; end?: number };
}

let running: Stage;
afterEach(() => running.close());

const decode = (frames: readonly (string | Buffer)[]): Push[] =>
  frames
    .filter((frame) => typeof frame !== 'string')
    .map((frame) => Wrapper.toObject(Wrapper.decode(frame), { longs: Number, arrays: true }) as Push);
const stream = (kind: string, symbol = 'BTCUSDT'): string => `spot@public.aggre.${kind}.v3.api.pb@100ms@${symbol}`;
const hasMsg = (message: Record<string, unknown>): boolean => 'msg' in message;

describe('MEXC spot', () => {
  it('lists pairs with decimals and fees, and refuses unknown ones', async () => {
    running = await stage('mexc');
    const { symbols } = (await running.rest('/api/v3/exchangeInfo')).json as { symbols: Record<string, unknown>[] };
    const { instrument } = running.book('spot', 'BTCUSDT');
    expect(symbols.find(({ symbol }) => symbol === 'BTCUSDT')).toMatchObject({
      status: '1',
      quoteAssetPrecision: instrument.priceDecimals,
      baseAssetPrecision: instrument.qtyDecimals,
      takerCommission: '0.0005',
    });
    expect(await running.rest('/api/v3/depth?symbol=NOPE')).toMatchObject({ status: 400, json: { code: -1121 } });
    expect((await running.rest('/api/v3/ping')).json).toEqual({});
  });

  it('pushes protobuf deltas that join a snapshot and rebuild the book', async () => {
    running = await stage('mexc');
    const client = await running.connect(running.simulation.endpoints.mexc?.wsPublic ?? '');
    const names = [stream('depth'), stream('deals'), stream('bookTicker'), 'spot@public.limit.depth.v3.api.pb@ETHUSDT@20'];
    expect(await client.ask({ method: 'SUBSCRIPTION', params: names, id: 3 }, hasMsg)).toEqual({
      id: 3,
      code: 0,
      msg: names.join(','),
    });
    await running.time.pass(400);
    const snapshot = (await running.rest('/api/v3/depth?symbol=BTCUSDT&limit=5000')).json as {
      lastUpdateId: number;
      bids: [string, string][];
      asks: [string, string][];
    };
    await running.time.pass(6_000);
    expect(await client.ask({ method: 'PING' }, hasMsg)).toEqual({ id: 0, code: 0, msg: 'PONG' });
    const pushes = decode(client.frames);
    const deltas = pushes.flatMap((push) => push.publicAggreDepths ?? []);
    expect(deltas.length).toBeGreaterThan(200);
    const book = new RebuiltBook();
    book.apply('bids', snapshot.bids);
    book.apply('asks', snapshot.asks);
    for (const [index, delta] of deltas.entries()) {
      if (index > 0) expect(Number(delta.fromVersion)).toBe(Number(deltas[index - 1]?.toVersion) + 1);
      if (Number(delta.toVersion) <= snapshot.lastUpdateId) continue;
      expect(delta.eventType).toBe('spot@public.aggre.depth.v3.api.pb');
      for (const side of ['bids', 'asks'] as const)
        for (const { price, quantity } of delta[side]) book.set(side, price, quantity);
    }
    const own = running.book('spot', 'BTCUSDT');
    expect(book.sorted('bids')).toEqual(numbers(own, 'bids'));
    expect(book.sorted('asks')).toEqual(numbers(own, 'asks'));
    expect(pushes[0]).toMatchObject({ symbol: expect.any(String), sendTime: expect.any(Number) });
    expect(pushes.find((push) => push.publicAggreDeals)?.publicAggreDeals?.deals).toHaveLength(1);
    expect(pushes.some((push) => push.publicAggreBookTicker !== undefined)).toBe(true);
    const limited = pushes.filter((push) => push.publicLimitDepths).at(-1)?.publicLimitDepths;
    const eth = running.book('spot', 'ETHUSDT');
    expect(limited?.bids.map(({ price, quantity }) => [Number(price), Number(quantity)])).toEqual(numbers(eth, 'bids', 20));
  });

  it('refuses in its own words: unknown streams, and the thirty-first subscription', async () => {
    running = await stage('mexc', { symbols: 40 });
    const client = await running.connect(running.simulation.endpoints.mexc?.wsPublic ?? '');
    const unknown = stream('depth', 'NOPEUSDT');
    expect(await client.ask({ method: 'SUBSCRIPTION', params: [unknown] }, hasMsg)).toEqual({
      id: 0,
      code: 0,
      msg: `Not Subscribed successfully! [${unknown}].  Reason： Blocked! `,
    });
    const all = running.simulation.market
      .booksOf('mexc', 'spot')
      .slice(0, 31)
      .map(({ instrument }) => stream('depth', instrument.symbol));
    expect(all).toHaveLength(31);
    client.send({ method: 'SUBSCRIPTION', params: all });
    expect(await client.find(({ msg }) => msg === all.slice(0, 30).join(','))).toBeDefined();
    expect(
      await client.find(({ msg }) => msg === `Not Subscribed successfully! [${all[30]}].  Reason： Blocked! `),
    ).toBeDefined();
  });

  it('closes a connection that subscribes to nothing', async () => {
    running = await stage('mexc', { updatesPerSecond: 10 });
    const client = await running.connect(running.simulation.endpoints.mexc?.wsPublic ?? '');
    await running.time.pass(32_000);
    expect((await client.closed).code).toBe(1000);
  });
});

describe('MEXC contract', () => {
  it('lists contracts and refuses unknown ones', async () => {
    running = await stage('mexc');
    const { data } = (await running.rest('/api/v1/contract/detail')).json as { data: Record<string, unknown>[] };
    expect(data).toHaveLength(12);
    const { instrument } = running.book('futures', 'BTC_USDT');
    expect(data.find(({ symbol }) => symbol === 'BTC_USDT')).toMatchObject({
      contractSize: Number(instrument.contractSize),
      takerFeeRate: 0.0002,
      volUnit: 1,
      state: 0,
    });
    expect(await running.rest('/api/v1/contract/depth/NOPE_USDT')).toMatchObject({
      status: 200,
      json: { success: false, code: 1001 },
    });
    expect((await running.rest('/api/v1/contract/ping')).json).toMatchObject({ success: true, data: expect.any(Number) });
    expect((await running.rest('/api/v1/contract/detail?symbol=BTC_USDT')).json).toMatchObject({ data: { symbol: 'BTC_USDT' } });
  });

  it.each([true, false])('numbers depth pushes without a gap (compress %s)', async (compress) => {
    running = await stage('mexc');
    const client = await running.connect(running.simulation.endpoints.mexc?.wsPublicFutures ?? '');
    const ask = (method: string, param: unknown): Promise<Record<string, unknown>> =>
      client.ask({ method, param }, ({ channel }) => String(channel).startsWith('rs.'));
    expect(await ask('sub.depth', { symbol: 'NOPE_USDT' })).toMatchObject({
      channel: 'rs.error',
      data: 'Contract [NOPE_USDT] not exists',
    });
    expect(await ask('sub.depth', { symbol: 'BTC_USDT', compress })).toMatchObject({ channel: 'rs.sub.depth', data: 'success' });
    expect(await ask('sub.deal', { symbol: 'BTC_USDT' })).toMatchObject({ channel: 'rs.sub.deal' });
    expect(await ask('sub.ticker', { symbol: 'BTC_USDT' })).toMatchObject({ channel: 'rs.sub.ticker' });
    await running.time.pass(300);
    const snapshot = ((await running.rest('/api/v1/contract/depth/BTC_USDT?limit=1000')).json as ContractPush).data;
    await running.time.pass(6_000);
    await client.ask({ method: 'ping' }, ({ channel }) => channel === 'pong');
    const pushes = client.texts<ContractPush>(({ channel }) => channel === 'push.depth').map(({ data }) => data);
    expect(pushes.length).toBeGreaterThan(200);
    const book = new RebuiltBook();
    const apply = ({ bids, asks }: { bids: ContractRow[]; asks: ContractRow[] }): void => {
      book.apply('bids', bids);
      book.apply('asks', asks);
    };
    apply(snapshot);
    for (const [index, push] of pushes.entries()) {
      if (!compress) expect(push.begin).toBeUndefined();
      if (index > 0) expect(push.begin ?? push.version).toBe((pushes[index - 1] as ContractPush['data']).version + 1);
      if (push.version > snapshot.version) apply(push);
    }
    const own = running.book('futures', 'BTC_USDT');
    expect(pushes.at(-1)?.version).toBe(own.lastId);
    expect(book.sorted('bids')).toEqual(numbers(own, 'bids'));
    expect(book.sorted('asks')).toEqual(numbers(own, 'asks'));
    expect(client.texts(({ channel }) => channel === 'push.deal').length).toBeGreaterThan(0);
    expect(client.texts(({ channel }) => channel === 'push.ticker').length).toBeGreaterThan(4);
  });
});
