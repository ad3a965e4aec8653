import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { systemTimers } from '../../src/domain/system-clock.js';
import { HttpClient } from '../../src/transport/http.js';
import { Client } from './client.js';

let server: Server;
let ca: Buffer;
let port: number;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiercel-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  ca = readFileSync(cert);
  server = createServer({ key: readFileSync(key), cert: ca }, (_request, response) => response.end('over TLS'));
  rmSync(folder, { recursive: true });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (peer, request) => {
    peer.send(`host ${request.headers.host}`);
    peer.on('message', (data, binary) => peer.send(data, { binary }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('messages over TLS with a trusted certificate', async () => {
  const client = await new Client(`wss://localhost:${port}/`, { tls: { ca } }).open();
  const large = 'x'.repeat(200_000);
  client.connection.sendText(large);
  client.connection.sendText('after');
  expect(await client.received(3)).toEqual([`host localhost:${port}`, large, 'after']);
  client.connection.close();
  expect(await client.closed).toMatchObject({ code: 1000, clean: true });
});

test('an address by number is verified against the name given', async () => {
  const client = await new Client(`wss://127.0.0.1:${port}/`, { tls: { ca, servername: 'localhost' } }).open();
  client.connection.terminate();
  await client.closed;
});

test('a certificate that nobody trusts is refused', async () => {
  const reason = await new Client(`wss://localhost:${port}/`).closed;
  expect(reason).toMatchObject({ code: 1006, clean: false, text: expect.stringMatching(/self-signed/) });
});

test('NODE_TLS_REJECT_UNAUTHORIZED does not switch verification off', async () => {
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  try {
    const http = new HttpClient({ timeoutMs: 5_000, bodyBytesMax: 100, connectionsMax: 1 }, systemTimers);
    expect((await new Client(`wss://localhost:${port}/`).closed).text).toMatch(/self-signed/);
    await expect(http.get(`https://localhost:${port}/`)).rejects.toThrow(/self-signed/);
    await http.close();
  } finally {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
  }
});

test('a certificate of another name is refused', async () => {
  const reason = await new Client(`wss://127.0.0.1:${port}/`, { tls: { ca } }).closed;
  expect(reason.text).toMatch(/does not match certificate/);
});

test('the HTTP client reads over TLS with a trusted certificate', async () => {
  const http = new HttpClient({ timeoutMs: 5_000, bodyBytesMax: 100, connectionsMax: 1, ca }, systemTimers);
  expect(Buffer.from((await http.get(`https://localhost:${port}/`)).body).toString()).toBe('over TLS');
  await http.close();
});
