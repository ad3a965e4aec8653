import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { runMatrix } from '../../../src/acceptance/matrix.js';
import { Subject } from '../../../src/acceptance/subject.js';
import { Credentials } from '../../../src/domain/credentials.js';
import { SeededRandom } from '../../../src/domain/random.js';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import { Nonces } from '../../../src/gateway/nonces.js';
import { LoopbackHost } from '../../../src/sim/hosts/loopback-host.js';
import { parseSimulationOptions } from '../../../src/sim/options.js';
import { startSimulation } from '../../../src/sim/server.js';
import { krakenSpot } from '../../../src/venues/kraken/feed.js';
import { krakenSpotTrading } from '../../../src/venues/kraken/trading.js';
import { EPOCH_US } from '../harness.js';

/** Those that need no real sockets. */
const CASES = ['D-01', 'D-02', 'D-03', 'D-04', 'D-05', 'D-08', 'X'];

it('our gateway passes the cases of the acceptance matrix on it', async () => {
  const time = new VirtualTime(EPOCH_US);
  const host = new LoopbackHost({ clock: time, timers: time, oneWayMs: () => 5 });
  const options = parseSimulationOptions({ venues: ['kraken'], symbols: 12, updatesPerSecond: 200, seed: 3 });
  const simulation = await startSimulation(options, { clock: time, timers: time, host });
  const { kraken: endpoints } = simulation.endpoints;
  const key = simulation.keys.kraken;
  if (endpoints === undefined || key === undefined) throw new Error('the venue did not start');
  const subject = new Subject({
    makeTrading: krakenSpotTrading,
    endpoints: { rest: endpoints.rest, wsPrivate: endpoints.wsPrivate ?? null, wsTrade: endpoints.wsTrade ?? null },
    feed: krakenSpot({ endpoints }),
    credentials: new Credentials(key.apiKey, key.secret, key.passphrase),
    wrongCredentials: new Credentials(key.apiKey, Buffer.from('another').toString('base64'), key.passphrase),
    nonces: new Nonces(time),
    run: 'test',
    http: host.http({ timeoutMs: 5_000 }),
    connect: host.connect,
    clock: time,
    timers: time,
    random: new SeededRandom(5),
    randomBytes,
  });
  let done = false;
  const run = (async () => {
    await subject.start();
    const results = await runMatrix(subject, CASES);
    await subject.stop();
    return results;
  })().finally(() => {
    done = true;
  });
  for (let step = 0; step < 60_000 && !done; step++) await time.run(20_000);
  const results = await run;
  await simulation.stop();
  const poor = results.filter(({ verdict }) => verdict !== 'passed' && verdict !== 'not applicable');
  expect(poor).toEqual([]);
  expect(results.length).toBeGreaterThan(20);
}, 60_000);
