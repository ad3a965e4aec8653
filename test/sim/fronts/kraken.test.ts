import { afterEach, describe, expect, it } from 'vitest';
import { crc32 } from '../../../src/sim/fronts/crc32.js';
import { numbers, RebuiltBook, type Stage, stage } from '../harness.js';

let running: Stage;

const ws = (): string => running.simulation.endpoints.kraken?.wsPublic ?? '';

/** Literal texts of the levels of one side of a frame, as the checksum needs them. */
function literals(frame: string, side: 'bids' | 'asks'): [string, string][] {
  const [, list = ''] = new RegExp(`"${side}":\\[(.*?)\\]`).exec(frame) ?? [];
  return [...list.matchAll(/\{"price":([\d.]+),"qty":([\d.]+)\}/g)].map(([, price = '', qty = '']) => [price, qty]);
}

const token = (text: string): string => text.replace('.', '').replace(/^0+/, '');

it('computes the checksum of the venue (vector of its protocol page)', () => {
  expect(crc32('123456789')).toBe(0xcbf43926);
  expect(crc32('5668441079000000566950000005666120000000005665710000000')).toBe(4005062657);
});

describe('Kraken', () => {
  afterEach(() => running.close());

  it('lists pairs under their REST names and answers failures with 200', async () => {
    running = await stage('kraken');
    const { result } = (await running.rest('/0/public/AssetPairs')).json as { result: Record<string, Record<string, unknown>> };
    expect(result['XBTUSDT']).toMatchObject({
      wsname: 'XBT/USDT',
      base: 'XXBT',
      quote: 'USDT',
      status: 'online',
      fees: [
        [0, 0.4],
        [10000, 0.35],
      ],
    });
    expect(result['XDGUSDT']).toMatchObject({ wsname: 'XDG/USDT' });
    const { instrument } = running.book('spot', 'BTC/USDT');
    expect(result['XBTUSDT']).toMatchObject({ pair_decimals: instrument.priceDecimals, lot_decimals: instrument.qtyDecimals });
    const assets = (await running.rest('/0/public/Assets')).json as { result: Record<string, unknown> };
    expect(assets.result['XXBT']).toMatchObject({ altname: 'XBT' });
    for (const path of ['Time', 'SystemStatus', 'Depth?pair=XBTUSDT&count=5']) {
      expect(await running.rest(`/0/public/${path}`)).toMatchObject({ status: 200, json: { error: [] } });
    }
    expect(await running.rest('/0/public/Depth?pair=NOPE')).toMatchObject({
      status: 200,
      json: { error: ['EQuery:Unknown asset pair'] },
    });
  });

  it.each([10, 25, 100, 500])('keeps a book of depth %i true, checksum by checksum', async (depth) => {
    running = await stage('kraken');
    const client = await running.connect(ws());
    await client.find(({ channel }) => channel === 'status');
    const request = { method: 'subscribe', params: { channel: 'book', symbol: ['BTC/USDT'], depth }, req_id: 5 };
    expect(await client.ask(request, ({ method }) => method === 'subscribe')).toMatchObject({
      req_id: 5,
      success: true,
      result: { channel: 'book', depth, snapshot: true, symbol: 'BTC/USDT' },
    });
    await running.time.pass(5_000);
    await client.ask({ method: 'ping', req_id: 6 }, ({ method }) => method === 'pong');
    const books = { bids: new Map<string, string>(), asks: new Map<string, string>() };
    const rebuilt = new RebuiltBook();
    let frames = 0;
    for (const frame of client.frames) {
      if (typeof frame !== 'string' || !frame.includes('"channel":"book","type"')) continue;
      frames++;
      expect(frame.includes('"type":"snapshot"')).toBe(frames === 1);
      for (const side of ['bids', 'asks'] as const) {
        for (const [price, qty] of literals(frame, side)) {
          books[side].set(String(Number(price)), `${token(price)}${token(qty)}`);
          rebuilt.set(side, price, qty);
        }
      }
      rebuilt.cut(depth);
      const top = (['asks', 'bids'] as const).flatMap((side) =>
        rebuilt
          .sorted(side)
          .slice(0, 10)
          .map(([price]) => books[side].get(String(price))),
      );
      expect(crc32(top.join(''))).toBe(Number(/"checksum":(\d+)/.exec(frame)?.[1]));
    }
    expect(frames).toBeGreaterThan(200);
    const own = running.book('spot', 'BTC/USDT');
    expect(rebuilt.sorted('bids')).toEqual(numbers(own, 'bids', depth));
    expect(rebuilt.sorted('asks')).toEqual(numbers(own, 'asks', depth));
    expect(client.texts(({ channel }) => channel === 'heartbeat')).toHaveLength(5);
  });

  it('acknowledges each symbol, sends trades and refuses what it does not know', async () => {
    running = await stage('kraken');
    const client = await running.connect(ws());
    client.send({ method: 'subscribe', params: { channel: 'trade', symbol: ['BTC/USDT', 'ETH/XYZ', 'ETH/USDT'] }, req_id: 1 });
    await running.time.pass(3_000);
    await client.ask({ method: 'ping' }, ({ method }) => method === 'pong');
    const acks = client.texts<{ success: boolean; error?: string }>(({ method }) => method === 'subscribe');
    expect(acks.map(({ success }) => success)).toEqual([true, false, true]);
    expect(acks[1]).toMatchObject({ error: 'Currency pair not supported ETH/XYZ', symbol: 'ETH/XYZ', req_id: 1 });
    expect(client.texts(({ channel, type }) => channel === 'trade' && type === 'update').length).toBeGreaterThan(5);
    const wrong = { method: 'subscribe', params: { channel: 'book', symbol: ['BTC/USDT'], depth: 11 } };
    expect(await client.ask(wrong, ({ method }) => method === 'subscribe')).toMatchObject({ success: false });
    const leave = { method: 'unsubscribe', params: { channel: 'trade', symbol: ['BTC/USDT'] } };
    expect(await client.ask(leave, ({ method }) => method === 'unsubscribe')).toMatchObject({ success: true });
  });
});
