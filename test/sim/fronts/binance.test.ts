import { afterEach, describe, expect, it } from 'vitest';
import { numbers, RebuiltBook, type Stage, stage } from '../harness.js';

interface Diff {
  e: string;
  E: number;
  s: string;
  U: number;
  u: number;
  pu?: number;
  b: [string, string][];
  a: [string, string][];
}
interface Snapshot {
  lastUpdateId: number;
  E?: number;
  bids: [string, string][];
  asks: [string, string][];
}

let running: Stage;
afterEach(() => running.close());

const ws = (): string => running.simulation.endpoints.binance?.wsPublic ?? '';
const isReply = (message: Record<string, unknown>): boolean => 'id' in message;

describe('Binance spot', () => {
  it('lists its pairs with filters and refuses unknown symbols as the venue does', async () => {
    running = await stage('binance');
    const { json } = await running.rest('/api/v3/exchangeInfo');
    const { symbols } = json as {
      symbols: { symbol: string; filters: { filterType: string; tickSize?: string; stepSize?: string }[] }[];
    };
    expect(symbols).toHaveLength(14);
    for (const { symbol, filters } of symbols) {
      const { instrument } = running.book('spot', symbol);
      const tick = filters.find(({ filterType }) => filterType === 'PRICE_FILTER')?.tickSize;
      const step = filters.find(({ filterType }) => filterType === 'LOT_SIZE')?.stepSize;
      expect(Number(tick)).toBeCloseTo(instrument.tickUnits / 10 ** instrument.priceDecimals, 12);
      expect(Number(step)).toBeCloseTo(10 ** -instrument.qtyDecimals, 12);
    }
    expect(
      ((await running.rest('/api/v3/exchangeInfo?symbols=["BTCUSDT","ETHUSDT"]')).json as { symbols: unknown[] }).symbols,
    ).toHaveLength(2);
    for (const path of ['/api/v3/exchangeInfo?symbol=NOPE', '/api/v3/depth?symbol=NOPE', '/fapi/v1/depth?symbol=NOPE']) {
      expect(await running.rest(path)).toMatchObject({ status: 400, json: { code: -1121, msg: 'Invalid symbol.' } });
    }
    expect(await running.rest('/api/v3/depth')).toMatchObject({ status: 400, json: { code: -1102 } });
    expect((await running.rest('/api/v3/nothing')).status).toBe(404);
  });

  it('streams diffs that join a snapshot without a gap and rebuild the book', async () => {
    running = await stage('binance');
    const client = await running.connect(`${ws()}/ws`);
    expect(await client.ask({ method: 'SUBSCRIBE', params: ['btcusdt@depth@100ms'], id: 7 }, isReply)).toEqual({
      result: null,
      id: 7,
    });
    await running.time.pass(500);
    const snapshot = (await running.rest('/api/v3/depth?symbol=BTCUSDT&limit=5000')).json as Snapshot;
    expect(Object.keys(snapshot)).toEqual(['lastUpdateId', 'bids', 'asks']);
    await running.time.pass(8_000);
    await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 8 }, (message) => message['id'] === 8);
    const diffs = client.texts<Diff>((message) => message['e'] === 'depthUpdate');
    expect(diffs.length).toBeGreaterThan(300);
    const book = new RebuiltBook();
    book.apply('bids', snapshot.bids);
    book.apply('asks', snapshot.asks);
    let id = snapshot.lastUpdateId;
    for (const [index, diff] of diffs.entries()) {
      if (index > 0) expect(diff.U).toBe((diffs[index - 1] as Diff).u + 1);
      if (diff.u <= snapshot.lastUpdateId) continue;
      expect(diff.U).toBeLessThanOrEqual(id + 1);
      for (const [price, qty] of [...diff.b, ...diff.a]) {
        expect(price).toMatch(/^\d+\.\d{8}$/);
        expect(qty).toMatch(/^\d+\.\d{8}$/);
      }
      book.apply('bids', diff.b);
      book.apply('asks', diff.a);
      id = diff.u;
    }
    const own = running.book('spot', 'BTCUSDT');
    expect(id).toBe(own.lastId);
    expect(book.sorted('bids')).toEqual(numbers(own, 'bids'));
    expect(book.sorted('asks')).toEqual(numbers(own, 'asks'));
  });

  it('wraps combined streams, keeps silent about unknown ones and ends floods', async () => {
    running = await stage('binance');
    const client = await running.connect(`${ws()}/stream?streams=btcusdt@bookTicker/btcusdt@trade/btcusdt@depth5/nope@trade`);
    await running.time.pass(1_000);
    const list = await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 }, isReply);
    expect(list['result']).toEqual(['btcusdt@bookTicker', 'btcusdt@trade', 'btcusdt@depth5', 'nope@trade']);
    const names = new Set(client.texts<{ stream?: string }>((message) => 'stream' in message).map(({ stream }) => stream));
    expect(names).toEqual(new Set(['btcusdt@bookTicker', 'btcusdt@trade', 'btcusdt@depth5']));
    const top = await client.find((message) => message['stream'] === 'btcusdt@bookTicker');
    expect(Object.keys(top['data'] as object)).toEqual(['u', 's', 'b', 'B', 'a', 'A']);
    const tooMany = Array.from({ length: 1_025 }, (_, index) => `x${index}@trade`);
    expect(await client.ask({ method: 'SUBSCRIBE', params: tooMany, id: 2 }, isReply)).toMatchObject({
      error: { code: 2 },
      id: 2,
    });
    expect(await client.ask('{', (message) => 'error' in message)).toMatchObject({ error: { code: 3 } });
    for (let i = 0; i < 6; i++) client.send({ method: 'LIST_SUBSCRIPTIONS', id: i });
    expect((await client.closed).code).toBe(1008);
  });

  it('pings every twenty seconds', async () => {
    running = await stage('binance', { updatesPerSecond: 10 });
    const client = await running.connect(`${ws()}/ws/btcusdt@trade`);
    await running.time.pass(21_000);
    await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 }, isReply);
    expect(client.pings).toBe(1);
  });
});

describe('Binance USD-M futures', () => {
  it('chains diffs by pu over ids that skip, and rebuilds the book', async () => {
    running = await stage('binance');
    const client = await running.connect(`${ws()}/public/ws/ethusdt@depth@100ms/ethusdt@bookTicker`);
    await running.time.pass(300);
    const snapshot = (await running.rest('/fapi/v1/depth?symbol=ETHUSDT&limit=1000')).json as Snapshot;
    expect(snapshot.E).toBeGreaterThan(0);
    await running.time.pass(6_000);
    await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 }, isReply);
    const diffs = client.texts<Diff>((message) => message['e'] === 'depthUpdate');
    expect(diffs.length).toBeGreaterThan(200);
    const book = new RebuiltBook();
    book.apply('bids', snapshot.bids);
    book.apply('asks', snapshot.asks);
    let skipped = 0;
    for (const [index, diff] of diffs.entries()) {
      if (index > 0) expect(diff.pu).toBe((diffs[index - 1] as Diff).u);
      if (diff.U !== (diff.pu ?? 0) + 1) skipped++;
      if (diff.u <= snapshot.lastUpdateId) continue;
      book.apply('bids', diff.b);
      book.apply('asks', diff.a);
    }
    expect(skipped).toBeGreaterThan(0);
    const own = running.book('futures', 'ETHUSDT');
    expect(book.sorted('bids')).toEqual(numbers(own, 'bids'));
    expect(book.sorted('asks')).toEqual(numbers(own, 'asks'));
    expect(await client.find((message) => message['e'] === 'bookTicker')).toMatchObject({ s: 'ETHUSDT', st: 1 });
    expect((await running.rest('/fapi/v1/depth?symbol=ETHUSDT&limit=7')).status).toBe(400);
    expect(((await running.rest('/fapi/v1/exchangeInfo')).json as { symbols: unknown[] }).symbols).toHaveLength(12);
  });

  it('serves mark prices and aggregated trades on the market root only', async () => {
    running = await stage('binance');
    const client = await running.connect(`${ws()}/market/stream?streams=btcusdt@markPrice@1s/btcusdt@aggTrade`);
    const other = await running.connect(`${ws()}/public/stream?streams=btcusdt@markPrice@1s/btcusdt@aggTrade`);
    await running.time.pass(5_000);
    const mark = await client.find((message) => message['stream'] === 'btcusdt@markPrice@1s');
    expect(mark['data']).toMatchObject({ e: 'markPriceUpdate', s: 'BTCUSDT' });
    const engine = running.simulation.engines.get('binance');
    expect(Number((mark['data'] as { r: string }).r)).toBe(Number(engine?.funding(running.book('futures', 'BTCUSDT')).rate));
    expect(await client.find((message) => message['stream'] === 'btcusdt@aggTrade')).toMatchObject({ data: { e: 'aggTrade' } });
    await other.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 }, isReply);
    expect(other.frames).toHaveLength(1);
  });
});
