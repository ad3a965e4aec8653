// Goal: a venue behaves the same behind real sockets and in the process. Every case runs on both hosts.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VenueConnectionError } from '../../../src/domain/errors.js';
import { type Connection, Topic } from '../../../src/sim/fronts/connection.js';
import { VenueApp } from '../../../src/sim/fronts/venue-app.js';
import { wasSent } from '../../../src/transport/http-transport.js';
import { Dialogue, get, loopbackRig, type Rig, realRig, textOf } from './rig.js';

describe.each([
  ['real sockets', realRig],
  ['the process', loopbackRig],
] as const)('a venue in %s', (_, makeRig) => {
  let rig: Rig;
  let app: VenueApp;
  let base: string;
  let socketUrl: string;
  const topic = new Topic('topic');
  let ended: number;

  beforeEach(async () => {
    rig = makeRig();
    ended = 0;
    app = new VenueApp(
      rig.clock,
      { status: '500 Internal Server Error', body: 'broken' },
      { status: '404 Not Found', body: 'nothing' },
    );
    app.get('/things/:first/of/:second', ({ parameters, rawQuery }) => ({ body: `${parameters.join('+')}?${rawQuery}` }));
    app.get('/things/exact/of/all', () => ({ body: 'exact' }));
    app.get('/throws', () => {
      throw new Error('oops');
    });
    app.route('POST', '/echo', ({ body, header, address }) => ({
      status: '201 Created',
      headers: { 'X-Used': '7', 'Retry-After': '3' },
      body: `${header('x-key')}:${body.length}:${body.slice(0, 8)}:${address === '' ? 'nowhere' : 'somewhere'}`,
    }));
    app.socket('/ws', {
      message: (connection: Connection, text) => {
        if (text === 'join') connection.join(topic);
        else if (text === 'bye') connection.end(4001, 'so long');
        else if (text === 'throw') throw new Error('oops');
        else if (text === 'ping') {
          connection.pingedUs = 1;
          connection.ping('x');
        } else if (text === 'pinged') connection.send(`pinged ${connection.pingedUs}`);
        else if (text === 'binary') connection.send(Uint8Array.of(1, 2, 255));
        else connection.send(`${connection.query.get('id')} ${text}`);
      },
      closed: () => ended++,
    });
    const authority = await rig.host.listen(app, '127.0.0.1', 0);
    base = `http://${authority}`;
    socketUrl = `ws://${authority}/ws?id=7`;
  });
  afterEach(() => rig.close());

  const open = async (): Promise<Dialogue> => {
    const dialogue = new Dialogue(rig.connect, socketUrl);
    await rig.until(dialogue.opened);
    return dialogue;
  };

  it('routes by method and path, exact parts before names', async () => {
    const ask = async (path: string): Promise<string> => {
      const response = await rig.until(rig.http.request(get(base + path)));
      return `${response.status} ${textOf(response)}`;
    };
    expect(await ask('/things/a%20b/of/c?x=%2F&y=1')).toBe('200 a b+c?x=%2F&y=1');
    expect(await ask('/things/exact/of/all')).toBe('200 exact');
    expect(await ask('/things/exact/of/none')).toBe('200 exact+none?');
    expect(await ask('/things/%E0%A4%A/of/x')).toBe('500 broken');
    expect(await ask('/throws')).toBe('500 broken');
    expect(await ask('/nowhere')).toBe('404 nothing');
    expect(await ask('/echo')).toBe('404 nothing');
  });

  it('takes bodies and headers and sends its own', async () => {
    const request = { method: 'POST', url: `${base}/echo`, headers: { 'X-Key': 'k' }, body: 'ä'.repeat(100_000) } as const;
    const response = await rig.until(rig.http.request(request));
    expect(response.status).toBe(201);
    expect(textOf(response)).toBe(`k:100000:${'ä'.repeat(8)}:somewhere`);
    expect(response.headers['x-used']).toBe('7');
    expect(response.headers['content-type']).toContain('application/json');
    expect(response.retryAfterMs).toBe(3_000);
  });

  it('talks over WebSockets: text, bytes, topics, and answered pings', async () => {
    const [first, second] = [await open(), await open()];
    expect(first.connection.sendText('hello')).toBe(true);
    first.connection.sendText('binary');
    first.connection.sendText('ping');
    await rig.until(first.count(2));
    first.connection.sendText('pinged');
    expect(await rig.until(first.count(3))).toEqual(['7 hello', '0102ff', 'pinged 0']);
    for (const client of [first, second]) client.connection.sendText('join');
    for (const client of [first, second]) client.connection.sendText('joined');
    await rig.until(Promise.all([first.count(4), second.count(1)]));
    expect(topic.subscribers).toBe(2);
    app.publish(topic, 'news');
    await rig.until(Promise.all([first.count(5), second.count(2)]));
    expect(second.texts).toEqual(['7 joined', 'news']);
    expect(first.connection.receivedBytes).toBeGreaterThan(first.texts.join('').length);
  });

  it('ends connections from either side, with the same codes', async () => {
    const [bye, thrown, closing, terminated] = [await open(), await open(), await open(), await open()];
    expect(app.connectionCount).toBe(4);
    for (const client of [bye, thrown, closing, terminated]) client.connection.sendText('join');
    bye.connection.sendText('bye');
    expect(await rig.until(bye.closed)).toMatchObject({ code: 4001, text: 'so long', clean: true });
    thrown.connection.sendText('throw');
    expect(await rig.until(thrown.closed)).toMatchObject({ code: 1011, clean: true });
    closing.connection.close(1000, 'done');
    expect(closing.connection.sendText('late')).toBe(false);
    expect(await rig.until(closing.closed)).toMatchObject({ code: 1000, clean: true });
    terminated.connection.terminate();
    expect(await rig.until(terminated.closed)).toMatchObject({ code: 1006, clean: false, text: 'terminated' });
    const last = await open();
    last.connection.sendText('after the others');
    await rig.until(last.count(1));
    expect(app.connectionCount).toBe(1);
    expect(topic.subscribers).toBe(0);
    rig.host.stop();
    expect(await rig.until(last.closed)).toMatchObject({ code: 1001, text: 'going away' });
    expect(app.connectionCount).toBe(0);
    expect(ended).toBe(5);
  });

  it('refuses unknown paths and, once stopped, everything', async () => {
    const lost = new Dialogue(rig.connect, socketUrl.replace('/ws', '/elsewhere'));
    const refused = await rig.until(lost.closed);
    expect(refused).toMatchObject({ code: 1006, clean: false, refusal: { status: 404, body: 'nothing' } });
    expect(refused.text).toBe('refused with HTTP 404 Not Found: "nothing"');
    rig.host.stop();
    const gone = await rig.until(new Dialogue(rig.connect, socketUrl).closed);
    expect(gone.code).toBe(1006);
    expect(gone.text).toContain('ECONNREFUSED');
    expect(gone.cause).toBeInstanceOf(VenueConnectionError);
    const failure = await rig.until(rig.http.request(get(base))).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(VenueConnectionError);
    expect((failure as Error).message).toContain('ECONNREFUSED');
    expect(wasSent(failure)).toBe(false);
  });
});

describe('the loopback host', () => {
  it('leaves no socket, request or timer behind, whenever it is stopped', async () => {
    const rig = loopbackRig(() => 20);
    const app = new VenueApp(rig.clock, { body: '' }, { body: '' });
    app.get('/', () => ({ body: 'x' }));
    app.socket('/ws', { message: () => {} });
    const authority = await rig.host.listen(app, '', 0);
    const early = new Dialogue(rig.connect, `ws://${authority}/ws`);
    await rig.time.run(100_000);
    const late = new Dialogue(rig.connect, `ws://${authority}/ws`);
    const asked = rig.http.request(get(`http://${authority}/`)).catch((error: Error) => error.message);
    expect([rig.host.openSockets, rig.host.pendingRequests]).toEqual([2, 1]);
    await rig.close();
    expect([(await early.closed).code, (await late.closed).code]).toEqual([1001, 1006]);
    expect(await asked).toContain('the client is closed');
    expect([rig.host.openSockets, rig.host.pendingRequests, rig.time.pending()]).toEqual([0, 0, 0]);
  });

  it('gives up connecting and asking in time, and delivers what was sent nevertheless', async () => {
    const rig = loopbackRig(() => 1_000);
    let served = 0;
    const app = new VenueApp(rig.clock, { body: '' }, { body: '' });
    app.get('/', () => ({ body: String(++served) }));
    app.socket('/ws', { message: () => {} });
    const authority = await rig.host.listen(app, '', 0);
    const slow = await rig.until(new Dialogue(rig.connect, `ws://${authority}/ws`).closed);
    expect(slow).toMatchObject({ code: 1006, text: 'no WebSocket within 500 ms' });
    const failure = await rig.until(rig.http.request(get(`http://${authority}/`))).catch((error: unknown) => error);
    expect((failure as Error).message).toContain('no answer within 300 ms');
    expect(wasSent(failure)).toBe(true);
    await rig.time.run(2e6);
    await rig.close();
    expect([served, app.connectionCount, rig.time.pending()]).toEqual([1, 0, 0]);
  });
});
