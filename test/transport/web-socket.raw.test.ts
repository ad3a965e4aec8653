import type { Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { Client, deferred } from './client.js';
import { serverFrame } from './frames.js';
import { acceptHeader, startRawServer, writeChunks } from './raw-server.js';

const text = (value: string) => serverFrame(1, Buffer.from(value));
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function serve(answer: (request: string, socket: Socket) => void): Promise<string> {
  const server = await startRawServer(answer);
  stops.push(server.stop);
  return server.url;
}

describe('opening', () => {
  test('the request carries path, host, version, a 16-byte key and the own headers', async () => {
    const request = deferred<string>();
    const url = await serve((header, socket) => {
      request.resolve(header);
      socket.end(acceptHeader(header));
    });
    const client = new Client(url, { headers: { 'X-Gate-Size-Decimal': '1' } });
    const lines = (await request.promise).split('\r\n');
    expect(lines[0]).toBe('GET /stream?symbols=a,b HTTP/1.1');
    expect(lines).toContain(`Host: ${new URL(url).host}`);
    expect(lines).toContain('Sec-WebSocket-Version: 13');
    expect(lines).toContain('X-Gate-Size-Decimal: 1');
    expect(lines.some((line) => /extensions/i.test(line))).toBe(false);
    const key = lines.find((line) => line.startsWith('Sec-WebSocket-Key: '))?.slice(19) ?? '';
    expect(Buffer.from(key, 'base64')).toHaveLength(16);
    expect(await client.closed).toMatchObject({ code: 1006, clean: false, text: 'ended without a close frame' });
  });

  test('frames in the same packet as the header are delivered', async () => {
    const url = await serve((request, socket) => {
      socket.write(Buffer.concat([Buffer.from(acceptHeader(request)), text('one'), text('two'), text('three').subarray(0, 3)]));
      setImmediate(() => socket.write(text('three').subarray(3)));
    });
    const client = new Client(url);
    expect(await client.received(3)).toEqual(['one', 'two', 'three']);
    client.connection.terminate();
    await client.closed;
  });

  const refusals: [name: string, answer: string, status: number, retryAfterMs: number | undefined, body: string][] = [
    [
      '429 with a body',
      'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 9\r\n\r\nslow down',
      429,
      7_000,
      'slow down',
    ],
    ['403 without a length', 'HTTP/1.1 403 Forbidden\r\n\r\n<html>blocked', 403, undefined, '<html>blocked'],
    ['503 without a body', 'HTTP/1.1 503\r\ncontent-length: 0\r\n\r\n', 503, undefined, ''],
    ['301', 'HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n', 301, undefined, ''],
    [
      '418 with a date to come back at',
      'HTTP/1.1 418 I am a teapot\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nRetry-After: Thu, 01 Jan 2026 00:02:00 GMT\r\nContent-Length: 0\r\n\r\n',
      418,
      120_000,
      '',
    ],
  ];
  test.each(refusals)('%s is told as a refusal', async (_name, answer, status, retryAfterMs, body) => {
    for (const size of [answer.length, 20]) {
      const chunks = Array.from({ length: Math.ceil(answer.length / size) }, (_, i) =>
        Buffer.from(answer.slice(i * size, (i + 1) * size)),
      );
      const client = new Client(await serve((_request, socket) => void writeChunks(socket, chunks).then(() => socket.end())));
      const reason = await client.closed;
      expect(reason).toMatchObject({ code: 1006, clean: false, refusal: { status, retryAfterMs } });
      expect(body.startsWith(reason.refusal?.body ?? 'missing')).toBe(true);
      expect(reason.text).toContain(`refused with HTTP ${status}`);
      expect(reason.cause).toMatchObject({ code: 'TIERCEL_VENUE_CONNECTION', remedy: 'retry', context: { status } });
      expect(client.opened).toBe(false);
    }
  });

  const faults: [name: string, change: (header: string) => string, text: RegExp][] = [
    ['a wrong accept key', (header) => header.replace(/Accept: ./, 'Accept: !'), /Sec-WebSocket-Accept/],
    ['no Upgrade header', (header) => header.replace('upgrade:', 'x:'), /Upgrade: websocket/],
    ['no Connection header', (header) => header.replace('Connection:', 'x:'), /Connection: Upgrade/],
    [
      'an extension',
      (header) => header.replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n'),
      /extension/,
    ],
    ['no HTTP', () => 'SSH-2.0-OpenSSH\r\n\r\n', /status line: "SSH-2.0-OpenSSH"/],
    ['an endless header', () => `HTTP/1.1 101 OK\r\nX: ${'x'.repeat(20_000)}`, /longer than 16384 bytes/],
  ];
  test.each(faults)('%s fails the opening', async (_name, change, pattern) => {
    const client = new Client(await serve((request, socket) => socket.write(change(acceptHeader(request)))));
    expect(await client.closed).toMatchObject({ code: 1006, clean: false, text: expect.stringMatching(pattern) });
    expect(client.opened).toBe(false);
  });

  test('a server that stays silent is given up after the timeout', async () => {
    const client = new Client(await serve(() => {}), { connectTimeoutMs: 30 });
    expect(await client.closed).toMatchObject({ code: 1006, text: 'no WebSocket within 30 ms' });
  });

  test('a port that nobody listens on', async () => {
    const server = await startRawServer(() => {});
    server.stop();
    const reason = await new Client(server.url).closed;
    expect(reason.text).toMatch(/ECONNREFUSED/);
    expect(reason.cause).toMatchObject({ code: 'TIERCEL_VENUE_CONNECTION', cause: { code: 'ECONNREFUSED' } });
  });

  test.each([
    ['http://localhost', {}],
    ['nonsense', {}],
    ['ws://user:secret@localhost', {}],
    ['ws://localhost', { headers: { 'X-A': 'a\r\nX-B: b' } }],
    ['ws://localhost', { headers: { 'X A': 'a' } }],
  ])('%s %j is refused at once', (url, options) => {
    expect(() => new Client(url, options)).toThrow(expect.objectContaining({ code: 'TIERCEL_INVALID_INPUT' }));
  });

  test('a password in the address does not end in the error', () => {
    expect(() => new Client('ws://user:secret@localhost/path')).toThrow(/^"ws:\/\/localhost\/path" is no WebSocket address/);
  });
});

describe('receiving', () => {
  test('a server that sends one byte a packet', async () => {
    const url = await serve((request, socket) => {
      const stream = Buffer.concat([Buffer.from(acceptHeader(request)), text('slow'), serverFrame(2, Buffer.alloc(130, 7))]);
      void writeChunks(
        socket,
        Array.from(stream, (byte) => Uint8Array.of(byte)),
      );
    });
    const client = new Client(url);
    expect(await client.received(2)).toEqual(['slow', `hex:${'07'.repeat(130)}`]);
    client.connection.terminate();
    await client.closed;
  });

  // Method: header and frames as one stream of bytes, cut anywhere, over a real socket.
  test('any chunking of header and frames gives the same messages', async () => {
    const streams: { chunkSizes: number[]; payloads: string[] }[] = [];
    const url = await serve((request, socket) => {
      const { chunkSizes, payloads } = streams.at(-1) ?? { chunkSizes: [1], payloads: [] };
      const stream = Buffer.concat([Buffer.from(acceptHeader(request)), ...payloads.map(text)]);
      const chunks: Buffer[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const end = at + (chunkSizes[turn % chunkSizes.length] ?? 1);
        chunks.push(stream.subarray(at, end));
        at = end;
      }
      void writeChunks(socket, chunks);
    });
    const payloads = fc.array(
      fc.integer({ min: 0, max: 3_000 }).map((length) => 'x'.repeat(length)),
      { minLength: 1, maxLength: 8 },
    );
    const chunkSizes = fc.array(fc.integer({ min: 20, max: 2_000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(payloads, chunkSizes, async (payloads, chunkSizes) => {
        streams.push({ chunkSizes, payloads });
        const client = new Client(url, { receiveBuffer: new Uint8Array(1_024) });
        expect(await client.received(payloads.length)).toEqual(payloads);
        client.connection.terminate();
        await client.closed;
      }),
      { numRuns: 40 },
    );
  });

  test('connections may share one receive buffer, which may be shared memory', async () => {
    const receiveBuffer = new Uint8Array(new SharedArrayBuffer(65_536), 4_096, 8_192);
    const url = await serve((request, socket) => {
      const frame = serverFrame(2, Buffer.alloc(3_000, socket.remotePort ?? 0));
      const cuts = [0, 1_000, 2_500, 5_000, 9_008];
      const stream = Buffer.concat([frame, frame, frame]);
      socket.write(acceptHeader(request));
      void writeChunks(
        socket,
        cuts.map((cut, i) => stream.subarray(cut, cuts[i + 1])),
      );
    });
    const clients = Array.from({ length: 8 }, () => new Client(url, { receiveBuffer }));
    for (const client of clients) {
      const messages = await client.received(3);
      expect(messages.every((message) => message === messages[0] && message.length === 6_004)).toBe(true);
      client.connection.terminate();
    }
    expect(new Set(clients.map((client) => client.messages[0])).size).toBeGreaterThan(1);
    await Promise.all(clients.map((client) => client.closed));
  });
});

describe('ending', () => {
  const violations: [name: string, bytes: Uint8Array, code: number][] = [
    ['a reserved bit', Uint8Array.of(0xc1, 0), 1002],
    ['a masked frame', Uint8Array.of(0x81, 0x80, 0, 0, 0, 0), 1002],
    ['an oversized message', serverFrame(1, Buffer.alloc(101)), 1009],
  ];
  test.each(violations)('%s is answered with a close frame and told', async (_name, bytes, code) => {
    const answer = deferred<Buffer>();
    const url = await serve((request, socket) => {
      socket.once('data', (frame) => answer.resolve(frame));
      socket.write(Buffer.concat([Buffer.from(acceptHeader(request)), bytes, text('never read')]));
    });
    const client = new Client(url, { messageBytesMax: 100 });
    const reason = await client.closed;
    expect(reason).toMatchObject({ code, clean: false, cause: { code: 'TIERCEL_VENUE_PROTOCOL' } });
    expect(client.messages).toEqual([]);
    const frame = await answer.promise;
    expect([frame[0], (frame[1] ?? 0) & 0x80]).toEqual([0x88, 0x80]);
    expect(((frame[6] ?? 0) ^ (frame[2] ?? 0)) * 256 + ((frame[7] ?? 0) ^ (frame[3] ?? 0))).toBe(code);
  });

  test('a peer that does not answer the closing handshake is not waited for', async () => {
    const client = new Client(await serve((request, socket) => socket.write(acceptHeader(request))), { closeTimeoutMs: 30 });
    (await client.open()).connection.close();
    expect(await client.closed).toMatchObject({ code: 1006, clean: false, text: 'not closed by the peer within 30 ms' });
  });

  test('a peer that pings without end and never reads costs no memory', async () => {
    const url = await serve((request, socket) => {
      socket.pause(); // never reads the pongs
      const pings = Buffer.concat(Array.from({ length: 500 }, () => serverFrame(9, Buffer.alloc(125, 1))));
      socket.write(acceptHeader(request));
      let rounds = 200; // 12 MB of pongs would be due, more than loopback buffers hold
      const pour = () => (rounds-- > 0 ? void socket.write(pings, pour) : void socket.write(text('done')));
      pour();
    });
    const client = new Client(url);
    await client.received(1);
    expect(client.connection.receivedBytes).toBeGreaterThan(12_000_000);
    expect(client.connection.bufferedBytes).toBeLessThan(1_000);
    client.connection.terminate();
    await client.closed;
  });

  test('sendText refuses what exceeds the send queue', async () => {
    const url = await serve((request, socket) => {
      socket.pause();
      socket.write(acceptHeader(request));
    });
    const client = await new Client(url, { sendQueueBytesMax: 100_000 }).open();
    const large = 'x'.repeat(60_000);
    let sent = 0;
    while (sent < 1_000 && client.connection.sendText(large)) sent++;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(1_000);
    expect(client.connection.bufferedBytes).toBeLessThanOrEqual(100_000);
    client.connection.terminate();
    await client.closed;
    expect(client.connection.sendText('late')).toBe(false);
  });
});
