import {
  App,
  type TemplatedApp,
  type us_listen_socket,
  us_listen_socket_close,
  us_socket_local_port,
  type WebSocket,
} from 'uWebSockets.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from './client.js';

let app: TemplatedApp;
let listener: us_listen_socket;
let url: string;
beforeAll(async () => {
  app = App();
  app.ws('/*', {
    maxPayloadLength: 1 << 20,
    maxBackpressure: 1 << 24,
    sendPingsAutomatically: true,
    message: (peer: WebSocket<unknown>, message: ArrayBuffer, binary: boolean) => {
      const text = Buffer.from(message).toString();
      if (text === 'bye') peer.end(4000, 'as you wish');
      else if (text === 'flood') peer.cork(() => Array.from({ length: 1_000 }, (_, i) => peer.send(`${i} ${'x'.repeat(i)}`)));
      else peer.send(message, binary);
    },
  });
  listener = await new Promise((resolve, reject) => {
    app.listen('127.0.0.1', 0, (socket) => (socket ? resolve(socket) : reject(new Error('no port'))));
  });
  url = `ws://127.0.0.1:${us_socket_local_port(listener)}/`;
});
afterAll(() => us_listen_socket_close(listener));

test('an echo, a flood and a close by uWebSockets.js', async () => {
  const client = await new Client(url).open();
  const texts = ['', 'short', 'x'.repeat(126), 'y'.repeat(100_000)];
  for (const text of texts) client.connection.sendText(text);
  expect(await client.received(4)).toEqual(texts);
  client.connection.sendText('flood');
  const messages = (await client.received(1_004)).slice(4);
  expect(messages.every((message, i) => message === `${i} ${'x'.repeat(i)}`)).toBe(true);
  client.connection.sendText('bye');
  expect(await client.closed).toEqual({ code: 4000, text: 'as you wish', clean: true });
});

test('close() is answered by uWebSockets.js', async () => {
  const client = await new Client(url).open();
  client.connection.close(1000, 'done');
  expect(await client.closed).toMatchObject({ code: 1000, clean: true });
});
