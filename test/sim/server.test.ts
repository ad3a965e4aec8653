import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import { VENUES } from '../../src/domain/venue.js';
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
    expect(time.count()).toBe(0);
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
});
