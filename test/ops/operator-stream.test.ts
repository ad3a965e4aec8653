// Goal: pages get whole snapshots as msgpack, strangers get nothing, and closing leaves no connection behind.
import { once } from 'node:events';
import { connect } from 'node:net';
import { decode } from '@msgpack/msgpack';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { StreamMessage } from '../../src/ops/messages.js';
import { type OperatorServer, startOperatorServer } from '../../src/ops/operator-server.js';
import { FakeBooks, fakeSnapshot, noControl } from './fake-engine.js';

let server: OperatorServer;

beforeEach(async () => {
  server = await startOperatorServer({ host: '127.0.0.1', port: 0, books: new FakeBooks(), control: noControl });
});
afterEach(() => server.close());

function open(origin?: string): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${server.port}/stream`, origin === undefined ? {} : { origin });
}

/** Collects messages; `next` waits for the one after the last it gave. */
function inbox(socket: WebSocket): { next(): Promise<StreamMessage> } {
  const waiting: StreamMessage[] = [];
  let wake: () => void = () => undefined;
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    expect(isBinary).toBe(true);
    waiting.push(decode(data) as StreamMessage);
    wake();
  });
  return {
    async next() {
      while (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return waiting.shift() as StreamMessage;
    },
  };
}

test('a page gets the history and the last snapshot first, then every new one, and one point a second', async () => {
  for (let step = 0; step <= 8; step++) server.update(fakeSnapshot(step));
  const socket = open();
  const { next } = inbox(socket);
  const history = await next();
  if (history.type !== 'history') throw new Error(`expected the history, not ${history.type}`);
  expect(history.points.map(({ epochUs }) => epochUs)).toEqual([0, 4, 8].map((step) => fakeSnapshot(step).epochUs));
  const kraken = fakeSnapshot(8).venues.filter(({ venue }) => venue === 'kraken');
  expect(history.points[2]?.framesPerS.kraken).toBe(kraken.reduce((sum, { framesPerS }) => sum + framesPerS, 0));
  expect(await next()).toEqual({ type: 'snapshot', snapshot: fakeSnapshot(8) });

  server.update(fakeSnapshot(9));
  expect(await next()).toEqual({ type: 'snapshot', snapshot: fakeSnapshot(9) });
  server.update(fakeSnapshot(12));
  expect(await next()).toEqual({ type: 'snapshot', snapshot: fakeSnapshot(12) });
  const { p50, p99 } = fakeSnapshot(12).latencyUs.receiveToDecision;
  expect(await next()).toMatchObject({ type: 'point', point: { p50Us: p50, p99Us: p99 } });
  socket.terminate();
});

test('a page of this server may connect, a page of another may not', async () => {
  const own = open(`http://127.0.0.1:${server.port}`);
  await once(own, 'open');
  own.terminate();
  for (const origin of ['http://evil.example', `http://localhost:${server.port}`, 'null']) {
    await expect(once(open(origin), 'open'), origin).rejects.toThrow('Unexpected server response: 403');
  }
});

test('close ends pages, kept-alive connections and silent ones', async () => {
  const page = open();
  await once(page, 'open');
  const silent = connect(server.port, '127.0.0.1');
  const kept = connect(server.port, '127.0.0.1');
  await Promise.all([once(silent, 'connect'), once(kept, 'connect')]);
  kept.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
  const [answer] = (await once(kept, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
  silent.on('error', () => undefined);
  kept.on('error', () => undefined);
  const ended = Promise.all([once(page, 'close'), once(silent.resume(), 'close'), once(kept.resume(), 'close')]);
  server.close();
  await ended;
});
