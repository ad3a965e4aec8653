// Goal: every kind of fault has its effect, and only where its rule says. Cases that need no exact time run on both hosts.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Faults } from '../../../src/sim/faults/faults.js';
import { FaultyVenue } from '../../../src/sim/faults/faulty-venue.js';
import type { FaultRuleInput } from '../../../src/sim/faults/rules.js';
import { type Connection, Topic } from '../../../src/sim/fronts/connection.js';
import { VenueApp } from '../../../src/sim/fronts/venue-app.js';
import { wasSent } from '../../../src/transport/http-transport.js';
import { Dialogue, get, type LoopbackRig, loopbackRig, type Rig, realRig, textOf } from '../hosts/rig.js';

/** A venue with orders over REST and WebSocket, and books, behind faults. */
class Stage {
  readonly faults: Faults;
  readonly venue: FaultyVenue;
  readonly app: VenueApp;
  readonly book = new Topic('book:10:BTC');
  readonly trades = new Topic('trade:BTC');
  orders = 0;
  rest = '';
  ws = '';

  constructor(
    readonly rig: Rig,
    seed = 1,
  ) {
    this.faults = new Faults(seed, rig.timers);
    this.app = new VenueApp(rig.clock, { body: 'broken' }, { status: '404 Not Found', body: 'nothing' });
    this.app.route('POST', '/orders', () => ({ body: `order ${++this.orders}` }));
    this.app.get('/time', () => ({ body: 'now' }));
    this.app.socket('/ws', {
      message: (connection: Connection, text) => {
        if (text === 'join') {
          connection.join(this.book);
          connection.join(this.trades);
        } else if (text.startsWith('order')) {
          this.orders++;
          connection.send('{"event":"private"}', 'ws-private');
          connection.send(`accepted ${text}`, 'ws-trade');
          return;
        }
        connection.send(text);
      },
      trafficOf: (text) => (text.startsWith('order') ? 'ws-trade' : null),
    });
    const hooks = { maintenance: () => ({ status: '503 Service Unavailable', body: 'closed for today' }) };
    this.venue = new FaultyVenue('kraken', this.app, this.faults, hooks, rig.clock, rig.timers);
  }

  static async start(rig: Rig, seed = 1): Promise<Stage> {
    const stage = new Stage(rig, seed);
    const authority = await rig.host.listen(stage.venue, '127.0.0.1', 0);
    stage.rest = `http://${authority}`;
    stage.ws = `ws://${authority}/ws`;
    return stage;
  }

  async open(): Promise<Dialogue> {
    const client = new Dialogue(this.rig.connect, this.ws);
    await this.rig.until(client.opened);
    return client;
  }

  /** A connection that has joined both topics. */
  async joined(): Promise<Dialogue> {
    const client = await this.open();
    client.connection.sendText('join');
    await this.rig.until(client.count(1));
    client.texts.length = 0;
    return client;
  }

  /** Status and body of a new order, or the failure's text. */
  async order(): Promise<string> {
    const request = { ...get(`${this.rest}/orders`), method: 'POST', body: '{}' } as const;
    return this.rig.until(
      this.rig.http.request(request).then(
        (response) => `${response.status} ${textOf(response)}`,
        (error: Error) => `${wasSent(error) ? 'sent' : 'unsent'}: ${error.message.split(': ')[1]}`,
      ),
    );
  }

  async close(): Promise<void> {
    this.faults.clear();
    await this.rig.close();
    this.venue.stop();
  }
}

describe.each([
  ['real sockets', realRig],
  ['the process', loopbackRig],
] as const)('faults in %s', (_, makeRig) => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.start(makeRig());
  });
  afterEach(() => stage.close());

  const frames = async (
    fault: FaultRuleInput['fault'],
    sent: readonly string[],
    expected: number,
    count?: number,
  ): Promise<string[]> => {
    const client = await stage.joined();
    stage.faults.add({ traffic: ['ws-public'], channel: '^book', fault, ...(count !== undefined && { count }) });
    for (const frame of sent) stage.app.publish(stage.book, frame);
    return [...(await stage.rig.until(client.count(expected)))];
  };

  it.each([
    ['drop', ['2', '3']],
    ['duplicate', ['1', '1', '2', '3']],
    ['reorder', ['2', '1', '3']],
  ] as const)('does to a frame: %s', async (kind, expected) => {
    expect(await frames({ kind }, ['1', '2', '3'], expected.length, 1)).toEqual(expected);
  });

  it('swallows book frames only, and says how often', async () => {
    const client = await stage.joined();
    const id = stage.faults.add({ count: 1, fault: { kind: 'sequence-gap' } });
    stage.app.publish(stage.trades, 'trade');
    stage.app.publish(stage.book, '1');
    stage.app.publish(stage.book, '2');
    expect(await stage.rig.until(client.count(2))).toEqual(['trade', '2']);
    expect(stage.faults.counts).toEqual({ [id]: 1 });
  });

  it('makes checksums wrong, where there is one', async () => {
    const sent = ['{"x":1}', '{"checksum":3310070434}', '{"checksum":3310070434}'];
    const right = '{"checksum":3310070434}';
    expect(await frames({ kind: 'bad-checksum' }, sent, 3, 1)).toEqual(['{"x":1}', '{"checksum":3310070435}', right]);
  });

  it.each(['frame', 'mid-frame', 'now'] as const)('cuts the connection: %s', async (at) => {
    const client = await stage.joined();
    const before = client.connection.receivedBytes;
    stage.faults.add({ traffic: ['ws-public'], fault: { kind: 'disconnect', at } });
    stage.app.publish(stage.book, 'x'.repeat(1_000));
    expect(await stage.rig.until(client.closed)).toMatchObject({ code: 1006, clean: false });
    expect(client.texts).toEqual([]);
    if (at === 'mid-frame') expect(client.connection.receivedBytes - before).toBeGreaterThanOrEqual(500);
    expect(stage.app.connectionCount).toBe(0);
  });

  it('refuses connections, with a status or without', async () => {
    stage.faults.add({ traffic: ['ws-private'], fault: { kind: 'refuse' } });
    stage.faults.add({ traffic: ['ws-public'], count: 1, fault: { kind: 'refuse' } });
    const cut = await stage.rig.until(new Dialogue(stage.rig.connect, stage.ws).closed);
    expect(cut).toMatchObject({ code: 1006 });
    expect(cut.refusal).toBeUndefined();
    stage.faults.add({ count: 2, fault: { kind: 'refuse', status: 403 } });
    expect((await stage.rig.until(new Dialogue(stage.rig.connect, stage.ws).closed)).refusal?.status).toBe(403);
    expect(await stage.order()).toContain('403');
    await stage.open();
    expect(await stage.order()).toBe('200 order 1');
  });

  it('refuses requests before they are processed', async () => {
    stage.faults.add({ methods: ['POST'], path: '^/orders', count: 1, fault: { kind: 'rate-limit', retryAfterS: 7 } });
    const limited = await stage.rig.until(stage.rig.http.request({ ...get(`${stage.rest}/orders`), method: 'POST' }));
    expect([limited.status, limited.retryAfterMs]).toEqual([429, 7_000]);
    stage.faults.add({ count: 1, fault: { kind: 'rate-limit', status: 418 } });
    expect(await stage.order()).toContain('418');
    stage.faults.add({ count: 1, fault: { kind: 'server-error', status: 500, body: 'sorry' } });
    expect(await stage.order()).toBe('500 sorry');
    stage.faults.add({ count: 1, fault: { kind: 'disconnect' } });
    expect(await stage.order()).toMatch(/^sent/);
    stage.faults.add({ count: 1, fault: { kind: 'drop' } });
    expect(await stage.order()).toBe('sent: no answer within 300 ms');
    expect(stage.orders).toBe(0);
    expect(await stage.order()).toBe('200 order 1');
  });

  it('loses answers after the order was processed', async () => {
    const outcomes: string[] = [];
    for (const how of ['timeout', 'disconnect', 'status'] as const) {
      stage.faults.add({ traffic: ['rest'], methods: ['POST'], count: 1, fault: { kind: 'lost-answer', how } });
      outcomes.push(await stage.order());
    }
    expect(stage.orders).toBe(3);
    expect(outcomes[0]).toBe('sent: no answer within 300 ms');
    expect(outcomes[1]).toMatch(/^sent: /);
    expect(outcomes[2]).toBe('502 {"error":"Bad Gateway"}');
  });

  it('loses answers to orders over WebSocket, but nothing else of the connection', async () => {
    const client = await stage.open();
    stage.faults.add({ traffic: ['ws-trade'], count: 1, fault: { kind: 'lost-answer' } });
    for (const text of ['hello', 'order 1', 'order 2']) client.connection.sendText(text);
    expect(await stage.rig.until(client.count(4))).toEqual([
      'hello',
      '{"event":"private"}',
      '{"event":"private"}',
      'accepted order 2',
    ]);
    stage.faults.add({ traffic: ['ws-trade'], count: 1, fault: { kind: 'lost-answer', how: 'disconnect' } });
    client.connection.sendText('order 3');
    expect((await stage.rig.until(client.closed)).code).toBe(1006);
    expect(stage.orders).toBe(3);
  });

  it('closes the venue for maintenance and opens it again', async () => {
    const client = await stage.open();
    const id = stage.faults.add({ venues: ['kraken'], fault: { kind: 'maintenance' } });
    expect(await stage.rig.until(client.closed)).toMatchObject({ code: 1012, text: 'maintenance' });
    expect(await stage.order()).toBe('503 closed for today');
    expect((await stage.rig.until(new Dialogue(stage.rig.connect, stage.ws).closed)).refusal?.status).toBe(503);
    expect(stage.faults.remove(id)).toBe(true);
    expect(stage.faults.remove(id)).toBe(false);
    expect(await stage.order()).toBe('200 order 1');
    await stage.open();
  });

  it('leaves other venues alone', async () => {
    stage.faults.add({ venues: ['binance'], fault: { kind: 'maintenance' } });
    stage.faults.add({ venues: ['binance'], fault: { kind: 'drop' } });
    expect(await stage.order()).toBe('200 order 1');
  });
});

describe('faults in time', () => {
  const start = async (seed = 1): Promise<{ stage: Stage; rig: LoopbackRig }> => {
    const rig = loopbackRig(() => 1);
    return { stage: await Stage.start(rig, seed), rig };
  };

  it('adds latency each way in order, and delays that are overtaken', async () => {
    const { stage, rig } = await start();
    const client = await stage.joined();
    stage.faults.add({ traffic: ['rest'], fault: { kind: 'latency', each: { distribution: 'fixed', ms: 40 } } });
    const beforeUs = rig.time.monotonicUs();
    expect(await stage.order()).toBe('200 order 1');
    expect(rig.time.monotonicUs() - beforeUs).toBe(82_000);
    stage.faults.clear();
    stage.faults.add({ channel: '^book', count: 1, fault: { kind: 'latency', each: { distribution: 'fixed', ms: 40 } } });
    for (const frame of ['1', '2']) stage.app.publish(stage.book, frame);
    await rig.time.run(40_999);
    expect(client.texts).toEqual([]);
    await rig.time.run(1);
    expect(client.texts).toEqual(['1', '2']);
    stage.faults.clear();
    stage.faults.add({ channel: '^book', count: 1, fault: { kind: 'delay', each: { distribution: 'fixed', ms: 40 } } });
    for (const frame of ['3', '4']) stage.app.publish(stage.book, frame);
    await rig.time.run(1e6);
    expect(client.texts).toEqual(['1', '2', '4', '3']);
    await stage.close();
    expect(rig.time.pending()).toBe(0);
  });

  it('sends a frame that waits for its successor after a second', async () => {
    const { stage, rig } = await start();
    const client = await stage.joined();
    stage.faults.add({ channel: '^book', fault: { kind: 'reorder' } });
    stage.app.publish(stage.book, '1');
    await rig.time.run(999_000);
    expect(client.texts).toEqual([]);
    await rig.time.run(3_000);
    expect(client.texts).toEqual(['1']);
    await stage.close();
  });

  it('skews the clock of one venue for a time', async () => {
    const { stage, rig } = await start();
    const [kraken, binance] = [stage.faults.clockOf('kraken', rig.clock), stage.faults.clockOf('binance', rig.clock)];
    const skewUs = (): number[] => [kraken, binance].map((clock) => clock.epochUs() - rig.clock.epochUs());
    const fault = { kind: 'clock-skew', skewMs: -1_500 } as const;
    stage.faults.add({ venues: ['kraken'], fromMs: 100, untilMs: 200, fault });
    expect(skewUs()).toEqual([0, 0]);
    await rig.time.run(100_000);
    expect(skewUs()).toEqual([-1_500_000, 0]);
    expect(kraken.monotonicUs()).toBe(rig.clock.monotonicUs());
    await rig.time.run(100_000);
    expect(skewUs()).toEqual([0, 0]);
    await stage.close();
  });

  it('fails in the same way for the same seed, and in another way for another', async () => {
    const play = async (seed: number): Promise<string> => {
      const { stage, rig } = await start(seed);
      const client = await stage.joined();
      const each = { distribution: 'lognormal', medianMs: 5, sigma: 1 } as const;
      stage.faults.add({ probability: 0.3, channel: '^book', fault: { kind: 'drop' } });
      stage.faults.add({ probability: 0.3, channel: '^book', fault: { kind: 'duplicate' } });
      stage.faults.add({ probability: 0.5, channel: '^book', fault: { kind: 'delay', each } });
      for (let frame = 0; frame < 40; frame++) {
        stage.app.publish(stage.book, String(frame));
        await rig.time.run(2_000);
      }
      await rig.time.run(1e6);
      await stage.close();
      expect([rig.host.openSockets, rig.time.pending()]).toEqual([0, 0]);
      return client.texts.join();
    };
    const first = await play(5);
    expect(await play(5)).toBe(first);
    expect(await play(6)).not.toBe(first);
  });

  it('drops what waits when a connection or the venue ends', async () => {
    const { stage, rig } = await start();
    const client = await stage.joined();
    stage.faults.add({ fault: { kind: 'latency', each: { distribution: 'uniform', minMs: 5_000, maxMs: 6_000 } } });
    stage.app.publish(stage.book, '1');
    client.connection.sendText('2');
    client.connection.terminate();
    const asked = rig.http.request(get(`${stage.rest}/time`)).catch((error: Error) => error.message);
    await rig.time.run(500_000);
    expect(await asked).toContain('no answer');
    stage.venue.stop();
    await stage.close();
    expect(rig.time.pending()).toBe(0);
    expect(client.texts).toEqual([]);
  });
});
