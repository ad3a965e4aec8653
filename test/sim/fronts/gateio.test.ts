import { afterEach, describe, expect, it } from 'vitest';
import { EPOCH_US, numbers, RebuiltBook, type Stage, stage } from '../harness.js';

interface Result {
  full?: boolean;
  s: string;
  U: number;
  u: number;
  b?: Row[];
  a?: Row[];
  l?: string;
}
type Row = [string, string] | { p: string; s: number | string };

let running: Stage;
afterEach(() => running.close());

const ws = (market: 'spot' | 'futures'): string => {
  const endpoints = running.simulation.endpoints.gateio;
  return (market === 'spot' ? endpoints?.wsPublic : endpoints?.wsPublicFutures) ?? '';
};
const request = (channel: string, payload?: string[], event = 'subscribe'): Record<string, unknown> => ({
  time: EPOCH_US / 1e6 + 1,
  id: 17,
  channel,
  event,
  payload,
});
const isAck = ({ event }: Record<string, unknown>): boolean => event === 'subscribe';
const pair = (row: Row): [string, string | number] => (Array.isArray(row) ? row : [row.p, row.s]);

function check(
  market: 'spot' | 'futures',
  start: { id: number; bids: Row[]; asks: Row[] },
  results: readonly Result[],
  depth: number,
): void {
  const book = new RebuiltBook();
  book.apply('bids', start.bids.map(pair));
  book.apply('asks', start.asks.map(pair));
  let id = start.id;
  for (const [index, result] of results.entries()) {
    if (index > 0) expect(result.U).toBe((results[index - 1] as Result).u + 1);
    if (result.u <= start.id) continue;
    expect(result.U).toBeLessThanOrEqual(id + 1);
    book.apply('bids', (result.b ?? []).map(pair));
    book.apply('asks', (result.a ?? []).map(pair));
    id = result.u;
  }
  const own = running.book(market, 'BTC_USDT');
  expect(id).toBe(own.lastId);
  expect(book.sorted('bids').slice(0, depth)).toEqual(numbers(own, 'bids', depth));
  expect(book.sorted('asks').slice(0, depth)).toEqual(numbers(own, 'asks', depth));
}

describe('Gate.io', () => {
  it('lists pairs and contracts and refuses unknown ones', async () => {
    running = await stage('gateio');
    const pairs = (await running.rest('/api/v4/spot/currency_pairs')).json as Record<string, unknown>[];
    const { instrument } = running.book('spot', 'BTC_USDT');
    expect(pairs.find(({ id }) => id === 'BTC_USDT')).toMatchObject({
      precision: instrument.priceDecimals,
      amount_precision: instrument.qtyDecimals,
      fee: '0.2',
      trade_status: 'tradable',
    });
    const contracts = (await running.rest('/api/v4/futures/usdt/contracts')).json as Record<string, unknown>[];
    expect(contracts.find(({ name }) => name === 'BTC_USDT')).toMatchObject({
      quanto_multiplier: running.book('futures', 'BTC_USDT').instrument.contractSize,
      taker_fee_rate: '0.0005',
      order_size_min: 1,
    });
    expect(await running.rest('/api/v4/spot/order_book?currency_pair=NOPE_USDT')).toMatchObject({
      status: 400,
      json: { label: 'INVALID_CURRENCY_PAIR' },
    });
    expect(await running.rest('/api/v4/futures/usdt/order_book?contract=NOPE')).toMatchObject({
      status: 400,
      json: { label: 'CONTRACT_NOT_FOUND' },
    });
    expect((await running.rest('/api/v4/spot/order_book?currency_pair=BTC_USDT')).json as object).not.toHaveProperty('id');
  });

  it.each(['100ms', '20ms'])('joins spot order_book_update of %s to a snapshot', async (interval) => {
    running = await stage('gateio');
    const client = await running.connect(ws('spot'));
    expect(await client.ask(request('spot.order_book_update', ['BTC_USDT', interval]), isAck)).toMatchObject({
      id: 17,
      result: { status: 'success' },
    });
    await running.time.pass(500);
    const depth = interval === '20ms' ? 20 : 100;
    const snapshot = (await running.rest(`/api/v4/spot/order_book?currency_pair=BTC_USDT&limit=${depth}&with_id=true`)).json;
    await running.time.pass(6_000);
    await client.ask(request('spot.ping'), ({ channel }) => channel === 'spot.pong');
    const results = client.texts<{ result: Result }>(({ event }) => event === 'update').map(({ result }) => result);
    expect(results.length).toBeGreaterThan(200);
    check('spot', snapshot as { id: number; bids: Row[]; asks: Row[] }, results, depth);
  });

  it.each([
    ['spot', 50],
    ['spot', 400],
    ['futures', 50],
  ] as const)('starts %s obu of %i levels with a full frame', async (market, level) => {
    running = await stage('gateio');
    const client = await running.connect(ws(market));
    await client.ask(request(`${market}.obu`, [`ob.BTC_USDT.${level}`]), isAck);
    await running.time.pass(6_000);
    await client.ask(request(`${market}.ping`), ({ channel }) => channel === `${market}.pong`);
    const [first, ...results] = client
      .texts<{ result: Result }>((one) => one['channel'] === `${market}.obu` && one['event'] !== 'subscribe')
      .map(({ result }) => result);
    expect(first?.full).toBe(true);
    check(market, { id: first?.u ?? 0, bids: first?.b ?? [], asks: first?.a ?? [] }, results, Math.min(level, 100));
    expect(await client.ask(request(`${market}.obu`, [`ob.BTC_USDT.${level}`]), isAck)).toMatchObject({
      error: { code: 2, message: `Alert sub ob.BTC_USDT.${level}` },
      result: { status: 'fail' },
    });
  });

  it('writes futures sizes as whole contracts, or as texts for those who ask', async () => {
    running = await stage('gateio');
    const plain = await running.connect(ws('futures'));
    const decimal = await running.connect(ws('futures'), { 'X-Gate-Size-Decimal': '1' });
    const sizes: Record<string, unknown>[] = [];
    for (const client of [plain, decimal]) {
      await client.ask(request('futures.order_book_update', ['BTC_USDT', '100ms', '100']), isAck);
      await client.ask(request('futures.trades', ['BTC_USDT']), isAck);
    }
    const snapshot = (await running.rest('/api/v4/futures/usdt/order_book?contract=BTC_USDT&limit=100&with_id=true')).json;
    await running.time.pass(5_000);
    for (const client of [plain, decimal]) {
      await client.ask(request('futures.ping'), ({ channel }) => channel === 'futures.pong');
      const isUpdate = (one: Record<string, unknown>): boolean =>
        one['channel'] === 'futures.order_book_update' && one['event'] === 'update';
      const results = client.texts<{ result: Result }>(isUpdate).map(({ result }) => result);
      check('futures', snapshot as { id: number; bids: Row[]; asks: Row[] }, results, 100);
      sizes.push(results.flatMap(({ b = [] }) => b)[0] as unknown as Record<string, unknown>);
    }
    expect(typeof sizes[0]?.['s']).toBe('number');
    expect(typeof sizes[1]?.['s']).toBe('string');
  });

  it('fails a whole subscription for one unknown pair, and one with a wrong clock', async () => {
    running = await stage('gateio');
    const client = await running.connect(ws('spot'));
    expect(await client.ask(request('spot.trades', ['BTC_USDT', 'XYZ_USDT']), isAck)).toMatchObject({
      error: { code: 2, message: 'unknown currency pair XYZ_USDT' },
      result: { status: 'fail' },
    });
    expect(await client.ask({ ...request('spot.trades', ['BTC_USDT']), time: 1 }, isAck)).toMatchObject({ error: { code: 2 } });
    await running.time.pass(2_000);
    await client.ask(request('spot.ping'), ({ channel }) => channel === 'spot.pong');
    expect(client.texts(({ event }) => event === 'update')).toHaveLength(0);
  });
});
