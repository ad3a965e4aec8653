// Goal: a person stops and clears trading over HTTP, and nobody else can: no page of another site, no other machine, no malformed
// request; and whoever asks gets an answer, even when the engine has none.
import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { systemTimers } from '../../src/domain/system-clock.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { CONTROL_WAIT_MS, ControlCalls } from '../../src/ops/control-calls.js';
import { answer } from '../../src/ops/http-api.js';
import type { HttpRequestView, RequestSender } from '../../src/ops/http-message.js';
import type { ControlAnswer, ControlRequest, OperatorSnapshot } from '../../src/ops/messages.js';
import { openOperatorLink } from '../../src/ops/operator-link.js';
import { type OperatorServer, startOperatorServer } from '../../src/ops/operator-server.js';
import { runOperatorWorker } from '../../src/ops/operator-worker.js';
import { FakeBooks, fakeSnapshot } from './fake-engine.js';
import { fakeTrading } from './fake-trading.js';

let server: OperatorServer | undefined;
afterEach(() => {
  server?.close();
  server = undefined;
});

interface Told {
  readonly asked: ControlRequest[];
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<{ status: number; body: unknown }>;
}

/** A server over trading that answers every request with `answer`. */
async function serve(
  control: ControlAnswer | null = { ok: true, message: 'Done.' },
  trading: OperatorSnapshot['trading'] = fakeTrading(),
): Promise<Told> {
  const asked: ControlRequest[] = [];
  const started = await startOperatorServer({
    host: '127.0.0.1',
    port: 0,
    books: new FakeBooks(),
    control: async (request) => {
      asked.push(request);
      return control;
    },
  });
  server = started;
  started.update(fakeSnapshot(1, { trading }));
  return {
    asked,
    async post(path, body, headers = {}) {
      const response = await fetch(`http://127.0.0.1:${started.port}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    },
  };
}

describe('stop and clear', () => {
  test('reach the engine as they were given, and bring its sentence back', async () => {
    const { post, asked } = await serve();
    expect(await post('/api/v1/stop', { reason: ' looks odd ', by: 'anna' })).toEqual({
      status: 200,
      body: { ok: true, message: 'Done.' },
    });
    expect((await post('/api/v1/clear', { by: 'anna' })).status).toBe(200);
    expect(asked).toEqual([
      { kind: 'stop', reason: 'looks odd', by: 'anna' },
      { kind: 'clear', by: 'anna' },
    ]);
  });

  test('that the engine refuses are 409, and without an answer 504', async () => {
    const refusing = await serve({ ok: false, message: 'Remove the file STOP first.' });
    expect(await refusing.post('/api/v1/clear', { by: 'anna' })).toEqual({
      status: 409,
      body: { error: { code: 'TIERCEL_CONTROL_REFUSED', message: 'Remove the file STOP first.' } },
    });
    server?.close();
    const silent = await serve(null);
    expect(await silent.post('/api/v1/stop', { reason: 'x', by: 'anna' })).toMatchObject({
      status: 504,
      body: { error: { code: 'TIERCEL_NO_ANSWER' } },
    });
  });

  test('are for nobody where nothing is traded', async () => {
    const { post, asked } = await serve(undefined, null);
    expect((await post('/api/v1/stop', { reason: 'x', by: 'anna' })).status).toBe(404);
    expect(asked).toEqual([]);
  });

  test.each([
    ['/api/v1/stop', '{', 'The body is not JSON.'],
    ['/api/v1/stop', [], 'The body must be a JSON object of reason and by alone.'],
    ['/api/v1/stop', { reason: 'x', by: 'anna', force: true }, 'The body must be a JSON object of reason and by alone.'],
    ['/api/v1/stop', { reason: '', by: 'anna' }, 'reason must be a line of 1 to 500 characters.'],
    ['/api/v1/stop', { reason: 'a\u001b[2Jb', by: 'anna' }, 'reason must be a line of 1 to 500 characters.'],
    ['/api/v1/stop', { reason: 'x'.repeat(501), by: 'anna' }, 'reason must be a line of 1 to 500 characters.'],
    ['/api/v1/clear', { by: '  ' }, 'by must be a line of 1 to 100 characters.'],
    ['/api/v1/clear', {}, 'by must be a line of 1 to 100 characters.'],
  ])('refuse %s with %j', async (path, body, message) => {
    const { post, asked } = await serve();
    expect(await post(path, body)).toEqual({ status: 400, body: { error: { code: 'TIERCEL_INVALID_INPUT', message } } });
    expect(asked).toEqual([]);
  });

  test('are POST alone, JSON alone, and short', async () => {
    const { post, asked } = await serve();
    const wrong = await fetch(`http://127.0.0.1:${server?.port}/api/v1/stop`);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    const good = JSON.stringify({ reason: 'x', by: 'anna' });
    expect((await post('/api/v1/stop', good, { 'Content-Type': 'text/plain' })).status).toBe(415);
    expect((await post('/api/v1/stop', { reason: 'x'.repeat(200_000), by: 'anna' })).status).toBe(413);
    expect(asked).toEqual([]);
    expect((await post('/api/v1/stop', good, { 'Content-Type': 'application/json; charset=utf-8' })).status).toBe(200);
  });

  test.each([
    ['of another site', { Origin: 'https://evil.example' }],
    ['without a place of its own', { Origin: 'null' }],
    ['of another port', { Origin: 'http://127.0.0.1:1' }],
    ['that says it comes from another site', { 'Sec-Fetch-Site': 'cross-site' }],
  ])('are refused to a page %s', async (_, headers) => {
    const { post, asked } = await serve();
    expect((await post('/api/v1/stop', { reason: 'x', by: 'anna' }, headers)).status).toBe(403);
    expect(asked).toEqual([]);
  });

  test('are granted to a page of this server', async () => {
    const { post } = await serve();
    const headers = { Origin: `http://127.0.0.1:${server?.port}`, 'Sec-Fetch-Site': 'same-origin' };
    expect((await post('/api/v1/stop', { reason: 'x', by: 'anna' }, headers)).status).toBe(200);
  });
});

describe('who may tell', () => {
  const LOCAL: RequestSender = { address: Uint8Array.of(127, 0, 0, 1), host: 'localhost:8686', origin: '', fetchSite: '' };
  const mapped = (...ipv4: number[]): Uint8Array => Uint8Array.of(...Array<number>(10).fill(0), 255, 255, ...ipv4);
  const ipv6 = (first: number, last: number): Uint8Array => Uint8Array.of(first, ...Array<number>(14).fill(0), last);

  async function statusFor(sender: Partial<RequestSender>): Promise<number> {
    const request: HttpRequestView = {
      method: 'POST',
      path: '/api/v1/clear',
      query: '',
      sender: { ...LOCAL, ...sender },
      contentType: 'application/json',
      body: '{"by":"anna"}',
    };
    const sources = {
      snapshot: () => fakeSnapshot(1, { trading: fakeTrading() }),
      books: new FakeBooks(),
      spreads: [],
      assets: new Map(),
      control: async () => ({ ok: true, message: 'Done.' }),
    };
    return (await answer(sources, request)).status;
  }

  test.each([
    ['127.0.0.1', { address: Uint8Array.of(127, 0, 0, 1) }],
    ['127.0.0.1 as IPv6 writes it', { address: mapped(127, 0, 0, 1) }],
    ['::1', { address: ipv6(0, 1), host: '[::1]:8686' }],
  ])('a program on this machine: %s', async (_, sender) => {
    expect(await statusFor(sender)).toBe(200);
  });

  test.each([
    ['another machine that names this one', { address: Uint8Array.of(192, 168, 0, 9) }],
    ['the same over IPv6', { address: mapped(192, 168, 0, 9) }],
    ['another machine of IPv6', { address: ipv6(0xfd, 1) }],
    ['nobody', { address: new Uint8Array(0) }],
    ['a name that was pointed at this machine', { host: 'evil.example:8686' }],
    ['a name that only begins like this machine', { host: '127.0.0.1.evil.example' }],
    ['no name', { host: '' }],
  ])('not %s', async (_, sender) => {
    expect(await statusFor(sender)).toBe(403);
  });
});

describe('the way to the main thread and back', () => {
  async function worker() {
    const { port1, port2 } = new MessageChannel();
    const ended = runOperatorWorker(port2, { host: '127.0.0.1', port: 0, timers: systemTimers }, () => new FakeBooks());
    const link = await openOperatorLink(port1);
    link.post(fakeSnapshot(1, { trading: fakeTrading() }));
    const clear = async (): Promise<[number, unknown]> => {
      const response = await fetch(`http://127.0.0.1:${link.port}/api/v1/clear`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"by":"anna"}',
      });
      return [response.status, await response.json()];
    };
    return { link, clear, ended };
  }

  test('whoever was set carries requests out, also late; a failure is an answer', async () => {
    const { link, clear, ended } = await worker();
    const refusal = (message: string) => [409, { error: { code: 'TIERCEL_CONTROL_REFUSED', message } }];
    expect(await clear()).toEqual(refusal('Nothing is traded here, or not yet.'));
    link.onControl(async (request) => ({ ok: true, message: `${request.kind} by ${request.by}` }));
    expect(await clear()).toEqual([200, { ok: true, message: 'clear by anna' }]);
    link.onControl(() => {
      throw new Error('The disk is full.');
    });
    expect(await clear()).toEqual(refusal('The disk is full.'));
    await link.close();
    await ended;
  });

  test('a wait ends with the worker', async () => {
    const { link, clear, ended } = await worker();
    link.onControl(() => {
      void link.close();
      return new Promise(() => undefined);
    });
    const status = await clear().then(
      ([code]) => code,
      () => 'connection closed',
    );
    expect([504, 'connection closed']).toContain(status);
    await ended;
  });

  test('is given up after five seconds, and a later answer is nobody’s', async () => {
    const time = new VirtualTime();
    const sent: number[] = [];
    const calls = new ControlCalls((id) => sent.push(id), time);
    const outcomes: (ControlAnswer | null)[] = [];
    const ask = () => calls.ask({ kind: 'clear', by: 'anna' }).then((outcome) => outcomes.push(outcome));
    void ask();
    await time.run(CONTROL_WAIT_MS * 1000 - 1);
    void ask();
    expect(outcomes).toEqual([]);
    await time.run(1);
    expect(outcomes).toEqual([null]);
    calls.settle(sent[0] ?? -1, { ok: true, message: 'late' });
    calls.settle(sent[1] ?? -1, { ok: true, message: 'in time' });
    await time.run(1);
    expect(outcomes).toEqual([null, { ok: true, message: 'in time' }]);
    expect([sent.length, time.pending()]).toEqual([2, 0]);
  });
});
