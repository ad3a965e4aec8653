import { afterEach, describe, expect, it } from 'vitest';
import { numbers, RebuiltBook, type Stage, stage } from '../harness.js';

interface BookMessage {
  type: 'snapshot' | 'l2update';
  product_id: string;
  bids: [string, string][];
  asks: [string, string][];
  changes: ['buy' | 'sell', string, string][];
}

let running: Stage;
afterEach(() => running.close());

const ws = (): string => running.simulation.endpoints.coinbase?.wsPublic ?? '';
const isAck = ({ type }: Record<string, unknown>): boolean => type === 'subscriptions';
const isError = ({ type }: Record<string, unknown>): boolean => type === 'error';

describe('Coinbase Exchange', () => {
  it('lists products, currencies and books', async () => {
    running = await stage('coinbase');
    const products = (await running.rest('/products')).json as { id: string; quote_increment: string; base_increment: string }[];
    expect(products.map(({ id }) => id)).toContain('BTC-USDT');
    for (const { id, quote_increment, base_increment } of products) {
      const { instrument } = running.book('spot', id);
      expect(Number(quote_increment)).toBeCloseTo(instrument.tickUnits / 10 ** instrument.priceDecimals, 12);
      expect(Number(base_increment)).toBeCloseTo(10 ** -instrument.qtyDecimals, 12);
    }
    expect((await running.rest('/currencies')).json).toEqual(expect.arrayContaining([expect.objectContaining({ id: 'BTC' })]));
    expect((await running.rest('/time')).json).toMatchObject({ epoch: expect.any(Number) });
    const { json } = await running.rest('/products/BTC-USDT/book?level=2');
    const book = running.book('spot', 'BTC-USDT');
    expect((json as { bids: unknown[] }).bids).toHaveLength(book.bids.levels().length);
    expect(await running.rest('/products/NOPE-USDT/book?level=2')).toMatchObject({ status: 404, json: { message: 'NotFound' } });
  });

  it('answers with trades page by page, days, and candles newest first', async () => {
    running = await stage('coinbase');
    await running.time.pass(3_000);
    const engine = running.simulation.engines.get('coinbase');
    const book = running.book('spot', 'BTC-USDT');
    const trades = engine?.trades(book) ?? [];
    const last = trades[trades.length - 1];
    type Trades = { trade_id: number; side: string }[];
    const first = (await running.rest('/products/BTC-USDT/trades?limit=3')).json as Trades;
    expect(first.map(({ trade_id }) => trade_id)).toEqual(
      trades
        .slice(-3)
        .map(({ id }) => id)
        .reverse(),
    );
    expect(first[0]?.side).toBe(last?.buyerIsTaker === true ? 'sell' : 'buy');
    const older = (await running.rest(`/products/BTC-USDT/trades?limit=2&after=${first[2]?.trade_id}`)).json as Trades;
    expect(older.map(({ trade_id }) => trade_id)).toEqual(
      trades
        .slice(-5, -3)
        .map(({ id }) => id)
        .reverse(),
    );

    const candles = (await running.rest('/products/BTC-USDT/candles?granularity=300')).json as number[][];
    expect(candles).toHaveLength(300);
    const times = candles.map(([seconds]) => seconds ?? 0);
    expect(times).toEqual([...times].sort((left, right) => right - left));
    for (const [, low = 0, high = 0, open = 0, close = 0] of candles) {
      expect(low).toBeLessThanOrEqual(Math.min(open, close));
      expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
    }
    const { json: stats } = await running.rest('/products/BTC-USDT/stats');
    const { low, high, last: lastPrice } = stats as Record<'low' | 'high' | 'last', string>;
    expect(Number(lastPrice)).toBe((last?.priceUnits ?? 0) / 10 ** book.instrument.priceDecimals);
    expect(Number(low)).toBeLessThanOrEqual(Number(high));
    const lines = (await running.rest('/products/spark-lines')).json as Record<string, number[][]>;
    const volumes = (await running.rest('/products/volume-summary')).json as { id: string; spot_volume_24hour: string }[];
    expect(Object.keys(lines)).toEqual(volumes.map(({ id }) => id));
    for (const { spot_volume_24hour: volume } of volumes) expect(Number(volume)).toBeGreaterThan(0);
    expect(await running.rest('/products/BTC-USDT/candles?granularity=7')).toMatchObject({ status: 400 });
    const wide = '/products/BTC-USDT/candles?granularity=60&start=2025-01-01T00:00:00Z&end=2025-02-01T00:00:00Z';
    expect(String(((await running.rest(wide)).json as { message: string }).message)).toContain('exceeds 300');
    expect(await running.rest('/products/BTC-USDT/book?level=3')).toMatchObject({ status: 400 });
  });

  it('sends a snapshot and updates that rebuild the book', async () => {
    running = await stage('coinbase');
    const client = await running.connect(ws());
    const ack = await client.ask(
      { type: 'subscribe', product_ids: ['BTC-USDT'], channels: ['level2_batch', 'heartbeat'] },
      isAck,
    );
    expect(ack['channels']).toEqual([
      { name: 'level2_batch', product_ids: ['BTC-USDT'], account_ids: null },
      { name: 'heartbeat', product_ids: ['BTC-USDT'], account_ids: null },
    ]);
    await running.time.pass(5_000);
    const more = await client.ask({ type: 'subscribe', channels: [{ name: 'matches', product_ids: ['ETH-USDT'] }] }, isAck);
    expect(more['channels']).toHaveLength(3);
    const book = new RebuiltBook();
    const messages = client.texts<BookMessage>(({ product_id }) => product_id === 'BTC-USDT');
    expect(messages[0]?.type).toBe('snapshot');
    let updates = 0;
    for (const message of messages) {
      if (message.type === 'snapshot') {
        book.apply('bids', message.bids);
        book.apply('asks', message.asks);
      }
      if (message.type === 'l2update') {
        updates++;
        for (const [side, price, size] of message.changes) book.set(side === 'buy' ? 'bids' : 'asks', price, size);
      }
    }
    expect(updates).toBeGreaterThan(200);
    const own = running.book('spot', 'BTC-USDT');
    expect(book.sorted('bids')).toEqual(numbers(own, 'bids'));
    expect(book.sorted('asks')).toEqual(numbers(own, 'asks'));
    expect(await client.find(({ type }) => type === 'heartbeat')).toMatchObject({
      product_id: 'BTC-USDT',
      sequence: expect.any(Number),
    });
    expect(await client.find(({ type }) => type === 'last_match')).toMatchObject({ product_id: 'ETH-USDT' });
  });

  it('refuses unknown products and private channels, and wants a subscription within five seconds', async () => {
    running = await stage('coinbase');
    const client = await running.connect(ws());
    const silent = await running.connect(ws());
    const ask = (product: string, channel: string): Promise<Record<string, unknown>> =>
      client.ask({ type: 'subscribe', product_ids: [product], channels: [channel] }, isError);
    expect(await ask('NOPE-USDT', 'ticker')).toEqual({
      type: 'error',
      message: 'Failed to subscribe',
      reason: 'NOPE-USDT is not a valid product',
    });
    expect(String((await ask('BTC-USDT', 'level2'))['reason'])).toContain('require authentication');
    await client.ask({ type: 'subscribe', product_ids: ['BTC-USDT'], channels: ['ticker'] }, isAck);
    await running.time.pass(7_000);
    expect((await silent.closed).code).toBe(1008);
    expect(await client.find(({ type }) => type === 'ticker')).toMatchObject({ product_id: 'BTC-USDT' });
  });
});
