import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { SystemClock, systemTimers } from '../../src/domain/system-clock.js';
import type { TestKey } from '../../src/sim/access/keys.js';
import { parseSimulationOptions } from '../../src/sim/options.js';
import { type SimulatedEndpoints, startSimulation } from '../../src/sim/server.js';

/** What the thread tells once everything listens. */
export interface OrderVenueReady {
  readonly endpoints: NonNullable<SimulatedEndpoints['binance']>;
  readonly key: TestKey;
  /** Port of a bare TCP server and base URL of a bare HTTP server that give back what they get. */
  readonly tcpPort: number;
  readonly http: string;
}

async function main(): Promise<void> {
  const options = parseSimulationOptions({
    venues: ['binance'],
    symbols: 3,
    futuresSymbols: 2,
    updatesPerSecond: 20,
    keepLog: false,
  });
  const simulation = await startSimulation(options, { clock: new SystemClock(), timers: systemTimers });
  const tcp = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  const http = createHttpServer((request, response) => void request.pipe(response));
  const { endpoints, keys } = simulation;
  if (endpoints.binance === undefined || keys.binance === undefined) throw new Error('the venue did not start');
  const ready: OrderVenueReady = {
    endpoints: endpoints.binance,
    key: keys.binance,
    tcpPort: await listen(tcp),
    http: `http://127.0.0.1:${await listen(http)}`,
  };
  parentPort?.postMessage(ready);
  parentPort?.once('message', async () => {
    await simulation.stop();
    http.closeAllConnections();
    http.close();
    tcp.close();
    parentPort?.close();
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

await main();
