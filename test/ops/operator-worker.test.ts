// Goal: both ends of the port between the engine and the operator worker, over a real channel and a real server.
import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import { systemTimers } from '../../src/domain/system-clock.js';
import { openOperatorLink } from '../../src/ops/operator-link.js';
import { startOperatorServer } from '../../src/ops/operator-server.js';
import { runOperatorWorker } from '../../src/ops/operator-worker.js';
import { FakeBooks, fakeSnapshot, noControl } from './fake-engine.js';

test('the worker listens, shows what it is sent, and ends when told to', async () => {
  const { port1, port2 } = new MessageChannel();
  const ended = runOperatorWorker(port2, { host: '127.0.0.1', port: 0, timers: systemTimers }, () => new FakeBooks());
  const link = await openOperatorLink(port1);
  const url = `http://127.0.0.1:${link.port}`;
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  link.post(fakeSnapshot(1));
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
  await link.close();
  await ended;
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test('a port that is taken comes back as the same sentence', async () => {
  const taken = await startOperatorServer({ host: '127.0.0.1', port: 0, books: new FakeBooks(), control: noControl });
  const { port1, port2 } = new MessageChannel();
  const ended = runOperatorWorker(port2, { host: '127.0.0.1', port: taken.port, timers: systemTimers }, () => new FakeBooks());
  const link = openOperatorLink(port1);
  await expect(link).rejects.toThrow(InvalidInputError);
  await expect(link).rejects.toThrow(/the port is taken; choose another with --port\.$/);
  await ended;
  taken.close();
});

test('the loss of the main thread ends the worker', async () => {
  const { port1, port2 } = new MessageChannel();
  const ended = runOperatorWorker(port2, { host: '127.0.0.1', port: 0, timers: systemTimers }, () => new FakeBooks());
  const link = await openOperatorLink(port1);
  port1.close();
  await ended;
  await expect(fetch(`http://127.0.0.1:${link.port}/healthz`)).rejects.toThrow();
});

test('a reader that cannot be made is a failure, not silence', async () => {
  const { port1, port2 } = new MessageChannel();
  const ended = runOperatorWorker(port2, { host: '127.0.0.1', port: 0, timers: systemTimers }, () => {
    throw new Error('no shared memory');
  });
  await expect(openOperatorLink(port1)).rejects.toThrow('The operator worker failed: no shared memory');
  await ended;
});
