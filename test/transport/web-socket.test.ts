import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { Client } from './client.js';

let server: WebSocketServer;
let url: string;
beforeEach(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(() => {
  for (const peer of server.clients) peer.terminate();
  server.close();
});

/** Opens a connection and gives both of its ends. */
async function connect(options = {}): Promise<[Client, WebSocket]> {
  const peer = once(server, 'connection') as Promise<[WebSocket]>;
  const client = new Client(url, options);
  const [socket] = await peer;
  return [await client.open(), socket];
}

test('texts of every header form come back from an echo', async () => {
  const [client, peer] = await connect();
  peer.on('message', (data, binary) => peer.send(data, { binary }));
  const texts = ['', 'a', 'grün ✓', 'x'.repeat(125), 'y'.repeat(126), 'z'.repeat(65_535), '€'.repeat(65_536)];
  for (const text of texts) expect(client.connection.sendText(text)).toBe(true);
  expect(await client.received(texts.length)).toEqual(texts);
  client.connection.terminate();
  await client.closed;
});

test('fragments that ws sends are one message, with a ping between them', async () => {
  const [client, peer] = await connect();
  peer.send('one ', { fin: false });
  peer.ping('alive');
  peer.send('message', { fin: true });
  peer.send(Buffer.from([1, 2, 3]));
  const [payload] = (await once(peer, 'pong')) as [Buffer];
  expect(payload.toString()).toBe('alive');
  expect(await client.received(2)).toEqual(['one message', 'hex:010203']);
  client.connection.terminate();
  await client.closed;
});

test('pings of many sizes are answered with their payload, each or the latest', async () => {
  const [client, peer] = await connect();
  const pongs: string[] = [];
  const last = 'p'.repeat(125);
  const done = new Promise<void>((resolve) => {
    peer.on('pong', (data) => {
      pongs.push(data.toString());
      if (pongs.at(-1) === last) resolve();
    });
  });
  for (let length = 0; length <= 125; length++) peer.ping('p'.repeat(length));
  await done;
  expect(pongs.every((pong) => /^p*$/.test(pong))).toBe(true);
  expect(pongs).toEqual([...pongs].sort((a, b) => a.length - b.length));
  client.connection.terminate();
  await client.closed;
});

test('a ping reaches the peer, and its pong shows in receivedBytes', async () => {
  const [client, peer] = await connect();
  const before = client.connection.receivedBytes;
  client.connection.ping(Buffer.from('hello'));
  const [payload] = (await once(peer, 'ping')) as [Buffer];
  expect(payload.toString()).toBe('hello');
  peer.send('after the pong');
  await client.received(1);
  expect(client.connection.receivedBytes - before).toBe(2 + 5 + 2 + 14);
  expect(() => client.connection.ping(new Uint8Array(126))).toThrow(/125 bytes/);
  client.connection.terminate();
  await client.closed;
});

test('close() makes the closing handshake and hands over no more messages', async () => {
  const [client, peer] = await connect();
  const closed = once(peer, 'close') as Promise<[number, Buffer]>;
  client.connection.close(3001, 'enough');
  peer.send('crossing');
  expect(client.connection.sendText('late')).toBe(false);
  const [code, reason] = await closed;
  expect([code, reason.toString()]).toEqual([3001, 'enough']);
  expect(await client.closed).toEqual({ code: 3001, text: 'enough', clean: true });
  expect(client.messages).toEqual([]);
  client.connection.close();
  client.connection.terminate();
  expect(client.closes).toBe(1);
});

test('close() refuses what a close frame cannot carry', async () => {
  const [client] = await connect();
  for (const code of [999, 1005, 1006, 2000, 5000]) {
    expect(() => client.connection.close(code)).toThrow(expect.objectContaining({ code: 'TIERCEL_INVALID_INPUT' }));
  }
  expect(() => client.connection.close(1000, 'x'.repeat(124))).toThrow(/reason of 124 bytes/);
  client.connection.close();
  expect(await client.closed).toMatchObject({ code: 1000, clean: true });
});

test('a close by the peer is answered and told', async () => {
  const [client, peer] = await connect();
  const closed = once(peer, 'close') as Promise<[number, Buffer]>;
  peer.close(1012, 'restarting');
  expect(await client.closed).toEqual({ code: 1012, text: 'restarting', clean: true });
  expect((await closed)[0]).toBe(1012);
});

test('a close by the peer without a code is 1005', async () => {
  const [client, peer] = await connect();
  peer.close();
  expect(await client.closed).toEqual({ code: 1005, text: '', clean: true });
});

test('a broken connection is 1006', async () => {
  const [client, peer] = await connect();
  peer.terminate();
  expect(await client.closed).toMatchObject({ code: 1006, clean: false });
});

test('a refusal by ws carries its status and body', async () => {
  server.options.verifyClient = (_info: unknown, done: (ok: boolean, code: number, text: string) => void) =>
    done(false, 401, 'no key');
  expect(await new Client(url).closed).toMatchObject({ code: 1006, refusal: { status: 401, body: 'no key' } });
});

test('terminate() within a message ends everything but onClose', async () => {
  const [client, peer] = await connect();
  client.whenMessage = () => client.connection.terminate();
  peer.send('1');
  peer.send('2');
  peer.send('3');
  expect(await client.closed).toEqual({ code: 1006, text: 'terminated', clean: false });
  expect(client.messages).toEqual(['1']);
});

test('close() and sendText() may be called within a message', async () => {
  const [client, peer] = await connect();
  const said = once(peer, 'message') as Promise<[Buffer]>;
  client.whenMessage = (text) => {
    if (text === '2') {
      client.connection.sendText('seen 2');
      client.connection.close();
    }
  };
  for (const text of ['1', '2', '3']) peer.send(text);
  expect((await said)[0].toString()).toBe('seen 2');
  expect(await client.closed).toMatchObject({ code: 1000, clean: true });
  expect(client.messages).toEqual(['1', '2']);
});

test('terminate() within onOpen, and before it', async () => {
  const within = new Client(url);
  within.whenOpen = () => within.connection.terminate();
  expect((await within.closed).text).toBe('terminated');
  const before = new Client(url);
  before.connection.close();
  expect(before.closes).toBe(0); // never from within a method
  expect(await before.closed).toEqual({ code: 1006, text: 'closed before it was open', clean: false });
  expect(before.opened).toBe(false);
});

test('many messages in one chunk are handed over in one go', async () => {
  const [client, peer] = await connect();
  const socket = (peer as unknown as { _socket: { cork(): void; uncork(): void } })._socket;
  socket.cork();
  for (let i = 0; i < 100; i++) peer.send(`message ${i}`);
  socket.uncork();
  expect((await client.received(100)).at(-1)).toBe('message 99');
  expect(client.chunks).toBeLessThan(10);
  client.connection.terminate();
  await client.closed;
});
