import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Timers } from '../../src/domain/clock.js';
import { systemTimers } from '../../src/domain/system-clock.js';
import { HttpClient, type HttpClientOptions } from '../../src/transport/http.js';
import { wasSent } from '../../src/transport/http-transport.js';
import { parseRetryAfterMs } from '../../src/transport/retry-after.js';

let server: Server;
let origin: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const sockets = new Set<Socket>();
const clients: HttpClient[] = [];

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  sockets.clear();
  server.closeAllConnections();
  server.close();
});

function createClient(options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = new HttpClient({ timeoutMs: 5_000, bodyBytesMax: 1_000, connectionsMax: 2, ...options }, systemTimers);
  clients.push(client);
  return client;
}

test('status, headers and body of an answer; connections are kept', async () => {
  answer = (request, response) => {
    response.writeHead(200, { 'X-Weight': '5', 'Set-Cookie': ['a=1', 'b=2'] });
    response.end(`${request.method} ${request.url} ${request.headers['x-key']} ${request.headers['x-all']}`);
  };
  const client = createClient({ connectionsMax: 1, headers: { 'X-All': 'yes' } });
  for (let i = 0; i < 5; i++) {
    const response = await client.get(`${origin}/depth?symbol=A&limit=${i}`, { 'X-Key': 'k' });
    expect(Buffer.from(response.body).toString()).toBe(`GET /depth?symbol=A&limit=${i} k yes`);
    expect(response).toMatchObject({
      status: 200,
      headers: { 'x-weight': '5', 'set-cookie': 'a=1, b=2' },
      retryAfterMs: undefined,
    });
  }
  expect(sockets.size).toBe(1);
});

test.each([418, 429, 500, 503, 302, 404])('status %i is an answer', async (status) => {
  answer = (_request, response) => response.writeHead(status, { 'Retry-After': '3', Location: '/x' }).end('why');
  expect(await createClient().get(origin)).toMatchObject({ status, retryAfterMs: 3_000, body: Buffer.from('why') });
});

test('no more than connectionsMax connections are used', async () => {
  answer = (_request, response) => setImmediate(() => response.end('ok'));
  const client = createClient();
  await Promise.all(Array.from({ length: 10 }, () => client.get(origin)));
  expect(sockets.size).toBe(2);
});

test('a body of the limit passes, a longer one is refused, and the client lives on', async () => {
  answer = (request, response) => {
    const length = Number(request.url?.slice(1));
    response.write('x'.repeat(length - 1)); // no Content-Length
    response.end('x');
  };
  const client = createClient();
  expect((await client.get(`${origin}/1000`)).body).toHaveLength(1_000);
  const failure = {
    code: 'TIERCEL_VENUE_CONNECTION',
    message: expect.stringMatching(/longer than 1000 bytes/),
    context: { origin },
  };
  await expect(client.get(`${origin}/1001`)).rejects.toMatchObject(failure);
  await expect(client.get(`${origin}/500000`)).rejects.toMatchObject(failure);
  expect((await client.get(`${origin}/10`)).body).toHaveLength(10);
});

test('the timeout covers a silent server and a stalled body', async () => {
  answer = (request, response) => {
    if (request.url === '/stalled') response.write('half');
  };
  const client = createClient({ timeoutMs: 40 });
  for (const path of ['/silent', '/stalled']) {
    await expect(client.get(origin + path)).rejects.toMatchObject({
      code: 'TIERCEL_VENUE_CONNECTION',
      message: `GET ${origin}${path}: no answer within 40 ms`,
    });
  }
});

test('refused and broken connections are VenueConnectionErrors with their cause', async () => {
  answer = (_request, response) => {
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('part');
    setImmediate(() => response.destroy());
  };
  const client = createClient();
  await expect(client.get(origin)).rejects.toMatchObject({
    code: 'TIERCEL_VENUE_CONNECTION',
    remedy: 'retry',
    cause: expect.any(Error),
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(client.get(origin)).rejects.toThrow(/ECONNREFUSED/);
});

test('close() fails what is under way and what comes later', async () => {
  const asked = new Promise<void>((resolve) => {
    answer = () => resolve();
  });
  const client = createClient();
  const pending = client.get(origin);
  const outcome = expect(pending).rejects.toMatchObject({ code: 'TIERCEL_VENUE_CONNECTION' });
  await asked;
  await client.close();
  await outcome;
  await expect(client.get(origin)).rejects.toThrow(/the client is closed/);
});

test('a request carries its method, headers and body', async () => {
  answer = (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => response.end(`${request.method} ${request.url} ${request.headers['x-key']} ${body}`));
  };
  const client = createClient();
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
    const response = await client.request({ method, url: `${origin}/order?a=1`, headers: { 'X-Key': 'k' }, body: '{"b":2}' });
    expect(Buffer.from(response.body).toString()).toBe(`${method} /order?a=1 k {"b":2}`);
  }
});

test('an error says whether the venue may have received the request', async () => {
  const arrived = new Promise<void>((resolve) => {
    answer = () => resolve(); // and is silent
  });
  const timeouts: (() => void)[] = [];
  const after: Timers['after'] = (_delayMs, action) => {
    timeouts.push(action);
    return { cancel: () => {} };
  };
  const client = new HttpClient({ timeoutMs: 60, bodyBytesMax: 1_000, connectionsMax: 1 }, { ...systemTimers, after });
  clients.push(client);
  const order = { method: 'POST', url: `${origin}/order`, headers: {}, body: '{}' } as const;
  const first = client.request(order).catch((error: unknown) => error);
  const queued = client.request(order).catch((error: unknown) => error); // waits for the one connection, and never leaves
  await arrived;
  // The one that waits first: else it might leave over the connection that the other gives back.
  for (const giveUp of timeouts.reverse()) giveUp();
  expect([wasSent(await first), wasSent(await queued)]).toEqual([true, false]);
  let requests = 0;
  answer = (_request, response) => {
    requests++;
    response.destroy();
  };
  expect(
    wasSent(
      await createClient()
        .request(order)
        .catch((error: unknown) => error),
    ),
  ).toBe(true);
  expect(requests).toBe(1);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(
    wasSent(
      await createClient()
        .request(order)
        .catch((error: unknown) => error),
    ),
  ).toBe(false);
  const name = { ...order, url: 'http://no-such-host.invalid/order' };
  expect(
    wasSent(
      await createClient()
        .request(name)
        .catch((error: unknown) => error),
    ),
  ).toBe(false);
  await client.close();
  expect(wasSent(await client.request(order).catch((error: unknown) => error))).toBe(false);
  expect(wasSent(new Error('whatever'))).toBe(true);
});

test('Retry-After in all its forms', () => {
  const date = 'Thu, 01 Jan 2026 00:00:00 GMT';
  expect(parseRetryAfterMs(undefined, date)).toBeUndefined();
  expect(parseRetryAfterMs('0', undefined)).toBe(0);
  expect(parseRetryAfterMs('120', undefined)).toBe(120_000);
  expect(parseRetryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', date)).toBe(30_000);
  expect(parseRetryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', date)).toBe(0);
  expect(parseRetryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', undefined)).toBeUndefined();
  expect(parseRetryAfterMs('soon', date)).toBeUndefined();
});
