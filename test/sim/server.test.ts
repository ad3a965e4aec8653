import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import { VENUES } from '../../src/domain/venue.js';
import { LoopbackHost } from '../../src/sim/hosts/loopback-host.js';
import { parseSimulationOptions } from '../../src/sim/options.js';
import { startSimulation } from '../../src/sim/server.js';
import { Client, ManualTime, stage } from './harness.js';

describe('the simulation', () => {
  it('starts all five venues, and stopping closes every port, connection and timer', async () => {
    const time = new ManualTime();
    const options = parseSimulationOptions({ symbols: 12, futuresSymbols: 3 });
    const simulation = await startSimulation(options, { clock: time, timers: time });
    expect(Object.keys(simulation.endpoints)).toEqual([...VENUES]);
    const clients = await Promise.all(
      ['/ws', '', '', '', ''].map((path, index) =>
        Client.open(`${simulation.endpoints[VENUES[index] ?? 'kraken']?.wsPublic ?? ''}${path}`, {}),
      ),
    );
    await time.pass(3_000);
    expect(simulation.market.elapsedUs()).toBeGreaterThan(2_900_000);
    expect(simulation.plants()).toBe(simulation.market.plants());
    await simulation.stop();
    await simulation.stop();
    for (const client of clients) expect((await client.closed).code).toBe(1001);
    expect(time.pending()).toBe(0);
    await expect(Client.open(`${simulation.endpoints.kraken?.wsPublic ?? ''}`, {})).rejects.toThrow('ECONNREFUSED');
  });

  it('survives what no client should send', async () => {
    const running = await stage('gateio');
    const garbage = ['', 'null', '[]', '{"channel":5}', '{"event":"subscribe"}', `"${'x'.repeat(10_000)}"`, '{"time":1e999}'];
    const client = await running.connect(running.simulation.endpoints.gateio?.wsPublic ?? '');
    for (const text of garbage) client.send(text);
    await client.ask({ channel: 'spot.ping', time: 0 }, ({ channel }) => channel === 'spot.pong');
    expect(client.frames).toHaveLength(garbage.length + 1);
    expect((await running.rest('/api/v4/spot/currency_pairs/%E0%A4%A')).status).toBe(500);
    expect((await running.rest('/api/v4/spot/order_book?currency_pair=BTC_USDT&limit=-1')).status).toBe(400);
    await running.close();
  });

  it('says in one sentence that a port is taken or an option is wrong', async () => {
    const time = new ManualTime();
    const first = await stage('kraken');
    const port = Number(new URL(first.simulation.endpoints.kraken?.rest ?? '').port);
    const options = parseSimulationOptions({ venues: ['kraken'], symbols: 3, basePort: port - VENUES.indexOf('kraken') });
    await expect(startSimulation(options, { clock: time, timers: time })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
    await first.close();
    expect(() => parseSimulationOptions({ symbols: 0 })).toThrow(InvalidInputError);
    expect(() => parseSimulationOptions({ symbols: 0 })).toThrow('simulation option symbols');
  });

  it('closes a venue for maintenance on command over HTTP, and opens it again', async () => {
    const running = await stage('kraken', { control: true });
    const { simulation } = running;
    const faults = `${simulation.control}/faults`;
    const send = async (method: 'GET' | 'POST' | 'DELETE', url = faults, body?: string): Promise<[number, unknown]> => {
      const answer = await request(url, { method, ...(body !== undefined && { body }) });
      return [answer.statusCode, await answer.body.json()];
    };
    const engine = simulation.engines.get('kraken');
    const [customer] = simulation.access.get('kraken')?.customers() ?? [];
    const [book] = simulation.market.booksOf('kraken', 'spot');
    if (engine === undefined || customer === undefined || book === undefined) throw new Error('no venue');
    const order = { book, side: 'buy', type: 'market', timeInForce: 'ioc', priceUnits: null, qtyUnits: null } as const;
    const buy = (): string => {
      const more = { quoteAmount: 10n ** 20n, clientOrderId: null, reduceOnly: false };
      const result = engine.submit(customer.account, { ...order, ...more });
      return result.kind === 'refused' ? result.refusal : result.kind;
    };
    expect(await send('POST', faults, '{"fault":{"kind":"maintenance"}}')).toEqual([200, { id: '1' }]);
    expect(buy()).toBe('market-closed');
    expect((await running.rest('/0/public/Time')).status).toBe(503);
    expect(await send('GET')).toMatchObject([200, [{ id: '1', active: true, rule: { fault: { kind: 'maintenance' } } }]]);
    expect(await send('DELETE', `${faults}/1`)).toEqual([200, []]);
    expect(await send('DELETE', `${faults}/1`)).toEqual([404, { error: 'no fault 1' }]);
    expect(buy()).toBe('accepted');
    expect((await running.rest('/0/public/Time')).status).toBe(200);
    expect(await send('POST', faults, '{"fault":{"kind":"dorp"}}')).toMatchObject([
      400,
      { error: expect.stringContaining('fault.kind') as string },
    ]);
    expect((await send('POST', faults, '{'))[0]).toBe(400);
    await running.close();
  });

  it('runs in the process as well, without a socket, and the same way each time', async () => {
    const play = async (): Promise<string> => {
      const time = new ManualTime();
      const host = new LoopbackHost({ clock: time, timers: time, oneWayMs: () => 3 });
      const options = parseSimulationOptions({ venues: ['kraken'], symbols: 5, updatesPerSecond: 200, seed: 3 });
      const simulation = await startSimulation(options, { clock: time, timers: time, host });
      const frames: string[] = [];
      const connection = host.connect(
        { url: simulation.endpoints.kraken?.wsPublic ?? '', connectTimeoutMs: 100, messageBytesMax: 1e6, sendQueueBytesMax: 1e6 },
        {
          onOpen: () => connection.sendText('{"method":"subscribe","params":{"channel":"book","symbol":["BTC/USDT"]}}'),
          onMessage: (bytes, start, end) => frames.push(Buffer.from(bytes.subarray(start, end)).toString()),
          onClose: ({ code }) => frames.push(String(code)),
        },
      );
      await time.pass(2_000);
      await simulation.stop();
      await time.pass(1_000);
      expect([host.openSockets, host.pendingRequests, time.pending()]).toEqual([0, 0, 0]);
      return frames.join('\n');
    };
    const first = await play();
    expect(first.split('\n').length).toBeGreaterThan(20);
    expect(first.endsWith('1001')).toBe(true);
    expect(await play()).toBe(first);
  });
});
