// Goal: our gateways pass the acceptance matrix on every simulated venue. Method: in process and on virtual time, so that it takes
// moments; the cases that look at streamed books need real sockets and run with the conformance tests.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { runMatrix } from '../../src/acceptance/matrix.js';
import { Subject } from '../../src/acceptance/subject.js';
import { Credentials } from '../../src/domain/credentials.js';
import { SeededRandom } from '../../src/domain/random.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { Nonces } from '../../src/gateway/nonces.js';
import { marketEndpoints } from '../../src/sim/fronts/front.js';
import { LoopbackHost } from '../../src/sim/hosts/loopback-host.js';
import { parseSimulationOptions } from '../../src/sim/options.js';
import { startSimulation } from '../../src/sim/server.js';
import { feedProtocol } from '../../src/venues/registry.js';
import { TRADING } from '../../src/venues/trading-registry.js';
import { EPOCH_US } from '../sim/harness.js';

const CASES = ['D-01', 'D-02', 'D-03', 'D-04', 'D-05', 'D-08', 'D-09', 'X'];
const STEP_US = 20_000;
const STEPS_MAX = 60_000;

describe.each(TRADING)('$venue $market', ({ venue, market, make }) => {
  it('passes the matrix in process', { timeout: 120_000 }, async () => {
    const time = new VirtualTime(EPOCH_US);
    const host = new LoopbackHost({ clock: time, timers: time, oneWayMs: () => 5 });
    const options = parseSimulationOptions({ venues: [venue], symbols: 12, futuresSymbols: 4, updatesPerSecond: 200, seed: 3 });
    const simulation = await startSimulation(options, { clock: time, timers: time, host });
    const reached = simulation.endpoints[venue];
    const key = simulation.keys[venue];
    if (reached === undefined || key === undefined) throw new Error('the venue did not start');
    const { wsPublic, ...endpoints } = marketEndpoints(reached, market);
    const subject = new Subject({
      makeTrading: make,
      endpoints,
      feed: feedProtocol(venue, market, { endpoints: { rest: endpoints.rest, wsPublic } }),
      credentials: new Credentials(key.apiKey, key.secret, key.passphrase),
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
    for (let step = 0; step < STEPS_MAX && !done; step++) await time.run(STEP_US);
    const results = await run;
    await simulation.stop();
    expect(results.filter(({ verdict }) => verdict !== 'passed' && verdict !== 'not applicable')).toEqual([]);
    expect(results.filter(({ verdict }) => verdict === 'passed').length).toBeGreaterThan(25);
    expect([host.openSockets, host.pendingRequests]).toEqual([0, 0]);
  });
});
