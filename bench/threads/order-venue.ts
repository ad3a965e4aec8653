import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { WebSocketServer } from 'ws';
import { SystemClock, systemTimers } from '../../src/domain/system-clock.js';
import type { VenueId } from '../../src/domain/venue.js';
import type { TestKey } from '../../src/sim/access/keys.js';
import { parseSimulationOptions } from '../../src/sim/options.js';
import { type SimulatedEndpoints, startSimulation } from '../../src/sim/server.js';

/** What the thread simulates. */
export interface OrderVenueData {
  readonly venues: readonly VenueId[];
  /** Accounts at each venue. */
  readonly accounts: number;
}

/** One simulated venue and the keys of its accounts. */
export interface OrderVenue {
  readonly endpoints: NonNullable<SimulatedEndpoints[VenueId]>;
  readonly keys: readonly TestKey[];
}

/** What the thread tells once everything listens. */
export interface OrderVenueReady {
  readonly venues: Partial<Record<VenueId, OrderVenue>>;
  /** Port of a bare TCP server and base URL of a bare HTTP server that give back what they get. */
  readonly tcpPort: number;
  readonly http: string;
  /** URL of a bare WebSocket server that takes whatever comes. */
  readonly ws: string;
}

async function main({ venues, accounts }: OrderVenueData): Promise<void> {
  // Of this thread alone: it stands for machines elsewhere, which take no time of a processor here.
  setPriority(10);
  const options = parseSimulationOptions({
    venues,
    keys: accounts,
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
  const ws = createHttpServer();
  const sockets = new WebSocketServer({ server: ws });
  sockets.on('connection', (socket) => void socket.on('message', () => {}));
  const told: Partial<Record<VenueId, OrderVenue>> = {};
  for (const venue of venues) {
    const endpoints = simulation.endpoints[venue];
    if (endpoints === undefined) throw new Error(`${venue} did not start`);
    told[venue] = { endpoints, keys: (simulation.access.get(venue)?.customers() ?? []).map(({ key }) => key) };
  }
  const ready: OrderVenueReady = {
    venues: told,
    tcpPort: await listen(tcp),
    http: `http://127.0.0.1:${await listen(http)}`,
    ws: `ws://127.0.0.1:${await listen(ws)}`,
  };
  parentPort?.postMessage(ready);
  parentPort?.once('message', async () => {
    await simulation.stop();
    for (const socket of sockets.clients) socket.terminate();
    for (const server of [http, ws]) {
      server.closeAllConnections();
      server.close();
    }
    tcp.close();
    parentPort?.close();
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

await main(workerData as OrderVenueData);
