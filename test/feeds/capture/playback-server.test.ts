import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { captureServe } from '../../../src/cli/capture-serve.js';
import { SystemClock, systemTimers } from '../../../src/domain/system-clock.js';
import { encodeRecord } from '../../../src/feeds/capture/format.js';
import { PlaybackServer } from '../../../src/feeds/capture/playback-server.js';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-playback-'));
const file = join(folder, 'binance-spot.test.ndjson');
const servers: PlaybackServer[] = [];
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

const FRAMES = 3000;
const frames = Array.from({ length: FRAMES }, (_, i) =>
  i % 7 === 0 ? Buffer.from([0xff, i & 255, 1]) : Buffer.from(`{"n":${i},"x":"${'é'.repeat(i % 900)}"}`),
);
const http = (url: string, body: string): string =>
  encodeRecord({ epochMs: 0, dir: 'in', kind: 'http', conn: 'http', url, binary: false, payload: Buffer.from(body) });
const DEPTH_AT = 1000;
writeFileSync(
  file,
  [
    http('https://api.binance.com/api/v3/exchangeInfo', '{"symbols":[]}'),
    encodeRecord({
      epochMs: 0,
      dir: 'out',
      kind: 'ws',
      conn: 'wss://x',
      url: null,
      binary: false,
      payload: Buffer.from('subscribe'),
    }),
    ...frames.map((payload, i) => {
      const line = encodeRecord({ epochMs: i, dir: 'in', kind: 'ws', conn: 'wss://x', url: null, binary: i % 7 === 0, payload });
      return i === DEPTH_AT
        ? http('https://api.binance.com/api/v3/depth?symbol=XY&limit=1000', '{"lastUpdateId":7}') + line
        : line;
    }),
  ].join(''),
);

async function serve(speed: number): Promise<PlaybackServer> {
  const server = await PlaybackServer.start(file, { host: '127.0.0.1', port: 0, speed }, new SystemClock(), systemTimers);
  servers.push(server);
  return server;
}

/** Connects, subscribes, and collects so many frames. */
function collect(url: string, count: number): Promise<{ received: { data: Buffer; binary: boolean }[]; ms: number }> {
  const socket = new WebSocket(url);
  const received: { data: Buffer; binary: boolean }[] = [];
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    socket.on('open', () => socket.send('{"method":"SUBSCRIBE"}'));
    socket.on('message', (data, binary) => {
      received.push({ data: data as Buffer, binary });
      if (received.length !== count) return;
      socket.terminate();
      resolve({ received, ms: performance.now() - startedMs });
    });
    socket.on('error', reject);
  });
}

test('a client reads all frames back, byte for byte, text as text and binary as binary', async () => {
  const server = await serve(Number.POSITIVE_INFINITY);
  const { received } = await collect(`ws://127.0.0.1:${server.port}/any/path`, FRAMES);
  received.forEach(({ data, binary }, i) => {
    expect(binary).toBe(i % 7 === 0);
    expect(data.equals(frames[i] ?? Buffer.of())).toBe(true);
  });
});

test('frames keep the recorded pace, times the speed', async () => {
  const server = await serve(10);
  const { ms } = await collect(`ws://127.0.0.1:${server.port}/`, FRAMES);
  expect(ms).toBeGreaterThan((FRAMES - 1) / 10 - 1);
});

test('metadata is answered at once, a book at its place in the file, anything else not', async () => {
  const server = await serve(10);
  const base = `http://127.0.0.1:${server.port}`;
  expect(await (await fetch(`${base}/api/v3/exchangeInfo`)).text()).toBe('{"symbols":[]}');
  expect((await fetch(`${base}/api/v3/nothing`)).status).toBe(404);
  let answered = false;
  const book = fetch(`${base}/api/v3/depth?symbol=XY&limit=100`).then((response) => {
    answered = true;
    return response.text();
  });
  const early = await collect(`ws://127.0.0.1:${server.port}/stream`, DEPTH_AT / 2);
  expect(early.received.length).toBeLessThan(DEPTH_AT);
  expect(answered).toBe(false);
  await collect(`ws://127.0.0.1:${server.port}/stream?streams=xy@depth`, DEPTH_AT + 10);
  expect(await book).toBe('{"lastUpdateId":7}');
});

test('the command names the addresses in one line of JSON and ends when it is told to', async () => {
  let text = '';
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const code = captureServe(
    [file],
    { speed: 'max', port: 0, host: '127.0.0.1', json: true },
    { write: (part) => (text += part) },
    { clock: new SystemClock(), timers: systemTimers, stopped },
  );
  await expect.poll(() => text).toMatch(/\n$/);
  const [capture] = (JSON.parse(text) as { captures: { venue: string; market: string; rest: string; wsPublic: string }[] })
    .captures;
  expect(capture).toMatchObject({ venue: 'binance', market: 'spot' });
  expect((await fetch(`${capture?.rest}/api/v3/exchangeInfo`)).status).toBe(200);
  stop();
  expect(await code).toBe(0);
  await expect(
    captureServe(
      [file],
      { speed: '-1', port: 0, host: '127.0.0.1' },
      { write: () => undefined },
      { clock: new SystemClock(), timers: systemTimers, stopped },
    ),
  ).rejects.toThrow('--speed -1: expected a number above 0, or max');
});
