// Goal: the venue's own time is found in the messages of every venue, in whatever unit, and captures without receive times can be used by it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../src/domain/errors.js';
import { eventTimedCapture, eventTimeMs } from '../../../src/feeds/capture/event-time.js';
import { parseMexcPush } from '../../../src/feeds/capture/mexc-push.js';

const MS = Date.parse('2026-01-01T00:00:00.125Z');
const ISO = '2026-01-01T00:00:00.125000Z';

describe('the time of a message', () => {
  it.each<[string, unknown]>([
    ['Binance, milliseconds', { stream: 'btcusdt@trade', data: { e: 'trade', E: MS, s: 'BTCUSDT', t: 1_767_225_600_000 } }],
    ['Binance, microseconds', { e: 'depthUpdate', E: MS * 1000, U: 1 }],
    ['Coinbase Exchange', { type: 'l2update', product_id: 'BTC-USD', time: ISO }],
    ['Coinbase Advanced', { channel: 'l2_data', timestamp: ISO, sequence_num: 7, events: [{ type: 'update' }] }],
    ['Kraken v2', { channel: 'book', type: 'update', data: [{ symbol: 'BTC/USD', timestamp: ISO }] }],
    ['Kraken v1 book', [336, { a: [['3100.1', '1', String(MS / 1000)]] }, 'book-10', 'XBT/USD']],
    ['Kraken v1 trade', [337, [['3100.1', '1', String(MS / 1000), 'b', 'l', '']], 'trade', 'XBT/USD']],
    ['Gate.io', { time: Math.floor(MS / 1000), time_ms: MS, channel: 'spot.trades', result: { id: 5 } }],
    ['MEXC contract', { symbol: 'BTC_USDT', channel: 'push.deal', ts: MS, data: [{ p: 1 }] }],
  ])('of %s', (_venue, message) => {
    expect(eventTimeMs(message)).toBe(MS);
  });

  it.each<[string, unknown]>([
    ['a best price of Binance spot', { u: 50_093_239_212, s: 'BTCUSDT', b: '1', B: '2', a: '3', A: '4' }],
    ['the time of nothing', { type: 'l2update', time: '0001-01-01T00:00:00.000000Z' }],
    ['an acknowledgement', { result: null, id: 1 }],
    ['no JSON', undefined],
  ])('is not there in %s', (_what, message) => {
    expect(eventTimeMs(message)).toBeNull();
  });
});

it('is found in a binary push of MEXC', () => {
  // Field 1, the channel, is "a"; field 6 the time that it was sent, as a varint.
  const varint: number[] = [];
  for (let rest = BigInt(MS); rest > 0n; rest >>= 7n) varint.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
  expect(eventTimeMs(parseMexcPush(Uint8Array.of(10, 1, 97, 48, ...varint)))).toBe(MS);
});

describe('a capture by the times of its venue', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tiercel-times-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const times = async (messages: readonly unknown[]): Promise<(number | null)[]> => {
    const path = join(folder, 'binance.ndjson');
    const line = (message: unknown) => ({
      t: null,
      dir: 'in',
      kind: 'ws',
      conn: 'binance',
      url: null,
      raw: JSON.stringify(message),
    });
    writeFileSync(path, messages.map((message) => `${JSON.stringify(line(message))}\n`).join(''));
    const found: (number | null)[] = [];
    for await (const { record } of eventTimedCapture(path, 20)) found.push(record.t);
    return found;
  };

  it('has the latency behind them, in no other order, and the time before where a message says none', async () => {
    const found = await times([{ id: 1 }, { E: MS }, { b: '1' }, { E: MS + 10 }, { E: MS + 5 }]);
    expect(found).toEqual([MS + 20, MS + 20, MS + 20, MS + 30, MS + 30]);
  });

  it('is refused when nothing in it has a time', async () => {
    await expect(times([{ id: 1 }, { b: '1' }])).rejects.toThrow('say no times of their venue');
    await expect(times([])).rejects.toThrow(InvalidInputError);
  });
});
