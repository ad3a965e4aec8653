// Goal: our own gateways pass every numbered case on every simulated venue. What a venue lacks is named here, so that no case falls
// silent by itself.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCEPTANCE_CASES, runMatrix } from '../../src/acceptance/matrix.js';
import { Subject } from '../../src/acceptance/subject.js';
import { Credentials } from '../../src/domain/credentials.js';
import { SeededRandom } from '../../src/domain/random.js';
import { SystemClock, systemTimers } from '../../src/domain/system-clock.js';
import { Nonces } from '../../src/gateway/nonces.js';
import { marketEndpoints } from '../../src/sim/fronts/front.js';
import { HttpClient } from '../../src/transport/http.js';
import { connectWebSocket } from '../../src/transport/web-socket.js';
import { feedProtocol } from '../../src/venues/registry.js';
import { TRADING } from '../../src/venues/trading-registry.js';
import { type ConformanceVenue, startVenue } from './rig.js';

/** Cases that do not apply, and why, as the venues are documented. */
const LACKS: Readonly<Record<string, readonly string[]>> = {
  'binance spot': ['X-26'],
  'binance futures': ['X-13', 'X-14'],
  'coinbase spot': ['X-26'],
  'kraken spot': ['X-08', 'X-14'],
  'mexc spot': ['X-14', 'X-26'],
  'mexc futures': ['X-13', 'X-14', 'X-26'],
  'gateio spot': ['X-14'],
  'gateio futures': ['X-13', 'X-14'],
};

describe.each(TRADING)('$venue $market', ({ venue, market, make }) => {
  const clock = new SystemClock();
  const http = new HttpClient({ timeoutMs: 10_000, bodyBytesMax: 1 << 26, connectionsMax: 8 }, systemTimers);
  let running: ConformanceVenue;
  let subject: Subject;

  beforeAll(async () => {
    running = await startVenue(venue);
    const { endpoints, key } = running;
    const { rest, wsPublic, wsPrivate, wsTrade } = marketEndpoints(endpoints, market);
    subject = new Subject({
      makeTrading: make,
      endpoints: { rest, wsPrivate, wsTrade },
      feed: feedProtocol(venue, market, { endpoints: { rest, wsPublic } }),
      credentials: new Credentials(key.apiKey, key.secret, key.passphrase),
      nonces: new Nonces(clock),
      run: 'acceptance',
      http,
      connect: (options, events) => connectWebSocket(options, events, { timers: systemTimers, randomBytes }),
      clock,
      timers: systemTimers,
      random: new SeededRandom(1),
      randomBytes,
    });
    await subject.start();
  });

  afterAll(async () => {
    await subject.stop();
    await http.close();
    await running.stop();
  });

  const lacks = LACKS[`${venue} ${market}`] ?? [];
  for (const { id, title, market: only } of ACCEPTANCE_CASES) {
    if (only !== undefined && only !== market) continue;
    it(`${id} ${title}`, { timeout: 120_000 }, async () => {
      const [result] = await runMatrix(subject, [id]);
      expect(`${result?.verdict}: ${result?.detail}`).toMatch(lacks.includes(id) ? /^not applicable/ : /^passed/);
    });
  }
});
